"""The centre's own faults: which there are, when one is over, and what is said of it (kind TECH.CENTRE).

A fault is known by its part; of the rounds that a centre does by itself each is a part (`upkeep/registry`). What fails
now, or was away, is a trouble of priority 1: signals may have got no answer. What works still, or was put right at
once, is a warning of priority 3, said as `supervisory`, so that somebody acts before it fails.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.facts import Received
from belfry.domain.signal import RESTORING, SignalState

OWN_FAULT: Final = "TECH.CENTRE"
WARNING_PRIORITY: Final = 3

MIB: Final = 1024 * 1024
LITTLE_BYTES: Final = 1024 * MIB
LITTLE_SHARE: Final = 1 / 20
"""Less free than this and than that share of the file system is little: a person should make room."""
ENOUGH_AGAIN: Final = 1.25
"""So many times what is little must be free before the warning is taken back."""
RESERVE_BYTES: Final = 64 * MIB
RESERVE_SHARE: Final = 1 / 40
"""So much, or that share where it is less, must be free before a centre whose disk was full calls itself open."""

CLOCK_STEP: Final = timedelta(seconds=5)
"""A clock that is set by more: frames with a time of their own may have been refused, and deadlines are off by it."""
STOOD_STILL: Final = timedelta(seconds=10)
"""A look that comes this much later than it should: the machine slept, or the process was held."""
STUCK: Final = timedelta(seconds=60)
"""A follower that looks twice a second and did not for so long stands still: what is late is told by nobody."""
ROUNDS_FAILED: Final = 2
"""So many rounds in a row; one alone may have been a locked file."""


class Part(StrEnum):
    """What of the centre a fault is about."""

    STORAGE = "storage"
    """Nothing new can be kept: no signal is acknowledged."""
    ROOM = "room"
    """Little room is left on the disk."""
    CLOCK = "clock"
    AWAY = "away"
    """The centre did nothing for a while: killed, without power, asleep."""
    UPKEEP = "upkeep"
    """What the centre does by itself fails again and again; the round stands behind a slash."""
    FOLLOWER = "follower"
    """One of those who watch deadlines stands still; its name stands behind a slash."""
    BROKER = "broker"
    """What a receiver hears its devices through, a broker or an alarm receiver, is gone; its name stands behind a
    slash."""
    AUTOMATION = "automation"
    """Software that is handed signals under an agreement takes none; the name of its link stands behind a slash."""
    PUSH = "push"
    """People on duty are not reached: no push service takes anything, or the notifier behind the slash fails."""


class Why(StrEnum):
    """Why nothing can be kept."""

    FULL = "full"
    FAILED = "failed"
    """A write or a sync of the journal failed: it stays closed until the restart."""
    KEYS = "keys"
    """Nothing can be sealed."""


FILLING: Final = f"{Part.ROOM}/filling"
"""Of room: enough is left, and at the rate of the last days not for long."""

WARNINGS: Final = frozenset({Part.ROOM, Part.CLOCK, Part.UPKEEP})


class Space(Struct, frozen=True):
    """A file system, as far as this program may use it."""

    total_bytes: int
    free_bytes: int


def is_little(space: Space, *, warned: bool) -> bool:
    """Whether so little is free that somebody should be warned, or the warning still holds."""
    little = min(LITTLE_BYTES, space.total_bytes * LITTLE_SHARE)
    return space.free_bytes < (little * ENOUGH_AGAIN if warned else little)


def has_reserve(space: Space) -> bool:
    """Whether a disk that was full has room for more than the next entry."""
    return space.free_bytes >= min(RESERVE_BYTES, space.total_bytes * RESERVE_SHARE)


def part_of(name: str) -> Part:
    """Raises ValueError for what is no part of ours."""
    return Part(name.partition("/")[0])


def reasons(signal: Received) -> tuple[str, ...]:
    """What the centre's own signal says beyond its kind, in words."""
    try:
        part = part_of(signal.part or "")
    except ValueError:
        return ()
    if signal.state in RESTORING:
        return ()
    return _WORDS[part](signal)


def _storage(signal: Received) -> tuple[str, ...]:
    said = (f"nothing could be kept {_span(signal)}",)
    if not signal.count:
        return said
    return (*said, f"{signal.count} {'delivery' if signal.count == 1 else 'deliveries'} got no acknowledgement")


def _room(signal: Received) -> tuple[str, ...]:
    if signal.part == FILLING:
        days = signal.count or 0
        return (f"the disk will be full in about {days} {'day' if days == 1 else 'days'}; nothing has failed yet",)
    return (f"little room is left on the disk: {signal.count or 0} MiB; nothing has failed yet",)


def _clock(signal: Received) -> tuple[str, ...]:
    seconds = signal.count or 0
    return (f"the clock was set {'forward' if seconds > 0 else 'back'} by {abs(seconds)} s",)


def _away(signal: Received) -> tuple[str, ...]:
    return (f"the centre was away {_span(signal)}, and nobody had stopped it",)


def _upkeep(signal: Received) -> tuple[str, ...]:
    return (f"a round of the centre itself fails: {(signal.part or '').partition('/')[2]}",)


def _follower(signal: Received) -> tuple[str, ...]:
    return (f"nobody looks at what is late: {(signal.part or '').partition('/')[2]} stand still",)


def _broker(signal: Received) -> tuple[str, ...]:
    return (f"what {(signal.part or '').partition('/')[2]} hears through is gone, nothing is heard of its devices",)


def _automation(signal: Received) -> tuple[str, ...]:
    return (f"the software behind {(signal.part or '').partition('/')[2]} takes no signals; they wait for it",)


def _push(signal: Received) -> tuple[str, ...]:
    name = (signal.part or "").partition("/")[2]
    return (f"people on duty are not reached: {f'{name} fails' if name else 'no push service takes anything'}",)


_WORDS: Final[dict[Part, Callable[[Received], tuple[str, ...]]]] = {
    Part.STORAGE: _storage,
    Part.ROOM: _room,
    Part.CLOCK: _clock,
    Part.AWAY: _away,
    Part.UPKEEP: _upkeep,
    Part.FOLLOWER: _follower,
    Part.BROKER: _broker,
    Part.AUTOMATION: _automation,
    Part.PUSH: _push,
}


def _span(signal: Received) -> str:
    """From when until when: both are over where the centre can say so."""
    return f"from {_said(signal.occurred_at or signal.received_at)} to {_said(signal.received_at)} UTC"


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def state_of(part: Part, *, over: bool) -> SignalState:
    """The state in which a fault, or its end, is said."""
    if part in WARNINGS:
        return SignalState.SUPERVISORY_RESTORE if over else SignalState.SUPERVISORY
    return SignalState.TROUBLE_RESTORE if over else SignalState.TROUBLE
