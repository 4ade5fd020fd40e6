"""What an incident has to do with its site over HTTP: what is owed after closing, and whose an unknown number is."""

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.domain.commands import Assign
from belfry.domain.fire_order import order_at
from belfry.web.asks import AssignBody
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.identity import need
from belfry.web.incidents import ACT, act_on, rows_of, seen
from belfry.web.problems import refused_field
from belfry.web.rights import Right
from belfry.web.sight import sees, sees_site
from belfry.web.views import Detail, IncidentList


@get("/follow-ups", guards=[need(Right.QUEUE)], summary="What was closed without its restore")
async def follow_ups(request: Asked) -> IncidentList:
    """Closed incidents whose restore is still waited for, the one that is due first in front."""
    desk = front(request)
    found = [one for one in desk.house.board.all_following() if sees(request, one)]
    return IncidentList(await rows_of(desk, request, found))


@post("/incidents/{incident_id:str}/assign", opt=takes(AssignBody), **ACT)
async def assign(request: Asked, incident_id: FromPath[str], data: JSONBody[AssignBody]) -> Detail:
    """Say whose account an incident of an unknown number is. It may be said again, of another one."""
    account = front(request).house.accounts.by_id(data.account_id)
    if account is None or not sees_site(request, account):
        raise refused_field("account_id", "account_id: there is no such site", value=data.account_id)
    found = await seen(front(request), request, incident_id)
    site = front(request).house.accounts.site(account.id)
    command = Assign(
        data.account_id, data.version, data.reason, order_at(found, account), None if site == account.id else site
    )
    return await act_on(request, incident_id, command)


def router() -> Router:
    return Router("/", route_handlers=[follow_ups, assign], tags=["incidents"])
