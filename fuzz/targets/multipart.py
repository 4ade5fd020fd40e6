"""A multipart stream in pieces: any cut gives the same parts, within bounds of memory.

The first byte says how it is cut.
"""

from collections.abc import Iterable

from belfry.protocols.common.multipart import MultipartLimits, Part, Splitter, never_early
from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.isapi.message import is_whole
from tests.protocols.isapi.samples import sample

CUTS = (1, 2, 3, 7, 40, 400, 4_096, 65_536)
LIMITS = MultipartLimits(header_bytes=500, part_bytes=4_000, dropped_bytes=4_000, parts=None)
ALERT = b"<EventNotificationAlert><eventType>IO</eventType></EventNotificationAlert>"
PART = b"--boundary\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s\r\n"


def seeds() -> Iterable[bytes]:
    yield b"\x00" + sample("fire_multipart.eml")
    for length in (len(ALERT), 5, 500):
        yield b"\x01" + PART % (length, ALERT) * 2 + b"--boundary--\r\n"
    yield (
        b"\x02" + b"--boundary\n\n" + ALERT + b"--boundary\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--boundary--"
    )
    yield b"\x03" + b'--boundary\r\nContent-Length: 8\r\n\r\n{"a": 1}\r\n----boundary \r\n\r\n'


def one_input(data: bytes) -> None:
    size = CUTS[data[0] % len(CUTS)] if data else 1
    wire = data[1:]
    # Without the hastening: what is given early depends on what had come by then, of a body with a wrong length.
    assert fed(wire, size, early=False) == fed(wire, len(wire) or 1, early=False)
    fed(wire, size, early=True)


def fed(wire: bytes, size: int, *, early: bool) -> list[bytes] | None:
    """The bodies, or None where a limit was met."""
    splitter = Splitter("boundary", LIMITS, whole=is_whole if early else never_early)
    found: list[Part] = []
    try:
        for at in range(0, len(wire), size):
            found += splitter.feed(wire[at : at + size])
            held = len(splitter._buffer)
            assert held <= size + LIMITS.header_bytes + LIMITS.part_bytes, "more is held than a part may have"
        found += splitter.close()
    except Unreadable:
        return None
    return [part.body for part in found]
