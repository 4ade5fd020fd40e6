"""One panel's TCP connection: frames in, answers out in the same order, and never more of the house than its share.

No task and no timer for a frame: what is on its way to the disk stands in a queue, and the oldest one's future wakes
it. A panel that sends faster than the disk keeps is read more slowly; one that does not read its answers is closed.
"""

from asyncio import BaseTransport, Future, Protocol, TimerHandle, Transport, get_running_loop
from collections import deque
from collections.abc import Callable
from typing import Final, cast

from belfry.domain.signal import Receipt
from belfry.protocols.dc09 import Session, Unreadable
from belfry.receivers.dc09_desk import Came, Desk, Kept
from belfry.receivers.limits import source_of

TURN_FRAMES: Final = 8
"""Frames of one connection handled before the others have a turn: under half a millisecond. With 4 a flood is felt
less and a frame costs a tenth more, measured."""

WRITE_HIGH_BYTES: Final = 8 * 1024
"""Answers that a panel has not read, beyond what the system holds: some two hundred. Then it is read no further."""

SEND_BUFFER_BYTES: Final = 8 * 1024
"""What the system holds of answers that a panel has not read. Of itself that would grow to megabytes,"""

RECEIVE_BUFFER_BYTES: Final = 64 * 1024
"""and so would what it holds of frames that we have not read: a thousand and more."""

NOISE_MAX_BYTES: Final = 16 * 1024
"""Bytes outside any frame, since the last one, after which a connection is closed: it has the wrong door."""


