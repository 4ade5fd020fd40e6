"""A stream of bytes into frames: one connection's memory, or one datagram's.

Frames and faults do not depend on how the network cut the bytes. A frame runs from LF to CR and neither may occur
inside, except in the two bytes of a binary CRC; so whatever is damaged, the next LF begins anew. Nothing here raises.
"""

import re
from typing import Final

from belfry.protocols.dc09.frame import FRAME_MAX_BYTES, Error, Frame, Unreadable, parse, usual

_END: Final = re.compile(rb"[\r\n]")
_BINARY_HEAD: Final = re.compile(rb'\n..0[0-9A-Fa-f]{3}"', re.DOTALL)
# What may still become the head above when more bytes arrive.
_BINARY_START: Final = re.compile(rb"\n.{0,2}|\n..0[0-9A-Fa-f]{0,3}", re.DOTALL)
# Passed in one step: a stream of nothing else cost a microsecond a byte. Of the last three two may be a binary CRC.
_EMPTY_LINES: Final = re.compile(rb"\n+(?=\n\n\n)")
_BINARY_BODY: Final = 3
"""Where the search for the end begins behind a binary CRC, whose bytes may be CR or LF by chance."""


class Session:
    """Bytes in by `receive`, frames and faults out by `next_event`; `feed` does both.

    Holds at most one unfinished frame (`FRAME_MAX_BYTES`) besides what the caller has not taken out yet.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0
        self._stray = 0
        self._after_frame = False
        self.noise = 0
        """Bytes outside any frame so far, NUL not counted."""
        self.trailing_nul = False
        """A NUL stood behind a frame. It may come in a later segment, so it is told of the stream, not of the frame."""

    def feed(self, data: bytes) -> list[Frame | Unreadable]:
        self.receive(data)
        events = []
        while (event := self.next_event()) is not None:
            events.append(event)
        return events

    def receive(self, data: bytes) -> None:
        if self._at == len(self._buffer):
            self._buffer = data
        else:
            self._buffer = self._buffer[self._at :] + data
        self._at = 0

    def next_event(self) -> Frame | Unreadable | None:
        """Return the next frame or fault; None when more bytes are needed."""
        if self._at == len(self._buffer):
            return None
        quick = usual(self._buffer, self._at) if self._stray == 0 else None
        if quick is not None:
            frame, self._at = quick
            self._after_frame = True
            return frame
        while self._at < len(self._buffer):
            start = self._buffer.find(b"\n", self._at)
            self._skip(len(self._buffer) if start < 0 else start)
            if start < 0:
                return None
            if self._stray:
                self._stray = 0
                return Unreadable(error=Error.NO_LF)
            empty = _EMPTY_LINES.match(self._buffer, start)
            if empty is not None:
                self._at = start = empty.end()
                self.noise += len(empty[0])
            event = self._piece(start)
            if event is not None or self._at == start:
                return event
        return None

    def finish(self) -> Unreadable | None:
        """The bytes have ended: what is left unfinished, if anything."""
        rest, self._buffer, self._at = self._buffer[self._at :], b"", 0
        stray, self._stray = self._stray, 0
        if rest.strip(b"\n"):
            return Unreadable(error=Error.HEADER if b"\r" in rest else Error.NO_CR, raw=rest)
        return Unreadable(error=Error.NO_LF) if stray else None

    def _skip(self, until: int) -> None:
        """Pass over what stands outside of frames; NUL bytes are a habit of some panels, no noise."""
        if until == self._at:
            return
        passed = self._buffer[self._at : until]
        strange = len(passed) - passed.count(b"\0")
        if self._after_frame and passed[0] == 0:
            self.trailing_nul = True
        self._after_frame = False
        self._stray += strange
        self.noise += strange
        self._at = until

    def _piece(self, start: int) -> Frame | Unreadable | None:
        """Take the piece that begins with the LF at `start`; None: unfinished (and not passed), or an empty line."""
        buffer = self._buffer
        binary = _BINARY_HEAD.match(buffer, start) is not None
        limit = start + FRAME_MAX_BYTES
        end = _END.search(buffer, start + (_BINARY_BODY if binary else 1), limit)
        if end is None:
            if len(buffer) < limit:
                return None
            self._at = limit
            return Unreadable(error=Error.NO_CR, raw=buffer[start:limit])
        at = end.start()
        if not binary and at < start + _BINARY_BODY and _BINARY_START.fullmatch(buffer, start):
            return None  # a CR or LF that may yet prove to be half a binary CRC
        if buffer[at] == 0x0A:
            self._at = at
            return Unreadable(error=Error.NO_CR, raw=buffer[start:at]) if at > start + 1 else None
        self._at = at + 1
        self._after_frame = True
        return parse(buffer[start : at + 1])
