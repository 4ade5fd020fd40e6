"""Where people's wishes about tests become facts: put on test, expect, extend, end.

Who may ask is checked before this (a word, a technician's code, a role); how long he may ask for is checked here. A
fact names the entry that was seen last, and whoever acts is answered once the walk has folded it.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.centre.on_test import OnTest
from belfry.domain.codes import Codes
from belfry.domain.facts import (
    AboutTest,
    Entry,
    HowEnded,
    OnTestBegan,
    OnTestEnded,
    OnTestExpects,
    OnTestExtended,
    on_test_subject,
)
from belfry.domain.muting import LISTED_MOST, Asked, Asker, Expected, Reach, Scope, Tick, same
from belfry.domain.on_test import Session, all_expected, begun, longest, still_in_alarm
from belfry.domain.premises import SiteParts
from belfry.domain.presets import Rules
from belfry.ports import Chance, Clock, Expect, Journal, Stale

TRIES: Final = 4
RUNNING_MOST: Final = 20
"""Tests of one account at once: more are a mistake."""

_ENDS: Final = {True: HowEnded.TECHNICIAN, False: HowEnded.OPERATOR}


class CannotTest(ValueError):
    """CannotTest    what was asked for cannot be; the message names field, value and limit
    └── Over         the test has ended
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Over(CannotTest): ...


class NoSuchTest(LookupError): ...


class Wish(Struct, frozen=True, kw_only=True):
    """A test as somebody wants it."""

    account_id: str
    scope: Scope
    ticks: tuple[Tick, ...]
    asked: Asked
    by: str
    until: datetime
    expected: Sequence[Expected] = ()


class OnTestDesk:
    """Puts sites on test and takes them off again."""

    def __init__(
        self, on_test: OnTest, journal: Journal, *, codes: Codes, rules: Rules, clock: Clock, chance: Chance
    ) -> None:
        self.on_test = on_test
        self._journal, self._codes, self._rules = journal, codes, rules
        self._clock, self._chance = clock, chance

    async def begin(self, wish: Wish, parts: SiteParts) -> Session:
        """Put a site on test. Raises CannotTest, JournalError."""
        fact = self._began(wish, parts)
        if len(self.on_test.of_account(wish.account_id)) >= RUNNING_MOST:
            raise CannotTest("account", f"the account has {RUNNING_MOST} tests already")
        session = await self._write(fact, Expect(on_test_subject(fact.test), 0))
        assert session is not None
        return session

    def imagined_until(self, session: Session, until: datetime) -> None:
        """Refuse what `extend` would, and nothing else. Raises CannotTest."""
        self._check_end(until, session.asked.asker, since=session.since, now=self._clock())

    def imagined(self, wish: Wish, parts: SiteParts) -> Session:
        """The answer that `begin` would give, and nothing else: for whoever was forced to ask. Raises CannotTest."""
        fact = self._began(wish, parts)
        return begun(fact, 0, fact.since)

    def _began(self, wish: Wish, parts: SiteParts) -> OnTestBegan:
        now = self._clock()
        self._check_end(wish.until, wish.asked.asker, since=now, now=now)
        return OnTestBegan(
            test=f"t{self._chance(8).hex()}",
            account_id=wish.account_id,
            scope=in_registered_numbers(wish.scope, parts),
            ticks=tuple(sorted(set(wish.ticks))),
            asked=wish.asked,
            by=wish.by,
            since=now,
            until=wish.until,
            expected=_listed(wish.expected),
        )

    async def extend(self, test: str, until: datetime, *, by: str, asked: Asked | None = None) -> Session:
        """Let a test end at another time, which may be sooner. Whoever is asked for anew counts from now, else the time
        counts from the beginning. Raises NoSuchTest, CannotTest, JournalError."""

        def fact(session: Session, now: datetime) -> AboutTest:
            since = session.since if asked is None else now
            who = session.asked if asked is None else asked
            self._check_end(until, who.asker, since=since, now=now)
            return OnTestExtended(test=test, until=until, asked=who, by=by)

        return await self._change(test, fact)

    async def expect(self, test: str, expected: Iterable[Expected], *, by: str) -> Session:
        """Say anew what a test shall bring. Raises NoSuchTest, CannotTest, JournalError."""
        listed = _listed(expected)
        return await self._change(test, lambda session, now: OnTestExpects(test=test, expected=listed, by=by))

    async def end(self, test: str, *, by: str, technician: bool = False) -> Session:
        """End a test now; what is still in alarm becomes an incident. Raises NoSuchTest, CannotTest, JournalError."""
        how = _ENDS[technician]
        return await self._change(test, lambda session, now: ended(session, how, self._codes, by=by))

    # -- writing

    async def _change(self, test: str, fact: Callable[[Session, datetime], AboutTest]) -> Session:
        for _ in range(TRIES):
            session = self.on_test.get(test)
            if session is None:
                raise NoSuchTest(test)
            if session.ended_at is not None:
                raise Over("test", "the test has ended")
            try:
                changed = await self._write(fact(session, self._clock()), Expect(on_test_subject(test), session.head))
            except Stale:
                await self.on_test.folded(self._journal.position)
                continue
            return changed or session
        raise CannotTest("test", "it changes faster than this can be written: try again")

    async def _write(self, fact: AboutTest, expect: Expect) -> Session | None:
        entry = Entry(id=self._chance(16), subject=expect.subject, at=self._clock(), facts=(fact,))
        (position,) = await self._journal.append([entry], expect)
        await self.on_test.folded(position)
        return self.on_test.get(fact.test)

    def _check_end(self, until: datetime, asker: Asker, *, since: datetime, now: datetime) -> None:
        most = longest(asker, self._rules)
        if until <= now:
            raise CannotTest("until", "until: has to lie ahead")
        if until > since + most:
            raise CannotTest(
                "until", f"until: at most {most.total_seconds() / 3600:g} h for {asker}, to {since + most:%H:%M} UTC"
            )


