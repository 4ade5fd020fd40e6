"""What units of our own settle of an incident's clocks and of its plan (RULES 4).

A service knows of an incident once a unit of it that a person sent has accepted: the clock `told` ends then, and a step
of the plan that wants that service told is passed by itself, with the call sign in place of a reference. Being sent is
not enough, since nobody of it may have seen it. Of an unknown service (an entry of an older version) nothing follows.
`arrive` ends with the first of them on scene, and runs out when the first time of arrival that one gave is over.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from belfry.domain.incident import Incident
from belfry.domain.sent import SentUnit, here
from belfry.domain.site_file import AgencyType
from belfry.domain.unit import Service, UnitStatus

_CALLED: Final = frozenset({Service.FIRE, Service.EMS, Service.POLICE})
_OF_GROUP: Final[Mapping[str, frozenset[Service]]] = MappingProxyType(
    {
        "FIRE": frozenset({Service.FIRE}),
        "RES": frozenset({Service.FIRE, Service.EMS}),
        "MED": frozenset({Service.EMS}),
        "PROP": frozenset({Service.POLICE}),
        "PERS": frozenset({Service.POLICE}),
    }
)
"""Which service has to know, by the group of the kind; of others any that is called."""
_OF_AGENCY: Final[Mapping[AgencyType, frozenset[Service]]] = MappingProxyType(
    {
        AgencyType.POLICE: frozenset({Service.POLICE}),
        AgencyType.BRIGADE: frozenset({Service.FIRE}),
        AgencyType.AMBULANCE: frozenset({Service.EMS}),
        AgencyType.GUARD: frozenset({Service.GUARD}),
        AgencyType.LIFT: frozenset({Service.LIFT}),
    }
)
_KNOWS: Final = (
    UnitStatus.ACCEPTED,
    UnitStatus.EN_ROUTE,
    UnitStatus.STAGED,
    UnitStatus.ON_SCENE,
    UnitStatus.PATIENT_CONTACT,
    UnitStatus.TRANSPORTING,
)
_ON_THE_WAY: Final = frozenset(
    {UnitStatus.ACCEPTED, UnitStatus.EN_ROUTE, UnitStatus.STAGED, UnitStatus.DELAYED},
)


def knowing(incident: Incident, agency: AgencyType | None = None) -> tuple[SentUnit, datetime] | None:
    """The first unit of a service that accepted, and when; `agency` None: of the service that has to know of such a
    kind. None: nobody of it has."""
    services = _OF_GROUP.get(incident.kind.partition(".")[0], _CALLED) if agency is None else _OF_AGENCY.get(agency)
    if not services:
        return None
    found = [(at, unit) for unit in incident.units if unit.service in services and (at := accepted_at(unit))]
    return min(((unit, at) for at, unit in found), key=lambda one: one[1], default=None)


def told_at(incident: Incident) -> datetime | None:
    """When the service that has to know of it did, by a unit of our own."""
    known = knowing(incident)
    return None if known is None else known[1]


def accepted_at(unit: SentUnit) -> datetime | None:
    return min((unit.times[one] for one in _KNOWS if one in unit.times), default=None)


def promised_at(incident: Incident) -> datetime | None:
    """The earliest time at which one that accepted will be there, while none is."""
    if incident.arrived_at is not None:
        return None
    coming = [one for one in here(incident.units) if one.status in _ON_THE_WAY and accepted_at(one) is not None]
    return min((one.eta_at for one in coming if one.eta_at is not None), default=None)


def given_at(incident: Incident) -> datetime | None:
    """The time of arrival that the first one on scene had given."""
    there = [one for one in incident.units if UnitStatus.ON_SCENE in one.times and one.eta_at is not None]
    return min(there, key=lambda one: one.times[UnitStatus.ON_SCENE]).eta_at if there else None
