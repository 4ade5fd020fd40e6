"""Whom an incident reaches outside the room: its kind decides, never the sender (SCOPE, reach follows the kind).

    group     everybody on duty of the services that lead the kind, of the site's tenant or of the whole centre
    nearest   the crews of the nearest units among them
    assigned  the crews of units that a person sent
    room      nobody outside the control room

Whoever is off duty is nobody here: only crews that are signed on are handed in. Police and guards are told of nothing
that is none of their business (`Kind.audience`); silent kinds are told without a sound.
"""

from collections.abc import Collection, Sequence
from typing import Final

from msgspec import Struct

from belfry.domain.dispatch_facts import Answer
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kind
from belfry.domain.sent import Alert, SentUnit
from belfry.domain.signal import Method
from belfry.domain.unit import AWAY, SHIELDED, Service, Unit, UnitStatus

GROUP: Final = "group"
NEAREST: Final = "nearest"
ASSIGNED: Final = "assigned"

NEAREST_UNITS: Final = 3
"""Units that are told where a kind reaches the nearest."""
TO_MOST: Final = 250
"""Names in one fact; with their notices they fit one append."""
UNKNOWN: Final = "ADM.UNKNOWN"
"""Stays in the room until a person picks a kind."""
TRAINING: Final = "training"

_PEOPLE_SAID: Final = frozenset({Method.DUTY, Method.CALL})
_SERVICES: Final = frozenset(str(one) for one in Service)


class OnDuty(Struct, frozen=True, kw_only=True):
    """A unit that somebody is signed on to. `far`: seconds of driving or metres, None where nobody knows."""

    unit: Unit
    status: UnitStatus
    crew: tuple[str, ...]
    far: float | None = None


class Reach(Struct, frozen=True, kw_only=True):
    """Whom something reaches: names of staff accounts, each once, and their units."""

    how: str
    to: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    quiet: bool = False


def leads(kind: Kind) -> frozenset[str]:
    """The services that lead a kind and may know of it; `operator` is the room, and is no service."""
    barred = {str(one) for one in SHIELDED} if kind.audience else set()
    return frozenset(kind.lead) & (_SERVICES - barred)


def reaches_by_itself(incident: Incident, kind: Kind) -> bool:
    """Whether people outside the room are told since the incident is there, and not since somebody sent them."""
    if not incident.open or incident.state is State.PENDING or incident.merged_into is not None:
        return False
    if incident.trainee is not None or TRAINING in incident.flags or kind.code == UNKNOWN:
        return False
    if kind.reach not in (GROUP, NEAREST) or not leads(kind):
        return False
    said_by_people = incident.method in _PEOPLE_SAID
    return said_by_people or (incident.method == Method.EQUIPMENT and kind.reach == GROUP)


def may_be_told(kind: Kind, unit: Unit, tenant: str | None) -> bool:
    """Whether a unit is of those whom a kind reaches. `tenant` is the site's; None: the incident has no site."""
    mine = not unit.tenant or tenant is None or unit.tenant == tenant
    return unit.enabled and mine and str(unit.service) in leads(kind)


def whom(
    kind: Kind,
    there: Sequence[OnDuty],
    *,
    tenant: str | None,
    told: Collection[str] = (),
    nearest: int = NEAREST_UNITS,
) -> Reach:
    """Whom a kind reaches among those on duty, but for those who were told already."""
    known = set(told)
    able = [
        one
        for one in there
        if one.crew
        and one.status not in AWAY
        and may_be_told(kind, one.unit, tenant)
        and not known.issuperset(one.crew)
    ]
    if kind.reach == NEAREST:
        able = sorted(able, key=lambda one: (one.far is None, one.far or 0.0, one.unit.call_sign))[:nearest]
    elif kind.reach != GROUP:
        able = []
    to = dict.fromkeys(name for one in able for name in one.crew if name not in known)
    return Reach(how=kind.reach, to=tuple(to), units=tuple(one.unit.id for one in able), quiet=kind.silent)


def crew_of(kind: Kind, sent: OnDuty) -> Reach:
    """The crew of a unit that a person sent, whatever its service: he had a reason to."""
    return Reach(how=ASSIGNED, to=tuple(dict.fromkeys(sent.crew)), units=(sent.unit.id,), quiet=kind.silent)


# -- what becomes of an alert -----------------------------------------------------------------------------------------


def is_over(alert: Alert, incident: Incident | None) -> str | None:
    """Why nobody is called any more: closed, merged, called back, told again of something graver; None: it stands."""
    if incident is None or not incident.open:
        return "closed"
    if incident.merged_into is not None:
        return "merged"
    if alert.assignment is None:
        return "told_again" if _is_told_again(alert, incident) else None
    sent = sent_of(alert, incident)
    return "called_back" if sent is None or sent.left_at is not None else None


def _is_told_again(alert: Alert, incident: Incident) -> bool:
    """Whether everybody was told of the incident once more since: one word of theirs is enough."""
    later = (one for one in incident.alerts if one.assignment is None and one.at > alert.at)
    return any(set(alert.to) <= set(one.to) for one in later)


def sent_of(alert: Alert, incident: Incident) -> SentUnit | None:
    return next((one for one in incident.units if one.assignment == alert.assignment), None)


def is_enough(alert: Alert, incident: Incident) -> bool:
    """Whether as many accepted as were asked for. A unit that is on its way has accepted, whoever said so."""
    if alert.accepted >= alert.needs:
        return True
    sent = None if alert.assignment is None else sent_of(alert, incident)
    return sent is not None and sent.status not in (UnitStatus.OFFERED, UnitStatus.REFUSED)


def can_still(alert: Alert) -> int:
    """How many accepted or may do so yet."""
    return len(alert.to) - sum(1 for answer in alert.answers.values() if answer is Answer.REFUSED)


def waiting_for(alert: Alert) -> tuple[str, ...]:
    """Who has neither accepted nor refused."""
    settled = {name for name, answer in alert.answers.items() if answer is not Answer.READ}
    return tuple(name for name in alert.to if name not in settled)
