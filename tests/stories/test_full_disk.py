"""The disk fills up: nobody is acknowledged, everybody is told; there is room again: the panel sends again, one row
(RULES 5)."""

import asyncio
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from belfry.app import health
from belfry.app.machine import space_of
from belfry.domain.facts import Downtime, Entry, Erased
from belfry.domain.own_faults import Space
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Full, Stored
from belfry.protocols.dc09 import build_frame
from tests.stories.kit import ROOMY, Desk, Town, open_town, until, until_told

REFUSED_IN_A_ROW: Final = 20


@pytest.fixture(autouse=True)
def room_is_looked_for_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOOK", timedelta(seconds=0.05))


def journal_of(town: Town) -> SqliteJournal:
    journal = town.centre._stores.journal
    assert isinstance(journal, SqliteJournal)
    return journal


async def pulses(desk: Desk) -> AsyncGenerator[dict[str, Any], None]:
    """What the stream says of the centre itself."""
    async with desk.client.stream("GET", "/stream") as answer:
        event = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: ") and event == "centre":
                yield json.loads(line[6:])


async def fill(journal: SqliteJournal) -> None:
    """Let the file grow no more, and fill it up with entries that are shorter than any other."""
    await journal.limit_size(1)
    refused = 0
    while refused < REFUSED_IN_A_ROW:
        entry = Entry(id=secrets.token_bytes(16), subject="centre", at=datetime.now(UTC), facts=(Erased(keys=0),))
        try:
            await journal.append([entry])
        except Full:
            refused += 1
        else:
            refused = 0


async def first_answer(town: Town) -> bytes:
    """Send an alarm and then a link test; answers leave in the order of the frames, so this is the first of them."""
    reader, writer = await asyncio.open_connection(town.line.host, town.line.port)
    writer.write(build_frame("ADM-CID", seq=1, account="2003", data="#2003|1134 01 001"))
    writer.write(build_frame("NULL", seq=2, account="2003", at=town.clock()))
    answer = await reader.readuntil(b"\r")
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_full_disk_is_seen_on_every_console_and_over_when_there_is_room(town: Town) -> None:
    desk, robot = await town.operator("anna"), await town.program()
    journal = journal_of(town)
    async with aclosing(pulses(desk)) as told:
        assert (await anext(told))["journal"] == "open"

        await fill(journal)
        refused = await robot.post("/signals", account="2002", code="FA", zone="1")
        assert (refused.status_code, refused.json()["type"]) == (503, "belfry:journal-full")
        while (pulse := await anext(told))["journal"] == "open":
            pass
        (alarm,) = pulse["faults"]
        assert (alarm["kind"], alarm["part"], alarm["why"], alarm["priority"]) == ("TECH.CENTRE", "storage", "full", 1)
        assert (await desk.get("/centre"))["journal"] == "closed"
        assert (await desk.client.get(f"{town.url}readyz")).status_code == 503
        assert b'"ACK"0002' in await first_answer(town)

        town.clock.wait(seconds=90)
        await journal.limit_size(1 << 30)
        while (pulse := await anext(told))["journal"] == "closed":
            pass
    assert (await desk.get("/centre"))["journal"] == "open"
    await until_told(lambda: is_raised(desk))
    (row,) = await desk.incidents()
    assert (row["kind"], row["priority"], row["state"], row["restore"]["restored"]) == (
        "TECH.CENTRE",
        1,
        "waiting",
        True,
    )
    assert (await desk.detail(row["id"]))["reasons"][1:] == [
        "nothing could be kept from 2026-03-14 02:14:00 to 2026-03-14 02:15:30 UTC",
        "2 deliveries got no acknowledgement",
    ]
    assert (await desk.get("/centre"))["faults"] == []
    assert await town.say("kiosk", "1134", "001") == "ACK"
    rows = [row for row in await desk.incidents() if row["account"] == "2003"]
    assert [(row["kind"], row["signals_seq"]) for row in rows] == [("PROP.ALARM.INTR", 1)]

    async def is_written_down() -> bool:
        stored = await journal.read("centre")
        facts = [fact for one in stored if isinstance(one, Stored) for fact in one.entry.facts]
        return {fact.part for fact in facts if isinstance(fact, Downtime)} == {"journal"}

    await until_told(is_written_down)


