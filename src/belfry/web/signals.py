"""The journal's signals over HTTP, complete as of the answer: read from the journal, not from something behind it.

In the order of their positions. What became of a signal stands in an entry behind it, which is looked up too.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from belfry.domain.facts import Received, account_subject
from belfry.domain.signal import AccountKey, Method
from belfry.ports import Journal, Pruned, Stored
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.house import House
from belfry.web.identity import need
from belfry.web.in_words import signal_in
from belfry.web.incidents import LIMIT, Limit
from belfry.web.languages import language_of
from belfry.web.outlet import Audience
from belfry.web.problems import refused_field
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.story import decisions
from belfry.web.telling import Decision
from belfry.web.views import SignalList

PAGE: Final = 512
"""Entries read from the journal at once."""
PASSED_MOST: Final = 20_000
"""Signals of other tenants that one request passes over; the next one goes on from there."""
LOOK_BEHIND_MOST: Final = 4_096
"""Entries behind a signal in which its decision is looked for: triage follows within a batch."""


Sees = Callable[[Received], bool]


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
    newest: FromQuery[bool] = False,
) -> SignalList:
    """Those behind a position, oldest first. `account` is a number as sent, or our id of a site; a number that
    several receivers or prefixes use means all of them unless `receiver` and `prefix` say which. `newest=true` gives
    the last ones of an account instead of the first, in the same order."""
    desk = front(request)
    if newest and account is None:
        raise refused_field("newest", "newest: only with account", value=newest)
    start, sees = _start(after), partial(_sees, desk, viewer_of(request).audience)
    follows: int | None = None
    if account is None:
        kept, follows = await _take(_all(desk.house.journal, start), limit + 1, sees)
    else:
        keys = await keys_of(desk, account, receiver, prefix)
        kept = await _of_accounts(desk.house, account, keys, start, sees)
    page = kept[-limit:] if newest else kept[:limit]
    if len(kept) > limit and not newest:
        follows = page[-1].position
    became = await _became(desk.house.journal, [one.position for one in page])
    told, language = desk.teller.received, language_of(request)
    views = [signal_in(told(one.fact, one.position, became.get(one.position)), language) for one in page]
    return SignalList(views, None if follows is None else str(follows))


def _sees(desk: Front, audience: Audience, fact: Received) -> bool:
    """Whether somebody may know of a signal: as its account is now."""
    if audience.tenants is None:
        return True
    accounts, key = desk.house.accounts, fact.account_key
    account = None if fact.account_id is None else accounts.by_id(fact.account_id)
    if account is None and key is not None:
        account = accounts.by_key(key)
    return desk.tenants.account(audience, account)


async def keys_of(desk: Front, account: str, receiver: str | None, prefix: str | None) -> Sequence[AccountKey]:
    """Every account of a number that has ever spoken, so that no signal of it is missed."""
    house = desk.house
    known = house.accounts.by_id(account)
    number = account if known is None else known.account
    if receiver is not None and prefix is not None:
        return [AccountKey(receiver, prefix or None, number)]
    spoken = list(house.spoken())
    found = await asyncio.to_thread(lambda: {key for key in spoken if key.account == number})
    # What is stored and not folded yet may be the first word of an account.
    async for one in _all(house.journal, house.board.position):
        key = one.fact.account_key
        if key is not None and key.account == number:
            found.add(key)
    return sorted(
        (
            key
            for key in found
            if (receiver is None or key.receiver == receiver) and (prefix is None or (key.prefix or "") == prefix)
        ),
        key=lambda key: (key.receiver, key.prefix or ""),
    )


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


async def _take(signals: AsyncIterator[Kept], most: int, sees: Sees) -> tuple[list[Kept], int | None]:
    """The first that somebody may know of, and up to where it was looked for where that was given up."""
    taken: list[Kept] = []
    passed = 0
    async for one in signals:
        if sees(one.fact):
            taken.append(one)
            if len(taken) >= most:
                break
        elif (passed := passed + 1) >= PASSED_MOST:
            return taken, one.position
    return taken, None


async def _of_accounts(house: House, account: str, keys: Sequence[AccountKey], after: int, sees: Sees) -> list[Kept]:
    """The signals of accounts behind a position, with what people said of their sites."""
    found: list[Kept] = []
    for key in keys:
        found += await _of_subject(house.journal, account_subject(key), after)
    sites = {site.id for key in keys if (site := house.accounts.by_key(key)) is not None} | {account}
    for method in (Method.DUTY, Method.CALL):
        said = await _of_subject(house.journal, f"method/{method}", after)
        found += (one for one in said if one.fact.account_id in sites)
    return sorted((one for one in found if sees(one.fact)), key=lambda one: one.position)


async def _of_subject(journal: Journal, subject: str, after: int) -> Sequence[Kept]:
    """The signals of a subject behind a position, read from the newest back."""
    found: list[Kept] = []
    before: int | None = None
    while True:
        entries = await journal.read(subject, before=before, limit=PAGE)
        found += (one for one in _signals(entries) if one.position > after)
        if len(entries) < PAGE or entries[0].position <= after:
            return found
        before = entries[0].position


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
