"""A storm from its beginning to its review, in the walk: what is held back, what never is, and what comes out of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
import pytest

from belfry.centre.seals import Seals
from belfry.centre.storms.desk import CannotStorm, NoSuchStorm, NotNow, StormDesk
from belfry.centre.storms.ends import StormEnds
from belfry.centre.walk import WalkState
from belfry.domain import codes
from belfry.domain.facts import Act, HowEnded, StormBegan, StormEnded, StormReviewed
from belfry.domain.premises import Hazard, SiteParts, Zone
from belfry.domain.presets import Rules
from belfry.domain.storm import Storm
from belfry.domain.storm_cover import StormGroup
from belfry.journal.memory import MemoryJournal
from belfry.keys.memory import MemoryKeyStore
from belfry.ports import Journal
from tests.centre.kit import Room, room

ALL = tuple(StormGroup)
MAINS, MAINS_BACK = "1301", "3301"
PATH, TAMPER, WATER = "1350", "1137", "1154"


class House:
    """A room with a desk for storms; whoever is late is told by `ends`."""

    def __init__(self, room: Room) -> None:
        self.room, self.storms = room, room.triage.storms
        clock, lists = (lambda: room.now), codes.load()
        self.seals = Seals(MemoryKeyStore(room.chance), room.chance, clock)
        self.desk = StormDesk(
            self.storms, room.journal, self.seals, codes=lists, rules=Rules(), clock=clock, chance=room.chance
        )
        self.ends = StormEnds(self.storms, room.journal, codes=lists, clock=clock, chance=room.chance)

    async def begin(self, *groups: StormGroup, minutes: int = 60) -> Storm:
        storm = await self.desk.begin(groups or ALL, minutes, "gale", by="sue")
        self.room.wait(seconds=1)
        return storm

    async def say(self, code: str, account: str = "2002", **fields: object) -> int:
        position = await self.room.say(code, account, **fields)
        await self.room.settled(self.room.journal.position)
        return position

    async def step(self) -> None:
        await self.ends.step(self.room.now)
        await self.room.settled(self.room.journal.position)

    def kinds(self) -> list[str]:
        return sorted(one.kind for one in self.room.incidents())


@asynccontextmanager
async def house(journal: Journal | None = None) -> AsyncIterator[House]:
    async with room(journal=journal) as opened:
        yield House(opened)


async def test_what_a_storm_covers_is_kept_and_listed_and_nothing_else_happens() -> None:
    async with house() as centre:
        storm = await centre.begin()
        positions = [await centre.say(MAINS), await centre.say(PATH, zone="001"), await centre.say(WATER, zone="007")]
        assert centre.room.incidents() == []
        assert [(one.signal, one.act, one.storm) for one in await centre.room.logged()] == [
            (position, Act.STORM, storm.id) for position in positions
        ]
        assert [one.group for one in storm.held.values()] == [
            StormGroup.POWER, StormGroup.PATH, StormGroup.ENVIRONMENT,
        ]  # fmt: skip
        assert storm.signals == 3


async def test_only_the_groups_that_were_asked_for_are_held_back() -> None:
    async with house() as centre:
        await centre.begin(StormGroup.POWER)
        await centre.say(MAINS)
        await centre.say(WATER, zone="007")
        assert centre.kinds() == ["TECH.WATERLEAK"]


@pytest.mark.parametrize("code", ["1110", "1115", "1151", "1162", "1120", "1121", "1122", "1100", "1130", "1102"])
async def test_what_may_be_a_life_or_a_burglar_opens_as_ever(code: str) -> None:
    async with house() as centre:
        storm = await centre.begin()
        await centre.say(code, zone="001")
        assert len(centre.room.incidents()) == 1
        assert storm.held == {}


async def test_a_tamper_is_held_back_only_while_nobody_has_armed() -> None:
    async with house() as centre:
        storm = await centre.begin()
        await centre.say(TAMPER, zone="001")
        assert (centre.room.incidents(), len(storm.held)) == ([], 1)
        await centre.say("3401")
        await centre.say(TAMPER, zone="002")
        assert len(centre.room.incidents()) == 1


async def test_a_technical_point_in_a_fire_zone_is_never_held_back() -> None:
    async with house() as centre:
        centre.room.book.put_parts("shop", SiteParts(zones=(Zone(number="007", area="1", hazard=Hazard.FIRE),)))
        storm = await centre.begin()
        await centre.say("1380", zone="007")
        assert storm.held == {}


async def test_what_belongs_to_an_open_alarm_is_never_held_back() -> None:
    async with house() as centre:
        await centre.say("3401")
        await centre.say("1130", zone="001")
        storm = await centre.begin()
        await centre.say(PATH, zone="001")  # confirms: a path is lost in the same set period
        assert "PROP.ALARM.INTR.CONF" in centre.kinds()
        await centre.say(MAINS)
        assert storm.held == {}


async def test_a_restore_finds_what_was_open_before_the_storm() -> None:
    async with house() as centre:
        await centre.say(WATER, zone="007")
        await centre.begin()
        await centre.say("3154", zone="007")
        assert centre.room.incidents()[0].restored


async def test_what_is_in_trouble_at_the_end_opens_then_and_what_was_restored_does_not() -> None:
    async with house() as centre:
        storm = await centre.begin(minutes=30)
        await centre.say(MAINS)
        await centre.say(WATER, zone="007")
        await centre.say(WATER, zone="007")
        await centre.say(MAINS, "1001")
        centre.room.wait(minutes=5)
        await centre.say(MAINS_BACK)
        assert centre.room.incidents() == []
        centre.room.wait(minutes=26)
        await centre.step()
        assert sorted((one.kind, one.account_id) for one in centre.room.incidents()) == [
            ("TECH.POWER", "school"), ("TECH.WATERLEAK", "shop"),
        ]  # fmt: skip
        assert (storm.how, storm.left, len(storm.held), storm.signals) == (HowEnded.TIME, 2, 3, 4)
        assert sorted(one.count for one in storm.held.values()) == [1, 1, 2]
        assert "still in trouble at the end of a storm" in centre.room.incidents()[0].reasons
        numbers = [one.number for one in centre.room.incidents()]
        assert sorted(numbers) == [1, 2]


async def test_a_line_that_is_back_answers_for_no_other_that_was_held_back() -> None:
    async with house() as centre:
        storm = await centre.begin()
        await centre.say("1351", zone="000")
        await centre.say("1352", zone="000")
        await centre.say("3351", zone="000")
        await centre.desk.end(storm.id, by="sue")
        await centre.room.settled(centre.room.journal.position)
        assert [one.newest[0].code for one in centre.room.incidents()] == ["1352"]


async def test_what_was_left_is_not_held_back_by_the_next_storm() -> None:
    async with house() as centre:
        first = await centre.begin()
        await centre.say(MAINS)
        await centre.desk.end(first.id, by="sue")
        second = await centre.begin()
        await centre.room.settled(centre.room.journal.position)
        assert (centre.kinds(), second.held) == (["TECH.POWER"], {})


async def test_a_person_answers_for_what_was_held_back_and_only_once_it_is_over() -> None:
    async with house() as centre:
        storm = await centre.begin()
        await centre.say(MAINS)
        with pytest.raises(NotNow):
            await centre.desk.review(storm.id, "gone through", by="sue")
        await centre.desk.end(storm.id, by="sue")
        await centre.desk.review(storm.id, "gone through", by="tom")
        assert (storm.reviewed_by, len(storm.held)) == ("tom", 1)
        with pytest.raises(NotNow):
            await centre.desk.review(storm.id, "again", by="sue")
        facts = [type(one) for one in await centre.room.facts()]
        assert [facts.count(one) for one in (StormBegan, StormEnded, StormReviewed)] == [1, 1, 1]


async def test_it_lasts_two_hours_at_most_and_goes_on_only_by_hand() -> None:
    async with house() as centre:
        with pytest.raises(CannotStorm, match="at most 120"):
            await centre.begin(minutes=121)
        storm = await centre.begin(minutes=120)
        with pytest.raises(NotNow):
            await centre.begin()
        centre.room.wait(minutes=100)
        await centre.desk.renew(storm.id, 120, by="sue")
        centre.room.wait(minutes=119)
        await centre.step()
        assert (storm.ended_at, storm.renewed) == (None, 1)
        centre.room.wait(minutes=2)
        await centre.step()
        assert storm.how is HowEnded.TIME
        with pytest.raises(NotNow):
            await centre.desk.renew(storm.id, 60, by="sue")
        with pytest.raises(NoSuchStorm):
            await centre.desk.end("s0", by="sue")


async def test_a_clock_that_is_set_back_ends_it() -> None:
    async with house() as centre:
        storm = await centre.begin()
        await centre.step()
        centre.room.wait(minutes=-10)
        await centre.step()
        assert storm.how is HowEnded.CLOCK


@pytest.mark.parametrize("snapshot", [False, True])
async def test_a_restart_forgets_no_storm_and_nothing_that_it_held(snapshot: bool) -> None:
    journal = MemoryJournal()
    state: WalkState | None = None
    async with house(journal) as centre:
        storm = await centre.begin()
        await centre.say(MAINS)
        await centre.say(WATER, zone="007")
        await centre.say(MAINS_BACK)
        if snapshot:
            kept = msgspec.msgpack.encode(centre.room.walk.state())
            state = msgspec.msgpack.decode(kept, type=WalkState)
        before = msgspec.to_builtins(storm)
    async with house(journal) as centre:
        if state is not None:
            fresh = type(centre.storms)(codes.load())
            fresh.restore(state.storms)
            assert msgspec.to_builtins(fresh.get(storm.id)) == before
        again = centre.storms.get(storm.id)
        assert again is not None
        assert msgspec.to_builtins(again) == before
        centre.room.now = storm.until + timedelta(seconds=1)
        await centre.step()
        assert centre.kinds() == ["TECH.WATERLEAK"]
        assert centre.storms.started == 1
    async with house(journal) as centre:
        assert centre.kinds() == ["TECH.WATERLEAK"]


async def test_mains_and_battery_together_are_never_held_back() -> None:
    async with house() as centre:
        storm = await centre.begin()
        await centre.say(MAINS)
        await centre.say("1302")
        assert [(one.kind, one.priority) for one in centre.room.incidents()] == [("TECH.POWER", 2)]
        assert len(storm.held) == 1


async def test_an_unknown_account_is_never_held_back() -> None:
    async with house() as centre:
        storm = await centre.begin()
        await centre.say(MAINS, "9999")
        assert storm.held == {}
        assert len(centre.room.incidents()) == 1
