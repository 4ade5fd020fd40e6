"""The state of one point of a device: what of its readings is news, what is a repeat, and what has ended.

Devices lose messages, say a state again and again, forget to say its end, and set their clocks wrong. So: our time of
receipt counts; what is missing ends nothing; a repeat of a state that lasts is passed on now and then (RULES 3: every
five minutes on a life hazard, else every hour) and never in place of something new: another occurrence (`once`), and
whatever begins after an end, always passes. A pulse lasts for its hold time, and its end is claimed by nobody.

Pure: `step` takes the memory of the point, in seconds of our clock, and returns the next one.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct, structs

from belfry.domain.device_rules import Meant
from belfry.domain.reading import PointState, Quality, Reading

LIFE_AGAIN_S: Final = 300.0
AGAIN_S: Final = 3_600.0
DETECTIONS_S: Final = 60.0
"""Human and vehicle detections of a point: at most one in so long (SCOPE, fences)."""
AHEAD: Final = timedelta(minutes=2)
"""A device's clock may be so far ahead of ours; further on it lies."""
BEHIND: Final = timedelta(days=1)
"""What happened longer ago is a clock that was never set. Less is a message that was late."""

OVER: Final = -1.0
"""`Memory.until` of what may have ended, or was kept back: whatever comes next begins."""


class Raised(Struct, frozen=True, gc=False, array_like=True):
    """What a point has raised and not ended: as its signal said it, so that its end names the same."""

    category: str
    subtype: str
    ends: str | None
    area: str | None = None
    zone: str | None = None


class Memory(Struct, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """One point. Times are seconds of our clock since 1970."""

    active: bool = False
    since: float = 0.0
    """When its present state was first seen."""
    said: float = 0.0
    """When a signal of it was last passed on; 0: never."""
    until: float = 0.0
    """Of a pulse: how long it lasts; 0: it lasts until its end is said; OVER: not any longer."""
    raised: tuple[Raised, ...] = ()
    device_at: float = 0.0
    """The device's own time of the present state, where it can be believed."""
    once: bytes = b""
    """What repeats of the present occurrence share, as a digest; empty: unknown."""
    said_n: int = 0
    """How often it was passed on: tells one repeat that passes from the next."""


NEVER: Final = Memory()


class News(StrEnum):
    """What a reading is, seen beside the memory of its point."""

    BEGINS = "begins"
    AGAIN = "again"
    """It lasts, and is passed on once more."""
    ENDS = "ends"
    REPEAT = "repeat"
    """Nothing new: not passed on."""
    LATE_END = "late-end"
    """An end that is older than the present alarm: it ends nothing."""
    UNARMED = "unarmed"
    """Its area is not armed."""
    TOO_SOON = "too-soon"
    """A detection within a minute of the last one."""
    SYNC = "sync"
    """State as it has been of something that is only a pulse."""


def step(
    before: Memory, reading: Reading, meant: Meant, *, now: float, armed: bool | None, hold_s: float, digest: bytes
) -> tuple[Memory, News]:
    """The next memory of a point, and what its reading is.

    `armed` is the state of the point's area, None: nobody knows. `digest` stands for the reading's `once`; empty: none.
    Of BEGINS and AGAIN the caller sets what it raised (`passed`), of ENDS it takes `before.raised` back.
    """
    if meant.state is PointState.INACTIVE:
        return _inactive(before, reading, meant, now)
    return _active(before, reading, meant, now=now, armed=armed, hold_s=hold_s, digest=digest)


def _inactive(before: Memory, reading: Reading, meant: Meant, now: float) -> tuple[Memory, News]:
    device_at = _device_at(reading)
    if before.active and device_at and before.device_at and device_at < before.device_at:
        # Late, or the device's clock was set back meanwhile: it ends nothing, and must not hide what comes after it.
        return structs.replace(before, until=OVER), News.LATE_END
    if not before.active and before is not NEVER:
        return before, News.REPEAT
    # What was kept back while it was active has told nobody that it began, so nobody is told that it ended.
    fresh = meant.once and before is NEVER and not reading.sync
    news = News.ENDS if before.raised or fresh else News.REPEAT
    return Memory(since=now, said=before.said, said_n=before.said_n, device_at=device_at), news


def _active(
    before: Memory, reading: Reading, meant: Meant, *, now: float, armed: bool | None, hold_s: float, digest: bytes
) -> tuple[Memory, News]:
    pulse = meant.state is PointState.PULSE
    if pulse and reading.sync:
        return before, News.SYNC
    # A pulse that lasts for longer than any does: our clock was set back under it.
    lasts = before.active and (not before.until or 0 < before.until - now <= hold_s)
    # Of one whose name we do not know, since it had none or we began anew meanwhile, another one may be another one.
    other = bool(digest) and digest != before.once
    begins = not lasts or (other and Quality.REPEATED not in reading.quality)
    after = structs.replace(
        before,
        active=True,
        since=now if begins else before.since,
        until=now + hold_s if pulse else 0.0,
        device_at=_device_at(reading) or (0.0 if begins else before.device_at),
        once=digest or (b"" if begins else before.once),
    )
    if not _is_armed(meant, armed):
        return structs.replace(after, until=OVER), News.UNARMED
    # A repeat of what was kept back - its area was not armed, it came too soon - has told nobody yet.
    begins = begins or not before.raised or not _has_raised(before, meant)
    if meant.detection and before.said and 0 <= now - before.said < DETECTIONS_S:
        return structs.replace(after, until=OVER) if begins else after, News.TOO_SOON
    if begins:
        return after, News.BEGINS
    again_s = LIFE_AGAIN_S if meant.life else AGAIN_S
    # Time may have been set back under it: then it is said once more than needed.
    if meant.once or reading.sync or 0 <= now - before.said < again_s:
        return after, News.REPEAT
    return after, News.AGAIN


def _has_raised(before: Memory, meant: Meant) -> bool:
    """A pre-alarm has not said the alarm that follows it."""
    return any((one.category, one.subtype) == (meant.says.category, meant.says.subtype) for one in before.raised)


def _is_armed(meant: Meant, armed: bool | None) -> bool:
    match meant.armed:
        case None:
            return True
        case True:
            return armed is True
        case False:
            return armed is not False


def passed(memory: Memory, raised: Raised, now: float) -> Memory:
    """The memory of a point of which a signal was passed on."""
    kept = tuple(one for one in memory.raised if one != raised)
    return structs.replace(memory, raised=(*kept, raised), said=now, said_n=memory.said_n + 1)


# -- clocks -----------------------------------------------------------------------------------------------------------


def believed(occurred_at: datetime | None, at: datetime) -> datetime | None:
    """The device's time where it can be right, beside our time of receipt; None where it cannot."""
    if occurred_at is None or occurred_at > at + AHEAD or occurred_at < at - BEHIND:
        return None
    return occurred_at


def judged(reading: Reading, at: datetime) -> Reading:
    """A reading without a time that cannot be right, and marked so (year 0, 2019, the future)."""
    known = believed(reading.occurred_at, at)
    if known is reading.occurred_at:
        return reading
    quality = reading.quality if Quality.CLOCK in reading.quality else (*reading.quality, Quality.CLOCK)
    return structs.replace(reading, occurred_at=None, quality=quality)


def _device_at(reading: Reading) -> float:
    if reading.occurred_at is None or Quality.CLOCK in reading.quality:
        return 0.0
    return reading.occurred_at.timestamp()
