"""Public warnings that hold now: beside the sites they touch, and never an alarm by themselves.

Folded from the journal by the walk. An update takes the place of what it refers to, a cancel leaves nothing; what is
over goes by itself, what names no end after a day. A warning that comes again is the same one.
"""

import asyncio
from asyncio import Future
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.facts import Entry
from belfry.domain.warning import MessageType, PublicWarning, Severity, Urgency, touches
from belfry.domain.warning_facts import WARNINGS_SUBJECT, WarningHeard
from belfry.ports import Chance, Clock, Journal

WARNINGS_MOST: Final = 2_000
"""Warnings at hand; the oldest are let go."""
GONE_MOST: Final = 10_000
"""Keys of warnings that were updated, taken back or are over: none of them comes back."""
WITHOUT_END: Final = timedelta(days=1)
_GRAVEST: Final = {severity: n for n, severity in enumerate(Severity)}
_SOONEST: Final = {urgency: n for n, urgency in enumerate(Urgency)}


class WarningState(Struct):
    """What a snapshot keeps."""

    warnings: list[PublicWarning] = []
    gone: list[str] = []


class WarningBook:
    """Written by folding alone. Implements `ports.warnings.Warnings`."""

    def __init__(self) -> None:
        self._warnings: dict[str, PublicWarning] = {}
        self._gone: dict[str, None] = {}

    def knows(self, key: str) -> bool:
        return key in self._warnings or key in self._gone

    def now(self, at: datetime) -> Sequence[PublicWarning]:
        holding = [one for one in self._warnings.values() if at < _ends(one)]
        return sorted(holding, key=lambda one: (_GRAVEST[one.severity], _SOONEST[one.urgency], one.sent))

    def touching(self, latitude: float, longitude: float, at: datetime) -> Sequence[PublicWarning]:
        return [one for one in self.now(at) if touches(one.area, latitude, longitude)]

    def fold(self, entry: Entry) -> None:
        for fact in entry.facts:
            if isinstance(fact, WarningHeard) and not self.knows(fact.warning.key):
                self._take(fact.warning, entry.at)

    def _take(self, warning: PublicWarning, at: datetime) -> None:
        for key in warning.refers_to:
            self._leave(key)
        if warning.type is MessageType.CANCEL:
            self._leave(warning.key)
            return
        self._warnings[warning.key] = warning
        if len(self._warnings) > WARNINGS_MOST:
            over = [one.key for one in self._warnings.values() if _ends(one) <= at]
            for key in over or [next(iter(self._warnings))]:
                self._leave(key)

    def _leave(self, key: str) -> None:
        self._warnings.pop(key, None)
        self._gone[key] = None
        while len(self._gone) > GONE_MOST:
            del self._gone[next(iter(self._gone))]

    def state(self) -> WarningState:
        return WarningState(list(self._warnings.values()), list(self._gone))

    def restore(self, state: WarningState) -> None:
        """Begin from a snapshot; only on a new book."""
        self._warnings = {one.key: one for one in state.warnings}
        self._gone = dict.fromkeys(state.gone)


class WarningDesk:
    """Where a warning becomes a fact. Implements `ports.warnings.HearsWarnings`."""

    def __init__(self, book: WarningBook, journal: Journal, *, clock: Clock, chance: Chance) -> None:
        self.book, self._journal, self._clock, self._chance = book, journal, clock, chance
        self._under_way: dict[str, Future[int | None]] = {}

    def warn(self, source: str, warning: PublicWarning) -> "Future[int | None]":
        if (waiting := self._under_way.get(warning.key)) is not None:
            return waiting
        answer: Future[int | None] = asyncio.get_running_loop().create_future()
        if self.book.knows(warning.key):
            answer.set_result(None)
            return answer
        fact = WarningHeard(source=source, warning=warning)
        entry = Entry(id=self._chance(16), subject=WARNINGS_SUBJECT, at=self._clock(), facts=(fact,))
        self._under_way[warning.key] = answer
        kept = self._journal.append([entry])
        kept.add_done_callback(lambda done: self._kept(done, entry, warning.key))
        return answer

    def _kept(self, done: "Future[Sequence[int]]", entry: Entry, key: str) -> None:
        answer = self._under_way.pop(key)
        error = done.exception()
        if error is None:
            self.book.fold(entry)
        if answer.done():
            return
        if error is None:
            answer.set_result(done.result()[0])
        else:
            answer.set_exception(error)


def _ends(warning: PublicWarning) -> datetime:
    return warning.expires or warning.sent + WITHOUT_END
