"""Words for people: what an alarm receiver handed on, and what it would be answered (`belfry decode surgard`)."""

from typing import Final

from belfry.domain.codes import Codes
from belfry.protocols.dc09.describe import Described, event_described
from belfry.protocols.surgard.dc07 import Frames
from belfry.protocols.surgard.line import ACK, NAK, Bad, Line, What
from belfry.protocols.surgard.lines import END, Lines
from belfry.protocols.surgard.signals import payload

_ANSWERS: Final = {ACK: "ACK", NAK: "NAK", b"": "none"}
_LINE_FEED: Final = b"\n"


def describe(wire: bytes, *, codes: Codes) -> list[Described]:
    """Return one mapping for each line or frame in these bytes, in order; at least one.

    Bytes that begin with a line feed and have no 0x14 are DC-07; else lines, of which the last may lack its end.
    """
    if wire.startswith(_LINE_FEED) and END not in wire:
        events = Frames().feed(wire)
    else:
        events = Lines().feed(wire if wire.endswith(END) else wire + END)
    return [_described(event, codes) for event in events or [Bad(raw=wire, reason="nothing that ends", nak=b"")]]


def _described(event: Line | Bad, codes: Codes) -> Described:
    if isinstance(event, Bad):
        return {"valid": False, "error": event.reason, **_answer(event.nak)}
    described: Described = {
        "valid": True,
        "error": None,
        "what": event.what,
        "receiver": event.receiver or None,
        "line": event.line or None,
        "prefix": event.prefix or None,
    }
    if event.what in (What.HEARTBEAT, What.PASSED):
        return described | _answer(event.ack)
    said = payload(event)
    described["account"] = event.account
    described["quirks"] = list(dict.fromkeys((*event.quirks, *said.quirks)))
    described["events"] = [event_described(event.account, event.wire, one, codes) for one in said.events]
    described["category"] = [codes.meaning(event.wire, one.code).category for one in said.events]
    return described | _answer(event.ack)


def _answer(answer: bytes) -> Described:
    name = _ANSWERS.get(answer) or ("ACK" if b'"ACK"' in answer else "NAK")
    return {"reply": name, "reply_hex": answer.hex().upper() or None}
