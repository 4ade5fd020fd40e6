"""Units and stations over HTTP, as they are kept up: added, changed and taken out by supervisors and administrators.

The room sees the units of its tenants and those of the whole centre; who is of some tenants changes theirs alone.
"""

from typing import Annotated, Any, Final

from litestar import Router, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from belfry.domain.unit import Station, Unit
from belfry.ports.units import NoSuchUnit, UnitChanged, UnitInUse, Units, UnitTaken, UnitUnfit
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import Problem, Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sites import unfit
from belfry.web.tenants import tenants_of
from belfry.web.unit_admin_asks import StationBody, UnitCardBody
from belfry.web.unit_admin_views import (
    FleetChangeList,
    FleetChangeView,
    FleetView,
    StationCard,
    UnitCard,
    station_card,
    unit_card,
)

REFUSED: Final = {
    400: told("Something in it cannot be kept: `flaws` names all of it"),
    403: told("The role may not"),
    404: told("There is no such thing, or it is of another tenant"),
    409: told("Somebody else changed it since, its call sign is another unit's, or something still names it"),
}
_CHANGE: Final[dict[str, Any]] = {"guards": [need(Right.EDIT_UNITS)], "responses": REFUSED}
Version = Annotated[int, QueryParameter(ge=1)]


# -- reading ----------------------------------------------------------------------------------------------------------


@get("/fleet", guards=[need(Right.FLEET)], summary="Units and stations, as they are kept up")
async def fleet(request: Asked) -> FleetView:
    """Those of one's tenants and those of the whole centre; units that are switched off too."""
    book = units_of(request).book
    return FleetView(
        [unit_card(one) for one in book.all() if sees(request, one)],
        [station_card(one) for one in book.stations() if sees(request, one)],
    )


@get("/fleet/{row_id:str}/changes", guards=[need(Right.FLEET)], responses=REFUSED, summary="Who changed what, and when")
async def fleet_changes(request: Asked, row_id: FromPath[str]) -> FleetChangeList:
    """Of a unit, a station or a shift. The newest hundred; never a value."""
    kept = units_of(request)
    row: Unit | Station | None = kept.book.by_id(row_id) or kept.book.station(row_id)
    if row is None:
        try:
            row = kept.book.by_id((await kept.shift(row_id)).unit)
        except NoSuchUnit:
            raise nothing() from None
    if row is None or not sees(request, row):
        raise nothing()
    changes = await kept.changes_of(row_id)
    return FleetChangeList(
        [FleetChangeView(at=one.at, by=one.by, table=one.table, row=one.row, fields=one.fields) for one in changes]
    )


# -- units ------------------------------------------------------------------------------------------------------------


@post("/units", status_code=201, opt=takes(UnitCardBody), summary="Add a unit", **_CHANGE)
async def add_unit(request: Asked, data: JSONBody[UnitCardBody]) -> UnitCard:
    return await _put_unit(request, data, "")


@put("/units/{unit_id:str}", opt=takes(UnitCardBody), summary="Change a unit", **_CHANGE)
async def change_unit(request: Asked, unit_id: FromPath[str], data: JSONBody[UnitCardBody]) -> UnitCard:
    """In place of the version that it names. One that is switched off is not sent; it stays in the record."""
    _must_change(request, units_of(request).book.by_id(unit_id))
    return await _put_unit(request, data, unit_id)


@delete("/units/{unit_id:str}", status_code=204, summary="Take a unit out", **_CHANGE)
async def remove_unit(request: Asked, unit_id: FromPath[str], version: Version) -> None:
    """Not while a shift of it runs or is to come, nor while somebody is signed on to it."""
    kept = units_of(request)
    _must_change(request, kept.book.by_id(unit_id))
    dispatch = front(request).house.dispatch
    if dispatch is not None and (crew := dispatch.now.get(unit_id).crew):
        raise as_refused(UnitInUse("people", len(crew)))
    try:
        await kept.remove_unit(unit_id, version, by=visitor_of(request).user.name)
    except UNIT_ERRORS as error:
        raise as_refused(error) from None


# -- stations ---------------------------------------------------------------------------------------------------------


