"""A message of Home Assistant: states of panels and of binary sensors, whatever was sent."""

from collections.abc import Iterable

from belfry.protocols.homeassistant import read
from fuzz.published import check, samples

MORE = (
    ("ha/alarm_control_panel/house/state", b"armed_away"),
    ("ha/binary_sensor/hall/state", b"unavailable"),
    ("ha/person/a/state", b"home"),
    ("home/alarm", b'{"state":"disarmed","code":"1"}'),
)


def seeds() -> Iterable[bytes]:
    return samples("homeassistant", *MORE)


def one_input(data: bytes) -> None:
    check(read, data)
