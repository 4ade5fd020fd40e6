"""The validation score over HTTP: a row shows it, and who handles an incident may judge it otherwise, with a reason."""

from typing import Any

from litestar import Router, post
from litestar.params import FromPath, JSONBody

from belfry.domain.commands import SetScore
from belfry.web.bodies import Asked, takes
from belfry.web.front import front
from belfry.web.incidents import ACT, act_on, seen
from belfry.web.score_asks import ScoreBody
from belfry.web.views import Detail


@post("/incidents/{incident_id:str}/score", opt=takes(ScoreBody), **ACT)
async def set_score(request: Asked, incident_id: FromPath[str], data: JSONBody[ScoreBody]) -> Detail:
    """Judge the validation score otherwise than the table, or (`level` null) let the table say it again."""
    desk = front(request)
    found = desk.teller.score(await seen(desk, request, incident_id))
    table = None if found is None else found.table
    return await act_on(request, incident_id, SetScore(data.version, data.level, data.reason, table))


def router() -> Router:
    handlers: list[Any] = [set_score]
    return Router("/", route_handlers=handlers, tags=["incidents"])
