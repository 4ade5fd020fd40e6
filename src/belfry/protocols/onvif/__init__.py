"""ONVIF events: the body of a Notify or of a PullMessagesResponse. Bytes in, `Said` out; nothing is raised.

Refuse by topic first, keep the named simple items second, read third. Elements inside a message (`ElementItem`) are
never looked at: that is where faces, bodies and clothes are described. A point is the source and the rule that a
message names; its value is the data item of a name, wherever it stands. `Initialized` is state as it has been.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from belfry.domain.reading import READINGS_MOST, Disposition, Observed, PointState, Quality, Reading, Said, Target
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.fields import Dropped
from belfry.protocols.common.times import instant
from belfry.protocols.common.unreadable import Unreadable, never_raises, rejected
from belfry.protocols.common.values import name, number
from belfry.protocols.common.xml import Node, parse_leniently
from belfry.protocols.hint import Hint
from belfry.protocols.onvif.topics import (
    CLASSES,
    OTHER_SOURCE_ITEMS,
    RULE_ITEMS,
    SOUND_ITEMS,
    SOUNDS,
    SOUNDS_OF_PEOPLE,
    SOURCE_ITEMS,
    TOKEN_ALIASES,
    VALUE_ITEMS,
    How,
    Meaning,
    Topic,
    meaning,
    of_no_concern,
    refused,
    topic,
)

__all__ = ["read"]

MESSAGES_MOST: Final = 256
TOPIC_MOST: Final = 300
ENVELOPES: Final = frozenset({"Notify", "PullMessagesResponse"})
WHOLE_DEVICE: Final = "device"
BATTERY_LOW: Final = 15.0
"""Percent of a battery from which on it is told as low."""

LIFE: Final = frozenset({Observed.FIRE, Observed.SMOKE, Observed.HEAT})
_RANKS: Final = (Target.HUMAN, Target.VEHICLE, Target.OTHER, Target.ANIMAL, None)
OVER: Final = "state as it has been: what only begins is long over"


@dataclass(frozen=True, slots=True, repr=False)
class Items:
    """What is kept of one message."""

    source: dict[str, str]
    data: dict[str, str]
    sync: bool
    deleted: bool
    at: datetime | None
    quality: tuple[Quality, ...]

    def first(self, *names: str) -> str | None:
        return next((self.data[one] for one in names if one in self.data), None)


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Return what a body says: a SOAP envelope, or what stands in one."""
    root, recovered = parse_leniently(body)
    notices = [node for node in root.walk() if node.name == "NotificationMessage"]
    if not notices:
        if any(node.name in ENVELOPES for node in root.walk()):
            return Said(disposition=Disposition.IGNORE, heartbeat=True, reason="nothing happened")
        raise Unreadable("XML without a notification")
    if len(notices) > MESSAGES_MOST:
        raise Unreadable(f"more than {MESSAGES_MOST} notifications in one body")
    dropped = Dropped()
    said = [_notice(node, hint, dropped) for node in notices]
    told = _together(said, dropped)
    if not recovered:
        return told
    return replace(
        told, readings=tuple(replace(one, quality=(*one.quality, Quality.RECOVERED)) for one in told.readings)
    )


def _together(said: Sequence[Said], dropped: Dropped) -> Said:
    """What can be read counts; what cannot, and what no list names, is a reading beside it."""
    readings = [reading for one in said for reading in one.readings]
    kinds = {one.disposition for one in said}
    in_part = Disposition.REFUSE in kinds and len(kinds) > 1
    if not readings or kinds == {Disposition.REJECT}:
        worst = (Disposition.REJECT, Disposition.QUARANTINE, Disposition.REFUSE, Disposition.IGNORE)
        first = min(said, key=lambda one: worst.index(one.disposition))
        return replace(first, dropped=dropped.names(), heartbeat=True, refused_in_part=in_part)
    for disposition, observed in _BESIDE:
        if disposition in kinds:
            readings.append(Reading(observed=observed, point=WHOLE_DEVICE, state=PointState.PULSE))
    if len(readings) > READINGS_MOST:
        raise Unreadable(f"a message of more than {READINGS_MOST} readings")
    return Said(
        disposition=Disposition.ACCEPT,
        readings=tuple(readings),
        dropped=dropped.names(),
        heartbeat=True,
        refused_in_part=in_part,
    )


