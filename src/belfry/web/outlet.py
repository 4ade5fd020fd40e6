"""What one console has not been sent yet of the event stream, and how a message of it looks on the wire.

A console that does not read keeps one message an incident, the newest; nobody waits for it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from belfry.domain.incident import Incident
from belfry.web.telling import is_medical

OWN: Final = "alert/"
"""Keys of what is in no queue: alerts of one's own."""
CHUNK_MOST_BYTES: Final = 65_536
"""Handed to the socket at once; the rest waits, and may still be replaced by newer rows."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Streams that are told the same."""

    language: str
    medical: bool
    acts: bool
    """They may act, so they are told the place of what is open."""
    tenants: frozenset[str] | None = None
    """Whose accounts they may know of; None: everybody's (`tenants`)."""
    field: bool = False
    """They are not in the control room: what each may know of follows his unit (`domain.field_sight`)."""

    def sees(self, incident: Incident) -> bool:
        """Whether an incident's kind is for them, wherever it is."""
        return self.medical or not is_medical(incident.kind)


@dataclass(frozen=True, slots=True)
class Viewer:
    """One of an audience."""

    name: str
    audience: Audience


Lasts = Callable[[], Awaitable[Audience | None]]
"""The audience that whoever listens is of now; None where they are not signed in any more."""


def message(event: str, data: bytes, position: int) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (position, event.encode(), data)


def beat(position: int) -> bytes:
    return b"id: %d\n\n" % position


class Stream:
    """What one console has not been sent yet."""

    def __init__(self, audience: Audience, name: str, lasts: Lasts, secret: str | None) -> None:
        self.audience, self.name, self.lasts, self.secret = audience, name, lasts, secret
        self._pending: OrderedDict[str, bytes] = OrderedDict()
        self._ready = asyncio.Event()
        self.ended = asyncio.Event()
        self.standing: object = None
        """With which unit whoever listens is on duty, as far as the stream was told."""

    def put(self, key: str, text: bytes) -> None:
        """Replace what is pending under a key, and let it be the newest, since ids only grow."""
        self._pending.pop(key, None)
        self._pending[key] = text
        self._ready.set()

    def restart(self, position: int) -> None:
        """Nothing pending counts any more: the console loads the queue. What is one's own is told all the same."""
        own = {key: text for key, text in self._pending.items() if key.startswith(OWN)}
        self._pending.clear()
        self._pending.update(own)
        self.put("reset", message("reset", b"{}", position))

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.name, self.audience)

    @property
    def behind(self) -> int:
        return len(self._pending)

    def end(self) -> None:
        self.ended.set()
        self._ready.set()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield what is pending, as it comes, until the stream ends."""
        while not self.ended.is_set():
            await self._ready.wait()
            while self._pending and not self.ended.is_set():
                yield self._take()
            if not self._pending and not self.ended.is_set():
                self._ready.clear()

    def _take(self) -> bytes:
        chunk: list[bytes] = []
        size = 0
        while self._pending and size < CHUNK_MOST_BYTES:
            _, text = self._pending.popitem(last=False)
            chunk.append(text)
            size += len(text)
        return b"".join(chunk)
