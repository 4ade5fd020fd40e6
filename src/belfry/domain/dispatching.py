"""What may be said of a unit, and where it may be sent: the moves of RULES 4, as pure judgements.

Nothing here writes. A judgement is either the new binding of the unit or a Refusal, whose text is for the person who
tried; whoever asks stores both sides of it in one append.
"""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct, structs

from belfry.domain.commands import REASON_MOST, Conflict, Invalid
from belfry.domain.incident import Incident
from belfry.domain.sent import SentUnit, here
from belfry.domain.signal import Position
from belfry.domain.unit import BUSY, FREE, ORDER, WITH_PATIENT, Unit, UnitStatus

ETA_MOST: Final = timedelta(hours=24)
SAID_LATE_MOST: Final = timedelta(hours=12)
"""How long a phone without a net may keep a status; older, and only our own time counts."""
AHEAD_MOST: Final = timedelta(minutes=2)

DIVERTED_FROM: Final = frozenset({UnitStatus.OFFERED, UnitStatus.ACCEPTED, UnitStatus.EN_ROUTE, UnitStatus.STAGED})
"""Statuses out of which a unit may be sent elsewhere; who is at work is asked to say first that it is free."""
_AT_LARGE: Final = frozenset(
    {
        UnitStatus.ON_CALL,
        UnitStatus.AVAILABLE_STATION,
        UnitStatus.AVAILABLE_MOBILE,
        UnitStatus.STANDING_BY,
        UnitStatus.OUT_OF_SERVICE,
    }
)
"""What a unit may be that is bound to nothing."""
_BY_OTHERS: Final = frozenset({UnitStatus.OFFERED, UnitStatus.CANCELLED, UnitStatus.OFF_DUTY})
"""Statuses that follow from sending, from calling back and from signing off."""


class UnitBusy(Conflict):
    """It cannot be sent as it is now."""


class NotSent(Conflict):
    """It is not sent there, or not any more."""


class UnitsThere(Conflict):
    """An incident may not be closed while units are on their way or at work there."""

    def __init__(self, signs: tuple[str, ...]) -> None:
        super().__init__(f"{', '.join(signs)} {'is' if len(signs) == 1 else 'are'} not released")
        self.signs = signs


class Said(Struct, frozen=True, kw_only=True):
    """A status as somebody said it."""

    status: UnitStatus
    assignment: str | None = None
    """Which sending a phone speaks of; None: whatever it is bound to."""
    occurred_at: datetime | None = None
    position: Position | None = None
    eta_s: int | None = None
    needs_more: bool = False
    reason: str | None = None
    mayday: int | None = None
    """Of distress: the signal that was raised with it, and whether nothing is to sound there."""
    quiet: bool = False


class Standing(Struct, frozen=True, kw_only=True):
    """A unit as far as judging needs it."""

    unit: Unit
    status: UnitStatus
    on_duty: bool
    incident: str | None = None
    assignment: str | None = None
    patient: bool = False
    """Somebody is in its care, whatever it said last: delayed on the way, or in distress."""


class Bound(Struct, frozen=True):
    """What a unit is bound to from here on. `left`: it leaves the incident that it was bound to. `same`: it is so
    already, and nothing is to be written."""

    incident: str | None
    assignment: str | None
    left: bool = False
    same: bool = False


def check_said(said: Said, now: datetime) -> Said:
    """Judge what needs no look at the unit. A time that cannot be is left out rather than refused: the phone's clock
    must not keep an arrival out. Raises Invalid."""
    if said.status in _BY_OTHERS:
        raise Invalid("status", said.status, "is not said: it follows from sending, releasing or signing off")
    if said.eta_s is not None and not 0 <= said.eta_s <= ETA_MOST.total_seconds():
        raise Invalid("eta_s", said.eta_s, f"0 to {int(ETA_MOST.total_seconds())} seconds")
    if said.reason is not None and len(said.reason) > REASON_MOST:
        raise Invalid("reason", len(said.reason), f"at most {REASON_MOST} characters")
    at = said.occurred_at
    if at is not None and at.tzinfo is None:
        raise Invalid("occurred_at", at, "needs its distance from UTC")
    if at is not None and not now - SAID_LATE_MOST <= at <= now + AHEAD_MOST:
        return structs.replace(said, occurred_at=None)
    return said


