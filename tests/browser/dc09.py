"""A program that is not ours: it speaks DC-09 by hand, with nothing of `belfry` in it.

Written from the published description of the message format, so that what it sends and what it expects is checked by a
second pair of eyes: LF, four digits of CRC, `0LLL`, the body between its quote and the CR, CR.
"""

import asyncio
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

ANSWER = re.compile(rb"\n([0-9A-F]{4})0([0-9A-F]{3})(\"(ACK|NAK|DUH)\"(\d{4})?.*)\r", re.DOTALL)


def crc16(body: bytes) -> int:
    """The check value of the standard: reflected polynomial 0xA001, from zero, bit by bit."""
    value = 0
    for byte in body:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


def frame(body: bytes) -> bytes:
    return b"\n%04X0%03X%s\r" % (crc16(body), len(body), body)


def stamp(now: datetime) -> bytes:
    return now.strftime("_%H:%M:%S,%m-%d-%Y").encode()


@dataclass
class Panel:
    """One alarm panel: an account number, a sequence that it counts itself, a connection for each event."""

    address: tuple[str, int]
    account: str
    sequence: int = field(default=0)

    async def contact_id(self, event: str, zone: str, area: str = "01") -> None:
        """Report an event as `1110` (new) or `3110` (restored); returns when the receiver has acknowledged it."""
        body = f'"ADM-CID"{self._next():04d}L0#{self.account}[#{self.account}|{event} {area} {zone}]'
        await self._tell(body.encode() + stamp(datetime.now(UTC)))

    async def sia(self, event: str) -> None:
        """Report an event of DC-03 as `NFA12`, `NFR12`."""
        body = f'"SIA-DCS"{self._next():04d}L0#{self.account}[#{self.account}|{event}]'
        await self._tell(body.encode() + stamp(datetime.now(UTC)))

    def _next(self) -> int:
        self.sequence = self.sequence % 9999 + 1
        return self.sequence

    async def _tell(self, body: bytes) -> None:
        reader, writer = await asyncio.open_connection(*self.address)
        writer.write(frame(body))
        async with asyncio.timeout(30):
            answer = await reader.readuntil(b"\r")
        writer.close()
        await writer.wait_closed()
        self._check(answer)

    def _check(self, answer: bytes) -> None:
        read = ANSWER.fullmatch(answer)
        assert read is not None, f"no answer of the standard: {answer!r}"
        check, length, said, token, sequence = read.groups()
        assert int(check, 16) == crc16(said)
        assert int(length, 16) == len(said)
        assert (token, int(sequence)) == (b"ACK", self.sequence), answer
