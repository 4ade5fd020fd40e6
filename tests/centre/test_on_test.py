"""A test from its beginning to its end, in the walk: what is muted, what comes out of it, and what a crash leaves."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
import pytest
from msgspec import structs

from belfry.centre.on_test import OnTest, OnTestState
from belfry.centre.on_test.codes import TRIES_MOST, TechnicianCodes
from belfry.centre.on_test.desk import CannotTest, NoSuchTest, OnTestDesk, Over, Wish
from belfry.centre.on_test.ends import Ends
from belfry.centre.walk import WalkState
from belfry.domain import codes
from belfry.domain.facts import Act, Entry, HowEnded, OnTestEnded, account_subject
from belfry.domain.muting import Asked, Asker, Expected, Proof, Reach, Scope, Tick
from belfry.domain.on_test import Session
from belfry.domain.premises import NO_PARTS, Area, Hazard, SiteParts, Zone
from belfry.domain.presets import Rules
from belfry.domain.signal import Arrival, Receipt
from belfry.domain.site import Account
from belfry.journal.memory import MemoryJournal
from belfry.ports import Journal, JournalError
from tests.centre.kit import SITES, START, Room, room

TECHNICIAN = Asked(Asker.TECHNICIAN, Proof.WORD, contact="c1")
OWNER = Asked(Asker.OWNER, Proof.WORD, contact="c2")
PARTS = SiteParts(
    zones=(
        Zone(number="001", area="1", hazard=Hazard.INTRUSION),
        Zone(number="004", area="1", hazard=Hazard.INTRUSION),
        Zone(number="009", area="1", hazard=Hazard.FIRE),
    )
)


class Site:
    """A room with a desk for tests; whoever is late is told by `ends`."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.on_test = room.triage.on_test
        rules, lists = Rules(), codes.load()
        clock, chance = (lambda: room.now), room.chance
        self.desk = OnTestDesk(self.on_test, room.journal, codes=lists, rules=rules, clock=clock, chance=chance)
        self.ends = Ends(self.on_test, room.journal, self.deliver, codes=lists, rules=rules, clock=clock, chance=chance)
        self.codes = TechnicianCodes(self.on_test, room.journal, clock=clock, chance=chance)
        self.delivered: list[Arrival] = []
        self.alarms: list[tuple[str, bool]] = []
        """Sites whose silent alarm was raised, and whether the code was used up by then."""
        room.book.put_parts("shop", PARTS)

    async def alarm(self, account_id: str) -> None:
        self.alarms.append((account_id, any(code.used for code in self.on_test.codes.values())))

    def deliver(self, arrival: Arrival) -> "asyncio.Future[Receipt]":
        self.delivered.append(arrival)
        done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        done.set_result(Receipt(0))
        return done

    async def begin(
        self,
        *,
        scope: Scope = Scope(),  # noqa: B008
        ticks: tuple[Tick, ...] = (),
        asked: Asked = TECHNICIAN,
        expected: Sequence[Expected] = (),
        parts: SiteParts = PARTS,
        **span: float,
    ) -> Session:
        wish = Wish(
            account_id="shop",
            scope=scope,
            ticks=ticks,
            asked=asked,
            by="anna",
            until=self.room.now + timedelta(**(span or {"hours": 1})),
            expected=expected,
        )
        return await self.desk.begin(wish, parts)

    async def say(self, code: str, **fields: object) -> int:
        """Say something of the shop; what was decided is folded too when this returns."""
        position = await self.room.say(code, **fields)  # type: ignore[arg-type]  # a test names fields by word
        await self.room.settled(self.room.journal.position)
        return position

    async def step(self) -> None:
        await self.ends.step(self.room.now)
        await self.room.settled(self.room.journal.position)


@asynccontextmanager
async def site(journal: Journal | None = None) -> AsyncIterator[Site]:
    async with room(journal=journal) as opened:
        yield Site(opened)


