"""A centre without edges: a journal in memory, an account book, and the walk. Signals are said, incidents are read."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from belfry.centre.board import Board
from belfry.centre.notices import NoticeBook
from belfry.centre.replay import Replay
from belfry.centre.triage import Triage
from belfry.centre.walk import Walk
from belfry.domain import codes, kinds
from belfry.domain.facts import Entry, Fact, Logged, OnIncident, Received, account_subject, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Category, Method, SignalState, Wire
from belfry.domain.site import Account
from belfry.journal.memory import MemoryJournal
from belfry.ports import Journal, Stored
from belfry.registry.book import AccountBook

START = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
RECEIVER = "panels"

SITES = (
    Account(id="school", account="1001", type="school", name="School"),
    Account(id="shop", account="2002", type="shop", name="Shop"),
    Account(id="bank", account="3003", type="bank_or_valuables", high_risk=True, line_cut=True, name="Bank"),
    Account(id="care", account="4004", type="multi_dwelling", care=True, name="Care block"),
    Account(id="trusting", account="5005", type="shop", cancel_closes=True, name="Kiosk"),
    Account(id="near", account="4721", type="office", name="Office"),
)


class Room:
    """Says signals at a clock that only the test moves."""

    def __init__(self, journal: Journal, accounts: Sequence[Account]) -> None:
        self.now = START
        self.journal = journal
        self.board = Board()
        self.notices = NoticeBook()
        self.book = AccountBook(accounts)
        self.chance = random.Random(journal.position).randbytes  # a second room on one journal repeats no id
        rules = Rules()
        self.triage = Triage(accounts=self.book, kinds=kinds.load(), codes=codes.load(), rules=rules)
        self.replay = Replay(rules, START)
        self.walk = Walk(
            journal=journal,
            board=self.board,
            triage=self.triage,
            replay=self.replay,
            heard=lambda position, signal: None,
            clock=lambda: self.now,
            chance=self.chance,
            notices=self.notices,
        )

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def signal(self, code: str, account: str = "2002", **fields: object) -> Received:
        """An equipment signal of a code; a Contact ID code begins with its qualifier."""
        wire = Wire.CID if code.isdigit() else Wire.SIA
        meaning = codes.load().meaning(wire, code)
        key = AccountKey(RECEIVER, None, account)
        known = self.book.by_key(key)
        said: dict[str, object] = {
            "method": Method.EQUIPMENT,
            "receiver": RECEIVER,
            "received_at": self.now,
            "account": account,
            "account_id": None if known is None else known.id,
            "area": "1",
            "wire": wire,
            "code": code,
            "category": meaning.category,
            "subtype": meaning.subtype,
            "state": meaning.state,
            "path": "tcp",
        }
        return Received(**{**said, **fields})  # type: ignore[arg-type]  # a test names fields by word

    def own(self, kind: str, account: str, state: str, part: str) -> Received:
        """A signal that the centre raises itself about an account."""
        key = AccountKey(RECEIVER, None, account)
        known = self.book.by_key(key)
        return Received(
            method=Method.SYSTEM,
            receiver=RECEIVER,
            received_at=self.now,
            account=account,
            account_id=None if known is None else known.id,
            kind=kind,
            part=part,
            category=Category.COMMUNICATION,
            subtype="path",
            state=SignalState(state),
        )

    async def keep(self, signal: Received) -> int:
        """Store a signal as intake does and wait until triage has settled it."""
        key = signal.account_key
        subject = f"method/{signal.method}" if key is None else account_subject(key)
        entry = Entry(id=self.chance(16), subject=subject, at=signal.received_at, facts=(signal,))
        positions = await self.journal.append([entry])
        await self.settled(positions[0])
        return positions[0]

    async def say(self, code: str, account: str = "2002", **fields: object) -> int:
        return await self.keep(self.signal(code, account, **fields))

    async def write(self, fact: OnIncident) -> None:
        """Store what a person does to an incident, and wait until the board has it."""
        entry = Entry(id=self.chance(16), subject=incident_subject(fact.incident), at=self.now, facts=(fact,))
        (position,) = await self.journal.append([entry])
        await self.settled(position)

    async def settled(self, position: int) -> None:
        """Wait until a signal is folded and decided; the loop turns, no time passes."""
        while self.walk.position < position or self.walk.behind:  # noqa: ASYNC110 - no time passes here
            await asyncio.sleep(0)

    def incidents(self) -> list[Incident]:
        return list(self.board.queue())

    def kinds(self) -> list[tuple[str, int]]:
        return [(incident.kind, incident.priority) for incident in self.board.queue()]

    async def facts(self) -> list[Fact]:
        stored = await self.journal.page(0, 10_000)
        return [fact for one in stored if isinstance(one, Stored) for fact in one.entry.facts]

    async def logged(self) -> list[Logged]:
        return [fact for fact in await self.facts() if isinstance(fact, Logged)]


@asynccontextmanager
async def room(accounts: Sequence[Account] = SITES, journal: Journal | None = None) -> AsyncIterator[Room]:
    opened = journal if journal is not None else await MemoryJournal.open()
    one = Room(opened, accounts)
    walking = asyncio.create_task(one.walk.run())
    try:
        await asyncio.wait({walking, asyncio.create_task(one.walk.live.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if walking.done():
            walking.result()
        yield one
    finally:
        walking.cancel()
        await asyncio.gather(walking, return_exceptions=True)
