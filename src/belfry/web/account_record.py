"""The false-alarm record of a site: how often its panel was wrong, where, and what would help."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar import Router, get
from litestar.params import FromPath, QueryParameter
from msgspec import structs

from belfry.centre.reports.false_alarms import FalseRecord, false_record
from belfry.domain.site import Account
from belfry.domain.site_map import SiteMap
from belfry.ports.archive import Sought
from belfry.web.archive import archive_of, closed_of, sees
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.problems import told
from belfry.web.record_views import AccountRecord, PointView, RepairView
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.sites import site_of

MONTHS: Final = 12
MONTHS_MOST: Final = 36
INCIDENTS_MOST: Final = 50_000
"""Of one account; a panel that raised more is known to be broken, and the record says how many were looked at."""


@get(
    "/accounts/{account_id:str}/record",
    guards=[need(Right.ACCOUNTS)],
    responses={404: told("There is no such site, or it is another tenant's")},
    summary="How often its panel was wrong",
)
async def account_record(
    request: Asked,
    account_id: FromPath[str],
    months: Annotated[int, QueryParameter(ge=1, le=MONTHS_MOST, description="Back from today")] = MONTHS,
) -> AccountRecord:
    """Over what was closed there. Of no alarm there is no rate."""
    desk, audience = front(request), viewer_of(request).audience
    account = (await site_of(request, account_id)).account
    zone, until = _zone(account), desk.house.clock()
    local = until.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first = local.year * 12 + local.month - months
    since = local.replace(year=first // 12, month=first % 12 + 1).astimezone(UTC)
    sought = Sought(account_id=account.id, since=since, until=until + timedelta(microseconds=1))
    found = []
    async for one in closed_of(archive_of(desk), None, sought):
        if sees(desk, audience, one):
            found.append(one)
        if len(found) == INCIDENTS_MOST:
            break
    reckoned = false_record(found, since=since, until=until, zone=zone)
    return _view(desk, account, reckoned, since=since, until=until)


def _view(desk: Front, account: Account, reckoned: FalseRecord, *, since: datetime, until: datetime) -> AccountRecord:
    names = _Names(desk, account)
    given = structs.asdict(reckoned)
    given["zones"] = [
        PointView(name=names.of(one.area, one.zone), **{**structs.asdict(one), "groups": dict(one.groups)})
        for one in reckoned.zones
    ]
    given["repairs"] = [
        RepairView(name=names.of(one.area, one.zone), **structs.asdict(one)) for one in reckoned.repairs
    ]
    given |= {"groups": dict(reckoned.groups), "months": list(reckoned.months), "codes": list(reckoned.codes)}
    return AccountRecord(account_id=account.id, since=since, until=until, **given)


class _Names:
    """What the registry calls the zones of an account now."""

    def __init__(self, desk: Front, account: Account) -> None:
        self._map: SiteMap | None = desk.teller.maps.of(account.id, desk.house.accounts.parts(account.id))

    def of(self, area: str | None, zone: str) -> str | None:
        known = None if self._map is None else self._map.zone(area, zone)
        return None if known is None else known.name or None


def _zone(account: Account) -> ZoneInfo:
    try:
        return ZoneInfo(account.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def router() -> Router:
    handlers: list[Any] = [account_record]
    return Router("/", route_handlers=handlers, tags=["sites"])
