"""Devices that are moved, revoked, renumbered, restored from a backup, or that many points share: nothing is hidden."""

import asyncio
import sys
from collections.abc import Callable
from typing import TypeVar

import pytest
from msgspec import structs

from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.facts import Closed
from belfry.domain.reading import Disposition, Observed, PointState, Said
from tests.centre.device_room import CAMERA, SMOKE, DeviceRoom, device_room, human, reading, smoke

T = TypeVar("T")

RECORDER = Device(id="d9", account_id="shop", receiver="cameras", wire=DeviceWire.ISAPI, address="02:00:00:00:00:09")


async def places(centre: DeviceRoom) -> list[tuple[str | None, str | None]]:
    return [(one.account_id, one.state) for one in await centre.signals()]


async def test_a_message_under_way_while_its_device_is_moved_is_of_the_new_site() -> None:
    async with device_room() as centre:
        centre.book.put(structs.replace(SMOKE, account_id="shop"))
        await centre.hear(SMOKE, smoke())  # the receiver looked it up a moment before
        assert await places(centre) == [("shop", "alarm")]


async def test_a_message_under_way_while_its_device_is_revoked_raises_nothing() -> None:
    async with device_room() as centre:
        centre.book.put(structs.replace(SMOKE, enabled=False))
        await centre.hear(SMOKE, smoke())
        centre.book.remove(CAMERA.id)
        await centre.hear(CAMERA, reading(Observed.FIRE))
        assert await places(centre) == []


async def test_an_alarm_on_its_way_to_the_disk_while_its_device_is_moved_is_kept_at_both_sites() -> None:
    async with device_room() as centre:
        message = Said(disposition=Disposition.ACCEPT, readings=(smoke(),))
        first = centre.desk.hear(SMOKE, message, centre.centre.now)
        moved = structs.replace(SMOKE, account_id="shop")
        centre.book.put(moved)
        second = centre.desk.hear(SMOKE, message, centre.centre.now)
        await asyncio.gather(first, second)
        await centre.settled()
        await centre.hear(moved, smoke(PointState.INACTIVE))
        assert await places(centre) == [("care", "alarm"), ("shop", "alarm"), ("shop", "restore")]


async def test_a_detection_in_the_moment_of_arming_and_of_disarming() -> None:
    """What is said before the panel's word was kept is of the state before; its repeat, after it, of the one after."""
    async with device_room() as centre:
        await centre.hear(CAMERA, human(once="one"))
        await centre.arm()
        assert await centre.told(CAMERA) == []
        await centre.hear(CAMERA, human(once="one"))
        assert await centre.told(CAMERA) == ["intrusion video alarm 21"]
        centre.centre.wait(minutes=2)
        await centre.arm(armed=False)
        await centre.hear(CAMERA, human(once="two"))
        await centre.arm()
        await centre.arm(armed=False)
        await centre.hear(CAMERA, human(once="three"))
        assert await centre.told(CAMERA) == ["intrusion video alarm 21"]


async def test_points_without_rows_run_away_one_by_one() -> None:
    async with device_room() as centre:
        centre.book.put(RECORDER)
        for _ in range(8):
            centre.centre.wait(seconds=20)
            await centre.hear(RECORDER, reading(Observed.TAMPER, point="ch1"))
            await centre.hear(RECORDER, reading(Observed.TAMPER, PointState.INACTIVE, point="ch1"))
        (incident,) = centre.centre.incidents()
        assert "runaway" in incident.flags
        await centre.centre.write(Closed(incident=incident.id, by="anna", disposition="false_alarm"))
        await centre.hear(RECORDER, reading(Observed.TAMPER, point="ch1"))
        assert centre.kinds() == []
        await centre.hear(RECORDER, reading(Observed.TAMPER, point="ch2"))
        assert centre.kinds() == [("TECH.TAMPER", 3)]
        (runaway,) = centre.centre.triage.runaways.now(centre.centre.now)
        assert (runaway.device, runaway.zone) == (RECORDER.id, None)


