"""The desk for devices: `ports.devices.HearsDevices` over the real rules.

A message is heard whole: its readings become signals of one arrival, or nothing. What the desk then knows of a point is
true only once the arrival is durable: where it could not be kept, the point is as it was, and the device's repeat - its
wire got no good answer - raises it again. A repeat that comes meanwhile waits for the same disk.
"""

import asyncio
from asyncio import Future
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

import structlog
from msgspec import structs

from belfry.centre.devices.amounts import Amounts
from belfry.centre.devices.asks import Asks
from belfry.centre.devices.kept import SILENT, UNLISTED, UNREADABLE, Calm, Kept, once_digest, point_key, recalled
from belfry.centre.devices.lines import Lines
from belfry.centre.devices.listening import Hall, Listening
from belfry.centre.devices.minute import LastMinute, since_said
from belfry.centre.devices.numbers import Numbers
from belfry.centre.devices.saving import save_changed
from belfry.centre.devices.signals import begins, ends, place
from belfry.centre.devices.silence import Silence
from belfry.centre.devices.turn import Turn, following, kept_or_not, name, resolved, shown
from belfry.domain.device import Device, DevicePoint, DeviceWire, may_speak_for
from belfry.domain.device_rules import Meant, Says, Unmeant, means, of_device
from belfry.domain.facts import Received
from belfry.domain.point_state import Memory, News, Raised, judged, passed, step
from belfry.domain.reading import Disposition, Observed, PointState, Reading, Said
from belfry.domain.signal import Arrival, Receipt
from belfry.ports import Accounts, Clock
from belfry.ports.device_memory import DeviceDay, DeviceMemory
from belfry.ports.devices import DeviceBook, DeviceNow, Still

log = structlog.get_logger()

EVERY_S: Final = 2.0
"""Between two looks for silent devices."""
SAVE_EVERY: Final = timedelta(seconds=20)
HEARD_SAVED_S: Final = 60.0
"""How much of the last time that a device was heard a restart may forget: ten thousand devices speak all the time."""
TROUBLE_S: Final = 60.0
"""Of unreadable messages and unlisted types: between the end of one trouble and the next one."""
WHOLE: Final = "device"
"""The point of a device as a whole."""