class Conversation(Protocol):
    """A connection. `joined` says whether it may stay, `left` that it is gone."""

    def __init__(
        self, desk: Desk, joined: "Callable[[Conversation], bool]", left: "Callable[[Conversation], None]"
    ) -> None:
        self.source = ""
        self.heard_s = 0.0
        """Loop time of the last readable frame, or of the connection's beginning."""
        self.spoke = False
        self._desk, self._joined, self._left = desk, joined, left
        self._loop = get_running_loop()
        self._session = Session()
        self._waiting: deque[Kept | bytes] = deque()
        self._most = desk.settings.max_frames_queued
        """So many may wait as things are: its source's load decides, turn by turn."""
        self._loaded = 0
        """So many of them its source's load counts."""
        self._counted = False
        self._watching = False
        self._scheduled = False
        self._reading = True
        self._writable = True
        self._ended = False
        self._stopped = False
        self._unreadable = 0
        self._noise_before = 0
        self._unread: TimerHandle | None = None

    # -- the loop calls -----------------------------------------------------------------------------------------------

    def connection_made(self, transport: BaseTransport) -> None:
        self._transport = cast(Transport, transport)  # asyncio types it no closer; create_server gives a Transport
        self.source = source_of(transport.get_extra_info("peername"))
        self.heard_s = self._loop.time()
        self._counted = self._joined(self)
        if not self._counted:
            self._transport.abort()
            return
        self._transport.set_write_buffer_limits(high=WRITE_HIGH_BYTES)

    def data_received(self, data: bytes) -> None:
        self._session.receive(data)
        if not self._scheduled:
            self._work()

    def eof_received(self) -> bool:
        """The panel has said all; it is answered before the connection is closed."""
        self._ended = True
        return bool(self._waiting) or self._scheduled

    def connection_lost(self, error: Exception | None) -> None:
        self._ended = True
        if self._unread is not None:
            self._unread.cancel()
        self._waiting_is_lost()
        self._session = Session()
        if self._counted:
            self._counted = False
            self._left(self)

    def pause_writing(self) -> None:
        self._writable = False
        self._read_on()
        self._unread = self._loop.call_later(self._desk.settings.unread_answers_timeout_s, self.abort)

    def resume_writing(self) -> None:
        self._writable = True
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        self._schedule()

    # -- the receiver calls -------------------------------------------------------------------------------------------

    def abort(self) -> None:
        self._waiting_is_lost()
        self._transport.abort()

    def silence(self, now_s: float) -> float:
        """Return for how many seconds nothing readable was heard."""
        return now_s - self.heard_s

    def stop(self) -> "list[Future[Receipt]]":
        """Read no more; return what is still on its way to the disk."""
        self._ended = self._stopped = True
        self._read_on()
        return [waiting.future for waiting in self._waiting if isinstance(waiting, Kept)]

    def close(self) -> None:
        """Send the answers that are due and close."""
        if not self._transport.is_closing():
            self._flush()
            self._transport.close()

    # -- frames in ----------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Take frames out of the session, as many as the connection's turn and its queue allow."""
        self._scheduled = False
        if self._stopped or self._transport.is_closing():
            return  # what would be taken in now is on its way when nobody waits for it any more
        desk, session, waiting = self._desk, self._session, self._waiting
        came = Came("tcp", self.source, desk.clock())
        most, room = desk.settings.max_frames_queued, desk.room(self.source)
        self._most = most if room >= most else max(1, min(most, len(waiting) + room))
        for _ in range(TURN_FRAMES):
            if len(waiting) >= self._most or not self._writable:
                break
            event = session.next_event()
            if event is None:
                break
            if isinstance(event, Unreadable):
                if self._is_too_much():
                    self.abort()
                    return
                continue
            self.heard_s, self.spoke = self._loop.time(), True
            self._unreadable, self._noise_before = 0, session.noise
            outcome = desk.handle(event, came)
            if outcome is not None:
                waiting.append(outcome)
        else:
            self._schedule()
        if session.noise - self._noise_before > NOISE_MAX_BYTES:
            self.abort()
            return
        if self._watching:  # the first is not kept yet, and will tell
            self._count()
        else:
            self._flush()
        self._read_on()

    def _is_too_much(self) -> bool:
        self._desk.tally.unreadable += 1
        self._unreadable += 1
        return self._unreadable >= self._desk.settings.max_unreadable

    def _schedule(self) -> None:
        if not self._scheduled and not self._transport.is_closing():
            self._scheduled = True
            self._loop.call_soon(self._work)

    def _read_on(self) -> None:
        """Read while the queue has room, the session nothing left over, and the panel takes its answers."""
        wanted = self._writable and not self._scheduled and not self._ended and len(self._waiting) < self._most
        if wanted is self._reading or self._transport.is_closing():
            return
        self._reading = wanted
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    # -- answers out --------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Send every answer that is due, in the order of the frames; the first one not kept yet holds up the rest."""
        waiting = self._waiting
        was_full = len(waiting) >= self._most
        answers: list[bytes] = []
        while waiting:
            first = waiting[0]
            if isinstance(first, Kept):
                if not first.future.done():
                    if not self._watching:
                        self._watching = True
                        first.future.add_done_callback(self._kept)
                    break
                answer = self._desk.answer(first)
                if answer is not None:
                    answers.append(answer)
            else:
                answers.append(first)
            waiting.popleft()
        if answers:
            self._transport.write(b"".join(answers))
        self._count()
        if was_full and len(waiting) < self._most:
            self._schedule()
        elif self._ended and not waiting and not self._scheduled:
            self._transport.close()

    def _kept(self, _: object) -> None:
        self._watching = False
        if not self._transport.is_closing():
            self._flush()

    def _waiting_is_lost(self) -> None:
        for waiting in self._waiting:
            if isinstance(waiting, Kept):
                waiting.future.add_done_callback(_seen)
        self._waiting.clear()
        self._count()

    def _count(self) -> None:
        """Tell the source's load what waits now."""
        waiting = len(self._waiting)
        if waiting != self._loaded:
            self._desk.load.change(self.source, waiting - self._loaded)
            self._loaded = waiting


def _seen(future: "Future[Receipt]") -> None:
    """Nobody is left to answer; that a delivery failed was still seen here."""
    if not future.cancelled():
        future.exception()
