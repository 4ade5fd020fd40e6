"""The journal's signals over HTTP, complete as of the answer: read from the journal, not from something behind it.

In the order of their positions. What became of a signal stands in an entry behind it, which is looked up too.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import QueryParameter
from msgspec import Struct

from belfry.domain.facts import Received, account_subject
from belfry.domain.signal import AccountKey
from belfry.ports import Journal, Pruned, Stored
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.incidents import LIMIT, Limit
from belfry.web.problems import refused_field
from belfry.web.rights import Right
from belfry.web.telling import Decision, decisions
from belfry.web.views import SignalList

PAGE: Final = 512
"""Entries read from the journal at once."""
LOOK_BEHIND_MOST: Final = 4_096
"""Entries behind a signal in which its decision is looked for: triage follows within a batch."""


class Kept(Struct, frozen=True):
    """A signal of the journal."""

    position: int
    fact: Received


@get("/signals", guards=[need(Right.SIGNALS)], summary="The signals of the journal")
async def signals(
    request: Asked,
    account: Annotated[str | None, QueryParameter(max_length=60)] = None,
    receiver: Annotated[str | None, QueryParameter(max_length=60)] = None,
    prefix: Annotated[str | None, QueryParameter(max_length=16)] = None,
    after: Annotated[
        str | None, QueryParameter(max_length=20, description="A position, or `next` of the last answer")
    ] = None,
    limit: Limit = LIMIT,
) -> SignalList:
    """Those behind a position, oldest first. `account` is a number as sent, or our id of a site; a number that
    several receivers or prefixes use means all of them unless `receiver` and `prefix` say which."""
    desk = front(request)
    start = _start(after)
    if account is None:
        kept = await _take(_all(desk.house.journal, start), limit + 1)
    else:
        keys = keys_of(desk, account, receiver, prefix)
        kept = await _of_accounts(desk.house.journal, keys, start, limit + 1)
    page = kept[:limit]
    became = await _became(desk.house.journal, [one.position for one in page])
    views = [desk.teller.received(one.fact, one.position, became.get(one.position)) for one in page]
    return SignalList(views, str(page[-1].position) if len(kept) > limit else None)


def keys_of(desk: Front, account: str, receiver: str | None, prefix: str | None) -> Sequence[AccountKey]:
    """Every account that is meant: as the registry knows it, as receivers may send it, as incidents carry it."""
    house = desk.house
    known = house.accounts.by_id(account)
    number = account if known is None else known.account
    receivers = {one.name for one in house.describe().receivers} | {"api"}
    prefixes: set[str | None] = {None}
    for one in house.accounts.all():
        if one.account == number:
            receivers |= set() if one.receiver is None else {one.receiver}
            prefixes.add(one.prefix)
    for incident in house.board.queue():
        key = incident.account
        if key is not None and key.account == number:
            receivers.add(key.receiver)
            prefixes.add(key.prefix)
    if receiver is not None:
        receivers = {receiver}
    if prefix is not None:
        prefixes = {prefix or None}
    return [AccountKey(one, two, number) for one in sorted(receivers) for two in sorted(prefixes, key=str)]


# -- reading ----------------------------------------------------------------------------------------------------------


async def _all(journal: Journal, after: int) -> AsyncIterator[Kept]:
    """Every signal behind a position that is stored now, in order."""
    head = journal.position
    while after < head:
        entries = await journal.page(after, PAGE)
        if not entries:
            return
        for one in _signals(entries):
            if one.position <= head:
                yield one
        after = entries[-1].position


async def _take(signals: AsyncIterator[Kept], most: int) -> list[Kept]:
    taken: list[Kept] = []
    async for one in signals:
        taken.append(one)
        if len(taken) >= most:
            break
    return taken


async def _of_accounts(journal: Journal, keys: Sequence[AccountKey], after: int, most: int) -> list[Kept]:
    """The first signals of accounts behind a position; an account's entries are read from the newest back."""
    found: list[Kept] = []
    for key in keys:
        before: int | None = None
        while True:
            entries = await journal.read(account_subject(key), before=before, limit=PAGE)
            found += (one for one in _signals(entries) if one.position > after)
            if len(entries) < PAGE or entries[0].position <= after:
                break
            before = entries[0].position
    return sorted(found, key=lambda one: one.position)[:most]


def _signals(entries: Iterable[Stored | Pruned]) -> Iterable[Kept]:
    for stored in entries:
        if isinstance(stored, Stored):
            for fact in stored.entry.facts:
                if isinstance(fact, Received):
                    yield Kept(stored.position, fact)


async def _became(journal: Journal, positions: Sequence[int]) -> dict[int, Decision]:
    """What became of signals, by position; those that are not settled yet are missing."""
    found: dict[int, Decision] = {}
    read_to = 0
    for position in positions:  # ascending
        at = max(position, read_to)
        while position not in found and at - position < LOOK_BEHIND_MOST:
            entries = await journal.page(at, PAGE)
            if not entries:
                break
            for signal, decision in decisions(entries).items():
                found.setdefault(signal, decision)
            at = read_to = entries[-1].position
    return found


def _start(after: str | None) -> int:
    if after is None:
        return 0
    if not after.isdecimal() or len(after) > 18:
        raise refused_field("after", "after: this is no position of ours", value=after)
    return int(after)


def router() -> Router:
    handlers: list[Any] = [signals]
    return Router("/", route_handlers=handlers, tags=["signals"])
