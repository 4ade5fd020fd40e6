"""The made-up town as a file of tiles, so that a demo has a map without a network.

Layers and kinds are named as in Protomaps' basemaps, so that one style fits this file and real ones.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from belfry.protocols.pmtiles import archive
from belfry.simulator.land import Cover, SpotKind, Town, Way
from belfry.simulator.vector_tiles import Drawn, Shape, Value, tiles

ZOOMS: Final = range(9, 16)
"""Nearer the last one is drawn larger; its units are a quarter of a metre."""
MARGIN: Final = 0.01
"""Degrees of land round everything."""

ROADS: Final[Mapping[Way, str]] = {
    Way.PRIMARY: "highway",
    Way.SECONDARY: "major_road",
    Way.TERTIARY: "major_road",
    Way.RESIDENTIAL: "minor_road",
    Way.SERVICE: "minor_road",
    Way.PEDESTRIAN: "minor_road",
    Way.TRACK: "path",
    Way.RAIL: "rail",
}
COVERS: Final[Mapping[Cover, tuple[str, str]]] = {
    Cover.WATER: ("water", "water"),
    Cover.PARK: ("landuse", "park"),
    Cover.WOOD: ("landuse", "wood"),
    Cover.SAND: ("landuse", "beach"),
    Cover.INDUSTRY: ("landuse", "industrial"),
    Cover.BUILDING: ("buildings", "building"),
}
HIDDEN: Final = frozenset({SpotKind.HYDRANT, SpotKind.CHECK_POINT})
"""Too many for a ground, and of use on a map of their own."""
_VECTOR_LAYERS: Final = ("earth", "landuse", "water", "buildings", "roads", "pois", "places")


def town_map(town: Town) -> bytes:
    """Return the town as a PMTiles file; the same town gives the same bytes."""
    drawn = list(_drawn(town))
    places = [place for one in drawn if one.layer != "earth" for place in one.places]
    told = {
        "name": town.name,
        "attribution": f"{town.name}, a town that does not exist",
        "vector_layers": [{"id": name, "fields": {"kind": "String", "name": "String"}} for name in _VECTOR_LAYERS],
    }
    return archive(
        tiles(drawn, ZOOMS),
        told,
        south_west=(min(lat for lat, _ in places), min(lon for _, lon in places)),
        north_east=(max(lat for lat, _ in places), max(lon for _, lon in places)),
    )


def _drawn(town: Town) -> Iterator[Drawn]:
    yield _earth(town)
    for area in town.areas:
        layer, kind = COVERS[area.cover]
        from_zoom = 13 if layer == "buildings" else 0
        tags = _tags(kind, area.name)
        yield Drawn(layer=layer, shape=Shape.AREA, places=area.outline, tags=tags, from_zoom=from_zoom)
    for street in town.streets:
        for house in street.houses:
            if not house.outline:
                continue
            tags = _tags("building", "")
            yield Drawn(layer="buildings", shape=Shape.AREA, places=house.outline, tags=tags, from_zoom=14)
        kind = ROADS[street.way]
        from_zoom = 12 if kind in {"minor_road", "path"} else 0
        tags = _tags(kind, "" if street.way is Way.RAIL else street.name)
        yield Drawn(layer="roads", shape=Shape.LINE, places=street.line, tags=tags, from_zoom=from_zoom)
    for spot in town.spots:
        if spot.kind not in HIDDEN:
            tags = _tags(spot.kind, spot.name)
            yield Drawn(layer="pois", shape=Shape.POINT, places=[spot.at], tags=tags, from_zoom=14)
    yield Drawn(layer="places", shape=Shape.POINT, places=[town.middle], tags=_tags("locality", town.name))


def _earth(town: Town) -> Drawn:
    """Land wherever there is a street, and some more."""
    lats = [lat for street in town.streets for lat, _ in street.line]
    lons = [lon for street in town.streets for _, lon in street.line]
    south, north = min(lats) - MARGIN, max(lats) + MARGIN
    west, east = min(lons) - 2 * MARGIN, max(lons) + 2 * MARGIN
    corners = [(south, west), (south, east), (north, east), (north, west)]
    return Drawn(layer="earth", shape=Shape.AREA, places=corners, tags={"kind": "earth"})


def _tags(kind: str, name: str) -> Mapping[str, Value]:
    return {"kind": kind, **({"name": name} if name else {})}
