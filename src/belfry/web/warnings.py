"""Public warnings: which hold now, and which touch a site. Closed words, times and shapes; never an alarm."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from litestar import Router, get
from litestar.params import FromPath
from msgspec import Struct

from belfry.domain.polygon import Corner
from belfry.domain.warning import Certainty, Circle, PublicWarning, Severity, Urgency, WarningCategory
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.identity import need
from belfry.web.problems import refused, told
from belfry.web.rights import Right
from belfry.web.sight import sees_site

SHOWN_MOST: Final = 500


class CircleView(Struct, frozen=True):
    latitude: float
    longitude: float
    radius_km: float


class WarningView(Struct, frozen=True, kw_only=True):
    """`signed`: by somebody whom the settings trust. `ends` null: it names no end, and holds a day."""

    categories: Sequence[WarningCategory]
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    sent: datetime
    begins: datetime | None
    ends: datetime | None
    signed: bool
    polygons: Sequence[Sequence[Corner]]
    """Corners as latitude and longitude."""
    circles: Sequence[CircleView]


class WarningList(Struct, frozen=True):
    """The gravest first; at most 500."""

    items: Sequence[WarningView]
    next: str | None


@get("/warnings", guards=[need(Right.SILENCE)], summary="Public warnings that hold, or will")
async def warnings(request: Asked) -> WarningList:
    house = front(request).house
    found = () if house.warnings is None else house.warnings.now(house.clock())
    return _list(found)


@get(
    "/accounts/{account_id:str}/warnings",
    guards=[need(Right.ACCOUNTS)],
    responses={404: told("There is no such site")},
    summary="Public warnings that touch a site",
)
async def warnings_at_site(request: Asked, account_id: FromPath[str]) -> WarningList:
    """None of a site whose place is not known."""
    house = front(request).house
    account = house.accounts.by_id(account_id)
    if account is None or not sees_site(request, account):
        raise refused(404, "There is no such site")
    if house.warnings is None or account.latitude is None or account.longitude is None:
        return _list(())
    return _list(house.warnings.touching(account.latitude, account.longitude, house.clock()))


def _list(found: Sequence[PublicWarning]) -> WarningList:
    return WarningList([_view(one) for one in found[:SHOWN_MOST]], None)


def _view(warning: PublicWarning) -> WarningView:
    return WarningView(
        categories=warning.categories,
        urgency=warning.urgency,
        severity=warning.severity,
        certainty=warning.certainty,
        sent=warning.sent,
        begins=warning.begins,
        ends=warning.expires,
        signed=warning.signed,
        polygons=warning.area.polygons,
        circles=[_circle(one) for one in warning.area.circles],
    )


def _circle(circle: Circle) -> CircleView:
    return CircleView(circle.latitude, circle.longitude, circle.radius_km)


def router() -> Router:
    handlers: list[Any] = [warnings, warnings_at_site]
    return Router("/", route_handlers=handlers, tags=["sites"])
