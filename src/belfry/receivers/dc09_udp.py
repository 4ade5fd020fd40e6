"""DC-09 over UDP: a datagram is a frame, and its answer goes to where it came from.

A source that sends too fast, or whose frames wait for the disk, loses datagrams; its panels repeat, the others do not
notice. What the system holds for us is the same for all sources, so it is emptied at once, and a datagram that is
dropped costs some microseconds. Nothing is remembered between datagrams.
"""

import socket
import sys
from asyncio import BaseTransport, DatagramProtocol, DatagramTransport, Future, get_running_loop
from contextlib import suppress
from functools import partial
from typing import Final, cast

from belfry.domain.signal import Receipt
from belfry.protocols.dc09 import POLLS, Session, Unreadable
from belfry.receivers.dc09_desk import Came, Desk, Kept
from belfry.receivers.limits import Rates, Shares, source_of

Address = tuple[str, int]

SO_RCVBUFFORCE: Final = 33
"""Of Linux; Python has no name for it."""

FRAMES_PER_DATAGRAM: Final = 8
"""The standard says one; some relays pack a few."""


RECEIVE_BUFFER_BYTES: Final = 8 * 1024 * 1024
"""What the system shall hold while the loop is busy: some ten thousand datagrams. Mostly it allows less, see
`net.core.rmem_max`; it is the first place where a flood and the others meet."""

TURN_DATAGRAMS: Final = 2_048
"""Read at once before the rest of the house has a turn,"""
TURN_TAKEN: Final = 64
"""or so many that were not dropped: about four milliseconds."""

DATAGRAM_MAX_BYTES: Final = 65_536


def bound(family: int, host: str, port: int) -> socket.socket:
    """A UDP socket with room for a burst. Raises OSError."""
    wire = socket.socket(family, socket.SOCK_DGRAM)
    try:
        wire.setblocking(False)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        if sys.platform == "linux":
            with suppress(OSError):  # beyond the system's limit, for those who may
                wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
        wire.bind((host, port))
    except BaseException:
        wire.close()
        raise
    return wire


class Datagrams(DatagramProtocol):
    """The UDP half of a receiver. `wire` is the socket that its transport reads."""

    def __init__(self, desk: Desk, wire: socket.socket) -> None:
        settings = desk.settings
        self._desk = desk
        self._wire = None if sys.platform == "win32" else wire  # the loop there reads ahead of everybody
        self._buffer = bytearray(DATAGRAM_MAX_BYTES)
        self._signals = Rates(settings.signals_per_source_per_s)
        self._loop = get_running_loop()
        self._rates = Rates(settings.datagrams_per_source_per_s)
        self._queue = Shares(most=settings.max_datagrams_queued, most_each=settings.max_frames_queued)
        self._on_their_way: set[Future[Receipt]] = set()

    def connection_made(self, transport: BaseTransport) -> None:
        self._transport = cast(DatagramTransport, transport)  # asyncio types it no closer

    def datagram_received(self, data: bytes, address: Address) -> None:
        """Take a datagram, and those behind it."""
        now_s = self._loop.time()
        taken = int(self._take(data, address, now_s))
        if self._wire is None:
            return
        for _ in range(TURN_DATAGRAMS):
            try:
                size, address = self._wire.recvfrom_into(self._buffer)
            except OSError:  # there is none, or a panel's port is closed
                return
            taken += self._take(bytes(self._buffer[:size]), address, now_s)
            if taken >= TURN_TAKEN:
                return

    def _take(self, data: bytes, address: Address, now_s: float) -> bool:
        """Handle a datagram; False where it was dropped at once."""
        source = source_of(address)
        if not self._rates.allows(source, now_s):
            self._desk.tally.dropped += 1
            return False
        self._handle(data, address, source, now_s)
        return True

    def _handle(self, data: bytes, address: Address, source: str, now_s: float) -> None:
        session = Session()
        session.receive(data)
        came = Came("udp", source, self._desk.clock())
        for _ in range(FRAMES_PER_DATAGRAM):
            event = session.next_event()
            if event is None:
                break
            if isinstance(event, Unreadable):
                self._desk.tally.unreadable += 1
                return
            if event.token not in POLLS and not self._signals.allows(source, now_s):
                self._desk.tally.dropped += 1
                return
            if not self._queue.take(source):
                self._desk.tally.dropped += 1
                return
            outcome = self._desk.handle(event, came)
            if isinstance(outcome, Kept):
                self._on_their_way.add(outcome.future)
                outcome.future.add_done_callback(partial(self._kept, outcome, source, address))
                continue
            self._queue.give_back(source)
            if outcome is not None:
                self._transport.sendto(outcome, address)
        if session.finish() is not None:
            self._desk.tally.unreadable += 1

    def error_received(self, error: Exception) -> None:
        """A panel's port is closed (ICMP): it will ask again or not."""

    def stop(self) -> "list[Future[Receipt]]":
        """Return what is still on its way to the disk."""
        return list(self._on_their_way)

    def _kept(self, kept: Kept, source: str, address: Address, future: "Future[Receipt]") -> None:
        self._on_their_way.discard(future)
        self._queue.give_back(source)
        answer = self._desk.answer(kept)
        if answer is not None and not self._transport.is_closing():
            self._transport.sendto(answer, address)
