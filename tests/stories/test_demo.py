"""The demo shows what a centre does with its sites and in its room: its own script, on a clock that tests move."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from belfry.app import demo, demo_people
from belfry.app.demo_phones import SUPERVISOR, phones, reached
from belfry.domain import reasons
from belfry.ports.staff import Role
from belfry.simulator.play import Player
from tests.stories.kit import SEED, Desk, open_town
from tests.stories.script import Script

ACCOUNTS: Final = 120
"""As many as the demo has where nobody says more."""
MINUTES: Final = 8
"""It has shown all of it by then."""
OF_SITES: Final = frozenset({"a site on test", "a runaway", "a storm", "an overdue closing", "a provider's outage"})
OF_THE_ROOM: Final = frozenset(
    {
        "a plan that branches",
        "a deadline that reached the supervisor's phone",
        "two rows of one fire",
        "a sheet that waits to be signed",
        "an exercise, marked",
        "two calls before the police",
    }
)
SHOWN: Final = OF_SITES | OF_THE_ROOM


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


async def seen_in_the_room(desk: Desk, rang: Sequence[tuple[str, str, str]]) -> set[str]:
    """What of the work in the room somebody at the desk can see at this moment, and what rang outside."""
    found: set[str] = set()
    rows = await desk.incidents("open")
    if rang and any("take:supervisor" in row["escalated"] for row in rows):
        found.add("a deadline that reached the supervisor's phone")
    if any(row["trainee"] == demo_people.ON_DUTY and "training" in row["flags"] for row in rows):
        found.add("an exercise, marked")
    waits = await desk.client.get("/handover/waiting")
    if waits.status_code == 200 and waits.json()["words"] == demo_people.WORDS:
        found.add("a sheet that waits to be signed")
    at_school = [row for row in rows if row["account"] == "1001" or "school" in str(row["site"]).lower()]
    if {row["method"] for row in at_school if row["group"] == "FIRE"} == {"equipment", "call"}:
        found.add("two rows of one fire")
    return found


async def seen_at_the_shop(desk: Desk) -> set[str]:
    """What whoever takes the alarm of the corner shop is shown."""
    found: set[str] = set()
    rows = [row for row in await desk.incidents("open") if row["account"] == "2002" and row["state"] == "waiting"]
    if not rows:
        return found
    assert (await desk.post(f"/incidents/{rows[0]['id']}/take", version=rows[0]["version"])).is_success
    steps = (await desk.plan(rows[0]["id"]))["steps"]
    if any(step["then"] and len(step["outcomes"]) > 1 for step in steps):
        found.add("a plan that branches")
    if (await desk.get(f"/incidents/{rows[0]['id']}/calls"))["two_calls"]:
        found.add("two calls before the police")
    return found


async def test_the_demo_shows_what_happens_at_sites_and_how_a_room_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rang: list[tuple[str, str, str]] = []
    telephones = phones(lambda name, title, body: rang.append((name, title, body)))
    serving = asyncio.create_task(telephones.serve())
    async with open_town(
        tmp_path, count=ACCOUNTS, change=lambda settings: reached(settings, tmp_path, telephones)
    ) as town:
        script = Script(town)
        monkeypatch.setattr(demo, "asyncio", script)
        monkeypatch.setattr(demo_people, "asyncio", script)
        monkeypatch.setattr(demo, "_now", town.clock)
        monkeypatch.setattr(demo_people, "_now", town.clock)
        monkeypatch.setattr(demo, "Player", partial(Player, sleep=script.sleep))
        head = await town.operator("head", Role.SUPERVISOR)
        playing = asyncio.create_task(demo.play(town.centre, accounts=ACCOUNTS, seed=SEED, rate=0.001))
        try:
            seen: set[str] = set()
            ends = town.clock.now.timestamp() + MINUTES * 60
            while seen != SHOWN and town.clock.now.timestamp() < ends and not playing.done():
                await script.go_on()
                seen |= await seen_now(head) | await seen_in_the_room(head, rang)
                if not seen & {"a plan that branches"}:
                    seen |= await seen_at_the_shop(head)
            assert not playing.done(), playing.exception()
            assert seen == SHOWN
            await every_reason_is_known(head)
        finally:
            playing.cancel()
            serving.cancel()
            await asyncio.gather(playing, serving, return_exceptions=True)
    assert SUPERVISOR in {name for name, _, _ in rang}


async def every_reason_is_known(desk: Desk) -> None:
    """What a town of all kinds of alarms has given as reasons is in the catalogue, and so in four languages."""
    rows = await desk.incidents()
    assert len(rows) > 10
    for row in rows:
        told: dict[str, Any] = await desk.detail(row["id"])
        given = [*told["reasons"], *(one for line in told["timeline"] for one in line["reasons"])]
        assert [one for one in given if not reasons.knows(one)] == []
