"""What every test may rely on; fixtures of one room live beside that room's tests.

Hypothesis runs the same examples each time and watches no clock, so that a slow machine is no failure. To look
further than the usual hundred examples: `make test ARGS="--hypothesis-profile=search"`.

A file is one worker's, so what takes longest begins first and the others fill what is left.
"""

from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite(
    "belfry.testing.journal_suite", "belfry.testing.notifier_suite"
)  # so that its failures are shown with their values

settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "search", deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

HERE: Final = Path(__file__).resolve().parent
LONGEST: Final = (
    "faults",
    "browser/test_demo",
    "stories/test_demo",
    "web/test_schemathesis",
    "browser",
    "app",
    "stories",
)
"""Rooms and files by how long one of their files may take, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.path))


def _rank(path: Path) -> int:
    name = path.relative_to(HERE).as_posix() if path.is_relative_to(HERE) else ""
    return next((rank for rank, one in enumerate(LONGEST) if name.startswith(one)), len(LONGEST))
