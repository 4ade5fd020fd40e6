"""One line that an alarm receiver hands on to a computer: which receiver and line, whose, and what (Sur-Gard, DC-07).

Receivers that stations own print what panels said to them in a few dozen layouts. Those that tell DC-03 or Contact ID
are turned into the payloads that DC-09 carries, so that one reader gives codes and zones their meaning. A layout that
is not listed is kept without its words: a person looks. Telephone numbers of callers are not kept at all.

Source: the automation protocol chapters of the installation manuals of Sur-Gard MLR2 and MLR2000.
"""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.signal import Wire
from belfry.protocols.dc09.payload import Event
from belfry.protocols.surgard.basic import basic, high_speed

OWN_ACCOUNT: Final = "0000"
"""The account of the receiver itself, as receivers print it."""

ACK: Final = b"\x06"
NAK: Final = b"\x15"


class What(StrEnum):
    """What a line is."""

    EVENTS = "events"
    HEARTBEAT = "heartbeat"
    UNLISTED = "unlisted"
    """A layout that is not read: kept as an unlisted signal."""
    PASSED = "passed"
    """Acknowledged and not kept: the telephone number of who called."""


class Quirk(StrEnum):
    """What is told of a line beside its signals."""

    FORMAT = "format"
    """A layout that is not read."""
    BASIC = "basic"
    """A format of one letter or digit: its code stands for the nearest of DC-03."""
    RECEIVER = "receiver-status"
    """The receiver speaks of itself."""
    UNREADABLE = "unreadable"
    """The same bad line twice: kept, since the receiver would hold back all behind it."""
    CLOCK = "line-clock"
    """The line ends in the receiver's time; it names no zone and no year, so it is not taken."""


class Line(Struct, frozen=True, kw_only=True):
    """A readable line and its answers."""

    what: What
    raw: bytes
    """As it came, without its ends: what a repeat shares."""
    receiver: str = ""
    """Number of the receiver, two digits; empty where none could be read."""
    line: str = ""
    account: str = OWN_ACCOUNT
    wire: Wire = Wire.SIA
    data: bytes = b""
    """A payload as DC-09 carries it."""
    events: tuple[Event, ...] | None = None
    """Where the layout has no payload of DC-09, what it says in codes of DC-03."""
    quirks: tuple[str, ...] = ()
    ack: bytes = ACK
    nak: bytes = NAK

    @property
    def prefix(self) -> str:
        """Number of receiver and line: what keeps equal accounts of two receivers apart."""
        return self.receiver + self.line


class Bad(Struct, frozen=True, kw_only=True):
    """Bytes that are no line. `nak` is empty where nobody could tell what it answers."""

    raw: bytes
    reason: str
    nak: bytes = NAK


_CLOCK: Final = re.compile(rb"(.*?)(\d\d:\d\d:\d\d-\d\d/\d\d)", re.DOTALL)
_HEAD: Final = re.compile(rb"([0-9A-Z])([0-9A-F]{2})([0-9A-Z]{1,3})(?![0-9A-Z])")
_ANY_HEAD: Final = re.compile(rb"[0-9A-Za-z]([0-9A-F]{2})([0-9A-Z])")
_PRINTABLE: Final = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")

_HEARTBEAT: Final = re.compile(rb"1([0-9A-F]{2})([0-9A-Z]{1,3}) +@ *")
_CONTACT_ID: Final = re.compile(
    rb"5([0-9A-F]{2})([0-9A-Z]{1,3}) (?:18|98) ?([0-9A-F]{3,10})([ERP])([0-9A-F]{3})([0-9A-F]{2})([0-9A-F]{3})"
)
_SIA: Final = re.compile(rb"[S0]([0-9A-F]{2})([0-9A-Z]{1,3})\[(#([0-9A-Fa-f]{1,16})\|.*)\]", re.DOTALL)
_SIA_1: Final = re.compile(rb"3([0-9A-F]{2})([0-9A-Z]{1,3}) {1,10}([0-9A-F]{1,10})([A-Z]{2})([0-9A-F ]{4})")
_BASIC: Final = re.compile(
    rb"1([0-9A-F]{2})([0-9A-Z]{1,3}) {2,12}([0-9A-F]{1,10}) ([A-Z0-9]) {0,3}([0-9A-F]{1,4}) {0,4}"
)
# Four account digits behind a line of one, or six behind one of three; between them nobody can tell.
_HIGH_SPEED: Final = re.compile(
    rb"8([0-9A-F]{2})(?:([0-9A-Z])([0-9A-F]{4})|([0-9A-Z]{3})([0-9A-F]{6})) ([0-6]{4}) ([0-6]{4}) ([0-9A-F])"
)
_CALLER: Final = re.compile(rb"[4U][0-9A-F]{2}[0-9A-Z].*", re.DOTALL)

