"""Web push over HTTP: registering one's own phone, trying it, forgetting it, and what a phone says of itself."""

from typing import Any, Final

from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody

from belfry.ports.push import NoSuchPhone, PhoneUnfit, PushDesk, PushPhone
from belfry.safeguards import push as words
from belfry.web.alert_asks import DeliveredBody, PhoneBody
from belfry.web.bodies import Asked, takes
from belfry.web.front import Front, front
from belfry.web.identity import need, visitor_of
from belfry.web.languages import language_of
from belfry.web.problems import refused, refused_field, told
from belfry.web.push_views import PhoneTried, PhoneView, PushView
from belfry.web.rights import Right

_NONE: Final = {404: told("There is no such phone of yours")}


@get("/me/push", guards=[need(Right.ON_DUTY)], summary="The key for web push, and my phones")
async def my_phones(request: Asked) -> PushView:
    desk = _push(front(request))
    mine = desk.phones.of(visitor_of(request).user.name)
    return PushView(public_key=desk.public_key, phones=[_view(one) for one in mine])


@post(
    "/me/push",
    status_code=200,
    guards=[need(Right.ON_DUTY)],
    opt=takes(PhoneBody),
    responses={400: told("The endpoint or a key cannot be used")},
    summary="Register this phone for alerts",
)
async def register_phone(request: Asked, data: JSONBody[PhoneBody]) -> PhoneView:
    """As the browser's `PushSubscription` says it. The same endpoint again is the same phone; of more than ten the
    oldest makes room. Signing out forgets it."""
    desk, visitor = _push(front(request)), visitor_of(request)
    try:
        desk.check(data.endpoint, data.keys.p256dh, data.keys.auth)
    except PhoneUnfit as error:
        raise refused_field(error.field, str(error), limit=error.wants) from None
    made = await desk.phones.add(
        visitor.user.name, data.endpoint, data.keys.p256dh, data.keys.auth, label=data.label, session=visitor.secret
    )
    return _view(made)


@delete(
    "/me/push/{phone_id:str}", status_code=204, guards=[need(Right.ON_DUTY)], responses=_NONE, summary="Forget a phone"
)
async def forget_phone(request: Asked, phone_id: FromPath[str]) -> None:
    try:
        await _push(front(request)).phones.remove(phone_id, visitor_of(request).user.name)
    except NoSuchPhone:
        raise refused(404, "There is no such phone of yours") from None


@post(
    "/me/push/{phone_id:str}/test",
    status_code=200,
    guards=[need(Right.ON_DUTY)],
    responses=_NONE,
    summary="Try a phone",
)
async def try_phone(request: Asked, phone_id: FromPath[str]) -> PhoneTried:
    """Writes to it now; the answer is its push service's, the phone's own shows on the phone."""
    desk, house = _push(front(request)), front(request).house
    phone = next((one for one in desk.phones.of(visitor_of(request).user.name) if one.id == phone_id), None)
    if phone is None:
        raise refused(404, "There is no such phone of yours")
    title, body = words.test(house.name, language_of(request))
    why = await desk.test(phone, title, body)
    return PhoneTried(taken=why is None, why=why)


@post("/push/delivered", status_code=204, opt=takes(DeliveredBody), summary="A phone has a push")
async def push_delivered(request: Asked, data: JSONBody[DeliveredBody]) -> None:
    """Asked by the service worker with the word that came along; whoever has it may say this once, and nothing else.
    A word that is wrong or was used is answered alike."""
    house = front(request).house
    if house.outbox is not None and house.is_delivery(data.notice, data.token):
        await house.outbox.delivered(data.notice)


def _push(desk: Front) -> PushDesk:
    push = desk.house.push
    if push is None:
        raise refused(404, "This centre has no web push")
    return push


def _view(phone: PushPhone) -> PhoneView:
    return PhoneView(id=phone.id, label=phone.label, added_at=phone.added_at)


def router() -> Router:
    handlers: list[Any] = [my_phones, register_phone, forget_phone, try_phone, push_delivered]
    return Router("/", route_handlers=handlers, tags=["alerts"])