_BESIDE: Final = ((Disposition.REJECT, Observed.UNREADABLE), (Disposition.QUARANTINE, Observed.UNLISTED))


def _notice(node: Node, hint: Hint, dropped: Dropped) -> Said:
    """One NotificationMessage, as a `Said` of its own."""
    written = node.first("Topic")
    if written is None or not written.text or len(written.text) > TOPIC_MOST:
        return rejected("a notification without a topic")
    parts = topic(written.text)
    if refused(parts):
        dropped.add("Message")
        return Said(disposition=Disposition.REFUSE, reason="a topic that describes people")
    row = meaning(parts)
    if row is None:
        if of_no_concern(parts):
            return _ignored("of no concern")
        return Said(disposition=Disposition.QUARANTINE, reason="a topic that no list names")
    outer = node.first("Message")
    message = None if outer is None else outer.first("Message")
    if message is None:
        return rejected("a notification without a message")
    items = _items(message, row, hint, dropped)
    point = _point(row, items.source)
    if point is None:
        return rejected("a notification that does not say where")
    return _said(row, parts, items, point, dropped)


# -- what is kept -----------------------------------------------------------------------------------------------------


def _items(message: Node, row: Meaning, hint: Hint, dropped: Dropped) -> Items:
    where = frozenset((*SOURCE_ITEMS, *RULE_ITEMS))
    values = frozenset((*row.items, *VALUE_ITEMS, *(SOUND_ITEMS if row.how is How.SOUND else ())))
    source: dict[str, str] = {}
    data: dict[str, str] = {}
    for part in message.children:
        kept, into = (values, data) if part.name == "Data" else (where, source)
        for item in part.children:
            own = item.attributes.get("Name", "")
            if item.name == "SimpleItem" and own in kept:
                into.setdefault(own, item.attributes.get("Value", "").strip())
            elif own not in OTHER_SOURCE_ITEMS:
                dropped.add(own if item.name == "SimpleItem" and own else "ElementItem")
    # One simulator writes PropertyType.
    operation = message.attributes.get("PropertyOperation", message.attributes.get("PropertyType", "")).strip().lower()
    at, quality = instant(message.attributes.get("UtcTime"), zone=UTC, now=hint.now)
    return Items(source, data, operation == "initialized", operation == "deleted", at, quality)


def _point(row: Meaning, source: dict[str, str]) -> str | None:
    """`DI_1`, or source and rule as `VideoSourceToken/MyTamperDetectorRule`; None where a source is due and missing."""
    place = next((source[one] for one in SOURCE_ITEMS if source.get(one)), None)
    rule = next((source[one] for one in RULE_ITEMS if source.get(one)), None)
    if place is not None:
        place = TOKEN_ALIASES.get(place, place)
    if not row.ruled and place is not None:
        rule = None
    named = [one for one in (place, rule) if one is not None]
    if not named:
        return None if row.sourced else WHOLE_DEVICE
    return name("/".join(named)) or name(named[-1])


# -- what it says -----------------------------------------------------------------------------------------------------


