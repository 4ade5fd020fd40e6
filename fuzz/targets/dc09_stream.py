"""DC-09 framing: any bytes, cut anywhere, give the same frames or faults, and words for people.

The first byte says where the wire is cut.
"""

from collections.abc import Iterable

import msgspec

from belfry.domain.codes import load
from belfry.protocols.dc09 import Frame, Session, Unreadable
from belfry.protocols.dc09.describe import describe
from belfry.protocols.dc09.frame import FRAME_MAX_BYTES, parse
from tests.protocols.dc09.vectors import VECTORS

KEY = bytes(16)
CODES = load()

WORDS_PER_BYTE = 64
"""Most bytes of description for a byte of wire, beyond a fixed part; one event of Contact ID is nine bytes."""
FIXED_BYTES = 4_096

NOISE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)),
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"\n\n\n\r\r\r",
    b'\n0000000F"SIA-DCS"0001',
)


def seeds() -> Iterable[bytes]:
    for vector in VECTORS:
        yield bytes([len(vector.raw) // 2 & 0xFF]) + vector.raw
    yield b"\x20" + b"".join(vector.raw for vector in VECTORS[:6])
    for noise in NOISE:
        yield b"\x05" + noise


def one_input(data: bytes) -> None:
    wire, cut = data[1:], data[0] if data else 0
    whole, parts, bits = _told([wire]), _told([wire[:cut], wire[cut:]]), _told(_every(wire, max(1, cut % 7)))
    assert whole == parts == bits, "frames depend on how the network cuts them"
    for event in whole[0]:
        if isinstance(event, Frame):
            assert len(event.body) <= FRAME_MAX_BYTES
    again = parse(wire)
    if isinstance(again, Frame) and wire[-1:] == b"\r":
        assert whole[0][0] == again, "the short way and the long way read one frame differently"
    described = describe(wire, key=KEY, codes=CODES)
    assert described, "bytes that are said nothing of"
    assert len(msgspec.json.encode(described)) <= FIXED_BYTES + WORDS_PER_BYTE * len(wire), "words without end"
    assert describe(wire.hex(), key=KEY, codes=CODES) == described


def _told(chunks: Iterable[bytes]) -> tuple[list[Frame | Unreadable], Unreadable | None, int, bool]:
    session = Session()
    events = [event for chunk in chunks for event in session.feed(chunk)]
    return events, session.finish(), session.noise, session.trailing_nul


def _every(wire: bytes, size: int) -> Iterable[bytes]:
    return (wire[at : at + size] for at in range(0, len(wire), size))
