"""A message of an ISAPI device, in XML, JSON or multipart: words of ours, bounded, and of what is refused nothing.

The first byte says how it came: bit 0 names its type, bit 1 brings a table of points, bit 2 an offset and our time.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from belfry.domain.device import UNITS, DevicePoint
from belfry.domain.reading import POINT_MOST, READINGS_MOST, Disposition
from belfry.protocols.hint import Hint
from belfry.protocols.isapi import read
from tests.protocols.isapi.samples import NAMES, sample

NOW = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)
TABLE = (DevicePoint(point="ch1"), DevicePoint(point="ch2/region1"), DevicePoint(point="*"))
REASON_MOST = 100
DROPPED_MOST = 66


def seeds() -> Iterable[bytes]:
    for name in NAMES:
        yield b"\x00" + sample(name)
        yield b"\x07" + sample(name)
    yield b'\x00{"eventType":"cidEvent","eventState":"active","CIDEvent":{"code":1130,"zone":1,"system":1}}'
    related = b'[{"relationEvent":"IO"},{"relationEvent":"faceSnap"}]'
    yield b'\x00{"eventType":"duration","DurationList":{"Duration":' + related + b"}}"


def one_input(data: bytes) -> None:
    how = data[0] if data else 0
    hint = Hint(
        media_type="multipart/form-data; boundary=boundary" if how & 1 else "",
        points=TABLE if how & 2 else None,
        channel_offset=32 if how & 4 else 0,
        now=NOW if how & 4 else None,
    )
    said = read(data[1:], hint)
    assert len(said.reason) <= REASON_MOST
    assert said.reason != "the reader failed on this message", "the net below caught a mistake of ours"
    assert len(said.dropped) <= DROPPED_MOST
    assert all(len(name) <= 120 and name.isprintable() for name in said.dropped)
    assert (said.disposition is Disposition.ACCEPT) == bool(said.readings)
    assert len(said.readings) <= READINGS_MOST
    assert said.address is None or (len(said.address) <= 64 and said.address.isascii())
    for reading in said.readings:
        assert 0 < len(reading.point) <= POINT_MOST + 8
        assert reading.point.isprintable()
        assert reading.unit is None or reading.unit in UNITS
        assert (reading.value is None) == (reading.unit is None)
        assert reading.occurred_at is None or reading.occurred_at.tzinfo is UTC
        assert not reading.sync
