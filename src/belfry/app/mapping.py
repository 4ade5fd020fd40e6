"""What the settings say of the map, as the web wants it."""

from belfry.settings import MapTable
from belfry.web.map_files import MapFiles


def map_files(table: MapTable) -> MapFiles:
    return MapFiles(
        tiles=table.tiles,
        style=table.style,
        style_dark=table.style_dark,
        allow_remote=table.allow_remote,
        attribution=table.attribution,
        centre=table.center,
        zoom=table.zoom,
    )
