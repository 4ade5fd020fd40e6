"""The one door: nothing is answered before it is kept, a repeat gets the first receipt, what is personal is sealed."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from belfry.centre.intake import Intake
from belfry.centre.replay import Replay
from belfry.centre.seals import Seals
from belfry.centre.sources import LATELY, NAMED_MOST, Sources
from belfry.domain.facts import Entry, Part, Received
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Arrival, Caller, Category, Method, Poll, Receipt, Signal, SignalState, Wire
from belfry.domain.site import Account
from belfry.journal.memory import MemoryJournal
from belfry.keys.memory import MemoryKeyStore
from belfry.ports import Expect, Full, Refused, Stored
from belfry.registry.book import AccountBook

NOW: Final = datetime(2026, 3, 14, 23, 59, 30, tzinfo=UTC)
BOOK: Final = AccountBook([Account(id="shop", account="2002")])


class Door:
    """An intake over stores in memory, at a clock that only the test moves."""

    def __init__(self, journal: MemoryJournal, keys: MemoryKeyStore) -> None:
        self.now = NOW
        self.journal, self.keys = journal, keys
        self.polls: list[Poll] = []
        self.chance = random.Random(1).randbytes
        self.seals = Seals(keys, self.chance, lambda: self.now)
        self.intake = self.fresh(NOW - timedelta(hours=1))

    def fresh(self, up_since: datetime) -> Intake:
        """An intake as after a restart: it remembers nothing but what it is told again."""
        self.replay = Replay(Rules(), up_since)
        return Intake(
            journal=self.journal,
            accounts=BOOK,
            seals=self.seals,
            keys=self.keys,
            replay=self.replay,
            on_poll=self.polls.append,
            is_keyed=lambda key: False,
            clock=lambda: self.now,
            chance=self.chance,
        )

    async def restart(self) -> None:
        self.intake = self.fresh(self.now)
        await self.intake.prepare()
        for position, fact in await self.kept():
            self.replay.remember(position, fact)

    async def kept(self) -> Sequence[tuple[int, Received]]:
        stored = await self.journal.page(0, 1_000)
        return [
            (one.position, fact)
            for one in stored
            if isinstance(one, Stored)
            for fact in one.entry.facts
            if isinstance(fact, Received)
        ]

    def signal(self, **fields: object) -> Signal:
        said: dict[str, object] = {
            "method": Method.EQUIPMENT,
            "receiver": "panels",
            "received_at": self.now,
            "prefix": "0",
            "account": "2002",
            "area": "1",
            "zone": "4",
            "wire": Wire.SIA,
            "code": "BA",
            "category": Category.INTRUSION,
            "subtype": "zone",
            "state": SignalState.ALARM,
            "path": "tcp",
        }
        return Signal(**{**said, **fields})  # type: ignore[arg-type]  # a test names fields by word

    async def say(self, identity: bytes | None = b"frame 1", exact: bytes | None = None, **fields: object) -> Receipt:
        return await self.intake.deliver(Arrival(signals=(self.signal(**fields),), identity=identity, exact=exact))


@asynccontextmanager
async def door() -> AsyncIterator[Door]:
    days = itertools.count(1)
    journal, keys = await MemoryJournal.open(), MemoryKeyStore(lambda n: next(days).to_bytes(n, "big"))
    one = Door(journal, keys)
    await one.intake.prepare()
    yield one
    await one.intake.settle()
    await journal.close()
    await keys.close()


async def test_a_receipt_is_a_position_of_the_journal() -> None:
    async with door() as centre:
        receipt = await centre.say()
        ((position, fact),) = await centre.kept()
        assert receipt == Receipt(position)
        assert (fact.account, fact.account_id, fact.code) == ("2002", "shop", "BA")


async def test_nothing_is_promised_before_the_journal_has_it() -> None:
    async with door() as centre:
        waiting: asyncio.Future[Sequence[int]] = asyncio.get_running_loop().create_future()

        class Slow(MemoryJournal):
            def append(self, entries: Sequence[Entry], expect: Expect | None = None) -> "asyncio.Future[Sequence[int]]":
                return waiting

        centre.journal = Slow()
        centre.intake = centre.fresh(centre.now)
        await centre.intake.prepare()
        answer = centre.intake.deliver(Arrival(signals=(centre.signal(),), identity=b"x"))
        for _ in range(5):
            await asyncio.sleep(0)
        assert not answer.done()
        waiting.set_exception(Full("no room on the disk"))
        with pytest.raises(Full):
            await answer


class Counting(MemoryJournal):
    """Counts appends, and refuses those with an entry of zone 13."""

    appends = 0

    def append(self, entries: Sequence[Entry], expect: Expect | None = None) -> "asyncio.Future[Sequence[int]]":
        self.appends += 1
        if any(isinstance(fact, Received) and fact.zone == "13" for entry in entries for fact in entry.facts):
            refused: asyncio.Future[Sequence[int]] = asyncio.get_running_loop().create_future()
            refused.set_exception(Refused("too large"))
            return refused
        return super().append(entries, expect)


async def over(centre: Door) -> Counting:
    journal = Counting()
    centre.journal = journal
    centre.intake = centre.fresh(centre.now)
    await centre.intake.prepare()
    return journal


async def test_what_comes_in_one_turn_is_kept_with_one_append_and_each_gets_its_own_receipt() -> None:
    async with door() as centre:
        journal = await over(centre)
        receipts = await asyncio.gather(*(centre.say(b"%d" % n, zone=str(n), account=f"20{n}") for n in range(10, 13)))
        assert [receipt.position for receipt in receipts] == [1, 2, 3]
        assert [fact.zone for _, fact in await centre.kept()] == ["10", "11", "12"]
        assert journal.appends == 1


async def test_one_that_the_journal_refuses_takes_no_neighbour_with_it() -> None:
    async with door() as centre:
        await over(centre)
        said = [centre.say(b"%d" % n, zone=str(n), account=f"20{n}") for n in range(12, 15)]
        first, refused, last = await asyncio.gather(*said, return_exceptions=True)
        assert (first, last) == (Receipt(1), Receipt(2))
        assert isinstance(refused, Refused)
        assert centre.intake.refusing is None


async def test_who_repeats_gets_a_receipt_also_where_the_first_gave_up() -> None:
    async with door() as centre:
        arrival = Arrival(signals=(centre.signal(),), identity=b"x")
        first, again = centre.intake.deliver(arrival), centre.intake.deliver(arrival)
        first.cancel()
        assert await again == Receipt(1, repeated=True)


async def test_a_repeat_gets_the_same_receipt_and_is_kept_once() -> None:
    async with door() as centre:
        first, again = await centre.say(), await centre.say()
        assert (again.position, again.repeated) == (first.position, True)
        assert len(await centre.kept()) == 1


async def test_a_repeat_while_the_first_is_on_its_way_is_kept_once() -> None:
    async with door() as centre:
        arrival = Arrival(signals=(centre.signal(text="Back door"),), identity=b"x")
        receipts = await asyncio.gather(*(centre.intake.deliver(arrival) for _ in range(5)))
        assert {receipt.position for receipt in receipts} == {receipts[0].position}
        assert len(await centre.kept()) == 1


async def test_a_repeat_after_a_restart_is_kept_once() -> None:
    async with door() as centre:
        first = await centre.say()
        await centre.restart()
        assert (await centre.say()).position == first.position
        assert len(await centre.kept()) == 1


async def test_our_own_downtime_extends_the_retry_period() -> None:
    async with door() as centre:
        await centre.say()
        centre.now += timedelta(minutes=20)
        await centre.restart()
        centre.now += timedelta(seconds=60)
        assert (await centre.say()).repeated


async def test_a_repeat_across_midnight_is_told_by_yesterday_s_key() -> None:
    async with door() as centre:
        first = await centre.say()
        centre.now += timedelta(seconds=60)
        assert (await centre.say()).position == first.position


async def test_a_plain_panel_with_a_constant_sequence_may_say_alarm_restore_alarm() -> None:
    async with door() as centre:
        for identity in (b"alarm", b"restore", b"alarm"):
            await centre.say(identity)
        assert len(await centre.kept()) == 3


async def test_alarm_restore_alarm_in_one_breath_are_three() -> None:
    """Pipelined: the third frame comes while the first two are still on their way to the disk."""
    async with door() as centre:
        waiting = [
            centre.intake.deliver(Arrival(signals=(centre.signal(text="zone"),), identity=identity))
            for identity in (b"alarm", b"restore", b"alarm", b"alarm")
        ]
        receipts = await asyncio.gather(*waiting)
        assert [receipt.repeated for receipt in receipts] == [False, False, False, True]
        assert len(await centre.kept()) == 3


async def test_a_plain_repeat_without_a_time_is_news_after_the_retry_period() -> None:
    async with door() as centre:
        await centre.say()
        centre.now += timedelta(seconds=121)
        assert not (await centre.say()).repeated


async def test_a_plain_repeat_with_its_own_time_is_a_repeat_however_late() -> None:
    async with door() as centre:
        await centre.say(occurred_at=NOW)
        centre.now += timedelta(hours=3)
        assert (await centre.say(occurred_at=NOW)).repeated


async def test_any_authenticated_frame_of_the_window_is_a_repeat() -> None:
    async with door() as centre:
        first = await centre.say(b"one", exact=b"cipher one", authenticated=True)
        await centre.say(b"two", exact=b"cipher two", authenticated=True)
        assert (await centre.say(b"one", exact=b"cipher one", authenticated=True)).position == first.position


async def test_an_idempotency_key_answers_the_same_all_day() -> None:
    async with door() as centre:
        first = await centre.say(b"idem anna 1", account=None, receiver="api", method=Method.CALL, kind="FIRE.STRUCT")
        centre.now += timedelta(hours=20)
        await centre.restart()
        again = await centre.say(b"idem anna 1", account=None, receiver="api", method=Method.CALL, kind="FIRE.STRUCT")
        assert again.position == first.position


async def test_several_signals_of_one_arrival_are_kept_together_and_repeat_together() -> None:
    async with door() as centre:
        arrival = Arrival(signals=tuple(centre.signal(zone=str(n)) for n in range(300)), identity=b"long")
        first = await centre.intake.deliver(arrival)
        again = await centre.intake.deliver(arrival)
        assert (first.position, again.position) == (1, 1)
        assert len(await centre.kept()) == 300
        await centre.restart()
        assert (await centre.intake.deliver(arrival)).position == 1


async def test_a_frame_of_two_accounts_repeats_as_one() -> None:
    async with door() as centre:
        arrival = Arrival(signals=(centre.signal(), centre.signal(account="7002")), identity=b"both")
        first, again = await centre.intake.deliver(arrival), await centre.intake.deliver(arrival)
        assert (again.position, again.repeated) == (first.position, True)
        await centre.restart()
        assert (await centre.intake.deliver(arrival)).repeated


async def test_what_is_personal_is_sealed_and_can_be_opened_again() -> None:
    async with door() as centre:
        await centre.say(
            method=Method.CALL,
            receiver="api",
            account=None,
            wire=None,
            code=None,
            category=None,
            subtype=None,
            state=None,
            kind="FIRE.STRUCT",
            text="Third floor, two people at the window",
            place_text="Mill Lane 4",
            caller=Caller(name="A neighbour", number="01632 960 118"),
        )
        ((_, fact),) = await centre.kept()
        assert {sealed.part for sealed in fact.sealed} == {Part.NOTE, Part.PLACE, Part.CALLER}
        opened = await centre.seals.open(fact.sealed)
        assert opened[Part.NOTE] == "Third floor, two people at the window"
        assert b"window" not in b"".join(sealed.box for sealed in fact.sealed)


async def test_a_user_number_is_sealed_and_never_in_the_open_part() -> None:
    async with door() as centre:
        await centre.say(
            code="OP", category=Category.OPEN_CLOSE, subtype="arm", state=SignalState.OPEN, zone=None, user="007"
        )
        ((_, fact),) = await centre.kept()
        assert [sealed.part for sealed in fact.sealed] == [Part.USER]
        assert "007" not in repr(fact)


async def test_a_source_is_kept_as_a_tag_and_only_for_unknown_accounts() -> None:
    async with door() as centre:
        for account in ("2002", "9999"):
            signal = centre.signal(account=account)
            await centre.intake.deliver(Arrival(signals=(signal,), identity=account.encode(), source="192.0.2.7"))
        known, unknown = [fact for _, fact in await centre.kept()]
        assert known.source == b""
        assert len(unknown.source) == 6
        assert b"192" not in unknown.source


async def test_who_was_heard_from_the_address_of_an_unknown_account_is_named_with_it() -> None:
    async with door() as centre:

        async def say(account: str, source: str) -> Received:
            signal = centre.signal(account=account)
            await centre.intake.deliver(Arrival(signals=(signal, signal), identity=account.encode(), source=source))
            (_, first), (_, last) = (await centre.kept())[-2:]
            assert (first.source, first.near) == (last.source, last.near)
            return last

        assert (await say("8888", "192.0.2.7")).near == ()
        centre.intake.poll(Poll(AccountKey("panels", "0", "2002"), "tcp", False, centre.now, "192.0.2.7"))
        assert (await say("8889", "192.0.2.7")).near == ("shop",)
        assert (await say("8890", "192.0.2.8")).near == ()
        assert (await say("2002", "192.0.2.8")).near == ()
        assert (await say("8891", "192.0.2.8")).near == ("shop",)
        centre.now += LATELY + timedelta(seconds=1)
        await centre.intake.prepare()
        assert (await say("8892", "192.0.2.8")).near == ()


def test_an_address_with_many_accounts_behind_it_names_none() -> None:
    sources = Sources()
    for n in range(NAMED_MOST):
        sources.note("192.0.2.7", f"a{n}", NOW + timedelta(seconds=n))
    assert sources.near("192.0.2.7", NOW) == tuple(f"a{n}" for n in reversed(range(NAMED_MOST)))
    for n in range(9):
        sources.note("192.0.2.7", f"b{n}", NOW + timedelta(minutes=1))
    assert sources.near("192.0.2.7", NOW + timedelta(minutes=1)) == ()


async def test_a_clock_that_jumped_days_ahead_loses_nothing() -> None:
    async with door() as centre:
        centre.now += timedelta(days=40)
        first, again = await centre.say(), await centre.say()
        assert (first.repeated, again.repeated) == (False, False)
        await centre.intake.prepare()
        await centre.say(b"frame 2")
        assert (await centre.say(b"frame 2")).repeated


async def test_a_poll_passes_by_the_journal() -> None:
    async with door() as centre:
        poll = Poll(AccountKey("panels", "0", "2002"), "tcp", False, NOW)
        centre.intake.poll(poll)
        assert centre.polls == [poll]
        assert await centre.kept() == []
