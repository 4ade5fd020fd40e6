"""The map over HTTP: whether there is one, its style, and ranges of its archives. For whoever is signed in.

Who sees what on it is not decided here: incidents come from the queue, sites from their cards, by the rules of those.
"""

import asyncio
import re
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import MediaType, Response, Router, get
from litestar.params import FromPath, QueryParameter

from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.identity import need
from belfry.web.map_files import Archive, MapFiles, MapUnfit, archives, own_style, piece
from belfry.web.map_style import style
from belfry.web.map_views import MapView
from belfry.web.problems import refused, told
from belfry.web.rights import Right

MEDIA_TYPE: Final = "application/vnd.pmtiles"
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_TAGS: Final = re.compile(r"<[^>]*>")
ATTRIBUTION_MOST: Final = 200
_NONE: Final = {404: told("There is no map, or its files cannot be read")}


@get("/map", guards=[need(Right.MAP)], summary="Whether there is a map")
async def map_now(request: Asked) -> MapView:
    """Looked at anew each time: a file may come, go and be replaced while the centre runs."""
    files = front(request).house.map
    try:
        found = await asyncio.to_thread(_usable, files)
    except MapUnfit as unfit:
        return MapView(available=False, why=unfit.why, attribution="", center=None, zoom=files.zoom, max_zoom=None)
    attribution = files.attribution or _plain(found)
    center = list(files.centre or found[0].header.centre)
    zoom = max(one.header.max_zoom for one in found)
    return MapView(available=True, why=None, attribution=attribution, center=center, zoom=files.zoom, max_zoom=zoom)


def _usable(files: MapFiles) -> list[Archive]:
    """Everything that a map needs, or MapUnfit."""
    found = list(archives(files))
    for dark in (False, True):
        own_style(files, dark=dark)
    return found


def _plain(found: list[Archive]) -> str:
    """Whose the data is, as the archives say it, without markup."""
    said = dict.fromkeys(_TAGS.sub("", one.attribution).strip() for one in found)
    return ", ".join(text for text in said if text)[:ATTRIBUTION_MOST]


@get("/map/style.json", guards=[need(Right.MAP)], responses=_NONE, summary="What the map looks like")
async def map_style(
    request: Asked, theme: Annotated[Literal["light", "dark"], QueryParameter()] = "light"
) -> Response[dict[str, Any]]:
    """A MapLibre style: the one in the settings, else ours. Its sources name archives as `pmtiles://NAME`."""
    files, dark = front(request).house.map, theme == "dark"

    def made() -> dict[str, Any]:
        return own_style(files, dark=dark) or style(archives(files), dark=dark)

    try:
        found = await asyncio.to_thread(made)
    except MapUnfit as unfit:
        raise _no_map(unfit) from None
    return Response(msgspec.json.encode(found), media_type=MediaType.JSON)  # type: ignore[arg-type]  # encoded already


@get(
    "/map/tiles/{name:str}",
    guards=[need(Right.MAP)],
    responses={404: _NONE[404], 416: told("There is no such part, or the whole is too large for one answer")},
    media_type=MEDIA_TYPE,
    summary="A part of an archive of tiles",
)
async def map_tiles(request: Asked, name: FromPath[str]) -> Response[bytes]:
    """One range of bytes (`Range: bytes=FIRST-LAST`), at most 4 MiB: of more, the beginning. `If-Range` with the mark
    of another version asks for the file from its start. Without a range a file comes whole, if it is no larger."""
    files, wanted = front(request).house.map, _wanted(request)
    mark = request.headers.get("if-range")
    try:
        found = await asyncio.to_thread(piece, files, name[:200], wanted, mark=mark)
    except MapUnfit as unfit:
        raise _no_map(unfit) from None
    if found is None:
        raise refused(416, "There is no such part, or it is too large without a range", kind="belfry:range")
    headers = {"ETag": found.mark, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
    if not found.is_part:
        return Response(found.content, media_type=MEDIA_TYPE, headers=headers)
    ends = found.begins + len(found.content) - 1
    headers["Content-Range"] = f"bytes {found.begins}-{ends}/{found.whole}"
    return Response(found.content, status_code=206, media_type=MEDIA_TYPE, headers=headers)


def _wanted(request: Asked) -> tuple[int | None, int | None] | None:
    """First and last byte of the range that is asked for; None: the whole. Raises Refused where it is not one range."""
    asked = request.headers.get("range")
    if asked is None:
        return None
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found[0] == "bytes=-":
        raise refused(416, "One range of bytes is given at a time", kind="belfry:range")
    return tuple(int(text) if text else None for text in found.groups())  # type: ignore[return-value]  # two groups


def _no_map(unfit: MapUnfit) -> Exception:
    """The words may name a folder of the machine, which is nobody's business but `belfry check`'s."""
    return refused(404, "There is no map", kind=f"belfry:map-{unfit.why}")


def router() -> Router:
    handlers: list[Any] = [map_now, map_style, map_tiles]
    return Router("/", route_handlers=handlers, tags=["map"])
