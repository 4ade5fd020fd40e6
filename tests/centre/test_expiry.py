"""Whole entries go when they are due, and nothing that is folded needs one that went."""

import random
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.archive import SqlArchive
from belfry.centre.archivist import Archivist
from belfry.centre.carrying import Known
from belfry.centre.expiry import Expiry
from belfry.centre.seals import Seals
from belfry.domain.condition import Condition
from belfry.domain.dispatch_facts import Alerted
from belfry.domain.facts import (
    REGISTRY_SUBJECT,
    Carried,
    Changed,
    Closed,
    ClosingExtended,
    CodeIssued,
    CodeUsed,
    Entry,
    Erased,
    Escalated,
    HowEnded,
    OnTestBegan,
    OnTestEnded,
    Opened,
    Part,
    Received,
    Reopened,
    Retention,
    Started,
    WordTried,
    code_subject,
    handover_subject,
    incident_subject,
    notice_subject,
    on_test_subject,
    site_subject,
    training_subject,
)
from belfry.domain.handover_facts import HandoverSigned, HandoverWritten
from belfry.domain.muting import Asked, Asker, Proof, Scope
from belfry.domain.notice_facts import AboutNotice, NoticeAsked, NoticeDropped, NoticeSent, NoticeTried
from belfry.domain.reach import Audience, Channel
from belfry.domain.signal import AccountKey
from belfry.domain.training_facts import TrainingBegan, TrainingEnded
from belfry.journal.memory import MemoryJournal
from belfry.keys.memory import MemoryKeyStore
from belfry.ports import Pruned, Stored
from belfry.safeguards.retention import EntryPeriods, runs
from tests.centre.kit import RECEIVER, Room, room

PERIODS = EntryPeriods(person=timedelta(days=10), log=timedelta(days=20), other=timedelta(days=30))
SHOP = AccountKey(RECEIVER, None, "2002")


@dataclass
class House:
    """A room with an archive and somebody who erases."""

    room: Room
    keys: MemoryKeyStore
    archive: SqlArchive
    archivist: Archivist
    expiry: Expiry

    async def erase(self) -> tuple[int, int]:
        await self.archivist.catch_up()
        done = await self.expiry.step()
        await self.archivist.catch_up()
        return done

    async def close(self, incident: str, disposition: str = "false_alarm") -> None:
        fact = Closed(incident=incident, by="anna", disposition=disposition)
        await self.write(incident, fact)

    async def write(self, incident: str, fact: Any) -> None:
        entry = Entry(id=self.room.chance(16), subject=incident_subject(incident), at=self.room.now, facts=(fact,))
        (position,) = await self.room.journal.append([entry])
        await self.room.settled(position)

    async def stored(self) -> list[Stored]:
        return [one for one in await self.room.journal.page(0, 10_000) if isinstance(one, Stored)]

    async def gone(self) -> list[int]:
        return [one.position for one in await self.room.journal.page(0, 10_000) if isinstance(one, Pruned)]


async def furnish(one: Room, folder: Path) -> House:
    keys = await MemoryKeyStore.open(one.chance)
    archive = SqlArchive.open(folder)
    expiry = Expiry(
        keys=keys,
        journal=one.journal,
        archive=archive,
        known=Known(
            condition=one.triage.conditions.get,
            folded=lambda: 0 if one.walk.behind else one.walk.position,
            next_number=lambda: one.board.next_number,
        ),
        periods=PERIODS,
        clock=lambda: one.now,
        chance=one.chance,
    )
    return House(one, keys, archive, Archivist(one.journal, archive), expiry)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with room() as one:
        furnished = await furnish(one, tmp_path)
        yield furnished
        await furnished.archive.close()


def live(conditions: dict[AccountKey, Condition]) -> dict[AccountKey, tuple[Any, ...]]:
    """What of the live state of accounts holds for days."""
    told = {
        key: ({area: (a.armed, a.since) for area, a in one.armed.items()}, dict(one.faults), one.authenticated)
        for key, one in conditions.items()
    }
    return {key: value for key, value in told.items() if any(value)}


async def folded_anew(one: Room) -> Room:
    """Another room on the same journal, from its first entry on; it must not find anything left to decide."""
    before = one.journal.position
    async with room(journal=one.journal) as other:
        assert other.walk.behind == 0
        assert one.journal.position == before, "something was decided a second time"
        return other


