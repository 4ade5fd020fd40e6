"""A closing is put off over HTTP: by who handles it, and where somebody asks for it by phone with the pass-word.

A duress word is answered as if it had been right, nothing is put off, and PERS.ALARM.DURESS opens (RULES 2 and 3).
"""

from datetime import timedelta
from typing import Any, Final

from litestar import Router, post
from litestar.params import FromPath, JSONBody

from belfry.centre.schedules import NoSuchSchedule
from belfry.centre.schedules.extending import ScheduleDesk
from belfry.domain import presets
from belfry.domain.contacts import Authority
from belfry.domain.facts import ClosingExtended
from belfry.web.bodies import Asked, takes
from belfry.web.centre_views import ExtendedView
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import seen
from belfry.web.problems import refused, told
from belfry.web.rights import Right
from belfry.web.schedule_asks import ExtendClosingBody
from belfry.web.sites import UNSEEN, is_of, site_of
from belfry.web.spoken import SPOKEN, noted, raise_alarm, spoken_for

_ASKED: Final = {
    **UNSEEN,
    **SPOKEN,
    409: told("There is no closing that could be put off"),
}


@post(
    "/accounts/{account_id:str}/schedule/extend",
    status_code=200,
    guards=[need(Right.ACT)],
    opt=takes(ExtendClosingBody),
    responses=_ASKED,
    summary="Put a closing off",
)
async def extend(request: Asked, account_id: FromPath[str], data: JSONBody[ExtendClosingBody]) -> ExtendedView:
    """The closing that is late, or the next one, is wanted so much later. Where contacts of the site have pass-words
    one of them is needed, unless a supervisor decides it."""
    house, file = front(request).house, await site_of(request, account_id)
    desk = _desk(request)
    if data.incident is not None and not is_of(await seen(front(request), request, data.incident), file.account):
        raise refused(404, "There is no such incident at this site", kind="belfry:incident")
    spoken = await spoken_for(request, file, data.word, Authority.SCHEDULE, incident=data.incident)
    minutes, by = data.minutes, visitor_of(request).user.name
    span = presets.span(house.rules.closing_extension_s) if minutes is None else timedelta(minutes=minutes)
    try:
        fact = desk.planned(account_id, data.schedule, span, by, word=spoken is not None)
    except NoSuchSchedule:
        raise refused(409, "There is no closing that could be put off", kind="belfry:no-closing") from None
    if spoken is not None:  # before anything is done: who may not say a word here has changed nothing
        await noted(request, file, spoken, incident=data.incident)
    if spoken is not None and spoken.duress:
        await raise_alarm(house, file.account)
    else:
        await desk.keep(fact)
    return _view(fact)


def _desk(request: Asked) -> ScheduleDesk:
    desk = front(request).house.schedules
    if desk is None:
        raise refused(503, "This centre follows no schedules")
    return desk


def _view(fact: ClosingExtended) -> ExtendedView:
    return ExtendedView(schedule=fact.schedule, area=fact.area, due=fact.due, until=fact.until)


def router() -> Router:
    handlers: list[Any] = [extend]
    return Router("/", route_handlers=handlers, tags=["sites"])
