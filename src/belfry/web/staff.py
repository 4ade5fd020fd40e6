"""Signing in and out, and the set-up of a centre that has no user yet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from math import ceil
from typing import Any, Final

from litestar import Response, Router, delete, get, post
from litestar.params import JSONBody

from belfry.ports.staff import NameTaken, PasswordRefused, Role, StaffError, User, fold
from belfry.web.asks import SetUp, SignIn
from belfry.web.attempts import Gate, source_of
from belfry.web.bodies import Asked, takes
from belfry.web.cookies import seconds_until, session_cookie
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import Visitor, check_origin, need, recognise, visitor_guard, visitor_of
from belfry.web.languages import language_of
from belfry.web.problems import refused, refused_field, told
from belfry.web.rights import Right, may
from belfry.web.views import CentreName, SessionView, SetUpNeed, UserList, UserName, UserView

FIRST_ROLE: Final = Role.ADMINISTRATOR
"""The first user of a centre may do everything, since there is nobody else."""

_TOO_OFTEN: Final = {429: told("Too many attempts; Retry-After says how long to wait")}


def session_view(request: Asked, house: House, visitor: Visitor) -> SessionView:
    return SessionView(
        user=UserName(visitor.user.name, visitor.user.role),
        csrf=None if visitor.session is None else visitor.session.csrf,
        demo=bool(house.demo),
        centre=CentreName(house.name),
        now=house.clock(),
        language=language_of(request),
        dialler=house.dialler if may(visitor.user.role, Right.ACT) else None,
    )


@post("/session", status_code=200, opt=takes(SignIn), responses=_TOO_OFTEN, summary="Sign in")
async def sign_in(request: Asked, data: JSONBody[SignIn]) -> Response[SessionView]:
    """Sets the cookie `belfry_session`. Attempts are limited by name and source."""
    check_origin(request)
    desk = front(request)
    house, keys = desk.house, _sign_in_keys(data.name, source(request))
    admit(desk.sign_ins, keys, house.clock())
    user = await house.users.check(data.name, data.password)
    if user is None or user.role is Role.SERVICE:
        raise refused(401, "Name or password is wrong", kind="belfry:sign-in")
    desk.sign_ins.succeeded(keys)
    return await _signed_in(request, house, user)


@get("/session", guards=[visitor_guard], summary="Who is signed in")
async def session(request: Asked) -> SessionView:
    return session_view(request, front(request).house, visitor_of(request))


@delete("/session", status_code=204, summary="Sign out")
async def sign_out(request: Asked) -> Response[None]:
    """Ends the session and its event streams; harmless where there is none."""
    desk = front(request)
    visitor = await recognise(request)
    if visitor is not None and visitor.secret is not None:
        await desk.house.sessions.end(visitor.secret)
        desk.hub.end_session(visitor.secret)
        if desk.house.push is not None:
            await desk.house.push.phones.end_session(visitor.secret)
    answer: Response[None] = Response(None, status_code=204)
    answer.set_cookie(session_cookie(request, "", 0))
    return answer


@get("/setup", summary="Whether the centre still has no user")
async def set_up_need(request: Asked) -> SetUpNeed:
    house = front(request).house
    return SetUpNeed(needed=not house.demo and await house.users.empty())


@post("/setup", status_code=201, opt=takes(SetUp), responses=_TOO_OFTEN, summary="Make the first user")
async def set_up(request: Asked, data: JSONBody[SetUp]) -> UserName:
    """Wants the one-time code that the centre printed at its start. Afterwards one signs in."""
    check_origin(request)
    desk = front(request)
    house, keys = desk.house, (source(request),)
    if house.setup_code is None or not await house.users.empty():
        raise refused(409, "The centre is set up already", kind="belfry:set-up")
    admit(desk.set_ups, keys, house.clock())
    if not compare_digest(_plain(data.code), _plain(house.setup_code)):
        raise refused_field("code", "This is not the code that the centre printed")
    try:
        user = await house.users.add_first(data.name, FIRST_ROLE, data.password)
    except StaffError as error:
        raise staff_refused(error) from error
    if user is None:
        raise refused(409, "The centre is set up already", kind="belfry:set-up")
    desk.set_ups.succeeded(keys)
    return UserName(user.name, user.role)


@get("/users", guards=[need(Right.USERS)], summary="Staff accounts")
async def users(request: Asked) -> UserList:
    """To an administrator of some tenants those who are of no others."""
    mine = visitor_of(request).user.tenants
    listed = await front(request).house.users.all()
    if mine is not None:
        listed = [user for user in listed if user.tenants is not None and user.tenants <= mine]
    return UserList([UserView(user.id, user.name, user.role, user.disabled, _sorted(user)) for user in listed])


def _sorted(user: User) -> list[str] | None:
    return None if user.tenants is None else sorted(user.tenants)


def admit(gate: Gate, keys: Sequence[str], now: datetime) -> None:
    """Count an attempt. Raises Refused with Retry-After where there were too many."""
    wait = gate.admit(keys, now)
    if wait is not None:
        raise too_often(wait)


def too_often(wait: timedelta) -> Exception:
    seconds = max(ceil(wait.total_seconds()), 1)
    return refused(
        429,
        f"Too many attempts: try again in {seconds} s",
        kind="belfry:attempts",
        headers={"Retry-After": str(seconds)},
    )


def staff_refused(error: StaffError) -> Exception:
    field = "password" if isinstance(error, PasswordRefused) else "name"
    if isinstance(error, NameTaken):
        return refused(409, str(error), kind="belfry:name-taken")
    return refused_field(field, f"{field}: {error}", limit=str(error))


async def _signed_in(request: Asked, house: House, user: User) -> Response[SessionView]:
    now = house.clock()
    secret, opened = await house.sessions.open(user, now)
    answer = Response(session_view(request, house, Visitor(user, opened, secret)), status_code=200)
    answer.set_cookie(session_cookie(request, secret, seconds_until(opened.expires_at, now)))
    return answer


def _sign_in_keys(name: str, source: str) -> tuple[str, str, str]:
    """What `Front.sign_ins` counts by. The name as the registry finds it, or a wider letter would be a new name."""
    name = fold(name)
    return f"{name}\0{source}", name, source


def source(request: Asked) -> str:
    return source_of("" if request.client is None else request.client.host)


def _plain(code: str) -> bytes:
    """A code as typed by hand: case, spaces and dashes do not count."""
    return "".join(code.split()).replace("-", "").casefold().encode()


def router() -> Router:
    handlers: list[Any] = [sign_in, session, sign_out, set_up_need, set_up, users]
    return Router("/", route_handlers=handlers, tags=["staff"])
