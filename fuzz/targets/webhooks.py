"""A webhook of any sender, by any of their readers: readings within limits or a reason in words of ours.

The first byte says which reader; then come the query, a line feed, and the body.
"""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import parse_qsl

from belfry.domain.reading import POINT_MOST, READINGS_MOST, Disposition
from belfry.protocols.hint import Hint
from belfry.protocols.readers import READERS

SAMPLES = Path(__file__).resolve().parents[2] / "tests" / "samples" / "webhooks"
WIRES = ("webhook", "alertmanager", "cloudevents", "sensorthings", "chirpstack", "thingsstack", "shelly-hook")
REASON_MOST = 120
HEADERS = {"ce-type": "org.example.smoke", "ce-specversion": "1.0", "ce-id": "1%20", "ce-source": "/s"}
BINARY = 0x40
"""Of the first byte: the attributes of a CloudEvent come as headers."""


def seeds() -> Iterable[bytes]:
    for path in sorted(SAMPLES.glob("*.json")):
        for wire in range(len(WIRES)):
            yield bytes([wire]) + b"\n" + path.read_bytes()
    yield bytes([BINARY]) + b'\n{"zone":"c","state":"active","value":1,"unit":"C"}'
    yield b'\x04event=status\n{"deviceInfo":{"devEui":"01"},"batteryLevel":4.5,"time":"2026-03-02T15:15:45Z"}'
    yield b'\x04event=up\n{"deviceInfo":{"deviceName":"a"},"fPort":1,"object":{"message_type":14,"sos":1,"people":2}}'
    yield b"\x06event=smoke.alarm&cid=0\n"
    yield b"\x06event=temperature.change&value=21.5\n"
    yield b'\x02\n[{"specversion":"1.0","type":"a.fire.cleared","source":"s","id":"1"},7]'


def one_input(data: bytes) -> None:
    first = data[0] if data else 0
    query, _, body = data[1:].partition(b"\n")
    fields = dict(parse_qsl(query[:400].decode("latin-1"), keep_blank_values=True))
    hint = Hint(query=fields, headers=HEADERS if first & BINARY else {}, media_type="application/json")
    said = READERS[WIRES[(first & 0x3F) % len(WIRES)]](body, hint)
    assert said.reason != "the reader failed on this message", "a mistake of ours"
    assert len(said.reason) <= REASON_MOST
    assert len(said.readings) <= READINGS_MOST
    if said.disposition in (Disposition.REFUSE, Disposition.REJECT, Disposition.QUARANTINE):
        assert not said.readings, "read, although it must not be"
    for reading in said.readings:
        assert 0 < len(reading.point) <= POINT_MOST
        assert reading.point.isprintable()
