"""A test of a site: what it covers, what it expects, what came, and what is still in alarm when it ends (RULES 3).

A session is the fold of its facts and of the signals that it covered, in the order of their positions. It ends by
itself: no session is without an end, and each kind of asker has a longest time. What is still in alarm at the end is no
test any more: triage then decides those signals anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.codes import Codes, pair_key
from belfry.domain.condition import names_its_path
from belfry.domain.facts import (
    AboutTest,
    CodeImagined,
    HowEnded,
    OnTestBegan,
    OnTestEnded,
    OnTestExpects,
    OnTestExtended,
    Received,
)
from belfry.domain.muting import Asked, Asker, Expected, Heard, Proof, Scope, Tick, blank, mutes, same
from belfry.domain.premises import SiteParts
from belfry.domain.presets import Rules, span
from belfry.domain.signal import RESTORING, Wire

POINTS_MOST: Final = 1_024
"""Points that one test tells apart; what a hostile panel invents beyond is still recorded, and still muted."""
TECHNICIAN: Final = "technician"
"""Who acts, where a technician does it on his own page."""
SIGNALS_SHOWN: Final = 200
"""Points that a list shows as they came in."""


class Came(Struct, frozen=True):
    """What one point said during a test, last."""

    position: int
    at: datetime
    area: str | None = None
    zone: str | None = None
    code: str | None = None
    name: str | None = None
    count: int = 1


class Session(Struct, kw_only=True):
    """One test. Changed by `fold` and `take` alone."""

    id: str
    account_id: str
    scope: Scope
    ticks: tuple[Tick, ...]
    asked: Asked
    by: str
    """Who put it on test: a member of the staff, or `technician` on his own page."""
    since: datetime
    until: datetime
    began: int
    """Position of its first fact: signals before it are none of its."""
    head: int
    newest_at: datetime
    """Time of its last fact."""
    expected: tuple[Expected, ...] = ()
    ticked: dict[int, datetime] = {}
    """When an expected signal, by its place in the list, came first."""
    came: dict[str, Came] = {}
    signals: int = 0
    alarms: dict[str, tuple[int, Received]] = {}
    """The newest alarm of each point that a restore can end, with its position."""
    restores: dict[str, tuple[int, Received]] = {}
    ended_at: datetime | None = None
    ended_by: str | None = None
    how: HowEnded | None = None
    left: int = 0
    """Points that were still in alarm at the end, each an alarm of its own by then."""

    @property
    def missing(self) -> tuple[Expected, ...]:
        """What was expected and did not come."""
        return tuple(one for n, one in enumerate(self.expected) if n not in self.ticked)


class Stage(StrEnum):
    """Where a test stands."""

    RUNNING = "running"
    WARNING = "warning"
    """Within the last minutes before its end."""
    ENDED = "ended"


def stage(session: Session, now: datetime, rules: Rules) -> Stage:
    if session.ended_at is not None:
        return Stage.ENDED
    return Stage.WARNING if now >= session.until - span(rules.test_warning_s) else Stage.RUNNING


def longest(asker: Asker, rules: Rules) -> timedelta:
    """How long a test may last for whom it was asked."""
    match asker:
        case Asker.OWNER:
            return span(rules.test_owner_s)
        case Asker.TECHNICIAN:
            return span(rules.test_technician_s)
        case Asker.SUPERVISOR:
            return span(rules.test_supervisor_s)


# -- what is muted ----------------------------------------------------------------------------------------------------


def covers(session: Session, signal: Received, position: int, parts: SiteParts) -> bool:
    """Whether a signal is part of this test: of its site, after its beginning, before its end, in its scope, and with
    every tick that it needs."""
    if signal.account_id != session.account_id or position <= session.began or session.ended_at is not None:
        return False
    return signal.received_at < session.until and mutes(session.scope, session.ticks, heard(signal), parts)


def heard(signal: Received) -> Heard:
    return Heard(signal.method, signal.area, signal.zone, signal.category, signal.subtype, signal.state)


# -- folding ----------------------------------------------------------------------------------------------------------


def begun(fact: OnTestBegan, position: int, at: datetime) -> Session:
    return Session(
        id=fact.test,
        account_id=fact.account_id,
        scope=fact.scope,
        ticks=fact.ticks,
        asked=fact.asked,
        by=fact.by,
        since=fact.since,
        until=fact.until,
        began=position,
        head=position,
        newest_at=at,
        expected=fact.expected,
    )


def fold(session: Session | None, fact: AboutTest, position: int, at: datetime) -> Session | None:
    """Fold one fact; a `OnTestBegan` begins a session, and nothing changes one that has ended."""
    if type(fact) is OnTestBegan:
        return begun(fact, position, at)
    if session is None or session.ended_at is not None or position <= session.head:
        return session
    match fact:
        case OnTestExtended():
            session.until = fact.until
        case OnTestExpects():
            session.expected = fact.expected
            _tick_again(session)
        case OnTestEnded():
            session.ended_at, session.ended_by, session.how = at, fact.by, fact.how
    session.head, session.newest_at = position, at
    return session


def imagine(known: Session | None, fact: CodeImagined, position: int, at: datetime) -> Session:
    """What a forced technician is shown from now on; what came in of the test that he believes in stays."""
    if known is None or known.id != fact.test:
        asked = Asked(Asker.TECHNICIAN, Proof.CODE, code=fact.code)
        known = Session(
            id=fact.test, account_id=fact.account_id, scope=fact.scope, ticks=fact.ticks, asked=asked, by=TECHNICIAN,
            since=fact.since, until=fact.until, began=position, head=position, newest_at=at, expected=fact.expected,
        )  # fmt: skip
    known.until, known.head, known.newest_at = fact.until, position, at
    if known.expected != fact.expected:
        known.expected = fact.expected
        _tick_again(known)
    if fact.ended_at is not None:
        known.ended_at, known.ended_by, known.how = fact.ended_at, TECHNICIAN, HowEnded.TECHNICIAN
    return known


def take(session: Session, position: int, signal: Received, *, in_alarm: bool, name: str | None) -> None:
    """A signal that the test covered; one that it knows already, since another test covered it too, is counted once.
    `in_alarm`: it put a point in alarm that only a restore ends."""
    key = point(signal)
    known = session.came.get(key)
    again = known is not None and known.position >= position
    session.signals += not again
    if signal.state in RESTORING:
        return
    if not again and (known is not None or len(session.came) < POINTS_MOST):
        count = 1 if known is None else known.count + 1
        code = None if signal.code is None or signal.wire is None else pair_key(signal.wire, signal.code)
        session.came[key] = Came(position, signal.received_at, signal.area, signal.zone, code, name, count)
    if in_alarm and (key in session.alarms or len(session.alarms) < POINTS_MOST):
        session.alarms[key] = (position, signal)
    for n, one in enumerate(session.expected):
        if n not in session.ticked and is_expected(one, signal.area, signal.zone, signal.wire, signal.code):
            session.ticked[n] = signal.received_at


def rest(session: Session, position: int, signal: Received) -> None:
    """A restore of the site, whatever else becomes of it."""
    key = point(signal)
    if key in session.restores or len(session.restores) < POINTS_MOST:
        session.restores[key] = (position, signal)


def still_in_alarm(session: Session, codes: Codes) -> Mapping[int, Received]:
    """The alarms that no later restore ended, by position."""
    restores = session.restores.values()
    return {
        position: alarm
        for position, alarm in session.alarms.values()
        if not any(at > position and restores_point(one, alarm, codes) for at, one in restores)
    }


def point(signal: Received) -> str:
    """What tells points of a site apart: code, area and zone; of the centre's own signals kind and part."""
    if signal.kind is not None:
        return f"{signal.kind}/{signal.part or ''}"
    code = pair_key(signal.wire, signal.code) if signal.wire is not None and signal.code is not None else ""
    where = f"{signal.area or ''}/{signal.zone or ''}"
    return f"{code or signal.subtype}/{where}{'' if signal.device is None else f'/{signal.device}'}"


