"""The fold of `unit/ID`: what is known of each unit as it is now."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

from msgspec import Struct, structs

from belfry.domain.facts import Entry
from belfry.domain.field_facts import CheckBegan, CheckConfirmed, CheckEnded, CheckMissed
from belfry.domain.lone import LoneCheck, began, confirmed, ended, missed
from belfry.domain.sealed import Part, Sealed
from belfry.domain.unit import BUSY, WITH_PATIENT, CrewMember, UnitStatus
from belfry.domain.unit_facts import AboutUnit, SignedOff, SignedOn, StatusSet, UnitCarried

ABOUT_UNITS: Final = frozenset(get_args(AboutUnit))
_NONE: Final = timedelta(0)
_WITH_HIM: Final = frozenset({UnitStatus.DELAYED, UnitStatus.DISTRESS})
"""What a unit may say while it has a patient, and have him still."""


class UnitNow(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A unit as it is after position `head`."""

    unit: str
    head: int = 0
    status: UnitStatus = UnitStatus.OFF_DUTY
    since: datetime | None = None
    crew: tuple[CrewMember, ...] = ()
    incident: str | None = None
    assignment: str | None = None
    before_distress: UnitStatus | None = None
    patient: bool = False
    """Somebody is in its care; also while it is delayed with him, or in distress."""
    sent: int = 0
    """How often it was sent since somebody signed on to the empty unit: the workload of this shift, with `busy`."""
    busy: timedelta = _NONE
    at: tuple[Sealed, ...] = ()
    """Where it was when it last said a status."""
    checks: tuple[LoneCheck, ...] = ()
    """Who of it works alone, and when he is to be heard of."""
    mayday: int | None = None
    """In distress: position of the signal that was raised with it."""
    quiet: bool = False
    """In distress, and nothing is to sound where it is."""
    base: int = 0
    """Position of the entry from which on all this can be told: what stands before it may expire."""

    @property
    def on_duty(self) -> bool:
        return bool(self.crew)


class UnitState(Struct):
    """What a snapshot keeps."""

    units: list[UnitNow] = []


class UnitsNow:
    """Written by folding alone."""

    def __init__(self) -> None:
        self._units: dict[str, UnitNow] = {}
        self._by_user: dict[str, str] = {}
        self.news: list[Callable[[UnitNow], None]] = []
        """Told of each change."""

    def get(self, unit: str) -> UnitNow:
        """As it is; one that never said anything is off duty."""
        return self._units.get(unit) or UnitNow(unit=unit)

    def pass_over(self, unit: str, position: int) -> None:
        """What stood at a position has expired: whoever writes names it all the same."""
        known = self.get(unit)
        if position > known.head:
            self._units[unit] = structs.replace(known, head=position)

    def all(self) -> Sequence[UnitNow]:
        return list(self._units.values())

    def on_duty(self) -> Iterable[UnitNow]:
        return (one for one in self._units.values() if one.crew)

    def of(self, user: str) -> UnitNow | None:
        """The unit that somebody is signed on to."""
        unit = self._by_user.get(user)
        return None if unit is None else self._units[unit]

    def fold(self, position: int, entry: Entry) -> None:
        """Take one entry of a unit's subject; one that was heard before changes nothing."""
        unit = entry.subject.partition("/")[2]
        known = after = self.get(unit)
        if position <= known.head:
            return
        for fact in entry.facts:
            if isinstance(fact, AboutUnit):
                after = _fold(after, fact, entry.at)
        if not after.crew and any(_ends_duty(fact) for fact in entry.facts):
            after = UnitNow(unit=unit, since=entry.at, base=position)  # nothing of what was before is to be known
        elif any(type(fact) is UnitCarried for fact in entry.facts):
            after = structs.replace(after, base=position)
        after = self._units[unit] = structs.replace(after, head=position)
        self._note_crew(known, after)
        for tell in self.news:
            tell(after)

    def _note_crew(self, before: UnitNow, after: UnitNow) -> None:
        if before.crew == after.crew:
            return
        for user in {one.user for one in (*before.crew, *after.crew)}:
            self._by_user.pop(user, None)
            self._note_user(user)

    def _note_user(self, user: str) -> None:
        """With which unit somebody is: two nodes may have put him on duty with two, and the newer counts."""
        found = [(one.since, unit.unit) for unit in self._units.values() for one in unit.crew if one.user == user]
        if found:
            self._by_user[user] = max(found)[1]

    def state(self) -> UnitState:
        return UnitState(list(self._units.values()))

    def restore(self, state: UnitState) -> None:
        """Begin from a snapshot; only on a new book."""
        self._units = {one.unit: one for one in state.units}
        for user in {member.user for one in state.units for member in one.crew}:
            self._note_user(user)


