"""The tag of a frame: enough to know it again for a day or two, useless to learn what it said.

A bare hash could be guessed, since a frame holds little that is secret. The key is drawn anew every UTC day and
destroyed after three, and with it everything that a tag could ever tell.
"""

import hmac
from typing import Final

TAG_BYTES: Final = 12
"""96 bits: two different frames of one day share a tag once in 10^19 or so."""


def frame_tag(daily_key: bytes, material: bytes) -> bytes:
    """Return the first 12 bytes of HMAC-SHA256 of `material` under the day's key."""
    return hmac.digest(daily_key, material, "sha256")[:TAG_BYTES]
