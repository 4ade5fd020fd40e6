"""The map's own look, light and dark, for tiles that name their layers as Protomaps' basemaps do.

`earth`, `landuse`, `water`, `roads`, `buildings`, `places` and `pois`, each thing with a `kind` and a `name`. Labels
are drawn by the browser with its own letters, since a style without `glyphs` asks for none; nothing comes from
elsewhere. Archives of pictures lie below.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import Struct

from belfry.protocols.pmtiles import TileType
from belfry.web.map_files import Archive

Json = dict[str, Any]

FONT: Final = ["sans-serif"]
"""Of the browser's own machine."""


class Look(Struct, frozen=True, kw_only=True):
    """Colours of one theme. The map is quiet, so that alarms on it are not."""

    earth: str
    park: str
    ground: str
    sand: str
    water: str
    building: str
    building_edge: str
    road: str
    road_edge: str
    highway: str
    path: str
    rail: str
    words: str
    halo: str
    water_words: str


LIGHT: Final = Look(
    earth="#f3f1ec",
    park="#d9e6cf",
    ground="#e8e5de",
    sand="#f2e8c9",
    water="#b6d3e6",
    building="#dfd9cf",
    building_edge="#c3bbad",
    road="#ffffff",
    road_edge="#cfc9be",
    highway="#fbe7b8",
    path="#b5ab99",
    rail="#9a9a9a",
    words="#33383d",
    halo="#ffffff",
    water_words="#2b5a78",
)
DARK: Final = Look(
    earth="#1b2026",
    park="#20302a",
    ground="#222830",
    sand="#332f24",
    water="#15304a",
    building="#2a313a",
    building_edge="#3a434e",
    road="#3b444f",
    road_edge="#14181c",
    highway="#57503a",
    path="#48525e",
    rail="#59626c",
    words="#d5dbe1",
    halo="#14181c",
    water_words="#8fb8d6",
)


def style(archives: Sequence[Archive], *, dark: bool) -> Json:
    """Return a MapLibre style over these archives, whose sources name them as `pmtiles://NAME`."""
    look = DARK if dark else LIGHT
    sources: Json = {}
    pictures: list[Json] = [{"id": "background", "type": "background", "paint": {"background-color": look.earth}}]
    drawn: list[Json] = []
    for n, one in enumerate(archives):
        name = f"tiles-{n}"
        is_vector = one.header.tile_type in {TileType.VECTOR, TileType.UNKNOWN}
        sources[name] = {"type": "vector" if is_vector else "raster", "url": f"pmtiles://{one.name}"}
        if is_vector:
            drawn += _layers(name, n, one.layers, look)
        else:
            sources[name]["tileSize"] = 256
            pictures.append({"id": f"pictures-{n}", "type": "raster", "source": name})
    words = [layer for layer in drawn if layer["type"] == "symbol"]
    return {"version": 8, "sources": sources, "layers": [*pictures, *(x for x in drawn if x not in words), *words]}


def _layers(source: str, n: int, known: frozenset[str], look: Look) -> Iterator[Json]:
    """Layers of one archive, from the ground up; of an archive that tells of its layers only those that it has."""
    for name, layer in (*_ground(look), *_ways(look), *_words(look)):
        if not known or layer["source-layer"] in known:
            yield {"id": f"{name}-{n}", "source": source, **layer}


Named = Iterator[tuple[str, Json]]


def _ground(look: Look) -> Named:
    yield "earth", _fill("earth", look.earth)
    yield "landuse", _fill("landuse", look.ground, _kind("industrial", "commercial", "school", "hospital", "railway"))
    green = ("park", "wood", "forest", "grass", "garden", "nature_reserve", "cemetery", "meadow", "recreation_ground")
    yield "park", _fill("landuse", look.park, _kind(*green, "playground", "pitch", "farmland"))
    yield "beach", _fill("landuse", look.sand, _kind("beach", "sand"))
    yield "water", _fill("water", look.water, ["==", ["geometry-type"], "Polygon"])
    yield "stream", _line("water", look.water, [10, 0.8, 17, 5], ["==", ["geometry-type"], "LineString"])
    building = _fill("buildings", look.building)
    building["paint"]["fill-outline-color"] = look.building_edge
    yield "building", {**building, "minzoom": 13}


def _ways(look: Look) -> Named:
    ways: dict[str, list[float]] = {
        "path": [13, 0.6, 18, 3],
        "minor_road": [12, 0.8, 18, 14],
        "major_road": [9, 1, 18, 20],
        "highway": [7, 1, 18, 24],
    }
    yield "rail", _line("roads", look.rail, [11, 0.8, 18, 3], _kind("rail"))
    for kind in ("minor_road", "major_road", "highway"):
        width = ways[kind]
        yield f"{kind}-edge", _line("roads", look.road_edge, [width[0], width[1] + 1, 18, width[3] + 3], _kind(kind))
    path = _line("roads", look.path, ways["path"], _kind("path", "other"))
    path["paint"]["line-dasharray"] = [2, 1.5]
    yield "path", path
    for kind, colour in (("minor_road", look.road), ("major_road", look.road), ("highway", look.highway)):
        yield kind, _line("roads", colour, ways[kind], _kind(kind))


def _words(look: Look) -> Named:
    street = _symbol("roads", look, 12, ["all", ["has", "name"], _kind("minor_road", "major_road", "highway")])
    street["layout"] |= {"symbol-placement": "line"}
    yield "street-words", {**street, "minzoom": 14}
    water = _symbol("water", look, 12, ["has", "name"])
    water["paint"]["text-color"] = look.water_words
    yield "water-words", water
    yield "poi-words", {**_symbol("pois", look, 11, ["has", "name"]), "minzoom": 15}
    yield "place-words", _symbol("places", look, 15, ["has", "name"])


def _kind(*kinds: str) -> list[Any]:
    return ["match", ["get", "kind"], list(kinds), True, False]


def _fill(layer: str, colour: str, only: list[Any] | None = None) -> Json:
    return {"type": "fill", "source-layer": layer, "paint": {"fill-color": colour}, **_filter(only)}


def _line(layer: str, colour: str, width: Sequence[float], only: list[Any]) -> Json:
    """A line whose width grows from one zoom to another: zoom, pixels, zoom, pixels."""
    return {
        "type": "line",
        "source-layer": layer,
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {
            "line-color": colour,
            "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], *width],
        },
        **_filter(only),
    }


def _symbol(layer: str, look: Look, size: int, only: list[Any]) -> Json:
    return {
        "type": "symbol",
        "source-layer": layer,
        "layout": {"text-field": ["get", "name"], "text-font": FONT, "text-size": size, "text-max-width": 8},
        "paint": {"text-color": look.words, "text-halo-color": look.halo, "text-halo-width": 1.4},
        **_filter(only),
    }


def _filter(only: list[Any] | None) -> Json:
    return {} if only is None else {"filter": only}