async def test_a_covered_signal_is_kept_and_no_incident() -> None:
    async with site() as shop:
        test = await shop.begin(expected=[Expected(zone="1"), Expected(zone="4")])
        position = await shop.say("1130", zone="001")
        (logged,) = await shop.room.logged()
        assert (logged.signal, logged.act, logged.test, logged.in_alarm) == (position, Act.ON_TEST, test.id, True)
        assert logged.kind == "PROP.ALARM.INTR"
        assert shop.room.incidents() == []
        assert [one.name for one in test.missing] == ["zone 4"]
        assert test.signals == 1


async def test_what_is_not_ticked_opens_as_ever() -> None:
    async with site() as shop:
        await shop.begin()
        await shop.say("1110", zone="001")  # fire
        await shop.say("1120", zone="001")  # panic
        await shop.say("1350", zone="001")  # a path
        kinds = [kind for kind, _ in shop.room.kinds()]
        assert sorted(kinds) == ["FIRE.ALARM.AUTO", "PERS.ALARM.PANIC", "TECH.COMMS.PATH"]


async def test_each_tick_mutes_its_own_and_no_other() -> None:
    for tick, code in ((Tick.FIRE, "1110"), (Tick.PANIC, "1120"), (Tick.COMMS, "1350")):
        async with site() as shop:
            await shop.begin(ticks=(tick,))
            for each in ("1110", "1120", "1350"):
                await shop.say(each, zone="001")
            muted = [one for one in await shop.room.logged() if one.act is Act.ON_TEST]
            assert len(muted) == 1, (tick, code)
            assert len(shop.room.incidents()) == 2


async def test_silence_is_muted_with_the_comms_tick_alone() -> None:
    for ticks, opened in (((), 1), ((Tick.COMMS,), 0)):
        async with site() as shop:
            await shop.begin(ticks=ticks)
            await shop.room.keep(shop.room.own("TECH.COMMS.LOST", "2002", "trouble", "tcp"))
            assert len(shop.room.incidents()) == opened


async def test_what_is_in_alarm_at_the_end_opens_then_and_what_was_restored_does_not() -> None:
    async with site() as shop:
        await shop.begin(minutes=30)
        await shop.say("1130", zone="001")
        await shop.say("1130", zone="004")
        await shop.say("3130", zone="001")
        shop.room.wait(minutes=30)
        await shop.step()
        (incident,) = shop.room.incidents()
        assert (incident.kind, incident.zone, incident.opened_at) == ("PROP.ALARM.INTR", "004", shop.room.now)
        assert "still in alarm at the end of a test" in incident.reasons
        assert incident.first.occurred_at == START
        assert "after_test" in incident.first.quality
        ended = [fact for fact in await shop.room.facts() if isinstance(fact, OnTestEnded)]
        assert [(one.how, one.by, one.left) for one in ended] == [(HowEnded.TIME, None, 1)]
        await shop.step()
        assert len(shop.room.incidents()) == 1


async def test_a_detector_that_was_tried_many_times_rings_at_its_first_alarm_after_the_test() -> None:
    async with site() as shop:
        test = await shop.begin()
        for _ in range(10):
            await shop.say("1154", zone="004")
            await shop.say("3154", zone="004")
        await shop.desk.end(test.id, by="anna")
        shop.room.wait(minutes=5)
        for _ in range(3):
            await shop.say("1154", zone="004")
        (water,) = shop.room.incidents()
        assert (water.kind, water.signals_seq, water.flags) == ("TECH.WATERLEAK", 3, ("runaway",))


async def test_the_end_names_what_is_missing() -> None:
    async with site() as shop:
        test = await shop.begin(expected=[Expected(zone="1"), Expected(zone="4")])
        await shop.say("1130", zone="001")
        await shop.say("3130", zone="001")
        await shop.desk.end(test.id, by="anna")
        ended = [fact for fact in await shop.room.facts() if isinstance(fact, OnTestEnded)]
        assert [(one.how, one.by, one.missing) for one in ended] == [(HowEnded.OPERATOR, "anna", ("zone 4",))]
        assert shop.room.incidents() == []
        await shop.say("1130", zone="001")
        assert len(shop.room.incidents()) == 1


