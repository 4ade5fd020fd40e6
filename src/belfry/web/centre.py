"""How the centre itself is: status page, closed list, accounts, the decoder; and what machines ask of it."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec
from litestar import MediaType, Response, Router, get, post
from litestar.params import JSONBody, QueryParameter

from belfry.domain.facts import IncidentState
from belfry.domain.kinds import LANGUAGES, Kinds
from belfry.domain.own_faults import OWN_FAULT
from belfry.protocols.dc09.describe import describe
from belfry.web.asks import DecodeBody
from belfry.web.bodies import Asked, takes
from belfry.web.centre_views import (
    AutomationView,
    CentreView,
    Counts,
    KeepingView,
    KindList,
    OwnFaultView,
    Pulse,
    ReceiverView,
    RestoredView,
)
from belfry.web.front import Front, front
from belfry.web.house import AutomationState, House, Keeping, OwnFaultState, ReceiverState
from belfry.web.identity import need, visitor_guard
from belfry.web.instants import check_instant
from belfry.web.languages import language_of
from belfry.web.metrics import exposition
from belfry.web.outlet import Audience, Viewer
from belfry.web.problems import refused, refused_field
from belfry.web.rights import Right
from belfry.web.sight import viewer_of
from belfry.web.silences import Silences
from belfry.web.telling import kind_list
from belfry.web.views import Decoded

_KINDS_LAST_S: Final = 3_600
DECODED_MOST: Final = 1_000
"""Frames and faults decoded at one request: a megabyte of faults would hold up every alarm for a second."""


@get("/centre", guards=[need(Right.CENTRE)], summary="How the centre is")
async def centre(request: Asked) -> CentreView:
    desk, viewer = front(request), viewer_of(request)
    house, silent = desk.house, desk.silences.counts(viewer.audience)
    now = house.describe()
    return CentreView(
        name=house.name,
        demo=bool(house.demo),
        version=house.version,
        now=house.clock(),
        kinds_digest=house.kinds.digest,
        position=str(house.board.position),
        journal=_journal(now.journal_open),
        faults=_faults(house, now.faults),
        receivers=[_receiver(one) for one in now.receivers],
        automation=[_automation(one) for one in now.automation],
        counts=_counts(house) if _sees_all(viewer.audience) else _counts_of(desk, viewer),
        not_commissioned=silent.not_commissioned,
        lost=silent.lost,
        keeping=_keeping(now.keeping),
    )


def _sees_all(audience: Audience) -> bool:
    return audience.tenants is None and not audience.field


def _receiver(one: ReceiverState) -> ReceiverView:
    return ReceiverView(one.name, one.type, one.listen, one.connections, one.takes_devices, one.secure)


def _automation(one: AutomationState) -> AutomationView:
    return AutomationView(
        name=one.name,
        form=one.form,
        agreement=one.agreement,
        state=one.state,
        since=one.since,
        why=one.why,
        handed=one.handed,
        unsaid=one.unsaid,
        behind=one.behind,
    )


def _keeping(told: Keeping) -> KeepingView:
    back = told.restored
    return KeepingView(
        size_bytes=told.size_bytes,
        free_bytes=told.free_bytes,
        bytes_per_day=told.bytes_per_day,
        days_left=told.days_left,
        backup_at=told.backup_at,
        backup_keys=told.backup_keys,
        restored=None if back is None else RestoredView(back.at, str(back.position), back.made_at, back.keys),
        erased_keys=told.erased_keys,
        erased_entries=told.erased_entries,
    )


def pulse_of(house: House, silences: Silences, audience: Audience) -> Pulse:
    """What the stream says of the centre to an audience."""
    now, silent = house.describe(), silences.counts(audience)
    return Pulse(
        journal=_journal(now.journal_open),
        faults=_faults(house, now.faults),
        position=str(house.board.position),
        lost=silent.lost,
        not_commissioned=silent.not_commissioned,
        now=house.clock(),
    )


def _journal(is_open: bool) -> str:
    return "open" if is_open else "closed"


def _faults(house: House, faults: Sequence[OwnFaultState]) -> list[OwnFaultView]:
    kind = house.kinds[OWN_FAULT]
    return [OwnFaultView(kind.code, one.part, one.why, kind.priority, one.since, one.refused) for one in faults]


def _counts(house: House) -> Counts:
    by_state = {str(state): count for state, count in house.board.counts().items() if state != "closed"}
    by_priority = Counter(one.priority for one in house.board.queue() if one.trainee is None)
    return _told(by_state, by_priority)


def _counts_of(desk: Front, viewer: Viewer) -> Counts:
    """The same of what somebody may know of."""
    real = (one for one in desk.house.board.queue() if one.trainee is None)
    seen = [one for one in real if desk.tenants.incident(viewer, one)]
    by_state = Counter(str(incident.state) for incident in seen)
    open_states = (str(state) for state in IncidentState if state is not IncidentState.CLOSED)
    return _told({state: by_state[state] for state in open_states}, Counter(incident.priority for incident in seen))


def _told(by_state: dict[str, int], by_priority: Counter[int]) -> Counts:
    return Counts(by_state, {str(priority): by_priority[priority] for priority in range(1, 6)})


@get("/kinds", guards=[visitor_guard], summary="The closed list of kinds")
async def kinds(
    request: Asked, lang: Annotated[str | None, QueryParameter(max_length=10)] = None
) -> Response[KindList]:
    """In one of en, de, fr, es. Nobody can add to it; its digest says which release it is of."""
    language = lang or language_of(request)
    if language not in LANGUAGES:
        raise refused_field("lang", f"lang: one of {', '.join(LANGUAGES)}", value=language)
    listed = front(request).house.kinds
    tag = f'"{listed.digest[:32]}-{language}"'
    headers = {"ETag": tag, "Cache-Control": f"private, max-age={_KINDS_LAST_S}", "Vary": "Accept-Language, Cookie"}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)  # type: ignore[arg-type]  # a 304 has no body
    return Response(_encoded(listed, language), headers=headers, media_type=MediaType.JSON)  # type: ignore[arg-type]


@lru_cache(maxsize=len(LANGUAGES) * 2)
def _encoded(listed: Kinds, language: str) -> bytes:
    """The whole list is encoded once a language, not once a browser."""
    return msgspec.json.encode(kind_list(listed, language))


@post("/decode", status_code=200, guards=[need(Right.DECODE)], opt=takes(DecodeBody), summary="What did my panel send")
async def decode(request: Asked, data: JSONBody[DecodeBody]) -> Decoded:
    """DC-09 frames in hexadecimal to what they say, as `belfry decode dc09` prints it. Nothing is kept or logged."""
    check_instant("at", data.at)
    house = front(request).house
    key = None if data.key is None else bytes.fromhex(data.key)
    items: list[dict[str, Any]] = []
    for number, text in enumerate(data.frames):
        try:
            items += describe(text, key=key, at=data.at, codes=house.codes)
        except ValueError:
            raise refused_field(f"frames[{number}]", f"frames[{number}]: wants pairs of hexadecimal digits") from None
        if len(items) > DECODED_MOST:
            limit = f"at most {DECODED_MOST} frames and faults at once"
            raise refused_field("frames", f"frames: {limit}", limit=limit)
    return Decoded(items)


# -- for machines -----------------------------------------------------------------------------------------------------


@get("/healthz", media_type=MediaType.TEXT, include_in_schema=False)
async def healthz() -> str:
    """The process answers."""
    return "ok\n"


@get("/readyz", media_type=MediaType.TEXT, include_in_schema=False)
async def readyz(request: Asked) -> str:
    """The centre does its work: the journal is open, and everything stored is folded."""
    now = front(request).house.describe()
    if not now.journal_open:
        raise refused(503, "The journal is closed", kind="belfry:journal-closed")
    if not now.ready:
        raise refused(503, "The centre is not ready yet", kind="belfry:not-ready")
    return "ready\n"


@get("/metrics", include_in_schema=False)
async def metrics(request: Asked) -> Response[bytes]:
    """Numbers for Prometheus. No site, device or kind is a label (SCOPE, fences)."""
    desk: Front = front(request)
    text, media_type = exposition(desk.house, len(desk.hub))
    return Response(text, media_type=media_type)


def router() -> Router:
    return Router("/", route_handlers=[centre, kinds, decode], tags=["centre"])


def machine_handlers() -> list[Any]:
    return [healthz, readyz, metrics]
