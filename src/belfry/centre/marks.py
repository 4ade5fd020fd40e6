"""By what a repeat of an arrival is told: HMAC tags under keys of a day, never the bytes themselves.

A tag that is kept is always one of today's key; a repeat that crosses midnight is looked for under yesterday's too.
"""

import asyncio
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.signal import Arrival
from belfry.ports import Clock, KeyStore
from belfry.safeguards.tags import frame_tag

DAY: Final = timedelta(days=1)
SOURCE_TAG_BYTES: Final = 6


class Marks(Struct, frozen=True, gc=False):
    """What tells a repeat of an arrival. `tags` and `exacts` under today's key first; what is kept is today's."""

    tag: bytes = b""
    exact: bytes = b""
    named: bool = False
    """The identity is an Idempotency-Key."""
    source: bytes = b""
    near: tuple[str, ...] = ()
    """Of an unknown account: the registered ones that were heard from its address."""
    tags: tuple[bytes, ...] = ()
    exacts: tuple[bytes, ...] = ()


NO_MARKS: Final = Marks()


class Marker:
    """Holds the keys of the days. `prepare` must have run, and runs again before midnight UTC."""

    def __init__(self, keys: KeyStore, clock: Clock) -> None:
        self._keys, self._clock = keys, clock
        self._day_keys: dict[date, bytes] = {}
        self._preparing: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Have the tag keys of yesterday, today and tomorrow at hand."""
        today = self._clock().date()
        days = [today - DAY, today, today + DAY]
        self._day_keys = {day: await self._keys.daily(day.isoformat()) for day in days}

    def marks(
        self, arrival: Arrival, now: datetime, *, since: datetime, exact_since: datetime, near: tuple[str, ...] | None
    ) -> Marks:
        """Return an arrival's marks. `since` and `exact_since` say how far back a repeat is looked for; `near` are the
        accounts of its address, None where its own is registered."""
        identity = arrival.identity
        today = now.date()
        key = self._day_keys.get(today)
        if key is None:  # a clock that jumped: nothing is lost, but no repeat can be told before the key is here
            self._prepare_soon()
            return NO_MARKS
        tags = () if identity is None else self._tags(key, identity, since, today)
        exacts = () if arrival.exact is None else self._tags(key, arrival.exact, exact_since, today)
        source = b""
        if near is None:
            near = ()
        elif arrival.source is not None:
            source = frame_tag(key, arrival.source.encode())[:SOURCE_TAG_BYTES]
        return Marks(
            tags[0] if tags else b"", exacts[0] if exacts else b"", is_named(identity), source, near, tags, exacts
        )

    def _tags(self, key: bytes, material: bytes, since: datetime, today: date) -> tuple[bytes, ...]:
        tag = frame_tag(key, material)
        if since.date() == today:
            return (tag,)
        # After midnight yesterday's, and tomorrow's where the clock was set back over it.
        other = self._day_keys.get(today - DAY if since.date() < today else today + DAY)
        return (tag,) if other is None else (tag, frame_tag(other, material))

    def _prepare_soon(self) -> None:
        if self._preparing is None or self._preparing.done():
            self._preparing = asyncio.create_task(self.prepare())


def is_named(identity: bytes | None) -> bool:
    return identity is not None and identity.startswith(b"idem")