async def test_a_closed_incident_goes_with_its_signals_when_its_time_is_over(house: House) -> None:
    room = house.room
    await room.say("1134", zone="001")
    await room.say("1132", zone="004")
    (incident,) = room.incidents()
    await house.close(incident.id)
    last = room.journal.position

    room.wait(days=29)
    assert (await house.erase())[1] == 0
    assert await house.gone() == []
    room.wait(days=2)
    await house.erase()

    assert await house.gone() == list(range(1, last + 1))
    (erased,) = [fact for fact in await room.facts() if isinstance(fact, Erased)]
    assert (erased.entries, erased.runs) == (last, ((1, last),))
    assert await house.archive.closed(limit=10) == []
    assert await house.archive.heard() == {}
    assert (await house.archive.totals()).entries == last
    assert await house.archive.erased_at(1) == room.now
    assert await house.archive.erased_at(last + 1) is None


async def test_what_left_the_room_goes_with_its_incident_and_a_report_like_a_line_in_the_log(house: House) -> None:
    await house.room.say("BA", zone="1")
    (incident,) = house.room.incidents()
    escalated = Escalated(incident=incident.id, clock="take", level="outside")
    await house.write(incident.id, escalated)
    position = house.room.journal.position
    asked = NoticeAsked(
        notice=f"{position}-0",
        audience=Audience.ROOM,
        channel=Channel.PUSH,
        to="anna",
        why="take",
        incident=incident.id,
        level="outside",
    )
    report = NoticeAsked(
        notice="report-1", audience=Audience.ROOM, channel=Channel.PUSH, to="anna", why="report", training=True
    )
    facts = (asked, NoticeTried(notice=asked.notice, attempt=1), NoticeSent(notice=asked.notice, attempt=1))
    told = Alerted(incident=incident.id, alert="a.r0", reach="group", to=("cleo",))
    await house.write(incident.id, told)
    names = ("a.r0.0", "a.r0.0.f0", "a.r0.0.w")
    alert = [msgspec.structs.replace(asked, notice=name, audience=Audience.UNIT, alert="a.r0") for name in names]
    notices: list[AboutNotice] = [*facts, *alert, report, NoticeDropped(notice="report-1", reason="training")]
    for fact in notices:
        entry = Entry(id=house.room.chance(16), subject=notice_subject(fact.notice), at=house.room.now, facts=(fact,))
        await house.room.journal.append([entry])
    await house.close(incident.id)
    house.room.wait(days=21)
    await house.erase()
    assert [len(await kept(house, name)) for name in (asked.notice, "report-1")] == [3, 0]
    house.room.wait(days=10)
    await house.erase()
    assert [await kept(house, name) for name in (asked.notice, *names)] == [[], [], [], []]
    async with room(journal=house.room.journal) as again:
        assert (len(again.notices), again.incidents()) == (0, [])


async def kept(house: House, notice: str) -> list[Stored]:
    return [one for one in await house.room.journal.read(notice_subject(notice)) if isinstance(one, Stored)]


async def test_what_is_of_a_person_goes_soonest_and_what_is_open_never(house: House) -> None:
    room = house.room
    care = await room.say("1101", account="4004", zone="001")
    shop = await room.say("1134", zone="001")
    fire = await room.say("1111", account="1001", zone="007")
    by_account = {one.account.account: one.id for one in room.incidents() if one.account is not None}
    await house.close(by_account["4004"])
    await house.close(by_account["2002"])

    room.wait(days=11)
    await house.erase()
    assert care in await house.gone()
    assert shop not in await house.gone()
    room.wait(days=3_000)
    await house.erase()
    assert shop in await house.gone()
    assert fire not in await house.gone()
    assert [one.id for one in (await folded_anew(room)).incidents()] == [by_account["1001"]]


async def test_a_line_in_the_log_goes_with_the_signals_it_is_about(house: House) -> None:
    room = house.room
    first = await room.say("1602")
    room.wait(days=19)
    second = await room.say("1602")
    room.wait(days=2)
    await house.erase()
    gone = await house.gone()
    assert first in gone
    assert second not in gone
    assert len(gone) == 2
    assert sum((await house.archive.heard()).values()) == 1
    await folded_anew(room)


