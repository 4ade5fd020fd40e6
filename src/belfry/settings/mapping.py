"""`[map]`: the files of the map, and what it shows first. Whether they are good is looked at where they are read."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

Latitude = Annotated[float, Meta(ge=-85, le=85)]
"""The projection of web maps ends there."""
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class MapTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[map]`: a map from files of one's own. Without `tiles` there is none, and lists are all that there is."""

    tiles: Path | None = None
    """A PMTiles file, or a folder of some."""
    style: Path | None = None
    """A MapLibre style of one's own; None: the one that comes with the program, light and dark."""
    style_dark: Path | None = None
    """The same for dark screens; None: `style` there too."""
    allow_remote: bool = False
    """The style may name addresses elsewhere, which operators' browsers then ask."""
    attribution: Annotated[str, Meta(max_length=200)] = ""
    """Whose data it is, in words; shown on the map."""
    center: tuple[Latitude, Longitude] | None = None
    """Latitude and longitude that are shown where there is nothing else to show; None: the middle of the tiles."""
    zoom: Annotated[float, Meta(ge=0, le=22)] = 13

    def __post_init__(self) -> None:
        if self.style_dark is not None and self.style is None:
            raise ValueError("style_dark: wants `style` beside it, which is shown where a screen is light")

    def beside(self, folder: Path) -> "MapTable":
        def at(path: Path | None) -> Path | None:
            return None if path is None else folder / path

        return msgspec.structs.replace(self, tiles=at(self.tiles), style=at(self.style), style_dark=at(self.style_dark))