_WHOLE_KEYS: Final = {Observed.UNREADABLE: UNREADABLE, Observed.UNLISTED: UNLISTED}
_SAID: Final = frozenset({News.BEGINS, News.AGAIN, News.ENDS})
_NO_READING: Final = Reading(observed=Observed.OFFLINE, point=WHOLE, state=PointState.ACTIVE)


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
        self._memory, self._asks, self._clock = memory, asks, clock
        self._kept: dict[str, Kept] = {}
        self._amounts = Amounts()
        self._lines = Lines(book, accounts, asks.conditions, asks.panels)
        self._hall = Hall(asks.is_listed)
        self._minute = LastMinute()
        self._numbers = Numbers(accounts, self._lines, asks.open_of)
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
        device, turn = known, Turn(at)
        kept = self._of(device)
        kept.calm = None
        dropped = bool(said.dropped)
        if dropped or said.disposition is Disposition.REFUSE:
            self._amounts.note(device.id, at, refused=said.disposition is Disposition.REFUSE, stripped=dropped)
        if device.enabled and self._accounts.by_id(device.account_id) is not None:
            self._take(device, kept, said, turn)
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
        kept = self._kept.get(device.id)
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
            kept = self._of(known)
            kept.gone_at = kept.gone_at or at.timestamp()
        return resolved()

    def heard(self, received: Received) -> None:
        """A signal was kept, in the order of the journal; before `load` too, while a start reads it."""
        self._lines.heard(received)
        self._minute.heard(received, self._clock())

    def _of(self, device: Device) -> Kept:
        kept = self._kept.get(device.id)
        if kept is None:
            kept = self._kept[device.id] = Kept(device.id)
        if kept.account and kept.account != device.account_id:
            kept.leave()
        return kept

    def _take(self, device: Device, kept: Kept, said: Said, turn: Turn) -> None:
        if not any(one.observed is Observed.OFFLINE and one.state is PointState.ACTIVE for one in said.readings):
            self._alive(device, kept, turn)
        match said.disposition:
            case Disposition.REJECT:
                self._trouble(device, kept, Observed.UNREADABLE, turn)
            case Disposition.QUARANTINE:
                self._trouble(device, kept, Observed.UNLISTED, turn)
            case Disposition.REFUSE:
                self._end_whole(device, kept, UNREADABLE, turn)
            case Disposition.ACCEPT | Disposition.IGNORE:
                self._readable(device, kept, said, turn)
        if said.disposition not in (Disposition.ACCEPT, Disposition.IGNORE):
            turn.still = False
            return
        for reading in said.readings:  # of an ignored message too: that all is well may end what was not
            self._read(device, kept, reading, turn)

    def _alive(self, device: Device, kept: Kept, turn: Turn) -> None:
        if not 0 <= turn.now - kept.noted_at < HEARD_SAVED_S:
            kept.noted_at, kept.changed = turn.now, True
        kept.heard_at, kept.gone_at = turn.now, 0.0
        self._end_whole(device, kept, SILENT, turn)

    def _readable(self, device: Device, kept: Kept, said: Said, turn: Turn) -> None:
        unread = {one.observed for one in said.readings if one.observed in _WHOLE_KEYS}
        if Observed.UNREADABLE not in unread:
            self._end_whole(device, kept, UNREADABLE, turn)
        if Observed.UNLISTED not in unread and said.readings:
            self._end_whole(device, kept, UNLISTED, turn)

    # -- one reading

    def _read(self, device: Device, kept: Kept, reading: Reading, turn: Turn) -> None:
        if reading.observed in _WHOLE_KEYS:
            turn.still = False
            self._trouble(device, kept, reading.observed, turn)
            return
        other = self._other(device, reading.address)
        if other is not None:
            turn.still = False
            device, kept = other, self._of(other)
            if reading.observed is not Observed.OFFLINE:
                self._alive(device, kept, turn)
        if reading.occurred_at is not None:
            turn.still = False
        reading = judged(reading, turn.at)
        row = turn.row(device, reading.point)
        meant = means(reading, row, device, kept.seen)
        if isinstance(meant, Unmeant):
            self._show(turn, reading, meant.value)
            return
        kept.note(meant.observed)
        self._step(device, kept, reading, row, meant, turn)

    def _other(self, device: Device, address: str | None) -> Device | None:
        """Whom a reading is of, where it is not who speaks; None where nobody may speak for that one: then the reading
        is that of who speaks, and stays at his site."""
        if address is None or address == device.address:
            return None
        other = self._book.by_address(device.receiver, address)
        if other is None or self._accounts.by_id(other.account_id) is None:
            return None
        return other if may_speak_for(device, other, self._tenant_of) else None

    def _tenant_of(self, account_id: str) -> str | None:
        account = self._accounts.by_id(account_id)
        return None if account is None else account.tenant

    def _step(
        self, device: Device, kept: Kept, reading: Reading, row: DevicePoint | None, meant: Meant, turn: Turn
    ) -> None:
        key = point_key(device, reading)
        known = key in kept.points
        says, (area, zone) = meant.says, (None, None) if row is None else (row.area, row.zone)
        raised = Raised(says.category, says.subtype, None if says.ends is None else says.ends.value, area, zone)
        before = self._sure(device, kept, key)
        before = since_said(before, meant, (kept.lately.get(key, 0.0), self._minute.of(device.id, raised)))
        armed = None if meant.armed is None else self._lines.armed(device.account_id, area)
        hold_s = float(device.hold_s if row is None or row.hold_s is None else row.hold_s)
        digest = once_digest(device, reading.once)
        after, news = step(before, reading, meant, now=turn.now, armed=armed, hold_s=hold_s, digest=digest)
        turn.still = turn.still and after is before and meant.state is PointState.INACTIVE
        point = kept.number(key) if zone is None and news in _SAID else None
        match news:
            case News.BEGINS | News.AGAIN:
                number = self._numbers.of(device, kept)
                after = passed(after, raised, turn.now)
                turn.put(kept, key, after)
                again = news is News.AGAIN
                signal = begins(device, number, raised, says.begins, reading, turn.at, again=again, point=point)
                turn.add(kept, signal, name(device, digest, signal, after.said_n))
            case News.ENDS:
                turn.put(kept, key, after)
                self._end(device, kept, before.raised or (raised,), reading, turn, digest, before.said_n, point)
            case _:
                turn.put(kept, key, after)
                if meant.state is PointState.INACTIVE and not known and self._numbers.is_open(device, kept, raised):
                    # We forgot it, the operators did not: a crash may take the last states with it.
                    self._end(device, kept, (raised,), reading, turn, digest, before.said_n)
                    news = News.ENDS
        self._show(turn, reading, news.value, says=says, zone=zone)

    def _end(
        self,
        device: Device,
        kept: Kept,
        raised: Sequence[Raised],
        reading: Reading | None,
        turn: Turn,
        digest: bytes = b"",
        said_n: int = 0,
        point: int | None = None,
    ) -> None:
        """Say the end of what a point raised, where no other point of the device says the same still."""
        for one in raised:
            if one.ends is None or kept.points.is_raised(one):
                continue
            if device.wire is DeviceWire.FRIGATE and one.subtype == "video":
                continue  # an activity is over; that nobody is there is nobody's word
            signal = ends(device, self._numbers.of_end(device, kept, one), one, reading, turn.at, point=point)
            turn.add(kept, signal, name(device, digest, signal, said_n))

    def _sure(self, device: Device, kept: Kept, key: bytes) -> Memory:
        """The memory of a point. One that was saved before a crash may have ended since: where no incident knows of it
        any more, it begins anew, and at worst is said once too often."""
        memory = kept.memory(key)
        if key not in kept.unsure:
            return memory
        kept.unsure.discard(key)
        if memory.raised and not any(self._numbers.is_open(device, kept, one) for one in memory.raised):
            memory = Memory(said=memory.said, said_n=memory.said_n)
            kept.put(key, memory)
        return memory

    # -- the device as a whole

    def _trouble(self, device: Device, kept: Kept, observed: Observed, turn: Turn) -> None:
        """Unreadable, or of an unlisted type: one trouble until it is over, and at most one a minute."""
        key = _WHOLE_KEYS[observed]
        before = self._sure(device, kept, key)
        if before.raised or 0 <= turn.now - before.said < TROUBLE_S:
            self._show_whole(turn, observed, News.REPEAT)
            return
        what = "unreadable" if observed is Observed.UNREADABLE else "unlisted_type"
        self._begin_whole(device, kept, key, of_device(device, what, kept.seen), turn)
        self._show_whole(turn, observed, News.BEGINS)

    def _begin_whole(self, device: Device, kept: Kept, key: bytes, says: Says, turn: Turn) -> None:
        area, zone = place(device, None)
        raised = Raised(says.category, says.subtype, None if says.ends is None else says.ends.value, area, zone)
        before = kept.memory(key)
        number = self._numbers.of(device, kept)
        after = passed(structs.replace(before, active=True, since=turn.now, raised=()), raised, turn.now)
        turn.put(kept, key, after)
        turn.add(kept, begins(device, number, raised, says.begins, _NO_READING, turn.at, again=False), None)

    def _end_whole(self, device: Device, kept: Kept, key: bytes, turn: Turn) -> None:
        before = kept.memory(key)
        if not before.raised:
            return
        turn.put(kept, key, Memory(since=turn.now, said=before.said, said_n=before.said_n))
        self._end(device, kept, before.raised, None, turn)

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
        self._minute.look(now)
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
            if self._silence.is_of(device, self._kept.get(device.id), now_s)
        ]
        for answer in said:
            try:
                await answer
            except Exception as error:  # it could not be kept: the next look says it
                log.warning("a silent device could not be said", why=type(error).__name__)

    def _say_silent(self, device: Device, now: datetime) -> "Future[Receipt | None]":
        turn, kept = Turn(now), self._of(device)
        if self._accounts.by_id(device.account_id) is None:
            return resolved()
        self._begin_whole(device, kept, SILENT, of_device(device, "silent", kept.seen), turn)
        return self._keep(kept, turn)

    # -- memory

    async def load(self) -> None:
        """Take up where the last run ended, before the first message."""
        now = self._clock()
        self._kept = recalled(await self._memory.load())
        self._amounts.recall(await self._memory.days(since=now.date()), now.date())
        self._lines.recall()
        self._minute.begin(now)
        self._silence.count_from(now)

    async def save(self) -> None:
        """Save what changed. Raises what the store raises; nothing is forgotten by that."""
        for gone in [one for one in self._kept if self._book.by_id(one) is None]:
            del self._kept[gone]
        await save_changed(self._kept.values(), self._amounts, self._memory)

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
        kept = self._kept.get(device_id)
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
        return sum(bool(kept.memory(SILENT).raised) for kept in self._kept.values())

    def listen(self, *, receiver: str | None = None, device: str | None = None) -> Listening:
        """Listen to a receiver or a device while it is put into service. Raises TooManyListen."""
        return self._hall.subscribe(self._clock(), receiver=receiver, device=device)

    def _show(
        self, turn: Turn, reading: Reading, became: str, *, says: Says | None = None, zone: str | None = None
    ) -> None:
        if self._hall:
            turn.shown.append(shown(reading, became, says=says, zone=zone))

    def _show_whole(self, turn: Turn, observed: Observed, news: News) -> None:
        self._show(turn, structs.replace(_NO_READING, observed=observed), news.value)


def _since(memory: Memory) -> datetime | None:
    return datetime.fromtimestamp(memory.since, UTC) if memory.raised else None
