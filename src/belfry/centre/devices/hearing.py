"""What a message of a device comes to: each reading against what is known of its point, and so signals or nothing.

All of it is put into a `Turn`, which can be taken back where the message could not be kept. What a reading means, and
whether it is news, is decided by `domain.device_rules` and `domain.point_state`; who says it, of whom, and what else
the centre knows of it is looked up here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import structs

from belfry.centre.devices.asks import Asks
from belfry.centre.devices.kept import SILENT, UNLISTED, UNREADABLE, Kept, once_digest, point_key
from belfry.centre.devices.lines import Lines
from belfry.centre.devices.minute import LastMinute, since_said
from belfry.centre.devices.numbers import Numbers
from belfry.centre.devices.signals import begins, ends, place
from belfry.centre.devices.turn import Turn, name
from belfry.domain.device import Device, DevicePoint, DeviceWire, may_speak_for
from belfry.domain.device_rules import Meant, Says, Unmeant, means, of_device
from belfry.domain.facts import Received
from belfry.domain.point_state import Memory, News, Raised, judged, passed, step
from belfry.domain.reading import Disposition, Observed, PointState, Reading, Said
from belfry.ports import Accounts
from belfry.ports.devices import DeviceBook

HEARD_SAVED_S: Final = 60.0
"""How much of the last time that a device was heard a restart may forget: ten thousand devices speak all the time."""
TROUBLE_S: Final = 60.0
"""Of unreadable messages and unlisted types: between the end of one trouble and the next one."""
WHOLE: Final = "device"
"""The point of a device as a whole."""

_WHOLE_KEYS: Final = {Observed.UNREADABLE: UNREADABLE, Observed.UNLISTED: UNLISTED}
_SAID: Final = frozenset({News.BEGINS, News.AGAIN, News.ENDS})
_NO_READING: Final = Reading(observed=Observed.OFFLINE, point=WHOLE, state=PointState.ACTIVE)


class Hearing:
    """`recall` first, then `take`; `kept` is what is remembered of each device, by its id."""

    def __init__(self, book: DeviceBook, accounts: Accounts, asks: Asks) -> None:
        self.kept: dict[str, Kept] = {}
        self._book, self._accounts = book, accounts
        self._lines = Lines(book, accounts, asks.conditions, asks.panels)
        self._minute = LastMinute()
        self._numbers = Numbers(accounts, self._lines, asks.open_of)

    def recall(self, kept: dict[str, Kept], now: datetime) -> None:
        """Take up what the last run kept, before the first message."""
        self.kept = kept
        self._lines.recall()
        self._minute.begin(now)

    def heard(self, received: Received, now: datetime) -> None:
        """A signal was kept, in the order of the journal; before `recall` too, while a start reads it."""
        self._lines.heard(received)
        self._minute.heard(received, now)

    def look(self, now: datetime) -> None:
        """Forget what is needed no more."""
        self._minute.look(now)

    def of(self, device: Device) -> Kept:
        """What is kept of a device, at the site that it is of now."""
        kept = self.kept.get(device.id)
        if kept is None:
            kept = self.kept[device.id] = Kept(device.id)
        if kept.account and kept.account != device.account_id:
            kept.leave()
        return kept

    def take(self, device: Device, kept: Kept, said: Said, turn: Turn) -> None:
        """Put into a turn what a message of a device comes to."""
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
            device, kept = other, self.of(other)
            if reading.observed is not Observed.OFFLINE:
                self._alive(device, kept, turn)
        if reading.occurred_at is not None:
            turn.still = False
        reading = judged(reading, turn.at)
        row = turn.row(device, reading.point)
        meant = means(reading, row, device, kept.seen)
        if isinstance(meant, Unmeant):
            turn.show(reading, meant.value)
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
        of_row = None if row is None else row.hold_s
        hold_s = next(one for one in (of_row, reading.hold_s, device.hold_s) if one is not None)
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
        turn.show(reading, news.value, says=says, zone=zone)

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
            _show_whole(turn, observed, News.REPEAT)
            return
        what = "unreadable" if observed is Observed.UNREADABLE else "unlisted_type"
        self.begin_whole(device, kept, key, of_device(device, what, kept.seen), turn)
        _show_whole(turn, observed, News.BEGINS)

    def begin_whole(self, device: Device, kept: Kept, key: bytes, says: Says, turn: Turn) -> None:
        """Put into a turn what begins of a device as a whole."""
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


def _show_whole(turn: Turn, observed: Observed, news: News) -> None:
    turn.show(structs.replace(_NO_READING, observed=observed), news.value)
