"""A closing that is due in the hour which the clocks skip, or have twice: late once, at the moment that was told."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from belfry.app import upkeep
from belfry.ports.staff import Role
from tests.stories.kit import ROOMY, SITES, Clock, Town, until

BAR: Final = {
    "name": "Bar",
    "openings": [
        {"days": list(range(7)), "opens_from": 1_080, "opens_until": 1_140, "closes_from": 1_440, "closes_until": 1_530}
    ],
}
"""Every evening from six until half past one in the night, by London's clocks."""


@pytest.fixture(autouse=True)
def the_registry_is_looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "REGISTRY_LOOK", upkeep.REGISTRY_LOOK / 80)


@pytest.mark.parametrize(
    ("now", "due", "is_late"),
    [
        (datetime(2026, 3, 29, 0, 59, 30, tzinfo=UTC), "2026-03-29T01:00:00Z", True),
        (datetime(2026, 10, 25, 0, 29, 30, tzinfo=UTC), "2026-10-25T01:30:00Z", False),
        (datetime(2026, 10, 25, 1, 29, 30, tzinfo=UTC), "2026-10-25T01:30:00Z", True),
    ],
    ids=["half past one is skipped", "half past one for the first time", "half past one for the second time"],
)
async def test_a_closing_at_half_past_one_is_late_when_half_past_one_is_over_for_good(
    tmp_path: Path, now: datetime, due: str, *, is_late: bool
) -> None:
    town = Town(tmp_path, Clock(now), SITES, ROOMY)
    await town.start()
    try:
        head = await town.operator("head", Role.SUPERVISOR)
        number = town.player.role("shop")
        (found,) = (await head.get("/accounts", account=number))["items"]
        site = await head.get(f"/accounts/{found['id']}")
        body = {"version": site["version"], "schedules": [BAR]}
        answer = await head.client.patch(f"/accounts/{found['id']}", json=body)
        assert answer.status_code == 200, answer.text
        await until(lambda: bool(town.centre.book.parts(found["id"]).schedules))
        assert await town.say("shop", "1401", "001") == "ACK"
        (closing,) = (await head.get("/supervision"))["due_next"]
        assert (closing["what"], closing["at"]) == ("close", due)

        await town.pass_time(seconds=29)
        assert await head.told() == []
        await town.pass_time(seconds=2)
        assert await head.told() == ([f"PROP.CLOSE.LATE 3 waiting {number}"] if is_late else [])
        await town.restart()
        head = await town.operator("head", Role.SUPERVISOR)
        await town.pass_time(seconds=5)
        assert len(await head.told()) == is_late, "and not once more"
    finally:
        await town.stop()
