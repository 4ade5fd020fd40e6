"""From a frame to signals: what of a panel's words may go on into the house (SCOPE, fences).

Codes keep their letters and digits and nothing else. A user number goes where intake seals it, and of a door or access
event neither number nor text goes on. Coordinates pass with a fire, medical or panic alarm only. Links to sound or
pictures, and every other extended datum, end here.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from msgspec import Struct

from belfry.domain.codes import Meaning
from belfry.domain.signal import AccountKey, Category, Method, Position, Signal, SignalState, Wire
from belfry.protocols.dc09.frame import Frame, Quirk, named
from belfry.protocols.dc09.payload import PAYLOADS, Event, Payload, decode_text, read
from belfry.protocols.dc09.stamp import STAMP_BYTES, instant

Meanings = Callable[[Wire, str], Meaning]

TEXT_MAX: Final = 80
"""Characters kept of a zone's text (SCOPE, fences)."""

LOCATED: Final = frozenset({Category.FIRE, Category.MEDICAL, Category.PANIC})
_EQUIPMENT: Final = Method.EQUIPMENT
"""At hand: an enumeration looks each member up anew."""

ALARMS: Final = frozenset({SignalState.ALARM, SignalState.VERIFIED, SignalState.UNVERIFIED, SignalState.PRE_ALARM})

ACCESS: Final = "access"
"""The subtype of door and user events."""

# `093W23.456`: degrees, hemisphere, minutes. Some panels send more decimals, or leading zeros fewer.
_COORDINATE: Final = re.compile(rb"(\d{1,3})([NSEW])(\d{1,2}(?:\.\d{1,10})?)")


LINES_KEPT: Final = 16_384
"""Lines of headers kept read: one for each panel that reports."""


@lru_cache(maxsize=LINES_KEPT)
def account_key(line: bytes, receiver: str) -> AccountKey:
    """Return whose frames have this line in their header (`Frame.line`). `receiver` is the name in our settings."""
    _, prefix, account = named(line)
    return AccountKey(receiver, prefix.upper() or None, account.upper())


def to_signals(
    frame: Frame,
    account: AccountKey,
    *,
    path: str,
    received_at: datetime,
    meaning: Meanings,
    authenticated: bool = False,
) -> tuple[Signal, ...]:
    """Return the signals of a readable payload frame, in its order: at least one.

    `account` is the frame's own (`account_key`). Where no code can be read the one signal has no code and the quirk
    `payload`: an operator looks. The frame's token must be one of `PAYLOADS`.
    """
    extras = Extras(frame.timestamp) if not frame.xdata else extended(frame)
    if not frame.quirks:
        signal = _usual(frame, account, path, received_at, meaning, authenticated, extras)
        if signal is not None:
            return (signal,)
    wire = PAYLOADS[frame.token]
    return from_payload(
        wire,
        read(wire, frame.data),
        account,
        path=path,
        received_at=received_at,
        meaning=meaning,
        authenticated=authenticated,
        quirks=frame.quirks,
        extras=extras,
    )


def from_payload(
    wire: Wire,
    payload: Payload,
    account: AccountKey,
    *,
    path: str,
    received_at: datetime,
    meaning: Meanings,
    authenticated: bool = False,
    quirks: tuple[str, ...] = (),
    extras: "Extras | None" = None,
) -> tuple[Signal, ...]:
    """Return the signals of a payload's events, whatever envelope it came in: at least one.

    `account` is the envelope's; an event may name another. `quirks` are the envelope's too.
    """
    extras = Extras(None) if extras is None else extras
    quirks = (*quirks, *payload.quirks) if payload.quirks or quirks else ()
    if not payload.events:
        payload = Payload((Event(""),))
    signals = []
    for event in payload.events:
        said = meaning(wire, event.code)
        whose = account.account if event.account is None else event.account.upper()
        area, zone, user, text = _point(wire, event, said, extras)
        signals.append(
            Signal(
                method=Method.EQUIPMENT,
                receiver=account.receiver,
                received_at=received_at,
                occurred_at=extras.occurred_at,
                prefix=account.prefix,
                account=whose,
                area=area,
                zone=zone,
                wire=wire,
                code=event.code or None,
                category=said.category,
                subtype=said.subtype,
                state=said.state,
                path=path,
                authenticated=authenticated,
                previous=Quirk.OLD_EVENT in quirks or (wire is Wire.CID and event.code[:1] == "6"),
                quirks=quirks if whose == account.account else (*quirks, Quirk.OTHER_ACCOUNT),
                user=user,
                text=text,
                position=_position(said, extras),
            )
        )
    return tuple(signals)


# -- the short way ----------------------------------------------------------------------------------------------------

_DIGITS: Final = b"0123456789"
_HASH: Final = ord("#")
_SIA_HEAD: Final = re.compile(rb"N(?:ri(?P<area>\d{1,4})/?)?(?P<code>[A-Z]{2})")
_CID_HEAD: Final = re.compile(rb"(?P<code>[136]\d{3}) (?P<area>\d\d) ")
_CID_ADDRESS: Final = 3

HEADS_KEPT: Final = 4_096
"""Heads of blocks kept read: codes times areas, and panels use a few of either."""


class _Head(Struct, frozen=True, gc=False):
    """What a block of one event says, all but the number at its end: `Nri1/BA`, `1130 01 `."""

    wire: Wire
    code: str
    area: str | None
    said: Meaning
    zoned: bool
    """The number is a zone's, and a text is the zone's."""
    nowhere: str
    """The number that means none."""
    digits: int
    """So many digits has the number; 0: any."""
    previous: bool


