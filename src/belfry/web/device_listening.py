"""Listen and show me: what a device says, live, while an installer stands before it (DESIGN, devices).

Somebody asks to listen to a receiver or to one device, and fetches what came: each question waits for news for some
seconds. It ends by itself, and nothing of it is kept. Strangers are shown to users of all tenants alone, since nobody
knows whose they are.
"""

import asyncio
from typing import Any, Final

from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody

from belfry.centre.devices.listening import Event, Listening, TooManyListen
from belfry.web.bodies import Asked, takes
from belfry.web.device_asks import ListenBody
from belfry.web.device_views import HeardList, ListeningView, event_view
from belfry.web.devices import known, may_see
from belfry.web.front import front
from belfry.web.identity import need, visitor_of
from belfry.web.problems import Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.tenants import tenants_of

WAIT_S: Final = 15.0
"""How long a question waits for news: shorter than proxies do."""
_RESPONSES: Final = {404: told("Nobody listens under this id any more")}


@post(
    "/devices/listen",
    status_code=201,
    guards=[need(Right.EDIT_DEVICES)],
    opt=takes(ListenBody),
    responses={404: told("There is no such device"), 429: told("So many listen already")},
    summary="Listen to a device that is put into service",
)
async def listen(request: Asked, data: JSONBody[ListenBody]) -> ListeningView:
    """For half an hour. Fetch what came with `GET /devices/listen/{id}`."""
    house, by = front(request).house, visitor_of(request).user
    if (data.device_id is None) == (data.receiver is None):
        raise refused_field("device_id", "device_id: one of device_id and receiver", limit="one of both")
    if data.device_id is not None:
        known(request, data.device_id)
    elif data.receiver not in house.receivers:
        raise refused_field("receiver", "receiver: is none of the settings", value=data.receiver)
    if house.device_desk is None:
        raise refused(404, "This centre keeps no devices")
    try:
        one = house.device_desk.listen(receiver=data.receiver, device=data.device_id)
    except TooManyListen:
        raise refused(429, "So many listen already", headers={"Retry-After": "60"}) from None
    return ListeningView(id=front(request).ears.add(one, by.name), until=one.until)


@get(
    "/devices/listen/{listening_id:str}",
    guards=[need(Right.EDIT_DEVICES)],
    responses=_RESPONSES,
    summary="What was heard since the last question",
)
async def heard(request: Asked, listening_id: FromPath[str]) -> HeardList:
    """Waits for news for some seconds. `over`: nothing more will come."""
    one = _mine(request, listening_id)
    try:
        async with asyncio.timeout(WAIT_S):
            await one.wait()
    except TimeoutError:
        pass
    return HeardList(
        items=[event_view(event) for event in one.take() if _sees(request, event)], missed=one.lost, over=one.closed
    )


@delete(
    "/devices/listen/{listening_id:str}",
    status_code=204,
    guards=[need(Right.EDIT_DEVICES)],
    responses=_RESPONSES,
    summary="Listen no more",
)
async def stop_listening(request: Asked, listening_id: FromPath[str]) -> None:
    _mine(request, listening_id).close()
    front(request).ears.ears.pop(listening_id, None)


def _mine(request: Asked, listening_id: str) -> Listening:
    one = front(request).ears.get(listening_id, visitor_of(request).user.name)
    if one is None:
        raise _over()
    return one


def _sees(request: Asked, event: Event) -> bool:
    if event.device is None:
        return tenants_of(visitor_of(request).user) is None
    return may_see(request, event.device)


def _over() -> Refused:
    return refused(404, "Nobody listens under this id any more")


def router() -> Router:
    handlers: list[Any] = [listen, heard, stop_listening]
    return Router("/", route_handlers=handlers, tags=["devices"])
