"""When the centre's own faults begin and end, and what is said of them in words."""

from datetime import UTC, datetime

import pytest

from belfry.domain.facts import Received
from belfry.domain.own_faults import MIB, Part, Space, has_reserve, is_little, part_of, reasons, state_of
from belfry.domain.signal import Method, SignalState

GIB = 1024 * MIB
SINCE = datetime(2026, 3, 14, 2, 14, 5, tzinfo=UTC)
NOW = datetime(2026, 3, 14, 2, 19, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("total", "little_below"), [(1_000 * GIB, 1 * GIB), (20 * GIB, 1 * GIB), (8_000 * MIB, 400 * MIB), (0, 0)]
)
def test_little_room_is_less_than_a_gibibyte_and_than_a_twentieth(total: int, little_below: int) -> None:
    assert not is_little(Space(total, little_below), warned=False)
    assert is_little(Space(total, little_below - 1), warned=False)


def test_a_warning_holds_until_a_quarter_more_is_free() -> None:
    disk = 1_000 * GIB
    assert is_little(Space(disk, GIB + 255 * MIB), warned=True)
    assert not is_little(Space(disk, GIB + 256 * MIB), warned=True)


def test_a_disk_that_was_full_needs_a_reserve() -> None:
    assert not has_reserve(Space(1_000 * GIB, 64 * MIB - 1))
    assert has_reserve(Space(1_000 * GIB, 64 * MIB))
    assert not has_reserve(Space(400 * MIB, 10 * MIB - 1))
    assert has_reserve(Space(400 * MIB, 10 * MIB))


def test_a_reserve_is_always_less_than_what_is_little() -> None:
    for total in (MIB, GIB, 20 * GIB, 1_000 * GIB):
        free = next(free for free in range(0, 2 * GIB, 16_384) if has_reserve(Space(total, free)))
        assert is_little(Space(total, free), warned=False)


def said(part: str, count: int | None, state: SignalState) -> tuple[str, ...]:
    return reasons(
        Received(
            method=Method.SYSTEM,
            receiver="centre",
            received_at=NOW,
            occurred_at=SINCE,
            kind="TECH.CENTRE",
            part=part,
            count=count,
            state=state,
        )
    )


@pytest.mark.parametrize(
    ("part", "count", "words"),
    [
        (
            "storage",
            12,
            (
                "nothing could be kept from 2026-03-14 02:14:05 to 2026-03-14 02:19:31 UTC",
                "12 deliveries got no acknowledgement",
            ),
        ),
        ("storage", 0, ("nothing could be kept from 2026-03-14 02:14:05 to 2026-03-14 02:19:31 UTC",)),
        ("room", 900, ("little room is left on the disk: 900 MiB; nothing has failed yet",)),
        ("clock", -3600, ("the clock was set back by 3600 s",)),
        ("clock", 7, ("the clock was set forward by 7 s",)),
        (
            "away",
            None,
            ("the centre was away from 2026-03-14 02:14:05 to 2026-03-14 02:19:31 UTC, and nobody had stopped it",),
        ),
        ("upkeep/registry", None, ("a round of the centre itself fails: registry",)),
        ("broker/house", None, ("what house hears through is gone, nothing is heard of its devices",)),
        ("automation/brigade", None, ("the software behind brigade takes no signals; they wait for it",)),
        ("receiver/panels", None, ()),
    ],
)
def test_a_fault_says_in_words_what_it_was(part: str, count: int | None, words: tuple[str, ...]) -> None:
    assert said(part, count, SignalState.TROUBLE) == words
    assert said(part, count, SignalState.TROUBLE_RESTORE) == ()


def test_what_may_fail_is_said_as_supervisory_and_what_fails_as_trouble() -> None:
    said = {part: (state_of(part, over=False), state_of(part, over=True)) for part in Part}
    failure = (SignalState.TROUBLE, SignalState.TROUBLE_RESTORE)
    warning = (SignalState.SUPERVISORY, SignalState.SUPERVISORY_RESTORE)
    assert {part for part, states in said.items() if states == failure} == {
        Part.STORAGE,
        Part.AWAY,
        Part.FOLLOWER,
        Part.BROKER,
        Part.AUTOMATION,
        Part.PUSH,
    }
    assert {part for part, states in said.items() if states == warning} == {Part.ROOM, Part.CLOCK, Part.UPKEEP}


def test_a_part_may_be_told_apart_behind_a_slash() -> None:
    assert part_of("upkeep/registry") is Part.UPKEEP
    with pytest.raises(ValueError, match="prefix"):
        part_of("prefix/A0")
