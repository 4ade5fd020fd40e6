"""Sites over HTTP: found, read whole, added, changed, confirmed. The registry keeps them and judges what may be kept.

A site of another tenant is answered as one that does not exist. Two who edit one site do not overwrite each other: the
second is told how it is now and what was changed, and keeps what he typed.
"""

from collections.abc import Awaitable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Annotated, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from litestar import MediaType, Response, Router, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import structs

from belfry.domain.contacts import Authority
from belfry.domain.incident import Incident
from belfry.domain.muting import Reach
from belfry.domain.site import Account
from belfry.domain.site_checks import Flaw, warnings
from belfry.domain.site_file import SiteFile
from belfry.ports import Spoken
from belfry.ports.sites import Edited, NoSuchCursor, NoSuchSite, SiteChanged, SiteTaken, SiteUnfit
from belfry.ports.staff import Role, User
from belfry.web.bodies import Asked, takes
from belfry.web.centre_views import AccountList, AccountView
from belfry.web.front import Front, front
from belfry.web.house import House
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import LIMIT, Limit, rows_of
from belfry.web.problems import Problem, Refused, refused, refused_field, short, told
from belfry.web.rights import EDITS, NOTES, Right, may
from belfry.web.sight import sees, sees_site
from belfry.web.site_asks import AccountFields, ConfirmBody, NewAccount, SitePatch, stranger
from belfry.web.site_views import (
    AccountFile,
    EditedList,
    EditedView,
    FlawView,
    HeardView,
    OnTestBrief,
    SiteCard,
    SiteFileView,
    whole,
)
from belfry.web.spoken import SPOKEN, noted, raise_alarm, spoken_for
from belfry.web.tenants import owns, tenants_of

T = TypeVar("T")

SEARCH_MOST: Final = 200
INCIDENTS_MOST: Final = 50

UNSEEN: Final = {404: told("There is no such site, or it is another tenant's")}
_CHANGED: Final = {
    **UNSEEN,
    409: told("Somebody else changed it since: `current` is how it is now, `changes` what was changed; or it is taken"),
}


# -- finding ----------------------------------------------------------------------------------------------------------


@get("/accounts", guards=[need(Right.ACCOUNTS)], summary="Monitored sites")
async def accounts(
    request: Asked,
    search: Annotated[str | None, QueryParameter(max_length=SEARCH_MOST)] = None,
    account: Annotated[str | None, QueryParameter(max_length=60)] = None,
    quirks: FromQuery[bool] = False,
    limit: Limit = LIMIT,
    after: Annotated[str | None, QueryParameter(max_length=200)] = None,
) -> AccountList:
    """`search` finds number, name, address, or a contact's telephone number; every word of it has to be there. Without
    it, in the order of the registry: `account` is a number as sent, `quirks=true` lists those whose panel has any."""
    desk = front(request)
    if search is not None and (account is not None or quirks):
        raise refused_field("search", "search: not together with account or quirks", value=search)
    if search is not None:
        return await _search(desk, visitor_of(request).user, search, limit, after)
    tenants, start = tenants_of(visitor_of(request).user), _place(after)
    met = desk.house.quirks()
    # The cursor counts what whoever asks may know of: a place among all would say how many there are of others.
    found = (one for one in desk.house.accounts.all() if owns(tenants, one))
    if account is not None:
        found = (one for one in found if one.account == account)
    if quirks:
        found = (one for one in found if one.id in met)
    page = list(islice(found, start, start + limit + 1))
    views = [account_view(desk, one) for one in page[:limit]]
    return AccountList(views, str(start + limit) if len(page) > limit else None)


async def _search(desk: Front, user: User, search: str, limit: int, after: str | None) -> AccountList:
    how: dict[str, Any] = {"tenants": tenants_of(user), "limit": limit, "after": after, "phones": not _knows_list(user)}
    try:
        found = await desk.house.sites.search(search, **how)
    except NoSuchCursor:
        raise refused_field("after", "after: this is no cursor of ours", value=after) from None
    return AccountList([account_view(desk, one) for one in found.items], found.next)


def _place(after: str | None) -> int:
    if after is None:
        return 0
    if not after.isdecimal() or len(after) > 18:
        raise refused_field("after", "after: this is no cursor of ours", value=after)
    return int(after)


def account_view(desk: Front, account: Account) -> AccountView:
    return AccountView(**_in_short(desk, account))


def _in_short(desk: Front, account: Account) -> dict[str, Any]:
    fields = {name: getattr(account, name) for name in AccountView.__struct_fields__ if hasattr(account, name)}
    return fields | {"keyed": bool(account.keys), "quirks": list(desk.house.quirks().get(account.id, ()))}


