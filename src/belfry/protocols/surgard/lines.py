"""A stream into lines: what stands before each 0x14. Lines do not depend on how the network cut the bytes.

Nothing here raises. What runs on without an end is told once and passed over until the next end.
"""

from typing import Final

from belfry.protocols.surgard.line import Bad, Line, read_line

END: Final = b"\x14"
"""DC4."""

LINE_MAX_BYTES: Final = 2_048
"""The longest line known, SIA with texts, has some four hundred bytes."""

FILLING: Final = b"\r\n\0\x06\x02\x03"
"""What converters from RS-232 put around lines."""


class Lines:
    """One connection's memory: at most one unfinished line."""

    def __init__(self) -> None:
        self._rest = b""
        self._passing = False
        self.noise = 0
        """Bytes so far that belong to no line."""

    def feed(self, data: bytes) -> list[Line | Bad]:
        """Return what has come to its end, in order."""
        *whole, self._rest = (self._rest + data).split(END)
        said: list[Line | Bad] = []
        for piece in whole:
            if self._passing:
                self._passing = False
                self.noise += len(piece)
            elif len(piece) > LINE_MAX_BYTES:
                self.noise += len(piece)
                said.append(_endless(piece))
            elif body := piece.strip(FILLING):
                said.append(read_line(body))
        if self._passing:
            self.noise += len(self._rest)
            self._rest = b""
        elif len(self._rest) > LINE_MAX_BYTES:
            said.append(_endless(self._rest))
            self.noise += len(self._rest)
            self._passing, self._rest = True, b""
        return said


def _endless(piece: bytes) -> Bad:
    """The same wherever the network cut it. Without an answer: who sends this is no receiver."""
    return Bad(raw=piece[:LINE_MAX_BYTES], reason="no end", nak=b"")
