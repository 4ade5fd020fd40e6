"""The application, with a short way to its busiest handler.

Of what a `POST /signals` costs, a part is the framework's: it looks for the route, builds arguments, goes through
its layers. So this one address is handed to its handler at once; whatever is refused there is answered by the same
functions as everywhere. All other requests, and this address in any other spelling, go the usual way.
"""

from typing import Any, Final

from litestar import Litestar, Response

from belfry.web.arrivals import SIGNALS, receipt_of
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.identity import check_loopback
from belfry.web.problems import on_error
from belfry.web.routes import PREFIX

PATH: Final = f"{PREFIX}/{SIGNALS}"


class Application(Litestar):
    """A Litestar whose `POST /api/v1/signals` is not looked for."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") == PATH and scope.get("method") == "POST":
            scope["app"] = scope["litestar_app"] = self  # as Litestar does
            request = Asked(scope, receive, send)
            response = (await _answer(request)).to_asgi_response(None, request)
            await response(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def _answer(request: Asked) -> Response[Any]:
    try:
        if front(request).house.demo:
            check_loopback(request)
        return await receipt_of(request)
    except Exception as error:
        return on_error(request, error)
