"""What is asked where units, stations and the rota are kept up."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta

from belfry.domain.unit import (
    CALL_SIGN_MOST,
    CREW_MOST,
    Service,
    Station,
    Travels,
    Unit,
    UnitEquipment,
    UnitSkill,
    UnitType,
)
from belfry.domain.unit_checks import ON_CALL_MOST_S, STATION_NAME_MOST, TURNOUT_MOST_S
from belfry.web.asks import Ask

UserNamed = Annotated[str, Meta(min_length=1, max_length=60)]
RowId = Annotated[str, Meta(min_length=1, max_length=60)]
Tenant = Annotated[str, Meta(max_length=60)]
Instant = Annotated[datetime, Meta(tz=True)]
Seen = Annotated[int, Meta(ge=1)]
"""The version that was seen; it is wanted where something is changed."""

SKILLS_MOST: Final = len(UnitSkill)
EQUIPMENT_MOST: Final = len(UnitEquipment)


class UnitCardBody(Ask, frozen=True, kw_only=True):
    """A unit, whole. `tenant` empty: of the whole centre."""

    call_sign: Annotated[str, Meta(min_length=1, max_length=CALL_SIGN_MOST)]
    type: UnitType
    service: Service
    tenant: Tenant = ""
    station: RowId | None = None
    skills: Annotated[tuple[UnitSkill, ...], Meta(max_length=SKILLS_MOST)] = ()
    equipment: Annotated[tuple[UnitEquipment, ...], Meta(max_length=EQUIPMENT_MOST)] = ()
    crew_least: Annotated[int, Meta(ge=1, le=CREW_MOST)] = 1
    turnout_s: Annotated[int, Meta(ge=0, le=TURNOUT_MOST_S)] = 60
    on_call_s: Annotated[int, Meta(ge=0, le=ON_CALL_MOST_S)] = 300
    travels: Travels = Travels.LIGHTS
    enabled: bool = True
    version: Seen | None = None

    def unit(self, unit_id: str) -> Unit:
        return Unit(
            id=unit_id,
            call_sign=self.call_sign,
            type=self.type,
            service=self.service,
            tenant=self.tenant,
            station=self.station,
            skills=frozenset(self.skills),
            equipment=frozenset(self.equipment),
            crew_least=self.crew_least,
            turnout_s=self.turnout_s,
            on_call_s=self.on_call_s,
            travels=self.travels,
            enabled=self.enabled,
            version=self.version or 0,
        )


class StationBody(Ask, frozen=True, kw_only=True):
    """Degrees, WGS 84."""

    name: Annotated[str, Meta(min_length=1, max_length=STATION_NAME_MOST)]
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    tenant: Tenant = ""
    stand_by: bool = False
    version: Seen | None = None

    def station(self, station_id: str) -> Station:
        return Station(
            id=station_id,
            name=self.name,
            latitude=self.latitude,
            longitude=self.longitude,
            tenant=self.tenant,
            stand_by=self.stand_by,
            version=self.version or 0,
        )


class RotaShiftBody(Ask, frozen=True, kw_only=True):
    """Who is to be with which unit, from when until when (exclusive)."""

    unit: RowId
    user: UserNamed
    since: Instant
    until: Instant
    on_call: bool = False
    version: Seen | None = None


class ShiftOfferBody(Ask, frozen=True, kw_only=True):
    """`to`: the colleague who is asked to take it over; null takes the question back."""

    to: UserNamed | None
    version: Seen


class ShiftAnswerBody(Ask, frozen=True, kw_only=True):
    take: bool
    version: Seen


class ShiftAgreeBody(Ask, frozen=True, kw_only=True):
    agree: bool
    version: Seen
