"""Home Assistant: the states of alarm panels and of binary sensors, as one bare word each.

Two layouts: a topic of its own for each thing (the MQTT alarm panel, `home/alarm`), and all states of a house below one
prefix (`<prefix>/<domain>/<object>/state`). Of the latter two domains are asked for; whoever is at home is in others.
`pending` is the entry delay: about to be an alarm, not one. Being disarmed or armed ends an alarm.
Source: Home Assistant's pages on the MQTT alarm control panel and on MQTT Statestream; EQUIPMENT 3.
"""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from belfry.domain.reading import POINT_MOST, Observed, PointState, Reading, Said
from belfry.protocols import esphome
from belfry.protocols.common import jsons
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.fields import Dropped
from belfry.protocols.common.unreadable import never_raises
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
    unlisted,
    word,
    words,
)

TOPICS: Final = ("alarm_control_panel/+/state", "binary_sensor/+/state")
"""What is subscribed below a prefix: never `person`, `device_tracker` or any other."""
OWN_TOPICS: Final = ("",)
"""What is subscribed below the address of a device: its own topic."""

PEOPLE: Final = words(
    """
    person device_tracker zone proximity calendar camera image image_processing conversation stt tts notify
    geo_location todo
    """
)
"""Domains that tell of people, or show them."""

PANEL: Final = "alarm_control_panel"
ALARM: Final = "alarm"
ARMING: Final = "arming"

_ARMED: Final = (Reading(observed=Observed.ARMING, point=ARMING, state=PointState.ACTIVE),)
_DISARMED: Final = (Reading(observed=Observed.ARMING, point=ARMING, state=PointState.INACTIVE),)
_QUIET: Final = (Reading(observed=Observed.INTRUSION, point=ALARM, state=PointState.INACTIVE),)

STATES: Final[Mapping[str, tuple[Reading, ...]]] = {
    "triggered": (Reading(observed=Observed.INTRUSION, point=ALARM, state=PointState.ACTIVE),),
    "pending": (Reading(observed=Observed.INTRUSION, point=ALARM, state=PointState.PENDING),),
    "disarmed": _QUIET + _DISARMED,
    "armed_home": _QUIET + _ARMED,
    "armed_away": _QUIET + _ARMED,
    "armed_night": _QUIET + _ARMED,
    "armed_vacation": _QUIET + _ARMED,
    "armed_custom_bypass": _QUIET + _ARMED,
    "arming": (),
    "disarming": (),
}
ESPHOME: Final = (b"ON", b"OFF")
"""Home Assistant writes its states small."""
UNAVAILABLE: Final = "unavailable"
UNKNOWN: Final = frozenset({"unknown", "none", "null"})
"""After a restart of Home Assistant: nothing is known, so nothing is said. A missing state is not the quiet one."""
GONE: Final[Mapping[str, bool]] = {"online": False, "offline": True}


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one message; `hint.topic` is its whole topic. ESPHome's own topics are read as well."""
    message = published(body, hint)
    stated = message.ends(None, None, "state") and len(message.topic) > 2
    address = message.above(3 if stated else 0)
    return addressed(settled(_by_topic(message, address), message), address)


@never_raises
def _by_topic(message: Published, address: str | None) -> Said:
    if message.ends(None, None, "state"):
        domain, thing = message.topic[-3], message.topic[-2]
        if domain in PEOPLE:
            return refused("tells of people", address=address)
        if domain not in (PANEL, esphome.SENSOR):
            return unlisted(address=address)
        return _thing(message.body, thing, address=address, part="/".join(message.topic[:-1]), is_panel=domain == PANEL)
    if message.ends("status") and word(message.body) in esphome.GONE:
        return esphome.status(message)
    return _thing(message.body, "state", address=address, part=None, is_panel=None)


def _thing(body: bytes, point: str, *, address: str | None, part: str | None, is_panel: bool | None) -> Said:
    """One word; `is_panel` None: the word itself says whether it is a panel's."""
    dropped = Dropped()
    said = _word(body, dropped)
    if said is None:
        return unlisted(address=address, dropped=dropped.names())
    if said in UNKNOWN:
        return ignored("its state is not known", address=address, dropped=dropped.names())
    if is_panel is None and said in GONE:
        return accepted([offline("state", GONE[said])], address=address, dropped=dropped.names())
    found = _states(said, ALARM if is_panel else name(point), is_panel=is_panel)
    if found is None:
        return unlisted(address=address, dropped=dropped.names())
    if not found:
        return ignored("on the way to another state", address=address, dropped=dropped.names())
    if part is None or body in ESPHOME:
        # Of its own topic, and of a node, another topic says whether it is there.
        found = [reading for reading in found if reading.observed is not Observed.OFFLINE or said == UNAVAILABLE]
    return accepted([replace(reading, address=part) for reading in found], address=address, dropped=dropped.names())


def _states(said: str, point: str | None, *, is_panel: bool | None) -> list[Reading] | None:
    """What a word says of a thing; None: no word of its. Whoever says something is there again."""
    if point is None:
        return None
    there = offline(f"{point}/available"[-POINT_MOST:], said == UNAVAILABLE)
    if said == UNAVAILABLE:
        return [there]
    if is_panel is not False and said in STATES:
        return [*STATES[said], there] if STATES[said] else []
    on = boolean(said)
    if is_panel or on is None:
        return None
    return [Reading(observed=Observed.INPUT, point=point, state=active(on)), there]


def _word(body: bytes, dropped: Dropped) -> str | None:
    """The state, bare or in an object; everything else of the object is dropped. Raises Unreadable."""
    bare = word(body)
    if bare is not None:
        return bare
    told = jsons.parse_object(body)
    for key in told:
        if key != "state":
            dropped.add(key)
    stated = told.get("state")
    return word(stated.encode("utf-8", "replace")) if isinstance(stated, str) else None
