"""A restart at any point, with a snapshot of any moment or none, leads to the same centre.

A crash leaves a beginning of the journal: what came in stands there, what was decided of it perhaps not. And a snapshot
may be taken at any turn of the loop, also while signals wait that nobody has looked at yet.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from belfry.centre.seals import Seals
from belfry.centre.storms.desk import StormDesk
from belfry.centre.walk import WalkState
from belfry.domain import codes
from belfry.domain.facts import Entry, Logged, account_subject
from belfry.domain.presets import Rules
from belfry.domain.storm_cover import StormGroup
from belfry.journal.memory import MemoryJournal
from belfry.keys.memory import MemoryKeyStore
from belfry.ports import Stored
from tests.centre.kit import START, Room, room

CODES = (
    "CL", "OP", "BA", "BG", "BR", "FA", "FR", "TA", "TR", "YC", "YK", "PA", "MA",
    "1301", "3301", "1302", "3302", "1154", "3154", "1406", "QQ", "RP",
)  # fmt: skip
Json = Any


class Said(Struct, frozen=True):
    code: str
    account: str
    zone: str
    path: str = "tcp"


class Step(Struct, frozen=True):
    """`said` comes at once, so many seconds after the step before; or a storm begins or ends."""

    said: tuple[Said, ...] = ()
    wait_s: int = 1
    storm: str = ""


said = st.builds(
    Said,
    st.sampled_from(CODES),
    st.sampled_from(["2002", "1001", "3003", "9999"]),
    st.sampled_from(["001", "002"]),
    st.sampled_from(["tcp", "udp"]),
)
stutter = st.tuples(said, st.integers(2, 9)).map(lambda one: (one[0],) * one[1])
rounds = st.builds(
    Step, st.one_of(st.lists(said, min_size=1, max_size=9).map(tuple), stutter), st.sampled_from([1, 40, 200, 1900])
)
stories = st.builds(
    lambda first, second, third: [*first, Step(storm="begin"), *second, Step(storm="end"), *third],
    st.lists(rounds, max_size=2),
    st.lists(rounds, min_size=1, max_size=3),
    st.lists(rounds, max_size=2),
)


class Telling:
    """Tells a story to a room from one of its steps on."""

    def __init__(self, one: Room) -> None:
        self.room = one
        clock = lambda: one.now  # noqa: E731 - as short as it is
        seals = Seals(MemoryKeyStore(one.chance), one.chance, clock)
        self.desk = StormDesk(
            one.triage.storms, one.journal, seals, codes=codes.load(), rules=Rules(), clock=clock, chance=one.chance
        )

    async def tell(self, step: Step, *, hurry: bool = False) -> int:
        """Returns the position up to which the step stands by itself; what follows was decided of it. In a `hurry` the
        next one comes before that is read."""
        one = self.room
        one.wait(seconds=step.wait_s)
        if step.storm == "begin":
            await self.desk.begin(tuple(StormGroup), 60, "gale", by="sue")
        for storm in one.triage.storms.running() if step.storm == "end" else ():
            await self.desk.end(storm.id, by="sue")
        at = one.journal.position
        if step.said:
            entries = [
                Entry(id=one.chance(16), subject=account_subject(key), at=one.now, facts=(signal,))
                for signal in (
                    one.signal(each.code, each.account, zone=each.zone, path=each.path) for each in step.said
                )
                if (key := signal.account_key) is not None
            ]
            at = (await one.journal.append(entries))[-1]
        await (self.room.settled(at) if hurry else self.all_settled())
        return at

    async def all_settled(self) -> None:
        position = -1
        while position != self.room.journal.position:
            position = self.room.journal.position
            await self.room.settled(position)


def centre_of(one: Room, logged: Sequence[Logged]) -> Json:
    """All that a person may be shown of it, and all that later decisions are made from; no positions of decisions."""
    return {
        "incidents": sorted(
            (i.kind, i.priority, str(i.state), str(i.account), i.signals_seq, i.open_points, sorted(i.flags))
            for i in one.board.queue()
        ),
        "closed": sorted((i.kind, str(i.account), i.signals_seq, str(i.disposition)) for i in one.board.closed()),
        "logged": sorted((fact.signal, str(fact.act), fact.kind or "", fact.in_alarm) for fact in logged),
        "state": {str(key): msgspec.to_builtins(state) for key, state in one.triage.conditions.items()},
        "runaways": sorted(str(point) for point in one.triage.runaways.now(one.now)),
        "storms": [
            (sorted((key, kept.count, kept.left, kept.in_trouble) for key, kept in storm.held.items()), storm.left)
            for storm in one.triage.storms.all()
        ],
    }  # fmt: skip


async def whole(
    story: Sequence[Step], kept: Sequence[Entry] = (), done: int = 0
) -> tuple[Json, list[Entry], list[int]]:
    """Tell a story to a centre whose journal holds `kept`, from its step `done` on; the end, the journal, and the
    positions at which each step stands by itself and is settled."""
    journal = await MemoryJournal.open()
    for entry in kept:
        await journal.append([entry])
    marks: list[int] = []
    async with room(journal=journal) as one:
        one.now = START
        for step in story[:done]:
            one.wait(seconds=step.wait_s)
        telling = Telling(one)
        await telling.all_settled()
        for step in story[done:]:
            marks += [await telling.tell(step), journal.position]
        return centre_of(one, await one.logged()), await stored_in(journal), marks


async def stored_in(journal: MemoryJournal) -> list[Entry]:
    return [one.entry for one in await journal.page(0, 10_000) if isinstance(one, Stored)]


def same_after_each_cut(story: Sequence[Step]) -> None:
    async def run() -> None:
        wanted, entries, marks = await whole(story)
        for step in range(len(story)):
            alone, settled = marks[2 * step], marks[2 * step + 1]
            for cut in sorted({alone, (alone + settled) // 2, settled}):
                again, _, _ = await whole(story, entries[:cut], step + 1)
                assert again == wanted, f"cut after position {cut} of {len(entries)}, in step {step}"

    asyncio.run(run())


def same_from_each_snapshot(story: Sequence[Step]) -> None:
    async def run() -> None:
        journal = await MemoryJournal.open()
        taken: dict[bytes, int] = {}
        async with room(journal=journal) as one:

            async def take() -> None:
                while True:
                    taken.setdefault(msgspec.msgpack.encode(one.walk.state()), one.walk.position)
                    await asyncio.sleep(0)

            taking = asyncio.create_task(take())
            telling = Telling(one)
            for step in story:
                await telling.tell(step, hurry=not step.storm)
            await telling.all_settled()
            taking.cancel()
            wanted, now = centre_of(one, await one.logged()), one.now
        for state in list(taken)[:: max(1, len(taken) // 40)]:
            other = Room(journal, one.book.all())
            other.now = now
            other.walk.restore(msgspec.msgpack.decode(state, type=WalkState))
            walking = asyncio.create_task(other.walk.run())
            await other.walk.live.wait()
            found = centre_of(other, await other.logged())
            walking.cancel()
            assert found == wanted, f"from a snapshot at position {taken[state]} of {journal.position}"

    asyncio.run(run())


@settings(max_examples=25, deadline=None)
@given(stories)
def test_a_crash_after_any_entry_ends_in_the_same_centre(story: list[Step]) -> None:
    same_after_each_cut(story)


@settings(max_examples=25, deadline=None)
@given(stories)
def test_a_snapshot_of_any_moment_leads_to_the_same_centre(story: list[Step]) -> None:
    same_from_each_snapshot(story)


def test_what_came_after_it_does_not_change_how_a_signal_is_judged_after_a_crash() -> None:
    """A tamper while armed and the disarming behind it, both kept and neither decided: it was armed then."""
    same_after_each_cut(
        [Step((Said("CL", "2002", "001"),)), Step((Said("TA", "2002", "001"), Said("OP", "2002", "001")))]
    )


def test_a_snapshot_in_a_rush_forgets_no_arming() -> None:
    many = tuple(Said("BA", "1001", f"{n:03}") for n in range(9))
    same_from_each_snapshot([Step(many), Step((Said("CL", "2002", "001"),)), Step((Said("TA", "2002", "001"),), 60)])
