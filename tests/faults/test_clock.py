"""A clock that is set, and a machine that slept: what is repeated afterwards is known, what is new is kept.

The same in a real process, with a real centre: `python -m faults list --only clock --only slept`.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from belfry.centre.deadlines import Deadlines
from belfry.centre.replay import Replay
from belfry.domain.commands import Hold, Take
from belfry.domain.facts import IncidentState, Received
from belfry.domain.incident import State
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Method
from tests.centre.silent_town import Told, Town, site
from tests.centre.staffed import Room, staffed
from tests.domain.incidents import ANNA, after

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY: Final = AccountKey("panels", "0", "7000")
TAG: Final = b"tag"
SECOND: Final = timedelta(seconds=1)
HOURS: Final = timedelta(hours=3)


@pytest.fixture
def replay() -> Replay:
    """A centre that is up for an hour, its heart beating, and has just kept a plain frame without a time."""
    replay = Replay(Rules(), NOON - timedelta(hours=1))
    replay.beat(NOON - SECOND)
    replay.remember(
        7,
        Received(
            method=Method.EQUIPMENT, receiver="panels", received_at=NOON, prefix="0", account="7000", account_id="a",
            tag=TAG,
        ),
    )  # fmt: skip
    replay.beat(NOON)
    return replay


def beats(replay: Replay, begin: datetime, end: datetime) -> None:
    while begin <= end:
        replay.beat(begin)
        begin += SECOND


@pytest.mark.parametrize("jump", [HOURS, -HOURS], ids=["forward", "back"])
@pytest.mark.parametrize("late", [0, 1, 100], ids=["before the heart beats", "after a beat", "after a hundred"])
def test_a_repeat_after_the_clock_was_set_is_known(replay: Replay, jump: timedelta, late: int) -> None:
    after = NOON + jump
    beats(replay, after, after + late * SECOND - SECOND)
    assert replay.latest(KEY, (TAG,), after + late * SECOND) == 7


@pytest.mark.parametrize("jump", [HOURS, -HOURS], ids=["forward", "back"])
def test_the_same_words_long_after_the_clock_was_set_are_a_new_alarm(replay: Replay, jump: timedelta) -> None:
    """A panel with a constant sequence and no time says each alarm in the same bytes."""
    after = NOON + jump
    beats(replay, after, after + timedelta(minutes=3))
    assert replay.latest(KEY, (TAG,), after + timedelta(minutes=3)) is None


def test_the_same_words_after_a_quiet_while_are_a_new_alarm(replay: Replay) -> None:
    beats(replay, NOON, NOON + timedelta(minutes=3))
    assert replay.latest(KEY, (TAG,), NOON + timedelta(minutes=3)) is None


def test_a_clock_that_is_set_back_a_little_confuses_nobody(replay: Replay) -> None:
    beats(replay, NOON, NOON + 10 * SECOND)
    assert replay.latest(KEY, (TAG,), NOON - SECOND) == 7


# -- what waits for a time, when the clock is set back


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with staffed("memory", tmp_path) as one:
        yield one


async def after_three_hours_back(room: Room, watch: Deadlines) -> list[str]:
    """What the deadlines write when the clock is set back by three hours, twice looked at; in short words."""
    await watch.step(after(10))
    before = len(await room.facts())
    for seconds in (-3 * 3600 + 10, -3 * 3600 + 11):
        room.now = after(seconds)
        await watch.step(room.now)
    return [type(fact).__name__ for fact in (await room.facts())[before:]]


async def test_a_delay_ends_when_the_clock_is_set_back(room: Room) -> None:
    """Or an alarm would ring three hours later."""
    watch = room.watched()
    await room.open(state=IncidentState.PENDING, pending_until=after(120))
    assert await after_three_hours_back(room, watch) == ["Due"]
    assert room.incident().state is State.WAITING


async def test_a_delay_ends_when_a_centre_starts_with_its_clock_set_back(room: Room) -> None:
    await room.open(state=IncidentState.PENDING, pending_until=after(120))
    room.now = after(-3 * 3600)
    await room.watched().step(room.now)
    assert room.incident().state is not State.PENDING


async def test_a_hold_ends_when_the_clock_is_set_back(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=3)
    room.now = after(5)
    await room.act(Take(1), ANNA)
    await room.act(Hold(2, until=after(600), reason="a guard looks"), ANNA)
    assert (await after_three_hours_back(room, watch))[0] == "Due"


async def test_who_waits_untaken_is_told_on_once_when_the_clock_is_set_back(room: Room) -> None:
    watch = room.watched()
    await room.open(priority=1)
    assert await after_three_hours_back(room, watch) == ["Escalated"] * 3


# -- silence


async def turns(town: Town, seconds: int, *, polling: bool) -> Sequence[Told]:
    """Second by second; returns what supervision said."""
    for second in range(seconds):
        town.wait(seconds=1)
        if polling and second % 90 == 0:
            town.poll(1)
        await town.supervision.turn()
    return town.told()


@pytest.mark.parametrize("jumps", [(-3,), (3, -3), (-3, 3), (3, -6)], ids=str)
async def test_silence_is_seen_in_its_window_however_the_clock_was_set(jumps: Sequence[int]) -> None:
    town = Town([site(1)])
    assert await turns(town, 200, polling=True) == []
    for hours in jumps:
        town.wait(hours=hours)
        assert await turns(town, 200, polling=True) == [], "a clock is nobody's silence"
    assert [kind for _, kind, _, _ in await turns(town, 200, polling=False)] == ["COMMS.LOST"]
    assert await turns(town, 100, polling=True) == [("0001", "COMMS.LOST", "trouble_restore", "tcp")]


async def test_silence_is_seen_after_a_start_with_the_clock_set_back() -> None:
    town = Town([site(1)])
    assert await turns(town, 200, polling=True) == []
    await town.restart(down=-3 * 3600)
    assert [kind for _, kind, _, _ in await turns(town, 200, polling=False)] == ["COMMS.LOST"]
