"""From a line to signals by the rules of DC-09's payloads (`dc09.signals`): codes, zones, users, texts, fences."""

from datetime import datetime

from belfry.domain.signal import AccountKey, Signal
from belfry.protocols.dc09 import from_payload, read
from belfry.protocols.dc09.payload import Payload
from belfry.protocols.dc09.signals import Meanings
from belfry.protocols.surgard.line import Line, What


def account_key(line: Line, receiver: str, *, prefixed: bool) -> AccountKey:
    """Return whose line this is. `receiver` is the name in our settings; `prefixed`: numbers of receiver and line
    belong to the account."""
    return AccountKey(receiver, (line.prefix or None) if prefixed else None, line.account)


def to_signals(line: Line, account: AccountKey, *, received_at: datetime, meaning: Meanings) -> tuple[Signal, ...]:
    """Return the signals of a line that is kept, in its order: at least one. A line of no listed layout gives one
    without a code, at the receiver's own account: none of its words goes on."""
    return from_payload(
        line.wire,
        payload(line),
        account,
        path="tcp",
        received_at=received_at,
        meaning=meaning,
        quirks=tuple(line.quirks),
    )


def payload(line: Line) -> Payload:
    """Return what a line's events are, as panels wrote them."""
    if line.what is not What.EVENTS:
        return Payload(())
    return Payload(line.events) if line.events is not None else read(line.wire, line.data)


def identity(line: Line, receiver: str, nth: int = 0) -> bytes:
    """Return what a repeat of this line shares: its bytes, at the same door.

    Sur-Gard lines have no sequence: `nth` says how often the sender has had the same line acknowledged before, so that
    a button pressed twice is two signals.
    """
    return b"%b\0%d\0%b" % (receiver.encode(), nth, line.raw)