_NONE: Final[tuple[str, ...]] = ()
_QUALIFIERS: Final = {b"E": "1", b"R": "3", b"P": "6"}


def read_line(raw: bytes) -> Line | Bad:
    """Return what a line says. `raw` is without terminator; never raises."""
    if not _PRINTABLE.fullmatch(raw):
        return Bad(raw=raw, reason="no line of printable characters")
    body, quirks = raw, _NONE
    if timed := _CLOCK.fullmatch(raw):
        body, quirks = timed[1], (Quirk.CLOCK,)
    if match := _HEARTBEAT.fullmatch(body):
        return Line(what=What.HEARTBEAT, raw=raw, receiver=match[1].decode(), line=match[2].decode())
    if _CALLER.fullmatch(body):
        return Line(what=What.PASSED, raw=raw)
    found = _contact_id(body) or _sia(body) or _sia_1(body) or _basic(body) or _high_speed(body)
    if found is not None:
        receiver, line, account, wire, data, events, own = found
        return Line(
            what=What.EVENTS,
            raw=raw,
            receiver=receiver.decode(),
            line=line.decode(),
            account=account.decode().upper(),
            wire=wire,
            data=data,
            events=events,
            quirks=(*quirks, *own),
        )
    if body[:1] in (b"5", b"S"):  # what every receiver prints alike: a damaged line comes again whole
        return Bad(raw=raw, reason="not of its own form")
    if _ANY_HEAD.match(body) is None:
        return Bad(raw=raw, reason="no number of a receiver")
    return unlisted(raw, Quirk.RECEIVER if body[:1] == b"0" else Quirk.FORMAT)


def unlisted(raw: bytes, quirk: Quirk) -> Line:
    """Return a line of which nothing but its head is kept."""
    head = _HEAD.match(raw)
    receiver, line = (head[2], head[3]) if head else (b"", b"")
    if not head and (short := _ANY_HEAD.match(raw)):
        receiver, line = short.groups()
    return Line(what=What.UNLISTED, raw=raw, receiver=receiver.decode(), line=line.decode(), quirks=(quirk,))


_Found = tuple[bytes, bytes, bytes, Wire, bytes, tuple[Event, ...] | None, tuple[str, ...]]


def _contact_id(body: bytes) -> _Found | None:
    if (match := _CONTACT_ID.fullmatch(body)) is None:
        return None
    receiver, line, account, qualifier, code, group, zone = match.groups()
    data = b"%b%b %b %b" % (_QUALIFIERS[qualifier].encode(), code, group, zone)
    return receiver, line, account, Wire.CID, data, None, ()


def _sia(body: bytes) -> _Found | None:
    if (match := _SIA.fullmatch(body)) is None:
        return None
    receiver, line, data, account = match.groups()
    own = (Quirk.RECEIVER,) if body[:1] == b"0" else ()
    return receiver, line, account, Wire.SIA, data, None, own


def _sia_1(body: bytes) -> _Found | None:
    if (match := _SIA_1.fullmatch(body)) is None:
        return None
    receiver, line, account, code, zone = match.groups()
    return receiver, line, account, Wire.SIA, b"N%b%b" % (code, zone.strip()), None, ()


def _basic(body: bytes) -> _Found | None:
    if (match := _BASIC.fullmatch(body)) is None:
        return None
    receiver, line, account, letter, zone = match.groups()
    return receiver, line, account, Wire.SIA, b"", basic(letter.decode(), zone.decode()), (Quirk.BASIC,)


def _high_speed(body: bytes) -> _Found | None:
    if (match := _HIGH_SPEED.fullmatch(body)) is None:
        return None
    receiver, line, account, wide_line, wide_account, first, second, ninth = match.groups()
    events = high_speed((first + second).decode(), ninth.decode())
    return receiver, line or wide_line, account or wide_account, Wire.SIA, b"", events, (Quirk.BASIC,)
