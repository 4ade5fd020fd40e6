"""Sheets out: what `bring` reads back to the same. Without keys unless asked, and never with a word or a code.

A CSV file is for spreadsheets, so nothing in it runs as a formula (`sheets.plain`); a JSON one is for programs and has
the same columns, its texts as they are. A thousand accounts are in memory at a time.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import Any, Final

import msgspec
from msgspec.structs import asdict
from sqlalchemy import Connection

from belfry.domain.contacts import Contact, Number
from belfry.domain.schedules import Interval, OpeningWindow, Schedule
from belfry.domain.site_file import SiteFile
from belfry.ports.sheets import SheetForm, SheetKind
from belfry.registry.columns import Column
from belfry.registry.sheets.forms import FORMS
from belfry.registry.sheets.plain import marked
from belfry.registry.sheets.stored import PIECE, Line, files_of, lines
from belfry.registry.store import Note, Store, write_notes
from belfry.sql import reading, writing

AT_ONCE: Final = 1_000
BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something else."""

Values = Mapping[str, Any]
"""Of one row, by field."""


def export(
    store: Store,
    kind: SheetKind,
    form: SheetForm = SheetForm.CSV,
    *,
    tenants: frozenset[str] | None = None,
    with_keys: bool = False,
) -> Iterator[bytes]:
    """Give a sheet in pieces, whole rows each. `tenants` None: of all; else names of tenants, and ids of accounts."""
    columns = {name: column for name, column in FORMS[kind].columns.items() if with_keys or not column.secret}
    write = _csv if form is SheetForm.CSV else _json
    with reading(store.engine) as connection:
        yield from write(kind, columns, _rows(connection, kind, tenants))


def note_keys(store: Store, *, by: str) -> None:
    """Write down that keys were exported, before the first of them leaves."""
    with writing(store.engine) as connection:
        write_notes(connection, [Note("export", "accounts", ["keys"])], by=by, at=store.clock())


def _rows(connection: Connection, kind: SheetKind, tenants: frozenset[str] | None) -> Iterator[Values]:
    known = {line.id: line for line in lines(connection)}
    ids = iter([line.id for line in known.values() if line.visible(tenants)])
    of_site = _Rows(known)
    while some := list(islice(ids, AT_ONCE)):
        files = files_of(connection, some, {kind})
        for account_id in some:
            file = files[account_id]
            whose = {"account": file.account.account, "receiver": file.account.receiver, "prefix": file.account.prefix}
            for row in of_site.of(kind, file):
                yield {**whose, **row}


# -- CSV and JSON -----------------------------------------------------------------------------------------------------


def _csv(_: SheetKind, columns: Mapping[str, Column], rows: Iterable[Values]) -> Iterator[bytes]:
    cells = [(column.field, column.write) for column in columns.values()]
    text = StringIO(newline="")
    writer = csv.writer(text)
    text.write(BYTE_ORDER_MARK)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_marked_cell(row.get(field), write) for field, write in cells])
        if text.tell() > 65_536:
            yield text.getvalue().encode("utf-8")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8")


def _marked_cell(value: Any, write: Callable[[Any], str]) -> str:
    if value is None:
        return ""
    return write(value) if isinstance(value, (bool, int, float)) else marked(write(value))


def _json(kind: SheetKind, columns: Mapping[str, Column], rows: Iterable[Values]) -> Iterator[bytes]:
    yield b'{"kind":%s,"rows":[' % msgspec.json.encode(kind)
    between = b"\n"
    for row in rows:
        told = {name: _plain(row.get(column.field), column.write) for name, column in columns.items()}
        yield between + msgspec.json.encode(told)
        between = b",\n"
    yield b"\n]}\n"


def _plain(value: Any, write: Callable[[Any], str]) -> Any:
    """What JSON has a shape for stays so; times of the day are whole numbers with a text of their own."""
    if value is None or isinstance(value, (bool, float)):
        return value
    text = write(value)
    return value if isinstance(value, int) and text == str(value) else text


# -- rows of a site ---------------------------------------------------------------------------------------------------


class _Rows:
    """Turns sites into the rows of a kind; `known` finds accounts that others name."""

    def __init__(self, known: Mapping[str, Line]) -> None:
        self._known = known

    def of(self, kind: SheetKind, file: SiteFile) -> Iterable[Values]:
        match kind:
            case SheetKind.ACCOUNTS:
                return [asdict(file.account)]
            case SheetKind.DETAILS:
                return self._details(file)
            case SheetKind.CONTACTS:
                return map(_contact, file.contacts)
            case SheetKind.SCHEDULES:
                return _schedules(file.parts.schedules)
            case SheetKind.AREAS:
                return [{**asdict(area), **self._named("sub", area.sub_account)} for area in file.parts.areas]
            case _:
                return map(asdict, PIECE[kind].of(file))

    def _details(self, file: SiteFile) -> Iterable[Values]:
        details = asdict(file.details)
        if file.details != type(file.details)():
            yield {**details, **self._named("parent", file.details.parent), **_phones(file.details.premises)}

    def _named(self, before: str, account_id: str | None) -> Values:
        """The columns that name another account."""
        line = None if account_id is None else self._known.get(account_id)
        name = "sub_account" if before == "sub" else before
        if line is None:
            return {name: None}
        return {name: line.account, f"{before}_receiver": line.receiver, f"{before}_prefix": line.prefix}


def _contact(contact: Contact) -> Values:
    return {**asdict(contact), **_phones(contact.numbers)}


def _phones(numbers: Sequence[Number]) -> Values:
    found: dict[str, Any] = {}
    for n, one in enumerate(numbers, 1):
        found[f"phone_{n}"] = one.number
        found[f"phone_{n}_label"] = one.label
        if one.texts:
            found[f"phone_{n}_texts"] = True
    return found


def _schedules(schedules: Sequence[Schedule]) -> Iterator[Values]:
    copies: Counter[tuple[Any, ...]] = Counter()
    for one in schedules:
        named: dict[str, Any] = {
            "name": one.name,
            "kind": one.kind,
            "area": one.area,
            "point": one.point,
            "holidays": one.holidays,
        }
        key = (one.name, one.kind, one.area, one.point)
        copies[key] += 1
        if copies[key] > 1:
            named["copy"] = copies[key]
        some = [*_windows(one.openings, one.intervals)]
        for exception in one.exceptions:
            days = {"first": exception.first, "last": exception.last, "label": exception.label}
            some += [days | window for window in _windows(exception.openings, exception.intervals)] or [days]
        for row in some or [{}]:
            yield named | row


def _windows(openings: Sequence[OpeningWindow], intervals: Sequence[Interval]) -> list[dict[str, Any]]:
    return [*map(asdict, openings), *map(asdict, intervals)]
