"""A clock that is set, and a machine that slept: what is repeated afterwards is known, what is new is kept.

The same in a real process, with a real centre: `python -m faults list --only clock --only slept`.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from belfry.centre.replay import Replay
from belfry.domain.facts import Received
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Method

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
