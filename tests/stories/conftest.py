"""A town for every story, in which those who watch the clock look at it often."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from belfry.app import upkeep
from belfry.centre import deadlines, outbox, schedules, supervision
from belfry.centre.alerts import following
from tests.stories.kit import Town, open_town


@pytest.fixture(autouse=True)
def clocks_are_watched_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many looks in the time of one, so that a test which moves the clock need not wait for them."""
    monkeypatch.setattr(supervision, "EVERY_S", 0.025)
    monkeypatch.setattr(schedules, "EVERY_S", 0.025)
    monkeypatch.setattr(deadlines, "LOOK_EVERY_S", 0.025)
    monkeypatch.setattr(outbox, "LOOK_EVERY_S", 0.025)
    monkeypatch.setattr(following, "LOOK_EVERY_S", 0.025)


@pytest.fixture(autouse=True)
def nobody_looks_whether_it_is_blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """That round goes by the real clock, and a story's operators mostly have no stream; whose story it is looks."""
    monkeypatch.setattr(upkeep, "BLIND_LOOK", timedelta(days=1))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened
