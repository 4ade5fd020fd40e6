"""The three ways in over HTTP: signals of software, reports of people on duty, calls. 202 once it is on the disk.

`POST /signals` is the busiest handler of the house: its body is decoded once, by one decoder, into the very value that
is handed to intake.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from litestar import Response, Router, post
from litestar.params import JSONBody
from litestar.types import Receive, Scope, Send
from msgspec import Struct

from belfry.domain.codes import Meaning
from belfry.domain.kinds import Kinds
from belfry.domain.signal import AccountKey, Arrival, Caller, Method, Position, Receipt, Signal, Wire
from belfry.ports.places import FoundPlace
from belfry.ports.staff import User
from belfry.web.asks import RECEIVER, CallBody, CloudEvent, CloudEvents, PlaceBody, ReportBody, SignalBody
from belfry.web.bodies import Asked, Body, media_type, raw_body, takes
from belfry.web.front import Front, front
from belfry.web.house import House
from belfry.web.identity import let_in, need, visitor_of
from belfry.web.instants import check_instant
from belfry.web.problems import Problem, Refused, refused, refused_field, told
from belfry.web.repeats import Known, identity_of
from belfry.web.rights import Right
from belfry.web.sight import sees_site
from belfry.web.tenants import owns, tenants_of
from belfry.web.views import Accepted

PATH: Final = "api"
SIGNALS: Final = "signals"
KEY_HEADER: Final = "Idempotency-Key"
KEY_MOST: Final = 200
"""Characters of an Idempotency-Key."""

CHECK_POINTS: Final = 10
"""Places among which the one with a plate's code is looked for."""

SAID_LATE_LEAST: Final = timedelta(minutes=1)
SAID_LATE_MOST: Final = timedelta(hours=12)
"""How long a phone without a net keeps a report."""

JSON: Final = "application/json"
EVENT_JSON: Final = "application/cloudevents+json"
BATCH_JSON: Final = "application/cloudevents-batch+json"

_JSON_HEADERS: Final = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
_ACCESS: Final = "access"
_PREVIOUS: Final = "6"

_NATIVE: Final = Body(SignalBody)
_EVENT: Final = Body(CloudEvent)
_BATCH: Final[Body[list[CloudEvent]]] = Body(CloudEvents)

_UNSTORED: Final = {
    409: told("Something else was sent under this key, or this source and id"),
    503: told("The journal keeps nothing now; send it again later"),
}


@post("/signals", status_code=202, responses=_UNSTORED, summary="Equipment said something")
async def send_signals(request: Asked) -> Response[Accepted]:
    """Native JSON, or CloudEvents 1.0 structured, binary or batched. An `Idempotency-Key` gives the same answer again;
    a CloudEvent is known by its source and id, and needs none."""
    return await receipt_of(request)


async def receipt_of(request: Asked) -> "Receipted":
    """Keep what a request says and return its answer. Also called past the framework (quick.py), so it asks by itself
    who is there. Raises Refused, or what intake raises."""
    visitor = await let_in(request, Right.SEND)
    request.scope["user"] = visitor
    house, user = front(request).house, visitor.user
    raw = await raw_body(request)
    headers = _Headers(request)
    match headers.content:
        case "application/json" | "":
            body = _NATIVE.of(raw)
            check_instant("occurred_at", body.occurred_at)
            event = headers.event
            if event is None:
                said = [_Saying(signal_of(body, house), headers.name(SIGNALS, user, body))]
            else:
                said = [_Saying(signal_of(body, house, happened=event.happened), event.name(user, body))]
        case "application/cloudevents+json":
            said = [_from_event(_EVENT.of(raw), house, user)]
        case "application/cloudevents-batch+json":
            said = [_from_event(one, house, user, f"[{n}].") for n, one in enumerate(_BATCH.of(raw))]
        case _:
            raise refused(415, f"The body has to be {JSON}, {EVENT_JSON} or {BATCH_JSON}")
    if user.tenants is not None:
        _check_accounts(request, [one.signal for one in said])
    return Receipted(await _deliver(request, said, None if request.client is None else request.client.host))


