"""Who is ready is handed the next incident: one at a time, to one person at a time, after a moment of rest."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from belfry.centre.feed import AWAY, IDLE, Duty, Feed
from belfry.domain.abilities import GENERALIST, Abilities
from belfry.domain.commands import Release, Staff, TakeOver
from belfry.domain.incident import State
from tests.centre.staffed import Room, staffed
from tests.domain.incidents import ANNA, BERT, NOON

GRACE_S = 20


class Fed:
    """A room in which incidents are handed out, and everybody listens."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.abilities: dict[str, Abilities] = {}
        self.hidden: set[tuple[str, str]] = set()
        self.told: list[str] = []
        self.feed = Feed(
            room.board,
            room.desk,
            rules=room.rules,
            clock=room.clock,
            abilities=lambda name: self.abilities.get(name, GENERALIST),
        )
        self.feed.sees = lambda name, incident: (name, incident.id) not in self.hidden
        self.feed.tell = self.told.append

    def ready(self, *people: Staff) -> None:
        for one in people:
            self.feed.ready(one)

    async def open(self, *incidents: str, **opening: object) -> None:
        for one in incidents:
            await self.room.open(one, **opening)

    @property
    def holders(self) -> dict[str, str | None]:
        return {one.id: one.taken_by for one in self.room.board.queue()}


@pytest.fixture(params=["memory", "sqlite"])
async def fed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Fed]:
    async with staffed(request.param, tmp_path) as room:
        yield Fed(room)


async def test_the_first_that_waits_comes_to_who_is_ready_and_nothing_more(fed: Fed) -> None:
    await fed.open("i1", "i2")
    fed.ready(ANNA)
    assert await fed.feed.step() == 1
    assert fed.holders == {"i1": "anna", "i2": None}
    assert await fed.feed.step() == 0
    standing = fed.feed.of("anna")
    assert standing is not None
    assert standing.handed == "i1"


async def test_nobody_is_handed_anything_who_did_not_say_that_he_is_ready(fed: Fed) -> None:
    await fed.open("i1")
    fed.ready(ANNA)
    fed.feed.pause(ANNA)
    fed.feed.by_hand(BERT)
    assert await fed.feed.step() == 0
    assert fed.holders == {"i1": None}


async def test_two_who_are_ready_never_get_the_same(fed: Fed) -> None:
    fed.ready(ANNA, BERT)
    await fed.open("i1", "i2", "i3")
    assert await fed.feed.step() == 2
    assert {fed.holders["i1"], fed.holders["i2"]} == {"anna", "bert"}
    assert fed.holders["i3"] is None


async def test_the_next_one_comes_a_moment_after_the_last_and_not_before(fed: Fed) -> None:
    await fed.open("i1", "i2")
    fed.ready(ANNA)
    await fed.feed.step()
    await fed.room.act(Release(fed.room.incident("i1").version), ANNA, "i1")
    assert fed.feed.grace_until("anna") == NOON + timedelta(seconds=GRACE_S)
    fed.room.wait(GRACE_S - 1)
    assert await fed.feed.step() == 0
    fed.room.wait(1)
    assert await fed.feed.step() == 1
    assert fed.feed.grace_until("anna") is None


async def test_a_priority_1_that_waited_for_its_target_ends_the_rest(fed: Fed) -> None:
    await fed.open("i1")
    fed.ready(ANNA)
    await fed.feed.step()
    await fed.open("i2", priority=1)
    fed.room.wait(25)
    await fed.room.act(Release(fed.room.incident("i1").version), ANNA, "i1")
    assert await fed.feed.step() == 0
    fed.room.wait(5)
    assert await fed.feed.step() == 1
    assert fed.holders["i2"] == "anna"


