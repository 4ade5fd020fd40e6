"""Listen and show me: what devices say, live, while somebody puts them into service. In memory, and ends by itself.

Who listens sees the readings in the device's own names - that is how a table of points is filled - and what became of
each. Of what was stripped only names of our own lists are shown, of the rest how many. Nothing of it is kept.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.device import DeviceWire
from belfry.domain.reading import Disposition, Quality, Said, Switch

LISTENERS_MOST: Final = 16
EVENTS_MOST: Final = 200
"""Events that wait for a slow listener; the oldest are let go."""
LASTS: Final = timedelta(minutes=30)


class Shown(Struct, frozen=True, kw_only=True):
    """One reading and what became of it: a word of `domain.point_state.News` or `domain.device_rules.Unmeant`."""

    point: str
    observed: str
    state: str
    target: str | None
    value: float | None
    unit: str | None
    quality: tuple[Quality, ...]
    became: str
    category: str | None = None
    subtype: str | None = None
    zone: str | None = None
    switch: Switch | None = None
    """The class that a row would have to switch on."""


class Event(Struct, frozen=True, kw_only=True):
    """One message. `device` is None of a stranger, whose `address` is what a row of the book would need."""

    at: datetime
    receiver: str
    wire: DeviceWire
    device: str | None
    address: str | None
    disposition: Disposition | None
    heartbeat: bool
    reason: str
    readings: tuple[Shown, ...]
    dropped: tuple[str, ...]
    """Names of our own lists."""
    dropped_others: int
    """How many names beside them were stripped."""


class TooManyListen(Exception):
    """So many listen already; one of them has to end first."""


class Listening:
    """One who listens. Iterate over it, or `take` what came; `close` when done."""

    def __init__(self, hall: "Hall", *, receiver: str | None, device: str | None, until: datetime) -> None:
        self._hall, self.receiver, self.device, self.until = hall, receiver, device, until
        self._events: deque[Event] = deque(maxlen=EVENTS_MOST)
        self._came = asyncio.Event()
        self.lost = 0
        """Events let go because nobody took them."""
        self.closed = False

    def put(self, event: Event) -> None:
        self.lost += len(self._events) == EVENTS_MOST
        self._events.append(event)
        self._came.set()

    def take(self) -> list[Event]:
        events = list(self._events)
        self._events.clear()
        self._came.clear()
        return events

    async def wait(self) -> None:
        """Return once something is there to be taken, or it is over."""
        await self._came.wait()

    def close(self) -> None:
        self.closed = True
        self._came.set()
        self._hall.leave(self)

    def wants(self, receiver: str, device: str | None) -> bool:
        if self.device is not None:
            return device == self.device
        return self.receiver is None or receiver == self.receiver


class Hall:
    """All who listen."""

    def __init__(self, is_listed: Callable[[str], bool]) -> None:
        """`is_listed`: whether the name of a stripped field is of our own lists."""
        self._is_listed = is_listed
        self._listening: list[Listening] = []

    def __bool__(self) -> bool:
        return bool(self._listening)

    def subscribe(self, now: datetime, *, receiver: str | None, device: str | None) -> Listening:
        """Listen to a receiver, or to one device. Raises TooManyListen."""
        self.look(now)
        if len(self._listening) >= LISTENERS_MOST:
            raise TooManyListen
        one = Listening(self, receiver=receiver, device=device, until=now + LASTS)
        self._listening.append(one)
        return one

    def leave(self, one: Listening) -> None:
        if one in self._listening:
            self._listening.remove(one)

    def look(self, now: datetime) -> None:
        """End what has lasted long enough."""
        for one in [one for one in self._listening if now >= one.until]:
            one.close()

    def tell(
        self,
        at: datetime,
        receiver: str,
        wire: DeviceWire,
        device: str | None,
        said: Said | None,
        readings: Sequence[Shown],
    ) -> None:
        """Show a message to those who asked for it."""
        wanting = [one for one in self._listening if one.wants(receiver, device)]
        if not wanting:
            return
        dropped = () if said is None else said.dropped
        listed = tuple(name for name in dropped if self._is_listed(name))
        event = Event(
            at=at,
            receiver=receiver,
            wire=wire,
            device=device,
            address=None if said is None else said.address,
            disposition=None if said is None else said.disposition,
            heartbeat=said is not None and said.heartbeat,
            reason="" if said is None else said.reason,
            readings=tuple(readings),
            dropped=listed,
            dropped_others=len(dropped) - len(listed),
        )
        for one in wanting:
            one.put(event)
