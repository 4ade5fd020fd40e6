"""The units door (`ports.units.Units`): the book in memory answers at once, the database in threads."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from belfry.domain.unit import Shift, Station, Unit
from belfry.domain.unit_checks import folded
from belfry.ports.units import NoSuchUnit, UnitChange
from belfry.registry import shift_rows, unit_rows
from belfry.registry.doors import in_thread
from belfry.registry.store import Store


class UnitBook:
    """`ports.units.UnitBook`."""

    def __init__(
        self, units: Iterable[Unit] = (), stations: Iterable[Station] = (), shifts: Iterable[Shift] = ()
    ) -> None:
        self._units: dict[str, Unit] = {}
        self._by_sign: dict[str, Unit] = {}
        self._stations: dict[str, Station] = {}
        self._shifts: dict[str, Shift] = {}
        self._by_day: dict[date, dict[str, Shift]] = {}
        """Each shift under every day, in UTC, that it touches."""
        self.changes = 0
        for unit in units:
            self.put_unit(unit)
        for station in stations:
            self.put_station(station)
        for shift in shifts:
            self.put_shift(shift)

    def by_id(self, unit_id: str) -> Unit | None:
        return self._units.get(unit_id)

    def by_sign(self, call_sign: str) -> Unit | None:
        return self._by_sign.get(folded(call_sign))

    def all(self) -> Sequence[Unit]:
        return sorted(self._units.values(), key=lambda one: (folded(one.call_sign), one.id))

    def station(self, station_id: str) -> Station | None:
        return self._stations.get(station_id)

    def stations(self) -> Sequence[Station]:
        return sorted(self._stations.values(), key=lambda one: (one.name.casefold(), one.id))

    def shifts(self, at: datetime) -> Sequence[Shift]:
        of_day = self._by_day.get(at.astimezone(UTC).date(), {})
        return sorted((one for one in of_day.values() if one.since <= at < one.until), key=lambda one: one.id)

    def put_unit(self, unit: Unit) -> None:
        """Add a unit or replace the one of its id, unless that is newer already."""
        before = self._units.get(unit.id)
        if before is None or before.version <= unit.version:
            self.remove_unit(unit.id)
            self._units[unit.id] = self._by_sign[folded(unit.call_sign)] = unit

    def remove_unit(self, unit_id: str) -> None:
        before = self._units.pop(unit_id, None)
        if before is not None and self._by_sign.get(folded(before.call_sign)) is before:
            del self._by_sign[folded(before.call_sign)]
        self.changes += 1

    def put_station(self, station: Station) -> None:
        before = self._stations.get(station.id)
        if before is None or before.version <= station.version:
            self._stations[station.id] = station
            self.changes += 1

    def remove_station(self, station_id: str) -> None:
        self._stations.pop(station_id, None)
        self.changes += 1

    def put_shift(self, shift: Shift) -> None:
        before = self._shifts.get(shift.id)
        if before is None or before.version <= shift.version:
            self.remove_shift(shift.id)
            self._shifts[shift.id] = shift
            for day in _days(shift):
                self._by_day.setdefault(day, {})[shift.id] = shift

    def remove_shift(self, shift_id: str) -> None:
        before = self._shifts.pop(shift_id, None)
        for day in () if before is None else _days(before):
            self._by_day[day].pop(shift_id, None)
        self.changes += 1

    def let_go(self, before: datetime) -> None:
        """Forget shifts that were over at a time."""
        day = before.astimezone(UTC).date()
        for past in [one for one in self._by_day if one < day]:
            for shift in list(self._by_day[past].values()):
                if shift.until <= before:
                    self.remove_shift(shift.id)
            if not self._by_day[past]:
                del self._by_day[past]

    def remove_shifts_of(self, unit_id: str) -> None:
        """What goes with a unit."""
        for shift in [one for one in self._shifts.values() if one.unit == unit_id]:
            self.remove_shift(shift.id)


def _days(shift: Shift) -> Iterator[date]:
    day = shift.since.astimezone(UTC).date()
    while day <= shift.until.astimezone(UTC).date():
        yield day
        day += timedelta(days=1)


class UnitsDoor:
    """Implements `ports.units.Units`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.book = UnitBook(
            unit_rows.read_units(store), unit_rows.read_stations(store), shift_rows.read_to_come(store)
        )

    async def refresh(
        self, units: Collection[str] = (), stations: Collection[str] = (), shifts: Collection[str] = ()
    ) -> None:
        """Take over what somebody changed, this process or another one."""
        if stations:
            kept_stations = {one.id: one for one in await in_thread(unit_rows.read_stations, self._store, stations)}
            for station_id in stations:
                if station_id in kept_stations:
                    self.book.put_station(kept_stations[station_id])
                else:
                    self.book.remove_station(station_id)
        if units:
            kept_units = {one.id: one for one in await in_thread(unit_rows.read_units, self._store, units)}
            for unit_id in units:
                if unit_id in kept_units:
                    self.book.put_unit(kept_units[unit_id])
                else:
                    self._forget_unit(unit_id)
        if shifts:
            kept_shifts = await in_thread(shift_rows.read_some, self._store, shifts)
            for shift_id in shifts:
                if shift_id in kept_shifts:
                    self.book.put_shift(kept_shifts[shift_id])
                else:
                    self.book.remove_shift(shift_id)
            self.book.let_go(self._store.clock() - shift_rows.REMEMBERED)

    async def put_unit(self, unit: Unit, *, by: str) -> Unit:
        kept = await in_thread(unit_rows.put_unit, self._store, unit, by=by)
        self.book.put_unit(kept)
        return kept

    async def remove_unit(self, unit_id: str, version: int, *, by: str) -> None:
        await in_thread(unit_rows.remove_unit, self._store, unit_id, version, by=by)
        self._forget_unit(unit_id)

    async def put_station(self, station: Station, *, by: str) -> Station:
        kept = await in_thread(unit_rows.put_station, self._store, station, by=by)
        self.book.put_station(kept)
        return kept

    async def remove_station(self, station_id: str, version: int, *, by: str) -> None:
        await in_thread(unit_rows.remove_station, self._store, station_id, version, by=by)
        self.book.remove_station(station_id)

    async def rota(
        self, since: datetime, until: datetime, *, unit: str | None = None, user: str | None = None
    ) -> Sequence[Shift]:
        return await in_thread(shift_rows.read_rota, self._store, since, until, unit=unit, user=user)

    async def shift(self, shift_id: str) -> Shift:
        found = await in_thread(shift_rows.read_some, self._store, [shift_id])
        if shift_id not in found:
            raise NoSuchUnit(shift_id)
        return found[shift_id]

    async def put_shift(self, shift: Shift, *, by: str) -> Shift:
        kept = await in_thread(shift_rows.put, self._store, shift, by=by)
        self.book.put_shift(kept)
        return kept

    async def remove_shift(self, shift_id: str, version: int, *, by: str) -> None:
        await in_thread(shift_rows.remove, self._store, shift_id, version, by=by)
        self.book.remove_shift(shift_id)

    async def forget_shifts(self, before: datetime) -> int:
        """Erase every shift that ended before a time; returns how many."""
        gone = 0
        while some := await in_thread(shift_rows.forget, self._store, before):
            gone += some
        self.book.let_go(before)
        return gone

    async def changes_of(self, row_id: str) -> Sequence[UnitChange]:
        return await in_thread(unit_rows.read_changes_of, self._store, row_id)

    def _forget_unit(self, unit_id: str) -> None:
        self.book.remove_unit(unit_id)
        self.book.remove_shifts_of(unit_id)