async def is_raised(desk: Desk) -> bool:
    """The centre's own fault is an incident, and over."""
    return [row["restore"]["restored"] for row in await desk.incidents() if row["kind"] == "TECH.CENTRE"] == [True]


async def test_what_a_full_disk_was_is_an_incident_that_only_a_person_closes(town: Town) -> None:
    desk, robot = await town.operator("anna"), await town.program()
    await fill(journal_of(town))
    assert (await robot.post("/signals", account="2002", code="FA", zone="1")).status_code == 503
    assert await desk.incidents() == []
    await journal_of(town).limit_size(1 << 30)
    await until_told(lambda: is_raised(desk))
    await town.pass_time(minutes=5)
    (row,) = await desk.incidents("open")
    await desk.act(row["id"], "take")
    detail = await desk.detail(row["id"])
    await desk.skip_all(row["id"])
    await desk.act(row["id"], "close", disposition="technical_fault", cause="unknown", seen_upto=detail["signals_seq"])
    assert await desk.incidents("open") == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB, where this system lets us mount one."""
    mounted = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(tmp_path)]
    if shutil.which("mount") is None or subprocess.run(mounted, capture_output=True, check=False).returncode != 0:
        pytest.skip("this system lets nobody mount a small disk")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


async def test_a_little_room_is_not_enough_to_call_the_centre_open_again(small_disk: Path) -> None:
    """A real disk, filled to the brim by something else: what happens to fit is kept, and the alarm stays."""
    machine = replace(ROOMY, space=space_of)
    ballast = small_disk / "ballast"
    async with open_town(small_disk, machine=machine) as town:
        desk, robot = await town.operator("anna"), await town.program()
        fill_up(ballast)
        answers = await until_refused(robot)
        assert (await desk.get("/centre"))["faults"][0]["why"] == "full"

        os.truncate(ballast, ballast.stat().st_size - 300 * 1024)  # the reserve of this disk is twice that
        looks = Looks(town)
        kept = await robot.post("/signals", account="2002", code="BA", zone="900")
        await looks.pass_by(3)
        assert (kept.status_code, (await desk.get("/centre"))["journal"]) == (202, "closed")

        ballast.unlink()
        await until_told(lambda: is_raised(desk))
        assert (await desk.get("/centre"))["journal"] == "open"
        await town.settled()
        zones = {signal["zone"] for signal in await desk.signals("2002")}
        assert zones == {*answers, "900"}


class Looks:
    """The centre's looks at itself, as they pass by."""

    def __init__(self, town: Town) -> None:
        self._health, self._passed = town.centre.health, 0
        space = town.centre.health._machine.space

        def counted(folder: Path) -> Space:
            self._passed += 1
            return space(folder)

        self._health._machine = replace(self._health._machine, space=counted)

    async def pass_by(self, count: int) -> None:
        wanted = self._passed + count + 1
        await until(lambda: self._passed >= wanted)


def fill_up(ballast: Path) -> None:
    """Take all the room that a disk has."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4_096))


async def until_refused(robot: Desk) -> list[str]:
    """Say one signal after the other until one is not kept; returns the zones of those that were."""
    kept = list[str]()
    while True:
        zone = str(len(kept) + 1)
        answer = await robot.post("/signals", account="2002", code="BA", zone=zone)
        if answer.status_code == 503:
            return kept
        kept.append(zone)


async def test_a_journal_that_failed_is_an_alarm_until_the_restart_and_told_after_it(town: Town) -> None:
    desk, robot = await town.operator("anna"), await town.program()
    await town.pass_time(seconds=20)
    journal_of(town)._writer.broken = "a sync failed"
    assert (await robot.post("/signals", account="2002", code="FA", zone="1")).status_code == 503
    looks = Looks(town)
    await looks.pass_by(3)
    centre = await desk.get("/centre")
    assert (centre["journal"], centre["faults"][0]["why"]) == ("closed", "failed")
    await town.restart()
    desk = await town.operator("anna")
    await until_told(lambda: is_raised(desk))
    (row,) = await desk.incidents()
    (why,) = (await desk.detail(row["id"]))["reasons"][1:]
    assert why.startswith("the centre was away from")