def _fold(unit: UnitNow, fact: AboutUnit, at: datetime) -> UnitNow:
    match fact:
        case SignedOn():
            since = next((one.since for one in unit.crew if one.user == fact.user), at)
            member = CrewMember(user=fact.user, since=since, until=fact.until, skills=fact.skills)
            others = tuple(one for one in unit.crew if one.user != fact.user)
            if unit.crew:
                return structs.replace(unit, crew=(*others, member))
            return structs.replace(unit, crew=(member,), sent=0, busy=_NONE)
        case SignedOff():
            crew = tuple(one for one in unit.crew if one.user != fact.user)
            return structs.replace(unit, crew=crew, checks=ended(unit.checks, fact.user))
        case StatusSet():
            return _status(unit, fact, at)
        case UnitCarried():
            return _carried(unit, fact)
        case CheckBegan():
            return structs.replace(unit, checks=began(unit.checks, fact, at))
        case CheckConfirmed():
            return structs.replace(unit, checks=confirmed(unit.checks, fact.user, at))
        case CheckEnded():
            return structs.replace(unit, checks=ended(unit.checks, fact.user))
        case CheckMissed():
            return structs.replace(unit, checks=missed(unit.checks, fact))


def _ends_duty(fact: object) -> bool:
    return isinstance(fact, StatusSet) and fact.status is UnitStatus.OFF_DUTY


def carried(unit: UnitNow) -> UnitCarried:
    """What is written down of a unit before its entries expire."""
    return UnitCarried(
        unit=unit.unit,
        status=unit.status,
        since=unit.since,
        crew=unit.crew,
        incident=unit.incident,
        assignment=unit.assignment,
        before_distress=unit.before_distress,
        patient=unit.patient,
        sent=unit.sent,
        busy_s=unit.busy.total_seconds(),
        checks=unit.checks,
        mayday=unit.mayday,
        quiet=unit.quiet,
    )


def _carried(unit: UnitNow, fact: UnitCarried) -> UnitNow:
    return UnitNow(
        unit=fact.unit,
        head=unit.head,
        status=fact.status,
        since=fact.since,
        crew=fact.crew,
        incident=fact.incident,
        assignment=fact.assignment,
        before_distress=fact.before_distress,
        patient=fact.patient,
        sent=fact.sent,
        busy=timedelta(seconds=fact.busy_s),
        checks=fact.checks,
        mayday=fact.mayday,
        quiet=fact.quiet,
    )


def _status(unit: UnitNow, fact: StatusSet, at: datetime) -> UnitNow:
    same = fact.status is unit.status and fact.assignment == unit.assignment
    spent = at - unit.since if unit.since is not None and unit.status in BUSY and not same else _NONE
    stays_with_him = fact.status in _WITH_HIM and fact.assignment is not None and fact.assignment == unit.assignment
    begins = fact.status is UnitStatus.OFFERED and fact.assignment != unit.assignment
    before = unit.status if fact.status is UnitStatus.DISTRESS else None
    return structs.replace(
        unit,
        status=fact.status,
        since=unit.since if same and unit.since is not None else at,
        incident=fact.incident,
        assignment=fact.assignment,
        busy=unit.busy + max(spent, _NONE),
        sent=unit.sent + begins,
        patient=fact.status in WITH_PATIENT or (unit.patient and stays_with_him),
        before_distress=(unit.before_distress or before) if fact.status is UnitStatus.DISTRESS else None,
        at=tuple(one for one in fact.sealed if one.part is Part.POSITION) or unit.at,
        mayday=(unit.mayday or fact.mayday) if fact.status is UnitStatus.DISTRESS else None,
        quiet=fact.status is UnitStatus.DISTRESS and (unit.quiet or fact.quiet),
    )
