"""What every centre makes for itself and what is the same in all of them, made once for a process.

The routes of the console's application, the demo's map and gazetteer, the certificates that are trusted, the list of
installed parts, the tables of registry and archive: together a second of every story, and hardly ever what it is about.
What is tested in processes of their own (`tests.app`, `tests.browser`) makes them as everybody does.
"""

import shutil
import sqlite3
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from argon2 import PasswordHasher
from httpx._config import create_ssl_context
from httpx._transports import default
from litestar.datastructures import State
from sqlalchemy import Engine, inspect

from belfry import plugins
from belfry.app import demo
from belfry.archive import archive
from belfry.gazetteer.build import build
from belfry.plugins import installed
from belfry.registry import registry
from belfry.simulator.land import town
from belfry.simulator.town_map import town_map
from belfry.sql.migrate import migrate
from belfry.web import app
from belfry.web.quick import Application
from belfry.web.routes import api

CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""For passwords of people who do not exist."""

_folder: Final = TemporaryDirectory(prefix="belfry-town-")
_public: Final = cache(create_ssl_context)
_built: dict[bool, Application] = {}
_schemas: dict[str, sqlite3.Connection] = {}


def make_once() -> None:
    """From now on, in this process."""
    for where, name, once in (
        (app, "api", cache(api)),
        (app, "Application", _application),
        (demo, "town_map", lambda town: _drawn()),
        (demo, "build", _copied),
        (plugins, "installed", _installed),
        (default, "create_ssl_context", _trusted),
        (registry, "PasswordHasher", lambda: CHEAP),
        (registry, "migrate", _migrated),
        (archive, "migrate", _migrated),
    ):
        setattr(where, name, once)


def _installed(group: plugins.Group) -> Mapping[str, tuple[EntryPoint, ...]]:
    return _on_path(group, tuple(sys.path))


@cache
def _on_path(group: plugins.Group, path: tuple[str, ...]) -> Mapping[str, tuple[EntryPoint, ...]]:
    return installed(group)


def _trusted(verify: Any = True, cert: Any = None, trust_env: bool = True) -> ssl.SSLContext:
    """The certificates that a client trusts where it is told nothing else are read once, and not for each client."""
    made = _public if verify is True and cert is None and trust_env else create_ssl_context
    return made(verify, cert, trust_env)


def _application(*, state: State, lifespan: Any, guards: Any, **words: Any) -> Application:
    """Litestar copies, reads and checks two hundred handlers for each application; each has a state of its own."""
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


def _migrated(engine: Engine, location: str) -> None:
    """An empty SQLite file gets the pages of one that was migrated before, step by step."""
    is_empty = engine.dialect.name == "sqlite" and not inspect(engine).get_table_names()
    if is_empty and (made := _schemas.get(location)) is not None:
        with _bare(engine) as target:
            made.backup(target)
        return
    migrate(engine, location)
    if is_empty:
        with _bare(engine) as source:
            kept = sqlite3.connect(":memory:", check_same_thread=False)
            source.backup(kept)
        _schemas[location] = kept


@contextmanager
def _bare(engine: Engine) -> Iterator[sqlite3.Connection]:
    connection = engine.raw_connection()
    try:
        bare = connection.driver_connection
        assert isinstance(bare, sqlite3.Connection)
        yield bare
    finally:
        connection.close()


@cache
def _drawn() -> bytes:
    return town_map(town())


def _copied(files: Iterable[Path], target: Path, *, now: datetime) -> None:
    made = Path(_folder.name) / target.name
    if not made.is_file():
        build(files, made, now=now)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(made, target)
