"""A closing is put off over HTTP: by who handles it, and where somebody asks for it by phone with the pass-word.

A duress word is answered as if it had been right, nothing is put off, and PERS.ALARM.DURESS opens (RULES 2 and 3).
"""

from collections.abc import Sequence
from datetime import timedelta
from math import ceil
from typing import Any, Final

from litestar import Router, post
from litestar.params import FromPath, JSONBody

from belfry.centre.duress import duress_alarm
from belfry.centre.schedules import NoSuchSchedule
from belfry.centre.schedules.extending import ScheduleDesk
from belfry.domain.commands import SayWord
from belfry.domain.contacts import Authority
from belfry.domain.facts import ClosingExtended
from belfry.domain.site_file import SiteFile
from belfry.ports import Spoken, TooManyWords
from belfry.ports.staff import Role
from belfry.web.bodies import Asked, takes
from belfry.web.centre_views import ExtendedView
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import act, seen, staff_of
from belfry.web.on_test import heard_as
from belfry.web.problems import refused, told
from belfry.web.rights import Right
from belfry.web.schedule_asks import ExtendClosingBody
from belfry.web.sites import UNSEEN, is_of, site_of

_ASKED: Final = {
    **UNSEEN,
    403: told("The word is wrong or was not said, or whose it is may not change the schedule"),
    409: told("There is no closing that could be put off"),
    429: told("Too many wrong words; Retry-After says how long to wait"),
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
    spoken = await _spoken(request, file, data)
    span, by = timedelta(minutes=data.minutes), visitor_of(request).user.name
    try:
        fact = desk.planned(account_id, data.schedule, span, by, word=spoken is not None)
    except NoSuchSchedule:
        raise refused(409, "There is no closing that could be put off", kind="belfry:no-closing") from None
    if spoken is not None:  # before anything is done: who may not say a word here has changed nothing
        await _noted(request, file, spoken, data.incident)
    if spoken is not None and spoken.duress:
        await house.intake.deliver(duress_alarm(file.account, house.clock(), heard_as(house, file.account)))
    else:
        await desk.keep(fact)
    return _view(fact)


def _desk(request: Asked) -> ScheduleDesk:
    desk = front(request).house.schedules
    if desk is None:
        raise refused(503, "This centre follows no schedules")
    return desk


async def _spoken(request: Asked, file: SiteFile, data: ExtendClosingBody) -> Spoken | None:
    """Whose word it was; None where none is needed. Raises Refused where it is wrong or missing."""
    house = front(request).house
    if data.word is None:
        if any(one.has_word for one in file.contacts) and not _decides(request):
            raise refused(403, "The pass-word of the site is needed", kind="belfry:word-needed")
        return None
    if house.words is None:
        raise refused(503, "This centre compares no pass-words")
    try:
        spoken = await house.words.check(file.account.id, data.word)
    except TooManyWords as error:
        wait = max(ceil((error.until - house.clock()).total_seconds()), 1)
        headers = {"Retry-After": str(wait)}
        raise refused(429, "Too many wrong words: wait", kind="belfry:attempts", headers=headers) from None
    if spoken.contact is None and not spoken.duress:
        await _noted(request, file, spoken, data.incident)
        raise refused(403, "This is nobody's word at this site", kind="belfry:word")
    if not spoken.duress and Authority.SCHEDULE not in _authority(file, spoken):
        raise refused(403, "Whose word this is may not change the schedule", kind="belfry:authority")
    return spoken


def _decides(request: Asked) -> bool:
    """Who runs the room answers for what is done without a word."""
    return visitor_of(request).user.role in (Role.SUPERVISOR, Role.ADMINISTRATOR)


def _authority(file: SiteFile, spoken: Spoken) -> Sequence[Authority]:
    return next((one.authority for one in file.contacts if one.id == spoken.contact), ())


async def _noted(request: Asked, file: SiteFile, spoken: Spoken, incident: str | None) -> None:
    """That a word was compared stands in the story of the incident, or of the site."""
    right = spoken.contact is not None or spoken.duress
    if incident is not None:
        await act(request, incident, SayWord(right, spoken.contact))
    else:
        desk = front(request).house.desk
        await desk.word_tried(file.account.id, staff_of(request), right=right, contact=spoken.contact)


def _view(fact: ClosingExtended) -> ExtendedView:
    return ExtendedView(schedule=fact.schedule, area=fact.area, due=fact.due, until=fact.until)


def router() -> Router:
    handlers: list[Any] = [extend]
    return Router("/", route_handlers=handlers, tags=["sites"])