async def test_what_was_done_beside_any_alarm_goes_like_a_line_in_the_log(house: House) -> None:
    room = house.room
    since, until = room.now, room.now + timedelta(hours=1)
    asked = Asked(asker=Asker.OWNER, proof=Proof.WORD)
    scope = Scope()

    def began(test: str) -> OnTestBegan:
        return OnTestBegan(test=test, account_id="a", scope=scope, asked=asked, by="anna", since=since, until=until)

    issued = CodeIssued(code="c", account_id="a", salt=b"s", hash=b"h", duress=b"d", until=until, by="anna")
    put_off = ClosingExtended(account_id="a", schedule="s", due=since, until=until, by="anna")
    practised = TrainingBegan(training="x", scenario="shop", trainee="anna", by="anna", since=since, until=until)
    going = [
        await tell(room, on_test_subject("over"), began("over")),
        await tell(room, on_test_subject("over"), OnTestEnded(test="over", how=HowEnded.TIME)),
        await tell(room, code_subject("c"), issued),
        await tell(room, code_subject("c"), CodeUsed(code="c")),
        await tell(room, site_subject("a"), WordTried(account_id="a", by="anna", right=True)),
        await tell(room, "schedules", put_off),
        await tell(room, handover_subject("h"), HandoverWritten(handover="h", by="anna", since=since)),
        await tell(room, handover_subject("h"), HandoverSigned(handover="h", by="boris")),
        await tell(room, training_subject("x"), practised),
        await tell(room, training_subject("x"), TrainingEnded(training="x")),
    ]
    await tell(room, on_test_subject("runs"), began("runs"))
    await tell(room, "centre", Started(version="1", kinds_version=1, kinds_digest="", codes_digest=""))

    room.wait(days=19)
    await house.erase()
    assert await house.gone() == []
    room.wait(days=2)
    await house.erase()
    assert await house.gone() == going
    other = await folded_anew(room)
    assert [one.id for one in other.triage.on_test.running()] == ["runs"]
    assert list(other.triage.on_test.ended()) == []


async def test_who_changed_what_goes_as_late_as_an_incident_and_the_newest_change_stays(house: House) -> None:
    room = house.room

    def changed(n: int) -> Changed:
        return Changed(change=n, changed_at=room.now, by="anna", table="account", row="a", fields=("name",))

    positions = [await tell(room, REGISTRY_SUBJECT, changed(n)) for n in (1, 2, 3)]
    room.wait(days=29)
    await house.erase()
    assert await house.gone() == []
    room.wait(days=2)
    await house.erase()
    assert await house.gone() == positions[:-1], "by the newest it is known which changes are written down"
    newest = await tell(room, REGISTRY_SUBJECT, changed(4))
    room.wait(days=31)
    await house.erase()
    assert newest not in await house.gone()


async def tell(room: Room, subject: str, fact: Any) -> int:
    entry = Entry(id=room.chance(16), subject=subject, at=room.now, facts=(fact,))
    (position,) = await room.journal.append([entry])
    await room.settled(position)
    return position


async def test_an_incident_that_was_reopened_stays(house: House) -> None:
    room = house.room
    await room.say("1134", zone="001")
    (incident,) = room.incidents()
    await house.close(incident.id)
    room.wait(hours=2)
    await house.write(incident.id, Reopened(incident=incident.id, by="anna"))
    room.wait(days=400)
    await house.erase()
    assert await house.gone() == []


async def test_whether_a_site_is_armed_is_carried_past_the_signals_that_said_so(house: House) -> None:
    room = house.room
    await room.say("3401", authenticated=True)
    await room.say("1301")
    (incident,) = room.incidents()
    before = live(room.triage.conditions)
    assert before[SHOP][0]
    assert before[SHOP][1]
    await house.close(incident.id)
    room.wait(days=40)
    await house.erase()

    assert not [fact for fact in await room.facts() if isinstance(fact, Received)]
    (carried,) = [fact for fact in await room.facts() if isinstance(fact, Carried)]
    assert carried.authenticated
    assert live((await folded_anew(room)).triage.conditions) == before

    await room.say("1401")
    room.wait(days=40)
    await house.erase()
    assert len([fact for fact in await room.facts() if isinstance(fact, Carried)]) == 1, "the older one is of no use"
    assert live((await folded_anew(room)).triage.conditions) == live(room.triage.conditions)


