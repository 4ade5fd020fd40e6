"""A registry, in SQLite and in PostgreSQL by turns, with a clock that the test turns and a hash that costs nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from belfry.registry import Registry
from tests.once import make_once
from tests.postgres import postgresql, postgresql_registry, postgresql_server

__all__ = ["postgresql", "postgresql_registry", "postgresql_server"]

make_once()

IN_A_FILE = pytest.mark.parametrize("where", ["sqlite"], indirect=True)
"""For what only a file can tell."""


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> datetime:
        self.now += by
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A folder or the address of a database, for `Registry.open`."""
    if request.param == "sqlite":
        return tmp_path / "data"
    address: str = request.getfixturevalue("postgresql_registry")
    return address


@pytest.fixture
def registry(where: Path | str, clock: Clock, hasher: PasswordHasher) -> Iterator[Registry]:
    registry = Registry.open(where, clock=clock, hasher=hasher)
    yield registry
    registry.close()


def everything_stored(folder: Path) -> bytes:
    """Return every byte that the registry has on the disk."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
