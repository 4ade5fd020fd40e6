"""What somebody in the field may know of an incident (SCOPE, reach follows the kind, medical is nobody's lead).

Whoever is on duty with a unit knows of what the unit was sent to; of what he was alerted to; and of what reaches a
whole group (`kinds_v1.csv`, reach) where his unit's service leads it and the site is of his tenant. Police and guards
know of a medical incident only once their unit was sent there, for which the desk wants a reason. Off duty nobody
knows of any.
"""

from typing import Final

from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kind
from belfry.domain.sent import SentUnit, here
from belfry.domain.unit import ORDER, SHIELDED, Unit, UnitStatus

GROUP: Final = "group"
_UNDER_WAY: Final = frozenset(ORDER) - {UnitStatus.OFFERED}


def knows(incident: Incident, kind: Kind, *, user: str, unit: Unit, owned: bool) -> bool:
    """Whether somebody of a unit may know of an incident. `owned`: its site is of his tenants."""
    if sent_there(incident, unit.id) is not None:
        return True
    if not incident.open or incident.trainee is not None:
        return False
    if kind.audience and unit.service in SHIELDED:
        return False
    if any(user in alert.to for alert in incident.alerts):
        return True
    reached = kind.reach == GROUP and unit.service in kind.lead
    return reached and owned and incident.state is not State.PENDING


def sent_there(incident: Incident, unit: str) -> SentUnit | None:
    """The sending of a unit that has not left."""
    return next((one for one in here(incident.units) if one.unit == unit), None)


def has_accepted(sent: SentUnit) -> bool:
    """Whether a unit said that it comes: from then on its crew is told how to get in and what endangers it."""
    return any(status in _UNDER_WAY for status in sent.times)
