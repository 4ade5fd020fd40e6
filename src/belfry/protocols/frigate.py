"""Frigate: detections of a network video recorder, as classes of objects and no more.

Refused by topic before a byte of the payload is read: recognised faces and plates, descriptions, transcripts, triggers,
classifications, pictures, counts. Of `reviews` and `events` the listed fields are kept; who or what of whose was seen
(sub_label, attributes, plates) is dropped by not being listed, and so is every key that Frigate may add. Which camera
speaks is the reading's `address`; a registered camera is a device, else its Frigate is.
Source: blakeblackshear/frigate docs/docs/integrations/mqtt.md; EQUIPMENT 3.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from belfry.domain.reading import Observed, PointState, Quality, Reading, Said, Switch, Target
from belfry.protocols.common import jsons
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.fields import Dropped
from belfry.protocols.common.times import epoch
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.values import name
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
    state_word,
    unlisted,
    word,
    words,
)

TOPICS: Final = (
    "reviews",
    "events",
    "available",
    "tracked_object_update",
    "+/status/+",
    "+/audio/+",
    "+/motion",
)
"""What is subscribed below a prefix. `tracked_object_update` only to be refused: that a Frigate recognises faces is
something its site should be told. Pictures, counts and transcripts of cameras are not asked for at all, except those
that share a filter with the rest."""

REFUSED_TOPICS: Final = frozenset({"tracked_object_update", "triggers", "classification", "transcription", "snapshot"})
ZONES_MOST: Final = 16
"""Zones of one detection that become readings."""

VEHICLES: Final = words("car truck bus motorcycle bicycle boat train airplane golf_cart school_bus")
ANIMALS: Final = words(
    """
    bird cat dog horse sheep cow elephant bear zebra giraffe deer fox goat rabbit raccoon skunk squirrel kangaroo
    possum rodent
    """
)
THINGS: Final = words(
    """
    package umbrella handbag backpack suitcase chair bench bed couch dining_table tv laptop bottle cup bowl plant
    potted_plant waste_bin bbq_grill robot_lawnmower kite sports_ball skateboard surfboard traffic_light
    fire_hydrant stop_sign parking_meter on_demand amazon usps ups fedex dhl an_post purolator postnl nzpost
    postnord gls dpd canada_post royal_mail
    """
)
"""Listed, and of no concern."""
HAZARDS: Final[Mapping[str, Observed]] = {"fire": Observed.FIRE, "flame": Observed.FIRE, "smoke": Observed.SMOKE}
"""Classes of models that were trained for them."""
PEOPLE: Final = ("face", "plate", "gender", "people", "crowd")
"""A label with one of these in it describes people or names them."""

SOUNDS: Final[Mapping[str, tuple[Observed, Switch | None]]] = {
    "fire_alarm": (Observed.FIRE, None),
    "smoke_detector": (Observed.FIRE, None),
    "glass": (Observed.INTRUSION, Switch.SOUND),
    "shatter": (Observed.INTRUSION, Switch.SOUND),
    "alarm": (Observed.INPUT, Switch.SOUND),
    "siren": (Observed.INPUT, Switch.SOUND),
    "burglar_alarm": (Observed.INTRUSION, Switch.SOUND),
    "car_alarm": (Observed.INPUT, Switch.SOUND),
    "gunshot": (Observed.PANIC, Switch.SOUND),
    "explosion": (Observed.FIRE, Switch.SOUND),
}
VOICES: Final = words(
    """
    speech yell scream shout child_speech conversation narration babbling whoop bellow whispering laughter crying
    sob singing breathing cough sneeze snoring footsteps crowd chatter babble
    """
)
"""What a microphone hears of people: nobody listens in (SCOPE 2)."""
SOUNDS_OF_NO_CONCERN: Final = frozenset({"bark", "dbfs", "rms", "state", "set", "meow", "doorbell", "music", "rain"})

STATUS: Final[Mapping[str, bool]] = {"online": False, "offline": True, "disabled": True, "stopped": True}
"""Whether the camera is lost. One that somebody switched off watches as little as a broken one."""
ROLES: Final = frozenset({"detect", "record", "audio"})

EVENT_KEPT: Final = words(
    """
    id camera label false_positive start_time end_time current_zones entered_zones active has_snapshot has_clip
    top_score
    """
)
REVIEW_KEPT: Final = frozenset({"id", "camera", "severity", "start_time", "end_time", "data"})
REVIEW_DATA_KEPT: Final = frozenset({"zones", "objects", "audio"})
ENVELOPE_KEPT: Final = frozenset({"type", "after"})
BEGINS: Final = frozenset({"new", "update"})
END: Final = "end"


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one message of a Frigate; `hint.topic` is its whole topic."""
    message = published(body, hint)
    base = message.above(_own_levels(message))
    return addressed(settled(_by_topic(message, base), message), base)