def _check_accounts(request: Asked, signals: Sequence[Signal]) -> None:
    """Raise Refused where somebody of some tenants speaks for an account of another one, or of none: one answer."""
    accounts = front(request).house.accounts
    tenants = tenants_of(visitor_of(request).user)
    for signal in signals:
        key = None if signal.account is None else AccountKey(signal.receiver, signal.prefix, signal.account)
        account = None if key is None else accounts.by_key(key)
        if account is None or not owns(tenants, account):
            raise refused_field("account", "account: there is no such account", value=signal.account)


@post("/reports", status_code=202, guards=[need(Right.REPORT)], opt=takes(ReportBody), responses=_UNSTORED)
async def send_report(request: Asked, data: JSONBody[ReportBody]) -> Accepted:
    """Somebody on duty noticed something. The words are sealed."""
    return await _from_person(request, Method.DUTY, data, caller=None)


@post("/calls", status_code=202, guards=[need(Right.CALL)], opt=takes(CallBody), responses=_UNSTORED)
async def send_call(request: Asked, data: JSONBody[CallBody]) -> Accepted:
    """Somebody phoned or wrote. Words and caller are sealed, and never searched."""
    who = data.caller
    caller = None if who is None else Caller(_words(who.name), _words(who.number))
    return await _from_person(request, Method.CALL, data, caller=caller)


class Receipted(Response[Accepted]):
    """An `Accepted` as it stands on the wire; the general way to write an answer costs as much as all the rest."""

    def __init__(self, receipt: Receipt) -> None:  # the base class prepares what this answer has none of
        self._body = b'{"position":"%d","signal":"%d"}' % (receipt.position, receipt.position)

    def to_asgi_response(self, *_: object, **__: object) -> Any:
        return self._send

    async def _send(self, _: Scope, __: Receive, send: Send) -> None:
        headers = [*_JSON_HEADERS, (b"content-length", b"%d" % len(self._body))]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})


def accepted(receipt: Receipt) -> Accepted:
    position = str(receipt.position)
    return Accepted(position, position)


# -- equipment --------------------------------------------------------------------------------------------------------


def signal_of(body: SignalBody, house: House, *, happened: datetime | None = None) -> Signal:
    """Return what a body says. Raises Refused where its receiver is none of ours, or where it says no code and no
    meaning, or both."""
    check_receiver(house, body.receiver)
    occurred_at = body.occurred_at or happened
    common: dict[str, Any] = {
        "method": Method.EQUIPMENT,
        "receiver": body.receiver,
        "received_at": house.clock(),
        "occurred_at": None if occurred_at is None else occurred_at.astimezone(UTC),
        "prefix": None if body.prefix is None else body.prefix.upper(),
        "account": body.account,
        "area": body.area,
        "path": PATH,
        "authenticated": True,
    }
    if body.code is None:
        if body.category is None or body.state is None:
            raise refused_field("code", "code: a code is needed, or category, subtype and state")
        common |= {"category": body.category, "subtype": body.subtype, "state": body.state}
        return Signal(zone=None if body.subtype == _ACCESS else body.zone, **common)
    if body.category is not None or body.subtype is not None or body.state is not None:
        raise refused_field("category", "category: what a code means is not said beside it")
    wire, code, previous = _read_code(body.code)
    said = house.codes.meaning(wire, code)
    zone, user = _point(said, body.zone)
    return Signal(
        wire=wire,
        code=code,
        previous=previous,
        category=said.category,
        subtype=said.subtype,
        state=said.state,
        zone=zone,
        user=user,
        **common,
    )


def check_receiver(house: House, receiver: str) -> None:
    """Raise Refused unless a receiver is the API itself or one of the settings: its name stands in the journal."""
    if receiver == RECEIVER or receiver in house.receivers:
        return
    known = ", ".join((RECEIVER, *house.receivers))
    raise refused_field("receiver", f"receiver: one of {known}", value=receiver, limit=f"one of {known}")


