"""Who is dialled, and public holidays: what is kept for many sites at once."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select

from belfry.domain.flaws import Flaw, Flaws
from belfry.domain.marks import NOTHING, mark_of
from belfry.domain.polygon import box, holds
from belfry.domain.schedule_checks import check_calendar
from belfry.domain.schedules import Calendar
from belfry.domain.site import Account
from belfry.domain.site_checks import check_district
from belfry.domain.site_file import Agency, Response
from belfry.registry.errors import InUse, NoSuchCalendar, Outdated, Unfit
from belfry.registry.pieces import PIECES, read_pieces
from belfry.registry.site_tables import CALENDAR, DISTRICT, SCHEDULE
from belfry.registry.store import Note, Store, write_notes
from belfry.sql import reading, writing

DISTRICTS_MOST: Final = 10_000
OWN: Final = next(piece for piece in PIECES if piece.shape is Agency)
FIELDS: Final = ("id", "type", "name", "number", "permit", "response", "polygon")


def agencies_for(store: Store, account: Account) -> Sequence[Agency]:
    """The account's own first, then those of every polygon that holds it; none that has withdrawn its response."""
    with reading(store.engine) as connection:
        found = list(read_pieces(connection, OWN, [account.id]).get(account.id, ()))
        if account.latitude is not None and account.longitude is not None:
            found += _around(connection, account.latitude, account.longitude)
    return [agency for agency in found if agency.response is not Response.WITHDRAWN]


def read_districts(store: Store) -> Sequence[Agency]:
    with reading(store.engine) as connection:
        return _districts(connection)


def put_districts(store: Store, agencies: Sequence[Agency], *, by: str, seen: str | None = None) -> Sequence[Agency]:
    """Keep these agencies of districts, in place of all that were there; `seen` is the mark of those that were read,
    None whatever is there. Raises Outdated, Unfit."""
    with writing(store.engine) as connection:
        present = _districts(connection)
        if seen is not None and seen != mark_of(present):
            raise Outdated("districts")
        before = {agency.id: agency for agency in present}
        flaws = [
            msgspec.structs.replace(flaw, field=flaw.field.replace("agency", f"agencies[{n}]", 1))
            for n, agency in enumerate(agencies)
            for flaw in check_district(agency)
        ]
        flaws += [
            Flaw(f"agencies[{n}].id", repr(agency.id[:40]), "the id of one that is here, or none")
            for n, agency in enumerate(agencies)
            if agency.id and agency.id not in before
        ]
        once = Flaws()
        once.at_most("agencies", len(agencies), DISTRICTS_MOST)
        once.once("agencies", [agency.id for agency in agencies if agency.id])
        if flaws or once.found:
            raise Unfit([*once.found, *flaws])
        kept = [agency if agency.id else msgspec.structs.replace(agency, id=store.new_id("g")) for agency in agencies]
        connection.execute(delete(DISTRICT))
        if kept:
            connection.execute(insert(DISTRICT), [_row(agency, n) for n, agency in enumerate(kept)])
        write_notes(connection, _notes(before, {agency.id: agency for agency in kept}), by=by, at=store.clock())
    return kept


def read_calendars(store: Store) -> Sequence[Calendar]:
    with reading(store.engine) as connection:
        rows = connection.execute(select(CALENDAR).order_by(CALENDAR.c.name)).all()
    return [Calendar(name=row.name, days=tuple(map(date.fromisoformat, row.days))) for row in rows]


def read_holidays(store: Store, names: Collection[str]) -> frozenset[date]:
    """The public holidays of some calendars together."""
    with reading(store.engine) as connection:
        rows = connection.scalars(select(CALENDAR.c.days).where(CALENDAR.c.name.in_(names)))
        return frozenset(date.fromisoformat(day) for days in rows for day in days)


