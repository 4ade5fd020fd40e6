"""The archive over SQL (`ports.archive`). The database works in a thread, so the loop goes on.

The position is written in the transaction of what it stands for: after a kill the follower goes on where the archive
is, and folds nothing twice. What is said twice all the same changes nothing.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import URL, Connection, Engine, Table, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError

from belfry.archive.tables import CARRIED, CURSOR, ERASED, GOING, HEARD, INCIDENT, METADATA, NUMBER
from belfry.domain.cover import HazardCounts, SiteHazards
from belfry.domain.facts import Carried, account_subject
from belfry.ports.archive import EVERY_ONE, CarriedAt, ClosedIncident, Folded, Going, Heard, Sought, Totals
from belfry.sql import SchemaState, SqlError, called, empty_log, make_engine, migrate, reading, schema_state, writing

FILE: Final = "archive.sqlite3"
MIGRATIONS: Final = "belfry.archive:migrations"
ROWS_AT_ONCE: Final = 500
"""Ids in one statement; databases bear some thousand."""

FIRE: Final = "FIRE"
TECHNICAL: Final = "TECH"
MEDICAL: Final = "MED"
WORTH_A_DRIVE: Final = 3
"""Priority up to which a technical alarm counts as load of a place; nobody drives for the rest at once."""

T = TypeVar("T")

_facts: Final = msgspec.json.Decoder(Carried)
_going: Final = msgspec.json.Decoder(Going)


class SqlArchive:
    """Open with `SqlArchive.open(folder)`; every method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, where: str | Path) -> "SqlArchive":
        """Open a folder or a database URL, making or migrating it. Raises SqlError (NewerSchema among them)."""
        engine = make_engine(_url(where))
        with _whole(engine):
            migrate(engine, MIGRATIONS)
        return cls(engine)

    async def position(self) -> int:
        return await self._read(partial(_number, name="position"))

    async def totals(self) -> Totals:
        return await self._read(lambda it: Totals(_number(it, "keys"), _number(it, "entries")))

    async def fold(self, folded: Folded) -> None:
        await self._write(partial(_fold, folded))

    async def closed(
        self, *, limit: int, before: tuple[datetime, str] | None = None, sought: Sought = EVERY_ONE
    ) -> Sequence[ClosedIncident]:
        query = select(INCIDENT).where(INCIDENT.c.kind != "")
        if before is not None:
            at, key = before
            place = INCIDENT.c.closed_at
            query = query.where(or_(place < at, and_(place == at, INCIDENT.c.id < key)))
        if sought.kinds:
            query = query.where(or_(*(_begins(kind) for kind in sought.kinds)))
        if sought.account_id is not None:
            query = query.where(INCIDENT.c.account_id == sought.account_id)
        if sought.since is not None:
            query = query.where(INCIDENT.c.closed_at >= sought.since)
        if sought.until is not None:
            query = query.where(INCIDENT.c.closed_at < sought.until)
        query = query.order_by(INCIDENT.c.closed_at.desc(), INCIDENT.c.id.desc()).limit(limit)
        return await self._read(lambda it: [_incident(row) for row in it.execute(query)])

    async def due(self, groups: Sequence[str], *, before: datetime, limit: int) -> Sequence[ClosedIncident]:
        query = (
            select(INCIDENT)
            .where(INCIDENT.c.group.in_(groups), INCIDENT.c.closed_at < before)
            .order_by(INCIDENT.c.closed_at, INCIDENT.c.id)
            .limit(limit)
        )
        return await self._read(lambda it: [_incident(row) for row in it.execute(query)])

    async def heard(self) -> Heard:
        """Return every count there is."""
        return await self._read(
            lambda it: {(row.day, row.account_id): row.signals for row in it.execute(select(HEARD))}
        )

    async def heard_of(self, account_id: str, limit: int) -> Sequence[tuple[str, int]]:
        query = select(HEARD).where(HEARD.c.account_id == account_id).order_by(HEARD.c.day.desc()).limit(limit)
        return await self._read(lambda it: [(row.day, row.signals) for row in it.execute(query)])

    async def heard_in(self, first: str, last: str) -> Mapping[str, int]:
        query = (
            select(HEARD.c.account_id, func.sum(HEARD.c.signals).label("signals"))
            .where(HEARD.c.day >= first, HEARD.c.day <= last)
            .group_by(HEARD.c.account_id)
        )
        return await self._read(lambda it: {row.account_id: int(row.signals) for row in it.execute(query)})

    async def hazards(self, since: datetime, until: datetime) -> HazardCounts:
        row = INCIDENT.c
        real = and_(row.closed_at >= since, row.closed_at < until, ~row.training, ~row.merged)
        counted = or_(row.group == FIRE, and_(row.group == TECHNICAL, row.priority <= WORTH_A_DRIVE))
        by_site = (
            select(
                row.account_id,
                func.sum(case((row.group == FIRE, 1), else_=0)).label("fires"),
                func.sum(case((row.group == TECHNICAL, 1), else_=0)).label("technical"),
            )
            .where(real, counted)
            .group_by(row.account_id)
            .order_by(row.account_id)
        )
        medical = select(func.count()).where(real, row.group == MEDICAL)

        def look(connection: Connection) -> HazardCounts:
            found = connection.execute(by_site).all()
            sites = [SiteHazards(one.account_id or "", int(one.fires), int(one.technical)) for one in found]
            return HazardCounts(sites, connection.execute(medical).scalar() or 0)

        return await self._read(look)

    async def erased_at(self, position: int) -> datetime | None:
        query = select(ERASED).where(ERASED.c.first <= position).order_by(ERASED.c.first.desc()).limit(1)

        def look(connection: Connection) -> datetime | None:
            row = connection.execute(query).first()
            return row.at if row is not None and row.last >= position else None

        return await self._read(look)

    async def carried(self, account: str) -> CarriedAt | None:
        def look(connection: Connection) -> CarriedAt | None:
            row = connection.execute(select(CARRIED).where(CARRIED.c.account == account)).first()
            return None if row is None else CarriedAt(row.position, _facts.decode(row.fact))

        return await self._read(look)

    # -- what expiry remembers

    async def cursor(self, name: str) -> int:
        query = select(CURSOR.c.position).where(CURSOR.c.name == name)
        return await self._read(lambda it: it.execute(query).scalar() or 0)

    async def begin(self, going: Going, *, incidents: Sequence[str], heard: Heard, cursor: tuple[str, int]) -> None:
        def act(connection: Connection) -> None:
            _forget(connection, incidents)
            _count(connection, {place: -count for place, count in heard.items()})
            _put(connection, CURSOR, {"name": cursor[0]}, {"position": cursor[1]})
            if going.positions:
                _put(connection, GOING, {"id": going.id}, {"body": msgspec.json.encode(going)})

        await self._write(act)

    async def going(self) -> Going | None:
        def look(connection: Connection) -> Going | None:
            row = connection.execute(select(GOING)).first()
            return None if row is None else _going.decode(row.body)

        return await self._read(look)

    async def done(self) -> None:
        await self._write(lambda it: it.execute(delete(GOING)))
        await asyncio.to_thread(empty_log, self.engine)

    async def clear(self) -> None:
        """Begin anew, as if nothing had been folded or erased."""

        def act(connection: Connection) -> None:
            for table in METADATA.sorted_tables:
                connection.execute(delete(table))

        await self._write(act)

    async def close(self) -> None:
        await asyncio.to_thread(self.engine.dispose)

    async def _read(self, act: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(self._in, reading, act)

    async def _write(self, act: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(self._in, writing, act)

    def _in(self, kind: Callable[[Engine], Any], act: Callable[[Connection], T]) -> T:
        with kind(self.engine) as connection:
            return act(connection)


def archive_state(where: str | Path) -> SchemaState | None:
    """Say what `open` would find, changing nothing; None where there is no archive yet. Raises SqlError."""
    if isinstance(where, Path) and not (where / FILE).exists():
        return None
    engine = make_engine(_url(where))
    with _whole(engine):
        state = schema_state(engine, MIGRATIONS)
    engine.dispose()
    return state


@contextmanager
def _whole(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        engine.dispose()
        raise SqlError(
            f"the archive {called(engine)} cannot be used: {error.orig}; belfry rebuild makes it anew"
        ) from error
    except SqlError:
        engine.dispose()
        raise


def _url(where: str | Path) -> str | URL:
    return URL.create("sqlite", database=str(where / FILE)) if isinstance(where, Path) else where


# -- in a transaction -------------------------------------------------------------------------------------------------


def _fold(folded: Folded, connection: Connection) -> None:
    if folded.upto <= _number(connection, "position"):
        return
    _forget(connection, list(folded.incidents))
    rows = [
        {**msgspec.structs.asdict(one), "group": one.kind.partition(".")[0]}
        for one in folded.incidents.values()
        if one is not None
    ]
    if rows:
        connection.execute(insert(INCIDENT), rows)
    _count(connection, folded.heard)
    for carried in folded.carried:
        known = {"position": carried.position, "fact": msgspec.json.encode(carried.fact)}
        _put(connection, CARRIED, {"account": account_subject(carried.fact.account)}, known)
    for run in folded.erased:
        _put(connection, ERASED, {"first": run.first}, {"last": run.last, "at": run.at})
    for name, more in (("keys", folded.erased_keys), ("entries", folded.erased_entries)):
        if more:
            _put(connection, NUMBER, {"name": name}, {"value": _number(connection, name) + more})
    _put(connection, NUMBER, {"name": "position"}, {"value": folded.upto})


def _forget(connection: Connection, incidents: Sequence[str]) -> None:
    for start in range(0, len(incidents), ROWS_AT_ONCE):
        connection.execute(delete(INCIDENT).where(INCIDENT.c.id.in_(incidents[start : start + ROWS_AT_ONCE])))


def _count(connection: Connection, heard: Heard) -> None:
    """Add to the counts of days, in one statement for thousands of accounts; one that comes to nothing goes."""
    if not heard:
        return
    fresh = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(HEARD)
    added = fresh.on_conflict_do_update(
        index_elements=["day", "account_id"], set_={"signals": HEARD.c.signals + fresh.excluded.signals}
    )
    rows = [{"day": day, "account_id": account_id, "signals": more} for (day, account_id), more in heard.items()]
    connection.execute(added, rows)
    if any(more < 0 for more in heard.values()):
        connection.execute(delete(HEARD).where(HEARD.c.signals <= 0))


def _put(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]) -> None:
    """Insert or replace one row, in the words of every database."""
    ((name, value),) = key.items()
    found = connection.execute(update(table).where(table.c[name] == value).values(values))
    if not found.rowcount:
        connection.execute(insert(table).values(**key, **values))


def _number(connection: Connection, name: str) -> int:
    return connection.execute(select(NUMBER.c.value).where(NUMBER.c.name == name)).scalar() or 0


def _begins(kind: str) -> Any:
    return or_(INCIDENT.c.kind == kind, INCIDENT.c.kind.startswith(f"{kind}.", autoescape=True))


def _incident(row: Any) -> ClosedIncident:
    values = dict(row._mapping)
    del values["group"]
    return ClosedIncident(**values)
