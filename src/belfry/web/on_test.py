"""Tests over HTTP: the list of all that is on test, putting on, extending, ending, and codes for technicians.

Whoever asks on the phone is verified here, by a word or a technician's code. Where that says that he is forced, the
answer is the one that he would have got; nothing is done, and a silent alarm goes its way (RULES 2, silent sites).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Struct, structs

from belfry.centre.duress import duress_alarm
from belfry.centre.on_test.desk import CannotTest, NoSuchTest, OnTestDesk, Over, Wish
from belfry.domain.contacts import Authority, ContactRole
from belfry.domain.muting import Asked, Asker, Expected, Proof, Scope
from belfry.domain.on_test import Session
from belfry.domain.signal import AccountKey
from belfry.domain.site import Account
from belfry.ports import TooManyWords
from belfry.ports.staff import Role
from belfry.web.bodies import Asked as Request
from belfry.web.bodies import takes
from belfry.web.front import front
from belfry.web.house import House
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import staff_of
from belfry.web.on_test_asks import ExpectBody, ExpectedBody, ExtendBody, IssueBody, OnTestBody, ScopeBody
from belfry.web.on_test_telling import on_test_view
from belfry.web.on_test_views import CodeList, CodeView, IssuedView, ModeView, OnTestNow, TestList, TestView
from belfry.web.problems import Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import sees_site
from belfry.web.staff import too_often

LISTED_MOST: Final = 1_000

State = Literal["running", "ended", "all"]

_REFUSALS: Final = {
    400: told("A field is unknown, missing or outside its limit"),
    403: told("The word or code is nobody's, or its owner may not put the site on test"),
    404: told("There is no such test, or account"),
    409: told("The test has ended"),
    429: told("Too many wrong words; Retry-After says how long to wait"),
}


class Verified(Struct, frozen=True):
    """Who asks, as far as he could prove it. `forced`: he is to be answered, and nothing is to be done."""

    asked: Asked
    forced: bool = False


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
    site = _site(request, account_id)
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
    site = _site(request, data.account_id, field="account_id")
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
    verified = await _verify(request, site, data.word, data.code)
    wish = structs.replace(wish, asked=verified.asked)
    return await view(request, await begin(house, wish, site, forced=verified.forced))


def _check(house: House, wish: Wish, site: Account) -> None:
    try:
        house.tests.imagined(wish, house.accounts.parts(site.id))
    except CannotTest as error:
        raise not_so(error) from error


async def begin(house: House, wish: Wish, site: Account, *, forced: bool) -> Session:
    """Put a site on test, or pretend to. Raises Refused."""
    parts = house.accounts.parts(site.id)
    try:
        if forced:
            imagined = house.tests.imagined(wish, parts)
            await raise_alarm(house, site)
            return imagined
        return await house.tests.begin(wish, parts)
    except CannotTest as error:
        raise not_so(error) from error


async def raise_alarm(house: House, site: Account) -> None:
    """Whoever asked is forced to: nobody is told who could be overheard."""
    await house.intake.deliver(duress_alarm(site, house.clock(), heard_as(house, site)))


def heard_as(house: House, site: Account) -> AccountKey | None:
    """How signals of an account name it, so that its alarms stand together."""
    for receiver in house.receivers if site.receiver is None else (site.receiver,):
        key = AccountKey(receiver, site.prefix, site.account)
        if house.accounts.by_key(key) == site:
            return key
    return None


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
        site = _site(request, test.account_id)
        verified = await _verify(request, site, data.word, None)
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


# -- codes ------------------------------------------------------------------------------------------------------------


@post(
    "/technician-codes",
    status_code=201,
    guards=[need(Right.ON_TEST)],
    opt=takes(IssueBody),
    responses={404: _REFUSALS[404]},
    summary="Issue a technician's code",
)
async def issue_code(request: Request, data: JSONBody[IssueBody]) -> IssuedView:
    """For one site and time. It is shown here and never again, together with the one that he gives when forced."""
    house = front(request).house
    site = _site(request, data.account_id, field="account_id")
    until = house.clock() + timedelta(minutes=data.minutes)
    issued = await house.technicians.issue(site.id, until, by=visitor_of(request).user.name)
    return IssuedView(id=issued.code[:4], code=issued.code, forced=issued.forced, until=issued.until)


@get("/technician-codes", guards=[need(Right.ON_TEST)], summary="Technicians' codes that are good")
async def technician_codes(request: Request, account: Annotated[str, QueryParameter(max_length=60)]) -> CodeList:
    house = front(request).house
    site = _site(request, account, field="account")
    return CodeList(
        [
            CodeView(
                id=one.issued.code,
                account_id=site.id,
                until=one.issued.until,
                by=one.issued.by,
                used=one.used,
            )
            for one in house.technicians.of_account(site.id)
        ]
    )


@delete(
    "/technician-codes/{code_id:str}",
    status_code=204,
    guards=[need(Right.ON_TEST)],
    responses={404: told("There is no such code")},
    summary="Withdraw a technician's code",
)
async def withdraw_code(request: Request, code_id: FromPath[str]) -> None:
    """Ends the session that it opened, too; a test that it began goes on."""
    house = front(request).house
    code = house.tests.on_test.codes.get(code_id)
    if code is None or not sees_site(request, house.accounts.by_id(code.issued.account_id)):
        raise refused(404, "There is no such code", kind="belfry:code")
    await house.technicians.withdraw(code_id, by=visitor_of(request).user.name)


# -- who asks ---------------------------------------------------------------------------------------------------------


async def _verify(request: Request, site: Account, word: str | None, code: str | None) -> Verified:
    """Raises Refused where he is nobody, or may not."""
    if word is not None and code is not None:
        raise refused_field("code", "code: a word or a code, not both")
    if word is not None:
        return await _by_word(request, site, word)
    if code is not None:
        return await _by_code(request, site, code)
    if visitor_of(request).user.role not in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        raise refused(403, "A word or a technician's code is needed", kind="belfry:word")
    return Verified(Asked(Asker.SUPERVISOR, Proof.ROLE))


async def _by_word(request: Request, site: Account, word: str) -> Verified:
    house = front(request).house
    if house.words is None:
        raise refused(403, "This centre keeps no words", kind="belfry:word")
    try:
        spoken = await house.words.check(site.id, word)
    except TooManyWords as error:
        raise too_often(error.until - house.clock()) from error
    contact = await _contact(house, site.id, spoken.contact)
    await house.desk.word_tried(site.id, staff_of(request), right=contact is not None, contact=spoken.contact)
    if contact is None:
        raise refused(403, "This is nobody's word at this site", kind="belfry:word")
    asker = Asker.TECHNICIAN if contact[1] is ContactRole.TECHNICIAN else Asker.OWNER
    asked = Asked(asker, Proof.WORD, contact=spoken.contact)
    if not spoken.duress and Authority.ON_TEST not in contact[2]:
        raise refused(403, f"{contact[0]} may not put the site on test", kind="belfry:authority")
    return Verified(asked, forced=spoken.duress)


async def _by_code(request: Request, site: Account, said: str) -> Verified:
    technician = await front(request).house.technicians.told(said, site.id)
    if technician is None:
        raise refused(403, "This is no code of this site", kind="belfry:word")
    return Verified(Asked(Asker.TECHNICIAN, Proof.CODE, code=technician.code), forced=technician.forced)


async def _contact(
    house: House, account_id: str, contact: str | None
) -> tuple[str, ContactRole, Sequence[Authority]] | None:
    file = None if contact is None else await house.sites.site(account_id)
    found = None if file is None else next((one for one in file.contacts if one.id == contact), None)
    return None if found is None else (found.name, found.role, found.authority)


# -- shared with the technician's page --------------------------------------------------------------------------------


async def view(request: Request, session: Session, *, until: datetime | None = None) -> TestView:
    """What the room is told of a test; `until` instead of its own end, where somebody is to believe so."""
    house = front(request).house
    names: Mapping[str, str] = {}
    if session.asked.contact is not None:
        contact = await _contact(house, session.account_id, session.asked.contact)
        names = {} if contact is None else {session.asked.contact: contact[0]}
    found = on_test_view(
        session,
        house.accounts.by_id(session.account_id),
        house.accounts.parts(session.account_id),
        now=house.clock(),
        rules=house.rules,
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


def _sees(request: Request, session: Session) -> bool:
    return sees_site(request, front(request).house.accounts.by_id(session.account_id))


def _test(request: Request, test_id: str) -> Session:
    found = front(request).house.tests.on_test.get(test_id)
    if found is None or not _sees(request, found):
        raise _nothing()
    return found


def _nothing() -> Refused:
    return refused(404, "There is no such test", kind="belfry:test")


def _site(request: Request, account_id: str, *, field: str | None = None) -> Account:
    """The account, if there is one that this person may know of; `field` names where it was asked for."""
    found = front(request).house.accounts.by_id(account_id)
    if found is not None and sees_site(request, found):
        return found
    if field is None:
        raise refused(404, "There is no such account", kind="belfry:account")
    raise refused_field(field, f"{field}: there is no such account", value=account_id)


def router() -> Router:
    handlers: list[Any] = [
        on_test_list,
        one_test,
        on_test_of_account,
        put_on_test,
        extend_test,
        expect_of_test,
        end_test,
        issue_code,
        technician_codes,
        withdraw_code,
    ]
    return Router("/", route_handlers=handlers, tags=["on test"])
