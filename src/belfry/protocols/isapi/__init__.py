"""ISAPI `EventNotificationAlert`: what cameras, recorders and panels of Hikvision and its many brands send.

Refuse by type first, strip to the list of `lists.FIELDS` second, read third. A message that cannot be read is a
technical fault of its device; a type that no list names is kept back. Bytes in, `Said` out; nothing is raised.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from belfry.domain.reading import (
    READINGS_MOST,
    Disposition,
    Observed,
    PointState,
    Quality,
    Reading,
    Said,
    Target,
)
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.fields import Dropped, Kept, leaf, objects, strip
from belfry.protocols.common.times import instant
from belfry.protocols.common.unreadable import Unreadable, never_raises, rejected
from belfry.protocols.common.values import name, number, whole
from belfry.protocols.hint import Hint
from belfry.protocols.isapi import contact_id
from belfry.protocols.isapi.lists import (
    CONTACT_ID,
    ENVELOPE,
    FIELDS,
    HEARTBEAT,
    LIFE,
    REPEAT,
    TYPES,
    Meaning,
    refused,
)
from belfry.protocols.isapi.message import PICTURE, Message, Tree, messages

__all__ = ["read"]

WHOLE_DEVICE: Final = "device"
"""The point of a message that names no channel."""
TYPE_MOST: Final = 64
HEARTBEATS_COUNT: Final = 1
"""The highest `activePostCount` of a heartbeat. Beyond that the count tells nothing: some firmware counts the posts of
one alarm, some all since it was started, and a new alarm must not be taken for one that goes on."""

_MAC: Final = re.compile(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}")
_SERIAL: Final = re.compile(r"[A-Za-z0-9-]{6,64}")
_TARGETS: Final = {
    "human": Target.HUMAN,
    "vehicle": Target.VEHICLE,
    "animal": Target.ANIMAL,
    "others": Target.OTHER,
    "other": Target.OTHER,
}
_UNITS: Final = {"celsius": "C", "fahrenheit": "F", "kelvin": "K"}
_WORST_FIRST: Final = (
    Disposition.ACCEPT,
    Disposition.REJECT,
    Disposition.QUARANTINE,
    Disposition.REFUSE,
    Disposition.IGNORE,
)


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Return what a body says. `hint` may bring its media type, the table of the device and our time."""
    found = messages(body, hint.media_type)
    said = [_message(message, hint) for message in found.all]
    pictures = (PICTURE,) if found.picture else ()
    return _together(said, pictures)


def _together(said: Sequence[Said], pictures: tuple[str, ...]) -> Said:
    """Several messages in one body: what can be read counts, and what cannot is a reading beside it."""
    if len(said) == 1:
        return replace(said[0], dropped=(*said[0].dropped, *pictures))
    first = min(said, key=lambda one: _WORST_FIRST.index(one.disposition))
    dropped = tuple(dict.fromkeys(name for one in said for name in (*one.dropped, *pictures)))
    address = next((one.address for one in said if one.address is not None), None)
    in_part = len({one.disposition for one in said}) > 1 and any(one.disposition is Disposition.REFUSE for one in said)
    if first.disposition is not Disposition.ACCEPT:
        return replace(first, dropped=dropped, address=address, refused_in_part=in_part)
    readings = [reading for one in said for reading in one.readings]
    readings += [
        Reading(observed=what, point=WHOLE_DEVICE, state=PointState.PULSE)
        for what, disposition in _BESIDE
        if any(one.disposition is disposition for one in said)
    ]
    return Said(
        disposition=Disposition.ACCEPT,
        readings=_few(readings),
        dropped=dropped,
        heartbeat=any(one.heartbeat for one in said),
        address=address,
        refused_in_part=in_part,
    )


_BESIDE: Final = ((Observed.UNREADABLE, Disposition.REJECT), (Observed.UNLISTED, Disposition.QUARANTINE))


def _message(message: Message, hint: Hint) -> Said:
    if message.tree is None:
        return rejected(message.reason)
    tree = message.tree
    address = _address(tree)
    types = _types(tree)
    if not types:
        return replace(rejected("a message without an event type"), address=address)
    allowed = [one for one in types if not refused(one)]
    if not allowed:
        return _refused(tree, address)
    dropped = Dropped()
    kept = strip(_without_envelope(tree), FIELDS, dropped)
    said = _said(allowed, kept, hint, repeated=_type(tree) == REPEAT)
    readings = tuple(replace(one, quality=(*one.quality, Quality.RECOVERED)) for one in said.readings)
    return replace(
        said, readings=readings if message.recovered else said.readings, dropped=dropped.names(), address=address
    )


def _refused(tree: Tree, address: str | None) -> Said:
    """Nothing below the top is looked at, not even for the names of it."""
    dropped = Dropped()
    for field in _without_envelope(tree):
        if field not in FIELDS:
            dropped.add(field)
    return Said(
        disposition=Disposition.REFUSE, dropped=dropped.names(), reason="a type that describes people", address=address
    )


