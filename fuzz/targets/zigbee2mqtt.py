"""A message of Zigbee2MQTT: states of a device's points, whatever was sent; a PIN never."""

from collections.abc import Iterable

from belfry.protocols.zigbee2mqtt import read
from fuzz.published import check, samples

MORE = (
    ("zigbee2mqtt/a/b/availability", b"offline"),
    ("zigbee2mqtt/button", b'{"action":"button_1_single","battery":"9"}'),
    ("zigbee2mqtt/keypad", b'{"action":"emergency","action_code":"1234","tamper":1}'),
)


def seeds() -> Iterable[bytes]:
    return samples("zigbee2mqtt", *MORE)


def one_input(data: bytes) -> None:
    check(read, data)
