"""A room in which schedules are watched: what they say is kept and decided as in a running centre, at a clock that only
the test turns."""

import asyncio
from asyncio import Future
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from belfry.centre.marks import NO_MARKS
from belfry.centre.received import as_received
from belfry.centre.schedules import Schedules
from belfry.domain.condition import Condition
from belfry.domain.facts import Downtime, Entry, Received, account_subject
from belfry.domain.premises import SiteParts
from belfry.domain.presets import PRESETS, Rules
from belfry.domain.schedules import Interval, OpeningWindow, Schedule, ScheduleKind
from belfry.domain.signal import Arrival, Method, Receipt
from belfry.domain.site import Account
from belfry.ports import Full
from tests.centre.kit import Room, room

ZURICH: Final = ZoneInfo("Europe/Zurich")
WEEK: Final = tuple(range(7))
SHOP_HOURS: Final = OpeningWindow(days=WEEK[:6], opens_from=450, opens_until=540, closes_from=1_260, closes_until=1_320)
"""Opens between 07:30 and 09:00, closes between 21:00 and 22:00; shut on Sundays."""

SITES: Final = (
    Account(id="shop", account="2002", type="shop", name="Shop", time_zone="Europe/Zurich"),
    Account(id="kiosk", account="2003", type="shop", name="Kiosk", time_zone="Europe/Zurich"),
    Account(id="plant", account="5001", type="industry", name="Plant", time_zone="Europe/Zurich"),
    Account(id="care", account="4004", type="dwelling", care=True, name="Care", time_zone="Europe/Zurich"),
    Account(id="farm", account="5801", type="dwelling", name="Farm", time_zone="Europe/Zurich"),
)


def hours(**fields: object) -> Schedule:
    return Schedule(**{"id": "hours", "openings": (SHOP_HOURS,), **fields})  # type: ignore[arg-type]  # named by word


def rounds(kind: ScheduleKind = ScheduleKind.CHECK_IN, point: str | None = None, **fields: object) -> Schedule:
    """Every hour from 22:00 to 04:00, five minutes of grace."""
    said = {"days": WEEK, "since": 1_320, "until": 1_680, "every_s": 3_600, **fields}
    return Schedule(id="rounds", kind=kind, point=point, intervals=(Interval(**said),))  # type: ignore[arg-type]


SCHEDULES: Final = {"shop": SiteParts(schedules=(hours(),))}


def local(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZURICH, fold=fold).astimezone(UTC)


class Hours:
    """The room, its schedules, and a clock in Zurich."""

    def __init__(
        self, one: Room, parts: Mapping[str, SiteParts], holidays: Collection[date] = (), rules: Rules = PRESETS
    ) -> None:
        self.room = one
        self.full = False
        self.names: dict[bytes, int] = {}
        self.holidays, self.rules = holidays, rules
        for account_id, its in parts.items():
            one.book.put_parts(account_id, its)
        self.schedules = self.new()

    def new(self, downs: Sequence[Downtime] = ()) -> Schedules:
        """As after a start."""
        fresh = Schedules(
            self.room.book,
            self.deliver,
            board=self.room.board,
            conditions=self.room.triage.conditions,
            holidays=lambda name: self.holidays,
            clock=lambda: self.room.now,
            rules=self.rules,
        )
        fresh.begin()
        self.room.triage.hours = fresh
        self.schedules = fresh
        return fresh

    def load(self, downs: Sequence[Downtime] = ()) -> None:
        self.schedules.load(downs, ())

    async def refold(self) -> None:
        """As after a kill without a snapshot: everything is heard again, in the order of the journal."""
        heard = [fact for fact in await self.room.facts() if isinstance(fact, Received)]
        self.new()
        for fact in heard:
            self.schedules.heard(fact)
        self.load()

    def deliver(self, arrival: Arrival) -> "Future[Receipt]":
        """Keep an arrival once, as intake does with a name that it knows."""
        answer: Future[Receipt] = asyncio.get_running_loop().create_future()
        assert arrival.identity is not None
        if self.full:
            answer.set_exception(Full("no room"))
            return answer
        known = self.names.get(arrival.identity)
        if known is not None:
            answer.set_result(Receipt(known, repeated=True))
            return answer
        (signal,) = arrival.signals
        fact = as_received(signal, signal.site, (), NO_MARKS, 0)
        key = fact.account_key
        assert key is not None
        entry = Entry(id=self.room.chance(16), subject=account_subject(key), at=self.room.now, facts=(fact,))
        kept = self.room.journal.append([entry])
        position = kept.result()[0] if kept.done() else self.room.journal.position
        self.names[arrival.identity] = position
        answer.set_result(Receipt(position))
        return answer

    # -- what happens

    async def to(self, when: str, *, fold: int = 0) -> list[str]:
        """Let the time pass to a local instant, in steps of at most eight seconds before it; returns what is open."""
        return await self.at(local(when, fold=fold))

    async def at(self, then: datetime) -> list[str]:
        for before in (8, 0):
            self.room.now = max(self.room.now, then - timedelta(seconds=before))
            await self.schedules.step(self.room.now)
            await self.room.settled(self.room.journal.position)
        return self.open()

    async def say(self, code: str, account: str = "2002", **fields: object) -> list[str]:
        signal = self.room.signal(code, account, **fields)
        await self.keep(signal)
        return self.open()

    async def keep(self, signal: Received) -> None:
        position = await self.room.keep(signal)
        assert position
        self.schedules.heard(signal)
        await self.schedules.step(self.room.now)
        await self.room.settled(self.room.journal.position)

    async def report(self, account_id: str) -> None:
        """Somebody on duty reports from a site."""
        await self.keep(
            Received(
                method=Method.DUTY, receiver="api", received_at=self.room.now, account_id=account_id,
                kind="ADM.INFO", path="api",
            )
        )  # fmt: skip

    # -- what is so

    def open(self) -> list[str]:
        return [f"{one.kind} {one.priority} {one.account_id}" for one in self.room.board.queue()]

    def condition(self, account: str) -> Condition:
        return next(state for key, state in self.room.triage.conditions.items() if key.account == account)


@asynccontextmanager
async def watched(
    parts: Mapping[str, SiteParts] = SCHEDULES,
    *,
    since: str = "2026-03-13T06:00",
    accounts: Sequence[Account] = SITES,
    holidays: Collection[date] = (),
    rules: Rules = PRESETS,
) -> AsyncIterator[Hours]:
    async with room(accounts) as one:
        one.now = local(since)
        opened = Hours(one, parts, holidays, rules)
        opened.load()
        yield opened
