"""The answers of a receiver (DC-09, 5.5): ACK, *ACK, NAK and DUH; anything else is answered by silence.

Sequence, receiver, prefix and account are repeated exactly as they came, and R is left out where it was, since panels
compare. The check value has the form that the panel used. A NAK means one thing: your clock is wrong, here is mine.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from belfry.protocols.dc09.crypto import PAD_MAX_BYTES, encrypt, pad
from belfry.protocols.dc09.frame import Frame, crc16
from belfry.protocols.dc09.stamp import STAMP_BYTES, stamp


class Reply(StrEnum):
    """The token of an answer. NONE is silence."""

    ACK = "ACK"
    ENCRYPTED_ACK = "*ACK"
    NAK = "NAK"
    DUH = "DUH"
    NONE = "none"


_SEALED_REST_BYTES: Final = len(b"|]_") + STAMP_BYTES


def envelope(body: bytes, *, binary: bool = False) -> bytes:
    """Return a body as it goes on the wire: LF, CRC, length, body, CR."""
    if binary:
        return b"\n%b0%03X%b\r" % (crc16(body).to_bytes(2, "big"), len(body), body)
    return b"\n%04X0%03X%b\r" % (crc16(body), len(body), body)


def ack(frame: Frame) -> bytes:
    """Acknowledge a plain frame."""
    body = b'"ACK"%b[]' % frame.echo
    if frame.binary:
        return envelope(body, binary=True)
    return b"\n%04X%04X%b\r" % (crc16(body), len(body), body)


def encrypted_ack(frame: Frame, key: bytes, now: datetime, chance: Callable[[int], bytes]) -> bytes:
    """Acknowledge an encrypted frame with the key that opened it.

    With the `|` behind the pad: peers that want none look for `]`, peers that want one find it.
    """
    text = b"%b|]_%b" % (pad(_SEALED_REST_BYTES, chance(PAD_MAX_BYTES)), stamp(now))
    return envelope(b'"*ACK"%b[%b' % (frame.echo, encrypt(text, key)), binary=frame.binary)


def duh(frame: Frame) -> bytes:
    """Received well, but nothing we can do with it: unknown token, no key, plain where encrypted is due."""
    return envelope(b'"DUH"%b[]' % frame.echo, binary=frame.binary)


def nak(now: datetime, *, binary: bool = False) -> bytes:
    """Tell the panel our clock; it sets its own and sends again. Never encrypted, names no account."""
    return envelope(b'"NAK"0000R0L0A0[]_%b' % stamp(now), binary=binary)
