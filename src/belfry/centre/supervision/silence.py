"""What is said of silence, and how it is remembered: signals of the method `system`, and the state beside a time.

Every signal has a name of its own (`idem…`, as an Idempotency-Key has), made of the account, the path and the silence
that it is about. So what was said just before a crash, and is said again after it, gets the old receipt.
"""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from belfry.domain.signal import Arrival, Category, Method, Signal, SignalState

PATH_LOST: Final = "TECH.COMMS.PATH"
ALL_LOST: Final = "TECH.COMMS.LOST"
TEST_MISSED: Final = "TECH.TEST.MISSED"
OUTAGE: Final = "TECH.OUTAGE"

_CATEGORY: Final = {
    PATH_LOST: (Category.COMMUNICATION, "path"),
    ALL_LOST: (Category.COMMUNICATION, "path"),
    TEST_MISSED: (Category.TEST, "test"),
    OUTAGE: (Category.COMMUNICATION, "outage"),
}


class Said(Struct, frozen=True, gc=False):
    """What was said of a silent slot; its restore says the same. `part` is the path, or the cause of an outage."""

    kind: str
    part: str


class Beside(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What is kept beside the time last heard, as a short JSON array. Only ever grows at its end."""

    receiver: str = ""
    prefix: str | None = None
    primary: bool = True
    since_s: float = 0.0
    """Where silence counts from, where that is later than the last frame."""
    lost_s: float | None = None
    kind: str | None = None
    part: str | None = None


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Beside)


_PLAIN: Final = Beside()


def keep(beside: Beside) -> str:
    """Short, and empty for most: alive, its account's only path, under the receiver and prefix that it has."""
    return "" if beside == _PLAIN else _ENCODER.encode(beside).decode()


def kept(state: str) -> Beside:
    """Raises msgspec.MsgspecError for what `keep` never wrote."""
    return _DECODER.decode(state) if state else _PLAIN


def about_slot(
    said: Said, state: SignalState, now: datetime, *, receiver: str, prefix: str | None, account: str, silence: str
) -> Arrival:
    """A path or panel is silent, or is back. `silence` names which silence of the account it is."""
    signal = _signal(said, state, now, receiver=receiver, prefix=prefix, account=account)
    return Arrival(signals=(signal,), identity=f"idem supervision {silence} {said.kind} {state}".encode())


def about_outage(
    part: str, state: SignalState, now: datetime, *, receiver: str, opened_s: float, count: int, again: bool = False
) -> Arrival:
    """Many fell silent at once, `count` by now, or are back. It names no account: the cause is what it is about."""
    signal = _signal(Said(OUTAGE, part), state, now, receiver=receiver, prefix=None, account=None, count=count)
    name = f"idem supervision {part} {opened_s:.1f} {state}{f' {count}' if again else ''}"
    return Arrival(signals=(signal,), identity=name.encode())


def _signal(
    said: Said,
    state: SignalState,
    now: datetime,
    *,
    receiver: str,
    prefix: str | None,
    account: str | None,
    count: int | None = None,
) -> Signal:
    category, subtype = _CATEGORY[said.kind]
    return Signal(
        method=Method.SYSTEM,
        receiver=receiver,
        received_at=now,
        prefix=prefix,
        account=account,
        category=category,
        subtype=subtype,
        state=state,
        kind=said.kind,
        part=said.part,
        count=count,
    )
