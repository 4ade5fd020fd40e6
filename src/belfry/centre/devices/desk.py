"""The desk for devices: `ports.devices.HearsDevices` over the real rules.

A message is heard whole: its readings become signals of one arrival, or nothing. What the desk then knows of a point is
true only once the arrival is durable: where it could not be kept, the point is as it was, and the device's repeat - its
wire got no good answer - raises it again. A repeat that comes meanwhile waits for the same disk.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

import structlog

from belfry.centre.devices.amounts import Amounts
from belfry.centre.devices.asks import Asks
from belfry.centre.devices.hearing import HEARD_SAVED_S, Hearing
from belfry.centre.devices.kept import SILENT, UNLISTED, UNREADABLE, Calm, Kept, recalled
from belfry.centre.devices.listening import Hall, Listening
from belfry.centre.devices.saving import save_changed
from belfry.centre.devices.silence import Silence
from belfry.centre.devices.turn import Turn, following, kept_or_not, resolved, shown
from belfry.domain.device import Device, DeviceWire
from belfry.domain.device_rules import of_device
from belfry.domain.facts import Received
from belfry.domain.point_state import Memory
from belfry.domain.reading import Disposition, Said
from belfry.domain.signal import Arrival, Receipt
from belfry.ports import Accounts, Clock
from belfry.ports.device_memory import DeviceDay, DeviceMemory
from belfry.ports.devices import DeviceBook, DeviceNow, Still

log = structlog.get_logger()

EVERY_S: Final = 2.0
"""Between two looks for silent devices."""
SAVE_EVERY: Final = timedelta(seconds=20)


class DeviceDesk:
    """`load` first, then `hear`; `run` looks for the silent and saves; `save` once more at the end."""

    def __init__(
        self,
        book: DeviceBook,
        accounts: Accounts,
        deliver: Callable[[Arrival], Future[Receipt]],
        *,
        memory: DeviceMemory,
        asks: Asks,
        clock: Clock,
    ) -> None:
        self._book, self._accounts, self._deliver = book, accounts, deliver
        self._memory, self._clock = memory, clock
        self._hearing = Hearing(book, accounts, asks)
        self._amounts = Amounts()
        self._hall = Hall(asks.is_listed)
        self._silence = Silence(clock())
        self._saved = clock()
        self._failing = False
        self.beats = 0
        """Grows with every look."""

    @property
    def book(self) -> DeviceBook:
        return self._book

    # -- hearing

    def hear(self, device: Device, said: Said, at: datetime) -> "Future[Receipt | None]":
        """Take what a device said; resolves when it is durable, with None where nothing had to be kept."""
        known = self._book.by_id(device.id)
        if known is None:
            return resolved()  # it was taken away while its message was on its way
        device, turn = known, Turn(at, watched=bool(self._hall))
        kept = self._hearing.of(device)
        kept.calm = None
        dropped, refused = bool(said.dropped), said.disposition is Disposition.REFUSE or said.refused_in_part
        if dropped or refused:
            self._amounts.note(device.id, at, refused=refused, stripped=dropped)
        if device.enabled and self._accounts.by_id(device.account_id) is not None:
            self._hearing.take(device, kept, said, turn)
        if self._hall:
            self._hall.tell(at, device.receiver, device.wire, device.id, said, turn.shown)
        answer = self._keep(kept, turn)
        if turn.still and said.readings and kept.under_way is None and self._amounts.is_full(device.id, at):
            kept.calm = self._calm(kept, turn)
        return answer

    def _calm(self, kept: Kept, turn: Turn) -> Calm:
        midnight = datetime.combine(turn.at.date() + timedelta(days=1), time(), UTC)
        until = min(kept.noted_at + HEARD_SAVED_S, midnight.timestamp())
        return Calm(kept, self._book.changes, turn.now, until)

    def still(self, device: Device) -> Calm | None:
        """What stands for the last message of a device; None: the same again has to be heard. It holds for a minute at
        most, so that whatever else a message is judged by is looked at anew as often."""
        kept = self._hearing.kept.get(device.id)
        return None if kept is None else kept.calm

    def again(self, still: Still, at: datetime) -> bool:
        """Take the word of a receiver that a device says the same once more: it lives, and no more is to be known."""
        assert isinstance(still, Calm)  # ours, as it was handed out
        kept, now = still.kept, at.timestamp()
        if kept.calm is not still or not still.since <= now < still.until:
            return False
        if still.book != self._book.changes or self._hall:
            return False
        kept.heard_at, kept.gone_at = now, 0.0
        return True

    def stranger(self, receiver: str, wire: DeviceWire, said: Said | None, at: datetime) -> None:
        """Somebody spoke whom the book does not know: nothing is kept, and who listens sees it."""
        if not self._hall:
            return
        readings = () if said is None else said.readings
        self._hall.tell(at, receiver, wire, None, said, [shown(reading, "stranger") for reading in readings])

    def lost(self, device: Device, at: datetime) -> "Future[Receipt | None]":
        """Its receiver says that it is gone; said by us where it is not back soon."""
        if (known := self._book.by_id(device.id)) is not None:
            kept = self._hearing.of(known)
            kept.gone_at = kept.gone_at or at.timestamp()
        return resolved()

    def heard(self, received: Received) -> None:
        """A signal was kept, in the order of the journal; before `load` too, while a start reads it."""
        self._hearing.heard(received, self._clock())

    # -- keeping

    def _keep(self, kept: Kept, turn: Turn) -> "Future[Receipt | None]":
        if not turn.signals:
            return resolved() if kept.under_way is None else following(kept.under_way)
        try:
            delivered = self._deliver(Arrival(signals=tuple(turn.signals), identity=turn.identity()))
        except BaseException:
            turn.take_back()
            raise
        for one in (kept, *turn.kept):
            one.under_way = delivered
        answer: Future[Receipt | None] = asyncio.get_running_loop().create_future()
        delivered.add_done_callback(partial(kept_or_not, (kept, *turn.kept), turn, answer))
        return answer

    # -- silence

    async def run(self) -> None:
        """Look and save until cancelled. Raises nothing that a full disk or a failing store raises."""
        self._saved = self._clock()
        self._silence.turned(self._saved)
        while True:
            await asyncio.sleep(EVERY_S)
            await self.turn()

    async def turn(self) -> None:
        """One round of `run`."""
        now = self._clock()
        self._silence.turn(now)
        self.beats += 1
        self._hall.look(now)
        self._hearing.look(now)
        await self.look(now)
        if not timedelta(0) <= now - self._saved < SAVE_EVERY:
            self._saved = now
            await self._try_to_save()
        self._silence.turned(max(now, self._clock()))  # a slow disk is no stall

    async def look(self, now: datetime) -> None:
        """Say which devices have not been heard in time."""
        now_s = now.timestamp()
        said = [
            self._say_silent(device, now)
            for device in self._book.all()
            if self._silence.is_of(device, self._hearing.kept.get(device.id), now_s)
        ]
        for answer in said:
            try:
                await answer
            except Exception as error:  # it could not be kept: the next look says it
                log.warning("a silent device could not be said", why=type(error).__name__)

    def _say_silent(self, device: Device, now: datetime) -> "Future[Receipt | None]":
        turn, kept = Turn(now), self._hearing.of(device)
        if self._accounts.by_id(device.account_id) is None:
            return resolved()
        self._hearing.begin_whole(device, kept, SILENT, of_device(device, "silent", kept.seen), turn)
        return self._keep(kept, turn)

    # -- memory

    async def load(self) -> None:
        """Take up where the last run ended, before the first message."""
        now = self._clock()
        kept = recalled(await self._memory.load())
        self._amounts.recall(await self._memory.days(since=now.date()), now.date())
        self._hearing.recall(kept, now)
        self._silence.count_from(now)

    async def save(self) -> None:
        """Save what changed. Raises what the store raises; nothing is forgotten by that."""
        known = self._hearing.kept
        for gone in [one for one in known if self._book.by_id(one) is None]:
            del known[gone]
        await save_changed(known.values(), self._amounts, self._memory)

    async def _try_to_save(self) -> None:
        try:
            await self.save()
        except Exception as error:  # whatever the store raises delays the saving, and devices are heard all the same
            if not self._failing:
                log.error("states of devices are not saved", why=type(error).__name__)
            self._failing = True
        else:
            self._failing = False

    # -- what it tells

    def now(self, device_id: str) -> DeviceNow:
        """What is known of a device; of one that was never heard, nothing."""
        kept = self._hearing.kept.get(device_id)
        if kept is None:
            return DeviceNow()
        faulty = [_since(kept.memory(key)) for key in (UNREADABLE, UNLISTED)]
        return DeviceNow(
            heard_at=datetime.fromtimestamp(kept.heard_at, UTC) if kept.heard_at else None,
            lost_since=_since(kept.memory(SILENT)),
            faulty_since=min((one for one in faulty if one is not None), default=None),
        )

    def today(self, device_id: str) -> DeviceDay:
        """How much of what it said today was refused and stripped."""
        return self._amounts.today(device_id, self._clock().date())

    @property
    def silent_count(self) -> int:
        return sum(bool(kept.memory(SILENT).raised) for kept in self._hearing.kept.values())

    def listen(self, *, receiver: str | None = None, device: str | None = None) -> Listening:
        """Listen to a receiver or a device while it is put into service. Raises TooManyListen."""
        return self._hall.subscribe(self._clock(), receiver=receiver, device=device)


def _since(memory: Memory) -> datetime | None:
    return datetime.fromtimestamp(memory.since, UTC) if memory.raised else None