@post("/stations", status_code=201, opt=takes(StationBody), summary="Add a station", **_CHANGE)
async def add_station(request: Asked, data: JSONBody[StationBody]) -> StationCard:
    return await _put_station(request, data, "")


@put("/stations/{station_id:str}", opt=takes(StationBody), summary="Change a station", **_CHANGE)
async def change_station(request: Asked, station_id: FromPath[str], data: JSONBody[StationBody]) -> StationCard:
    """In place of the version that it names."""
    _must_change(request, units_of(request).book.station(station_id))
    return await _put_station(request, data, station_id)


@delete("/stations/{station_id:str}", status_code=204, summary="Take a station out", **_CHANGE)
async def remove_station(request: Asked, station_id: FromPath[str], version: Version) -> None:
    """Not while units belong there."""
    kept = units_of(request)
    _must_change(request, kept.book.station(station_id))
    try:
        await kept.remove_station(station_id, version, by=visitor_of(request).user.name)
    except UNIT_ERRORS as error:
        raise as_refused(error) from None


# -- pieces -----------------------------------------------------------------------------------------------------------

UNIT_ERRORS: Final = (NoSuchUnit, UnitChanged, UnitTaken, UnitInUse, UnitUnfit)


def units_of(request: Asked) -> Units:
    kept = front(request).house.units
    if kept is None:
        raise refused(404, "This centre keeps no units")
    return kept


def sees(request: Asked, row: Unit | Station) -> bool:
    mine = tenants_of(visitor_of(request).user)
    return mine is None or not row.tenant or row.tenant in mine


def may_change(request: Asked, row: Unit | Station) -> bool:
    """What is of the whole centre is changed by those who are of all of it."""
    mine = tenants_of(visitor_of(request).user)
    return mine is None or row.tenant in mine


def nothing() -> Refused:
    return refused(404, "There is no such thing here")


def as_refused(error: Exception) -> Refused:
    """What the registry said, as an answer."""
    match error:
        case UnitUnfit():
            return unfit(error.flaws)
        case UnitTaken():
            title = "Another unit has this call sign"
            return Refused(Problem(status=409, type="belfry:taken", title=title, field="call_sign"))
        case UnitChanged():
            title = "It was changed meanwhile; read it again"
            return Refused(Problem(status=409, type="belfry:changed", title=title))
        case UnitInUse():
            title = f"{error.count} {error.what} still name it"
            return Refused(Problem(status=409, type="belfry:in-use", title=title, limit=f"no {error.what}"))
        case _:
            return nothing()


def _must_change(request: Asked, row: Unit | Station | None) -> None:
    if row is None or not sees(request, row):
        raise nothing()
    if not may_change(request, row):
        raise refused(403, "It is of the whole centre: somebody of all tenants changes it")


async def _put_unit(request: Asked, data: UnitCardBody, unit_id: str) -> UnitCard:
    kept, unit = units_of(request), data.unit(unit_id)
    _must_fit(request, unit, data.version)
    if unit.station is not None:
        station = kept.book.station(unit.station)
        if station is None or not sees(request, station):
            raise refused_field("station", "station: there is no such station", value=unit.station)
    try:
        return unit_card(await kept.put_unit(unit, by=visitor_of(request).user.name))
    except UNIT_ERRORS as error:
        raise as_refused(error) from None


async def _put_station(request: Asked, data: StationBody, station_id: str) -> StationCard:
    station = data.station(station_id)
    _must_fit(request, station, data.version)
    try:
        return station_card(await units_of(request).put_station(station, by=visitor_of(request).user.name))
    except UNIT_ERRORS as error:
        raise as_refused(error) from None


def _must_fit(request: Asked, row: Unit | Station, version: int | None) -> None:
    if row.id and version is None:
        raise refused_field("version", "version: the one that was seen", limit="required")
    if not may_change(request, row):
        raise refused_field("tenant", "tenant: one of one's own", value=row.tenant)


def router() -> Router:
    handlers = [fleet, fleet_changes, add_unit, change_unit, remove_unit, add_station, change_station, remove_station]
    return Router("/", route_handlers=handlers, tags=["units"])