def _said(types: Sequence[str], kept: Kept, hint: Hint, *, repeated: bool) -> Said:
    if CONTACT_ID in types:
        return _contact_id(kept, hint)
    if types == [HEARTBEAT] and _is_heartbeat(kept):
        return Said(disposition=Disposition.IGNORE, heartbeat=True, reason="a heartbeat")
    meanings = [TYPES[one] for one in types if one in TYPES]
    if not meanings:
        return Said(disposition=Disposition.QUARANTINE, reason="a type that no list names")
    readings = [reading for meaning in meanings for reading in _readings(meaning, kept, hint)]
    if not readings:
        return Said(disposition=Disposition.IGNORE, reason="the end of a pre-alarm, which may be the alarm's beginning")
    if repeated:
        readings = [replace(one, quality=(*one.quality, Quality.REPEATED), once=None) for one in readings]
    return Said(disposition=Disposition.ACCEPT, readings=_few(readings), heartbeat=HEARTBEAT in types)


# -- types and addresses ----------------------------------------------------------------------------------------------


def _type(tree: Tree) -> str:
    return _word(next((value for key, value in tree.items() if key.lower() == "eventtype"), None))


def _types(tree: Tree) -> list[str]:
    """The type of a message, in lower case; of a repeat the types that it repeats."""
    own = _type(tree)
    if own != REPEAT:
        return [own] if own else []
    kept = strip(tree, {"DurationList": FIELDS["DurationList"]}, Dropped())
    related = [_word(leaf(one, "relationEvent")) for one in objects(kept, "DurationList", "Duration")]
    return list(dict.fromkeys(one for one in related if one and one != REPEAT))


def _word(value: object) -> str:
    """A name in lower case; a longer one is no name, and is nobody's."""
    return value.strip().lower() if isinstance(value, str) and len(value) <= TYPE_MOST else ""


def _address(tree: Tree) -> str | None:
    """The MAC of the device that speaks, in lower case with colons, or its serial."""
    mac = str(tree.get("macAddress", "")).strip().lower()
    if _MAC.fullmatch(mac):
        return mac.replace("-", ":")
    extensions = tree.get("Extensions")
    serial = extensions.get("serialNumber") if isinstance(extensions, dict) else tree.get("serialNumber")
    return serial if isinstance(serial, str) and _SERIAL.fullmatch(serial) else None


def _without_envelope(tree: Tree) -> Tree:
    return {key: value for key, value in tree.items() if key not in ENVELOPE}


# -- readings ---------------------------------------------------------------------------------------------------------


def _is_heartbeat(kept: Kept) -> bool:
    """`videoloss` and inactive, with no alarm before it; the end of a real loss has a count (`activePostCount`)."""
    count = whole(leaf(kept, "activePostCount"))
    return boolean(leaf(kept, "eventState")) is False and (count is None or count <= HEARTBEATS_COUNT)


def _readings(meaning: Meaning, kept: Kept, hint: Hint) -> list[Reading]:
    state, quality = _state(meaning, kept)
    if state is PointState.INACTIVE and meaning.active is PointState.PENDING:
        return []
    at, clock = instant(leaf(kept, "dateTime"), now=hint.now)
    first = Reading(
        observed=meaning.observed,
        point=_point(meaning, kept, None, hint),
        state=state,
        occurred_at=at,
        switch=meaning.switch,
        quality=(*quality, *clock, *((Quality.SOUND,) if meaning.sound else ())),
        once=_occurrence(state, at or hint.now),
    )
    regions = [] if meaning.point is not None else list(objects(kept, "DetectionRegionList", "DetectionRegionEntry"))
    if not regions:
        return [first]
    return _one_a_point(_of_region(first, meaning, kept, region, hint) for region in regions)


def _occurrence(state: PointState, at: datetime | None) -> str | None:
    """What tells one alarm from the next where its end was never said, as most rules of cameras never do: its minute.

    Not the second: some firmware says a lasting alarm every second and counts none of them.
    """
    if at is None or state is PointState.INACTIVE:
        return None
    return at.replace(second=0, microsecond=0).isoformat()


def _one_a_point(readings: Iterable[Reading]) -> list[Reading]:
    """Of several regions that are one point to the site: the hottest, and a person rather than a car."""
    found: dict[str, Reading] = {}
    for one in readings:
        before = found.get(one.point)
        if before is not None:
            hotter = before if (before.value or 0) >= (one.value or 0) else one
            target = min((before.target, one.target), key=_RANKS.index)
            one = replace(hotter, target=target)
        found[one.point] = one
    return list(found.values())


_RANKS: Final = (Target.HUMAN, Target.VEHICLE, None, Target.OTHER, Target.ANIMAL)
"""None before what is nobody's concern: a region without a class must not be ignored for one with it."""


def _of_region(first: Reading, meaning: Meaning, kept: Kept, region: Kept, hint: Hint) -> Reading:
    value, unit = _temperature(region)
    return replace(
        first,
        point=_point(meaning, kept, region, hint),
        target=_TARGETS.get(_word(leaf(region, "detectionTarget"))),
        value=value,
        unit=unit,
    )


