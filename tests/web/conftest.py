"""A centre for every test of the web."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.web.kit import Rig, centre


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with centre(tmp_path) as opened:
        yield opened
