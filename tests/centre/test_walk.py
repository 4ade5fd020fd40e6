"""The corridor: nothing is settled twice, nothing is left out, also after a crash and when somebody was quicker."""

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.centre import walk
from belfry.centre.board import expect_of
from belfry.centre.entries import by_weight
from belfry.centre.walk import RUSH, WalkState
from belfry.domain.codec import encode
from belfry.domain.facts import (
    Brief,
    Effect,
    Entry,
    Joined,
    Logged,
    Mended,
    Opened,
    Part,
    Point,
    Retention,
    Sealed,
    Taken,
    account_subject,
    incident_subject,
)
from belfry.domain.incident import State
from belfry.domain.signal import AccountKey, Method
from belfry.journal.memory import MemoryJournal
from belfry.ports import Stored
from tests.centre.kit import RECEIVER, START, Room, room


def entry_of(centre: Room, code: str, zone: str) -> Entry:
    signal = centre.signal(code, zone=zone)
    subject = account_subject(AccountKey(RECEIVER, None, "2002"))
    return Entry(id=centre.chance(16), subject=subject, at=centre.now, facts=(signal,))


async def test_signals_stored_before_the_start_are_settled_by_it() -> None:
    journal = await MemoryJournal.open()
    async with room(journal=journal) as centre:
        unsettled = [entry_of(centre, "BA", f"{n:03}") for n in range(3)]
    await journal.append(unsettled)
    async with room(journal=journal) as centre:
        (incident,) = centre.incidents()
        assert incident.signals_seq == 3


async def test_a_restart_settles_nothing_twice() -> None:
    journal = await MemoryJournal.open()
    async with room(journal=journal) as centre:
        for code in ("BA", "FA", "RP", "1301"):
            await centre.say(code, zone="1")
        before, position = centre.kinds(), journal.position
    async with room(journal=journal) as centre:
        assert centre.kinds() == before
        assert journal.position == position


async def test_a_restart_from_a_snapshot_sees_the_same() -> None:
    journal = await MemoryJournal.open()
    async with room(journal=journal) as centre:
        await centre.say("CL")
        await centre.say("BA", zone="1")
        state = msgspec.msgpack.encode(centre.walk.state())
        await centre.say("BA", zone="2")
        before = centre.incidents()
    async with room(journal=journal) as fresh:
        pass
    restored = Room(journal, fresh.book.all())
    restored.walk.restore(msgspec.msgpack.decode(state, type=WalkState))
    walking = asyncio.create_task(restored.walk.run())
    await restored.walk.live.wait()
    assert restored.incidents() == before
    await restored.say("YC", zone="0")
    assert ("PROP.ALARM.INTR.CONF", 1) in restored.kinds()
    walking.cancel()


async def test_many_signals_of_one_account_in_one_batch_are_one_incident() -> None:
    async with room() as centre:
        entries = [entry_of(centre, "BA", f"{n:03}") for n in range(90)]
        positions = await centre.journal.append(entries)
        await centre.settled(positions[-1])
        (incident,) = centre.incidents()
        assert incident.signals_seq == 90
        assert incident.open_points == 90


async def test_a_signal_that_meets_an_operator_s_act_is_decided_again() -> None:
    """Somebody writes to the incident between triage's decision and its write: the signal is joined once, after it."""
    async with room() as centre:
        await centre.say("BA", zone="001")
        (incident,) = centre.incidents()
        taken = Taken(incident=incident.id, by="anna", seen_upto=1)
        act = Entry(id=centre.chance(16), subject=incident_subject(incident.id), at=centre.now, facts=(taken,))
        await centre.journal.append([act], expect_of(incident))  # the board has not heard of it yet
        positions = await centre.journal.append([entry_of(centre, "BA", "002")])
        await centre.settled(positions[-1])
        assert incident.state is State.TAKEN
        assert (incident.taken_by, incident.signals_seq, incident.version) == ("anna", 2, 2)
        joined = [fact for fact in await centre.facts() if isinstance(fact, Joined)]
        assert len(joined) == 1


