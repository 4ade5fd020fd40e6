"""What did my panel send: a frame in words, as `belfry decode dc09` and the console's page show it.

The field names are those of the vectors. Nothing here is a secret of ours: whoever asks has the bytes and the key.
"""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from belfry.domain.codes import Codes
from belfry.domain.signal import Category, Wire
from belfry.domain.site import TimeWindow
from belfry.protocols.dc09.crypto import decrypt
from belfry.protocols.dc09.frame import Error, Frame, Quirk, Unreadable
from belfry.protocols.dc09.others import recognise
from belfry.protocols.dc09.payload import ANSWERS, LISTED_PAYLOADS, PAYLOADS, POLLS, Event, Payload, decode_text, read
from belfry.protocols.dc09.reply import Reply, ack, duh, nak
from belfry.protocols.dc09.session import Session
from belfry.protocols.dc09.window import in_window

Described = dict[str, object]

OTHER_PAYLOAD: Final = "a payload of the standard's list that this receiver does not read"

_SILENT: Final = frozenset({Error.NO_LF, Error.NO_CR, Error.HEADER, Error.CRC, Error.LENGTH, Error.GRAMMAR})


def describe(
    frame: bytes | str, *, key: bytes | None = None, at: datetime | None = None, codes: Codes
) -> list[Described]:
    """Return one mapping a frame in these bytes (or their hexadecimal form), in order; at least one.

    `key` opens encrypted frames. `at` is the receiver's clock for the time window; without it no window is checked.
    Raises ValueError where a text is not hexadecimal.
    """
    raw = bytes.fromhex(frame) if isinstance(frame, str) else bytes(frame)
    events = _events(raw)
    described = [_described(event, key, at, codes) for event in events]
    if (name := recognise(raw)) is not None:
        described[0]["recognised"] = name
    return described


def _events(raw: bytes) -> list[Frame | Unreadable]:
    session = Session()
    events = session.feed(raw)
    if (left := session.finish()) is not None or not events:
        events.append(left or Unreadable(error=Error.NO_LF))
    last = events[-1]
    if isinstance(last, Frame) and raw.endswith(b"\r" + raw[len(raw.rstrip(b"\0")) :]) and raw[-1:] == b"\0":
        events[-1] = replace(last, quirks=(Quirk.TRAILING_NUL, *last.quirks))
    # A port scanner's lines are one noise, however many line feeds it has.
    noise = events[0].error is Error.NO_LF if isinstance(events[0], Unreadable) else False
    return events[:1] if noise and not any(isinstance(event, Frame) for event in events) else events


def _described(event: Frame | Unreadable, key: bytes | None, at: datetime | None, codes: Codes) -> Described:
    if isinstance(event, Frame) and event.encrypted:
        opened = decrypt(event, () if key is None else (key,))
        event = opened if isinstance(opened, Unreadable) else opened[0]
    if isinstance(event, Unreadable):
        return _fault(event, at)
    error = _late(event, at)
    return {"valid": error is None, "error": error, **_fields(event, codes), **_reply(event, error, at)}


def _late(frame: Frame, at: datetime | None) -> Error | None:
    """Return what is wrong with a frame's time, if anything: an impossible date, or one outside the window."""
    if Quirk.TIMESTAMP_FORMAT in frame.quirks:
        return Error.TIMESTAMP_FORMAT
    if frame.encrypted and at is not None and not in_window(frame.timestamp, at, TimeWindow.STANDARD):
        return Error.TIMESTAMP
    return None


def _fault(fault: Unreadable, at: datetime | None) -> Described:
    described: Described = {"valid": False, "error": fault.error}
    if fault.binary is not None:
        described["crc_format"] = "binary" if fault.binary else "ascii"
    if fault.crc is not None:
        described["crc"] = f"{fault.crc:04X}"
        described["length"] = fault.length
    frame = fault.frame
    if frame is not None:
        described |= _head(frame)
    reply, answer = Reply.NONE, None
    if frame is None or fault.error in _SILENT:
        pass
    elif frame.token in ANSWERS:
        return {**described, "reply": None, "reply_hex": None}
    elif fault.error is Error.NO_KEY:
        reply, answer = Reply.DUH, duh(frame)
    else:
        reply, answer = Reply.NAK, None if at is None else nak(at, binary=frame.binary)
    return {**described, "reply": reply, "reply_hex": _hex(answer)}


def _head(frame: Frame) -> Described:
    return {
        "token": frame.token,
        "seq": frame.seq,
        "receiver": frame.receiver,
        "prefix": frame.prefix,
        "account": frame.account,
        "encrypted": frame.encrypted,
        "crc": f"{frame.crc:04X}",
        "crc_format": "binary" if frame.binary else "ascii",
        "length": frame.length,
        "quirks": list(frame.quirks),
    }


def _fields(frame: Frame, codes: Codes) -> Described:
    described = _head(frame)
    described["data"] = decode_text(frame.data)
    described["xdata"] = [decode_text(item) for item in frame.xdata]
    described["timestamp"] = None if frame.timestamp is None else f"{frame.timestamp:%Y-%m-%dT%H:%M:%SZ}"
    if frame.pad_length is not None:
        described["pad_length"] = frame.pad_length
    wire = PAYLOADS.get(frame.token)
    payload = Payload(()) if wire is None else read(wire, frame.data)
    described["quirks"] = [*frame.quirks, *payload.quirks]
    described["events"] = [
        event_described(frame.account, wire, event, codes) for event in payload.events if wire is not None
    ]
    described["category"] = [codes.meaning(wire, event.code).category for event in payload.events if wire is not None]
    if frame.token in POLLS:
        described["category"] = [Category.TEST]
    if frame.token in LISTED_PAYLOADS:
        described["recognised"] = OTHER_PAYLOAD
    return described


def event_described(account: str, wire: Wire, event: Event, codes: Codes) -> Described:
    """Return the words for one event of a payload whose envelope names `account`."""
    cid = wire is Wire.CID
    said, rule = codes.meaning(wire, event.code), codes.rule(wire, event.code)
    described: Described = {"code": event.code}
    if cid:
        described |= {"group": event.area, "zone": event.address}
    else:
        described |= {"address": event.address, "area": event.area, "user": event.user}
    described |= {"text": event.text, "old": event.old or None}
    if event.account is not None and event.account.upper() != account.upper():
        described["account"] = event.account
    described = {name: value for name, value in described.items() if value is not None}
    return described | {
        "name": said.name,
        "listed": said.listed,
        "subtype": said.subtype,
        "state": said.state,
        "kind": rule.kind,
        "priority": rule.priority,
        "act": rule.act,
    }


def _reply(frame: Frame, error: Error | None, at: datetime | None) -> Described:
    if frame.token in ANSWERS:
        return {"reply": None, "reply_hex": None}
    if frame.token not in PAYLOADS and frame.token not in POLLS:
        return {"reply": Reply.DUH, "reply_hex": _hex(duh(frame))}
    if frame.encrypted:
        if error is None:
            return {"reply": Reply.ENCRYPTED_ACK, "reply_hex": None}  # its pad is random, its time the receiver's
        return {"reply": Reply.NAK, "reply_hex": _hex(None if at is None else nak(at, binary=frame.binary))}
    return {"reply": Reply.ACK, "reply_hex": _hex(ack(frame))}


def _hex(answer: bytes | None) -> str | None:
    return None if answer is None else answer.hex().upper()
