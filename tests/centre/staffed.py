"""A staffed room without edges: journal, board, desk and deadlines, at a clock that only the test moves."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from belfry.centre.board import Board, catch_up, expect_of
from belfry.centre.deadlines import Deadlines
from belfry.centre.desk import Desk
from belfry.centre.seals import Seals
from belfry.domain.commands import Command, Staff
from belfry.domain.facts import Entry, Fact, Joined, OnIncident, Retention, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.kinds import load
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey
from belfry.journal.memory import MemoryJournal
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Expect, Journal, Stale, Stored
from tests.domain.incidents import NOON, a_joining, an_opening

PERIODS: Final = dict.fromkeys(Retention, timedelta(days=30))


class MemoryKeys:
    """A key store as long as its test. `before` is awaited ahead of each commit."""

    def __init__(self) -> None:
        self.keys: dict[bytes, bytes] = {}
        self.rows: list[tuple[bytes, Retention, datetime]] = []
        self.commits = 0
        self.looks = 0
        self.broken = False

    async def put(self, keys: Sequence[tuple[bytes, Retention, datetime]]) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise OSError("no space left on device")
        self.commits += 1
        self.rows += keys
        self.keys.update((sha256(key).digest(), key) for key, _, _ in keys)

    async def get(self, names: Sequence[bytes]) -> Mapping[bytes, bytes]:
        self.looks += 1
        return {name: self.keys[name] for name in names if name in self.keys}

    async def daily(self, day: str) -> bytes:
        return sha256(day.encode()).digest()

    async def expire(self, now: datetime) -> Sequence[bytes]:
        due = [sha256(key).digest() for key, _, at in self.rows if at <= now]
        for name in due:
            self.keys.pop(name, None)
        return due

    async def destroy(self, names: Sequence[bytes]) -> None:
        for name in names:
            self.keys.pop(name, None)

    async def close(self) -> None: ...


class Room:
    def __init__(self, journal: Journal, **rules: int) -> None:
        self.now = NOON
        self.journal, self.board, self.keys = journal, Board(), MemoryKeys()
        self.rules = Rules(**rules)
        self.chance = random.Random(journal.position).randbytes
        self.seals = Seals(self.keys, self.chance, self.clock, PERIODS)
        self.desk = Desk(
            self.board,
            journal,
            self.seals,
            kinds=load(),
            rules=self.rules,
            clock=self.clock,
            chance=self.chance,
        )

    def clock(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def watched(self) -> Deadlines:
        return Deadlines(self.board, self.journal, rules=self.rules, clock=self.clock, chance=self.chance)

    async def open(self, incident: str = "i1", **opening: Any) -> Incident:
        """An incident that opens now; intrusion, priority 2, at a site of its own, unless told otherwise."""
        number = self.board.next_number
        opening = {"number": number, "account": AccountKey("panels", None, f"47{number}"), **opening}
        fact = an_opening(incident, **opening)
        await self.write(fact, Expect(incident_subject(incident), 0))
        return self.incident(incident)

    async def write(self, fact: OnIncident, expect: Expect | None = None) -> int:
        """Append a fact as triage does, and fold it."""
        entry = Entry(id=self.chance(16), subject=incident_subject(fact.incident), at=self.now, facts=(fact,))
        positions = await self.journal.append([entry], expect)
        self.board.fold(positions[0], entry)
        return positions[0]

    async def write_unheard(self, fact: OnIncident) -> None:
        """Append a fact that the board has not heard of yet."""
        entry = Entry(id=self.chance(16), subject=incident_subject(fact.incident), at=self.now, facts=(fact,))
        await self.journal.append([entry])

    async def cascade(self, incident: str, enough: asyncio.Event, most: int = 500) -> int:
        """Join signals as fast as the journal takes them, as triage does, until it is enough; returns how many."""
        joined = 0
        while not enough.is_set() and joined < most:
            try:
                await asyncio.gather(self.write(a_joining(incident), expect_of(self.incident(incident))))
                joined += 1
            except Stale:
                await catch_up(self.board, self.journal, incident)
        return joined

    def incident(self, incident: str = "i1") -> Incident:
        found = self.board.get(incident)
        assert found is not None
        return found

    async def act(self, command: Command, by: Staff, incident: str = "i1") -> Incident:
        return await self.desk.act(incident, command, by)

    async def facts(self, incident: str = "i1") -> list[Fact]:
        stored = await self.journal.read(incident_subject(incident))
        return [fact for one in stored if isinstance(one, Stored) for fact in one.entry.facts]

    async def joinings(self, incident: str = "i1") -> int:
        return sum(isinstance(fact, Joined) for fact in await self.facts(incident))


@asynccontextmanager
async def staffed(kind: str, folder: Path, **rules: int) -> AsyncIterator[Room]:
    journal: Journal = await (MemoryJournal.open() if kind == "memory" else SqliteJournal.open(folder))
    try:
        yield Room(journal, **rules)
    finally:
        await journal.close()
