"""ESPHome: binary sensors (ON, OFF) and whether the node is there.

What a sensor watches stands in its site's table: the wire names it, and says no more. A node that lost its power is
said to be offline by its broker, as its last will.
Source: esphome's mqtt_binary_sensor and its topic layout; EQUIPMENT 3.
"""

from collections.abc import Mapping
from typing import Final

from belfry.domain.reading import Observed, Reading, Said
from belfry.protocols.common.booleans import boolean
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
    settled,
    unlisted,
    word,
)

SENSOR: Final = "binary_sensor"
OWN_TOPICS: Final = ("binary_sensor/+/state", "status")
"""What is subscribed below the address of a node."""
TOPICS: Final = tuple(f"+/{topic}" for topic in OWN_TOPICS)
"""What is subscribed below a prefix that nodes share."""

GONE: Final[Mapping[str, bool]] = {"online": False, "offline": True}


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one message; `hint.topic` is its whole topic."""
    message = published(body, hint)
    address = message.above(3 if message.ends(None, None, "state") else 1)
    return addressed(settled(_by_topic(message), message), address)


def _by_topic(message: Published) -> Said:
    if message.ends(SENSOR, None, "state"):
        return sensor(message)
    if message.ends("status"):
        return status(message)
    if message.ends("debug") or message.ends("command"):
        return ignored("of no concern")
    return unlisted()


@never_raises
def sensor(message: Published) -> Said:
    address, point = message.above(3), name(message.topic[-2])
    on = boolean(word(message.body))
    if on is None or point is None:
        raise Unreadable("neither ON nor OFF")
    return accepted([Reading(observed=Observed.INPUT, point=point, state=active(on))], address=address)


@never_raises
def status(message: Published) -> Said:
    address, gone = message.above(1), GONE.get(word(message.body) or "")
    return unlisted(address=address) if gone is None else accepted([offline("status", gone)], address=address)
