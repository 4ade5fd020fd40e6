"""Which reader reads which wire: one row each, for receivers and for `belfry decode`.

A reader is pure, takes any bytes and never raises. The names are those of `DeviceWire`; `webhook` finds out by itself
which of the wires that come over HTTP a message is of.
"""

from collections.abc import Callable, Mapping
from typing import Final

from belfry.domain.reading import Said
from belfry.protocols import esphome, frigate, homeassistant, shelly, zigbee2mqtt
from belfry.protocols.hint import Hint

Reader = Callable[[bytes, Hint], Said]

READERS: Final[Mapping[str, Reader]] = {
    "esphome": esphome.read,
    "frigate": frigate.read,
    "homeassistant": homeassistant.read,
    "shelly": shelly.read,
    "zigbee2mqtt": zigbee2mqtt.read,
}