async def test_every_signal_of_a_storm_is_settled_once() -> None:
    async with room() as centre:
        codes = ("BA", "BR", "FA", "FR", "RP", "TA", "OP", "CL", "QQ", "AT")
        waiting = [
            centre.journal.append([entry_of(centre, codes[n % len(codes)], f"{n % 17:03}")]) for n in range(1_000)
        ]
        positions = [(await future)[0] for future in waiting]
        await centre.settled(positions[-1])
        settled: list[int] = []
        for fact in await centre.facts():
            if isinstance(fact, Opened):
                settled.append(fact.signal.position)
            elif isinstance(fact, Logged):
                settled.append(fact.signal)
            elif isinstance(fact, Joined):
                settled.append(fact.signal.position)
        assert set(positions) == set(settled)


async def entries_after_a_round_of(signals: int, *, one_by_one: bool) -> list[int]:
    """The facts in each entry that is written of five signals which come after a round of so many."""
    async with room() as centre:
        await centre.settled(
            (await centre.journal.append([entry_of(centre, "BA", f"{n:03}") for n in range(signals)]))[-1]
        )
        before = position = centre.journal.position
        for n in range(5):
            (position,) = await centre.journal.append([entry_of(centre, "BA", f"{200 + n}")])
            if one_by_one:
                await centre.settled(position)
            else:
                await asyncio.sleep(0)
        await centre.settled(position)
        stored = [one for one in await centre.journal.page(before, 100) if isinstance(one, Stored)]
        return [len(one.entry.facts) for one in stored if one.entry.subject.startswith("incident/")]


async def test_in_a_rush_what_comes_next_gathers_into_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "GATHER_S", 0.3)  # however slow the machine is
    assert await entries_after_a_round_of(RUSH + 1, one_by_one=False) == [5]


async def test_outside_a_rush_each_signal_is_decided_as_it_comes() -> None:
    assert await entries_after_a_round_of(RUSH, one_by_one=True) == [1, 1, 1, 1, 1]


@given(st.lists(st.integers(0, 4), max_size=200), st.integers(0, 2_000))
def test_an_entry_cut_by_weight_is_never_too_large(boxes: list[int], words: int) -> None:
    """The reckoning of `by_weight` is held against the encoder, with the longest words of a row."""
    facts = [
        Joined(
            incident="i123456789",
            signal=Brief(
                position=123_456_789,
                method=Method.EQUIPMENT,
                received_at=START,
                occurred_at=START,
                area="0123456789ABCDEF",
                zone="0123456789ABCDEF",
                sealed=tuple(Sealed(Part.ZONE_TEXT, Retention.SIGNAL, bytes(32), bytes(words)) for _ in range(n)),
            ),
            reasons=("a second point confirms it", "nobody is on test", "people sleep or need help here"),
        )
        for n in boxes
    ]
    cut = list(by_weight(facts))
    assert [fact for facts in cut for fact in facts] == facts
    for chunk in cut:
        encode(Entry(id=bytes(16), subject="incident/i123456789", at=START, facts=tuple(chunk)))


@given(st.lists(st.integers(0, 1_024), min_size=1, max_size=4), st.booleans())
def test_a_restore_of_very_many_points_is_cut_into_what_an_entry_holds(counts: list[int], mends: bool) -> None:
    """Every point once, in one append, and one signal of its own each."""
    said = Brief(position=123_456_789, method=Method.EQUIPMENT, received_at=START)
    facts: list[Joined | Mended] = []
    for count in counts:
        points = tuple(
            Point("0123456789ABCDEF", f"{n:016}", "detector_subtype", "SIA:12345", "d" * 32) for n in range(count)
        )
        if mends:
            facts.append(Mended(incident="i123456789", signal=said.position, restored=points, reasons=("restore",)))
        else:
            facts.append(Joined(incident="i123456789", signal=said, effect=Effect.RESTORE, restored=points))
    cut = [fact for chunk in by_weight(facts) for fact in chunk]
    for chunk in by_weight(facts):
        encode(Entry(id=bytes(16), subject="incident/i123456789", at=START, facts=tuple(chunk)))
    restored = [point for fact in cut if isinstance(fact, Joined | Mended) for point in fact.restored]
    assert restored == [point for fact in facts for point in fact.restored]
    assert sum(isinstance(fact, Joined) or (isinstance(fact, Mended) and fact.reasons != ()) for fact in cut) == len(
        facts
    )
