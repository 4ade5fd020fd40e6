"""Whether the time of an encrypted frame is near enough to ours, and the exception for a dead clock (RULES 2).

-40 s to +20 s by the standard. A panel whose clock stays wrong after two NAKs is heard with alarms and troubles, and
with nothing else: whoever replays an old frame must gain nothing by it.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from belfry.domain.signal import SignalState
from belfry.domain.site import TimeWindow

PAST: Final = timedelta(seconds=-40)
FUTURE: Final = timedelta(seconds=20)
DAY: Final = timedelta(days=1)

NAKS_BEFORE_MERCY: Final = 2

MEMORY_S: Final = timedelta(minutes=15)
"""How long a NAK is remembered: panels repeat within seconds to minutes, and a sequence number comes round again."""

MEMORY_FRAMES: Final = 4096
"""Frames whose NAKs are remembered at once; beyond it the oldest is forgotten and gets two NAKs more."""

HEARD_WITHOUT_CLOCK: Final = frozenset(
    {SignalState.ALARM, SignalState.VERIFIED, SignalState.UNVERIFIED, SignalState.PRE_ALARM, SignalState.TROUBLE}
)


def in_window(timestamp: datetime | None, now: datetime, window: TimeWindow) -> bool:
    """Whether an encrypted frame of this time is taken now. None: a date that does not exist."""
    if window is TimeWindow.OFF:
        return True
    if timestamp is None:
        return False
    skew = timestamp - now.replace(microsecond=0)  # a stamp has whole seconds
    if window is TimeWindow.WIDE:
        return -DAY <= skew <= DAY
    return PAST <= skew <= FUTURE


class Naks:
    """How often a frame was sent back for its time, by its identity (account, sequence and payload, no time)."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, tuple[datetime, int]] = OrderedDict()

    def mercy(self, identity: bytes, now: datetime) -> bool:
        """Count one more arrival outside the window; whether two NAKs went out for it before."""
        since, count = self._seen.get(identity, (now, 0))
        if not timedelta(0) <= now - since <= MEMORY_S:
            since, count = now, 0
        if count >= NAKS_BEFORE_MERCY:
            return True
        self._seen[identity] = (since, count + 1)
        while len(self._seen) > MEMORY_FRAMES:
            self._seen.popitem(last=False)
        return False
