"""The rows of the rota. Nobody is at two places at once: whoever writes a shift holds its person's row meanwhile."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec import structs
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from belfry.domain.flaws import Flaw, shown
from belfry.domain.unit import Shift, Unit
from belfry.domain.unit_checks import at_two_places, check_shift
from belfry.ports.staff import fold
from belfry.ports.units import NoSuchUnit, UnitChanged, UnitUnfit
from belfry.registry.store import Note, Store, write_notes
from belfry.registry.tables import USER
from belfry.registry.unit_rows import changed
from belfry.registry.unit_tables import SHIFT, UNIT
from belfry.sql import reading, writing

SHIFTS_MOST: Final = 200_000
"""That are not over yet."""
REMEMBERED: Final = timedelta(days=2)
"""How long after its end a shift is still in memory."""
LISTED_MOST: Final = 20_000
FORGOTTEN_AT_ONCE: Final = 500
"""Rows that one transaction erases: others write in between."""


def read_to_come(store: Store) -> Sequence[Shift]:
    """Those that run, are to come, or ended lately."""
    query = select(SHIFT.c.body).where(SHIFT.c.until > store.clock() - REMEMBERED)
    with reading(store.engine) as connection:
        return [_shift(row.body) for row in connection.execute(query)]


def read_some(store: Store, ids: Collection[str]) -> Mapping[str, Shift]:
    with reading(store.engine) as connection:
        rows = connection.execute(select(SHIFT.c.id, SHIFT.c.body).where(SHIFT.c.id.in_(ids)))
        return {row.id: _shift(row.body) for row in rows}


def read_rota(
    store: Store, since: datetime, until: datetime, *, unit: str | None = None, user: str | None = None
) -> Sequence[Shift]:
    query = select(SHIFT.c.body).where(SHIFT.c.since < until, SHIFT.c.until > since).order_by(SHIFT.c.since, SHIFT.c.id)
    if unit is not None:
        query = query.where(SHIFT.c.unit == unit)
    if user is not None:
        of_him = select(USER.c.id).where(USER.c.folded == fold(user)).scalar_subquery()
        query = query.where(or_(SHIFT.c.user == of_him, SHIFT.c.body.contains('"offered_to"')))
    with reading(store.engine) as connection:
        found = [_shift(row.body) for row in connection.execute(query.limit(LISTED_MOST + 1))]
    if len(found) > LISTED_MOST:
        raise UnitUnfit([Flaw("until", until.isoformat(), f"a span of at most {LISTED_MOST} shifts, or one unit")])
    return found if user is None else [one for one in found if user in (one.user, one.offered_to)]


def put(store: Store, shift: Shift, *, by: str) -> Shift:
    with writing(store.engine) as connection:
        return keep(connection, store, shift, by=by)


def keep(connection: Connection, store: Store, shift: Shift, *, by: str) -> Shift:
    """What `put` does, in the caller's transaction."""
    before = _seen(connection, shift.id, shift.version) if shift.id else None
    flaws = check_shift(shift, store.clock())
    user_id, name = _person(connection, shift.user)
    if user_id is None:
        flaws.append(Flaw("user", shown(shift.user), "the name of a staff account that is not switched off"))
    asked_id, asked = None, shift.offered_to
    if asked is not None:
        asked_id, asked = _person(connection, asked)
        if asked_id is None:
            flaws.append(Flaw("offered_to", shown(shift.offered_to), "the name of a staff account"))
    if not _takes_shifts(connection, shift.unit):
        flaws.append(Flaw("unit", shown(shift.unit), "the id of a unit that is in use"))
    of_all = select(func.count()).select_from(SHIFT).where(SHIFT.c.until > store.clock())
    if before is None and (connection.execute(of_all).scalar() or 0) >= SHIFTS_MOST:
        flaws.append(Flaw("id", "", f"at most {SHIFTS_MOST} shifts to come"))
    if flaws:
        raise UnitUnfit(flaws)
    since, until = shift.since.astimezone(UTC), shift.until.astimezone(UTC)
    fit = structs.replace(shift, user=name, offered_to=asked, since=since, until=until)
    elsewhere = at_two_places(fit, _others(connection, str(user_id), fit))
    if elsewhere is None and asked_id is not None and fit.accepted:
        elsewhere = at_two_places(structs.replace(fit, user=str(asked)), _others(connection, asked_id, fit))
    if elsewhere is not None:
        raise UnitUnfit([elsewhere])
    kept = structs.replace(fit, id=shift.id or store.new_id("h"), version=shift.version + 1 if before else 1)
    fields = changed(before, kept)
    if before is not None and not fields:
        return before
    row = {"id": kept.id, "unit": kept.unit, "user": user_id, "since": since, "until": until, "version": kept.version}
    row["body"] = msgspec.json.encode(kept).decode("utf-8")
    if before is None:
        connection.execute(insert(SHIFT).values(row))
    else:
        connection.execute(update(SHIFT).where(SHIFT.c.id == kept.id).values(row))
    write_notes(connection, [Note("shift", kept.id, fields)], by=by, at=store.clock())
    return kept


