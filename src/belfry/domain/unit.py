"""Who can be sent: units, their crews, and the statuses that they go through (RULES 4).

A unit is a person or a crew that can be sent as one: an engine with six, a patrol of two, one nurse on call. It is on
duty while somebody is signed on to it. What a unit is stands in the registry; how it is stands in the journal.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

CALL_SIGN_MOST: Final = 16
UNITS_MOST: Final = 5_000
CREW_MOST: Final = 40


class UnitStatus(StrEnum):
    """The closed list of RULES 4; `data/unit_statuses_v1.csv` says what other systems call them."""

    OFF_DUTY = "off_duty"
    ON_CALL = "on_call"
    """Reachable, not at the vehicle: turning out takes minutes."""
    AVAILABLE_STATION = "available_station"
    AVAILABLE_MOBILE = "available_mobile"
    OFFERED = "offered"
    """Sent, and nobody of it has answered yet."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EN_ROUTE = "en_route"
    STAGED = "staged"
    ON_SCENE = "on_scene"
    PATIENT_CONTACT = "patient_contact"
    TRANSPORTING = "transporting"
    AT_DESTINATION = "at_destination"
    DELAYED = "delayed"
    CANCELLED = "cancelled"
    """Told to turn back. The unit is free, and not where it belongs yet."""
    OUT_OF_SERVICE = "out_of_service"
    STANDING_BY = "standing_by"
    """Moved up to cover another place, or waiting at a ready point."""
    DISTRESS = "distress"
    """From any status, and out of it by a person alone."""


FREE: Final = frozenset(
    {
        UnitStatus.ON_CALL,
        UnitStatus.AVAILABLE_STATION,
        UnitStatus.AVAILABLE_MOBILE,
        UnitStatus.STANDING_BY,
        UnitStatus.REFUSED,
        UnitStatus.CANCELLED,
    }
)
"""May be sent at once."""
BUSY: Final = frozenset(
    {
        UnitStatus.OFFERED,
        UnitStatus.ACCEPTED,
        UnitStatus.EN_ROUTE,
        UnitStatus.STAGED,
        UnitStatus.ON_SCENE,
        UnitStatus.PATIENT_CONTACT,
        UnitStatus.TRANSPORTING,
        UnitStatus.AT_DESTINATION,
        UnitStatus.DELAYED,
        UnitStatus.DISTRESS,
    }
)
"""Bound to an incident; never reset but by who is on it or by a dispatcher who says so."""
WITH_PATIENT: Final = frozenset({UnitStatus.PATIENT_CONTACT, UnitStatus.TRANSPORTING, UnitStatus.AT_DESTINATION})
"""Nothing frees such a unit but itself: no closing, no sending elsewhere (RULES 4)."""
AWAY: Final = frozenset({UnitStatus.OFF_DUTY, UnitStatus.OUT_OF_SERVICE})

ORDER: Final[Mapping[UnitStatus, int]] = MappingProxyType(
    {
        UnitStatus.OFFERED: 0,
        UnitStatus.ACCEPTED: 1,
        UnitStatus.EN_ROUTE: 2,
        UnitStatus.STAGED: 3,
        UnitStatus.ON_SCENE: 4,
        UnitStatus.PATIENT_CONTACT: 5,
        UnitStatus.TRANSPORTING: 6,
        UnitStatus.AT_DESTINATION: 7,
    }
)
"""The way through an incident. Steps may be skipped, and stay empty then; a step back is a correction."""


class Service(StrEnum):
    """What a unit does; the leads of a kind (`kinds_v1.csv`) and the agencies of the fence on medical incidents."""

    FIRE = "fire"
    EMS = "ems"
    CARE = "care"
    GUARD = "guard"
    POLICE = "police"
    SERVICE = "service"
    """Technicians: gas, water, power, alarm equipment."""
    LIFT = "lift"
    KEYHOLDER = "keyholder"


SHIELDED: Final = frozenset({Service.POLICE, Service.GUARD})
"""Who is not to know of a medical incident unless its crew or its caller asks, per incident, with a reason (SCOPE)."""


