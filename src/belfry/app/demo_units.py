"""Who comes when the demo's town calls: a fire station with volunteers, a guard company, an ambulance, a nurse on call.

Stations stand where the town's map has them. Everybody is in a rota that runs now, and signs on to his unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from belfry.app.centre import Centre
from belfry.domain.commands import Staff
from belfry.domain.unit import Service, Shift, Station, Travels, Unit, UnitEquipment, UnitSkill, UnitType
from belfry.ports import Clock
from belfry.ports.staff import Role
from belfry.simulator.land import SpotKind
from belfry.simulator.land import town as ground

BY: Final = Staff("supervisor", Role.SUPERVISOR)
FIELD_PASSWORD: Final = "anderby field"
"""Of all who are out there: the demo answers this machine only, and is kept nowhere."""
BEGAN: Final = timedelta(hours=2)
LASTS: Final = timedelta(hours=8)
DAY: Final = timedelta(days=1)
STATIONS: Final = (SpotKind.FIRE_STATION, SpotKind.AMBULANCE_STATION, SpotKind.GUARD_OFFICE, SpotKind.HOSPITAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crewed:
    """A unit of the town and who is with it."""

    call_sign: str
    type: UnitType
    service: Service
    station: SpotKind
    crew: Sequence[str]
    skills: frozenset[UnitSkill] = frozenset()
    equipment: frozenset[UnitEquipment] = frozenset()
    crew_least: int = 1
    turnout_s: int = 60
    travels: Travels = Travels.LIGHTS
    on_call: bool = False


_FIRE: Final = frozenset({UnitSkill.FIREFIGHTING, UnitSkill.BREATHING_APPARATUS, UnitSkill.FIRST_AID})
_PUMP: Final = frozenset(
    {UnitEquipment.PUMP, UnitEquipment.WATER, UnitEquipment.BREATHING_SETS, UnitEquipment.THERMAL_CAMERA}
)
_GUARD: Final = frozenset({UnitSkill.GUARDING, UnitSkill.KEY_SERVICE, UnitSkill.FIRST_AID})

UNITS: Final = (
    Crewed(
        call_sign="E 1",
        type=UnitType.ENGINE,
        service=Service.FIRE,
        station=SpotKind.FIRE_STATION,
        crew=("eva", "finn", "gus", "hana"),
        skills=_FIRE,
        equipment=_PUMP | {UnitEquipment.HYDRAULIC_RESCUE},
        crew_least=4,
    ),
    Crewed(
        call_sign="L 1",
        type=UnitType.LADDER,
        service=Service.FIRE,
        station=SpotKind.FIRE_STATION,
        crew=("ivo", "jana"),
        skills=_FIRE | {UnitSkill.HEIGHT_RESCUE},
        equipment=frozenset({UnitEquipment.AERIAL, UnitEquipment.BREATHING_SETS}),
        crew_least=2,
    ),
    Crewed(
        call_sign="C 1",
        type=UnitType.COMMAND,
        service=Service.FIRE,
        station=SpotKind.FIRE_STATION,
        crew=("kofi",),
        skills=frozenset({UnitSkill.FIREFIGHTING, UnitSkill.INCIDENT_COMMAND}),
        equipment=frozenset({UnitEquipment.GAS_DETECTOR}),
        on_call=True,
    ),
    Crewed(
        call_sign="E 2",
        type=UnitType.ENGINE,
        service=Service.FIRE,
        station=SpotKind.FIRE_STATION,
        crew=("lena", "milo", "nora", "otto"),
        skills=_FIRE,
        equipment=_PUMP | {UnitEquipment.SUBMERSIBLE_PUMP, UnitEquipment.GENERATOR},
        crew_least=4,
        on_call=True,
    ),
    Crewed(
        call_sign="A 1",
        type=UnitType.AMBULANCE,
        service=Service.EMS,
        station=SpotKind.AMBULANCE_STATION,
        crew=("tess", "umar"),
        skills=frozenset({UnitSkill.PARAMEDIC, UnitSkill.FIRST_AID}),
        equipment=frozenset({UnitEquipment.DEFIBRILLATOR, UnitEquipment.STRETCHER}),
        crew_least=2,
    ),
    Crewed(
        call_sign="N 1",
        type=UnitType.NURSE,
        service=Service.CARE,
        station=SpotKind.HOSPITAL,
        crew=("sami",),
        skills=frozenset({UnitSkill.NURSING, UnitSkill.FIRST_AID}),
        equipment=frozenset({UnitEquipment.DEFIBRILLATOR}),
        travels=Travels.CAR,
        on_call=True,
    ),
    Crewed(
        call_sign="G 1",
        type=UnitType.PATROL,
        service=Service.GUARD,
        station=SpotKind.GUARD_OFFICE,
        crew=("pia", "quinn"),
        skills=_GUARD,
        equipment=frozenset({UnitEquipment.KEYS}),
        crew_least=2,
        turnout_s=30,
        travels=Travels.CAR,
    ),
    Crewed(
        call_sign="G 2",
        type=UnitType.PATROL,
        service=Service.GUARD,
        station=SpotKind.GUARD_OFFICE,
        crew=("rosa",),
        skills=_GUARD,
        equipment=frozenset({UnitEquipment.KEYS}),
        turnout_s=30,
        travels=Travels.CAR,
    ),
)


async def units(centre: Centre, *, now: Clock) -> None:
    """Write them into the registry, put them into the rota, and let those whose shift runs sign on."""
    if centre.units.book.all():
        return
    spots = {spot.kind: spot for spot in ground().spots}
    stations = {}
    for kind in STATIONS:
        spot = spots[kind]
        wanted = Station(id="", name=spot.name, latitude=spot.at[0], longitude=spot.at[1])
        stations[kind] = await centre.units.put_station(wanted, by=BY.name)
    known = {user.name for user in await centre.users.all()}
    for one in UNITS:
        unit = await centre.units.put_unit(_unit(one, stations[one.station].id), by=BY.name)
        for name in one.crew:
            if name not in known:
                await centre.users.add(name, Role.RESPONDER, FIELD_PASSWORD)
            await _rota(centre, unit, name, one, now())


def _unit(one: Crewed, station: str) -> Unit:
    return Unit(
        id="",
        call_sign=one.call_sign,
        type=one.type,
        service=one.service,
        station=station,
        skills=one.skills,
        equipment=one.equipment,
        crew_least=one.crew_least,
        turnout_s=one.turnout_s,
        travels=one.travels,
    )


async def _rota(centre: Centre, unit: Unit, name: str, one: Crewed, now: datetime) -> None:
    """Today's shift, which runs, and the same tomorrow."""
    since = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - BEGAN
    lasts = DAY if one.on_call else LASTS
    for begins in (since, since + DAY):
        shift = Shift(id="", unit=unit.id, user=name, since=begins, until=begins + lasts, on_call=one.on_call)
        await centre.units.put_shift(shift, by=BY.name)
    await centre.dispatch.sign_on(unit.id, name, BY, until=since + lasts, skills=one.skills, on_call=one.on_call)
