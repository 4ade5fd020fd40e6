"""Home Assistant: the states of alarm panels and of binary sensors, as one bare word each.

Two layouts: a topic of its own for each thing (the MQTT alarm panel, `home/alarm`), and all states of a house below one
prefix (`<prefix>/<domain>/<object>/state`). Of the latter two domains are asked for; whoever is at home is in others.
`pending` is the entry delay: about to be an alarm, not one. Being disarmed or armed ends an alarm.
Source: Home Assistant's pages on the MQTT alarm control panel and on MQTT Statestream; EQUIPMENT 3.
"""

from collections.abc import Mapping
from typing import Final

from belfry.domain.reading import Observed, PointState, Reading, Said
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
UNKNOWN: Final = frozenset({"unavailable", "unknown", "none", "null"})
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
        return _thing(message, thing, address=address, part="/".join(message.topic[:-1]), is_panel=domain == PANEL)
    if message.ends("status") and word(message.body) in esphome.GONE:
        return esphome.status(message)
    return _thing(message, "state", address=address, part=None, is_panel=None)


def _thing(message: Published, point: str, *, address: str | None, part: str | None, is_panel: bool | None) -> Said:
    """One word; `is_panel` None: the word itself says whether it is a panel's."""
    dropped = Dropped()
    said = _word(message.body, dropped)
    if said is None:
        return unlisted(address=address, dropped=dropped.names())
    if is_panel is not False and said in STATES:
        if not STATES[said]:
            return ignored("on the way to another state", address=address, dropped=dropped.names())
        return accepted([_of(reading, part) for reading in STATES[said]], address=address, dropped=dropped.names())
    if is_panel is None and said in GONE:
        return accepted([offline("state", GONE[said])], address=address, dropped=dropped.names())
    on, called = boolean(said), ALARM if is_panel else name(point)
    if called is None or (is_panel and said not in UNKNOWN) or (on is None and said not in UNKNOWN):
        return unlisted(address=address, dropped=dropped.names())
    observed = Observed.INTRUSION if is_panel else Observed.INPUT
    state = PointState.UNKNOWN if on is None else active(on)
    reading = Reading(observed=observed, point=called, state=state, address=part)
    return accepted([reading], address=address, dropped=dropped.names())


def _of(reading: Reading, part: str | None) -> Reading:
    return (
        reading
        if part is None
        else Reading(observed=reading.observed, point=reading.point, state=reading.state, address=part)
    )


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