async def test_the_keys_of_an_entry_go_with_it_and_the_journal_names_them(house: House) -> None:
    room = house.room
    seals = Seals(house.keys, room.chance, lambda: room.now, {one: timedelta(days=400) for one in Retention})
    sealed = await seals.seal([(Part.ZONE_TEXT, Retention.SIGNAL, "Bedroom")])
    await room.say("1602", sealed=sealed)
    room.wait(days=21)
    await house.erase()
    assert await house.keys.get([sealed[0].key]) == {}
    (erased,) = [fact for fact in await room.facts() if isinstance(fact, Erased)]
    assert (erased.keys, erased.names) == (1, (sealed[0].key,))


async def test_numbers_of_incidents_are_not_used_again(house: House) -> None:
    room = house.room
    await room.say("1134", zone="001")
    (incident,) = room.incidents()
    await house.close(incident.id)
    room.wait(days=40)
    await house.erase()
    assert not [fact for fact in await room.facts() if isinstance(fact, Opened)]
    assert (await folded_anew(room)).board.next_number == incident.number + 1


@pytest.mark.parametrize("fails", ["append", "prune", "destroy"])
async def test_a_kill_in_the_middle_of_it_is_made_up_for(
    house: House, fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = house.room
    seals = Seals(house.keys, room.chance, lambda: room.now, {one: timedelta(days=400) for one in Retention})
    sealed = await seals.seal([(Part.ZONE_TEXT, Retention.SIGNAL, "Bedroom")])
    await room.say("1602", sealed=sealed)
    await room.say("1134", zone="001")
    (incident,) = room.incidents()
    await house.close(incident.id)
    room.wait(days=40)
    await house.archivist.catch_up()

    owner: Any = house.keys if fails == "destroy" else room.journal
    work: Callable[..., Any] = getattr(owner, fails)

    def killed(*_: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, fails, killed)
    with pytest.raises(KeyboardInterrupt):
        await house.expiry.step()
    monkeypatch.setattr(owner, fails, work)

    after = await furnish_again(house)
    await after.erase()
    assert not [fact for fact in await room.facts() if isinstance(fact, Received | Opened)]
    erased = [fact for fact in await room.facts() if isinstance(fact, Erased)]
    assert sum(fact.entries for fact in erased) == len(await house.gone())
    assert await after.archive.heard() == {}
    assert await house.keys.get([sealed[0].key]) == {}


async def furnish_again(house: House) -> House:
    expiry = Expiry(
        keys=house.keys,
        journal=house.room.journal,
        archive=house.archive,
        known=house.expiry._known,
        periods=PERIODS,
        clock=lambda: house.room.now,
        chance=house.room.chance,
    )
    return House(house.room, house.keys, house.archive, Archivist(house.room.journal, house.archive), expiry)


SAYINGS = st.lists(
    st.tuples(
        st.sampled_from(["1134", "3134", "1301", "3301", "1401", "3401", "1602", "1350", "3350", "1111", "1101"]),
        st.sampled_from(["2002", "1001", "4004", "9999"]),
        st.integers(0, 15),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(SAYINGS, st.integers(0, 60), st.integers(0, 2**32))
async def test_whatever_went_the_next_start_folds_the_same(
    sayings: list[tuple[str, str, int, bool]], later: int, seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with room(journal=await MemoryJournal.open()) as one:
            house = await furnish(one, Path(folder))
            dice = random.Random(seed)
            for code, account, days, authenticated in sayings:
                await one.say(code, account=account, zone="001", authenticated=authenticated)
                one.wait(days=days)
                for incident in list(one.incidents()):
                    if dice.random() < 0.6:
                        await house.close(incident.id)
                if dice.random() < 0.3:
                    await house.erase()
            one.wait(days=later)
            await house.erase()
            other = await folded_anew(one)
            assert other.incidents() == one.incidents()
            assert other.board.next_number == one.board.next_number
            assert live(other.triage.conditions) == live(one.triage.conditions)
            anew = SqlArchive.open(Path(folder) / "anew")
            await Archivist(one.journal, anew).catch_up()
            assert await anew.heard() == await house.archive.heard()
            assert await anew.closed(limit=100) == await house.archive.closed(limit=100)
            assert await anew.totals() == await house.archive.totals()
            await anew.close()
            await house.archive.close()


@given(st.sets(st.integers(1, 60)))
def test_runs_hold_exactly_what_they_are_made_of(positions: set[int]) -> None:
    told = runs(positions)
    assert [at for first, last in told for at in range(first, last + 1)] == sorted(positions)
    assert all(after[0] - before[1] > 1 for before, after in pairwise(told))
