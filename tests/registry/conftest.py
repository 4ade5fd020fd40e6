"""A registry in a folder of its own, with a clock that the test turns and a hash that costs nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from belfry.registry import Registry


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


@pytest.fixture
def registry(tmp_path: Path, clock: Clock, hasher: PasswordHasher) -> Iterator[Registry]:
    registry = Registry.open(tmp_path / "data", clock=clock, hasher=hasher)
    yield registry
    registry.close()


def everything_stored(folder: Path) -> bytes:
    """Return every byte that the registry has on the disk."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
