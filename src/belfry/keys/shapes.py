"""What data keys, their names and days must be, for every key store."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final

from belfry.domain.facts import Retention
from belfry.keys.errors import KeysRefused

KEY_BYTES: Final = 32
DAYS_KEPT: Final = 3
"""A tag key serves its own day and the two after it; then nobody can link a tag to a frame any more."""

NewKey = tuple[bytes, Retention, datetime]


def name_of(data_key: bytes) -> bytes:
    """The SHA-256 of a data key. Raises KeysRefused where it has another length than 32 bytes."""
    if len(data_key) != KEY_BYTES:
        raise KeysRefused(f"a data key of {len(data_key)} bytes, must be {KEY_BYTES}")
    return sha256(data_key).digest()


def checked(keys: Sequence[NewKey]) -> None:
    """Raises KeysRefused where a key or its end is none."""
    for data_key, retention, expires_at in keys:
        if len(data_key) != KEY_BYTES:
            raise KeysRefused(f"a data key of {len(data_key)} bytes, must be {KEY_BYTES}")
        if expires_at.tzinfo is None:
            raise KeysRefused(f"a {retention} key ends at {expires_at} of no time zone")


def checked_day(day: str) -> str:
    """`day` itself where it is a date as `2026-11-23`. Raises KeysRefused otherwise."""
    try:
        if date.fromisoformat(day).isoformat() == day:
            return day
    except ValueError:
        pass
    raise KeysRefused(f"{day!r} is no day, as in 2026-11-23")


def last_day_gone(now: datetime) -> str:
    """The newest UTC day whose tag key has had its time."""
    return (now.astimezone(UTC).date() - timedelta(days=DAYS_KEPT)).isoformat()
