"""The tag of a frame: enough to know it again for a day or two, useless to learn what it said.

A bare hash could be guessed, since a frame holds little that is secret. The key is drawn anew every UTC day and
destroyed after three, and with it everything that a tag could ever tell.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

BLOCK_BYTES: Final = 64
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))

TAG_BYTES: Final = 12
"""96 bits: two different frames of one day share a tag once in 10^19 or so."""


def frame_tag(daily_key: bytes, material: bytes) -> bytes:
    """Return the first 12 bytes of HMAC-SHA256 of `material` under the day's key."""
    inner, outer = _begun(daily_key)
    within, around = inner.copy(), outer.copy()
    within.update(material)
    around.update(within.digest())
    digest: bytes = around.digest()
    return digest[:TAG_BYTES]


@lru_cache(maxsize=3)
def _begun(key: bytes) -> tuple[Any, Any]:
    """The two hashes of an HMAC with the key taken in (RFC 2104), for yesterday, today and tomorrow.

    Runs for every frame: `hmac.digest` begins anew each time, and lets other threads in between, which costs more.
    """
    block = (sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    return sha256(block.translate(_INNER)), sha256(block.translate(_OUTER))
