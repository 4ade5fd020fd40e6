"""What software answers to our lines: a byte (0x06 taken, 0x15 send again), or a frame of DC-07 with our sequence.

Sans I/O and never raises. What is neither is noise and counts as nothing: above all it is no acknowledgement.
"""

import re
from typing import Final

from msgspec import Struct

from belfry.protocols.dc09.frame import crc16
from belfry.protocols.surgard.line import ACK, NAK

ANSWER_MOST_BYTES: Final = 256
"""An answer's frame has about thirty."""

_BEGIN: Final = b"\n"
_CR: Final = b"\r"
_FRAME: Final = re.compile(rb'([0-9A-Fa-f]{4})0([0-9A-Fa-f]{3})("(ACK|NAK|DUH)"(\d{4})[^\r\n\[]{0,40}\[.*)', re.DOTALL)


class Answer(Struct, frozen=True):
    """`taken`: it is kept on the other side. `sequence`: of which frame; None: a byte, which says not of what."""

    taken: bool
    sequence: int | None = None


class Answers:
    """One connection's memory: at most one unfinished frame."""

    def __init__(self) -> None:
        self._frame: bytearray | None = None
        self.noise = 0
        """Bytes so far that are no answer."""

    def feed(self, data: bytes) -> list[Answer]:
        """Return what was answered, in order, however the network cut the bytes."""
        found = []
        for at in range(len(data)):
            answer = self._take(data[at : at + 1])
            if answer is not None:
                found.append(answer)
        return found

    def _take(self, byte: bytes) -> Answer | None:
        if self._frame is None:
            if byte == _BEGIN:
                self._frame = bytearray()
            elif byte in (ACK, NAK):
                return Answer(byte == ACK)
            else:
                self.noise += 1
            return None
        if byte == _CR:
            frame, self._frame = bytes(self._frame), None
            answer = read_answer(frame)
            if answer is None:
                self.noise += len(frame)
            return answer
        if byte == _BEGIN:
            self.noise += len(self._frame)
            self._frame.clear()
        elif byte in (ACK, NAK) and not self._frame:  # a line feed before a byte is some converter's habit
            self._frame = None
            return Answer(byte == ACK)
        elif len(self._frame) >= ANSWER_MOST_BYTES:
            self.noise += len(self._frame) + 1
            self._frame = None
        else:
            self._frame += byte
        return None


def read_answer(frame: bytes) -> Answer | None:
    """Return what a frame without its ends answers; None where it is no answer, or damaged."""
    match = _FRAME.fullmatch(frame)
    if match is None:
        return None
    crc, length, body, token, sequence = match.groups()
    if int(length, 16) != len(body) or int(crc, 16) != crc16(body):
        return None
    return Answer(token == b"ACK", int(sequence))