def _own_levels(message: Published) -> int:
    """How many levels of the topic are Frigate's own, behind its prefix."""
    if message.ends(None, "status", None) or message.ends(None, "audio", None):
        return 3
    if message.ends(None, "classification", None) or message.ends(None, None, "snapshot"):
        return 3
    return 2 if message.ends("motion") else 1


@never_raises
def _by_topic(message: Published, base: str | None) -> Said:
    last = message.topic[-1]
    if REFUSED_TOPICS.intersection(message.topic[-2:]):
        return refused("describes people, or shows them", address=base)
    if last == "events":
        return _event(message, base)
    if last == "reviews":
        return _review(message, base)
    if last == "available":
        return _available(message, base)
    if message.ends(None, "status", None):
        return _status(message, base)
    if message.ends(None, "audio", None):
        return _audio(message, base)
    if message.ends(None, "motion"):
        return _motion(message, base)
    if last in ("stats", "state", "set", "camera_activity", "restart", "onConnect", "profile"):
        return ignored("of no concern", address=base)
    if message.body.strip().isdigit():
        return refused("counts what a camera sees", address=base)
    return unlisted(address=base)


# -- detections -------------------------------------------------------------------------------------------------------


def _event(message: Published, base: str | None) -> Said:
    """A tracked object: `new`, `update`, `end`."""
    dropped = Dropped()
    kind, after = _envelope(message, dropped)
    for key in after:
        if key not in EVENT_KEPT:
            dropped.add("after", key)
    label = name(after.get("label"))
    if label is None:
        raise Unreadable("a detection without its label")
    if _is_of_people(label):
        return refused("recognises people", address=base)
    if kind not in BEGINS and kind != END:
        return unlisted(address=base, dropped=dropped.names())
    if after.get("false_positive") is True:
        return ignored("a false positive, as Frigate itself says", address=base, dropped=dropped.names())
    zones = _names(after.get("current_zones"))
    if kind == END:
        zones = tuple(dict.fromkeys((*_names(after.get("entered_zones")), *zones)))[:ZONES_MOST]
    return _detected(after, [label], zones, kind=kind, base=base, dropped=dropped)


def _review(message: Published, base: str | None) -> Said:
    """A review item: what several detections come to, with its severity."""
    dropped = Dropped()
    kind, after = _envelope(message, dropped)
    if kind == "genai":
        return refused("a description in words", address=base)
    for key in after:
        if key not in REVIEW_KEPT:
            dropped.add("after", key)
    data = after.get("data")
    if not isinstance(data, dict):
        raise Unreadable("a review without its data")
    for key in data:
        if not isinstance(key, str) or key not in REVIEW_DATA_KEPT | {"detections"}:
            dropped.add("after", "data", str(key))
    if kind not in BEGINS and kind != END:
        return unlisted(address=base, dropped=dropped.names())
    severity = after.get("severity")
    if severity == "detection":
        return ignored("a detection, no alert", address=base, dropped=dropped.names())
    if severity != "alert":
        return unlisted(address=base, dropped=dropped.names())
    # `person-verified` says that somebody was recognised; that is not kept.
    labels = [label.removesuffix("-verified") for label in _names(data.get("objects"))]
    sounds = _names(data.get("audio"))
    return _detected(after, labels, _names(data.get("zones")), kind=kind, base=base, dropped=dropped, sounds=sounds)


def _envelope(message: Published, dropped: Dropped) -> tuple[str, Mapping[str, object]]:
    envelope = jsons.parse_object(message.body)
    for key in envelope:
        if key not in ENVELOPE_KEPT:
            dropped.add(key)
    after, kind = envelope.get("after"), envelope.get("type")
    if not isinstance(after, dict) or not isinstance(kind, str):
        raise Unreadable("a detection without its type or its state after")
    return kind, after