def remove(store: Store, shift_id: str, version: int, *, by: str) -> None:
    with writing(store.engine) as connection:
        _seen(connection, shift_id, version)
        connection.execute(delete(SHIFT).where(SHIFT.c.id == shift_id))
        write_notes(connection, [Note("shift", shift_id, ["removed"])], by=by, at=store.clock())


def forget(store: Store, before: datetime) -> int:
    """Erase some of the shifts that ended before a time, the oldest first; returns how many. No change row tells of
    it: that somebody had a shift is what is to be forgotten."""
    query = select(SHIFT.c.id).where(SHIFT.c.until < before).order_by(SHIFT.c.until).limit(FORGOTTEN_AT_ONCE)
    with writing(store.engine) as connection:
        ids = connection.execute(query).scalars().all()
        connection.execute(delete(SHIFT).where(SHIFT.c.id.in_(ids)))
    return len(ids)


# -- pieces -----------------------------------------------------------------------------------------------------------


def _person(connection: Connection, name: str) -> tuple[str | None, str]:
    """Return somebody's row, locked so that no second shift of his is written beside this one, and his name as it is
    written; None where there is no such account, or none that works."""
    query = select(USER.c.id, USER.c.name).where(USER.c.folded == fold(name), USER.c.disabled_at.is_(None))
    row = connection.execute(query.with_for_update()).first()
    return (None, name) if row is None else (row.id, row.name)


def _takes_shifts(connection: Connection, unit_id: str) -> bool:
    body = connection.execute(select(UNIT.c.body).where(UNIT.c.id == unit_id).with_for_update(read=True)).scalar()
    return body is not None and msgspec.json.decode(body, type=Unit).enabled


def _others(connection: Connection, user_id: str, shift: Shift) -> Sequence[tuple[Shift, str]]:
    query = (
        select(SHIFT.c.body, UNIT.c.body.label("unit_body"))
        .join(UNIT, UNIT.c.id == SHIFT.c.unit)
        .where(SHIFT.c.user == user_id, SHIFT.c.since < shift.until, SHIFT.c.until > shift.since)
        .order_by(SHIFT.c.since)
    )
    rows = connection.execute(query)
    return [(_shift(row.body), msgspec.json.decode(row.unit_body, type=Unit).call_sign) for row in rows]


def _seen(connection: Connection, shift_id: str, version: int) -> Shift:
    body = connection.execute(select(SHIFT.c.body).where(SHIFT.c.id == shift_id).with_for_update()).scalar()
    if body is None:
        raise NoSuchUnit(shift_id)
    now = _shift(body)
    if now.version != version:
        raise UnitChanged(now)
    return now


def _shift(body: str) -> Shift:
    return msgspec.json.decode(body, type=Shift)
