"""Calls as the centre keeps them: the same however they are folded, and gone with their incident."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.centre.calls import CallBook, CallNow, CallState
from belfry.centre.calls.book import OVER_FOR
from belfry.centre.seals import Seals
from belfry.domain.call_facts import (
    AboutCall,
    CallBegan,
    CallEnded,
    CallField,
    CallJoined,
    CallPassed,
    CallUpdated,
    HowOver,
)
from belfry.domain.facts import Entry, call_subject
from belfry.domain.sealed import Part, Retention
from belfry.domain.signal import Method, OfCall
from tests.centre.kit import room
from tests.centre.test_expiry import House, furnish
from tests.domain.incidents import NOON

FACTS: list[AboutCall] = [
    CallUpdated(call="c1", by="anna", changed=(CallField.KIND,), tree="fire", kind="FIRE.SMOKE", priority=2),
    CallUpdated(
        call="c1", by="anna", changed=(CallField.ANSWERS, CallField.PEOPLE), answers=(("what", "bin"),), people=2
    ),
    CallUpdated(call="c1", by="anna", changed=(CallField.HELP,), help=True),
    CallUpdated(call="c1", by="anna", changed=(CallField.PRIORITY,), override=1, kind="FIRE.SMOKE", priority=1),
    CallJoined(call="c1", by="anna", incident="i4"),
    CallPassed(call="c1", upto=2, signal=7, kind="FIRE.SMOKE", priority=2),
    CallEnded(call="c1", how=HowOver.HUNG_UP, by="anna"),
]


def entry(n: int, fact: AboutCall) -> Entry:
    return Entry(id=bytes([n]) * 16, subject=call_subject("c1"), at=NOON + timedelta(seconds=n), facts=(fact,))


@given(st.lists(st.sampled_from(FACTS), max_size=8), st.integers(0, 8), st.data())
def test_a_call_is_the_same_from_a_snapshot_and_however_often_it_is_heard(
    facts: list[AboutCall], cut: int, data: st.DataObject
) -> None:
    entries = [entry(n, fact) for n, fact in enumerate((CallBegan(call="c1", by="anna"), *facts), 1)]
    whole, first = CallBook(), CallBook()
    for n, one in enumerate(entries, 1):
        whole.fold(n, one)
    for n, one in enumerate(entries[:cut], 1):
        first.fold(n, one)
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(first.state()), type=CallState)
    again = CallBook()
    again.restore(state)
    for n in sorted(data.draw(st.lists(st.integers(1, len(entries)), max_size=4))):
        if n <= cut:
            again.fold(n, entries[n - 1])
    for n, one in enumerate(entries[cut:], cut + 1):
        again.fold(n, one)
    assert again.get("c1") == whole.get("c1")
    known = whole.get("c1")
    assert isinstance(known, CallNow)
    assert known.open == all(not isinstance(fact, CallEnded) for fact in facts)


def test_calls_that_are_over_are_forgotten_after_a_day_unless_something_of_them_is_unsaid() -> None:
    book = CallBook()
    for n, fact in enumerate((CallBegan(call="c1", by="anna"), FACTS[0], FACTS[-1]), 1):
        book.fold(n, entry(n, fact))
    book.forget(NOON + 2 * OVER_FOR)
    assert [one.call for one in book.unsaid()] == ["c1"]
    book.fold(4, entry(4, FACTS[-2]))
    book.forget(NOON + OVER_FOR / 2)
    assert book.get("c1") is not None
    book.forget(NOON + 2 * OVER_FOR)
    assert book.get("c1") is None


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with room() as one:
        furnished = await furnish(one, tmp_path)
        yield furnished
        await furnished.archive.close()


async def test_a_call_goes_with_its_incident_and_its_words_with_it(house: House) -> None:
    one = house.room
    seals = Seals(house.keys, one.chance, lambda: one.now)
    words = await seals.seal([(Part.PLACE, Retention.INCIDENT, "{}"), (Part.NOTE, Retention.INCIDENT, "why")])
    said = CallUpdated(call="c1", by="anna", changed=(CallField.PLACE,), sealed=words[:1], why=words[1:])
    mistake: list[AboutCall] = [CallBegan(call="c2", by="anna"), CallEnded(call="c2", how=HowOver.MISTAKE, by="anna")]
    facts: list[AboutCall] = [CallBegan(call="c1", by="anna"), said, *mistake]
    for fact in facts:
        subject = call_subject(fact.call)
        await one.journal.append([Entry(id=one.chance(16), subject=subject, at=one.now, facts=(fact,))])
    signal = one.signal("BA", method=Method.CALL, kind="FIRE.SMOKE", of_call=OfCall(call="c1"))
    await one.keep(
        msgspec.structs.replace(signal, account=None, account_id=None, wire=None, code=None, category=None, state=None)
    )
    (incident,) = one.incidents()
    assert incident.kind == "FIRE.SMOKE"
    await house.close(incident.id)
    one.wait(days=21)
    await house.erase()
    assert set(await house.gone()) >= {3, 4}, "begun by mistake: like a line in the log"
    assert not {1, 2} & set(await house.gone())
    one.wait(days=10)
    await house.erase()
    assert set(await house.gone()) >= {1, 2}
    assert await house.keys.get([part.key for part in words]) == {}
