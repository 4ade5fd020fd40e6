"""The centre's own faults go through the same door as every other signal (kind TECH.CENTRE).

`begin` and `end` say what is so; `step` delivers it, and again as long as it was not kept. What cannot be kept now is
said later, its beginning and its end at once. What was said before a restart is known from the incidents that are open.
"""

from asyncio import Future
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

import structlog

from belfry.domain.incident import Incident
from belfry.domain.own_faults import OWN_FAULT, WARNINGS, Part, part_of, state_of
from belfry.domain.signal import Arrival, Category, Method, Receipt, Signal
from belfry.ports import JournalError, KeysUnavailable

log = structlog.get_logger()

RECEIVER: Final = "centre"


class _Fault:
    """One that is not over, or whose end is not said. `count` is what its signal counts (`domain.own_faults`)."""

    __slots__ = ("count", "said", "since", "until")

    def __init__(self, since: datetime, *, count: int | None = None, said: bool = False) -> None:
        self.since, self.count, self.said = since, count, said
        self.until: datetime | None = None


class OwnFaults:
    """Remembers by part what holds and what of it is said."""

    def __init__(self, deliver: Callable[[Arrival], Future[Receipt]]) -> None:
        self._deliver = deliver
        self._faults: dict[str, _Fault] = {}
        self._over: list[tuple[str, _Fault]] = []
        """What is over and has to be said to the end."""

    def recall(self, queue: Iterable[Incident]) -> None:
        """Take up what earlier runs said and did not take back, from the open incidents."""
        for incident in queue:
            kind, _, part = (incident.group or "").removeprefix("centre|").partition("|")
            if kind == OWN_FAULT and part and incident.open_points and part not in self._faults:
                self._faults[part] = _Fault(incident.opened_at, said=True)

    def holds(self, part: str) -> bool:
        """Whether a fault of this part has begun and not ended."""
        return part in self._faults

    def begin(self, part: str, since: datetime, *, count: int | None = None) -> None:
        """Something fails, or may soon. Once begun it is not begun again."""
        if part not in self._faults:
            log.warning("the centre has a fault of its own", part=part, since=since.isoformat())
            self._faults[part] = _Fault(since, count=count)

    def end(self, part: str, until: datetime, *, count: int | None = None) -> None:
        """It works again; nothing where it never failed."""
        fault = self._faults.pop(part, None)
        if fault is None:
            return
        log.info("a fault of the centre is over", part=part, since=fault.since.isoformat())
        if not fault.said and part_of(part) in WARNINGS:
            return  # a warning that nobody could be given is of no use afterwards
        fault.until = until
        fault.count = fault.count if count is None else count
        self._over.append((part, fault))

    def happened(self, part: str, since: datetime, until: datetime, *, count: int | None = None) -> None:
        """It failed and is over already; beside one of the same part that is not."""
        fault = _Fault(since, count=count)
        fault.until = until
        self._over.append((part, fault))
        log.warning("the centre had a fault of its own", part=part, since=since.isoformat())

    async def step(self, now: datetime) -> None:
        """Deliver what is not said yet. Raises nothing that a full disk raises: the next step tries again.

        While storage fails everything waits, and storage itself is said when it is over.
        """
        if Part.STORAGE in self._faults:
            return
        try:
            while self._over:
                part, fault = self._over[0]
                await self._deliver(_arrival(part, fault, now))
                self._over.pop(0)
            for part, fault in list(self._faults.items()):
                if not fault.said:
                    await self._deliver(_arrival(part, fault, now))
                    fault.said = True
        except (JournalError, KeysUnavailable):
            log.warning("the centre's own faults wait to be kept", unsaid=len(self.unsaid()))

    def unsaid(self) -> Sequence[tuple[str, datetime]]:
        """The parts, and since when, of faults that are not in the journal yet; warnings can wait."""
        faults = [*self._over, *self._faults.items()]
        return [(part, fault.since) for part, fault in faults if not fault.said and part_of(part) not in WARNINGS]


def _arrival(part: str, fault: _Fault, now: datetime) -> Arrival:
    """What is to be said of a fault: its beginning, its end, or both at once, kept together."""
    signals = [] if fault.said else [_signal(part, fault, now, over=False)]
    if fault.until is not None:
        signals.append(_signal(part, fault, now, over=True))
    until = "" if fault.until is None else fault.until.isoformat()
    return Arrival(signals=tuple(signals), identity=f"idem centre {part} {fault.since.isoformat()} {until}".encode())


def _signal(part: str, fault: _Fault, now: datetime, *, over: bool) -> Signal:
    which = part_of(part)
    return Signal(
        method=Method.SYSTEM,
        receiver=RECEIVER,
        received_at=now,
        occurred_at=fault.until if over else fault.since,
        category=Category.OTHER,
        subtype=which,
        state=state_of(which, over=over),
        kind=OWN_FAULT,
        part=part,
        count=None if over else fault.count,
    )
