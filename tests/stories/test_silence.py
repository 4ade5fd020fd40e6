"""A panel falls silent: said once when its window is over, taken back once when it polls again (RULES 3)."""

from pathlib import Path
from typing import Any

from belfry.ports import Stored
from tests.stories.kit import Town, open_town

WINDOW_S = 50.0
"""Twice the interval of 20 s and ten seconds: the hotel's and the jeweller's."""


def said(signals: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["method"], one["state"]) for one in signals]


async def test_a_silent_panel_is_lost_after_its_window_and_restored_by_its_next_poll(town: Town) -> None:
    desk = await town.operator("anna")
    assert await town.panel("hotel").poll() == "ACK"
    await town.pass_time(seconds=WINDOW_S - 1)
    assert await desk.told() == []
    assert (await desk.get("/centre"))["lost"] == 0

    await town.pass_time(seconds=2)
    assert await desk.told() == ["TECH.COMMS.LOST 2 waiting 5401"]
    assert said(await desk.signals("5401")) == [("system", "trouble")]
    assert (await desk.get("/centre"))["lost"] == 1
    await town.pass_time(seconds=3 * WINDOW_S)
    assert said(await desk.signals("5401")) == [("system", "trouble")]

    assert await town.panel("hotel").poll() == "ACK"
    await town.pass_time(seconds=1)
    assert said(await desk.signals("5401")) == [("system", "trouble"), ("system", "trouble_restore")]
    assert await desk.told() == ["TECH.COMMS.LOST 2 closed 5401 [restored]"]
    assert (await desk.get("/centre"))["lost"] == 0
    assert len(await desk.signals()) == 2


async def test_a_cut_line_of_an_armed_jeweller_is_an_alarm_that_no_poll_closes(town: Town) -> None:
    desk = await town.operator("anna")
    await town.say("jeweller", "3401", "001")
    await town.panel("jeweller").poll()
    await town.pass_time(seconds=WINDOW_S + 1)
    (row,) = await desk.incidents()
    assert (row["kind"], row["priority"], row["state"]) == ("TECH.COMMS.LOST", 1, "waiting")
    await town.panel("jeweller").poll()
    await town.pass_time(seconds=1)
    assert await desk.told() == ["TECH.COMMS.LOST 1 waiting 3004 [restored]"]
    assert said(await desk.signals("3004")) == [
        ("equipment", "close"),
        ("system", "trouble"),
        ("system", "trouble_restore"),
    ]


async def test_who_polls_in_time_is_never_lost(town: Town) -> None:
    desk = await town.operator("anna")
    for _ in range(10):
        assert await town.panel("hotel").poll() == "ACK"
        await town.pass_time(seconds=20)
    assert await desk.told() == []
    assert await desk.signals() == []


async def test_a_loss_is_remembered_over_a_restart_and_said_once(town: Town) -> None:
    desk = await town.operator("anna")
    await town.panel("hotel").poll()
    await town.pass_time(seconds=WINDOW_S + 1)
    await town.restart()
    desk = await town.operator("anna")
    await town.pass_time(seconds=WINDOW_S + 1)
    assert await desk.told() == ["TECH.COMMS.LOST 2 waiting 5401"]
    await town.panel("hotel").poll()
    await town.pass_time(seconds=1)
    assert said(await desk.signals("5401")) == [("system", "trouble"), ("system", "trouble_restore")]


async def test_polls_are_answered_and_the_journal_does_not_grow(town: Town) -> None:
    desk = await town.operator("anna")
    roles = ("hotel", "jeweller", "kiosk", "school", "0999")  # TCP, UDP, encrypted, and an account of nobody
    answers = [await town.panel(role).poll() for _ in range(40) for role in roles]
    assert answers == ["ACK"] * 200
    kept = await town.centre._stores.journal.page(0, 1_000)
    assert {one.entry.subject for one in kept if isinstance(one, Stored)} <= {"centre", "registry"}, "its start alone"
    assert await desk.signals() == []
    assert await desk.told() == []
    assert (await desk.get("/centre"))["not_commissioned"] == 16 - 4 + 1


async def test_a_providers_outage_is_one_row_and_the_armed_jeweller_another_above_it(tmp_path: Path) -> None:
    async with open_town(tmp_path, count=140) as town:
        desk = await town.operator("anna")
        neighbours = [site.account for site in town.sites if site.polls_s and not site.role]
        assert len(neighbours) == 25
        await town.say("jeweller", "3401", "001")
        for account in ("jeweller", *neighbours):
            assert await town.panel(account).poll() == "ACK"

        await town.pass_time(minutes=5)
        assert await desk.told() == ["TECH.COMMS.LOST 1 waiting 3004", "TECH.OUTAGE 2 waiting None"]
        assert said(await desk.signals()) == [("equipment", "close"), ("system", "trouble"), ("system", "trouble")]
        assert (await desk.get("/centre"))["lost"] == 26
        (outage,) = (await desk.get("/supervision"))["outages"]
        rows = await desk.incidents()
        assert [(row["kind"], row["part"]) for row in rows] == [
            ("TECH.COMMS.LOST", None),
            ("TECH.OUTAGE", outage["part"]),
        ]
        assert (outage["incident"], outage["silent"]) == (rows[1]["id"], 25)

        for account in neighbours:
            assert await town.panel(account).poll() == "ACK"
        await town.pass_time(seconds=5)
        assert await desk.told() == ["TECH.COMMS.LOST 1 waiting 3004", "TECH.OUTAGE 2 closed None [restored]"]
        assert len(await desk.signals()) == 4
        assert (await desk.get("/centre"))["lost"] == 1
        (over,) = [row for row in await desk.incidents() if row["kind"] == "TECH.OUTAGE"]
        assert over["part"] is None, "no list of what is over says where it was"
