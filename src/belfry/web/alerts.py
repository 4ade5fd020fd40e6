"""Alerts over HTTP: what somebody on duty was told, what he answers, and who of an incident was reached how.

Whoever is off duty has none. A phone hears each change of an alert of its own as `alert` on the stream.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.alerts import Alerts
from belfry.centre.alerts.answering import Mine, NoSuchAlert
from belfry.domain.alerting import is_enough, is_over, sent_of
from belfry.domain.commands import Conflict, Invalid
from belfry.domain.dispatch_facts import Answer
from belfry.domain.incident import Incident
from belfry.domain.notices import Notice
from belfry.domain.sent import Alert, here
from belfry.domain.unit import UnitStatus
from belfry.web.alert_asks import AlertAnswerBody
from belfry.web.alert_views import AlertStates, AlertStateView, AlertView, MyAlerts, ReachedView
from belfry.web.bodies import Asked, takes
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import seen, staff_of
from belfry.web.languages import language_of
from belfry.web.outlet import Viewer
from belfry.web.places import LIST_WITHIN_S, ROW_WITHIN_S
from belfry.web.problems import refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.telling import account_of

REST_S: Final = 0.25
"""Between two tellings of the same alert to those who know of it: two hundred accept at once."""

NOT_TAKEN: Final = frozenset({UnitStatus.OFFERED, UnitStatus.REFUSED})
"""Sent there, and has not said that it goes."""

_REFUSED: Final = {
    400: told("A field is outside its limit"),
    404: told("There is no such alert of yours"),
    409: told("It is over, the unit was called back, or you are off duty"),
}


@get("/me/alerts", guards=[need(Right.ON_DUTY)], summary="What I was told of")
async def my_alerts(request: Asked) -> MyAlerts:
    """The newest first; empty for whoever is off duty. The stream says each change as `alert`."""
    desk, name = front(request), visitor_of(request).user.name
    mine = list(alerts_of(desk).of(name))
    await desk.places.read([one.incident for one in mine], within_s=LIST_WITHIN_S)
    return MyAlerts(items=[view_of(desk, one, name, language_of(request)) for one in mine])


@post(
    "/me/alerts/{alert:str}",
    status_code=200,
    guards=[need(Right.ON_DUTY)],
    opt=takes(AlertAnswerBody),
    responses=_REFUSED,
    summary="Answer an alert",
)
async def answer_alert(request: Asked, alert: FromPath[str], data: JSONBody[AlertAnswerBody]) -> AlertView:
    """The same again changes nothing. Accepting ends the calling of oneself; where one's unit was sent it says so of
    the unit, and refusing does once nobody of its crew is left to accept."""
    desk, by = front(request), staff_of(request)
    try:
        mine = await alerts_of(desk).answer(alert, data.answer, by, eta_s=data.eta_s)
    except NoSuchAlert:
        raise refused(404, "There is no such alert of yours") from None
    except Conflict as error:
        raise refused(409, error.title, kind="belfry:alert") from None
    except Invalid as error:
        raise refused_field(error.field, error.title, value=error.value, limit=error.limit) from None
    await desk.places.read([mine.incident], within_s=LIST_WITHIN_S)
    return view_of(desk, mine, by.name, language_of(request))


@get(
    "/incidents/{incident_id:str}/alerts",
    guards=[need(Right.ACT)],
    responses={404: told("There is no such incident")},
    summary="Who was reached, and how",
)
async def alerts_at(request: Asked, incident_id: FromPath[str]) -> AlertStates:
    desk = front(request)
    incident = await seen(desk, request, incident_id)
    return AlertStates(items=[_state(desk, incident, one) for one in reversed(incident.alerts)])


# -- saying -----------------------------------------------------------------------------------------------------------


def alerts_of(desk: Front) -> Alerts:
    """Raises Refused where this centre alerts nobody."""
    alerts = desk.house.alerts
    if alerts is None:
        raise refused(404, "This centre sends no units")
    return alerts


def view_of(desk: Front, mine: Mine, name: str, language: str) -> AlertView:
    incident, alert = mine.incident, mine.alert
    sent = None if alert.assignment is None else sent_of(alert, incident)
    site = account_of(desk.house.accounts, incident)
    over = is_over(alert, incident) is not None
    hidden = over or not alerts_of(desk).reaching.may_know(name, incident, desk.house.kinds[incident.kind], alert)
    place = desk.places.of(incident) if site is None else ", ".join(one for one in (site.name, site.address) if one)
    return AlertView(
        alert=alert.alert,
        incident=incident.id,
        number=incident.number,
        kind=incident.kind,
        label=desk.house.kinds.words(incident.kind, language).label,
        priority=incident.priority,
        place=None if hidden else place or None,
        latitude=None if site is None or hidden else site.latitude,
        longitude=None if site is None or hidden else site.longitude,
        at=alert.at,
        assignment=alert.assignment,
        unit=None if sent is None else sent.unit,
        call_sign=None if sent is None else sent.call_sign,
        needs=alert.needs,
        accepted=alert.accepted,
        taken_by=_takers(desk, incident, alert),
        answer=alert.answers.get(name),
        quiet=alert.quiet,
        over=over,
    )


def _takers(desk: Front, incident: Incident, alert: Alert) -> list[str]:
    signs = {one.call_sign for one in here(incident.units) if one.status not in NOT_TAKEN}
    dispatch = desk.house.dispatch
    for name, answer in alert.answers.items():
        now = None if dispatch is None or answer is not Answer.ACCEPTED else dispatch.now.of(name)
        unit = None if dispatch is None or now is None else dispatch.book.by_id(now.unit)
        if unit is not None:
            signs.add(unit.call_sign)
    return sorted(signs)


def _state(desk: Front, incident: Incident, alert: Alert) -> AlertStateView:
    sent = None if alert.assignment is None else sent_of(alert, incident)
    over = is_over(alert, incident) or ("enough" if is_enough(alert, incident) else None)
    notices: dict[str, list[Notice]] = {}
    for notice in desk.house.notices.of_alert(alert.alert):
        if notice.asked.why == "alert":
            notices.setdefault(notice.asked.to, []).append(notice)
    return AlertStateView(
        alert=alert.alert,
        at=alert.at,
        reach=alert.reach,
        assignment=alert.assignment,
        call_sign=None if sent is None else sent.call_sign,
        needs=alert.needs,
        accepted=alert.accepted,
        rounds=alert.rounds,
        over=over,
        people=[_person(name, alert, notices.get(name, ())) for name in alert.to],
    )


_FAR: Final = ("dropped", "given_up", "failed", "asked", "tried", "sent", "delivered")


def _person(name: str, alert: Alert, notices: Sequence[Notice]) -> ReachedView:
    """How far it came with somebody: his answer, else the furthest of his notices."""
    furthest = max(notices, key=lambda one: (_FAR.index(one.stage), one.at), default=None)
    answered = alert.answers.get(name)
    return ReachedView(
        name=name,
        stage=str(answered or (furthest.stage if furthest is not None else "asked")),
        at=alert.at if furthest is None else furthest.at,
        ways=list(dict.fromkeys(str(one.asked.channel) for one in notices)),
        reason=None if furthest is None or answered is not None else furthest.reason,
    )


# -- the stream -------------------------------------------------------------------------------------------------------


class Telling:
    """Tells phones of their alerts: at once whoever is told for the first time, the others a moment later together."""

    def __init__(self, desk: Front, alerts: Alerts) -> None:
        self._desk, self._alerts = desk, alerts
        self._later: dict[str, tuple[Incident, set[str]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        alerts.following.news.append(self._hear)

    def _hear(self, incident: Incident, new: Sequence[str], others: Sequence[str]) -> None:
        hub = self._desk.hub
        if not hub.listens:
            return
        if self._desk.places.unread(incident) and incident.open:
            self._begin(self._with_place(incident, new))
        else:
            self._tell(incident, new)
        if others:
            if incident.id not in self._later:
                asyncio.get_running_loop().call_later(REST_S, partial(self._tell_later, incident.id))
            _, names = self._later.get(incident.id, (incident, set()))
            self._later[incident.id] = (incident, names | set(others))

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _with_place(self, incident: Incident, names: Sequence[str]) -> None:
        await self._desk.places.read([incident], within_s=ROW_WITHIN_S)
        self._tell(incident, names)

    def _tell_later(self, incident_id: str) -> None:
        incident, names = self._later.pop(incident_id)
        self._tell(incident, sorted(names))

    def _tell(self, incident: Incident, names: Sequence[str]) -> None:
        for name in names:
            for alert in incident.alerts:
                if name in alert.to:
                    self._desk.hub.tell_each(name, f"alert/{alert.alert}", "alert", self._said(incident, alert))

    def _said(self, incident: Incident, alert: Alert) -> Any:
        kind = self._desk.house.kinds[incident.kind]

        def said(viewer: Viewer) -> bytes | None:
            over = is_over(alert, incident) is not None
            if not over and not self._alerts.reaching.may_know(viewer.name, incident, kind, alert):
                return None
            view = view_of(self._desk, Mine(incident, alert), viewer.name, viewer.audience.language)
            return msgspec.json.encode(view)

        return said


def router() -> Router:
    handlers: list[Any] = [my_alerts, answer_alert, alerts_at]
    return Router("/", route_handlers=handlers, tags=["alerts"])