async def test_who_left_one_lying_is_put_aside_until_he_says_that_he_is_there(fed: Fed) -> None:
    deadlines = fed.room.watched()
    deadlines.left_lying = fed.feed.left_lying
    await fed.open("i1")
    fed.ready(ANNA)
    await fed.feed.step()
    fed.room.wait(fed.room.rules.idle_release_s)
    await deadlines.step(fed.room.now)
    standing = fed.feed.of("anna")
    assert standing is not None
    assert (standing.duty, standing.why) == (Duty.PAUSED, IDLE)
    fed.room.wait(GRACE_S)
    assert await fed.feed.step() == 0
    assert fed.room.incident("i1").state is State.WAITING
    fed.ready(ANNA, BERT)
    assert await fed.feed.step() == 1


async def test_an_alarm_of_a_browser_that_died_goes_to_the_next_who_is_ready(fed: Fed) -> None:
    deadlines = fed.room.watched()
    await fed.open("i1")
    fed.ready(ANNA)
    await fed.feed.step()
    fed.ready(BERT)
    for lost in (deadlines.console_lost, fed.feed.console_lost):
        lost("anna")
    fed.room.wait(fed.room.rules.console_lost_s)
    await deadlines.step(fed.room.now)
    assert await fed.feed.step() == 1
    assert fed.holders == {"i1": "bert"}


@pytest.mark.parametrize(("gone_s", "duty", "why"), [(30, Duty.READY, None), (31, Duty.PAUSED, AWAY)])
async def test_a_page_that_is_loaded_anew_stays_ready_and_who_was_away_says_it_again(
    fed: Fed, gone_s: float, duty: Duty, why: str | None
) -> None:
    fed.ready(ANNA)
    fed.feed.console_lost("anna")
    await fed.open("i1")
    assert await fed.feed.step() == 0
    fed.room.wait(gone_s)
    fed.feed.console_back("anna")
    standing = fed.feed.of("anna")
    assert standing is not None
    assert (standing.duty, standing.why) == (duty, why)
    assert await fed.feed.step() == (1 if duty is Duty.READY else 0)


async def test_who_fits_is_handed_it_and_where_nobody_fits_whoever_is_ready(fed: Fed) -> None:
    fed.abilities = {"anna": Abilities(frozenset({"medical"})), "bert": Abilities(frozenset({"technical"}))}
    fed.ready(ANNA, BERT)
    await fed.open("i1", kind="TECH.POWER", priority=4)
    assert await fed.feed.step() == 1
    assert fed.holders == {"i1": "bert"}
    await fed.open("i2", kind="TECH.POWER", priority=4)
    assert await fed.feed.step() == 1
    assert fed.holders["i2"] == "anna"


async def test_what_somebody_may_not_know_of_never_comes_to_him(fed: Fed) -> None:
    fed.hidden.add(("anna", "i1"))
    fed.ready(ANNA)
    await fed.open("i1", "i2")
    assert await fed.feed.step() == 1
    assert fed.holders == {"i1": None, "i2": "anna"}


async def test_who_takes_by_himself_meanwhile_is_handed_nothing(fed: Fed) -> None:
    await fed.open("i1", "i2")
    fed.ready(ANNA)
    await fed.room.desk.take_next(ANNA)
    assert await fed.feed.step() == 0
    assert fed.holders == {"i1": "anna", "i2": None}


async def test_what_is_taken_over_leaves_him_free(fed: Fed) -> None:
    await fed.open("i1", "i2")
    fed.ready(ANNA)
    await fed.feed.step()
    await fed.room.act(TakeOver("mine", fed.room.incident("i1").version), BERT, "i1")
    fed.room.wait(GRACE_S)
    assert await fed.feed.step() == 1
    assert fed.holders == {"i1": "bert", "i2": "anna"}


async def test_his_consoles_are_told_of_every_change(fed: Fed) -> None:
    fed.ready(ANNA)
    await fed.open("i1")
    await fed.feed.step()
    await fed.room.act(Release(fed.room.incident("i1").version), ANNA, "i1")
    assert fed.told == ["anna"] * 3