def put_calendar(store: Store, calendar: Calendar, *, by: str, seen: str | None = None) -> Calendar:
    """Keep public holidays under their name; `seen` is the mark of those that were read, NOTHING where there were none,
    None whatever is there. Raises Outdated, Unfit."""
    flaws = Flaws()
    check_calendar(calendar, flaws)
    if flaws.found:
        raise Unfit(flaws.found)
    kept = msgspec.structs.replace(calendar, days=tuple(sorted(calendar.days)))
    with writing(store.engine) as connection:
        before = _calendar(connection, calendar.name)
        _refuse_outdated(before, seen, calendar.name)
        if before == kept:
            return kept
        connection.execute(delete(CALENDAR).where(CALENDAR.c.name == kept.name))
        days = tuple(day.isoformat() for day in kept.days)
        connection.execute(insert(CALENDAR).values(name=kept.name, days=days))
        note = Note("calendar", kept.name, ["added"] if before is None else ["days"])
        write_notes(connection, [note], by=by, at=store.clock())
    return kept


def remove_calendar(store: Store, name: str, *, by: str, seen: str | None = None) -> None:
    """Raises NoSuchCalendar, Outdated, and InUse while a schedule names it: its holidays would silently be none."""
    with writing(store.engine) as connection:
        before = _calendar(connection, name)
        if before is None:
            raise NoSuchCalendar(name)
        _refuse_outdated(before, seen, name)
        naming = select(func.count()).select_from(SCHEDULE).where(SCHEDULE.c.holidays == name)
        if (schedules := connection.scalar(naming) or 0) > 0:
            raise InUse(name, schedules)
        connection.execute(delete(CALENDAR).where(CALENDAR.c.name == name))
        write_notes(connection, [Note("calendar", name, ["removed"])], by=by, at=store.clock())


def _refuse_outdated(present: Calendar | None, seen: str | None, name: str) -> None:
    if seen is not None and seen != (NOTHING if present is None else mark_of(present)):
        raise Outdated(f"days of {name!r}")


def _calendar(connection: Connection, name: str) -> Calendar | None:
    row = connection.execute(select(CALENDAR).where(CALENDAR.c.name == name)).one_or_none()
    return None if row is None else Calendar(name=row.name, days=tuple(map(date.fromisoformat, row.days)))


def _districts(connection: Connection) -> list[Agency]:
    rows = connection.execute(select(DISTRICT).order_by(DISTRICT.c.position, DISTRICT.c.id))
    return [_agency(row) for row in rows]


def _around(connection: Connection, latitude: float, longitude: float) -> Sequence[Agency]:
    inside_box = (
        DISTRICT.c.south <= latitude,
        DISTRICT.c.north >= latitude,
        DISTRICT.c.west <= longitude,
        DISTRICT.c.east >= longitude,
    )
    rows = connection.execute(select(DISTRICT).where(*inside_box).order_by(DISTRICT.c.position, DISTRICT.c.id))
    return [agency for agency in map(_agency, rows) if holds(agency.polygon, latitude, longitude)]


def _agency(row: Row[Any]) -> Agency:
    return Agency(**{name: getattr(row, name) for name in FIELDS})


def _row(agency: Agency, position: int) -> dict[str, Any]:
    south, north, west, east = box(agency.polygon)
    places = {"position": position, "south": south, "north": north, "west": west, "east": east}
    return {name: getattr(agency, name) for name in FIELDS} | places


def _notes(before: dict[str, Agency], after: dict[str, Agency]) -> Sequence[Note]:
    notes = [Note("district", key, ["removed"]) for key in before if key not in after]
    places = {key: place for place, key in enumerate(key for key in before if key in after)}
    kept = {key: place for place, key in enumerate(key for key in after if key in before)}
    for key, agency in after.items():
        was = before.get(key)
        fields = ["added"] if was is None else [n for n in FIELDS if getattr(was, n) != getattr(agency, n)]
        if was is not None and places[key] != kept[key]:
            fields.append("position")  # who is dialled first
        if fields:
            notes.append(Note("district", key, fields))
    return notes
