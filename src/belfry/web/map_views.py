"""What the API says of the map: whether there is one, why not, and what it shows first."""

from msgspec import Struct

from belfry.web.map_files import Why


class MapView(Struct, frozen=True, kw_only=True):
    """The map as it is now. Without one every list works as it does with it."""

    available: bool
    why: Why | None
    """Why there is none: no tiles in the settings, files that are missing or damaged, a style that cannot be used."""
    attribution: str
    center: list[float] | None
    """Latitude and longitude that are shown where there is nothing to show."""
    zoom: float
    max_zoom: int | None
    """Of the tiles; nearer they are drawn larger."""
