"""What the targets of MQTT's readers share: one message out of any bytes, and what must hold of what is said of it.

The first byte says by bit 0 whether the message was retained; then come the topic, a line feed, and the body.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from belfry.domain.device import ADDRESS_MOST
from belfry.domain.reading import POINT_MOST, READINGS_MOST, Disposition, PointState, Reading, Said
from belfry.protocols.hint import Hint
from belfry.protocols.readers import Reader

SAMPLES: Final = Path(__file__).resolve().parents[1] / "tests" / "samples"
REASON_MOST: Final = 120


def samples(wire: str, *more: tuple[str, bytes]) -> Iterable[bytes]:
    """The samples of a wire, and more (topic, body), as inputs of a target."""
    for path in sorted((SAMPLES / wire).glob("*.json")):
        one = json.loads(path.read_bytes())
        payload = one.get("payload_text", one.get("payload"))
        body = payload if isinstance(payload, str) else json.dumps(payload)
        yield bytes([one["retain"]]) + f"{one['topic']}\n{body}".encode()
        yield b"\0\n" + path.read_bytes()  # as `belfry decode` reads it
    for topic, text in more:
        yield b"\0" + topic.encode() + b"\n" + text


def check(read: Reader, data: bytes) -> None:
    retain = bool(data[:1] and data[0] & 1)
    topic, _, body = data[1:].partition(b"\n")
    said = read(body, Hint(topic=topic.decode("utf-8", "replace"), retain=retain))
    assert isinstance(said, Said)
    assert len(said.readings) <= READINGS_MOST
    assert len(said.reason) <= REASON_MOST
    assert said.reason.isprintable()
    assert said.reason != "the reader failed on this message", "a mistake of ours"
    named = max(ADDRESS_MOST, len(topic), len(body))  # a message that was kept has its topic in its body
    assert said.address is None or len(said.address) <= named
    if said.disposition in (Disposition.REFUSE, Disposition.REJECT, Disposition.QUARANTINE):
        assert not said.readings, "read, although it must not be"
    for reading in said.readings:
        _check_reading(reading, retain=retain and bool(topic))


def _check_reading(reading: Reading, *, retain: bool) -> None:
    assert 0 < len(reading.point) <= POINT_MOST
    assert reading.point.isprintable()
    assert not retain or (reading.sync and reading.state is not PointState.PULSE), "a fresh pulse out of the past"
    assert (reading.value is None) == (reading.unit is None)
