"""What the units that are free now reach in time, and where some had better stand by (`centre.cover`).

A service is shown the load that is its own: fire brigades fires and technical alarms, technicians technical alarms,
ambulances and nurses the total of medical alarms. Guards and police get the map of the ground alone: by place nobody is
told where property or persons were attacked (SCOPE, fences).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Router, get
from litestar.params import FromQuery, QueryParameter

from belfry.centre.cover import POINTS_MOST, Asked, Looked, TooWide, look, looks_back
from belfry.domain.cells import middle
from belfry.domain.cover import CoveredCell, FreeUnit, HazardCounts, SiteHazards, Solution, StandByPoint
from belfry.domain.travel import Point
from belfry.domain.unit import FREE, Service, Station, Unit, UnitStatus
from belfry.web.bodies import Asked as Request
from belfry.web.cover_views import CoverCell, CoverMove, CoverMoves, CoverView
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.outlet import Viewer
from belfry.web.problems import refused, told
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.units import dispatch_of, sees_unit

TURNS_OUT: Final = frozenset({UnitStatus.AVAILABLE_STATION, UnitStatus.ON_CALL})
"""Others sit in their vehicle."""
FIRES: Final = frozenset({Service.FIRE})
TECHNICAL: Final = frozenset({Service.FIRE, Service.SERVICE, Service.LIFT})
MEDICAL: Final = frozenset({Service.EMS, Service.CARE})


@get(
    "/cover",
    guards=[need(Right.DISPATCH)],
    responses={404: told("This centre sends no units"), 422: told("More cells, units or points than are looked at")},
    summary="What free units reach in time, and where to stand by",
)
async def cover(
    request: Request,
    minutes: Annotated[float, QueryParameter(ge=1, le=30)] = 10.0,
    service: FromQuery[Service] = Service.FIRE,
    moves: Annotated[int, QueryParameter(ge=0, le=5, description="Stand-by moves at most; 0: the map alone")] = 0,
) -> CoverView:
    """Of the units that one may send. Past load is that of the last year, in cells of a square kilometre or more with
    ten alarms or more."""
    desk, viewer = front(request), viewer_of(request)
    if desk.house.travel is None:
        raise refused(404, "This centre reckons no travel times")
    stations = _stations(desk, viewer)
    units = list(_free(desk, viewer, service))
    asked = Asked(
        units=units,
        points=[StandByPoint(one.id, one.latitude, one.longitude) for one in list(stations.values())[:POINTS_MOST]],
        within_s=minutes * 60,
        moves_most=moves,
    )
    try:
        looked = await look(
            asked, await _load(desk, viewer, service), where=lambda key: _where(desk, key), travel=desk.house.travel
        )
    except TooWide as error:
        raise refused(422, f"This is too much to look at: {error}", kind="belfry:too-many") from None
    return _view(desk, looked, stations, service=service, minutes=minutes, free=len(units))


def _stations(desk: Front, viewer: Viewer) -> Mapping[str, Station]:
    tenants = viewer.audience.tenants
    return {
        one.id: one
        for one in dispatch_of(desk).book.stations()
        if tenants is None or not one.tenant or one.tenant in tenants
    }


def _free(desk: Front, viewer: Viewer, service: Service) -> Iterable[FreeUnit]:
    """Those on duty and free whose place is known: where they say they are, or else their station."""
    dispatch, now = dispatch_of(desk), desk.house.clock()
    for one in dispatch.book.all():
        state = dispatch.now.get(one.id)
        if one.service is not service or not one.enabled or not state.on_duty or state.status not in FREE:
            continue
        at = _place(desk, one, state.status, now) if sees_unit(desk, viewer, one) else None
        if at is not None:
            yield FreeUnit(one.id, at.latitude, at.longitude, _turnout_s(one, state.status), one.travels)


def _place(desk: Front, one: Unit, status: UnitStatus, now: datetime) -> Point | None:
    dispatch = dispatch_of(desk)
    known = dispatch.positions.of(one.id, now)
    if known is not None and status is not UnitStatus.AVAILABLE_STATION:
        return Point(known.position.latitude, known.position.longitude)
    station = None if one.station is None else dispatch.book.station(one.station)
    return None if station is None else Point(station.latitude, station.longitude)


def _turnout_s(one: Unit, status: UnitStatus) -> float:
    if status not in TURNS_OUT:
        return 0.0
    return one.on_call_s if status is UnitStatus.ON_CALL else one.turnout_s


async def _load(desk: Front, viewer: Viewer, service: Service) -> HazardCounts:
    """The part of the past load that is this service's, at sites that one may know of."""
    archive, audience = desk.house.archive, viewer.audience
    if archive is None:
        return HazardCounts([], 0)
    counts = await archive.hazards(*looks_back(desk.house.clock()))
    sites = [
        SiteHazards(one.account_id, one.fires if service in FIRES else 0, one.technical)
        for one in counts.sites
        if service in TECHNICAL and desk.tenants.account(audience, desk.house.accounts.by_id(one.account_id))
    ]
    # The total is of the whole centre, so it is for those who may know of all of it.
    whole = service in MEDICAL and audience.medical and audience.tenants is None
    return HazardCounts(sites, counts.medical if whole else 0)


def _where(desk: Front, account_id: str) -> Point | None:
    account = desk.house.accounts.by_id(account_id)
    if account is None or account.latitude is None or account.longitude is None:
        return None
    return Point(account.latitude, account.longitude)


def _view(
    desk: Front, looked: Looked, stations: Mapping[str, Station], *, service: Service, minutes: float, free: int
) -> CoverView:
    loads = {one.cell: one.fires + one.technical for one in looked.load.cells}
    return CoverView(
        service=service,
        minutes=minutes,
        free=free,
        share=looked.share,
        cells=[_cell(desk, one, loads.get(one.cell)) for one in looked.cells],
        elsewhere=looked.load.elsewhere,
        medical=looked.load.medical,
        how=list(looked.how),
        fell_back=looked.fell_back,
        moves=None if looked.moves is None else _moves(desk, looked.moves, stations),
        why_none=looked.why_none,
    )


def _cell(desk: Front, one: CoveredCell, load: int | None) -> CoverCell:
    latitude, longitude = middle(*one.cell)
    return CoverCell(latitude, longitude, None if one.unit is None else _sign(desk, one.unit), one.seconds, load)


def _moves(desk: Front, found: Solution, stations: Mapping[str, Station]) -> CoverMoves:
    whole = found.whole or 1.0
    return CoverMoves(
        items=[CoverMove(_sign(desk, one.unit), stations[one.to].name, one.seconds) for one in found.moves],
        before=found.before / whole,
        after=found.after / whole,
        won=found.won,
        lost=found.lost,
        proven=found.proven,
    )


def _sign(desk: Front, unit_id: str) -> str:
    one = dispatch_of(desk).book.by_id(unit_id)
    return unit_id if one is None else one.call_sign


def router() -> Router:
    handlers: list[Any] = [cover]
    return Router("/", route_handlers=handlers, tags=["units"])
