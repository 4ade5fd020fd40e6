"""A data folder as a centre has it that has run for a long time: entries behind it, open incidents, a snapshot.

The entries are what the centre itself writes for an intrusion at a shop - two alarms, two restores, taken, closed: ten
entries an incident - each with its own ids, tags and times, at a rate of ENTRIES_PER_S until a moment ago. They go in
through the journal's own door. Nothing here is faster than life in what a start has to do: positions, subjects and
segments are those that the journal makes.
"""

import asyncio
import os
import secrets
from asyncio import Future
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from belfry.domain.closing import Cause, Disposition
from belfry.domain.facts import (
    Brief,
    Closed,
    Effect,
    Entry,
    Fact,
    Joined,
    Opened,
    Point,
    Received,
    Taken,
    account_subject,
    incident_subject,
)
from belfry.domain.signal import AccountKey, Category, Method, SignalState, Wire
from belfry.domain.site import Account
from belfry.journal.sqlite import SqliteJournal
from belfry.keys.sqlite import SqliteKeyStore
from belfry.registry import Registry
from belfry.registry.sheet import read_sheet

RECEIVER: Final = "panels"
PREFIX: Final = "0"
KIND: Final = "PROP.ALARM.INTR"
WORDS: Final = ("SIA BA, Intruder zone in alarm",)
ENTRIES_OF_ONE: Final = 10
"""Entries of an incident from its first alarm to its closing."""
ENTRIES_PER_S: Final = 2.0
"""About 700 incidents an hour: a busy centre. So the last day's closed incidents are about as many as a board keeps."""
TOGETHER: Final = 25
"""Incidents in one append: 250 entries, of the 256 that it takes."""
UNDER_WAY: Final = 64
"""Appends that wait for the disk, so that many of them are one commit."""


@dataclass(slots=True)
class _Case:
    """One incident at one account, and where its next entry stands."""

    account: Account
    number: int
    at: datetime
    position: int

    @property
    def key(self) -> AccountKey:
        return AccountKey(RECEIVER, PREFIX, self.account.account)


def fill(folder: Path, *, entries: int, waiting: int, say: Callable[[str], None]) -> None:
    """Fill the furnished data folder `folder` with so many entries of closed incidents, then with open ones."""
    accounts = _accounts(folder)
    say(f"  filling {folder.parent.name} with {entries:,} entries and {waiting:,} open incidents")
    asyncio.run(_fill(folder / "data", accounts, entries, waiting))
    os.sync()  # what was written here is not written while somebody else is measured


def _accounts(folder: Path) -> Sequence[Account]:
    """Import the accounts as a start would, so that the entries name them as the registry does."""
    registry = Registry.open(folder / "data")
    try:
        registry.import_accounts(read_sheet(folder / "accounts.csv", [RECEIVER]), by="settings")
        return registry.accounts()
    finally:
        registry.close()


async def _fill(data: Path, accounts: Sequence[Account], entries: int, waiting: int) -> None:
    keys = await SqliteKeyStore.open(data, secrets.token_bytes)  # a start refuses a journal without it
    await keys.close()
    journal = await SqliteJournal.open(data)
    try:
        under_way: deque[Future[Sequence[int]]] = deque()
        for some in appends(journal.position, accounts, entries, waiting):
            under_way.append(journal.append(some))
            if len(under_way) >= UNDER_WAY:
                await under_way.popleft()
        for last in under_way:
            await last
    finally:
        await journal.close()


def appends(position: int, accounts: Sequence[Account], entries: int, waiting: int) -> Iterator[list[Entry]]:
    """What stands in the journal behind a position, as it is appended: closed incidents, then those that wait."""
    closed = entries // ENTRIES_OF_ONE
    began = datetime.now(UTC) - timedelta(seconds=60 + entries / ENTRIES_PER_S)
    step = timedelta(seconds=ENTRIES_OF_ONE / ENTRIES_PER_S)
    together: list[Entry] = []
    for n in range(closed + waiting):
        is_closed = n < closed
        at = began + step * min(n, closed)
        case = _Case(accounts[n % len(accounts)], n + 1, at, position + 1)
        # one open incident an account could join; each of the open ones has an area of its own
        told = _closed(case) if is_closed else _open(case, area=str(1 + n // len(accounts)))
        made = [_entry(*one) for one in told]
        together += made
        position += len(made)
        if len(together) >= TOGETHER * ENTRIES_OF_ONE:
            yield together
            together = []
    if together:
        yield together


def _entry(subject: str, at: datetime, fact: Fact) -> Entry:
    return Entry(id=secrets.token_bytes(16), subject=subject, at=at, facts=(fact,))


Told = tuple[str, datetime, Fact]


def _open(case: _Case, *, area: str) -> Iterator[Told]:
    """An alarm and its incident."""
    signal = _received(case, 0, zone="1", code="BA", area=area)
    yield account_subject(case.key), signal.received_at, signal
    incident = f"i{case.position}"
    fact = Opened(
        incident=incident,
        number=case.number,
        kind=KIND,
        priority=2,
        signal=_brief(signal, case.position),
        account=case.key,
        account_id=case.account.id,
        group=f"{RECEIVER}/{PREFIX}/{case.account.account}|intrusion|{area}",
        restore="wanted",
        reasons=WORDS,
    )
    yield incident_subject(incident), signal.received_at + timedelta(milliseconds=2), fact


def _closed(case: _Case) -> Iterator[Told]:
    """A whole incident, until an operator closed it."""
    yield from _open(case, area="1")
    subject, incident = incident_subject(f"i{case.position}"), f"i{case.position}"
    for n, (code, zone) in enumerate((("BA", "2"), ("BR", "1"), ("BR", "2")), 1):
        signal = _received(case, n, zone=zone, code=code, area="1")
        yield account_subject(case.key), signal.received_at, signal
        is_restore = code == "BR"
        joined = Joined(
            incident=incident,
            signal=_brief(signal, case.position + 2 * n),
            effect=Effect.RESTORE if is_restore else Effect.ALARM,
            restored=(Point("1", zone, "zone", "BA"),) if is_restore else (),
            flags=("restored",) if n == 3 else (),
            reasons=("restore: everything here is restored",) if is_restore else WORDS,
        )
        yield subject, signal.received_at + timedelta(milliseconds=2), joined
    taken = Taken(incident=incident, by="anna", seen_upto=4)
    yield subject, case.at + timedelta(seconds=40), taken
    over = Closed(
        incident=incident, by="anna", disposition=Disposition.FALSE_ALARM, cause=Cause.USER_MISTAKE, seen_upto=4
    )
    yield subject, case.at + timedelta(seconds=55), over


def _received(case: _Case, n: int, *, zone: str, code: str, area: str) -> Received:
    return Received(
        method=Method.EQUIPMENT,
        receiver=RECEIVER,
        received_at=case.at + timedelta(seconds=n),
        prefix=PREFIX,
        account=case.account.account,
        account_id=case.account.id,
        area=area,
        zone=zone,
        wire=Wire.SIA,
        code=code,
        category=Category.INTRUSION,
        subtype="zone",
        state=SignalState.ALARM if code == "BA" else SignalState.RESTORE,
        path="tcp",
        tag=secrets.token_bytes(12),
    )


def _brief(signal: Received, position: int) -> Brief:
    return Brief(
        position=position,
        method=signal.method,
        received_at=signal.received_at,
        area=signal.area,
        zone=signal.zone,
        wire=signal.wire,
        code=signal.code,
        category=signal.category,
        subtype=signal.subtype,
        state=signal.state,
        path=signal.path,
    )
