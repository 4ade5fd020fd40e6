"""Tests over HTTP: the list of all that is on test, putting on, extending, ending.

Whoever asks on the phone is verified (`who_asks`), by a word or a technician's code. Where that says that he is forced,
the answer is the one that he would have got; nothing is done, and a silent alarm goes its way (RULES 2, silent sites).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import structs

from belfry.centre.on_test.desk import CannotTest, NoSuchTest, OnTestDesk, Over, Wish
from belfry.domain.muting import Asked, Asker, Expected, Proof, Scope
from belfry.domain.on_test import Session
from belfry.domain.signal import AccountKey
from belfry.domain.site import Account
from belfry.ports.staff import Role
from belfry.web.bodies import Asked as Request
from belfry.web.bodies import takes
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import need, visitor_of
from belfry.web.languages import language_of
from belfry.web.on_test_asks import ExpectBody, ExpectedBody, ExtendBody, OnTestBody, ScopeBody
from belfry.web.on_test_telling import on_test_view
from belfry.web.on_test_views import ModeView, OnTestNow, TestList, TestView
from belfry.web.problems import Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import sees_site
from belfry.web.spoken import raise_alarm
from belfry.web.who_asks import contact_of, site_asked, verify

LISTED_MOST: Final = 1_000

State = Literal["running", "ended", "all"]

_REFUSALS: Final = {
    400: told("A field is unknown, missing or outside its limit"),
    403: told("The word or code is nobody's, or its owner may not put the site on test"),
    404: told("There is no such test, or account"),
    409: told("The test has ended"),
    429: told("Too many wrong words; Retry-After says how long to wait"),
}


# -- reading ----------------------------------------------------------------------------------------------------------


@get("/tests", guards=[need(Right.ON_TEST)], summary="All that is on test")
async def on_test_list(
    request: Request,
    wanted: Annotated[State, QueryParameter(name="state")] = "running",
    account: Annotated[str | None, QueryParameter(max_length=60)] = None,
) -> TestList:
    """Those that run, the next to end first; then, where asked for, those that ended within a day, newest first."""
    on_test = front(request).house.tests.on_test
    found: list[Session] = []
    if wanted != "ended":
        found += sorted(on_test.running(), key=lambda one: (one.until, one.id))
    if wanted != "running":
        found += on_test.ended()
    seen = [one for one in found if (account is None or one.account_id == account) and _sees(request, one)]
    return TestList([await view(request, one) for one in seen[:LISTED_MOST]])


@get("/tests/{test_id:str}", guards=[need(Right.ON_TEST)], responses={404: _REFUSALS[404]}, summary="One test")
async def one_test(request: Request, test_id: FromPath[str]) -> TestView:
    return await view(request, _test(request, test_id))


@get(
    "/accounts/{account_id:str}/tests",
    guards=[need(Right.ON_TEST)],
    responses={404: _REFUSALS[404]},
    summary="What of a site is on test now",
)
async def on_test_of_account(request: Request, account_id: FromPath[str]) -> OnTestNow:
    """Its tests, and the test modes of its own panel, which mute nothing."""
    house = front(request).house
    site = site_asked(request, account_id)
    on_test = house.tests.on_test
    return OnTestNow(
        tests=[await view(request, one) for one in on_test.of_account(account_id)],
        panel=[
            ModeView(code=code, said=on_test.name(mode.signal), since=mode.since)
            for key, modes in on_test.modes.items()
            if _is_of(house, key, site)
            for code, mode in modes.items()
        ],
    )


def _is_of(house: House, key: AccountKey, site: Account) -> bool:
    return key.account == site.account and house.accounts.by_key(key) == site


# -- acting -----------------------------------------------------------------------------------------------------------


@post(
    "/tests",
    status_code=201,
    guards=[need(Right.ON_TEST)],
    opt=takes(OnTestBody),
    responses=_REFUSALS,
    summary="Put a site on test",
)
async def put_on_test(request: Request, data: JSONBody[OnTestBody]) -> TestView:
    """At most an hour where the owner asks, eight where a technician does. Life-safety, panic and supervision of the
    line are muted only where each is ticked."""
    house, by = front(request).house, visitor_of(request).user
    site = site_asked(request, data.account_id, field="account_id")
    wish = Wish(
        account_id=site.id,
        scope=scope_of(data.scope),
        ticks=data.ticks,
        asked=Asked(Asker.SUPERVISOR, Proof.ROLE),
        by=by.name,
        until=house.clock() + timedelta(minutes=data.minutes),
        expected=expected_of(data.expected),
    )
    _check(house, wish, site)  # before a word is compared or a code used up
    verified = await verify(request, site, data.word, data.code)
    wish = structs.replace(wish, asked=verified.asked)
    return await view(request, await begin(house, wish, site, forced=verified.forced, alarmed=verified.alarmed))


def _check(house: House, wish: Wish, site: Account) -> None:
    try:
        house.tests.imagined(wish, house.accounts.parts(site.id))
    except CannotTest as error:
        raise not_so(error) from error


async def begin(house: House, wish: Wish, site: Account, *, forced: bool, alarmed: bool = False) -> Session:
    """Put a site on test, or pretend to, and raise the silent alarm unless it is raised. Raises Refused."""
    parts = house.accounts.parts(site.id)
    try:
        if forced:
            imagined = house.tests.imagined(wish, parts)
            if not alarmed:
                await raise_alarm(house, site)
            return imagined
        return await house.tests.begin(wish, parts)
    except CannotTest as error:
        raise not_so(error) from error


@post(
    "/tests/{test_id:str}/extend",
    status_code=200,
    guards=[need(Right.ON_TEST)],
    opt=takes(ExtendBody),
    responses=_REFUSALS,
    summary="Let a test end at another time",
)
async def extend_test(request: Request, test_id: FromPath[str], data: JSONBody[ExtendBody]) -> TestView:
    """Without a word it counts from its beginning; a word that is checked anew, or a supervisor, counts from now."""
    house, by = front(request).house, visitor_of(request).user
    test = _test(request, test_id)
    until = house.clock() + timedelta(minutes=data.minutes)
    asked: Asked | None = None
    if data.word is not None:
        site = site_asked(request, test.account_id)
        verified = await verify(request, site, data.word, None)
        if verified.forced:
            await raise_alarm(house, site)
            return await view(request, test, until=until)
        asked = verified.asked
    elif by.role is Role.SUPERVISOR:
        asked = Asked(Asker.SUPERVISOR, Proof.ROLE)
    return await _changed(request, lambda desk: desk.extend(test_id, until, by=by.name, asked=asked))


@post(
    "/tests/{test_id:str}/expect",
    status_code=200,
    guards=[need(Right.ON_TEST)],
    opt=takes(ExpectBody),
    responses=_REFUSALS,
    summary="Say what a test shall bring",
)
async def expect_of_test(request: Request, test_id: FromPath[str], data: JSONBody[ExpectBody]) -> TestView:
    """The whole list; what came before counts for it too."""
    _test(request, test_id)
    by, listed = visitor_of(request).user.name, expected_of(data.expected)
    return await _changed(request, lambda desk: desk.expect(test_id, listed, by=by))


@post(
    "/tests/{test_id:str}/end",
    status_code=200,
    guards=[need(Right.ON_TEST)],
    responses={404: _REFUSALS[404], 409: _REFUSALS[409]},
    summary="End a test now",
)
async def end_test(request: Request, test_id: FromPath[str]) -> TestView:
    """What is still in alarm becomes an incident; what is missing is named."""
    _test(request, test_id)
    by = visitor_of(request).user.name
    return await _changed(request, lambda desk: desk.end(test_id, by=by))


async def _changed(request: Request, change: "Callable[[OnTestDesk], Any]") -> TestView:
    try:
        session: Session = await change(front(request).house.tests)
    except CannotTest as error:
        raise not_so(error) from error
    except NoSuchTest:
        raise _nothing() from None
    return await view(request, session)


# -- shared with the technician's page --------------------------------------------------------------------------------


async def view(request: Request, session: Session, *, until: datetime | None = None) -> TestView:
    """What the room is told of a test; `until` instead of its own end, where somebody is to believe so."""
    house = front(request).house
    names: Mapping[str, str] = {}
    if session.asked.contact is not None:
        contact = await contact_of(house, session.account_id, session.asked.contact)
        names = {} if contact is None else {session.asked.contact: contact[0]}
    found = on_test_view(
        session,
        house.accounts.by_id(session.account_id),
        house.accounts.parts(session.account_id),
        now=house.clock(),
        rules=house.rules,
        language=language_of(request),
        names=names,
    )
    return found if until is None else as_if_until(found, until, house)


def as_if_until(found: TestView, until: datetime, house: House) -> TestView:
    """The same, with another end that nobody has written down."""
    warning = until - timedelta(seconds=house.rules.test_warning_s)
    return structs.replace(found, until=until, warning_at=warning)


def scope_of(body: ScopeBody) -> Scope:
    return Scope(body.reach, body.areas, body.zones, body.hazards)


def expected_of(bodies: Sequence[ExpectedBody]) -> list[Expected]:
    return [Expected(one.zone, one.area, one.code) for one in bodies]


def not_so(error: CannotTest) -> Refused:
    if isinstance(error, Over):
        return refused(409, "The test has ended", kind="belfry:test-over")
    return refused_field({"until": "minutes"}.get(error.field, error.field), str(error))


def sees_test(request: Request, session: Session) -> bool:
    """Whether whoever asks may know of a test."""
    return _sees(request, session)


def _sees(request: Request, session: Session) -> bool:
    return sees_site(request, front(request).house.accounts.by_id(session.account_id))


def _test(request: Request, test_id: str) -> Session:
    found = front(request).house.tests.on_test.get(test_id)
    if found is None or not _sees(request, found):
        raise _nothing()
    return found


def _nothing() -> Refused:
    return refused(404, "There is no such test", kind="belfry:test")


def router() -> Router:
    handlers: list[Any] = [
        on_test_list,
        one_test,
        on_test_of_account,
        put_on_test,
        extend_test,
        expect_of_test,
        end_test,
    ]
    return Router("/", route_handlers=handlers, tags=["on test"])