def judge(standing: Standing, said: Said, *, of_crew: bool) -> Bound:
    """Where a status leaves a unit. `of_crew`: somebody of it says so, rather than the room. Raises Conflict."""
    unit, to = standing.unit, said.status
    if not standing.on_duty:
        raise Conflict(f"{unit.call_sign} is off duty: somebody has to sign on first")
    if said.assignment is not None and said.assignment != standing.assignment:
        raise NotSent(f"{unit.call_sign} is not sent there any more")
    stays = Bound(standing.incident, standing.assignment)
    if to is standing.status and not said.needs_more and said.eta_s is None:
        return Bound(standing.incident, standing.assignment, same=True)
    if standing.status is UnitStatus.DISTRESS and to is not UnitStatus.DISTRESS and of_crew:
        raise Conflict(f"{unit.call_sign} is in distress: the control room ends that")
    if to is UnitStatus.DISTRESS:
        return stays
    if standing.incident is None:
        if to not in _AT_LARGE:
            raise NotSent(f"{unit.call_sign} is sent nowhere")
        return stays
    keeps = to in WITH_PATIENT or to is UnitStatus.DELAYED
    if has_patient(standing) and not keeps and not of_crew and not said.reason:
        raise Conflict(f"{unit.call_sign} has a patient: only its crew frees it, or a reason is needed")
    if to in ORDER or to is UnitStatus.DELAYED:
        return stays
    return Bound(None, None, left=True)


def may_send(standing: Standing, to: Incident, *, divert: bool) -> str | None:
    """The incident that a unit leaves for this one; None: it was free. Raises Conflict."""
    unit = standing.unit
    if not to.open:
        raise Conflict("The incident is closed")
    if to.merged_into is not None:
        raise Conflict("It is handled as one case with another incident: send there")
    if to.trainee is not None:
        raise Conflict("It is an exercise: nobody is sent")
    if not unit.enabled or not standing.on_duty:
        raise UnitBusy(f"{unit.call_sign} is off duty")
    if standing.status is UnitStatus.OUT_OF_SERVICE:
        raise UnitBusy(f"{unit.call_sign} is out of service")
    if standing.incident == to.id:
        raise UnitBusy(f"{unit.call_sign} is there already")
    if standing.status in FREE and standing.incident is None:
        return None
    if standing.status not in DIVERTED_FROM:
        raise UnitBusy(f"{unit.call_sign} is busy: {standing.status}")
    if not divert:
        raise UnitBusy(f"{unit.call_sign} is on its way elsewhere: send it on with a word of yours")
    return standing.incident


def may_release(standing: Standing, incident: str) -> None:
    """Raises Conflict."""
    sign = standing.unit.call_sign
    if standing.incident != incident:
        raise NotSent(f"{sign} is not there any more")
    if has_patient(standing):
        raise Conflict(f"{sign} has a patient: only its crew frees it")
    if standing.status is UnitStatus.DISTRESS:
        raise Conflict(f"{sign} is in distress: end that first")


def has_patient(standing: Standing) -> bool:
    return standing.patient or standing.status in WITH_PATIENT


def outlived(standing: Standing, incident: Incident | None) -> bool:
    """Whether a unit is bound to what is over, so that the centre frees it: it was sent in the instant in which that
    was closed. Never one that has a patient, or is in distress. None: nobody knows that incident any more."""
    if standing.incident is None or (incident is not None and incident.open):
        return False
    return standing.status in BUSY and standing.status is not UnitStatus.DISTRESS and not has_patient(standing)


def still_bound(incident: Incident) -> tuple[SentUnit, ...]:
    """Units that keep an incident open. Who has a patient goes on without it (RULES 4)."""
    return tuple(one for one in here(incident.units) if one.status in BUSY and one.status not in WITH_PATIENT)
