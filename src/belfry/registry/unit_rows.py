"""The rows of units and stations: each change is one transaction with its change row."""

from collections.abc import Collection, Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import structs
from sqlalchemy import Connection, Table, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from belfry.domain.flaws import Flaw, shown
from belfry.domain.unit import UNITS_MOST, Station, Unit
from belfry.domain.unit_checks import check_station, check_unit, folded
from belfry.ports.units import NoSuchUnit, UnitChange, UnitChanged, UnitInUse, UnitTaken, UnitUnfit
from belfry.registry.store import Note, Store, write_notes
from belfry.registry.tables import CHANGE
from belfry.registry.unit_tables import SHIFT, STATION, UNIT
from belfry.sql import reading, writing

T = TypeVar("T", Unit, Station)

STATIONS_MOST: Final = 2_000
CHANGES_MOST: Final = 100


def read_units(store: Store, ids: Collection[str] | None = None) -> Sequence[Unit]:
    """All, or those of these ids that are there."""
    return _read(store, UNIT, Unit, ids)


def read_stations(store: Store, ids: Collection[str] | None = None) -> Sequence[Station]:
    return _read(store, STATION, Station, ids)


def put_unit(store: Store, unit: Unit, *, by: str) -> Unit:
    try:
        with writing(store.engine) as connection:
            return keep_unit(connection, store, unit, by=by)
    except IntegrityError as error:  # another node was quicker
        raise UnitTaken(unit.call_sign) from error


def keep_unit(connection: Connection, store: Store, unit: Unit, *, by: str) -> Unit:
    """What `put_unit` does, in the caller's transaction."""
    before = None if not unit.id else seen(connection, UNIT, Unit, unit.id, unit.version)
    flaws = check_unit(unit)
    if unit.station is not None and not _is_there(connection, STATION, unit.station):
        flaws.append(Flaw("station", shown(unit.station), "the id of a station, or none"))
    if before is None and _count(connection, UNIT) >= UNITS_MOST:
        flaws.append(Flaw("id", "", f"at most {UNITS_MOST} units"))
    if flaws:
        raise UnitUnfit(flaws)
    sign = folded(unit.call_sign)
    of_sign = connection.execute(select(UNIT.c.id).where(UNIT.c.sign == sign)).scalar()
    if of_sign is not None and of_sign != unit.id:
        raise UnitTaken(unit.call_sign)
    kept = structs.replace(unit, id=unit.id or store.new_id("u"), version=unit.version + 1 if before else 1)
    return _keep(connection, store, UNIT, before, kept, {"sign": sign, "station": unit.station}, by=by)


def put_station(store: Store, station: Station, *, by: str) -> Station:
    with writing(store.engine) as connection:
        return keep_station(connection, store, station, by=by)


def keep_station(connection: Connection, store: Store, station: Station, *, by: str) -> Station:
    """What `put_station` does, in the caller's transaction."""
    before = None if not station.id else seen(connection, STATION, Station, station.id, station.version)
    flaws = check_station(station)
    if before is None and _count(connection, STATION) >= STATIONS_MOST:
        flaws.append(Flaw("id", "", f"at most {STATIONS_MOST} stations"))
    if flaws:
        raise UnitUnfit(flaws)
    new = structs.replace(station, id=station.id or store.new_id("t"), version=station.version + 1 if before else 1)
    return _keep(connection, store, STATION, before, new, {}, by=by)


def remove_unit(store: Store, unit_id: str, version: int, *, by: str) -> None:
    with writing(store.engine) as connection:
        seen(connection, UNIT, Unit, unit_id, version)
        to_come = select(func.count()).where(SHIFT.c.unit == unit_id, SHIFT.c.until > store.clock())
        if count := connection.execute(to_come).scalar() or 0:
            raise UnitInUse("shifts", count)
        _take_out(connection, store, UNIT, unit_id, by=by)


def remove_station(store: Store, station_id: str, version: int, *, by: str) -> None:
    with writing(store.engine) as connection:
        seen(connection, STATION, Station, station_id, version)
        of = select(func.count()).where(UNIT.c.station == station_id)
        if count := connection.execute(of).scalar() or 0:
            raise UnitInUse("units", count)
        _take_out(connection, store, STATION, station_id, by=by)


def read_changes_of(store: Store, row_id: str) -> Sequence[UnitChange]:
    """The newest first, of what is in these tables."""
    of = select(CHANGE).where(CHANGE.c.row == row_id, CHANGE.c.table.in_([UNIT.name, STATION.name, SHIFT.name]))
    with reading(store.engine) as connection:
        found = connection.execute(of.order_by(CHANGE.c.id.desc()).limit(CHANGES_MOST))
        return [UnitChange(row.at, row.by, row.table, row.row, tuple(row.fields)) for row in found]


# -- pieces -----------------------------------------------------------------------------------------------------------


def seen(connection: Connection, table: Table, kind: type[T], row_id: str, version: int) -> T:
    """Return a row as it is, locked, where it is as the caller saw it. Raises NoSuchUnit, UnitChanged."""
    body = connection.execute(select(table.c.body).where(table.c.id == row_id).with_for_update()).scalar()
    if body is None:
        raise NoSuchUnit(row_id)
    now = msgspec.json.decode(body, type=kind)
    if now.version != version:
        raise UnitChanged(now)
    return now


def changed(before: msgspec.Struct | None, after: msgspec.Struct) -> list[str]:
    """Return the names of the fields that differ."""
    if before is None:
        return ["added"]
    names = [name for name in after.__struct_fields__ if name != "version"]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _keep(
    connection: Connection, store: Store, table: Table, before: T | None, kept: T, beside: dict[str, Any], *, by: str
) -> T:
    fields = changed(before, kept)
    if before is not None and not fields:
        return before
    row = {"id": kept.id, "version": kept.version, "body": msgspec.json.encode(kept).decode("utf-8"), **beside}
    if before is None:
        connection.execute(insert(table).values(row))
    else:
        connection.execute(update(table).where(table.c.id == kept.id).values(row))
    write_notes(connection, [Note(table.name, kept.id, fields)], by=by, at=store.clock())
    return kept


def _take_out(connection: Connection, store: Store, table: Table, row_id: str, *, by: str) -> None:
    connection.execute(delete(table).where(table.c.id == row_id))
    write_notes(connection, [Note(table.name, row_id, ["removed"])], by=by, at=store.clock())


def _read(store: Store, table: Table, kind: type[T], ids: Collection[str] | None) -> Sequence[T]:
    query = select(table.c.body)
    if ids is not None:
        query = query.where(table.c.id.in_(ids))
    with reading(store.engine) as connection:
        return [msgspec.json.decode(row.body, type=kind) for row in connection.execute(query)]


def _is_there(connection: Connection, table: Table, row_id: str) -> bool:
    query = select(table.c.id).where(table.c.id == row_id).with_for_update(read=True)
    return connection.execute(query).first() is not None


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar() or 0
