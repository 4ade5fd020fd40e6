"""The pure rooms read no clock, touch no disk or network and draw no lots.

`domain`, `protocols` and `safeguards` are rules and values: the same arguments give the same answer, on any machine
and at any time. `now` and randomness are arguments. This test walks their syntax trees, so that a forbidden import
inside a function counts as well. Two doors stay open, because they change nothing:

- `importlib.resources`, for the tables that the package itself carries (kinds, codes, texts);
- the value types of `datetime`; only the calls that ask for the present are forbidden.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = ROOT / "src" / "belfry"
PURE_ROOMS: Final = ("domain", "protocols", "safeguards")

# A name forbids what lies below it: `os` forbids `os.path` and `from os import urandom` alike.
FORBIDDEN_MODULES: Final = frozenset(
    {
        *("aiohttp", "anyio", "asyncio", "concurrent", "contextvars", "http", "httpx", "select", "selectors"),
        *("socket", "socketserver", "ssl", "urllib.request", "litestar", "uvicorn", "uvloop", "typer"),
        *("fcntl", "glob", "mmap", "os", "pathlib", "shutil", "sqlalchemy", "sqlite3", "tempfile"),
        *("ctypes", "multiprocessing", "pty", "sched", "signal", "subprocess", "sys", "threading"),
        *("random", "secrets", "time", "uuid", "platform"),
        *("logging", "prometheus_client", "queue", "structlog"),
    }
)
FORBIDDEN_CALLS: Final = frozenset({"open", "input", "print", "breakpoint", "exec", "eval", "__import__"})
# As in datetime.now(), datetime.datetime.utcnow(), date.today(), whatever name they were imported under.
ASKS_FOR_THE_PRESENT: Final = frozenset({"now", "utcnow", "today"})
# Reading the package's own tables is allowed; nothing that changes a file is.
CHANGES_A_FILE: Final = frozenset({"write_text", "write_bytes", "unlink", "mkdir"})


def violations(source: str) -> Iterator[str]:
    """Yield `line: what` for everything in a module's text that a pure room must not have."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if is_forbidden(alias.name):
                        yield f"{node.lineno}: import {alias.name}"
            case ast.ImportFrom(module=str(module), names=names, level=0):
                if is_forbidden(module) or any(is_forbidden(f"{module}.{alias.name}") for alias in names):
                    yield f"{node.lineno}: from {module} import"
            case ast.Call(func=ast.Name(id=name)) if name in FORBIDDEN_CALLS:
                yield f"{node.lineno}: {name}()"
            case ast.Call(func=ast.Attribute(attr=name)) if name in ASKS_FOR_THE_PRESENT | CHANGES_A_FILE:
                yield f"{node.lineno}: .{name}()"
            # Not called here but handed on, as in `default_factory=datetime.utcnow`.
            case (
                ast.keyword(value=ast.Attribute(value=owner, attr=name))
                | ast.Assign(value=ast.Attribute(value=owner, attr=name))
            ) if name in ASKS_FOR_THE_PRESENT and last_name(owner) in {"datetime", "date"}:
                yield f"{owner.lineno}: .{name}"


def is_forbidden(module: str) -> bool:
    parts = module.split(".")
    return any(".".join(parts[:n]) in FORBIDDEN_MODULES for n in range(1, len(parts) + 1))


def last_name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def modules() -> list[Path]:
    return sorted(path for room in PURE_ROOMS for path in (SOURCES / room).rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(SOURCES).as_posix())
def test_a_pure_room_reads_no_clock_and_touches_nothing(path: Path) -> None:
    assert list(violations(path.read_text(encoding="utf-8"))) == []


def test_the_walk_sees_all_rooms_that_exist() -> None:
    seen = {path.relative_to(SOURCES).parts[0] for path in modules()}
    assert seen == {room for room in PURE_ROOMS if (SOURCES / room).is_dir()}
    assert "domain" in seen


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("import time", "1: import time"),
        ("import os.path as p", "1: import os.path"),
        ("def f():\n    from secrets import token_bytes", "2: from secrets import"),
        ("import asyncio, json", "1: import asyncio"),
        ("from datetime import datetime as d\nd.now()", "2: .now()"),
        ("import datetime\nclock = datetime.datetime.utcnow", "2: .utcnow"),
        ("from datetime import date\ndate.today()", "2: .today()"),
        ("from datetime import datetime\nfield(default_factory=datetime.now)", "2: .now"),
        ("from urllib import request", "1: from urllib import"),
        ("open('/etc/passwd')", "1: open()"),
        ("import structlog", "1: import structlog"),
        ("from importlib.resources import files\nfiles('x').joinpath('y').write_text('z')", "2: .write_text()"),
    ],
)
def test_a_planted_violation_is_found(planted: str, found: str) -> None:
    assert list(violations(planted)) == [found]


@pytest.mark.parametrize(
    "allowed",
    [
        "from datetime import UTC, datetime, timedelta\ndef late(at: datetime, now: datetime) -> bool: return at < now",
        "from importlib.resources import files\ntext = files('belfry.domain').joinpath('kinds.csv').read_text('utf-8')",
        "from . import signal",
        "from belfry.domain.signal import Signal",
        "from io import StringIO",
        "def late(context: Context) -> bool: return context.at < context.now",
        "def key(rand: bytes) -> bytes: return rand[:16]",
    ],
)
def test_what_a_pure_room_may_do_passes(allowed: str) -> None:
    assert list(violations(allowed)) == []