async def test_two_tests_of_one_site_are_both_ticked_and_the_longer_one_keeps_what_the_other_leaves() -> None:
    """The owner had it put on test, then a technician begins his own on his page."""
    async with site() as shop:
        first = await shop.begin(asked=OWNER, minutes=30)
        second = await shop.begin(expected=[Expected(zone="001"), Expected(zone="004")], hours=2)
        await shop.say("1130", zone="001")
        assert (len(first.came), len(second.came)) == (1, 1)
        assert [one.name for one in second.missing] == ["zone 004"]
        shop.room.wait(minutes=30)
        await shop.step()
        await shop.room.settled(shop.room.journal.position)
        assert shop.room.incidents() == [], "the other test covers it still"
        assert [one.count for one in second.came.values()] == [1]
        assert second.signals == 1
        shop.room.wait(hours=2)
        await shop.step()
        assert len(shop.room.incidents()) == 1, "and at its end it opens"


async def test_a_panic_button_that_knows_no_restore_is_over_with_its_test() -> None:
    async with site() as shop:
        test = await shop.begin(ticks=(Tick.PANIC,))
        await shop.say("1120", zone="001")
        await shop.desk.end(test.id, by="anna")
        await shop.room.settled(shop.room.journal.position)
        assert shop.room.incidents() == []


async def test_a_restore_still_finds_the_incident_that_was_open_before_the_test() -> None:
    async with site() as shop:
        await shop.say("1131", zone="001")
        await shop.begin()
        await shop.say("3131", zone="001")
        (incident,) = shop.room.incidents() or list(shop.room.board.closed())
        assert incident.restored


async def test_a_signal_that_is_muted_just_after_the_end_is_decided_anew() -> None:
    """The end stands in the journal before the line that muted it: as a crash or a busy disk may order them."""
    async with site() as shop:
        test = await shop.begin()
        signal = shop.room.signal("1130", zone="001")
        assert signal.account_key is not None
        entry = Entry(id=b"s" * 16, subject=account_subject(signal.account_key), at=shop.room.now, facts=(signal,))
        kept = shop.room.journal.append([entry])
        ending = asyncio.create_task(shop.desk.end(test.id, by="anna"))
        positions = await kept
        await ending
        await shop.room.settled(shop.room.journal.position)
        await shop.room.settled(positions[0])
        assert [one.zone for one in shop.room.incidents()] == ["001"]


async def test_programming_is_expected_while_somebody_is_on_test() -> None:
    async with site() as shop:
        await shop.say("JV")
        assert shop.room.kinds() == [("TECH.PROGRAM", 4)]
    async with site() as shop:
        await shop.begin(scope=Scope(Reach.ONLY, zones=("001",)))
        await shop.say("JV")
        assert shop.room.incidents() == []


# -- a panel's own mode -----------------------------------------------------------------------------------------------


async def test_a_panels_own_test_mode_is_a_banner_and_mutes_nothing() -> None:
    async with site() as shop:
        await shop.say("1607")
        await shop.say("1130", zone="001")
        (logged,) = await shop.room.logged()
        assert logged.act is Act.BANNER
        assert len(shop.room.incidents()) == 1
        assert list(shop.on_test.running()) == []


async def test_over_eight_hours_of_it_is_told_once_and_ends_with_its_code() -> None:
    async with site() as shop:
        await shop.say("TS")
        shop.room.wait(hours=7, minutes=59)
        await shop.step()
        assert shop.delivered == []
        shop.room.wait(minutes=1)
        await shop.step()
        await shop.step()
        (arrival,) = shop.delivered
        said = arrival.signals[0]
        await shop.room.keep(shop.room.signal("TS", method=said.method, zone=said.zone))
        assert shop.room.kinds() == [("TECH.DISABLED", 3)]
        assert "longer than eight hours" in shop.room.incidents()[0].reasons
        await shop.say("TE")
        assert shop.room.incidents() == []
        await shop.step()
        assert len(shop.delivered) == 1


# -- time -------------------------------------------------------------------------------------------------------------