# -- one site ---------------------------------------------------------------------------------------------------------


@get("/accounts/{account_id:str}", guards=[need(Right.ACCOUNTS)], responses=UNSEEN, summary="All of a site")
async def site(request: Asked, account_id: FromPath[str]) -> Response[SiteCard]:
    """What is kept about it but for keys, words and codes, and how it is now."""
    return await card_of(request, await site_of(request, account_id))


@post("/accounts", status_code=201, guards=[need(Right.ADD)], opt=takes(NewAccount), responses=_CHANGED)
async def add_account(request: Asked, data: JSONBody[NewAccount]) -> Response[SiteCard]:
    """Add a site. It counts for signals within some seconds."""
    user = visitor_of(request).user
    fields = data.account.given()
    _check_tenant(request, data.account, adds=True)
    added = front(request).house.sites.add(fields, template=data.template, by=user.name)
    return await card_of(request, await _asked(request, added), status=201)


@patch("/accounts/{account_id:str}", guards=[need(Right.EDIT)], opt=takes(SitePatch), responses={**_CHANGED, **SPOKEN})
async def change_account(request: Asked, account_id: FromPath[str], data: JSONBody[SitePatch]) -> Response[SiteCard]:
    """Change a site that was seen at `version`, all or nothing. A list, and `details`, are replaced as a whole. Where
    contacts of the site have pass-words an operator changes its schedules only with one of them."""
    user, file = visitor_of(request).user, await own_site_of(request, account_id)
    if (name := stranger(msgspec.json.decode(await request.body()), data)) is not None:
        raise refused_field(name, f"{name}: there is no such field")
    _check_sections(user, data, file)
    if data.account is not None:
        _check_tenant(request, data.account)
    change = data.change()
    if data.details is not None and "details" not in EDITS[user.role]:
        change = structs.replace(change, details=structs.replace(file.details, notes=data.details.notes))
    elif data.details is not None and _is_silent(request, account_id):
        # He was not shown the numbers of the premises, so he cannot mean to take them away. Whoever sends some saw them
        # before the alarm, and what he changed of them counts.
        details = structs.replace(data.details, premises=data.details.premises or file.details.premises)
        change = structs.replace(change, details=details)
    spoken = await _schedules_asked_for(request, file, data)
    if spoken is not None and spoken.duress:
        await raise_alarm(front(request).house, file.account)
        pretended = front(request).house.sites.imagined(account_id, change, version=data.version)
        return await card_of(request, await _asked(request, pretended))
    changed = front(request).house.sites.edit(account_id, change, version=data.version, by=user.name)
    return await card_of(request, await _asked(request, changed))


async def _schedules_asked_for(request: Asked, file: SiteFile, data: SitePatch) -> Spoken | None:
    """Whose word it was that asked for other schedules (RULES 3); None where none is needed. Raises Refused."""
    # Seen at another version, it is refused as changed in any case.
    if data.schedules is None or data.schedules == file.parts.schedules or data.version != file.version:
        return None
    spoken = await spoken_for(request, file, data.word, Authority.SCHEDULE)
    if spoken is not None:
        await noted(request, file, spoken)
    return spoken


@post(
    "/accounts/{account_id:str}/confirm",
    status_code=200,
    guards=[need(Right.CONFIRM)],
    opt=takes(ConfirmBody),
    responses=_CHANGED,
    summary="All of this is right",
)
async def confirm_account(request: Asked, account_id: FromPath[str], data: JSONBody[ConfirmBody]) -> Response[SiteCard]:
    """The holder of a site says that what is kept about it, as he has read it, is right."""
    await site_of(request, account_id)
    by = visitor_of(request).user.name
    confirmed = front(request).house.sites.confirm(account_id, version=data.version, by=by)
    return await card_of(request, await _asked(request, confirmed))


@get("/accounts/{account_id:str}/changes", guards=[need(Right.ACCOUNTS)], responses=UNSEEN, summary="Who changed what")
async def account_changes(request: Asked, account_id: FromPath[str]) -> EditedList:
    """Who changed which fields and when, oldest first; never a value."""
    await site_of(request, account_id)
    return EditedList([_edited(one) for one in await front(request).house.sites.changes_of(account_id)])


async def site_of(request: Asked, account_id: str) -> SiteFile:
    """The file of a site that whoever asks may read. Raises Refused as for one that there is not.

    An installer reads what is kept about the sites that he is linked to; of the others he knows the list alone.
    """
    user = visitor_of(request).user
    file = await front(request).house.sites.site(account_id) if account_id.isprintable() else None
    if file is None or not sees_site(request, file.account) or _knows_list(user):
        raise no_site()
    return file


