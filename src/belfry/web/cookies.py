"""The one cookie: who this browser is signed in as."""

from datetime import datetime
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from belfry.web.front import front
from belfry.web.identity import COOKIE


def session_cookie(connection: ASGIConnection[Any, Any, Any, Any], secret: str, lasts_s: int) -> Cookie:
    """Return the cookie of a session. No page's script can read it, and no other site's page can make it be sent."""
    return Cookie(
        key=COOKIE,
        value=secret,
        path="/",
        httponly=True,
        samesite="strict",
        secure=front(connection).house.https or connection.scope.get("scheme") == "https",
        max_age=lasts_s,
    )


def seconds_until(end: datetime, now: datetime) -> int:
    return max(int((end - now).total_seconds()), 0)
