"""A technician's own page: signs in with a one-time code, and puts one site on test. No other right.

His cookie is another one than the staff's and is sent to these addresses alone. Who gives the code that is for being
forced gets the same page and the same answers, after a restart too; nothing is on test, and a silent alarm goes its
way. What he is then shown is imagined.
"""

from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from litestar import Response, Router, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody
from msgspec import structs

from belfry.centre.on_test.codes import Technician
from belfry.centre.on_test.desk import CannotTest, NoSuchTest, Wish
from belfry.domain.facts import HowEnded
from belfry.domain.muting import Asked, Asker, Proof
from belfry.domain.on_test import TECHNICIAN, Session, all_expected
from belfry.domain.site import Account
from belfry.web.bodies import Asked as Request
from belfry.web.bodies import takes
from belfry.web.cookies import seconds_until
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import check_origin
from belfry.web.languages import language_of
from belfry.web.on_test import begin, expected_of, not_so, scope_of
from belfry.web.on_test_asks import ExpectBody, TechnicianExtend, TechnicianSignIn, TechnicianTest
from belfry.web.on_test_telling import on_test_view
from belfry.web.on_test_views import AreaView, TechnicianView, ZoneView
from belfry.web.problems import Refused, refused, told
from belfry.web.spoken import raise_alarm_at
from belfry.web.staff import admit, source

COOKIE: Final = "belfry_technician"
PATH: Final = "/api/v1/technician"
ANYBODY: Final = "anybody"
"""Guesses from everywhere are counted together, too."""

_SIGNED_IN: Final = {401: told("No code, or it is over"), 403: told("Another site's page asked")}
_ACTED: Final = {**_SIGNED_IN, 404: told("There is no test"), 409: told("The test has ended, or one runs already")}


@post(
    "/technician/session",
    status_code=200,
    opt=takes(TechnicianSignIn),
    responses={429: told("Too many attempts; Retry-After says how long to wait")},
    summary="Sign in as a technician",
)
async def technician_sign_in(request: Request, data: JSONBody[TechnicianSignIn]) -> Response[TechnicianView]:
    """With the one-time code of the control room; it is used up. Sets the cookie `belfry_technician`."""
    check_origin(request)
    desk = front(request)
    house, keys = desk.house, (source(request), ANYBODY)
    admit(desk.technicians, keys, house.clock())
    opened = await house.technicians.sign_in(data.code, lambda site: raise_alarm_at(house, site))
    if opened is None:
        raise refused(401, "This code is wrong, used or over", kind="belfry:sign-in")
    desk.technicians.succeeded(keys)
    secret, technician = opened
    answer = Response(_view(house, technician, language_of(request)), status_code=200)
    answer.set_cookie(_cookie(request, secret, seconds_until(technician.until, house.clock())))
    return answer


@delete("/technician/session", status_code=204, summary="Sign out as a technician")
async def technician_sign_out(request: Request) -> Response[None]:
    """A test that runs goes on until its end."""
    check_origin(request)
    technician = _found(request)
    if technician is not None:
        await front(request).house.technicians.withdraw(technician.code, by=TECHNICIAN)
    answer: Response[None] = Response(None, status_code=204)
    answer.set_cookie(_cookie(request, "", 0))
    return answer


@get("/technician", responses=_SIGNED_IN, summary="A technician's site and test")
async def technician(request: Request) -> TechnicianView:
    """As it is now: what came in, what is missing, how long it lasts."""
    return _view(front(request).house, _let_in(request), language_of(request))


@post(
    "/technician/test",
    status_code=200,
    opt=takes(TechnicianTest),
    responses=_ACTED,
    summary="Put his site on test",
)
async def begin_own_test(request: Request, data: JSONBody[TechnicianTest]) -> TechnicianView:
    """At most eight hours, and no longer than his code is good."""
    check_origin(request)
    house, who = front(request).house, _let_in(request)
    site = _site(house, who)
    running = _test(house, who)
    if running is not None and running.ended_at is None:
        raise refused(409, "The site is on test already", kind="belfry:test-runs")
    wish = Wish(
        account_id=site.id,
        scope=scope_of(data.scope),
        ticks=data.ticks,
        asked=Asked(Asker.TECHNICIAN, Proof.CODE, code=who.code),
        by=TECHNICIAN,
        until=min(house.clock() + timedelta(minutes=data.minutes), who.until),
        expected=expected_of(data.expected),
    )
    session = await begin(house, wish, site, forced=who.forced)
    if who.forced:
        await house.technicians.imagine(who.code, session)
    return _view(house, who, language_of(request))


@post(
    "/technician/extend",
    status_code=200,
    opt=takes(TechnicianExtend),
    responses=_ACTED,
    summary="Let his test end at another time",
)
async def extend_own_test(request: Request, data: JSONBody[TechnicianExtend]) -> TechnicianView:
    """From now on for so many minutes; at most eight hours in all, and no longer than his code is good."""
    check_origin(request)
    house, who = front(request).house, _let_in(request)
    session = _running(house, who)
    until = min(house.clock() + timedelta(minutes=data.minutes), who.until)
    if who.forced:
        return await _imagined(request, who, structs.replace(session, until=until))
    return await _done(request, who, house.tests.extend(session.id, until, by=TECHNICIAN))