async def own_site_of(request: Asked, account_id: str) -> SiteFile:
    """The same, of a site that whoever asks may change. What is nobody's is shown to the room while nobody of all
    tenants is there, so that its alarms are answered; nobody keeps it up, or makes it his, by that."""
    file = await site_of(request, account_id)
    if not owns(tenants_of(visitor_of(request).user), file.account):
        raise refused(403, "This site is of no tenant, and you are of some", kind="belfry:role")
    return file


def _knows_list(user: User) -> bool:
    """Whether somebody knows the list of sites alone, and so not whom a telephone number leads to: an installer who is
    linked to none."""
    return user.role is Role.INSTALLER and user.tenants is None


def no_site() -> Refused:
    return refused(404, "There is no such site", kind="belfry:site")


# -- who may change what ----------------------------------------------------------------------------------------------


def _check_sections(user: User, data: SitePatch, file: SiteFile) -> None:
    """Raise Refused for the first section that a role may not change. Details with other notes alone are notes."""
    mine = EDITS.get(user.role, frozenset())
    for name in data.sections():
        if name in mine:
            continue
        # Seen at another version, it is refused as changed in any case.
        if name == "details" and NOTES in mine and (data.version != file.version or _notes_alone(file, data)):
            continue
        title = f"{name}: the role {user.role} may not change it"
        raise Refused(Problem(status=403, type="belfry:role", title=title, field=name))


def _notes_alone(file: SiteFile, data: SitePatch) -> bool:
    """Whether nothing of the details but the notes is other than kept. Whether there is a code nobody sets here, and
    the numbers of the premises are not shown while nobody is to call them."""
    kept, sent = file.details, data.details
    if sent is None:
        return True
    premises = sent.premises or kept.premises
    same = structs.replace(sent, notes=kept.notes, has_access_code=kept.has_access_code, premises=premises)
    return same == kept


def _check_tenant(request: Asked, fields: AccountFields, *, adds: bool = False) -> None:
    """Raise Refused where somebody of some tenants would give a site to another, or to none; or where a tenant would be
    called as a site is, since whoever is linked to that site would then see this one."""
    tenants, said = tenants_of(visitor_of(request).user), fields.tenant
    if isinstance(said, str) and front(request).house.accounts.by_id(said) is not None:
        raise refused_field("account.tenant", "account.tenant: a name that is no site's id", value=said)
    if tenants is None or (said is msgspec.UNSET and not adds):
        return
    if said is msgspec.UNSET or said not in tenants:
        limit = f"one of your own: {', '.join(sorted(tenants))}"
        raise refused_field("account.tenant", f"account.tenant: {limit}", value=said, limit=limit)


async def _asked(request: Asked, answer: Awaitable[T]) -> T:
    """What the registry answers to a change. Raises its refusals as Refused."""
    try:
        return await answer
    except NoSuchSite:
        raise no_site() from None
    except SiteChanged as error:
        if not sees_site(request, error.current.account):  # what was changed is whose it is
            raise no_site() from None
        title = f"Changed since you saw it: it is at version {error.current.version}"
        changes = [_edited(one) for one in error.changes]
        raise Refused(
            Problem(
                status=409,
                type="belfry:changed",
                title=title,
                current=_current(request, error.current),
                changes=changes,
            )
        ) from None
    except SiteUnfit as error:
        raise unfit(error.flaws) from None
    except SiteTaken as error:
        title = f"account.account: {error}"
        raise Refused(Problem(status=409, type="belfry:taken", title=title, field="account.account")) from None


def unfit(flaws: Sequence[Flaw]) -> Refused:
    """A 400 about the first value that cannot be kept; `flaws` has all of them."""
    listed = [flaw_view(one) for one in flaws]
    first = listed[0]
    return Refused(
        Problem(
            status=400,
            type="belfry:field",
            title=f"{first.field}: wants {first.limit}",
            field=first.field,
            value=first.value or msgspec.UNSET,
            limit=first.limit,
            flaws=listed,
        )
    )


# -- saying it --------------------------------------------------------------------------------------------------------


