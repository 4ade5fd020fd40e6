"""Where an open incident is that has no site: what a caller or somebody on duty said of the place, unsealed.

Lists and streams show it to those who may act, and only while the incident is open (SCOPE, fences). It is read before
a row leaves and kept in memory until the incident closes; at most `PLACES_MOST` are, and none is believed for longer
than `KEPT`, since its key may have been destroyed meanwhile. It is never logged. A key store that fails or dawdles
costs a row its place, not its time; what it answers late is there for the row's next time.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from msgspec import Struct

from belfry.centre.seals import Seals
from belfry.domain.facts import Part, Sealed
from belfry.domain.incident import Incident
from belfry.ports import Accounts, Clock
from belfry.safeguards.sealing import SealError
from belfry.web.telling import account_of

log = logging.getLogger(__name__)

PLACES_MOST: Final = 5_000
"""As many as a console loads of a queue; of more open incidents the place is read again when it is shown."""
KEPT: Final = timedelta(hours=1)
"""Afterwards the key store is asked again, so that what was erased is forgotten here too."""
ROW_WITHIN_S: Final = 0.25
"""How long a row of the stream waits for the key store, which answers within some milliseconds."""
LIST_WITHIN_S: Final = 2.0
"""The same for whoever asks for a list or an incident, and holds up nobody by it."""
AGAIN_S: Final = 5.0
"""After a failure nothing waits for the key store for so long."""

_WORDS: Final = (Part.PLACE, Part.POSITION)
"""What is shown; words before a position."""


class _Known(Struct, frozen=True):
    key: bytes
    """The name of the key of the part that was read."""
    text: str | None
    """None where the key is gone."""
    read_at: datetime


class Places:
    """The places of open incidents, by incident."""

    def __init__(self, accounts: Accounts, seals: Seals, clock: Clock) -> None:
        self._accounts, self._seals, self._clock = accounts, seals, clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._reading: set[asyncio.Task[None]] = set()
        self._late: set[asyncio.Task[None]] = set()
        """Those of `_reading` for which nobody waits any more."""
        self._not_before_s: float | None = None

    def __len__(self) -> int:
        return len(self._known)

    def of(self, incident: Incident) -> str | None:
        """Return the place as far as it has been read: words, or latitude and longitude."""
        part, known = self._part(incident), self._known.get(incident.id)
        return None if part is None or known is None or known.key != part.key else known.text

    def unread(self, incident: Incident) -> bool:
        """Whether the incident has a place that is not at hand."""
        return self._unread(incident) is not None

    @property
    def troubled(self) -> bool:
        """The key store failed a moment ago, or still owes an answer: it is no time to wait for it."""
        if self._late:
            return True
        return self._not_before_s is not None and asyncio.get_running_loop().time() < self._not_before_s

    async def read(self, incidents: Iterable[Incident], *, within_s: float) -> None:
        """Have the places of these incidents at hand, with one look into the key store. Raises nothing.

        Returns after `within_s` in any case; an answer that comes later still counts.
        """
        if self.troubled:
            return
        wanted = [(one, part) for one in incidents if (part := self._unread(one)) is not None]
        if not wanted:
            return
        reading = asyncio.create_task(self._read(wanted))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        _, late = await asyncio.wait({reading}, timeout=within_s)
        if late:
            self._late.add(reading)
            reading.add_done_callback(self._late.discard)
            log.warning("Places are not shown: the key store has not answered for %s s", within_s)

    async def stop(self) -> None:
        """Ask no more."""
        reading = list(self._reading)
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)

    def forget(self, incident: str) -> None:
        """The incident is over, so its place is nobody's any more."""
        self._known.pop(incident, None)

    # -- reading

    async def _read(self, wanted: Sequence[tuple[Incident, Sealed]]) -> None:
        try:
            texts = await self._open([part for _, part in wanted])
        except Exception as error:  # whatever the store raises, it costs rows their place, and nobody the row
            self._not_before_s = asyncio.get_running_loop().time() + AGAIN_S
            log.warning("Places are not shown, the key store fails: %s", type(error).__name__)
            return
        self._not_before_s = None
        now = self._clock()
        for incident, part in wanted:
            if incident.open:  # it may have closed meanwhile
                self._remember(incident.id, _Known(part.key, texts.get(part.key), now))

    def _part(self, incident: Incident) -> Sealed | None:
        """What is shown of an open incident without a site: the newest words, else the newest position."""
        if not incident.open:
            return None
        parts = [*incident.first.sealed, *chain.from_iterable(brief.sealed for brief in incident.newest)]
        if not parts or account_of(self._accounts, incident) is not None:
            return None
        return next((part for wanted in _WORDS for part in reversed(parts) if part.part is wanted), None)

    def _unread(self, incident: Incident) -> Sealed | None:
        part, known = self._part(incident), self._known.get(incident.id)
        if part is None or known is None or known.key != part.key:
            return part
        return part if self._clock() - known.read_at > KEPT else None

    def _remember(self, incident: str, known: _Known) -> None:
        self._known.pop(incident, None)
        self._known[incident] = known
        if len(self._known) > PLACES_MOST:
            self._known.popitem(last=False)

    async def _open(self, parts: Sequence[Sealed]) -> Mapping[bytes, str]:
        """What parts say, by the names of their keys. One that was damaged takes no other with it."""
        try:
            opened = await self._seals.open_each([(part,) for part in parts])
        except SealError:
            if len(parts) == 1:
                return {}
            each = [await self._open([part]) for part in parts]
            return {key: text for texts in each for key, text in texts.items()}
        said = ((part, texts.get(part.part)) for part, texts in zip(parts, opened, strict=True))
        return {part.key: shown(part.part, text) for part, text in said if text is not None}


def shown(part: Part, text: str) -> str:
    """A place as a row says it. A position is sealed as `52.500000,13.400000`; five places are a metre."""
    if part is not Part.POSITION:
        return text
    latitude, _, longitude = text.partition(",")
    return f"{float(latitude):.5f}, {float(longitude):.5f}"