def _state(meaning: Meaning, kept: Kept) -> tuple[PointState, tuple[Quality, ...]]:
    active = boolean(leaf(kept, "eventState"))
    if active is not None:
        return (meaning.active if active else PointState.INACTIVE), ()
    if meaning.observed in LIFE:
        return meaning.active, (Quality.STATE_MISSING,)
    if meaning.observed is Observed.VIDEO_LOSS:  # nearly always a heartbeat, and never surely a loss
        return PointState.UNKNOWN, (Quality.STATE_MISSING,)
    return PointState.PULSE, (Quality.STATE_MISSING,)


def _point(meaning: Meaning, kept: Kept, region: Kept | None, hint: Hint) -> str:
    """`ch2/region1` where the device's table has such a row, or where there is no table; else `ch2`.

    A repeat (`duration`) names no region: it must be the same point as the alarm that it repeats.
    """
    if meaning.point is not None:
        return meaning.point
    channel = whole(leaf(kept, "channelID"))
    if channel is None:
        channel = whole(leaf(kept, "dynChannelID"))
    if channel is not None and channel > hint.channel_offset:
        channel -= hint.channel_offset  # of a recorder: it counts its network cameras from 33
    camera = f"ch{channel}" if channel else WHOLE_DEVICE
    names = [camera]
    if meaning.observed is Observed.INPUT and meaning.switch is None:
        port = name(leaf(kept, "inputIOPortID"))
        names = [camera if port is None else f"in{port}"]
    elif region is not None and (number_ := whole(leaf(region, "regionID"))) is not None:
        names = [f"{camera}/region{number_}", camera]
    return _known(names, hint)


def _known(names: Sequence[str], hint: Hint) -> str:
    """The first name that the device's table has; the last one where it has none; the first without a table."""
    if hint.points is None:
        return names[0]
    known = {row.point for row in hint.points}
    return next((one for one in names if one in known), names[-1])


def _temperature(region: Kept) -> tuple[float | None, str | None]:
    """The temperature of a region and its unit, where both are there: a number without a unit says nothing."""
    for block, value, unit in (
        *((rule, "currTemperature", "thermometryUnit") for rule in ("TMA", "TMPA", "TDA")),
        ("FireDetection", "fireMaxTemperature", "temperatureUnit"),
    ):
        for found in objects(region, block):
            measured, known = number(leaf(found, value)), _UNITS.get(_word(leaf(found, unit)))
            if measured is not None and known is not None:
                return measured, known
    return None, None


def _few(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Each once. Raises Unreadable for more than a message may have."""
    each = tuple(dict.fromkeys(readings))
    if len(each) > READINGS_MOST:
        raise Unreadable(f"a message of more than {READINGS_MOST} readings")
    return each


# -- Contact ID -------------------------------------------------------------------------------------------------------


def _contact_id(kept: Kept, hint: Hint) -> Said:
    """A report of an AX Pro panel; its name of a user and of the partition are stripped already."""
    event = next(iter(objects(kept, "CIDEvent")), None)
    if event is None or boolean(leaf(kept, "eventState")) is False:
        return Said(disposition=Disposition.IGNORE, heartbeat=True, reason="a heartbeat")
    number_ = whole(leaf(event, "code"))
    code = None if number_ is None else contact_id.read_code(number_)
    if code is None:
        return rejected("a CIDEvent without a code")
    qualifier, what = code
    if contact_id.of_no_concern(what):
        return Said(disposition=Disposition.IGNORE, reason="a report of no concern")
    observed = contact_id.observed(what)
    if observed is None:
        return Said(disposition=Disposition.QUARANTINE, reason="a code that no list names")
    at, clock = instant(leaf(event, "trigger") or leaf(kept, "dateTime"), now=hint.now)
    quality = (*clock, *((Quality.REPEATED,) if qualifier == contact_id.STILL else ()))
    reading = Reading(
        observed=observed,
        point=_zone(observed, event),
        state=contact_id.state(qualifier, observed),
        occurred_at=at,
        quality=quality,
        once=_once(number_, event, at),
    )
    return Said(disposition=Disposition.ACCEPT, readings=(reading,))


def _zone(observed: Observed, event: Kept) -> str:
    """Zones count from nought on the wire and from one on the panel, partitions from one on both."""
    zone, system = whole(leaf(event, "zone")), whole(leaf(event, "system"))
    partition = WHOLE_DEVICE if system is None else f"partition{system}"
    if zone is None or observed is Observed.ARMING:
        return partition
    return f"zone{zone + 1}"


def _once(code: int | None, event: Kept, at: datetime | None) -> str | None:
    """What a report that is sent again shares. Nothing where the clock is wrong: two alarms would be one."""
    if at is None or leaf(event, "trigger") is None:
        return None
    return f"{code}/{whole(leaf(event, 'zone'))}/{whole(leaf(event, 'system'))}/{at.isoformat()}"