@post(
    "/technician/expect",
    status_code=200,
    opt=takes(ExpectBody),
    responses=_ACTED,
    summary="Say what his test shall bring",
)
async def expect_of_own_test(request: Request, data: JSONBody[ExpectBody]) -> TechnicianView:
    check_origin(request)
    house, who = front(request).house, _let_in(request)
    session, listed = _running(house, who), expected_of(data.expected)
    if who.forced:
        return await _imagined(request, who, structs.replace(session, expected=tuple(all_expected(listed))))
    return await _done(request, who, house.tests.expect(session.id, listed, by=TECHNICIAN))


@post("/technician/end", status_code=200, responses=_ACTED, summary="End his test now")
async def end_own_test(request: Request) -> TechnicianView:
    """What is still in alarm becomes an alarm at the control room."""
    check_origin(request)
    house, who = front(request).house, _let_in(request)
    session = _running(house, who)
    if who.forced:
        return await _imagined(request, who, structs.replace(session, ended_at=house.clock()))
    return await _done(request, who, house.tests.end(session.id, by=TECHNICIAN, technician=True))


async def _imagined(request: Request, who: Technician, shown: Session) -> TechnicianView:
    """Answer a forced technician as any other: what would be refused is, and nothing else is done."""
    house = front(request).house
    try:
        if shown.ended_at is None:
            house.tests.imagined_until(shown, shown.until)
    except CannotTest as error:
        raise not_so(error) from error
    await house.technicians.imagine(who.code, shown)
    return _view(house, who, language_of(request))


async def _done(request: Request, who: Technician, change: Any) -> TechnicianView:
    try:
        await change
    except CannotTest as error:
        raise not_so(error) from error
    except NoSuchTest:
        raise _no_test() from None
    return _view(front(request).house, who, language_of(request))


# -- who ----------------------------------------------------------------------------------------------------------


def _let_in(request: Request) -> Technician:
    found = _found(request)
    if found is None:
        raise refused(401, "Sign in with a code of the control room", kind="belfry:unknown")
    return found


def _found(request: Request) -> Technician | None:
    try:
        morsel = SimpleCookie(request.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if morsel is None or not morsel.value else front(request).house.technicians.of_session(morsel.value)


def _cookie(request: Request, secret: str, lasts_s: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=secret,
        path=PATH,
        httponly=True,
        samesite="strict",
        secure=front(request).house.https or request.scope.get("scheme") == "https",
        max_age=lasts_s,
    )


def _site(house: House, who: Technician) -> Account:
    found = house.accounts.by_id(who.account_id)
    if found is None:
        raise refused(404, "The site is no longer served", kind="belfry:account")
    return found


# -- his test -----------------------------------------------------------------------------------------------------


def _test(house: House, who: Technician) -> Session | None:
    """The test that he began, running or the last one."""
    if who.forced:
        return _over_in_time(house.tests.on_test.imagined.get(who.code), house.clock())
    on_test = house.tests.on_test
    for session in (*on_test.of_account(who.account_id), *on_test.ended()):
        if session.asked.code == who.code:
            return session
    return None


def _over_in_time(shown: Session | None, now: datetime) -> Session | None:
    """What is imagined ends by itself too, and nobody else ends it."""
    if shown is None or shown.ended_at is not None or now < shown.until:
        return shown
    return structs.replace(shown, ended_at=shown.until, how=HowEnded.TIME)


def _running(house: House, who: Technician) -> Session:
    found = _test(house, who)
    if found is None:
        raise _no_test()
    if found.ended_at is not None:
        raise refused(409, "The test has ended", kind="belfry:test-over")
    return found


def _no_test() -> Refused:
    return refused(404, "Nothing is on test", kind="belfry:test")


def _view(house: House, who: Technician, language: str) -> TechnicianView:
    site, now = _site(house, who), house.clock()
    parts = house.accounts.parts(site.id)
    session = _test(house, who)
    shown = None
    if session is not None:
        shown = on_test_view(session, site, parts, now=now, rules=house.rules, language=language)
    if shown is not None and shown.longest_until > who.until:
        shown = structs.replace(shown, longest_until=max(who.until, shown.until))
    most = min(house.rules.test_technician_s, max(int((who.until - now).total_seconds()), 0))
    return TechnicianView(
        name=site.name,
        address=site.address,
        account=site.account,
        time_zone=site.time_zone,
        centre=house.name,
        now=now,
        until=who.until,
        minutes_most=most // 60,
        areas=[AreaView(number=one.number, name=one.name) for one in parts.areas],
        zones=[ZoneView(number=one.number, area=one.area, name=one.name, hazard=one.hazard) for one in parts.zones],
        test=shown,
    )


def router() -> Router:
    handlers: list[Any] = [
        technician_sign_in,
        technician_sign_out,
        technician,
        begin_own_test,
        extend_own_test,
        expect_of_own_test,
        end_own_test,
    ]
    return Router("/", route_handlers=handlers, tags=["technician"])
