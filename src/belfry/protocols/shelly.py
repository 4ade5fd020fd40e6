"""Shelly, second generation and later: NotifyStatus, NotifyFullStatus and NotifyEvent on `<id>/events/rpc`.

A status is partial: what it does not name has not changed, so nothing is read out of absence. Of a component the listed
field is read. Presence sensors count people: they are refused where they speak alone, and dropped beside others.
Source: the vendor's pages of the Gen2 API (Notifications, Smoke, Flood, Input, DevicePower); EQUIPMENT 5.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from belfry.domain.reading import Observed, PointState, Reading, Said
from belfry.protocols.common import jsons
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.fields import Dropped
from belfry.protocols.common.times import epoch
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.values import number
from belfry.protocols.hint import Hint
from belfry.protocols.mqtt import (
    Published,
    accepted,
    active,
    addressed,
    ignored,
    offline,
    published,
    refused,
    settled,
    unlisted,
    word,
)

OWN_TOPICS: Final = ("events/rpc", "online")
"""What is subscribed below the address of a device, its id or topic prefix."""
TOPICS: Final = tuple(f"+/{topic}" for topic in OWN_TOPICS)

COMPONENT: Final = re.compile(r"([a-z_]{2,20}):(\d{1,3})")
ALARMS: Final[Mapping[str, tuple[str, Observed]]] = {
    "smoke": ("alarm", Observed.SMOKE),
    "flood": ("alarm", Observed.WATER),
    "input": ("state", Observed.INPUT),
}
"""Component: the field that says whether it is active."""
NUMBERS: Final[Mapping[str, tuple[str, str]]] = {"temperature": ("tC", "C"), "humidity": ("rh", "%")}
PRESSES: Final = frozenset({"btn_down", "single_push", "double_push", "triple_push", "long_push"})
RELEASES: Final = frozenset({"btn_up"})
PEOPLE: Final = frozenset({"presence", "presencezone", "media", "camera"})
"""Components that count or show people."""
FAULTS: Final = frozenset({"cable_unplugged"})
STATUS: Final = frozenset({"NotifyStatus", "NotifyFullStatus"})
EVENTS_MOST: Final = 32


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one message; `hint.topic` is its whole topic."""
    message = _message(body, hint)
    address = message.above(2 if message.ends("events", "rpc") else 1)
    return addressed(settled(_by_topic(message, address), message), address)


def _message(body: bytes, hint: Hint) -> Published:
    """The message; without a topic (over HTTP) what has a method is the notification itself. Raises Unreadable."""
    if not hint.topic and "method" in jsons.parse_object(body):
        return Published(("events", "rpc"), body, retain=False)
    return published(body, hint)


@never_raises
def _by_topic(message: Published, address: str | None) -> Said:
    if message.ends("events", "rpc"):
        return _notified(message, address)
    if message.ends("online"):
        here = boolean(word(message.body))
        return unlisted(address=address) if here is None else accepted([offline("online", not here)], address=address)
    return unlisted(address=address)


def _notified(message: Published, address: str | None) -> Said:
    dropped = Dropped()
    told = jsons.parse_object(message.body)
    method, params = told.get("method"), told.get("params")
    for key in told:
        if key not in ("method", "params", "src", "dst"):
            dropped.add(key)
    if not isinstance(method, str) or not isinstance(params, dict):
        raise Unreadable("a notification without its method or its params")
    if method == "NotifyEvent":
        found = list(_events(params, dropped))
    elif method in STATUS:
        found = list(_status(params, dropped))
    else:
        return unlisted(address=address, dropped=dropped.names())
    at, quality = epoch(params.get("ts"))
    readings = [replace(one, occurred_at=at, quality=(*one.quality, *quality)) for one in found]
    if readings:
        return accepted(readings, address=address, dropped=dropped.names())
    if any(_is_of_people(key) for key in params):
        return refused("counts people, or shows them", address=address)
    return ignored("nothing that is listed", address=address, dropped=dropped.names(), heartbeat=True)


def _status(params: Mapping[str, object], dropped: Dropped) -> Iterator[Reading]:
    for key, value in params.items():
        matched = COMPONENT.fullmatch(key)
        if key == "ts":
            continue
        if matched is None or not isinstance(value, dict) or _is_of_people(key):
            dropped.add(key)
            continue
        kept = yield from _component(key, matched[1], value)
        for field in value:
            if field not in kept:
                dropped.add(key, str(field))


def _component(key: str, kind: str, value: Mapping[str, object]) -> Generator[Reading, None, set[str]]:
    """Yield the readings of one component; return the names of the fields that were looked at."""
    kept = {"id"}
    if kind in ALARMS:
        field, observed = ALARMS[kind]
        kept |= {field, "errors"}
        said = boolean(value.get(field))
        if said is not None:
            yield Reading(observed=observed, point=key, state=active(said))
        if (errors := value.get("errors")) is not None and isinstance(errors, list):
            yield Reading(observed=Observed.FAULT, point=f"{key}/errors", state=active(bool(errors)))
    elif kind in NUMBERS:
        field, unit = NUMBERS[kind]
        kept.add(field)
        if (measured := number(value.get(field))) is not None:
            yield Reading(observed=Observed.VALUE, point=key, state=PointState.UNKNOWN, value=measured, unit=unit)
    elif kind == "devicepower":
        kept |= {"battery", "external"}
        yield from _power(key, value)
    return kept


def _power(key: str, value: Mapping[str, object]) -> Iterator[Reading]:
    battery, external = value.get("battery"), value.get("external")
    percent = number(battery.get("percent")) if isinstance(battery, dict) else None
    if percent is not None:
        yield Reading(
            observed=Observed.VALUE, point=f"{key}/battery", state=PointState.UNKNOWN, value=percent, unit="%"
        )
    present = boolean(external.get("present")) if isinstance(external, dict) else None
    if present is not None:
        yield Reading(observed=Observed.POWER, point=key, state=active(not present))


def _events(params: Mapping[str, object], dropped: Dropped) -> Iterator[Reading]:
    """Presses of buttons: inputs, whose meaning the site's own table tells."""
    events = params.get("events")
    for key in params:
        if key not in ("ts", "events"):
            dropped.add(key)
    for event in events[:EVENTS_MOST] if isinstance(events, list) else ():
        if not isinstance(event, dict):
            raise Unreadable("an event that is none")
        component, pressed = event.get("component"), event.get("event")
        for key in event:
            if key not in ("component", "event", "id", "ts"):
                dropped.add("events", str(key))
        if isinstance(component, str) and COMPONENT.fullmatch(component) and pressed in PRESSES:
            yield Reading(observed=Observed.INPUT, point=f"{component}/{pressed}", state=PointState.PULSE)


def _is_of_people(key: str) -> bool:
    return key.partition(":")[0] in PEOPLE
