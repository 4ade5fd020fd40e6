"""What was said under a name, so that an old name for something new is refused and not taken for a repeat.

Intake knows a repeat by its identity alone, and answers with the receipt of the first one. Whoever uses a key twice by
mistake would have the second alarm dropped that way. So the web remembers beside each identity the hash of what was
said. The memory is this process's: after a restart, or past `IDENTITIES_MOST`, a repeat is believed to be one.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from hashlib import blake2b
from typing import Final

from msgspec import Struct

IDENTITIES_MOST: Final = 100_000
"""Some 20 MB; past it the oldest go first."""
DIGEST_BYTES: Final = 16


def identity_of(route: str, user: str, *parts: str) -> bytes:
    """Return what a repeat shares with the first. Each part has its length before it, so no two lists meet."""
    encoded = [part.encode("utf-8", "surrogatepass") for part in (route, user, *parts)]
    return b"idem" + b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


class Known(Enum):
    """What is known under an identity."""

    NEW = 1
    SAME = 2
    OTHER = 3


class Noted(Struct):
    content: bytes
    at: datetime


class Said:
    """Hashes of what was said, by the hash of its identity, for `keep`."""

    def __init__(self, keep: timedelta) -> None:
        self._keep = keep
        self._noted: OrderedDict[bytes, Noted] = OrderedDict()

    def __len__(self) -> int:
        return len(self._noted)

    def note(self, identity: bytes, content: bytes, now: datetime) -> Known:
        """Say what is known under an identity, and remember the content where nothing is."""
        self._forget_old(now)
        which, digest = _digest(identity), _digest(content)
        known = self._noted.get(which)
        if known is not None:
            return Known.SAME if known.content == digest else Known.OTHER
        self._noted[which] = Noted(digest, now)
        return Known.NEW

    def forget(self, identities: Iterable[bytes]) -> None:
        """What could not be kept was not said."""
        for identity in identities:
            self._noted.pop(_digest(identity), None)

    def _forget_old(self, now: datetime) -> None:
        while self._noted:
            oldest = next(iter(self._noted.values()))
            if len(self._noted) < IDENTITIES_MOST and now - oldest.at <= self._keep:
                return
            self._noted.popitem(last=False)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST_BYTES).digest()