async def test_nobody_is_on_test_for_longer_than_who_asked_may() -> None:
    async with site() as shop:
        with pytest.raises(CannotTest, match="at most 1 h"):
            await shop.begin(asked=OWNER, hours=1, seconds=1)
        with pytest.raises(CannotTest, match="at most 8 h"):
            await shop.begin(hours=9)
        with pytest.raises(CannotTest, match="ahead"):
            await shop.begin(hours=-1)
        test = await shop.begin(asked=OWNER, minutes=40)
        with pytest.raises(CannotTest, match="at most 1 h"):
            await shop.desk.extend(test.id, shop.room.now + timedelta(minutes=61), by="anna")
        shop.room.wait(minutes=30)
        until = shop.room.now + timedelta(hours=1)
        with pytest.raises(CannotTest):
            await shop.desk.extend(test.id, until, by="anna")
        await shop.desk.extend(test.id, until, by="anna", asked=OWNER)
        assert test.until == until


async def test_a_clock_that_is_set_back_ends_it_and_one_set_forward_does_too() -> None:
    for jump in (-2.0, 2.0):
        async with site() as shop:
            await shop.begin()
            await shop.say("1130", zone="001")
            shop.room.wait(minutes=1)
            await shop.step()
            assert len(list(shop.on_test.running())) == 1
            shop.room.wait(hours=jump)
            await shop.step()
            assert list(shop.on_test.running()) == []
            assert len(shop.room.incidents()) == 1


async def test_what_came_due_while_nobody_was_there_ends_at_the_start_and_mutes_nothing_later() -> None:
    journal = await MemoryJournal.open()
    async with site(journal) as shop:
        await shop.begin(minutes=30)
        await shop.say("1130", zone="001")
    async with site(journal) as shop:
        shop.room.wait(hours=2)
        await shop.say("1130", zone="004")  # before anybody looked at the clock
        assert [one.zone for one in shop.room.incidents()] == ["004"]
        await shop.step()
        facts = [fact for fact in await shop.room.facts() if isinstance(fact, OnTestEnded)]
        assert len(facts) == 1
        assert {point.zone for one in shop.room.incidents() for point in one.in_alarm} == {"001", "004"}


# -- what a crash leaves ----------------------------------------------------------------------------------------------


async def test_killed_in_the_middle_of_a_test_it_goes_on_as_it_was() -> None:
    journal = await MemoryJournal.open()
    async with site(journal) as shop:
        test = await shop.begin(expected=[Expected(zone="1"), Expected(zone="4")])
        await shop.say("1130", zone="001")
        before = shop.on_test.state()
    async with site(journal) as again:
        assert again.on_test.state() == before
        await again.say("1130", zone="004")
        assert again.room.incidents() == []
        after = again.on_test.get(test.id)
        assert after is not None
        assert after.missing == ()


async def test_a_snapshot_holds_what_a_fold_of_the_journal_gives() -> None:
    journal = await MemoryJournal.open()
    async with site(journal) as shop:
        test = await shop.begin()
        await shop.say("1130", zone="001")
        await shop.say("1607")
        state: WalkState = shop.room.walk.state()
        await shop.desk.end(test.id, by="anna")
        await shop.room.settled(journal.position)
        opened = [one.id for one in shop.room.incidents()]
    second = Room(journal, ())
    second.walk.restore(state)
    walking = asyncio.create_task(second.walk.run())
    await second.settled(journal.position)
    walking.cancel()
    assert [one.id for one in second.incidents()] == opened
    assert len(opened) == 1


async def test_killed_between_the_end_and_the_incident_it_opens_once() -> None:
    journal = await MemoryJournal.open()
    async with site(journal) as shop:
        test = await shop.begin()
        await shop.say("1130", zone="001")
    fact = OnTestEnded(test=test.id, how=HowEnded.TIME, left=1)
    await journal.append([Entry(id=b"e" * 16, subject=f"test/{test.id}", at=START, facts=(fact,))])
    for _ in range(2):
        async with site(journal) as shop:
            assert [one.zone for one in shop.room.incidents()] == ["001"]
            assert [one.number for one in shop.room.incidents()] == [1]


# -- the desk ---------------------------------------------------------------------------------------------------------


async def test_a_scope_names_registered_zones_in_the_registrys_own_numbers() -> None:
    async with site() as shop:
        test = await shop.begin(scope=Scope(Reach.ONLY, zones=("1", "04")))
        assert test.scope.zones == ("001", "004")
        with pytest.raises(CannotTest, match="zone 77 is not registered"):
            await shop.begin(scope=Scope(Reach.ONLY, zones=("77",)))
        with pytest.raises(CannotTest, match="names no area"):
            await shop.begin(scope=Scope(Reach.ALL_EXCEPT), parts=NO_PARTS)
        with pytest.raises(CannotTest, match="no lists"):
            await shop.begin(scope=Scope(Reach.SITE, zones=("001",)))


