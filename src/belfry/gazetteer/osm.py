"""An extract of OpenStreetMap, `.osm`, `.osm.bz2` or `.osm.gz`, streamed: for ways, for nodes, and for ways again.

Taken are addresses (`addr:*`), named streets with their crossings (nodes that two share), and named places. Of a place
its name is kept and what kind of place it is, is not. XML is read without entities and network.
"""

import bz2
import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final, cast

from lxml import etree

from belfry.gazetteer.rows import FileRefused, Problem, Row, Tell, row_of

NODES_MOST: Final = 20_000_000
"""Nodes of ways that are remembered: two gigabytes of memory. Cut a smaller extract."""
NODES_OF_A_WAY: Final = 2_000

_STREETS: Final = frozenset({
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
    "pedestrian", "track", "footway", "path", "cycleway", "steps", "road",
})  # fmt: skip
_PLACES: Final = frozenset({
    "amenity", "building", "emergency", "healthcare", "historic", "landuse", "leisure", "man_made", "natural", "office",
    "place", "public_transport", "railway", "shop", "tourism", "waterway",
})  # fmt: skip
"""Keys one of which a named thing has, to be a place."""
_NAMES: Final = ("alt_name", "short_name", "old_name", "loc_name", "official_name", "name:en", "name:de")

Tags = Mapping[str, str]


def read_osm(path: Path, tell: Tell) -> Iterator[Row]:
    """Yield the rows of an extract. Raises FileRefused."""
    wanted: set[int] = set()
    for _, nodes in _ways(path):
        wanted.update(nodes)
        if len(wanted) > NODES_MOST:
            raise FileRefused(f"{path.name}: more than {NODES_MOST:,} nodes in ways; cut a smaller extract")
    places: dict[int, tuple[float, float]] = {}
    for element in _elements(path, "node"):
        at = _at(element)
        if at is None:
            continue
        if (number := int(element.get("id", "0"))) in wanted:
            places[number] = at
        if len(element):
            yield from _rows(_tags(element), at, path.name, _line(element), tell)
    yield from _of_ways(path, places, tell)


def _of_ways(path: Path, places: Mapping[int, tuple[float, float]], tell: Tell) -> Iterator[Row]:
    met: dict[int, str] = {}
    crossed: set[tuple[str, str]] = set()
    for tags, nodes in _ways(path):
        there = [places[node] for node in nodes if node in places]
        if not there:
            continue
        if _is_street(tags):
            middle = there[len(there) // 2]
            yield from _told(row_of(_cells(tags, middle, street=tags["name"]), path.name, 0), tell)
            for node in nodes:
                other = met.setdefault(node, tags["name"])
                pair = min(other, tags["name"]), max(other, tags["name"])
                if other != tags["name"] and pair not in crossed and node in places:
                    crossed.add(pair)
                    cells = {"kind": "crossing", "street": pair[0], "crosses": pair[1], **_degrees(places[node])}
                    yield from _told(row_of(cells, path.name, 0), tell)
        else:
            latitudes, longitudes = [one for one, _ in there], [one for _, one in there]
            middle = (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2
            yield from _rows(tags, middle, path.name, 0, tell)


def _rows(tags: Tags, at: tuple[float, float], file: str, line: int, tell: Tell) -> Iterator[Row]:
    """The address of a thing and its name: up to two rows."""
    if tags.get("addr:housenumber"):
        yield from _told(row_of({**_cells(tags, at), "name": "", "kind": "address"}, file, line), tell)
    if tags.get("name") and _PLACES & tags.keys():
        yield from _told(row_of({**_cells(tags, at), "kind": "place"}, file, line), tell)


def _told(found: Row | Problem, tell: Tell) -> Iterator[Row]:
    if isinstance(found, Problem):
        tell(found)
    else:
        yield found


def _cells(tags: Tags, at: tuple[float, float], *, street: str | None = None) -> dict[str, str]:
    names = [tags[name] for name in _NAMES if tags.get(name)]
    cells = {
        "street": street or tags.get("addr:street", ""),
        "postcode": tags.get("addr:postcode", ""),
        "place": tags.get("addr:city", "") or tags.get("addr:place", ""),
        "other_names": ";".join(names)[:400],
        **_degrees(at),
    }
    if street is not None:
        return {**cells, "kind": "street"}
    return {**cells, "name": tags.get("name", ""), "house_number": tags.get("addr:housenumber", "")}


def _degrees(at: tuple[float, float]) -> dict[str, str]:
    return {"latitude": f"{at[0]:.7f}", "longitude": f"{at[1]:.7f}"}


def _is_street(tags: Tags) -> bool:
    return bool(tags.get("name")) and tags.get("highway") in _STREETS


def _ways(path: Path) -> Iterator[tuple[Tags, list[int]]]:
    """Ways that mean something to us, with the ids of their nodes."""
    for element in _elements(path, "way"):
        tags = _tags(element)
        if _is_street(tags) or tags.get("addr:housenumber") or (tags.get("name") and _PLACES & tags.keys()):
            nodes = [int(one.get("ref", "0")) for one in element.iterchildren("nd")]
            yield tags, nodes[:NODES_OF_A_WAY]


def _tags(element: etree._Element) -> Tags:
    return {one.get("k", ""): one.get("v", "") for one in element.iterchildren("tag")}


def _line(element: etree._Element) -> int:
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def _at(element: etree._Element) -> tuple[float, float] | None:
    try:
        return float(element.get("lat", "")), float(element.get("lon", ""))
    except ValueError:
        return None


def _elements(path: Path, name: str) -> Iterator[etree._Element]:
    """Every element of a name, one after the other; what was read is let go at once."""
    try:
        with _open(path) as file:
            reading = etree.iterparse(
                file, events=("end",), tag=("node", "way", "relation"), load_dtd=False, no_network=True,
                resolve_entities=False, huge_tree=False,
            )  # fmt: skip
            for _, element in reading:
                if element.tag == name:
                    yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except (etree.LxmlError, OSError, EOFError, ValueError) as error:
        raise FileRefused(f"{path.name}: no OpenStreetMap XML ({type(error).__name__})") from None


def _open(path: Path) -> IO[bytes]:
    if path.name.lower().endswith(".bz2"):
        return bz2.open(path, "rb")
    if path.name.lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.open(path, "rb"))  # typeshed has it as a class of its own
    return path.open("rb")
