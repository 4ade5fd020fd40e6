"""Ready, paused or by hand: what an operator says of himself, and what he is told of it."""

from typing import Any, Final

import msgspec
from litestar import Router, get, post

from belfry.centre.feed import Duty, Feed
from belfry.web.bodies import Asked
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import staff_of
from belfry.web.problems import refused, told
from belfry.web.rights import Right
from belfry.web.together_views import ReadyView

_REFUSED: Final = {409: told("This centre hands nothing out")}


def duty_of(feed: Feed, name: str) -> ReadyView:
    """How it stands with somebody, by hand where he said nothing yet."""
    standing = feed.of(name)
    if standing is None:
        return ReadyView(duty=Duty.BY_HAND)
    handed = standing.handed if standing.handed in feed.has(name) else None
    return ReadyView(
        duty=standing.duty,
        why=standing.why,
        since=standing.since,
        grace_until=feed.grace_until(name),
        handed=handed,
    )


def spoken(house: House, name: str) -> bytes | None:
    """The same for the stream; None where nothing is handed out."""
    return None if house.feed is None else msgspec.json.encode(duty_of(house.feed, name))


def _feed(request: Asked) -> Feed:
    feed = front(request).house.feed
    if feed is None:
        raise refused(409, "This centre hands nothing out", kind="belfry:feed")
    return feed


@get("/desk", guards=[need(Right.ACT)], responses=_REFUSED, summary="Whether I am handed incidents")
async def desk(request: Asked) -> ReadyView:
    """The stream says the same as `duty`, whenever it changes."""
    return duty_of(_feed(request), visitor_of(request).user.name)


@post("/desk/ready", status_code=200, guards=[need(Right.ACT)], responses=_REFUSED, summary="I am ready")
async def ready(request: Asked) -> ReadyView:
    """From now on the centre takes the next incident for me, as long as I have none and my console listens."""
    feed = _feed(request)
    feed.ready(staff_of(request))
    return duty_of(feed, visitor_of(request).user.name)


@post("/desk/pause", status_code=200, guards=[need(Right.ACT)], responses=_REFUSED, summary="I take a break")
async def pause(request: Asked) -> ReadyView:
    """Nothing more comes; what I have stays with me."""
    feed = _feed(request)
    feed.pause(staff_of(request))
    return duty_of(feed, visitor_of(request).user.name)


@post("/desk/by-hand", status_code=200, guards=[need(Right.ACT)], responses=_REFUSED, summary="I take by hand")
async def by_hand(request: Asked) -> ReadyView:
    """Neither ready nor away: I take what I want."""
    feed = _feed(request)
    feed.by_hand(staff_of(request))
    return duty_of(feed, visitor_of(request).user.name)


def router() -> Router:
    handlers: list[Any] = [desk, ready, pause, by_hand]
    return Router("/", route_handlers=handlers, tags=["together"])
