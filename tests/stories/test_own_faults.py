"""The centre raises its own faults as TECH.CENTRE: little room, a clock that was set, a run that nobody ended."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from belfry.app import health, mark, upkeep
from belfry.app.machine import Machine, space_of
from belfry.domain.own_faults import Space
from tests.stories.kit import ROOMY, Desk, Town, open_town, told, until_told

DISK = 100 << 30
ROOM, LITTLE = Space(DISK, DISK), Space(DISK, 900 << 20)


@pytest.fixture(autouse=True)
def a_look_is_taken_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOOK", timedelta(seconds=0.05))


@dataclass
class Gauges:
    """What the machine says, turned by hand."""

    room: Space = ROOM
    wall: float = 0.0
    steady: float = 0.0

    def machine(self) -> Machine:
        return Machine(space=lambda _: self.room, wall=lambda: self.wall, steady=lambda: self.steady)


@pytest.fixture
def gauges() -> Gauges:
    return Gauges()


@pytest.fixture
async def town(tmp_path: Path, gauges: Gauges) -> AsyncIterator[Town]:
    async with open_town(tmp_path, machine=gauges.machine()) as town:
        yield town


def raised(desk: Desk, *wanted: str) -> Callable[[], Awaitable[bool]]:
    async def is_told() -> bool:
        return [f"{told(row)} {row['restore']['restored']}" for row in await desk.incidents()] == list(wanted)

    return is_told


async def reasons(desk: Desk) -> list[Any]:
    return [(await desk.detail(row["id"]))["reasons"][1:] for row in await desk.incidents()]


async def test_little_room_is_a_warning_while_everything_works(town: Town, gauges: Gauges) -> None:
    desk = await town.operator("anna")
    gauges.room = LITTLE
    await until_told(raised(desk, "TECH.CENTRE 3 waiting None False"))
    assert await reasons(desk) == [["little room is left on the disk: 900 MiB; nothing has failed yet"]]
    assert (await desk.get("/centre"))["journal"] == "open"
    gauges.room = Space(DISK, 1_300 << 20)
    await until_told(raised(desk, "TECH.CENTRE 3 waiting None [restored] True"))


async def test_a_warning_is_taken_back_by_the_next_run(town: Town, gauges: Gauges) -> None:
    desk = await town.operator("anna")
    gauges.room = LITTLE
    await until_told(raised(desk, "TECH.CENTRE 3 waiting None False"))
    await town.restart()
    desk = await town.operator("anna")
    assert len(await desk.incidents()) == 1
    gauges.room = ROOM
    await until_told(raised(desk, "TECH.CENTRE 3 waiting None [restored] True"))


async def test_a_clock_that_was_set_is_told_and_by_how_much(town: Town, gauges: Gauges) -> None:
    desk = await town.operator("anna")
    gauges.wall, gauges.steady = 3_605.0, 5.0
    await until_told(raised(desk, "TECH.CENTRE 3 waiting None [restored] True"))
    assert await reasons(desk) == [["the clock was set forward by 3600 s"]]


async def test_a_machine_that_slept_was_away(town: Town, gauges: Gauges) -> None:
    desk = await town.operator("anna")
    gauges.wall = gauges.steady = 90.0
    await until_told(raised(desk, "TECH.CENTRE 1 waiting None [restored] True"))
    ((why,),) = await reasons(desk)
    assert why == "the centre was away from 2026-03-14 02:12:30 to 2026-03-14 02:14:00 UTC, and nobody had stopped it"


async def test_a_run_that_nobody_ended_is_told_by_the_next_one(tmp_path: Path) -> None:
    async with open_town(tmp_path, machine=ROOMY) as town:
        await town.pass_time(seconds=20)
        assert mark.stands(town.settings.data)
    assert not mark.stands(town.settings.data)
    mark.put(town.settings.data)  # as a kill leaves it
    town.clock.wait(minutes=3)
    await town.start()
    desk = await town.operator("anna")
    await until_told(raised(desk, "TECH.CENTRE 1 waiting None [restored] True"))
    ((why,),) = await reasons(desk)
    assert why.startswith("the centre was away from 2026-03-14 02:14:20 to 2026-03-14 02:17:20 UTC")
    await town.restart()
    desk = await town.operator("anna")
    assert len(await desk.incidents()) == 1
    await town.stop()


async def test_upkeep_that_fails_again_and_again_is_told_until_it_works(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await town.operator("anna")
    broken = True

    async def sweep(now: object) -> None:
        if broken:
            raise OSError("as it may happen")

    town.centre.upkeep._sessions.sweep = sweep  # type: ignore[method-assign,assignment]  # nothing else fails so obediently
    monkeypatch.setattr(upkeep, "SESSIONS_LOOK", timedelta(seconds=0.02))
    town.centre._tasks.every("sessions", upkeep.SESSIONS_LOOK, town.centre.upkeep._sweep_sessions)
    await until_told(raised(desk, "TECH.CENTRE 3 waiting None False"))
    assert await reasons(desk) == [["a round of the centre itself fails: sessions"]]
    broken = False
    await until_told(raised(desk, "TECH.CENTRE 3 waiting None [restored] True"))


def test_this_machine_says_how_much_room_a_folder_has(tmp_path: Path) -> None:
    here = space_of(tmp_path)
    assert 0 <= here.free_bytes <= here.total_bytes
    machine = replace(ROOMY, space=space_of)
    assert machine.space(tmp_path).total_bytes == here.total_bytes


async def test_a_follower_that_stands_still_is_raised_and_restored_by_itself(town: Town, gauges: Gauges) -> None:
    desk = await town.operator("anna")
    followers = town.centre.health._followers  # the others cannot keep up with ten seconds a look
    for name in [name for name in followers if name != "schedules"]:
        del followers[name]
    go_on = town.centre.schedules.step

    async def stand_still(_: object) -> None:
        """As one that waits for what never comes."""

    town.centre.schedules.step = stand_still  # type: ignore[method-assign,assignment]
    await until_told(quiet_for_a_look(town))
    for _ in range(7):  # no look is late: each time ten seconds go by
        gauges.steady += 10
        gauges.wall += 10
        await until_told(quiet_for_a_look(town))
    await until_told(raised(desk, "TECH.CENTRE 1 waiting None False"))
    assert await reasons(desk) == [["nobody looks at what is late: schedules stand still"]]
    town.centre.schedules.step = go_on  # type: ignore[method-assign]
    await until_told(raised(desk, "TECH.CENTRE 1 waiting None [restored] True"))


def quiet_for_a_look(town: Town) -> Callable[[], Awaitable[bool]]:
    """The centre has looked at itself since this was asked for."""
    begun = town.centre.health._looked  # the only sign of a look in which nothing was found

    async def looked() -> bool:
        gone = town.centre.health._looked
        return gone is not begun

    return looked
