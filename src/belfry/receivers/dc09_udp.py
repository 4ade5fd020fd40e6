"""DC-09 over UDP: a datagram is a frame, and its answer goes to where it came from.

A source that sends too fast, or whose frames wait for the disk, loses datagrams; its panels repeat, the others do not
notice. Nothing is remembered between datagrams.
"""

from asyncio import BaseTransport, DatagramProtocol, DatagramTransport, Future, get_running_loop
from functools import partial
from typing import Final, cast

from belfry.domain.signal import Receipt
from belfry.protocols.dc09 import Session, Unreadable
from belfry.receivers.dc09_desk import Came, Desk, Kept
from belfry.receivers.limits import Rates, Shares, source_of

Address = tuple[str, int]

FRAMES_PER_DATAGRAM: Final = 8
"""The standard says one; some relays pack a few."""


class Datagrams(DatagramProtocol):
    """The UDP half of a receiver."""

    def __init__(self, desk: Desk) -> None:
        settings = desk.settings
        self._desk = desk
        self._loop = get_running_loop()
        self._rates = Rates(settings.datagrams_per_source_per_s)
        self._queue = Shares(most=settings.max_datagrams_queued, most_each=settings.max_frames_queued)
        self._on_their_way: set[Future[Receipt]] = set()

    def connection_made(self, transport: BaseTransport) -> None:
        self._transport = cast(DatagramTransport, transport)  # asyncio types it no closer

    def datagram_received(self, data: bytes, address: Address) -> None:
        source = source_of(address)
        if not self._rates.allows(source, self._loop.time()):
            self._desk.tally.dropped += 1
            return
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
