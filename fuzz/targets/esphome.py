"""A message of ESPHome: a binary sensor or the node itself, whatever was sent."""

from collections.abc import Iterable

from belfry.protocols.esphome import read
from fuzz.published import check, samples

MORE = (
    ("node/binary_sensor/gas/state", b"ON"),
    ("node/status", b"offline"),
)


def seeds() -> Iterable[bytes]:
    return samples("esphome", *MORE)


def one_input(data: bytes) -> None:
    check(read, data)