async def test_what_has_ended_cannot_be_changed_and_what_never_was_is_not_there() -> None:
    async with site() as shop:
        test = await shop.begin()
        await shop.desk.end(test.id, by="anna")
        with pytest.raises(Over):
            await shop.desk.end(test.id, by="anna")
        with pytest.raises(NoSuchTest):
            await shop.desk.extend("t0", shop.room.now, by="anna")


async def test_two_who_end_it_at_once_end_it_once() -> None:
    async with site() as shop:
        test = await shop.begin()
        outcomes = await asyncio.gather(
            shop.desk.end(test.id, by="anna"), shop.desk.end(test.id, by="boris"), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in outcomes) == ["Over", "Session"]
        ended = [fact for fact in await shop.room.facts() if isinstance(fact, OnTestEnded)]
        assert len(ended) == 1


async def test_an_imagined_test_answers_alike_and_does_nothing() -> None:
    async with site() as shop:
        before = shop.room.journal.position
        wish = Wish(
            account_id="shop",
            scope=Scope(),
            ticks=(),
            asked=OWNER,
            by="anna",
            until=shop.room.now + timedelta(minutes=30),
        )
        shown = shop.desk.imagined(wish, PARTS)
        assert shop.room.journal.position == before
        issued = await shop.codes.issue("shop", shop.room.now + timedelta(hours=2), by="anna")
        name = issued.code[:4]
        await shop.codes.imagine(name, shown)
        assert list(shop.on_test.running()) == []
        await shop.say("1130", zone="001")
        assert len(shop.room.incidents()) == 1
        assert [one.zone for one in shop.on_test.imagined[name].came.values()] == ["001"]
        shop.room.wait(hours=2, seconds=1)
        shop.on_test.forget(shop.room.now)
        assert shop.on_test.imagined == {}, "it goes with its code"


async def test_what_a_forced_technician_is_shown_is_the_same_after_a_restart_with_a_snapshot_and_without() -> None:
    journal = await MemoryJournal.open()
    async with site(journal) as shop:
        until = shop.room.now + timedelta(hours=1)
        issued = await shop.codes.issue("shop", shop.room.now + timedelta(hours=2), by="anna")
        assert await shop.codes.sign_in(issued.forced, shop.alarm) is not None
        code = issued.code[:4]
        wish = Wish(account_id="shop", scope=Scope(), ticks=(), asked=OWNER, by="anna", until=until)
        await shop.codes.imagine(code, shop.desk.imagined(wish, PARTS))
        await shop.say("1130", zone="001")
        shown = shop.on_test.imagined[code]
        listed = (Expected(zone="001"), Expected(zone="002"))
        await shop.codes.imagine(code, structs.replace(shown, expected=listed))
        later = until + timedelta(minutes=20)
        await shop.codes.imagine(code, structs.replace(shop.on_test.imagined[code], until=later))
        before = shop.on_test.imagined[code]
        assert (list(before.ticked), before.until, before.signals) == ([0], later, 1)
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(shop.on_test.state()), type=OnTestState)
    async with site(journal) as shop:
        assert shop.on_test.imagined == {code: before}
        fresh = OnTest(shop.room.book, codes.load())
        fresh.restore(state)
        assert fresh.imagined == {code: before}
        assert list(fresh.running()) == []


# -- technicians' codes -----------------------------------------------------------------------------------------------


async def test_a_code_opens_one_session_for_its_time_and_survives_a_restart() -> None:
    journal = await MemoryJournal.open()
    async with site(journal) as shop:
        issued = await shop.codes.issue("shop", shop.room.now + timedelta(hours=2), by="anna")
        signed_in = await shop.codes.sign_in(issued.code.lower().replace("-", " "), shop.alarm)
        assert signed_in is not None
        secret, technician = signed_in
        assert (technician.account_id, technician.forced) == ("shop", False)
        assert await shop.codes.sign_in(issued.code, shop.alarm) is None
        assert await shop.codes.sign_in(issued.forced, shop.alarm) is None
    async with site(journal) as shop:
        assert shop.codes.of_session(secret) == technician
        assert shop.codes.of_session("0" * 64) is None
        shop.room.wait(hours=2)
        assert shop.codes.of_session(secret) is None