def restores_point(restore: Received, alarm: Received, codes: Codes) -> bool:
    """Whether a restore ends an alarm: code and point match; one without a point ends all of its subtype."""
    if restore.kind is not None or alarm.kind is not None:
        return (restore.kind, restore.part) == (alarm.kind, alarm.part)
    if restore.device != alarm.device:
        return False
    if restore.area is not None and alarm.area is not None and restore.area != alarm.area:
        return False
    if not blank(restore.zone) and restore.zone != alarm.zone:
        return False
    if restore.wire is None or restore.code is None or alarm.wire is None or alarm.code is None:
        return restore.subtype == alarm.subtype
    ended = pair_key(alarm.wire, alarm.code) in codes.restores(restore.wire, restore.code)
    return ended or (blank(restore.zone) and restore.subtype == alarm.subtype and not names_its_path(restore))


def is_expected(one: Expected, area: str | None, zone: str | None, wire: Wire | None, code: str | None) -> bool:
    """Whether a signal is the one that was expected; numbers as different hands write them."""
    if one.zone is not None and (blank(zone) or not same(one.zone, zone)):
        return False
    if one.area is not None and not same(one.area, area):
        return False
    if one.code is None:
        return True
    return wire is not None and code is not None and one.code == pair_key(wire, code)


def _tick_again(session: Session) -> None:
    """The list is another one: what came before counts for it too."""
    session.ticked = {}
    came = sorted(session.came.values(), key=lambda one: one.at)
    for n, one in enumerate(session.expected):
        at = next((it.at for it in came if _came_as(one, it)), None)
        if at is not None:
            session.ticked[n] = at


def _came_as(one: Expected, it: Came) -> bool:
    if one.code is not None and one.code != it.code:
        return False
    return is_expected(Expected(one.zone, one.area), it.area, it.zone, None, None)


def all_expected(expected: Iterable[Expected]) -> Sequence[Expected]:
    """The list without those that say nothing, and without repeats."""
    return list(dict.fromkeys(one for one in expected if one.name))