@lru_cache(maxsize=HEADS_KEPT)
def _head(token: str, head: bytes, meaning: Meanings) -> _Head | None:
    wire = PAYLOADS[token]
    match = (_CID_HEAD if wire is Wire.CID else _SIA_HEAD).fullmatch(head)
    if match is None:
        return None
    code, area = match.group("code").decode(), match["area"]
    said = meaning(wire, code)
    zoned = said.listed and said.subtype != ACCESS and said.address not in {"user", "area"}
    nowhere, digits, previous = ("000", _CID_ADDRESS, code[0] == "6") if wire is Wire.CID else ("", 0, False)
    named_area = None if area is None or (wire is Wire.CID and area == b"00") else area.decode()
    return _Head(wire, code, named_area, said, zoned, nowhere, digits, previous)


def _usual(
    frame: Frame,
    account: AccountKey,
    path: str,
    received_at: datetime,
    meaning: Meanings,
    authenticated: bool,
    extras: "Extras",
) -> Signal | None:
    """The signal of a frame by the book with one event; None where it is not that, which says nothing about it."""
    whose, _, block = frame.data.partition(b"|")
    if whose and not (whose[0] == _HASH and frame.echo.endswith(whose)):
        return None
    start = block.rstrip(_DIGITS)
    head = _head(frame.token, start, meaning)
    if head is None or (head.digits and len(block) - len(start) != head.digits):
        return None
    number = block[len(start) :].decode()
    if head.zoned:
        area, zone, user, text = head.area, None if number == head.nowhere else number, None, _short(extras.text)
    else:
        area, zone, user, text = _point(head.wire, Event(head.code, number, head.area), head.said, extras)
    said = head.said
    return Signal(
        _EQUIPMENT,
        account.receiver,
        received_at,
        extras.occurred_at,
        account.prefix,
        account.account,
        area,
        zone,
        wire=head.wire,
        code=head.code,
        category=said.category,
        subtype=said.subtype,
        state=said.state,
        path=path,
        authenticated=authenticated,
        previous=head.previous,
        user=user,
        text=text,
        position=None if extras.position is None else _position(said, extras),
    )


def identity(frame: Frame, receiver: str) -> bytes:
    """Return what a repeat of this frame shares: all but the CRC's form, and but the time where it was encrypted.

    A panel that sends a frame again encrypts it afresh, with a new time and pad. Plain panels repeat the bytes.
    """
    if frame.encrypted:
        return b"%b\0%b\0%b\0%b\0%b" % (
            receiver.encode(),
            frame.token.encode(),
            frame.echo,
            frame.data,
            b"\0".join(frame.xdata),
        )
    return b"%b\0%b" % (receiver.encode(), frame.body)


class Extras(Struct, frozen=True, gc=False):
    """What is taken from the extended data. H before the frame's own time: it tells when, not when sent."""

    occurred_at: datetime | None
    text: str | None = None
    position: Position | None = None


def _position(said: Meaning, extras: Extras) -> Position | None:
    return extras.position if said.category in LOCATED and said.state in ALARMS else None


def extended(frame: Frame) -> Extras:
    """Return time of occurrence (H), alarm text (I) and place (X, Y) of a frame; nothing else is taken from it."""
    occurred_at = frame.timestamp
    text = None
    longitude = latitude = None
    for item in frame.xdata:
        kind, value = item[:1], item[1:]
        if kind == b"H" and len(value.strip()) == STAMP_BYTES:
            occurred_at = instant(value.strip()) or occurred_at
        elif kind == b"I" and text is None:
            text = decode_text(value)
        elif kind == b"X" and longitude is None:
            longitude = _degrees(value, b"EW", 180)
        elif kind == b"Y" and latitude is None:
            latitude = _degrees(value, b"NS", 90)
    position = Position(latitude, longitude) if latitude is not None and longitude is not None else None
    return Extras(occurred_at, text, position)


def other_accounts(frame: Frame, signals: Sequence[Signal]) -> frozenset[str]:
    """The accounts that a frame speaks for besides the one in its header, upper case."""
    own = frame.account.upper()
    return frozenset(s.account for s in signals if s.account is not None and s.account != own)


def _point(
    wire: Wire, event: Event, said: Meaning, extras: Extras
) -> tuple[str | None, str | None, str | None, str | None]:
    """Return area, zone, user and text of an event: where its address goes depends on what the code says it is."""
    area, address = event.area or None, event.address or None
    if wire is Wire.CID:  # 00 and 000 mean none there; in DC-03 zone 000 is a point of its own
        area = None if area == "00" else area
        address = None if address == "000" else address
    if said.subtype == ACCESS:
        return area, None, None, None
    if not said.listed:  # unknown stays unknown: its letters or digits, and none of its words
        return area, address, None, None
    if said.address == "user":
        return area, None, address or event.user or None, None  # the text beside a user number is a person's name
    if said.address == "area":
        return address or area, None, event.user or None, _short(event.text or extras.text)
    return area, address, event.user or None, _short(event.text or extras.text)


def _short(text: str | None) -> str | None:
    if not text:
        return None
    return "".join(sign if sign.isprintable() else " " for sign in text[: TEXT_MAX * 2]).strip()[:TEXT_MAX] or None


def _degrees(value: bytes, hemispheres: bytes, most: int) -> float | None:
    match = _COORDINATE.fullmatch(value.strip())
    if match is None or match[2] not in hemispheres:
        return None
    minutes = float(match[3])
    degrees = int(match[1]) + minutes / 60
    if minutes >= 60 or degrees > most:
        return None
    return round(-degrees if match[2] in b"SW" else degrees, 7)
