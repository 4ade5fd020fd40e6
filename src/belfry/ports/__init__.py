"""Every door of the house on one page, with its promise. Rooms outside know these protocols, never each other."""

from asyncio import Future
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, final, runtime_checkable

from msgspec import Struct

from belfry.domain.facts import Entry, Retention
from belfry.domain.premises import SiteParts
from belfry.domain.signal import AccountKey, Arrival, Poll, Receipt
from belfry.domain.site import Account

# -- time and chance --------------------------------------------------------------------------------------------------


class Clock(Protocol):
    """Aware UTC now. The only place where the centre learns the time; tests turn it by hand."""

    def __call__(self) -> datetime: ...


class Chance(Protocol):
    """`n` random bytes, unpredictable (`secrets.token_bytes`); tests pass a seeded one."""

    def __call__(self, n: int, /) -> bytes: ...


# -- journal ----------------------------------------------------------------------------------------------------------


class JournalError(Exception):
    """JournalError
    ├── Stale          expect named a subject that has moved on: read again
    ├── Refused        too many, too large, or no entries: a bug of the caller
    ├── Full           no room on the disk: nothing was stored, try again when there is
    ├── InUse          another process holds the journal
    ├── Newer          written by a newer version of this program
    └── Unusable       a sync failed or the journal is closed: nothing more is stored until restart
    """


class Stale(JournalError):
    def __init__(self, subject: str, expected: int, actual: int | None) -> None:
        super().__init__(f"{subject} was seen at {expected} and is at {actual if actual is not None else 'another'}")
        self.subject, self.expected, self.actual = subject, expected, actual


class Refused(JournalError): ...


class Full(JournalError): ...


class InUse(JournalError): ...


class Newer(JournalError): ...


class Unusable(JournalError): ...


class Expect(Struct, frozen=True, gc=False):
    """Store only if `subject` was last written at `position` (0: never)."""

    subject: str
    position: int


class Stored(Struct, frozen=True, gc=False):
    position: int
    entry: Entry


@final
class Pruned(Struct, frozen=True, gc=False):
    """An entry whose retention ended: the bytes are gone, the Merkle leaf stays."""

    position: int
    leaf_hash: bytes