class UnitType(StrEnum):
    ENGINE = "engine"
    LADDER = "ladder"
    RESCUE = "rescue"
    TANKER = "tanker"
    HAZMAT = "hazmat"
    COMMAND = "command"
    BOAT = "boat"
    AMBULANCE = "ambulance"
    DOCTOR = "doctor"
    FIRST_RESPONDER = "first_responder"
    NURSE = "nurse"
    PATROL = "patrol"
    GUARD = "guard"
    TECHNICIAN = "technician"
    TEAM = "team"


class UnitSkill(StrEnum):
    FIRST_AID = "first_aid"
    PARAMEDIC = "paramedic"
    DOCTOR = "doctor"
    NURSING = "nursing"
    FIREFIGHTING = "firefighting"
    BREATHING_APPARATUS = "breathing_apparatus"
    HAZMAT = "hazmat"
    HEIGHT_RESCUE = "height_rescue"
    WATER_RESCUE = "water_rescue"
    INCIDENT_COMMAND = "incident_command"
    LIFT_RELEASE = "lift_release"
    GUARDING = "guarding"
    KEY_SERVICE = "key_service"
    ELECTRICAL = "electrical"
    PLUMBING = "plumbing"
    GAS = "gas"
    ALARM_TECHNICIAN = "alarm_technician"


class UnitEquipment(StrEnum):
    PUMP = "pump"
    WATER = "water"
    FOAM = "foam"
    AERIAL = "aerial"
    HYDRAULIC_RESCUE = "hydraulic_rescue"
    BREATHING_SETS = "breathing_sets"
    THERMAL_CAMERA = "thermal_camera"
    GAS_DETECTOR = "gas_detector"
    BOAT = "boat"
    DEFIBRILLATOR = "defibrillator"
    STRETCHER = "stretcher"
    KEYS = "keys"
    GENERATOR = "generator"
    SUBMERSIBLE_PUMP = "submersible_pump"


class Travels(StrEnum):
    """How it gets there, for the estimate where no router is asked."""

    LIGHTS = "lights"
    """With blue lights."""
    CAR = "car"
    CYCLE = "cycle"
    FOOT = "foot"


class Station(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where units belong, or stand by. WGS 84 degrees."""

    id: str
    name: str
    latitude: float
    longitude: float
    tenant: str = ""
    stand_by: bool = False
    """A point to stand by at, without units of its own."""
    version: int = 0


class Unit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit as the registry knows it. `id` is opaque; `call_sign` is unique, whatever its case, and is what people
    say and type."""

    id: str
    call_sign: str
    type: UnitType
    service: Service
    tenant: str = ""
    """Whose unit it is; empty: of the whole centre."""
    station: str | None = None
    skills: frozenset[UnitSkill] = frozenset()
    """Of the unit whoever is in it; those of its crew come on top while they are signed on."""
    equipment: frozenset[UnitEquipment] = frozenset()
    crew_least: int = 1
    """Fewer signed on, and it is marked as short."""
    turnout_s: int = 60
    """From the alarm to wheels rolling, at the station."""
    on_call_s: int = 300
    """The same from at home."""
    travels: Travels = Travels.LIGHTS
    enabled: bool = True
    version: int = 0
    """Grows with every change; whoever changes a unit names the one that he saw."""


class Shift(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the rota: who is to be with which unit, from when until when (exclusive), UTC."""

    id: str
    unit: str
    user: str
    """Name of a staff account."""
    since: datetime
    until: datetime
    on_call: bool = False
    """At home and reachable, rather than at the station."""
    was: str | None = None
    """Whose it was before it was traded."""
    offered_to: str | None = None
    """Who is asked to take it over; a supervisor may have to agree (settings)."""
    accepted: bool = False
    """Who was asked wants it; it waits for a supervisor."""
    version: int = 0


class CrewMember(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Somebody who is signed on to a unit now."""

    user: str
    since: datetime
    until: datetime | None = None
    """When the shift ends; the person is asked then, never signed off silently while the unit is busy."""
    skills: frozenset[UnitSkill] = frozenset()
