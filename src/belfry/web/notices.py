"""Who was to be reached outside the console: on an incident's story, and as a list with the rota of this moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar import Router, get
from litestar.params import QueryParameter

from belfry.centre.notices import OVER_MOST, RECIPIENTS_MOST, recalled
from belfry.domain.escalation import LEVELS
from belfry.domain.notices import CHECK, Notice, Stage
from belfry.domain.rota import is_configured, is_on_duty
from belfry.web.bodies import Asked
from belfry.web.front import Front, front
from belfry.web.identity import need
from belfry.web.notice_views import DutyView, NoticeList, NoticeView
from belfry.web.outlet import Viewer
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.views import TimelineItem

LIMIT: Final = 50
LOOKED_AT_MOST: Final = 2_000
"""Notices about incidents of others that one request is willing to pass by."""


@get("/notices", guards=[need(Right.SILENCE)], summary="Who was reached outside the console")
async def notices(
    request: Asked, limit: Annotated[int, QueryParameter(ge=1, le=500, description="At most so many")] = LIMIT
) -> NoticeList:
    """What the outbox does and did, and who is on call now."""
    desk, viewer = front(request), viewer_of(request)
    items: list[NoticeView] = []
    for notice in desk.house.notices.newest(LOOKED_AT_MOST):
        if len(items) == limit:
            break
        if _sees(desk, viewer, notice):
            items.append(told(desk, notice))
    return NoticeList(items=items, duty=_duty(desk, desk.house.clock()))


def may_know(request: Asked, notice: Notice) -> bool:
    """Whether whoever asks may know of a notice."""
    return _sees(front(request), viewer_of(request), notice)


def _sees(desk: Front, viewer: Viewer, notice: Notice) -> bool:
    """What is about no incident, or about one that nobody remembers, is for those of all tenants. That somebody who
    works alone was asked is between him and his phone: the room hears of a check that he missed."""
    if notice.asked.why == CHECK:
        return False
    incident = None if notice.asked.incident is None else desk.house.board.get(notice.asked.incident)
    return viewer.audience.tenants is None if incident is None else desk.tenants.incident(viewer, incident)


def _duty(desk: Front, now: datetime) -> list[DutyView]:
    outbox = desk.house.outbox
    if outbox is None or not outbox.rota.rows:
        return []
    rows, local = outbox.rota.rows, now.astimezone(outbox.rota.zone)
    return [
        DutyView(
            level=level,
            configured=is_configured(rows, level),
            names=[row.name for row in rows if row.level == level and is_on_duty(row, local)],
        )
        for level in LEVELS
    ]


def told(desk: Front, notice: Notice) -> NoticeView:
    asked = notice.asked
    incident = None if asked.incident is None else desk.house.board.get(asked.incident)
    return NoticeView(
        id=notice.id,
        incident=asked.incident,
        number=None if incident is None else incident.number,
        to=asked.to,
        level=asked.level,
        why=asked.why,
        channel=asked.channel,
        stage=notice.stage,
        asked_at=notice.asked_at,
        at=notice.at,
        attempts=notice.attempts,
        sends=notice.sends,
        reason=notice.reason,
        again_at=notice.again_at if notice.stage is Stage.FAILED else None,
        training=asked.training,
    )


async def with_notices(desk: Front, incident: str, items: Sequence[TimelineItem]) -> list[TimelineItem]:
    """The lines of a story, each escalation with what came of it."""
    book = desk.house.notices
    at_hand = desk.house.board.get(incident) is not None and len(book) < OVER_MOST
    return [await _with(desk, item, at_hand=at_hand) if item.type == "escalated" else item for item in items]


async def _with(desk: Front, item: TimelineItem, *, at_hand: bool) -> TimelineItem:
    position = int(item.position)
    found = desk.house.notices.of(position)
    if not found and not at_hand:
        found = await recalled(desk.house.journal, position, RECIPIENTS_MOST)
    if not found:
        return item
    return msgspec.structs.replace(item, data={**item.data, "notices": [told(desk, one) for one in found]})


def router() -> Router:
    handlers: list[Any] = [notices]
    return Router("/", route_handlers=handlers, tags=["notices"])
