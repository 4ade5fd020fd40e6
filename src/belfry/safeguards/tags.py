"""The tag of an arrival: it tells a replay, and tells nobody what was said (DESIGN 4)."""

import hmac
from typing import Final

TAG_BYTES: Final = 12


def frame_tag(daily_key: bytes, material: bytes) -> bytes:
    """First TAG_BYTES of HMAC-SHA256 of what a repeat shares, under the key of a UTC day."""
    return hmac.digest(daily_key, material, "sha256")[:TAG_BYTES]