class Journal(Protocol):
    """The promise of DESIGN 4, tested by `belfry.testing.journal_suite` for every implementation.

    Positions grow by one from 1. An append is all or none, durable before its future resolves, and nobody sees
    position n+1 before n. An append repeated with the same entry ids, within the last
    `REPEAT_WINDOW` entries, returns the old positions.
    """

    @property
    def position(self) -> int:
        """The last durable position, 0 when empty."""
        ...

    def append(self, entries: Sequence[Entry], expect: Expect | None = None) -> "Future[Sequence[int]]":
        """Store 1 to 256 entries; the future gives their positions in order, or raises a JournalError.

        Never blocks the caller. A caller that gives up waiting must repeat with the same entry ids. `expect` may be
        refused without need where servers are many, so whoever is refused reads again and decides again.
        """
        ...

    def tail(self, after: int) -> AsyncIterator[Sequence[Stored | Pruned]]:
        """Batches of everything after a position: stored, then live, no gap and no repeat. Never ends by itself."""
        ...

    async def read(
        self, subject: str, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[Stored | Pruned]:
        """The newest `limit` entries of a subject below `before`, oldest first."""
        ...

    async def page(self, after: int, limit: int) -> Sequence[Stored | Pruned]:
        """At most `limit` entries after a position, in order."""
        ...

    async def prune(self, positions: Sequence[int]) -> None:
        """Forget the bytes of entries, keep their leaf hashes."""
        ...

    async def close(self) -> None: ...


# -- keys -------------------------------------------------------------------------------------------------------------


class KeysUnavailable(Exception):
    """What a key store raises: nothing can be sealed or opened now. Each store derives its own family from it."""


class KeyStore(Protocol):
    """Data keys of sealed parts, in a store of their own; a key row commits before the entry that uses it.

    What it raises derives from KeysUnavailable.
    """

    async def put(self, keys: Sequence[tuple[bytes, Retention, datetime]]) -> None:
        """Store `(data key, retention class, expires at)`; durable on return. The name of a key is its SHA-256."""
        ...

    async def get(self, names: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return the data keys that still exist, by name."""
        ...

    async def daily(self, day: str) -> bytes:
        """The 32-byte tag key of a UTC day (`2026-11-23`), made at first use, kept three days."""
        ...

    async def expire(self, now: datetime) -> Sequence[bytes]:
        """Destroy every key that is due and return the names."""
        ...

    async def destroy(self, names: Sequence[bytes]) -> None:
        """Destroy keys before their time, as thoroughly. Names that are not there do no harm."""
        ...

    async def close(self) -> None: ...


# -- intake -----------------------------------------------------------------------------------------------------------


class Intake(Protocol):
    """What a receiver is handed. `deliver` resolves when the arrival is kept; only then may the wire be answered."""

    def deliver(self, arrival: Arrival) -> "Future[Receipt]": ...

    def poll(self, poll: Poll) -> None:
        """A link test was heard; returns at once, the answer waits for no disk."""
        ...

    def keyed(self, account: AccountKey) -> bool:
        """An authenticated frame of this account was kept before: it never speaks plain again."""
        ...


@runtime_checkable
class TellsBacklog(Protocol):
    """An intake that tells how far decisions are behind what it kept, so that a receiver may take in less eagerly."""

    def backlog(self) -> int:
        """Return how many kept signals, about, nothing was decided of yet."""
        ...


class Accounts(Protocol):
    """The registry as the walk needs it: in memory, current as of the last change row."""

    def by_key(self, key: AccountKey) -> Account | None: ...

    def by_id(self, account_id: str) -> Account | None: ...

    def all(self) -> Sequence[Account]: ...

    def site(self, account_id: str) -> str:
        """What an account is handled together with (RULES 2): its own id, or a name that it shares with the other
        panels of its building."""
        ...


class Sites(Accounts, Protocol):
    """Accounts with what belongs to them, as triage and supervision need them."""

    def parts(self, account_id: str) -> SiteParts:
        """Areas, zones, paths, code rules and schedules of an account; the empty ones where it has none."""
        ...


class WordsRefused(ValueError):
    """A word or code that cannot be used; the message names the limit and never the word."""


class TooManyWords(Exception):
    """Too many wrong words were tried at this account; nothing is compared before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many wrong words; none is compared before {until.isoformat()}")
        self.until = until


class Spoken(Struct, frozen=True):
    """What a spoken word turned out to be. `contact` None: nobody's. `duress`: he was forced to say it."""

    contact: str | None = None
    duress: bool = False


class Words(Protocol):
    """Pass-words and codes of sites (decision 0009). A word is only ever compared; an access code can be shown.

    No word or code is in any message, log, change row or export.
    """

    async def set(self, account_id: str, contact: str, word: str | None, *, duress: bool = False, by: str) -> None:
        """Give a contact his word, or his duress word; None takes it away. Raises WordsRefused, LookupError."""
        ...

    async def set_access(self, account_id: str, code: str | None, *, by: str) -> None:
        """Keep the code of the key safe. Raises WordsRefused, LookupError."""
        ...

    async def access(self, account_id: str, *, by: str) -> str | None:
        """Show the code of the key safe; that it was shown, and to whom, is a change row. None: there is none."""
        ...

    async def check(self, account_id: str, spoken: str) -> Spoken:
        """Say whose word it is. Takes as long for a wrong one. Raises TooManyWords."""
        ...


class Receiver(Protocol):
    """A door for equipment. Built by its entry point with (settings table, intake, accounts, clock, chance)."""

    name: str

    async def start(self) -> None:
        """Bind and listen; raises OSError with the address where it cannot."""
        ...

    async def stop(self) -> None: ...

    @property
    def listening(self) -> tuple[str, int]:
        """Host and port as bound."""
        ...

    def describe(self) -> Mapping[str, object]:
        """Numbers for the status page: connections, frames, refusals as none/some/many. No account, no device."""
        ...


@runtime_checkable
class MayBeAway(Protocol):
    """A receiver that hears its devices through something else, which may be gone: a broker."""

    def away_since(self) -> datetime | None:
        """Since when it is gone, where that is a fault by now; None: it is there, or was a moment ago."""
        ...


@runtime_checkable
class NoticesQuirks(Protocol):
    """A receiver that notices how panels differ from the standard."""

    def quirky(self) -> Mapping[AccountKey, Sequence[str]]:
        """Return the quirks of every account where any was met since the start; at most some ten thousand accounts."""
        ...
