"""Supervision alone: a clock that only the test turns, a journal that only remembers, a table of last-seen times."""

import asyncio
from asyncio import Future
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from belfry.centre.supervision import Asks, Supervision
from belfry.domain.facts import Downtime, Received
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Arrival, Category, Method, Poll, Receipt, Signal, SignalState
from belfry.domain.site import Account
from belfry.ports import Full
from belfry.ports.last_seen import LastHeard
from belfry.registry.book import AccountBook

START = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
RECEIVER = "panels"

Told = tuple[str, str, str, str]
"""What was said: account, kind without its group, state, part."""


def site(number: int, **fields: object) -> Account:
    """An account that polls every 90 s, so that it may be silent for 190."""
    said: dict[str, object] = {"id": f"site{number}", "account": f"{number:04d}", "supervision_s": 90}
    return Account(**{**said, **fields})  # type: ignore[arg-type]  # a test names fields by word


def sites(count: int, **fields: object) -> Sequence[Account]:
    return [site(number, **fields) for number in range(count)]


class Table:
    """`ports.LastSeen` in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], LastHeard] = {}
        self.batches: list[int] = []
        self.fails = False

    async def load(self) -> Sequence[LastHeard]:
        return list(self.rows.values())

    async def save(self, batch: Sequence[LastHeard]) -> None:
        if self.fails:
            raise OSError("no room on the disk")
        self.batches.append(len(batch))
        self.rows.update({(row.account_id, row.path): row for row in batch})


class Town:
    """Many sites, and what supervision says of them, in `said`; `told` since it was last asked."""

    def __init__(self, accounts: Iterable[Account], rules: Rules | None = None) -> None:
        self.now = START
        self.table = Table()
        self.book = AccountBook(accounts)
        self.rules = rules or Rules()
        self.said: list[Signal] = []
        self.counts: list[int] = []
        """What was said again of outages that grew."""
        self.identities: set[bytes] = set()
        self.full = False
        self.incidents: set[str] = set()
        self.armed: set[str] = set()
        self._read = 0
        self.supervision = self.new()

    def new(self) -> Supervision:
        asks = Asks(
            has_open_incident=lambda key: key.account in self.incidents,
            is_armed=lambda key: key.account in self.armed,
        )
        return Supervision(
            self.book, self.deliver, rules=self.rules, clock=lambda: self.now, last_seen=self.table, asks=asks
        )

    def deliver(self, arrival: Arrival) -> "Future[Receipt]":
        """Keep an arrival once, as intake does with a name that it knows."""
        answer: Future[Receipt] = asyncio.get_running_loop().create_future()
        assert arrival.identity is not None
        if self.full:
            answer.set_exception(Full("no room"))
        else:
            (signal,) = arrival.signals
            if arrival.identity not in self.identities and arrival.identity.endswith(str(signal.state).encode()):
                self.said.append(signal)
            elif arrival.identity not in self.identities:
                self.counts.append(signal.count or 0)
            self.identities.add(arrival.identity)
            answer.set_result(Receipt(len(self.said)))
        return answer

    # -- what happens

    def wait(self, **parts: float) -> None:
        self.now += timedelta(**parts)

    def poll(self, *numbers: int, path: str = "tcp", authenticated: bool = False, **key: str | None) -> None:
        receiver, prefix = key.get("receiver") or RECEIVER, key.get("prefix")
        for number in numbers:
            whose = AccountKey(receiver, prefix, f"{number:04d}")
            self.supervision.poll(Poll(whose, path, authenticated, self.now))

    def hear(self, number: int, code: str = "RP", path: str | None = "tcp", **fields: object) -> None:
        said: dict[str, object] = {
            "method": Method.EQUIPMENT,
            "receiver": RECEIVER,
            "received_at": self.now,
            "account": f"{number:04d}",
            "code": code,
            "category": Category.TEST,
            "state": SignalState.TEST,
            "path": path,
        }
        self.supervision.heard(Received(**{**said, **fields}))  # type: ignore[arg-type]

    async def step(self, **parts: float) -> list[Told]:
        """Let time pass, look, and return what was said."""
        self.wait(**parts)
        await self.supervision.step(self.now)
        return self.told()

    async def steps(self, seconds: int, *, polling: Sequence[int] = (), every: int = 90) -> list[Told]:
        """Second by second, while some keep polling, evenly spread."""
        for _ in range(seconds):
            self.wait(seconds=1)
            second = int(self.now.timestamp())
            self.poll(*(number for number in polling if (second + number) % every == 0))
            await self.supervision.step(self.now)
        return self.told()

    async def restart(self, *, down: float = 0, downs: Sequence[Downtime] = (), crash: bool = False) -> Downtime | None:
        if not crash:
            await self.supervision.save()
        self.wait(seconds=down)
        self.supervision = self.new()
        return await self.supervision.load(downs)

    def replay(self) -> None:
        """The corridor tells again what the journal holds of supervision itself."""
        for signal in self.said:
            self.supervision.heard(
                Received(
                    method=signal.method,
                    receiver=signal.receiver,
                    received_at=signal.received_at,
                    prefix=signal.prefix,
                    account=signal.account,
                    state=signal.state,
                    kind=signal.kind,
                    part=signal.part,
                )
            )

    # -- what was said

    def told(self) -> list[Told]:
        fresh, self._read = self.said[self._read :], len(self.said)
        return [_told(signal) for signal in fresh]


def _told(signal: Signal) -> Told:
    assert signal.kind is not None
    assert signal.state is not None
    return signal.account or "", signal.kind.removeprefix("TECH."), signal.state, signal.part or ""
