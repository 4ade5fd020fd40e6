"""The newest entries in memory: none is kept from a follower, and none for nobody."""

from datetime import UTC, datetime
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.facts import Downtime, Entry
from belfry.journal.ring import RING_KEPT, RING_MAX_ENTRIES, Ring
from belfry.ports import Stored

AT: Final = datetime(2026, 11, 23, tzinfo=UTC)
ENTRY: Final = Entry(id=bytes(16), subject="centre", at=AT, facts=(Downtime(part="x", since=AT, until=AT),))
SIZE_BYTES: Final = 100


def extend(ring: Ring, first: int, count: int) -> None:
    ring.extend([Stored(first + n, ENTRY) for n in range(count)], SIZE_BYTES * count)


def kept(ring: Ring, position: int) -> int | None:
    found = ring.after(position, RING_MAX_ENTRIES * 2)
    return None if found is None else len(found)


def test_what_every_follower_was_handed_is_let_go_but_for_the_last_few() -> None:
    ring = Ring(0)
    with ring.place(0) as place:
        for first in range(1, 8 * RING_KEPT, 64):
            extend(ring, first, 64)
            place.position = first + 63
        newest = place.position
        assert kept(ring, newest - RING_KEPT) == RING_KEPT
        assert kept(ring, newest - 3 * RING_KEPT) is None


def test_what_the_slowest_follower_was_not_handed_stays() -> None:
    ring = Ring(0)
    with ring.place(0) as quick, ring.place(0) as slow:
        for first in range(1, 8 * RING_KEPT, 64):
            extend(ring, first, 64)
            quick.position = first + 63
        assert kept(ring, slow.position) == quick.position


def test_a_follower_who_left_keeps_nothing() -> None:
    ring = Ring(0)
    with ring.place(0):
        for first in range(1, 8 * RING_KEPT, 64):
            extend(ring, first, 64)
    with ring.place(8 * RING_KEPT):
        extend(ring, 1 + 8 * RING_KEPT, 64)
        assert kept(ring, 0) is None


def test_nobody_is_waited_for_beyond_the_limit() -> None:
    ring = Ring(0)
    with ring.place(0):
        for first in range(1, RING_MAX_ENTRIES * 2, 256):
            extend(ring, first, 256)
        assert kept(ring, 0) is None


@given(st.lists(st.tuples(st.integers(1, 2_000), st.integers(0, 3_000), st.booleans()), max_size=40))
def test_followers_are_handed_everything_in_order_or_sent_to_the_file(steps: list[tuple[int, int, bool]]) -> None:
    ring, newest = Ring(0), 0
    with ring.place(0) as one, ring.place(0) as other:
        for count, read, which in steps:
            extend(ring, newest + 1, count)
            newest += count
            place = one if which else other
            batch = ring.after(place.position, read)
            if batch:
                assert [item.position for item in batch] == list(
                    range(place.position + 1, place.position + 1 + len(batch))
                )
                place.position = batch[-1].position
            assert ring.after(newest, 1) == []