def ended(session: Session, how: HowEnded, codes: Codes, *, by: str | None) -> OnTestEnded:
    """The fact that ends a test as it is now."""
    missing = tuple(one.name for one in session.missing)
    return OnTestEnded(test=session.id, how=how, by=by, missing=missing, left=len(still_in_alarm(session, codes)))


def in_registered_numbers(scope: Scope, parts: SiteParts) -> Scope:
    """A scope in the registry's own numbers. Raises CannotTest for a zone that nobody registered: only a test of the
    whole site covers those."""
    lists = (scope.areas, scope.zones, scope.hazards)
    if scope.reach is Reach.SITE:
        if any(lists):
            raise CannotTest("scope", "scope: the whole site has no lists")
        return scope
    if not any(lists):
        raise CannotTest("scope", "scope: names no area, zone or hazard")
    if any(len(one) > LISTED_MOST for one in lists):
        raise CannotTest("scope", f"scope: at most {LISTED_MOST} of each")
    zones = tuple(dict.fromkeys(_registered(number, parts) for number in scope.zones))
    return Scope(scope.reach, tuple(dict.fromkeys(scope.areas)), zones, tuple(dict.fromkeys(scope.hazards)))


def _registered(number: str, parts: SiteParts) -> str:
    numbers = [zone.number for zone in parts.zones]
    if number in numbers:
        return number
    alike = [one for one in numbers if same(one, number)]
    if not alike:
        raise CannotTest("scope.zones", f"scope.zones: zone {number} is not registered; test the whole site instead")
    return alike[0]


def _listed(expected: Iterable[Expected]) -> tuple[Expected, ...]:
    listed = all_expected(expected)
    if len(listed) > LISTED_MOST:
        raise CannotTest("expected", f"expected: at most {LISTED_MOST} signals")
    return tuple(listed)
