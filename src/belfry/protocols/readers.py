"""Which reader reads which wire: one row each, for receivers and for `belfry decode`.

A reader is pure, takes any bytes and never raises. The names are those of `DeviceWire`; `webhook` finds out by itself
which of the wires that come over HTTP a message is of.
"""

from collections.abc import Callable, Mapping
from typing import Final

from belfry.domain.reading import Said
from belfry.protocols import (
    alertmanager,
    cap,
    chirpstack,
    cloudevents,
    esphome,
    frigate,
    homeassistant,
    isapi,
    mail,
    mapping,
    onvif,
    sensorthings,
    shelly,
    shelly_hook,
    thingsstack,
    webhook,
    zigbee2mqtt,
)
from belfry.protocols.hint import Hint

Reader = Callable[[bytes, Hint], Said]

READERS: Final[Mapping[str, Reader]] = {
    "alertmanager": alertmanager.read,
    "cap": cap.read_by_hint,
    "chirpstack": chirpstack.read,
    "cloudevents": cloudevents.read,
    "esphome": esphome.read,
    "frigate": frigate.read,
    "homeassistant": homeassistant.read,
    "isapi": isapi.read,
    "onvif": onvif.read,
    "grafana": alertmanager.read,
    "mapping": mapping.read_by_hint,
    "sensorthings": sensorthings.read,
    "shelly": shelly.read,
    "shelly-hook": shelly_hook.read,
    "smtp": mail.read,
    "thingsstack": thingsstack.read,
    "webhook": webhook.read,
    "zigbee2mqtt": zigbee2mqtt.read,
}