async def card_of(request: Asked, file: SiteFile, *, status: int = 200) -> Response[SiteCard]:
    """The answer with a site, for whoever asks."""
    desk, user, account = front(request), visitor_of(request).user, file.account
    house, now = desk.house, desk.house.clock()
    card = SiteCard(
        **structs.asdict(file_view(desk, file, silent=_is_silent(request, account.id))),
        silent_site=_is_silent(request, account.id),
        dialled=list(await house.sites.agencies_for(account)),
        incidents=await rows_of(desk, request, _open_at(request, account)),
        owed=await rows_of(desk, request, _owed_at(request, account)),
        on_test=_on_test(house, account.id),
        heard=[
            HeardView(path=one.path, heard_at=one.heard_at, lost_since=one.lost_since)
            for one in house.heard(account.id)
        ],
        now=now,
        local_time=local_time(account, now),
        holidays=await _holidays(house, file, now),
        may_edit=sorted(EDITS.get(user.role, ())) if owns(tenants_of(user), account) else [],
        warnings=[flaw_view(one) for one in warnings(file)],
    )
    return Response(msgspec.json.encode(whole(card)), status_code=status, media_type=MediaType.JSON)  # type: ignore[arg-type]


async def _holidays(house: House, file: SiteFile, now: datetime) -> list[date]:
    """The public holidays among yesterday, today and tomorrow at a site, by the calendars that its schedules name."""
    names = {schedule.holidays for schedule in file.parts.schedules if schedule.holidays}
    if not names or not any(contact.hours for contact in file.contacts):
        return []
    today = datetime.fromisoformat(local_time(file.account, now)).date()
    around = {today + timedelta(days=days) for days in (-1, 0, 1)}
    return sorted(around.intersection(await house.sites.holidays(names)))


def _on_test(house: House, account_id: str) -> OnTestBrief | None:
    running = list(house.tests.on_test.of_account(account_id))
    if not running:
        return None
    whole = any(one.scope.reach is Reach.SITE for one in running)
    return OnTestBrief(tests=len(running), until=max(one.until for one in running), whole_site=whole)


def _open_at(request: Asked, account: Account) -> list[Incident]:
    """The open incidents of a site that whoever asks may see; the holder sees none, since some are silent."""
    if not may(visitor_of(request).user.role, Right.QUEUE):
        return []
    here = (one for one in front(request).house.board.queue() if is_of(one, account) and sees(request, one))
    return list(islice(here, INCIDENTS_MOST))


def _owed_at(request: Asked, account: Account) -> list[Incident]:
    """The closed incidents of a site whose restore is still waited for, as far as whoever asks may see them."""
    if not may(visitor_of(request).user.role, Right.QUEUE):
        return []
    here = (one for one in front(request).house.board.all_following() if is_of(one, account) and sees(request, one))
    return list(islice(here, INCIDENTS_MOST))


def is_of(incident: Incident, account: Account) -> bool:
    """Whether an incident is about an account."""
    if incident.account_id is not None:
        return incident.account_id == account.id
    return incident.account is not None and account.matches(incident.account)


def local_time(account: Account, now: datetime) -> str:
    """The time at a site, by its own clock."""
    try:
        zone: Any = ZoneInfo(account.time_zone)
    except (ValueError, OSError, LookupError):  # of a registry that was written elsewhere
        zone = UTC
    return now.astimezone(zone).isoformat(timespec="seconds")


def _is_silent(request: Asked, account_id: str) -> bool:
    """Whether the premises must not be called now, for those who see incidents; the site itself must not notice it."""
    return may(visitor_of(request).user.role, Right.QUEUE) and front(request).silent.is_silent(account_id)


def _current(request: Asked, file: SiteFile) -> SiteFileView:
    return file_view(front(request), file, silent=_is_silent(request, file.account.id))


def file_view(desk: Front, file: SiteFile, *, silent: bool = False) -> SiteFileView:
    """A site's file. `silent`: without the numbers of the premises, which nobody is to call now."""
    account = file.account
    rest = {name: getattr(account, name) for name in AccountFile.__struct_fields__ if hasattr(account, name)}
    parts = file.parts
    return SiteFileView(
        id=account.id,
        version=file.version,
        account=AccountFile(**rest | _in_short(desk, account)),
        details=structs.replace(file.details, premises=()) if silent else file.details,
        areas=list(parts.areas),
        zones=list(parts.zones),
        paths=list(parts.paths),
        codes=list(parts.codes),
        schedules=list(parts.schedules),
        contacts=list(file.contacts),
        agencies=list(file.agencies),
        confirmed_at=file.confirmed_at,
        confirmed_by=file.confirmed_by,
    )


def flaw_view(flaw: Flaw) -> FlawView:
    return FlawView(field=flaw.field, value=short(flaw.value), limit=flaw.wants)


def _edited(one: Edited) -> EditedView:
    return EditedView(id=str(one.id), at=one.at, by=one.by, part=one.table, row=one.row, fields=list(one.fields))


def router() -> Router:
    handlers: list[Any] = [accounts, site, add_account, change_account, confirm_account, account_changes]
    return Router("/", route_handlers=handlers, tags=["sites"])