async def test_a_code_is_dead_after_five_wrong_tries_when_it_is_over_and_when_it_is_withdrawn() -> None:
    async with site() as shop:
        later = shop.room.now + timedelta(hours=2)
        guessed = await shop.codes.issue("shop", later, by="anna")
        wrong = guessed.code[:5] + ("222222" if guessed.code[5:] != "222222" else "333333")
        for _ in range(TRIES_MOST):
            assert await shop.codes.sign_in(wrong, shop.alarm) is None
        assert await shop.codes.sign_in(guessed.code, shop.alarm) is None
        withdrawn = await shop.codes.issue("shop", later, by="anna")
        assert await shop.codes.withdraw(withdrawn.code[:4], by="anna")
        assert await shop.codes.sign_in(withdrawn.code, shop.alarm) is None
        old = await shop.codes.issue("shop", later, by="anna")
        shop.room.wait(hours=2)
        assert await shop.codes.sign_in(old.code, shop.alarm) is None
        assert await shop.codes.sign_in("", shop.alarm) is None


async def test_whoever_is_forced_gives_the_other_code_and_only_we_know() -> None:
    async with site() as shop:
        issued = await shop.codes.issue("shop", shop.room.now + timedelta(hours=2), by="anna")
        assert issued.code[:4] == issued.forced[:4]
        signed_in = await shop.codes.sign_in(issued.forced, shop.alarm)
        assert signed_in is not None
        assert signed_in[1].forced
        assert shop.alarms == [("shop", False)]


@pytest.mark.parametrize("by_phone", [False, True])
async def test_the_alarm_of_whoever_is_forced_is_kept_before_his_code_is_used_up(by_phone: bool) -> None:
    async def nothing_is_kept(_: str) -> None:
        raise JournalError("the disk is full")

    async with site() as shop:
        issued = await shop.codes.issue("shop", shop.room.now + timedelta(hours=2), by="anna")
        said = shop.codes.told(issued.forced, "shop", nothing_is_kept) if by_phone else None
        with pytest.raises(JournalError):
            await (said or shop.codes.sign_in(issued.forced, nothing_is_kept))
        assert shop.alarms == []
        said_again = await shop.codes.told(issued.forced, "shop", shop.alarm)
        assert said_again is not None
        assert said_again.forced
        assert shop.alarms == [("shop", False)]


async def test_no_code_can_be_read_in_the_journal() -> None:
    async with site() as shop:
        issued = await shop.codes.issue("shop", shop.room.now + timedelta(hours=2), by="anna")
        told = repr(await shop.room.facts())
        assert issued.code[5:] not in told
        assert issued.forced[5:] not in told


async def test_a_test_of_a_mall_quiets_no_area_of_another_customer_and_his_own_test_does() -> None:
    accounts = (*SITES, Account(id="baker", account="7001"))
    async with room(accounts) as opened:
        shop = Site(opened)
        mall = SiteParts(areas=(Area(number="1"), Area(number="2", sub_account="baker")))
        opened.book.put_parts("shop", mall)
        await shop.begin(parts=mall)
        await shop.say("1130", zone="001", area="1")
        await shop.say("3130", zone="001", area="1")
        assert opened.incidents() == []
        await shop.say("1130", zone="021", area="2")
        (incident,) = opened.incidents()
        assert incident.account_id == "baker"

        wish = Wish(
            account_id="baker",
            scope=Scope(),
            ticks=(),
            asked=TECHNICIAN,
            by="anna",
            until=opened.now + timedelta(hours=1),
        )
        test = await shop.desk.begin(wish, NO_PARTS)
        await shop.say("1130", zone="022", area="2")
        await shop.say("3130", zone="022", area="2")
        assert len(opened.incidents()) == 1
        assert test.signals == 2
        opened.wait(hours=1)
        await shop.step()
        assert len(opened.incidents()) == 1
