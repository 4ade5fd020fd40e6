"""One DC-09 frame: `LF CRC 0LLL "[*]id" seq [Rrcvr] Lpref #acct [data]{[x-data]}[_timestamp] CR` (ANSI/SIA DC-09).

Real panels differ from the standard, and an alarm is not thrown away for that: what is accepted against the letter is
named in `Frame.quirks`, never guessed silently. What fails the CRC, the length or the grammar is `Unreadable`, and the
standard's answer to that is silence, so that the panel tries again. Decryption is in `crypto`, meaning in `payload`.
"""

import re
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from fastcrc import crc16 as crcs
from msgspec import Struct

from belfry.protocols.dc09.stamp import STAMP, STAMP_BYTES, instant

LENGTH_MAX: Final = 0xFFF
"""Most bytes of a frame's body: the length field has three hexadecimal digits."""

FRAME_MAX_BYTES: Final = 1 + 8 + LENGTH_MAX + 1
"""LF, CRC and length in ASCII, the longest body, CR. What runs on without a CR beyond it is no frame."""

TOKEN_MAX: Final = 32
"""No listed token is longer than nine characters; a long one is noise that happens to be quoted."""

SEQ_DIGITS: Final = 4


class Error(StrEnum):
    """Why a frame was not understood. The names are those of the vectors."""

    NO_LF = "no-lf"
    NO_CR = "no-cr"
    HEADER = "header"
    CRC = "crc"
    LENGTH = "length"
    GRAMMAR = "grammar"
    NO_KEY = "no-key"
    CIPHER_LENGTH = "cipher-length"
    DECRYPT = "decrypt"
    TIMESTAMP = "timestamp"
    TIMESTAMP_FORMAT = "timestamp-format"


class Quirk(StrEnum):
    """Where a panel left the standard and was understood nevertheless."""

    CR_COUNTED = "cr-counted"
    """CRC and length include the final CR (ELDES)."""
    BINARY_CRC = "binary-crc"
    """CRC as two raw bytes (Trikdis E16, Lupus XT); the answer has the same form."""
    EMPTY_RECEIVER = "empty-receiver"
    EMPTY_PREFIX = "empty-prefix"
    """`L` without digits, where `L0` is meant."""
    SHORT_ACCOUNT = "short-account"
    """Fewer than three digits."""
    TRAILING_NUL = "trailing-nul"
    NO_PAD_TERMINATOR = "no-pad-terminator"
    """No `|` between pad and data, as in the grammar of the first editions."""
    BRACKET_IN_DATA = "bracket-in-data"
    TIMESTAMP_FORMAT = "timestamp-format"
    """A date or time that does not exist: the frame counts, its time does not."""
    CLOCK = "clock"
    """Let in although its time stayed outside the window after two NAKs."""
    PORT_KEY = "port-key"
    """The account has a key of its own, but the frame used the port's."""
    OTHER_ACCOUNT = "other-account"
    """The payload names another account than the header; the payload's counts."""
    LATE_MODIFIERS = "late-modifiers"
    """Area or user behind the event that they belong to."""
    SPACING = "spacing"
    """Contact ID with other gaps than one space."""
    PAYLOAD = "payload"
    """No code could be read: kept as an unlisted signal, so that a person looks."""
    OLD_EVENT = "old-event"
    """DC-03 function `O`: reported before."""


class Frame(Struct, frozen=True, kw_only=True, gc=False):
    """A readable frame. Text of the header is as it came, in its own letter case, with its leading zeros."""

    token: str
    encrypted: bool
    echo: bytes
    """`seq [Rrcvr] Lpref #acct` exactly as it came: what an answer repeats."""
    crc: int
    binary: bool
    length: int
    """As the frame states it."""
    body: bytes
    """What CRC and length cover."""
    data: bytes = b""
    xdata: tuple[bytes, ...] = ()
    timestamp: datetime | None = None
    quirks: tuple[str, ...] = ()
    cipher: bytes | None = None
    """Hexadecimal ciphertext while nobody has decrypted it yet."""
    content: bytes = b""
    """The whole decrypted text, pad included; empty for a plain frame."""
    pad_length: int | None = None

    @property
    def seq(self) -> str:
        return self.echo[:SEQ_DIGITS].decode()

    @property
    def line(self) -> bytes:
        """`[Rrcvr] Lpref #acct` as it came: the same in all frames of a panel."""
        return self.echo[SEQ_DIGITS:]

    @property
    def receiver(self) -> str | None:
        return named(self.line)[0]

    @property
    def prefix(self) -> str:
        return named(self.line)[1]

    @property
    def account(self) -> str:
        return named(self.line)[2]


