"""The console's pages: one page for all its addresses, and the files that it is made of.

What can be asked for is listed when the application is made, so a path in a request never names a file. Files whose
name carries a hash may be kept for ever, the page itself never.
"""

import mimetypes
import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from belfry.web.cookies import seconds_until, session_cookie
from belfry.web.front import Page, front
from belfry.web.headers import HTTPS_ONLY, page_headers
from belfry.web.house import House
from belfry.web.identity import check_loopback, recognise
from belfry.web.problems import Refused

INDEX: Final = "index.html"
ROUTES: Final = (
    "", "me", "closed", "floor", "wall", "handover", "training", "on-test", "supervision", "storm", "sites",
    "sites/new", "import", "regions", "devices", "devices/new", "devices/listen", "mappings", "agreements",
    "units/manage", "my-site", "report", "reports", "staffing", "plans", "plans/new", "plans/try", "map", "dispatch",
    "call", "decode", "overview", "signin", "setup", "tech",
)  # fmt: skip
"""Addresses of the console; each is the same page."""
OF_A_SITE: Final = re.compile(r"sites/[^/]{1,200}(/edit|/closed)?|plans/[^/]{1,200}/edit|devices/[^/]{1,200}")
"""So are those of each site's card and editor, of what is over there, and of each plan and device."""
TECHNICIAN: Final = "tech"
"""A technician's own page, on which nobody of the staff is signed in."""

MANIFEST: Final = "manifest.webmanifest"
ICON_SIZES: Final = (192, 512)
SHORT_MOST: Final = 24

_FOREVER: Final = "public, max-age=31536000, immutable"
_HASHED: Final = "assets/"
"""Vite puts files with a hash in their names here."""

NOT_BUILT: Final = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Belfry</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1>Belfry runs, but its console is not built</h1>
<p>In a checkout, <code>make console</code> builds it. The API is at <code>/api/v1/openapi.json</code>.</p>
</body></html>
"""


def built_pages() -> Mapping[str, Page]:
    """Return the files of the built console by path; empty where it is not built."""
    return files_below(files("belfry.web") / "static")


def files_below(root: Traversable) -> Mapping[str, Page]:
    """Return what lies below a folder by path, without what is hidden; empty where there is no folder."""
    return {path: _page(path, file) for path, file in _walk(root, "")} if root.is_dir() else {}


def _walk(folder: Traversable, below: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        path = f"{below}{entry.name}"
        if entry.is_dir():
            found += _walk(entry, f"{path}/")
        elif not entry.name.startswith("."):
            found.append((path, entry))
    return found


def _page(path: str, file: Traversable) -> Page:
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Page(file.read_bytes(), media_type, _FOREVER if path.startswith(_HASHED) else "no-cache")


async def page(request: Request[Any, Any, Any], path: str) -> Response[bytes]:
    """A page or file of the console. In a demo, where nobody knows a pass-word, pages sign visitors in."""
    wanted, pages = path.strip("/"), front(request).pages
    fence = page_headers(front(request).house.map_origins)
    secure = HTTPS_ONLY if front(request).house.https else {}
    is_page = wanted in ROUTES or OF_A_SITE.fullmatch(wanted) is not None
    if is_page:
        found = pages.get(INDEX, Page(NOT_BUILT, MediaType.HTML, "no-store"))
    elif wanted == MANIFEST:
        found = Page(_manifest(front(request).house), "application/manifest+json", "no-cache")
    elif wanted in pages:
        found = pages[wanted]
    else:
        raise NotFoundException
    answer = Response(
        found.content, media_type=found.media_type, headers={**fence, **secure, "Cache-Control": found.cache}
    )
    if front(request).house.demo and is_page and wanted != TECHNICIAN:
        await _sign_in_to_demo(request, answer)
    return answer


def _manifest(house: House) -> bytes:
    """What a telephone installs: the responder's page, under the name of this centre."""
    icons = [{"src": f"/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in ICON_SIZES]
    masked = [{**icon, "src": icon["src"].replace("icon", "mask"), "purpose": "maskable"} for icon in icons]
    return msgspec.json.encode(
        {
            "id": "/me",
            "name": house.name,
            "short_name": house.name[:SHORT_MOST],
            "lang": house.language,
            "start_url": "/me",
            "scope": "/",
            "display": "standalone",
            "background_color": "#090c10",
            "theme_color": "#12202e",
            "icons": [{"src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml"}, *icons, *masked],
        }
    )


async def _sign_in_to_demo(request: Request[Any, Any, Any], answer: Response[bytes]) -> None:
    check_loopback(request)
    try:
        if await recognise(request) is not None:
            return
    except Refused:
        pass  # a secret that is no good any more
    desk = front(request)
    house = desk.house
    name = house.demo[next(desk.visitors) % len(house.demo)]
    user = next((user for user in await house.users.all() if user.name == name), None)
    if user is None:
        raise NotFoundException
    now = house.clock()
    secret, opened = await house.sessions.open(user, now)
    answer.set_cookie(session_cookie(request, secret, seconds_until(opened.expires_at, now)))
    answer.headers["Cache-Control"] = "no-store"


@get(["/", "/{path:path}"], include_in_schema=False)
async def console(request: Request[Any, Any, Any], path: FromPath[str] = "") -> Response[bytes]:
    return await page(request, path)
