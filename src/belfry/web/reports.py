"""Reports over HTTP: the load of the centre and its sites, to look at and as files. `response_report` is their third.

Nothing is by person, and what somebody may not know of is in no count that he is given.
"""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Response, Router, get
from litestar.params import FromPath, FromQuery, QueryParameter

from belfry.centre.reports.spans import LONGEST
from belfry.domain.percentiles import By
from belfry.web.archive import check_time
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.identity import need
from belfry.web.languages import language_of
from belfry.web.problems import refused_field
from belfry.web.report_files import Form, Report, Which, as_csv, as_pdf
from belfry.web.report_making import Asked as Wanted
from belfry.web.report_making import accounts_report, load_report, response_of
from belfry.web.report_views import AccountsReport, LoadReport
from belfry.web.rights import Right
from belfry.web.sight import viewer_of

SITES: Final = 100
SITES_MOST: Final = 100_000

From = Annotated[datetime, QueryParameter(name="from")]


@get("/reports/load", guards=[need(Right.SIGNALS)], summary="When and where the work was")
async def load_of_centre(request: Asked, since: From, until: FromQuery[datetime]) -> LoadReport:
    """Over what was closed from one time on and before another, of what one may know of."""
    return await load_report(front(request), _wanted(request, since, until), language_of(request))


@get("/reports/accounts", guards=[need(Right.SIGNALS)], summary="Sites beside each other")
async def sites_beside(
    request: Asked,
    since: From,
    until: FromQuery[datetime],
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = SITES,
) -> AccountsReport:
    """The site with the most false alarms first."""
    return await accounts_report(front(request), _wanted(request, since, until), limit)


@get("/reports/{which:str}/file", guards=[need(Right.SIGNALS)], summary="A report as a file")
async def report_file(
    request: Asked,
    which: FromPath[Which],
    since: From,
    until: FromQuery[datetime],
    form: FromQuery[Form] = "csv",
    by: FromQuery[By] = "priority",
) -> Response[bytes]:
    """CSV with every line, or PDF to print; `by` is for the report `response`."""
    desk, language = front(request), language_of(request)
    wanted = _wanted(request, since, until)
    report: Report
    if which == "load":
        report = await load_report(desk, wanted, language)
    elif which == "accounts":
        report = await accounts_report(desk, wanted, SITES_MOST)
    else:
        report = await response_of(desk, wanted, by, language)
    house = desk.house
    if form == "csv":
        content = await asyncio.to_thread(as_csv, report, language)
    else:
        how: dict[str, Any] = {"centre": house.name, "zone": house.zone, "made_at": house.clock()}
        content = await asyncio.to_thread(as_pdf, report, language, **how)
    name = f"{which}-{since:%Y-%m-%d}.{form}"
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="text/csv" if form == "csv" else "application/pdf", headers=named)


def _wanted(request: Asked, since: datetime, until: datetime) -> Wanted:
    for name, instant in (("from", since), ("until", until)):
        check_time(name, instant)
    if until <= since:
        raise refused_field("until", "until: wants a time behind from", value=until)
    if until - since > LONGEST:
        raise refused_field("until", "until: at most ten years behind from", value=until, limit="ten years")
    return Wanted(viewer_of(request).audience, since, until)


def router() -> Router:
    handlers: list[Any] = [load_of_centre, sites_beside, report_file]
    return Router("/", route_handlers=handlers, tags=["reports"])