def _read_code(code: str) -> tuple[Wire, str, bool]:
    """The code list, the code with its qualifier, and whether it was reported before (qualifier 6)."""
    if code.isalpha():
        return Wire.SIA, code, False
    if len(code) == 3:
        return Wire.CID, f"1{code}", False
    if code[0] == _PREVIOUS:
        return Wire.CID, f"1{code[1:]}", True
    return Wire.CID, code, False


def _point(said: Meaning, number: str | None) -> tuple[str | None, str | None]:
    """Zone and user: a number is one or the other, as the code says; of an access event it goes no further (SCOPE)."""
    if said.subtype == _ACCESS:
        return None, None
    return (None, number) if said.address == "user" else (number, None)


def _from_event(event: CloudEvent, house: House, user: User, where: str = "") -> "_Saying":
    """What an event says; `where` it stands in the body goes before the names of its fields."""
    check_instant(f"{where}time", event.time)
    check_instant(f"{where}data.occurred_at", event.data.occurred_at)
    name = _event_name(user, event.source, event.id, event.data, f"{where}id")
    return _Saying(signal_of(event.data, house, happened=event.time), name)


# -- people -----------------------------------------------------------------------------------------------------------


async def _from_person(
    request: Asked, method: Method, body: ReportBody | CallBody, *, caller: Caller | None
) -> Accepted:
    house, user, place = front(request).house, visitor_of(request).user, body.place
    check_kind(house.kinds, body.kind, method)
    check_place(request, place)
    spot = None if place.code is None else await _check_point(house, place.code)
    where = place.position or (None if spot is None else Position(spot.latitude, spot.longitude))
    words = _words(place.text) or (_words(place.code) if spot is None else spot.label)
    signal = Signal(
        method=method,
        receiver=RECEIVER,
        received_at=house.clock(),
        occurred_at=_seen_at(body, house.clock()),
        path=PATH,
        authenticated=True,
        kind=body.kind,
        site=place.site,
        by=user.name,
        text=_words(body.note),
        place_text=words,
        position=None if where is None else Position(where.latitude, where.longitude),
        caller=caller,
    )
    name = _Headers(request).name(f"{method}", user, body)
    return accepted(await _deliver(request, [_Saying(signal, name)], None))


def _seen_at(body: ReportBody | CallBody, now: datetime) -> datetime | None:
    """When a phone says that it was seen, where it was without a net since; a clock that cannot be is passed over."""
    at = body.occurred_at if isinstance(body, ReportBody) else None
    if at is None or not now - SAID_LATE_MOST <= at <= now - SAID_LATE_LEAST:
        return None
    return at.astimezone(UTC)


def check_kind(kinds: Kinds, kind: str, method: Method) -> None:
    """Raise Refused unless a kind is in the closed list and may be raised in this way."""
    if kind not in kinds:
        raise refused_field("kind", "kind: not in the closed list of kinds", value=kind)
    if method not in kinds[kind].methods:
        raise refused_field("kind", f"kind: {kind} is not raised by {method}", value=kind)


def check_place(request: Asked, place: PlaceBody) -> None:
    if place.site is None and place.position is None and _words(place.text) is None and _words(place.code) is None:
        raise refused_field("place", "place: a site, a position, words or a check point's code are needed")
    if place.site is None:
        return
    site = front(request).house.accounts.by_id(place.site)
    if site is None or not sees_site(request, site):
        raise refused_field("place.site", "place.site: there is no such site", value=place.site)


async def _check_point(house: House, code: str) -> FoundPlace | None:
    """The check point whose plate says exactly this: a phone without a net cannot look itself."""
    if house.gazetteer is None or not _plain(code):
        return None
    found = await house.gazetteer.search(code, near=None, limit=CHECK_POINTS)
    return next((one for one in found.items if one.code and _plain(one.code) == _plain(code)), None)


def _plain(code: str) -> str:
    return "".join(letter for letter in code.casefold() if letter.isalnum())


def _words(text: str | None) -> str | None:
    return None if text is None or not text.strip() else text.strip()


# -- who said it, and whether it was said before ----------------------------------------------------------------------


class _Name(Struct, frozen=True):
    """What a repeat of something shares with it, what it says, and the field that named it."""

    identity: bytes
    content: bytes
    field: str