@lru_cache(maxsize=256)
def named(line: bytes) -> tuple[str | None, str, str]:
    """Return receiver, prefix and account of a header's line, as they came. Raises ValueError where it is none."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r} is no line of a header")
    receiver, prefix, account = match.groups()
    return None if receiver is None else receiver.decode(), prefix.decode(), account.decode()


class Unreadable(Struct, frozen=True, kw_only=True):
    """Bytes that are no frame, or one that could not be opened; as much of it as was read."""

    error: Error
    crc: int | None = None
    binary: bool | None = None
    length: int | None = None
    frame: Frame | None = None
    raw: bytes = b""


# The frame that nearly every panel sends: nothing in it needs a second look but CRC and length.
_USUAL: Final = re.compile(
    rb'\n([0-9A-Fa-f]{4}0[0-9A-Fa-f]{3})("(\*?)([A-Z0-9-]{1,32})"'
    rb"(\d{4}(?:R[0-9A-Fa-f]{1,6})?L[0-9A-Fa-f]{1,6}#[0-9A-Fa-f]{3,16})\["
    rb"(?:([^\[\]\r\n]*)\]((?:\[[^\[\]\r\n]*\])*)(?:_(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4}))?|([0-9A-Fa-f]+)))\r"
)
_ASCII: Final = re.compile(rb"[0-9A-Fa-f]{4}0[0-9A-Fa-f]{3}")
_BINARY: Final = re.compile(rb'..0[0-9A-Fa-f]{3}"', re.DOTALL)
_BODY: Final = re.compile(
    rb'"(\*?)([^"*\r\n][^"\r\n]{0,31})"'
    rb"(\d{4}(?:R([0-9A-Fa-f]{0,6}))?L([0-9A-Fa-f]{0,6})([#A])([0-9A-Fa-f]{1,16}))\[(.*)",
    re.DOTALL,
)
_LINE: Final = re.compile(rb"(?:R([0-9A-Fa-f]*))?L([0-9A-Fa-f]*)[#A]([0-9A-Fa-f]+)")

_ACCOUNT_MIN: Final = 3


def crc16(body: bytes) -> int:
    """Return the check value of a frame body, 0..65535: CRC-16/ARC from the opening quote to the byte before CR.

    Source: ANSI/SIA DC-09, message format clause; of `123456789` it is 0xBB3D. An encrypted frame counts as sent.
    """
    return crcs.arc(body)


def usual(buffer: bytes, start: int) -> tuple[Frame, int] | None:
    """Return the frame that begins at `start` and its end, if it is by the book; else None.

    The short way for nine frames of ten. None says nothing about the frame: `parse` judges it.
    """
    match = _USUAL.match(buffer, start)
    if match is None:
        return None
    head, body, star, token, echo, data, extended, stamped, cipher = match.groups()
    crc, length = crcs.arc(body), len(body)
    if int(head, 16) != crc << 16 | length or (cipher is None) is (star == b"*"):
        return None
    moment = None
    if stamped is not None and (moment := instant(stamped)) is None:
        return None
    frame = Frame(
        token=token.decode(),
        encrypted=cipher is not None,
        echo=echo,
        crc=crc,
        binary=False,
        length=length,
        body=body,
        data=data or b"",
        xdata=tuple(extended[1:-1].split(b"][")) if extended else (),
        timestamp=moment,
        cipher=cipher,
    )
    return frame, match.end()


def parse(raw: bytes) -> Frame | Unreadable:
    """Return the frame that `raw` is, from LF to CR, or what is wrong with it. NUL bytes behind the CR are a quirk."""
    whole = raw.rstrip(b"\0")
    if whole[:1] != b"\n":
        return Unreadable(error=Error.NO_LF, raw=raw)
    if whole[-1:] != b"\r":
        return Unreadable(error=Error.NO_CR, raw=raw)
    quirks = [Quirk.TRAILING_NUL] if len(whole) < len(raw) else []
    return _checked(whole[1:-1], quirks, raw)


def _checked(piece: bytes, quirks: list[Quirk], raw: bytes) -> Frame | Unreadable:
    """Judge CRC, then length, then grammar, in that order: a damaged frame says nothing about its grammar."""
    binary = _BINARY.match(piece) is not None and _ASCII.match(piece) is None
    if binary:
        quirks.append(Quirk.BINARY_CRC)
        crc, length, body = int.from_bytes(piece[:2], "big"), int(piece[3:6], 16), piece[6:]
    elif _ASCII.match(piece):
        crc, length, body = int(piece[:4], 16), int(piece[5:8], 16), piece[8:]
    else:
        return Unreadable(error=Error.HEADER, binary=False if piece else None, raw=raw)
    counted = len(body)
    if crc != crcs.arc(body):
        # ELDES counts the CR in CRC and length; nine of nine reported frames agree.
        if crc != crcs.arc(body + b"\r"):
            return Unreadable(error=Error.CRC, crc=crc, binary=binary, length=length, raw=raw)
        quirks.append(Quirk.CR_COUNTED)
        counted += 1
    if length != counted:
        return Unreadable(error=Error.LENGTH, crc=crc, binary=binary, length=length, raw=raw)
    return _read(body, crc=crc, binary=binary, length=length, quirks=quirks, raw=raw)


def _read(body: bytes, *, crc: int, binary: bool, length: int, quirks: list[Quirk], raw: bytes) -> Frame | Unreadable:
    match = _BODY.fullmatch(body)
    # `A0` for the account is the form of a NAK alone.
    if match is None or (match[6] == b"A" and match[2] != b"NAK"):
        return Unreadable(error=Error.GRAMMAR, crc=crc, binary=binary, length=length, raw=raw)
    star, token, echo, receiver, prefix, _, account, rest = match.groups()
    if receiver == b"":
        quirks.append(Quirk.EMPTY_RECEIVER)
    if not prefix:
        quirks.append(Quirk.EMPTY_PREFIX)
    if len(account) < _ACCOUNT_MIN and token != b"NAK":
        quirks.append(Quirk.SHORT_ACCOUNT)
    parts = None if star else split(rest)
    if parts is not None:
        quirks.extend(parts.quirks)
    frame = Frame(
        token=token.decode("latin-1"),
        encrypted=bool(star),
        echo=echo,
        crc=crc,
        binary=binary,
        length=length,
        body=body,
        data=parts.data if parts is not None else b"",
        xdata=parts.xdata if parts is not None else (),
        timestamp=parts.timestamp if parts is not None else None,
        quirks=tuple(quirks),
        cipher=rest if star else None,
    )
    if not star and parts is None:
        return Unreadable(error=Error.GRAMMAR, crc=crc, binary=binary, length=length, frame=frame, raw=raw)
    return frame


class Parts(Struct, frozen=True, gc=False):
    """What stands behind the first `[`: the data, the extended data, the time and what was odd about them."""

    data: bytes
    xdata: tuple[bytes, ...]
    timestamp: datetime | None
    stamped: bool
    quirks: tuple[Quirk, ...] = ()


def split(rest: bytes) -> Parts | None:
    """Split `data] {[x-data]} [_timestamp]`; None where that is not its form.

    Cut from the end, at `][`, so that a lone bracket in a zone's text costs no alarm.
    """
    moment: datetime | None = None
    quirks: list[Quirk] = []
    stamped = rest[-STAMP_BYTES - 2 : -STAMP_BYTES] == b"]_" and STAMP.fullmatch(rest[-STAMP_BYTES:]) is not None
    if stamped:
        moment = instant(rest[-STAMP_BYTES:])
        if moment is None:
            quirks.append(Quirk.TIMESTAMP_FORMAT)
        rest = rest[: -STAMP_BYTES - 1]
    if rest[-1:] != b"]":
        return None
    data, *xdata = rest[:-1].split(b"][")
    if any(b"[" in part or b"]" in part for part in (data, *xdata)):
        quirks.append(Quirk.BRACKET_IN_DATA)
    return Parts(data, tuple(xdata), moment, stamped, tuple(quirks))
