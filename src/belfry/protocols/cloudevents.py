"""CloudEvents 1.0: structured, binary (`ce-` headers) and batch. The type tells what it is, the data where.

A type ends in what is observed, with a state behind it where it likes: `org.example.alarm.panic`,
`com.example.water.cleared`. Of the data `zone`, `state`, `value` and `unit` are read.
Source: cloudevents/spec, CloudEvents 1.0.2, JSON event format and HTTP binding; EQUIPMENT 5.
"""

from base64 import b64decode
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from msgspec.structs import replace

from belfry.domain.device import UNITS
from belfry.domain.reading import Disposition, Observed, PointState, Quality, Reading, Said
from belfry.protocols.common import jsons
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.fields import LEAF, Allow, Dropped, Kept, leaf, objects, strip
from belfry.protocols.common.times import instant
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.values import name, number
from belfry.protocols.common.words import is_of_people, once
from belfry.protocols.hint import Hint
from belfry.protocols.telling import OF_MANY, UNREADABLE, accepted, active, ignored, refused, unlisted

BINARY: Final = "ce-"
CODED: Final = "data_base64"
_DATA: Final[Allow] = {"zone": LEAF, "state": LEAF, "value": LEAF, "unit": LEAF}
_EVENT: Final[Allow] = {
    "specversion": LEAF, "type": LEAF, "source": LEAF, "id": LEAF, "subject": LEAF, "time": LEAF,
    "datacontenttype": LEAF, "data": _DATA,
}  # fmt: skip
REQUIRED: Final = ("type", "source", "id")

TYPES: Final[Mapping[str, Observed]] = {
    **{one.value: one for one in Observed if one not in (Observed.UNREADABLE, Observed.UNLISTED, Observed.DURESS)},
    "duress": Observed.DURESS,
    "leak": Observed.WATER,
    "flood": Observed.WATER,
    "burglary": Observed.INTRUSION,
    "holdup": Observed.PANIC,
    "temperature": Observed.VALUE,
    "humidity": Observed.VALUE,
    "measurement": Observed.VALUE,
}
STATES: Final[Mapping[str, PointState]] = {
    "active": PointState.ACTIVE, "raised": PointState.ACTIVE, "started": PointState.ACTIVE, "alarm": PointState.ACTIVE,
    "firing": PointState.ACTIVE, "inactive": PointState.INACTIVE, "cleared": PointState.INACTIVE,
    "ended": PointState.INACTIVE, "restore": PointState.INACTIVE, "restored": PointState.INACTIVE,
    "resolved": PointState.INACTIVE, "normal": PointState.INACTIVE, "pulse": PointState.PULSE,
    "pending": PointState.PENDING,
}  # fmt: skip
HEARTBEATS: Final = frozenset({"heartbeat", "ping", "keepalive"})

Event = Mapping[str, object]


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one message: an event, or a batch of them."""
    events = _events(body, hint)
    if not events:
        return ignored("an empty batch", heartbeat=True)
    dropped = Dropped()
    said = [_event(event, hint, dropped) for event in events]
    readings = [one for one in said if isinstance(one, Reading)]
    others = [one for one in said if isinstance(one, Said)]
    in_part = any(one.disposition is Disposition.REFUSE for one in others)
    if readings:
        return replace(accepted(readings, dropped.names()), refused_in_part=in_part)
    told = next((one for one in others if one.reason.startswith("unlisted")), others[0])
    return replace(told, refused_in_part=in_part and told.disposition is not Disposition.REFUSE)


def _events(body: bytes, hint: Hint) -> list[object]:
    if f"{BINARY}type" in hint.headers:
        event: dict[str, object] = {
            key.removeprefix(BINARY): unquote(value) for key, value in hint.headers.items() if key.startswith(BINARY)
        }
        if body and _is_json(hint.media_type):
            event["data"] = jsons.parse(body)
        return [event]
    told = jsons.parse(body, OF_MANY)
    if isinstance(told, list):
        return told
    if not isinstance(told, dict):
        raise Unreadable("no event")
    return [told]


def _is_json(media_type: object) -> bool:
    """Whether data is JSON, as it is where nothing is said of it."""
    kind = media_type.partition(";")[0].strip().lower() if isinstance(media_type, str) else ""
    return kind in ("", "text/json") or kind.endswith(("/json", "+json"))


def _with_data(event: Event) -> Event:
    """The same event with its JSON in `data`, also where it came as base64. Raises Unreadable."""
    coded = event.get(CODED)
    if coded is None or not _is_json(event.get("datacontenttype")):
        return event
    try:
        data = b64decode(coded, validate=True) if isinstance(coded, str) else b""
    except ValueError:
        raise Unreadable("data_base64 is none") from None
    return {**{key: value for key, value in event.items() if key != CODED}, "data": jsons.parse(data)}


def _event(event: object, hint: Hint, dropped: Dropped) -> Reading | Said:
    """One event: its reading, or why it has none. An unreadable one stands as such beside the others."""
    if not isinstance(event, dict):
        return UNREADABLE
    kind = event.get("type")
    if isinstance(kind, str) and is_of_people(kind):
        dropped.add("data")
        return refused()
    try:
        kept = strip(_with_data(event), _EVENT, dropped)
    except Unreadable:
        return UNREADABLE
    if leaf(kept, "specversion") != "1.0" or not all(_is_text(leaf(kept, one)) for one in REQUIRED):
        return UNREADABLE
    levels = [level for level in str(leaf(kept, "type")).lower().replace("/", ".").split(".") if level]
    stated = STATES.get(levels[-1]) if len(levels) > 1 and levels[-1] in STATES else None
    word = levels[-2 if stated is not None else -1]
    if word in HEARTBEATS:
        return ignored("a heartbeat", heartbeat=True)
    observed = TYPES.get(word)
    if observed is None:
        return unlisted()
    return _reading(observed, stated, kept, hint)


def _reading(observed: Observed, stated: PointState | None, kept: Kept, hint: Hint) -> Reading:
    data: Kept = next(iter(objects(kept, "data")), {})
    state = _state(leaf(data, "state")) or stated
    value = number(leaf(data, "value"))
    quality: tuple[Quality, ...] = ()
    if state is None:
        # An event without a state begins, and nobody will say its end.
        state = PointState.UNKNOWN if observed is Observed.VALUE else PointState.PULSE
        quality = () if observed is Observed.VALUE else (Quality.STATE_MISSING,)
    at, doubts = instant(leaf(kept, "time"), now=hint.now)
    unit = leaf(data, "unit")
    return Reading(
        observed=observed,
        point=name(leaf(data, "zone")) or name(leaf(kept, "subject")) or observed.value,
        state=state,
        occurred_at=at,
        value=value,
        unit=unit if value is not None and isinstance(unit, str) and unit in UNITS else None,
        quality=(*quality, *doubts),
        once=once(leaf(kept, "source"), leaf(kept, "id")),
    )


def _state(said: object) -> PointState | None:
    if isinstance(said, str) and said.strip().lower() in STATES:
        return STATES[said.strip().lower()]
    told = boolean(said)
    return None if told is None else active(told)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""
