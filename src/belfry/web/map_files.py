"""The files of the map: which archives of tiles there are, whether they can be read, and pieces of them.

A name in a request is compared with the names that a folder has and never becomes a path. Files are opened for each
request and closed again, so that one may be replaced or vanish at any time; its mark (`ETag`) then differs, and
browsers begin anew.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from belfry.protocols.pmtiles import HEADER_BYTES, Header, PmtilesError, header, layers, metadata

Why = Literal["not_set", "missing", "damaged", "style"]
"""Why there is no map."""
NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\.pmtiles")
ARCHIVES_MOST: Final = 50
PIECE_MOST_BYTES: Final = 4_194_304
"""Of one answer. Browsers ask for tiles and directories of some kilobytes; a larger piece is cut short."""
STYLE_MOST_BYTES: Final = 2_097_152
_ELSEWHERE: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_PMTILES: Final = "pmtiles://"


class MapUnfit(Exception):
    """There is no map, for a reason that is said in words."""

    def __init__(self, why: Why, words: str) -> None:
        super().__init__(words)
        self.why: Why = why


class MapFiles(Struct, frozen=True, kw_only=True):
    """What the settings say of the map."""

    tiles: Path | None = None
    style: Path | None = None
    style_dark: Path | None = None
    allow_remote: bool = False
    attribution: str = ""
    centre: tuple[float, float] | None = None
    """Latitude and longitude."""
    zoom: float = 13


NO_MAP: Final = MapFiles()


class Archive(Struct, frozen=True):
    """A readable file of tiles."""

    name: str
    header: Header
    layers: frozenset[str]
    """Names of vector layers; empty where the tiles are pictures."""
    attribution: str


class Piece(Struct, frozen=True):
    """A part of a file: its bytes, where it begins, how long the whole is, and the mark of the whole."""

    content: bytes
    begins: int
    whole: int
    mark: str
    is_part: bool
    """Its range was asked for."""


def archives(files: MapFiles) -> Sequence[Archive]:
    """Return every archive, in the order of their names. Raises MapUnfit, also where only one is damaged."""
    found = []
    for name, path in _paths(files).items():
        try:
            found.append(_archive(name, path))
        except OSError as error:
            raise MapUnfit("missing", f"{path} cannot be read: {error.strerror}") from error
        except PmtilesError as error:
            raise MapUnfit("damaged", f"{path}: {error}") from error
    return found


def _paths(files: MapFiles) -> Mapping[str, Path]:
    tiles = files.tiles
    if tiles is None:
        raise MapUnfit("not_set", "no tiles in the settings")
    try:
        if tiles.is_dir():
            named = sorted(path for path in tiles.iterdir() if NAME.fullmatch(path.name))
        else:
            named = [tiles] if tiles.exists() else []
    except OSError as error:
        raise MapUnfit("missing", f"{tiles} cannot be read: {error.strerror}") from error
    if not named:
        raise MapUnfit("missing", f"{tiles}: there is no such file, or no .pmtiles in it")
    if len(named) > ARCHIVES_MOST:
        raise MapUnfit("damaged", f"{tiles} holds {len(named)} archives, and at most {ARCHIVES_MOST} are read")
    if not all(NAME.fullmatch(path.name) for path in named):
        raise MapUnfit("damaged", f"{tiles}: wants a name of letters, digits, '.', '-' and '_' that ends in .pmtiles")
    return {path.name: path for path in named}


def _archive(name: str, path: Path) -> Archive:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        told = header(file.read(HEADER_BYTES))
        if size < told.ends:
            raise PmtilesError(f"it ends at byte {size}, and its header says {told.ends}")
        file.seek(told.metadata[0])
        words = metadata(file.read(told.metadata[1]), packed=told.packed)
    attribution = words.get("attribution")
    return Archive(name, told, layers(words), attribution if isinstance(attribution, str) else "")


def piece(
    files: MapFiles, name: str, wanted: tuple[int | None, int | None] | None, *, mark: str | None
) -> Piece | None:
    """Return a part of an archive, or None where there is no such part, or the whole is too large for one answer.

    `wanted` is first and last byte, either of them None as in `bytes=5-` and `bytes=-5`; None, or another `mark` than
    the file has, asks for the whole. Of a larger part the first PIECE_MOST_BYTES come. Raises MapUnfit.
    """
    path = _paths(files).get(name)
    if path is None:
        raise MapUnfit("missing", "there is no such archive")
    try:
        with path.open("rb") as file:
            stat = os.fstat(file.fileno())
            whole, is_now = stat.st_size, f'"{stat.st_ino:x}-{stat.st_size:x}-{stat.st_mtime_ns:x}"'
            if wanted is None or (mark is not None and mark != is_now):
                content = file.read(PIECE_MOST_BYTES + 1)
                return None if len(content) > PIECE_MOST_BYTES else Piece(content, 0, whole, is_now, False)
            if (span := _span(wanted, whole)) is None:
                return None
            file.seek(span[0])
            content = file.read(min(span[1] - span[0] + 1, PIECE_MOST_BYTES))
            return Piece(content, span[0], whole, is_now, True)
    except OSError as error:
        raise MapUnfit("missing", f"{path} cannot be read: {error.strerror}") from error


def _span(wanted: tuple[int | None, int | None], whole: int) -> tuple[int, int] | None:
    """First and last byte, or None where there is no such part."""
    first, last = wanted
    if first is None:
        first, last = max(0, whole - (last or 0)), whole - 1
    last = whole - 1 if last is None else min(last, whole - 1)
    return (first, last) if first <= last else None


# -- styles of one's own


def own_style(files: MapFiles, *, dark: bool) -> dict[str, Any] | None:
    """Return the style of the settings, or None where they name none. Raises MapUnfit."""
    path = files.style_dark if dark and files.style_dark is not None else files.style
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            raw = file.read(STYLE_MOST_BYTES + 1)
        if len(raw) > STYLE_MOST_BYTES:
            raise MapUnfit("style", f"{path} has more than {STYLE_MOST_BYTES} bytes")
        style = msgspec.json.decode(raw, type=dict[str, Any])
    except OSError as error:
        raise MapUnfit("style", f"{path} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MapUnfit("style", f"{path} is no JSON object: {error}") from error
    if not isinstance(style.get("sources"), dict) or not isinstance(style.get("layers"), list):
        raise MapUnfit("style", f"{path} is no MapLibre style: it wants sources and layers")
    if not files.allow_remote and (remote := _addresses(style)):
        raise MapUnfit("style", f"{path} names {remote[0][:100]}: map.allow_remote = true lets browsers ask there")
    return style


def origins(files: MapFiles) -> Sequence[str]:
    """Return the places elsewhere that browsers may ask, for the content security policy; none unless allowed."""
    if not files.allow_remote:
        return ()
    found = set()
    for dark in (False, True):
        try:
            addresses = _addresses(own_style(files, dark=dark) or {})
        except MapUnfit:  # said by `belfry check` and by the map; the fence stays as it is
            continue
        found |= {origin for address in addresses if (origin := _origin(address)) is not None}
    return sorted(found)


def _origin(address: str) -> str | None:
    """Scheme, host and port; None for what a policy could not name, such as a host with a space."""
    try:
        parts = urlsplit(address)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[a-z0-9.-]{1,253}", host):
        return None
    return f"{parts.scheme}://{host}{port}"


def _addresses(style: Mapping[str, Any]) -> list[str]:
    """Every address of another place in those parts of a style that are fetched."""
    fetched = [style.get(key) for key in ("sprite", "glyphs", "font-faces", "imports")]
    for source in style.get("sources", {}).values():
        if isinstance(source, dict):
            fetched += [value for key, value in source.items() if key != "attribution"]
    return [text for text in _texts(fetched) if _is_elsewhere(text)]


def _is_elsewhere(text: str) -> bool:
    return _ELSEWHERE.match(text.removeprefix(_PMTILES)) is not None


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]
