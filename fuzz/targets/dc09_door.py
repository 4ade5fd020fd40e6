"""From a panel's bytes to an operator's screen: TCP and UDP, intake, triage, the board, the queue over HTTP.

A frame that gets its acknowledgement is in the journal for good, so one that triage or the console could not bear would
come back with every restart. The first byte says how: bit 0 over UDP, bit 1 make CRC and length right of each piece
between two CR, bits 2 to 4 how TCP is cut.
"""

import asyncio
import socket
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, cast

from belfry.domain.facts import ENTRY_MAX_BYTES
from belfry.protocols.dc09 import Frame, Session, crc16
from belfry.receivers.dc09_desk import Desk
from belfry.receivers.dc09_settings import Dc09Settings
from belfry.receivers.dc09_tcp import Conversation
from belfry.receivers.dc09_udp import Datagrams
from fuzz.living import Living, settled
from tests.protocols.dc09.vectors import VECTORS
from tests.web.kit import Rig

UDP, SEALED = 1, 2
CUTS = (1, 2, 3, 7, 40, 400, 4_096, 65_536)

ANSWERS_EACH = 4
"""Most bytes of answers for a byte of frames: nobody makes the centre shout at somebody else (UDP)."""

_desks: dict[int, Desk] = {}


class Line(asyncio.Transport, asyncio.DatagramTransport):
    """A transport without a network."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self.closed = bytearray(), False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += data

    def sendto(self, data: Any, address: Any = None) -> None:
        self.said += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("192.0.2.7", 4711) if name == "peername" else default

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...
    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


@cache
def _silent_wire() -> socket.socket:
    """A UDP socket with nothing behind the datagram that is handed in."""
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.setblocking(False)
    return wire


def seeds() -> Iterable[bytes]:
    for vector in VECTORS:
        yield b"\x1c" + vector.raw
        for event in Session().feed(vector.raw):
            if isinstance(event, Frame):
                yield bytes([SEALED]) + event.body
                yield bytes([SEALED | UDP]) + event.body
    # from the board's side: an alarm and its restore, a cancel, a test, times at the ends of the calendar
    yield b'\x02"SIA-DCS"0001L0#1001[|Nri1/BA12]\r"SIA-DCS"0002L0#1001[|Nri1/BR12]\r"SIA-DCS"0003L0#1001[|Nri1/BC12]'
    yield b'\x02"ADM-CID"0001L0#2002[|1110 01 001]_00:00:00,01-01-0001\r"ADM-CID"0002L0#2002[|3110 01 001]'
    yield b'\x02"ADM-CID"0001L0#2002[|1130 01 001][H23:59:59,12-31-9999]\r"NULL"0002L0#2002[]'
    yield b'\x02"SIA-DCS"0001L0#9999[|Nti12:00/BA1^\xff\xfeText^/RP0000/OP7/CL8/ZZ9]\r"XYZ"0001L0#1[]'


def one_input(data: bytes) -> None:
    _centre.run(lambda rig: _knock(rig, data))


def _ready(rig: Rig) -> None:
    _desks.clear()
    _desks[0] = Desk(Dc09Settings(listen="127.0.0.1:0"), rig.intake, rig.book, rig.clock, rig.chance)


_centre = Living(_ready)


def close() -> None:
    _centre.close()
    _silent_wire().close()
    _silent_wire.cache_clear()


async def _knock(rig: Rig, data: bytes) -> None:
    flags, wire = (data[0], data[1:]) if data else (0, b"")
    if flags & SEALED:
        wire = b"".join(b"\n%04X0%03X%b\r" % (crc16(body), len(body) & 0xFFF, body) for body in wire.split(b"\r"))
    line, talk = Line(), None
    before = rig.journal.position
    if flags & UDP:
        datagrams = Datagrams(_desks[0], _silent_wire())
        datagrams.connection_made(line)
        datagrams.datagram_received(wire, ("192.0.2.7", 4711))
    else:
        talk = Conversation(_desks[0], lambda _: True, lambda _: None)
        talk.connection_made(line)
        size = CUTS[flags >> 2 & 7]
        for at in range(0, len(wire), size):
            talk.data_received(wire[at : at + size])
            await asyncio.sleep(0)
    for _ in range(4):
        await asyncio.sleep(0)
    await settled(rig)
    if talk is not None:
        talk.connection_lost(None)
    assert len(line.said) <= ANSWERS_EACH * len(wire) + 64, "more was answered than was said"
    left = Session()
    assert all(isinstance(event, Frame) for event in left.feed(bytes(line.said))), "an answer that is no frame"
    assert left.finish() is None
    if rig.journal.position > before:
        await _seen(rig, before)


async def _seen(rig: Rig, before: int) -> None:
    """What was kept can be shown: the queue, the newest incident with its story, the signals."""
    client = _client(rig)
    answer = await client.get("/incidents", params={"limit": 20})
    assert answer.status_code == 200, answer.text
    assert len(answer.content) < ENTRY_MAX_BYTES * 20
    shown: Mapping[str, Any] = answer.json()
    for row in shown["items"][:1]:
        answer = await client.get(f"/incidents/{row['id']}")
        assert answer.status_code == 200, answer.text
    answer = await client.get("/signals", params={"after": str(before)})
    assert answer.status_code in (200, 403), answer.text


_clients: dict[int, Any] = {}


def _client(rig: Rig) -> Any:
    if id(rig) not in _clients:
        _clients.clear()
        _clients[id(rig)] = rig.token()
    return cast(Any, _clients[id(rig)])
