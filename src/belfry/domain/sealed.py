"""What is personal in a fact: encrypted parts, each with a data key and an end of its own (DESIGN 4).

Facts are open but for these; whoever reads a journal without its key store reads none of them.
"""

from enum import StrEnum

from msgspec import Struct


class Part(StrEnum):
    """What a sealed part holds."""

    USER = "user"
    ZONE_TEXT = "zone_text"
    NOTE = "note"
    CALLER = "caller"
    PLACE = "place"
    POSITION = "position"
    PICTURE = "picture"
    """Of base64, since every part is text."""


class Retention(StrEnum):
    """How long the key of a sealed part lives; the periods are settings."""

    SIGNAL = "signal"
    INCIDENT = "incident"
    CALLER = "caller"
    POSITION = "position"
    PICTURE = "picture"


class Sealed(Struct, frozen=True, gc=False):
    """AES-256-GCM of one personal part. `key` is the SHA-256 of its data key, and its name in the key store."""

    part: Part
    retention: Retention
    key: bytes
    box: bytes
    """12 bytes nonce, then ciphertext and tag."""
