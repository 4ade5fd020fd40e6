"""Taking calls over HTTP: each field is kept as it is said, and goes out while the caller is still speaking.

A call is its call-taker's. Others of the room see that it is in progress, where, and of what kind, so that nobody
takes it a second time. `web/arrivals.py` takes a call that is told as a whole.
"""

from collections.abc import Awaitable
from typing import Annotated, Any, Final

from litestar import Router, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, UnsetType

from belfry.centre.calls import CallDesk, CallNow, Elsewhere, NoSuchCall, Offered, Offers
from belfry.domain.call_facts import HowOver
from belfry.domain.call_taking import ASKED_AFTER, CallerSaid, CallPlace, Change
from belfry.domain.commands import Conflict, Invalid, Merge, Unmerge
from belfry.domain.incident import Incident
from belfry.domain.location import Civic
from belfry.domain.question_tree import danger_words, load, read_back, say_words
from belfry.domain.signal import Position
from belfry.protocols import aml, pidf_lo
from belfry.protocols.common.unreadable import Unreadable
from belfry.web.bodies import Asked, media_type, raw_body, takes
from belfry.web.call_taking_asks import CallChangeBody, CallEndBody, CallJoinBody, CallPlaceBody
from belfry.web.call_taking_views import (
    AnswerView,
    CallerSaidView,
    CallPlaceView,
    OfferList,
    OfferView,
    QuestionsView,
    QuestionView,
    TakenCall,
    TakenCalls,
    TreeView,
)
from belfry.web.front import Front, front
from belfry.web.gazetteer import place_of
from belfry.web.identity import need, visitor_of
from belfry.web.incidents import act, seen, staff_of
from belfry.web.languages import language_of
from belfry.web.places import LIST_WITHIN_S
from belfry.web.problems import Problem, Refused, refused, refused_field, told
from belfry.web.rights import Right
from belfry.web.sight import sees, sees_site
from belfry.web.tenants import tenants_of

LOCATION_MOST_BYTES: Final = pidf_lo.LIMITS.most_bytes
_AML: Final = "text/plain"
_PIDF: Final = "application/pidf+xml"

_REFUSED: Final = {
    400: told("A field is outside its limit; nothing of the request was taken, and what was kept before stays"),
    404: told("You have no such call"),
    409: told("It was changed elsewhere since, or is over; `call` is what it is now"),
}
_GET: Final[dict[str, Any]] = {"guards": [need(Right.CALL)], "responses": {404: _REFUSED[404]}}
_TAKE: Final[dict[str, Any]] = {"status_code": 200, "guards": [need(Right.CALL)], "responses": _REFUSED}


# -- reading ----------------------------------------------------------------------------------------------------------


@get("/calls/questions", guards=[need(Right.CALL)], summary="What a call-taker asks")
async def call_questions(request: Asked) -> QuestionsView:
    """What the answers make of a call is the centre's: it is in each answer to a change."""
    language, book = language_of(request), load()

    def trees() -> list[TreeView]:
        return [
            TreeView(
                tree.id,
                tree.text[language],
                [
                    QuestionView(one.id, one.ask[language], [AnswerView(a.id, a.text[language]) for a in one.answers])
                    for one in tree.questions
                ],
            )
            for tree in book.trees
        ]

    return QuestionsView(book.version, trees(), [AnswerView(one.id, one.text[language]) for one in book.dangers])


@get("/calls", guards=[need(Right.CALL)], summary="Calls in progress")
async def calls_now(request: Asked) -> TakenCalls:
    """One's own first, then by their beginning."""
    name = visitor_of(request).user.name
    known = [one for one in desk_of(front(request)).book.open() if _sees(request, one)]
    known.sort(key=lambda one: (one.by != name, one.began_at))
    return TakenCalls([await _view(request, one) for one in known])


@get("/calls/{call_id:str}", summary="One call", **_GET)
async def one_call(request: Asked, call_id: FromPath[str]) -> TakenCall:
    return await _view(request, _known(request, call_id))