def _detected(
    after: Mapping[str, object],
    labels: Sequence[str],
    zones: Sequence[str],
    *,
    kind: str,
    base: str | None,
    dropped: Dropped,
    sounds: Sequence[str] = (),
) -> Said:
    camera = name(after.get("camera"))
    if camera is None:
        raise Unreadable("a detection without its camera")
    seen = _seen(labels, sounds)
    if not seen:
        known = all(label in ANIMALS or label in THINGS or _is_of_people(label) for label in labels)
        known = known and all(sound in VOICES or sound in SOUNDS_OF_NO_CONCERN for sound in sounds)
        if known:
            return ignored("nothing that anybody must see to", address=base, dropped=dropped.names())
        return unlisted(address=base, dropped=dropped.names())
    told: object = after.get("end_time") if kind == END else after.get("start_time")
    occurred_at, quality = epoch(told)
    once = name(after.get("id"))
    state = PointState.INACTIVE if kind == END else PointState.ACTIVE
    points = [_point(camera, zone) for zone in zones]
    if not points or kind == END:
        points.insert(0, camera)
    readings = [
        _reading(one, point, state, at=(occurred_at, quality), once=once, address=_part(base, camera))
        for one in seen
        for point in points
    ]
    return accepted(readings, address=base, dropped=dropped.names())


Seen = tuple[Observed, Target | None, Switch | None, tuple[Quality, ...]]


def _seen(labels: Iterable[str], sounds: Iterable[str]) -> list[Seen]:
    """What a detection comes to: hazards each, then people before vehicles, then sounds."""
    found: list[Seen] = []
    labels = set(labels)
    found += [(HAZARDS[label], None, None, ()) for label in sorted(labels & HAZARDS.keys())]
    if "person" in labels:
        found.append((Observed.INTRUSION, Target.HUMAN, None, ()))
    elif labels & VEHICLES:
        found.append((Observed.INTRUSION, Target.VEHICLE, None, ()))
    for sound in dict.fromkeys(sounds):
        if sound in SOUNDS:
            observed, switch = SOUNDS[sound]
            found.append((observed, None, switch, (Quality.SOUND,)))
    return list(dict.fromkeys(found))


def _reading(
    seen: Seen,
    point: str,
    state: PointState,
    *,
    at: tuple[datetime | None, tuple[Quality, ...]],
    once: str | None,
    address: str | None,
) -> Reading:
    observed, target, switch, quality = seen
    return Reading(
        observed=observed,
        point=point,
        state=state,
        occurred_at=at[0],
        target=target,
        switch=switch,
        quality=(*quality, *at[1]),
        once=once,
        address=address,
    )


def _is_of_people(label: str) -> bool:
    return any(part in label.lower() for part in PEOPLE)


# -- the rest ---------------------------------------------------------------------------------------------------------


def _available(message: Published, base: str | None) -> Said:
    gone = STATUS.get(state_word(message.body) or "")
    return unlisted(address=base) if gone is None else accepted([offline("available", gone)], address=base)


def _status(message: Published, base: str | None) -> Said:
    camera, role = name(message.topic[-3]), message.topic[-1]
    lost = STATUS.get(word(message.body) or "")
    if lost is None or role not in ROLES or camera is None:
        return unlisted(address=base)
    reading = Reading(
        observed=Observed.VIDEO_LOSS,
        point=camera if role == "detect" else _point(camera, role),
        state=active(lost),
        address=_part(base, camera),
    )
    return accepted([reading], address=base)


def _audio(message: Published, base: str | None) -> Said:
    camera, sound = name(message.topic[-3]), message.topic[-1]
    if sound in VOICES:
        return refused("hears people", address=base)
    if sound.lower() in SOUNDS_OF_NO_CONCERN:
        return ignored("of no concern", address=base)
    if sound not in SOUNDS or camera is None:
        return unlisted(address=base)
    on = boolean(word(message.body))
    if on is None:
        raise Unreadable("neither ON nor OFF")
    observed, switch = SOUNDS[sound]
    point = _point(camera, f"audio/{sound}")
    seen = (observed, None, switch, (Quality.SOUND,))
    reading = _reading(seen, point, active(on), at=(None, ()), once=None, address=_part(base, camera))
    return accepted([reading], address=base)


def _motion(message: Published, base: str | None) -> Said:
    camera, on = name(message.topic[-2]), boolean(word(message.body))
    if on is None or camera is None:
        raise Unreadable("neither ON nor OFF")
    seen: Seen = (Observed.MOTION, None, Switch.MOTION, ())
    reading = _reading(seen, camera, active(on), at=(None, ()), once=None, address=_part(base, camera))
    return accepted([reading], address=base)


def _names(value: object) -> tuple[str, ...]:
    """The names of a list, without what is none."""
    if not isinstance(value, list):
        return ()
    found = (name(one) for one in value[:ZONES_MOST] if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _point(camera: str, part: str) -> str:
    return name(f"{camera}/{part}") or camera


def _part(base: str | None, camera: str) -> str:
    """The camera's own address: where a site registered it, it is a device of its own."""
    return camera if base is None else f"{base}/{camera}"
