"""Who is asking: a bearer token, or the session cookie of a browser with its CSRF word. A guard per right.

A browser sends its cookie whatever page it was told to by, so an unsafe request with a cookie wants the word that only
our own pages know, and must come from our own address where it says where it comes from.
"""

import re
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from belfry.ports.staff import Session, User
from belfry.web.front import front
from belfry.web.problems import Refused, refused
from belfry.web.rights import Right, may

COOKIE: Final = "belfry_session"
CSRF_HEADER: Final = "X-Belfry-CSRF"
_CSRF: Final = CSRF_HEADER.lower().encode()
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK: Final = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
"""Host and port and nothing else: no name of a user before it."""

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


class Visitor(Struct, frozen=True):
    """Whoever sent a request, and how that was proved: `session` and `secret` of a browser, neither of a token."""

    user: User
    session: Session | None = None
    secret: str | None = None


async def recognise(connection: Connection) -> Visitor | None:
    """Return who is asking, or None where it does not say. Raises Refused for a secret that is no good."""
    authorization, cookie, csrf = b"", b"", b""
    for name, value in connection.scope["headers"]:
        if name == b"authorization":
            authorization = value
        elif name == b"cookie":
            cookie = cookie + b"; " + value if cookie else value
        elif name == _CSRF:
            csrf = value
    if authorization:
        return Visitor(await _bearer(connection, authorization))
    secret = _session_secret(cookie)
    if secret is None:
        return None
    house = front(connection).house
    session = house.sessions.find(secret, house.clock())
    if session is None:
        return None
    if connection.scope["method"] not in _SAFE:  # type: ignore[typeddict-item]  # only HTTP has guards here
        check_origin(connection)
        if not compare_digest(csrf, session.csrf.encode()):
            raise refused(403, "The CSRF word is missing or old: load the page again", kind="belfry:csrf")
    return Visitor(session.user, session, secret)


async def let_in(connection: Connection, right: Right) -> Visitor:
    """Return who is asking, if they have a right. Raises Refused."""
    visitor = await recognise(connection)
    if visitor is None:
        raise unknown()
    if not may(visitor.user.role, right):
        raise refused(403, f"The role {visitor.user.role} may not do this", kind="belfry:role")
    return visitor


def need(right: Right) -> Guard:
    """Return the guard that lets in whoever has a right, and leaves them for `visitor_of`."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        connection.scope["user"] = await let_in(connection, right)

    return guard


async def visitor_guard(connection: Connection, _: BaseRouteHandler) -> None:
    """Let in anybody who is known."""
    visitor = await recognise(connection)
    if visitor is None:
        raise unknown()
    connection.scope["user"] = visitor


def visitor_of(request: Request[Any, Any, Any]) -> Visitor:
    visitor: Visitor = request.scope["user"]
    return visitor


def unknown() -> Refused:
    return refused(401, kind="belfry:unknown", headers={"WWW-Authenticate": "Bearer"})


async def _bearer(connection: Connection, authorization: bytes) -> User:
    scheme, _, secret = authorization.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise refused(401, "Only bearer tokens are known", headers={"WWW-Authenticate": "Bearer"})
    house = front(connection).house
    user = await house.tokens.find(secret.strip(), house.clock())
    if user is None:
        raise refused(
            401,
            "The token is unknown or over",
            kind="belfry:token",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    return user


def _session_secret(cookie: bytes) -> str | None:
    if COOKIE.encode() not in cookie:
        return None
    try:
        morsel = SimpleCookie(cookie.decode("latin-1")).get(COOKIE)
    except CookieError:
        return None
    return None if morsel is None or not morsel.value else morsel.value


# -- where a request comes from ---------------------------------------------------------------------------------------


def check_origin(connection: Connection) -> None:
    """Refuse what another site's page sent. Programs send no Origin; browsers do, with every unsafe request."""
    origin = connection.headers.get("origin")
    if origin is None:
        return
    ours = {connection.headers.get("host", "").lower()}
    public = front(connection).house.public_url
    if public is not None:
        ours.add(_netloc(public))
    if _netloc(origin) not in ours:
        raise refused(403, "This came from another site's page", kind="belfry:origin")


def check_loopback(connection: Connection) -> None:
    """In a demo nobody signs in, so only this machine may knock: by its own name, and from its own pages.

    The name is checked because a page of the internet may make its name point at this machine (DNS rebinding).
    """
    host, origin = connection.headers.get("host", ""), connection.headers.get("origin")
    if not _LOOPBACK.fullmatch(host) or (origin is not None and not _LOOPBACK.fullmatch(_netloc(origin))):
        raise refused(403, "The demo answers this machine only", kind="belfry:demo")


def _netloc(url: str) -> str:
    """Host and port of an address; empty where it is none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