@get("/calls/{call_id:str}/offers", summary="What is open near a call", **_GET)
async def call_offers(request: Asked, call_id: FromPath[str]) -> OfferList:
    """Within 300 m and 15 min. Nothing joins by itself: `POST /calls/{id}/join` is a person's act."""
    desk = front(request)
    call = _known(request, call_id)
    place, _, _ = await desk_of(desk).words(call)
    own = desk_of(desk).incident_of(call)
    at = None
    if place is not None and place.latitude is not None and place.longitude is not None:
        at = Position(place.latitude, place.longitude)
    return await _offered(request, at, call.site, but=None if own is None else own.id, kind=call.kind)


@get("/offers", guards=[need(Right.CALL)], responses={400: told("`near` is no place")}, summary="What is open near")
async def offers(
    request: Asked,
    near: Annotated[str | None, QueryParameter(max_length=60)] = None,
    site: Annotated[str | None, QueryParameter(max_length=60)] = None,
    kind: Annotated[str | None, QueryParameter(max_length=60)] = None,
) -> OfferList:
    """Open incidents within 300 m and 15 min of a place, for calls and duty reports alike."""
    return await _offered(request, place_of(near), site, but=None, kind=kind)


# -- taking -----------------------------------------------------------------------------------------------------------


@post("/calls/begin", status_code=201, guards=[need(Right.CALL)], responses={409: _REFUSED[409]}, summary="Begin one")
async def begin_call(request: Asked) -> TakenCall:
    """It is kept from now on."""
    return await _done(request, desk_of(front(request)).begin(staff_of(request)))


@patch("/calls/{call_id:str}", opt=takes(CallChangeBody), summary="Say something of it", **_TAKE)
async def change_call(request: Asked, call_id: FromPath[str], data: JSONBody[CallChangeBody]) -> TakenCall:
    """As soon as its kind is known, or a place where help is needed, it is an incident; later answers change that."""
    where = data.place
    said = Change(
        place=_place(request, where) if isinstance(where, CallPlaceBody) else where,
        site=where.site if isinstance(where, CallPlaceBody) else None,
        tree=data.tree,
        kind=data.kind,
        answers=data.answers,
        people=data.people,
        dangers=data.dangers,
        help=data.help,
        priority=data.priority,
        reason=data.reason,
        caller=data.caller
        if isinstance(data.caller, UnsetType) or data.caller is None
        else CallerSaid(name=data.caller.name, number=data.caller.number),
        note=data.note,
    )
    calls = desk_of(front(request))
    return await _done(request, calls.change(call_id, said, staff_of(request), seen=int(data.seen)), call_id)


@post("/calls/{call_id:str}/location", summary="Where phone or network say it is", **_TAKE)
async def locate_call(request: Asked, call_id: FromPath[str]) -> TakenCall:
    """AML as `text/plain`, PIDF-LO as `application/pidf+xml`. Subscriber and device are dropped where they are read."""
    calls, kind = desk_of(front(request)), media_type(request)
    call = _known(request, call_id)
    readers = {_AML: aml.read, _PIDF: pidf_lo.read}
    if kind not in readers:
        raise refused(415, f"The body has to be {_AML} (AML) or {_PIDF} (PIDF-LO)")
    body = await raw_body(request, most_bytes=LOCATION_MOST_BYTES)
    try:
        found = readers[kind](body, now=front(request).house.clock()).location
    except Unreadable as error:
        raise refused(400, f"Not a location that can be read: {error}", kind="belfry:location") from None
    text = None if found.civic is None else _civic(found.civic)
    if not found.has_position and text is None:
        raise refused(400, "It says that it knows no place", kind="belfry:location")
    place = CallPlace(
        text=text,
        latitude=found.latitude,
        longitude=found.longitude,
        radius_m=found.radius_m,
        source=found.source.value,
        taken_at=found.taken_at,
    )
    return await _done(request, calls.change(call_id, Change(place=place), staff_of(request), seen=call.head), call_id)


