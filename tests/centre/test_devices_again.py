"""A device says all day that all is well: once heard, that is known at a glance - and never hides what is news."""

from datetime import timedelta

import pytest
from msgspec import structs

from belfry.domain.reading import Disposition, Observed, PointState, Reading, Said
from belfry.ports import Full
from belfry.ports.device_memory import Amount
from belfry.ports.devices import Still
from tests.centre.device_room import SMOKE, DeviceRoom, device_room, reading, smoke

WELL = smoke(PointState.INACTIVE)
MANY = 20
"""Messages of a day from which on what they had stripped is no longer counted."""


def says(*readings: Reading) -> Said:
    return Said(disposition=Disposition.ACCEPT, readings=readings, dropped=("linkquality",))


async def all_is_well(centre: DeviceRoom) -> Still:
    """Say it so often that it is known."""
    for _ in range(MANY):
        await centre.said(SMOKE, says(WELL))
    still = centre.desk.still(SMOKE)
    assert still is not None
    return still


async def test_the_same_again_says_that_the_device_lives_and_nothing_else() -> None:
    async with device_room() as centre:
        still = await all_is_well(centre)
        centre.centre.wait(seconds=59)
        assert centre.desk.again(still, centre.centre.now)
        assert centre.desk.now(SMOKE.id).heard_at == centre.centre.now
        assert await centre.signals() == []


async def test_a_device_that_is_only_known_at_a_glance_is_not_silent() -> None:
    async with device_room() as centre:
        for _ in range(130):
            still = centre.desk.still(SMOKE)
            if still is None or not centre.desk.again(still, centre.centre.now):
                await centre.said(SMOKE, says(WELL))
            centre.centre.wait(seconds=40)
        await centre.desk.look(centre.centre.now)
        assert await centre.told() == []
        assert (await centre.memory.load()) == []
        await centre.desk.save()
        (saved,) = await centre.memory.load()
        assert saved.heard_at is not None
        assert centre.centre.now - saved.heard_at < timedelta(minutes=2)


async def test_an_alarm_ends_it_and_so_does_its_end() -> None:
    async with device_room() as centre:
        still = await all_is_well(centre)
        await centre.said(SMOKE, says(smoke()))
        assert centre.desk.still(SMOKE) is None
        assert not centre.desk.again(still, centre.centre.now)
        await centre.said(SMOKE, says(WELL))
        assert centre.desk.still(SMOKE) is None
        assert await centre.told() == ["fire detector alarm 12", "fire detector restore 12"]
        await centre.said(SMOKE, says(WELL))
        assert centre.desk.still(SMOKE) is not None
        assert not centre.desk.again(still, centre.centre.now)


async def test_an_alarm_that_could_not_be_kept_leaves_nothing_that_is_known_at_a_glance() -> None:
    async with device_room() as centre:
        still = await all_is_well(centre)
        centre.full = True
        with pytest.raises(Full):
            await centre.said(SMOKE, says(smoke()))
        assert centre.desk.still(SMOKE) is None
        assert not centre.desk.again(still, centre.centre.now)


async def test_the_first_states_and_what_lasts_are_heard() -> None:
    async with device_room() as centre:
        await all_is_well(centre)
        for one in (reading(Observed.TAMPER, PointState.INACTIVE, point="tamper"), smoke(), smoke()):
            await centre.said(SMOKE, says(one))
            assert centre.desk.still(SMOKE) is None


async def test_what_is_stripped_is_counted_before_it_is_known_at_a_glance() -> None:
    async with device_room() as centre:
        for _ in range(MANY - 1):
            await centre.said(SMOKE, says(WELL))
            assert centre.desk.still(SMOKE) is None
        still = await all_is_well(centre)
        assert centre.desk.today(SMOKE.id).stripped is Amount.MANY
        centre.centre.now = centre.centre.now.replace(hour=23, minute=59, second=50)
        await centre.said(SMOKE, says(WELL))
        late = centre.desk.still(SMOKE)
        assert late is not None
        centre.centre.wait(seconds=10)  # a new day
        assert not centre.desk.again(late, centre.centre.now)
        assert not centre.desk.again(still, centre.centre.now)


async def test_after_a_minute_and_with_a_clock_set_back_it_is_heard() -> None:
    async with device_room() as centre:
        still = await all_is_well(centre)
        assert not centre.desk.again(still, centre.centre.now - timedelta(seconds=1))
        assert not centre.desk.again(still, centre.centre.now + timedelta(seconds=60))


async def test_whoever_listens_hears_everything() -> None:
    async with device_room() as centre:
        still = await all_is_well(centre)
        listening = centre.desk.listen(device=SMOKE.id)
        assert not centre.desk.again(still, centre.centre.now)
        listening.close()
        assert centre.desk.again(still, centre.centre.now)


async def test_a_book_that_changed_is_a_reason_to_hear() -> None:
    async with device_room() as centre:
        still = await all_is_well(centre)
        centre.book.put(structs.replace(SMOKE, enabled=False))
        assert not centre.desk.again(still, centre.centre.now)


async def test_a_silent_device_that_speaks_again_is_heard() -> None:
    async with device_room() as centre:
        still = await all_is_well(centre)
        await centre.desk.lost(SMOKE, centre.centre.now)
        centre.centre.wait(seconds=59)
        assert centre.desk.again(still, centre.centre.now)  # it is back
        await centre.desk.lost(SMOKE, centre.centre.now - timedelta(minutes=2))
        await centre.desk.look(centre.centre.now)
        assert not centre.desk.again(still, centre.centre.now)
        await centre.said(SMOKE, says(WELL))
        assert [one.split()[2] for one in await centre.told()] == ["trouble", "trouble_restore"]
