"""One message in the making: the signals it becomes, and what has to be taken back where they cannot be kept."""

import asyncio
from asyncio import Future
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Final

from belfry.centre.devices.kept import Kept
from belfry.centre.devices.listening import Shown
from belfry.domain.device import Device, DevicePoint
from belfry.domain.device_rules import Says
from belfry.domain.point_state import NEVER, Memory
from belfry.domain.reading import Reading
from belfry.domain.signal import Receipt, Signal

EVERYTHING: Final = "*"
"""The row of all points that have none of their own."""


class Turn:
    """One message in the making: its signals, and what has to be taken back where they cannot be kept."""

    def __init__(self, at: datetime, *, watched: bool = False) -> None:
        """`watched`: somebody listens, so what becomes of each reading is written down to be shown."""
        self.at, self.now = at, at.timestamp()
        self.signals: list[Signal] = []
        self.names: list[str | None] = []
        """What a repeat of each signal shares."""
        self.before: list[tuple[Kept, bytes, Memory, Memory]] = []
        self.kept: list[Kept] = []
        self.shown: list[Shown] = []
        self._watched = watched
        self._rows: dict[str, Mapping[str, DevicePoint]] = {}
        self.still = True
        """Nothing of it was news, and nothing of it is so still that is said again after a while."""

    def row(self, device: Device, point: str) -> DevicePoint | None:
        """As `Device.point`, for a message of a thousand points of a device that has as many."""
        rows = self._rows.get(device.id)
        if rows is None:  # of rows that share a name, the first one counts
            rows = self._rows[device.id] = {row.point: row for row in reversed(device.points)}
        return rows.get(point, rows.get(EVERYTHING))

    def put(self, kept: Kept, key: bytes, memory: Memory) -> None:
        before = kept.memory(key)
        if memory is before:
            return
        kept.put(key, memory)
        self.before.append((kept, key, before, memory))
        if memory.active or memory.raised or before.active or before.raised:
            kept.changed = True

    def add(self, kept: Kept, signal: Signal, name: str | None) -> None:
        self.signals.append(signal)
        self.names.append(name)
        if kept not in self.kept:
            self.kept.append(kept)

    def show(self, reading: Reading, became: str, *, says: Says | None = None, zone: str | None = None) -> None:
        if self._watched:
            self.shown.append(shown(reading, became, says=says, zone=zone))

    def identity(self) -> bytes | None:
        """Shared by a repeat of the whole message; None where any of it has no name."""
        if any(name is None for name in self.names):
            return None
        return b"idem device " + sha256("\n".join(str(name) for name in self.names).encode()).digest()

    def take_back(self) -> None:
        for kept, key, before, after in reversed(self.before):
            if kept.memory(key) is after:
                if before is NEVER:
                    kept.points.drop(key)
                else:
                    kept.points.put(key, before)
                kept.calm = None


def name(device: Device, digest: bytes, signal: Signal, said_n: int) -> str | None:
    """What a repeat of a signal shares; None where the device names no occurrence."""
    if not digest:
        return None
    parts = (device.id, digest.hex(), signal.category, signal.subtype, signal.state, signal.area, signal.zone, said_n)
    return "/".join("" if part is None else str(part) for part in parts)


def shown(reading: Reading, became: str, *, says: Says | None = None, zone: str | None = None) -> Shown:
    return Shown(
        point=reading.point,
        observed=reading.observed.value,
        state=reading.state.value,
        target=None if reading.target is None else reading.target.value,
        value=reading.value,
        unit=reading.unit,
        quality=reading.quality,
        became=became,
        category=None if says is None else says.category.value,
        subtype=None if says is None else says.subtype,
        zone=zone,
        switch=reading.switch,
    )


def resolved() -> "Future[Receipt | None]":
    answer: Future[Receipt | None] = asyncio.get_running_loop().create_future()
    answer.set_result(None)
    return answer


def following(waiting: Future[Receipt]) -> "Future[Receipt | None]":
    """Nothing of this message has to be kept, but what it repeats has not been kept yet."""
    answer: Future[Receipt | None] = asyncio.get_running_loop().create_future()
    waiting.add_done_callback(partial(_pass_on, answer))
    return answer


def _pass_on(answer: "Future[Receipt | None]", waiting: Future[Receipt]) -> None:
    error = asyncio.CancelledError() if waiting.cancelled() else waiting.exception()
    if answer.done():
        return
    if error is None:
        answer.set_result(waiting.result())
    else:
        answer.set_exception(error)


def kept_or_not(
    heard: Sequence[Kept], turn: Turn, answer: "Future[Receipt | None]", delivered: Future[Receipt]
) -> None:
    if delivered.cancelled() or delivered.exception() is not None:
        turn.take_back()
    for one in heard:
        if one.under_way is delivered:
            one.under_way = None
    _pass_on(answer, delivered)
