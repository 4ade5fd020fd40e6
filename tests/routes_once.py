"""The console's application with its routes built once for a process: they are the same in every centre.

Litestar copies, reads and checks two hundred handlers for each application, a fifth of a second, which a test hardly
ever is about. Every application still has a state and a lifespan of its own; what is tested in processes of their own
(`tests.app`, `tests.browser`) builds them as everybody does.
"""

from copy import copy
from functools import cache
from typing import Any

from litestar.datastructures import State

from belfry.web import app
from belfry.web.quick import Application
from belfry.web.routes import api

_built: dict[bool, Application] = {}


def build_routes_once() -> None:
    """From now on, in this process."""
    for name, once in (("api", cache(api)), ("Application", _application)):
        setattr(app, name, once)


def _application(*, state: State, lifespan: Any, guards: Any, **words: Any) -> Application:
    guarded = bool(guards)  # a demo's application: the one thing about routes in which two differ
    if guarded not in _built:
        _built[guarded] = Application(state=State(), lifespan=[], guards=guards, **words)
    made = copy(_built[guarded])
    made.state = state
    made._lifespan_managers = lifespan
    made.asgi_router = copy(made.asgi_router)
    made.asgi_router.app = made
    made.asgi_handler = made._create_asgi_handler()
    return made
