"""A centre for every test of the web."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from belfry.web import stream
from tests.web.kit import Rig, centre


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with centre(tmp_path) as opened:
        yield opened


@pytest.fixture(autouse=True)
def rows_leave_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here waits for the pace of a flood."""
    monkeypatch.setattr(stream, "PACE_S", 0.0)