class _Saying(Struct, frozen=True):
    """A signal, and what it is known by where its sender named it."""

    signal: Signal
    name: _Name | None

    def of(self, source: str | None) -> Arrival:
        return Arrival(
            signals=(self.signal,), identity=None if self.name is None else self.name.identity, source=source
        )


async def _deliver(request: Asked, said: Sequence[_Saying], source: str | None) -> Receipt:
    """Keep what was said, each with a name of its own; return the receipt of the first. Raises Refused for a name that
    was given to something else, and then nothing is kept, or what intake raises."""
    desk = front(request)
    noted = _note(desk, [one.name for one in said if one.name is not None])
    receipts = await asyncio.gather(
        *(desk.house.intake.deliver(one.of(source)) for one in said), return_exceptions=True
    )
    failed = [(one, error) for one, error in zip(said, receipts, strict=True) if isinstance(error, BaseException)]
    desk.said.forget(noted.intersection(one.name.identity for one, _ in failed if one.name is not None))
    for _, error in failed:
        raise error
    return next(receipt for receipt in receipts if isinstance(receipt, Receipt))


def _note(desk: Front, names: Sequence[_Name]) -> set[bytes]:
    """Remember what is said under names, all or none; return the identities that are new. Raises Refused."""
    now, noted = desk.house.clock(), set[bytes]()
    for name in names:
        match desk.said.note(name.identity, name.content, now):
            case Known.NEW:
                noted.add(name.identity)
            case Known.OTHER:
                desk.said.forget(noted)
                title = f"{name.field}: something else was sent under it within a day"
                raise Refused(Problem(status=409, type="belfry:repeat", title=title, field=name.field))
            case Known.SAME:
                pass
    return noted


class _Event:
    """The attributes of a CloudEvent in binary mode."""

    __slots__ = ("happened", "id", "source")

    def __init__(self, given: Mapping[str, str]) -> None:
        if given["specversion"] != "1.0":
            raise refused_field("ce-specversion", "ce-specversion: only 1.0", value=given["specversion"])
        for name in ("id", "source", "type"):
            if not 0 < len(given.get(name, "")) <= KEY_MOST:
                raise refused_field(f"ce-{name}", f"ce-{name}: 1 to {KEY_MOST} characters are needed")
        self.id, self.source = given["id"], given["source"]
        self.happened = _instant(given.get("time"))

    def name(self, user: User, body: SignalBody) -> _Name:
        return _event_name(user, self.source, self.id, body, "ce-id")


class _Headers:
    """The headers that matter here, read in one go."""

    __slots__ = ("_given", "_key", "content")

    def __init__(self, request: Asked) -> None:
        self.content = media_type(request)
        self._key: str | None = None
        self._given: dict[str, str] = {}
        for name, value in request.scope["headers"]:
            if name == b"idempotency-key":
                self._key = value.decode("latin-1")
            elif name.startswith(b"ce-"):
                self._given[name[3:].decode("latin-1")] = value.decode("latin-1")

    @property
    def event(self) -> _Event | None:
        return _Event(self._given) if "specversion" in self._given else None

    def name(self, route: str, user: User, body: Struct) -> _Name | None:
        """What a repeat of this request is known by, where its sender gave it a key."""
        if self._key is None:
            return None
        if not 0 < len(self._key) <= KEY_MOST:
            raise refused_field(KEY_HEADER, f"{KEY_HEADER}: 1 to {KEY_MOST} characters")
        return _Name(identity_of(route, user.name, "key", self._key), msgspec.json.encode(body), KEY_HEADER)


def _event_name(user: User, source: str, which: str, data: SignalBody, field: str) -> _Name:
    """The same in every mode; `time` is an attribute that a mode may leave out, so only `data` has to be the same."""
    return _Name(identity_of(SIGNALS, user.name, "event", source, which), msgspec.json.encode(data), field)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise refused_field("ce-time", "ce-time: no RFC 3339 time", value=text)
    check_instant("ce-time", found)
    return found


def router() -> Router:
    return Router("/", route_handlers=[send_signals, send_report, send_call], tags=["ways in"])