@pytest.mark.parametrize("restart", [False, True])
async def test_a_site_that_is_renumbered_keeps_what_its_devices_say(*, restart: bool) -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke())
        care = centre.centre.book.by_id("care")
        assert care is not None
        centre.centre.book.put(structs.replace(care, account="4005"))
        await centre.hear(SMOKE, reading(Observed.BATTERY, point="battery"))
        if restart:
            await centre.restarts(saved=True, reads_journal=False)
        await centre.hear(SMOKE, smoke(PointState.INACTIVE))
        (fire,) = [one for one in centre.centre.incidents() if one.kind == "FIRE.ALARM.AUTO"]
        assert "restored" in fire.flags
        await centre.hear(SMOKE, smoke())
        told = [(one.account_id, one.account, one.subtype, one.state) for one in await centre.signals()]
        assert told == [
            ("care", "4004", "detector", "alarm"),
            ("care", "4005", "device", "trouble"),
            (None, "4004", "detector", "restore"),  # the incident of the number that it was raised under hears of it
            ("care", "4005", "detector", "alarm"),
        ]


async def test_a_backup_from_before_an_alarm_says_it_again_at_most() -> None:
    async with device_room() as centre:
        await centre.desk.save()
        backup = dict(centre.memory.states)
        await centre.hear(SMOKE, smoke())
        await centre.desk.save()
        centre.memory.states = backup
        await centre.restarts(saved=False, reads_journal=True)
        await centre.hear(SMOKE, smoke(PointState.INACTIVE))
        assert await centre.told() == ["fire detector alarm 12", "fire detector restore 12"]


async def test_a_backup_from_within_an_alarm_hides_no_later_one() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke())
        await centre.desk.save()
        backup = dict(centre.memory.states)
        await centre.hear(SMOKE, smoke(PointState.INACTIVE))
        centre.memory.states = backup
        await centre.restarts(saved=False, reads_journal=True)
        await centre.hear(SMOKE, smoke())
        assert (await centre.told())[-1] == "fire detector alarm 12"
        assert len(await centre.told()) == 3


def calls_of(act: Callable[[], T]) -> tuple[int, T]:
    """How many calls and turns of loops an act takes: its work, whatever the machine does beside it."""
    count = 0

    def note(_: object, what: str, __: object) -> None:
        nonlocal count
        count += what in ("call", "c_call")

    sys.setprofile(note)
    try:
        done = act()
    finally:
        sys.setprofile(None)
    return count, done


async def test_a_message_that_ends_a_thousand_points_costs_as_much_each_as_one_that_ends_a_hundred() -> None:
    """And whoever restores a thousand points at once ends no more than those: the centre goes on."""
    costs = {}
    for many in (100, 1_000):
        async with device_room() as centre:
            points = tuple(DevicePoint(point=f"p{n}", area="1", zone=f"{n:04}") for n in range(many))
            panel = structs.replace(SMOKE, id="bus", address="bus", points=points)
            centre.book.put(panel)
            for state in (PointState.ACTIVE, PointState.INACTIVE):
                readings = tuple(reading(Observed.SMOKE, state, f"p{n}") for n in range(many))
                message = Said(disposition=Disposition.ACCEPT, readings=readings)
                costs[state, many], answer = calls_of(
                    lambda said=message, of=panel: centre.desk.hear(of, said, centre.centre.now)  # type: ignore[misc]
                )
                await answer
                await centre.settled()
            signals = await centre.signals(panel)
            assert [one.state for one in signals] == ["alarm"] * many + ["restore"] * many
            (fire,) = [one for one in centre.centre.board.queue() if one.kind.startswith("FIRE")]
            assert (fire.open_points, "restored" in fire.flags) == (0, True)
            await centre.hear(CAMERA, reading(Observed.FIRE))
            assert len([kind for kind, _ in centre.kinds() if kind.startswith("FIRE")]) == 2
    for state in (PointState.ACTIVE, PointState.INACTIVE):
        assert costs[state, 1_000] < 15 * costs[state, 100], "each point asks no other one"
