"""The demo shows what a centre does with its sites: its own script, minutes of it, on a clock that tests move."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from belfry.app import demo
from belfry.domain import reasons
from belfry.ports.staff import Role
from belfry.simulator.play import Player
from tests.stories.kit import SEED, Desk, open_town
from tests.stories.script import Script

ACCOUNTS: Final = 120
"""As many as the demo has where nobody says more."""
MINUTES: Final = 8
"""It has shown all of it by then."""
SHOWN: Final = frozenset({"a site on test", "a runaway", "a storm", "an overdue closing", "a provider's outage"})


async def seen_now(desk: Desk) -> set[str]:
    """What of all that somebody at the desk can see at this moment, as its own screens ask for it."""
    found: set[str] = set()
    if any(one["account"] == "5301" and one["came"] for one in (await desk.get("/tests"))["items"]):
        found.add("a site on test")
    if any(one["count"] > 6 for one in (await desk.get("/runaways"))["items"]):
        found.add("a runaway")
    if any(one["running"] and one["held"] for one in (await desk.get("/storms"))["items"]):
        found.add("a storm")
    board = await desk.get("/supervision")
    if any(one["kind"] == "PROP.CLOSE.LATE" and one["account"] == "5601" for one in board["overdue"]):
        found.add("an overdue closing")
    if any(one["part"] == f"provider/{demo.PROVIDER}" and one["silent"] > 10 for one in board["outages"]):
        found.add("a provider's outage")
    return found


async def test_the_demo_shows_a_test_a_runaway_a_storm_an_overdue_closing_and_an_outage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_town(tmp_path, count=ACCOUNTS) as town:
        script = Script(town)
        monkeypatch.setattr(demo, "asyncio", script)
        monkeypatch.setattr(demo, "_now", town.clock)
        monkeypatch.setattr(demo, "Player", partial(Player, sleep=script.sleep))
        head = await town.operator("head", Role.SUPERVISOR)
        playing = asyncio.create_task(demo.play(town.centre, accounts=ACCOUNTS, seed=SEED, rate=0.001))
        try:
            seen: set[str] = set()
            ends = town.clock.now.timestamp() + MINUTES * 60
            while seen != SHOWN and town.clock.now.timestamp() < ends and not playing.done():
                await script.go_on()
                seen |= await seen_now(head)
            assert not playing.done(), playing.exception()
            assert seen == SHOWN
            await every_reason_is_known(head)
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)


async def every_reason_is_known(desk: Desk) -> None:
    """What a town of all kinds of alarms has given as reasons is in the catalogue, and so in four languages."""
    rows = await desk.incidents()
    assert len(rows) > 10
    for row in rows:
        told: dict[str, Any] = await desk.detail(row["id"])
        given = [*told["reasons"], *(one for line in told["timeline"] for one in line["reasons"])]
        assert [one for one in given if not reasons.knows(one)] == []