@post("/calls/{call_id:str}/join", opt=takes(CallJoinBody), summary="Say that it is about an open incident", **_TAKE)
async def join_call(request: Asked, call_id: FromPath[str], data: JSONBody[CallJoinBody]) -> TakenCall:
    """Before anything is out, its words go there; afterwards its own incident is merged into that one. Null undoes
    either."""
    desk = front(request)
    calls, by = desk_of(desk), staff_of(request)
    call = _own(request, call_id)
    into = None if data.incident is None else await seen(desk, request, data.incident)
    own = None if call.first is None else desk.house.board.get(f"i{call.first}")
    if own is not None and into is not None:
        await act(request, own.id, Merge(into.id, own.version))
    elif own is not None:
        await act(request, own.id, Unmerge(own.version))
    else:
        if into is not None and (not into.open or into.silent):
            raise refused(409, "Nothing is joined to what is closed or silent", kind="belfry:conflict")
        if into is not None and call.site not in (None, into.account_id) and into.account_id is not None:
            raise refused(409, "They are of different sites: each is handled for itself", kind="belfry:conflict")
        lead = None if into is None else into.merged_into or into.id
        return await _done(request, calls.join(call_id, lead, by), call_id)
    return await _view(request, _own(request, call_id))


@post("/calls/{call_id:str}/end", opt=takes(CallEndBody), summary="End one", **_TAKE)
async def end_call(request: Asked, call_id: FromPath[str], data: JSONBody[CallEndBody]) -> TakenCall:
    """What is known goes out, also of a caller who hung up at once."""
    calls = desk_of(front(request))
    return await _done(request, calls.end(call_id, HowOver(data.how), staff_of(request)), call_id)


# -- saying -----------------------------------------------------------------------------------------------------------


def desk_of(desk: Front) -> CallDesk:
    """Raises Refused where this centre takes no calls."""
    if desk.house.calls is None:
        raise refused(404, "This centre takes no calls")
    return desk.house.calls


async def _view(request: Asked, call: CallNow) -> TakenCall:
    desk = front(request)
    calls, house, language = desk_of(desk), desk.house, language_of(request)
    place, caller, note = await calls.words(call)
    mine = call.by == visitor_of(request).user.name
    own = calls.incident_of(call)
    shown = own if own is not None and sees(request, own) else None
    heard, tree = calls.heard(call), load().tree(call.tree)
    site = None if call.site is None else house.accounts.by_id(call.site)
    at = house.clock()
    label = None if call.kind is None else house.kinds.words(call.kind, language).label
    known = list(dict.fromkeys((*heard.dangers, *call.dangers)))
    where = None
    if place is not None or call.site is not None:
        place = place or CallPlace()
        where = CallPlaceView(
            text=place.text,
            latitude=place.latitude,
            longitude=place.longitude,
            site=call.site,
            site_name=None if site is None else site.name,
            source=place.source,
            radius_m=place.radius_m,
            taken_at=place.taken_at,
        )
    spoken = [
        *([label] if label else []),
        *([_place_words(where)] if where is not None else []),
        *read_back(tree, heard.asked, language),
        *([f"{load().words['people'][language]}: {call.people}"] if call.people is not None else []),
        *([f"{load().words['dangers'][language]}: {', '.join(danger_words(known, language))}"] if known else []),
    ]
    return TakenCall(
        id=call.call,
        seen=str(call.head),
        by=call.by,
        mine=mine,
        began_at=call.began_at,
        touched_at=call.touched_at,
        asks=call.open and at - call.touched_at >= ASKED_AFTER,
        tree=call.tree,
        picked=call.picked,
        kind=call.kind,
        label=label,
        priority=call.priority,
        overridden=call.override is not None,
        answers=dict(call.answers) if mine else {},
        next=heard.next if mine else None,
        say=say_words(heard.say, language) if mine else [],
        people=call.people,
        dangers=known,
        help=call.help,
        place=where,
        caller=None if caller is None or not mine else CallerSaidView(name=caller.name, number=caller.number),
        note=note if mine else None,
        read_back=" · ".join(one for one in spoken if one) if mine else "",
        incident=None if shown is None else shown.merged_into or shown.id,
        incident_number=None if shown is None else _lead(desk, shown).number,
        joined=call.into is not None or (own is not None and own.merged_into is not None),
        passed_at=call.passed_at,
        ended_at=call.ended_at,
        how=call.how,
    )


def _place_words(where: CallPlaceView) -> str:
    """What a caller can confirm: the site with its address, not the name alone; else where on the map."""
    site, text = where.site_name or "", where.text or ""
    if not site and not text:
        return _degrees(where)
    return text if text.startswith(site) else f"{site}, {text}" if text else site