def _said(row: Meaning, parts: Topic, items: Items, point: str, dropped: Dropped) -> Said:
    first = Reading(
        observed=row.observed,
        point=point,
        state=PointState.PULSE,
        occurred_at=items.at,
        target=row.target,
        switch=row.switch,
        quality=items.quality,
        sync=items.sync,
    )
    if items.deleted:  # the property is no more: what it guards is as unknown as before it was there
        return _ignored("a property that is no more")
    match row.how:
        case How.TRUTH:
            return _accepted([_with(first, boolean(items.first(*row.items)))])
        case How.WORD:
            word = (items.first(*row.items) or "").lower()
            return _accepted([_with(first, None if word in ("", "unknown") else word not in row.normal)])
        case How.PULSE:
            # Initialized: it was crossed once, before we asked.
            return _ignored(OVER) if items.sync else _accepted([first])
        case How.CLASSES:
            return _classes(first, items, row, dropped)
        case How.SOUND:
            return _sound(first, items)
        case How.LEVEL:
            return _accepted([_level(first, parts, items)])
        case How.CHARGE:
            return _accepted([_charge(first, items, row)])


def _ignored(reason: str) -> Said:
    return Said(disposition=Disposition.IGNORE, reason=reason)


def _accepted(readings: Iterable[Reading]) -> Said:
    return Said(disposition=Disposition.ACCEPT, readings=tuple(readings))


def _with(reading: Reading, active: bool | None) -> Reading:
    if active is not None:
        return replace(reading, state=PointState.ACTIVE if active else PointState.INACTIVE)
    state = PointState.ACTIVE if reading.observed in LIFE and not reading.sync else PointState.UNKNOWN
    return replace(reading, state=state, quality=(*reading.quality, Quality.STATE_MISSING))


def _classes(first: Reading, items: Items, row: Meaning, dropped: Dropped) -> Said:
    """`Human Animal`: one reading of each thing that is seen. Nothing seen is the end of all of them."""
    written = items.first(*row.items)
    if written is None:
        return _accepted([replace(_with(first, None), state=PointState.UNKNOWN)])
    words = written.replace(",", " ").lower().split()
    if not words:
        ended = (Observed.INTRUSION, Observed.FIRE, Observed.SMOKE)
        return _accepted(replace(first, observed=one, state=PointState.INACTIVE) for one in ended)
    seen = [CLASSES[word] for word in words if word in CLASSES]
    if len(seen) < len(words):
        dropped.add(row.items[0])
    if not seen:
        return Said(disposition=Disposition.REFUSE, reason="classes that describe people, or that no list names")
    readings = []
    for observed in dict.fromkeys(what for what, _ in seen):
        target = min((target for what, target in seen if what is observed), key=_RANKS.index)
        readings.append(replace(first, observed=observed, state=PointState.ACTIVE, target=target))
    return _accepted(readings)


def _sound(first: Reading, items: Items) -> Said:
    words = (items.first(*SOUND_ITEMS) or "").lower().split(",")
    letters = ["".join(sign for sign in word if sign.isalpha()) for word in words]
    heard = next((SOUNDS[one] for one in letters if one in SOUNDS), None)
    if heard is None:
        if not SOUNDS_OF_PEOPLE.isdisjoint(letters):
            return Said(disposition=Disposition.REFUSE, reason="a sound that people make")
        return _ignored("a sound of no concern")
    if items.sync:
        return _ignored(OVER)
    return _accepted([replace(first, observed=heard, quality=(*first.quality, Quality.SOUND))])


def _level(first: Reading, parts: Topic, items: Items) -> Reading:
    """Beyond its threshold or not; a unit is told where it can be no other."""
    value, threshold = number(items.data.get("Value")), number(items.data.get("Threshold"))
    beyond = None
    if value is not None and threshold is not None:
        beyond = value >= threshold if parts[-1] == "High" else value <= threshold
    unit = {"Temperature": "C", "RelativeHumidity": "%"}.get(parts[-2])
    reading = replace(_with(first, beyond), value=value, unit=unit if value is not None else None)
    # It says that a limit was passed; by how much is a courtesy.
    return reading if beyond is not None or items.sync else replace(reading, state=PointState.PULSE)


def _charge(first: Reading, items: Items, row: Meaning) -> Reading:
    left = number(items.first(*row.items))
    if left is None:
        return _with(first, None)
    return replace(_with(first, left <= BATTERY_LOW), value=left, unit="%")
