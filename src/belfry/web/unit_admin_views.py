"""Units, stations and the rota as they are kept up. How a unit is just now stands elsewhere (`unit_views`)."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from belfry.domain.unit import Service, Shift, Station, Travels, Unit, UnitEquipment, UnitSkill, UnitType


class UnitCard(Struct, frozen=True, kw_only=True):
    id: str
    version: int
    call_sign: str
    type: UnitType
    service: Service
    tenant: str
    """Empty: of the whole centre."""
    station: str | None
    skills: Sequence[UnitSkill]
    equipment: Sequence[UnitEquipment]
    crew_least: int
    turnout_s: int
    on_call_s: int
    travels: Travels
    enabled: bool


class StationCard(Struct, frozen=True, kw_only=True):
    """Degrees, WGS 84."""

    id: str
    version: int
    name: str
    latitude: float
    longitude: float
    tenant: str
    stand_by: bool


class FleetView(Struct, frozen=True):
    """Units in the order of their call signs, stations in that of their names."""

    units: Sequence[UnitCard]
    stations: Sequence[StationCard]


class RotaShiftView(Struct, frozen=True, kw_only=True):
    id: str
    version: int
    unit: str
    call_sign: str
    user: str
    since: datetime
    until: datetime
    on_call: bool
    was: str | None
    """Whose it was before it was traded."""
    offered_to: str | None
    accepted: bool
    """Who was asked would take it; it waits for a supervisor."""


class RotaWeekView(Struct, frozen=True, kw_only=True):
    """In the order of their beginnings. `people`: names of those who can be put into the rota, or asked to take a shift
    over. `trades_agreed`: a supervisor agrees to a trade before it counts."""

    items: Sequence[RotaShiftView]
    people: Sequence[str]
    trades_agreed: bool


class FleetChangeView(Struct, frozen=True, kw_only=True):
    """Who changed what, and when; never a value."""

    at: datetime
    by: str
    table: str
    row: str
    fields: Sequence[str]


class FleetChangeList(Struct, frozen=True):
    """The newest first."""

    items: Sequence[FleetChangeView]


def unit_card(unit: Unit) -> UnitCard:
    return UnitCard(
        id=unit.id,
        version=unit.version,
        call_sign=unit.call_sign,
        type=unit.type,
        service=unit.service,
        tenant=unit.tenant,
        station=unit.station,
        skills=sorted(unit.skills),
        equipment=sorted(unit.equipment),
        crew_least=unit.crew_least,
        turnout_s=unit.turnout_s,
        on_call_s=unit.on_call_s,
        travels=unit.travels,
        enabled=unit.enabled,
    )


def station_card(station: Station) -> StationCard:
    return StationCard(
        id=station.id,
        version=station.version,
        name=station.name,
        latitude=station.latitude,
        longitude=station.longitude,
        tenant=station.tenant,
        stand_by=station.stand_by,
    )


def shift_view(shift: Shift, call_sign: str) -> RotaShiftView:
    return RotaShiftView(
        id=shift.id,
        version=shift.version,
        unit=shift.unit,
        call_sign=call_sign,
        user=shift.user,
        since=shift.since,
        until=shift.until,
        on_call=shift.on_call,
        was=shift.was,
        offered_to=shift.offered_to,
        accepted=shift.accepted,
    )