def _degrees(where: CallPlaceView) -> str:
    if where.latitude is None or where.longitude is None:
        return ""
    return f"{where.latitude:.5f}, {where.longitude:.5f}"


async def _offered(
    request: Asked, at: Position | None, site: str | None, *, but: str | None, kind: str | None
) -> OfferList:
    desk = front(request)
    if site is not None and not sees_site(request, desk.house.accounts.by_id(site)):
        site = None
    if desk.house.offers is None or (at is None and site is None):
        return OfferList([])
    near: Offers = desk.house.offers
    now = desk.house.clock()
    found = await near.near(at, site, now, sees=lambda one: sees(request, one), but=but, kind=kind)
    await desk.places.read([one.incident for one in found], within_s=LIST_WITHIN_S)
    return OfferList([_offer(request, one) for one in found])


def _offer(request: Asked, offered: Offered) -> OfferView:
    desk, one = front(request), offered.incident
    account = None if one.account_id is None else desk.house.accounts.by_id(one.account_id)
    return OfferView(
        id=one.id,
        number=one.number,
        kind=one.kind,
        label=desk.house.kinds.words(one.kind, language_of(request)).label,
        priority=one.priority,
        state=one.state,
        method=one.method,
        opened_at=one.opened_at,
        metres=offered.metres,
        place=desk.places.of(one),
        site_name=None if account is None else account.name,
        taken_by=one.taken_by,
    )


def _lead(desk: Front, incident: Incident) -> Incident:
    lead = None if incident.merged_into is None else desk.house.board.get(incident.merged_into)
    return incident if lead is None else lead


# -- judging ----------------------------------------------------------------------------------------------------------


def _sees(request: Asked, call: CallNow) -> bool:
    user = visitor_of(request).user
    if call.by == user.name or tenants_of(user) is None:
        return True
    site = None if call.site is None else front(request).house.accounts.by_id(call.site)
    return site is not None and sees_site(request, site)


def _known(request: Asked, call_id: str) -> CallNow:
    call = desk_of(front(request)).book.get(call_id)
    if call is None or not _sees(request, call):
        raise refused(404, "There is no such call")
    return call


def _own(request: Asked, call_id: str) -> CallNow:
    call = _known(request, call_id)
    if call.by != visitor_of(request).user.name:
        raise refused(404, "You have no such call")
    return call


def _place(request: Asked, where: CallPlaceBody) -> CallPlace | None:
    """Raises Refused for a site that this person may not know of."""
    if where.site is not None:
        site = front(request).house.accounts.by_id(where.site)
        if site is None or not sees_site(request, site):
            raise refused_field("place.site", "place.site: there is no such site", value=where.site)
    if where.text is None and where.latitude is None and where.longitude is None:
        return None
    return CallPlace(text=where.text, latitude=where.latitude, longitude=where.longitude, source=where.source)


def _civic(civic: Civic) -> str | None:
    street = " ".join(one for one in (civic.street, civic.house_number) if one)
    town = " ".join(one for one in (civic.postcode, civic.place) if one)
    inside = " ".join(one for one in (civic.building, civic.floor, civic.unit, civic.room) if one)
    return ", ".join(one for one in (civic.landmark, street, town, inside, civic.details) if one)[:200] or None


async def _done(request: Asked, doing: Awaitable[CallNow], call_id: str | None = None) -> TakenCall:
    """Do something with a call, and say what it is then. Raises Refused."""
    try:
        return await _view(request, await doing)
    except NoSuchCall:
        raise refused(404, "You have no such call") from None
    except Conflict as error:
        known = None if call_id is None else desk_of(front(request)).book.get(call_id)
        kind = "belfry:elsewhere" if isinstance(error, Elsewhere) else "belfry:conflict"
        now = UNSET if known is None else await _view(request, known)
        raise Refused(Problem(status=409, type=kind, title=error.title, call=now)) from None
    except Invalid as error:
        value = UNSET if error.value is None else error.value
        raise refused_field(error.field, error.title, value=value, limit=error.limit) from None


def router() -> Router:
    handlers: list[Any] = [call_questions, calls_now, one_call, call_offers, offers]
    handlers += [begin_call, change_call, locate_call, join_call, end_call]
    return Router("/", route_handlers=handlers, tags=["calls"])
