"""Technicians' codes over HTTP: issued for one site and time, listed, withdrawn. No code is ever read back."""

from datetime import timedelta
from typing import Annotated, Any, Final

from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from belfry.centre.on_test import Code
from belfry.domain.site import Account
from belfry.web.bodies import Asked as Request
from belfry.web.bodies import takes
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.on_test_asks import IssueBody
from belfry.web.on_test_views import CodeList, CodeView, IssuedView
from belfry.web.problems import refused, told
from belfry.web.rights import Right
from belfry.web.sight import sees_site
from belfry.web.telling import site_view
from belfry.web.who_asks import site_asked

LISTED_MOST: Final = 1_000
_NOWHERE: Final = told("There is no such account")


@post(
    "/technician-codes",
    status_code=201,
    guards=[need(Right.ON_TEST)],
    opt=takes(IssueBody),
    responses={404: _NOWHERE},
    summary="Issue a technician's code",
)
async def issue_code(request: Request, data: JSONBody[IssueBody]) -> IssuedView:
    """For one site and time. It is shown here and never again, together with the one that he gives when forced."""
    house = front(request).house
    site = site_asked(request, data.account_id, field="account_id")
    until = house.clock() + timedelta(minutes=data.minutes)
    issued = await house.technicians.issue(site.id, until, by=visitor_of(request).user.name)
    return IssuedView(id=issued.code[:4], code=issued.code, forced=issued.forced, until=issued.until)


@get("/technician-codes", guards=[need(Right.ON_TEST)], summary="Technicians' codes that are good")
async def technician_codes(
    request: Request, account: Annotated[str | None, QueryParameter(max_length=60)] = None
) -> CodeList:
    """Of a site, or of all; the next to be over first."""
    house = front(request).house
    if account is not None:
        site_asked(request, account, field="account")
    good = (one for one in house.technicians.good() if account in (None, one.issued.account_id))
    found = [
        _view(one, site) for one in good if sees_site(request, site := house.accounts.by_id(one.issued.account_id))
    ]
    return CodeList(sorted(found, key=lambda one: (one.until, one.id))[:LISTED_MOST])


def _view(code: Code, site: Account | None) -> CodeView:
    return CodeView(
        id=code.issued.code,
        account_id=code.issued.account_id,
        account=None if site is None else site.account,
        site=None if site is None else site_view(site),
        until=code.issued.until,
        by=code.issued.by,
        used=code.used,
    )


@delete(
    "/technician-codes/{code_id:str}",
    status_code=204,
    guards=[need(Right.ON_TEST)],
    responses={404: told("There is no such code")},
    summary="Withdraw a technician's code",
)
async def withdraw_code(request: Request, code_id: FromPath[str]) -> None:
    """Ends the session that it opened, too; a test that it began goes on."""
    house = front(request).house
    code = house.tests.on_test.codes.get(code_id)
    if code is None or not sees_site(request, house.accounts.by_id(code.issued.account_id)):
        raise refused(404, "There is no such code", kind="belfry:code")
    await house.technicians.withdraw(code_id, by=visitor_of(request).user.name)


def router() -> Router:
    handlers: list[Any] = [issue_code, technician_codes, withdraw_code]
    return Router("/", route_handlers=handlers, tags=["on test"])
