"""The pieces of a site and their rows: one line a table, and nobody else names a column of them.

`Pen` gathers what has to be written for any number of sites and writes it table by table, so that an import of a
hundred thousand is as many statements as an edit of one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, Table, bindparam, delete, insert, select

from belfry.domain.contacts import Contact
from belfry.domain.phone import digits_of
from belfry.domain.premises import Area, CodeRule, SiteParts, TransmissionPath, Zone
from belfry.domain.schedules import Schedule
from belfry.domain.site_file import Agency, SiteDetails, SiteFile
from belfry.registry import site_tables as tables
from belfry.registry.store import Note

IDS_PER_QUERY: Final = 500


@dataclass(frozen=True, slots=True)
class Piece:
    """One collection of a site. `name` as in SiteChange, `key` tells a piece from the others of its site."""

    name: str
    table: Table
    shape: type[Any]
    key: Callable[[Any], str]
    in_parts: bool = True

    @property
    def columns(self) -> Sequence[str]:
        return [column.name for column in self.table.columns if column.name not in {"account_id", "key", "position"}]

    def of(self, file: SiteFile) -> Sequence[Any]:
        found: Sequence[Any] = getattr(file.parts if self.in_parts else file, self.name)
        return found

    def keyed(self, file: SiteFile | None) -> Mapping[str, Any]:
        return {} if file is None else {self.key(one): one for one in self.of(file)}


def zone_key(zone: Zone) -> str:
    return f"{zone.area or ''}/{zone.number}"


def rule_key(rule: CodeRule) -> str:
    return f"{rule.wire}/{rule.code}/{rule.area or ''}/{rule.zone or ''}"


PIECES: Final = (
    Piece("areas", tables.AREA, Area, lambda area: area.number),
    Piece("zones", tables.ZONE, Zone, zone_key),
    Piece("paths", tables.PATH, TransmissionPath, lambda path: path.name),
    Piece("codes", tables.CODE_RULE, CodeRule, rule_key),
    Piece("schedules", tables.SCHEDULE, Schedule, lambda schedule: schedule.id),
    Piece("contacts", tables.CONTACT, Contact, lambda contact: contact.id, in_parts=False),
    Piece("agencies", tables.AGENCY, Agency, lambda agency: agency.id, in_parts=False),
)
IN_MEMORY: Final = tuple(piece for piece in PIECES if piece.in_parts)

DETAILS: Final = tuple(column.name for column in tables.DETAIL.columns if column.name != "account_id")


# -- reading ----------------------------------------------------------------------------------------------------------


def read_pieces(connection: Connection, piece: Piece, ids: Sequence[str] | None) -> Mapping[str, list[Any]]:
    """Return a collection of these accounts, in its order, or of all accounts; one that has none is absent."""
    columns = piece.columns
    query = select(piece.table.c.account_id, *(piece.table.c[name] for name in columns))
    found: dict[str, list[Any]] = {}
    for row in _of_accounts(connection, query.order_by(piece.table.c.account_id, piece.table.c.position), ids):
        values: dict[str, Any] = dict(zip(columns, row[1:], strict=True))
        found.setdefault(row[0], []).append(piece.shape(**values))
    return found


def read_details(connection: Connection, ids: Sequence[str]) -> Mapping[str, SiteDetails]:
    query = select(tables.DETAIL.c.account_id, *(tables.DETAIL.c[name] for name in DETAILS))
    return {
        row[0]: SiteDetails(**dict(zip(DETAILS, row[1:], strict=True))) for row in _of_accounts(connection, query, ids)
    }


def read_parents(connection: Connection, ids: Sequence[str] | None) -> Mapping[str, str]:
    """Return the site that an account is part of, of those that are part of one; `ids` None: of all."""
    query = select(tables.DETAIL.c.account_id, tables.DETAIL.c.parent).where(tables.DETAIL.c.parent.is_not(None))
    rows: Iterable[Row[Any]] = _of_accounts(connection, query, ids)
    return {row._mapping["account_id"]: row._mapping["parent"] for row in rows}


def read_parts(connection: Connection, ids: Sequence[str] | None) -> Mapping[str, SiteParts]:
    """Return the parts of those of the accounts that have any; `ids` None: of all."""
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    for piece in IN_MEMORY:
        for account_id, some in read_pieces(connection, piece, ids).items():
            found.setdefault(account_id, {})[piece.name] = tuple(some)
    return {account_id: SiteParts(**values) for account_id, values in found.items()}


def _of_accounts(connection: Connection, query: Any, ids: Sequence[str] | None) -> Iterable[Row[Any]]:
    if ids is None:
        yield from connection.execute(query)
        return
    account_id = query.selected_columns[0]
    for at in range(0, len(ids), IDS_PER_QUERY):
        yield from connection.execute(query.where(account_id.in_(ids[at : at + IDS_PER_QUERY])))


# -- writing ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Pen:
    """What is to be written beside the accounts themselves. `put` for each site, then `write` once.

    Raises KeyError where two pieces of one collection share a key: the caller checked that.
    """

    _gone: dict[Table, list[dict[str, str]]] = field(default_factory=dict)
    _rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)

    def put(self, before: SiteFile | None, after: SiteFile) -> Sequence[Note]:
        """Take down how a site changes, `before` None for a new one; returns what to note of it.

        Of a new one nothing: that it was added says it of all its pieces.
        """
        notes = list(self._put_details(before, after))
        for piece in PIECES:
            notes += self._put_piece(piece, before, after)
        if any(note.table in {"contact", "detail"} for note in notes):
            self._put_phones(before, after)
        return () if before is None else notes

    @property
    def gone(self) -> Mapping[Table, Sequence[Mapping[str, Any]]]:
        """What goes, by the columns that find it; before what comes."""
        return self._gone

    @property
    def rows(self) -> Mapping[Table, Sequence[Mapping[str, Any]]]:
        """What comes, whole rows."""
        return self._rows

    def write(self, connection: Connection) -> None:
        for table, gone in self._gone.items():
            keys = [name for name in ("account_id", "key") if name in gone[0]]
            matching = [table.c[name] == bindparam(f"old_{name}") for name in keys]
            connection.execute(
                delete(table).where(*matching), [{f"old_{name}": row[name] for name in keys} for row in gone]
            )
        for table, rows in self._rows.items():
            connection.execute(insert(table), rows)

    def _put_details(self, before: SiteFile | None, after: SiteFile) -> Iterable[Note]:
        account_id = after.account.id
        was = SiteDetails() if before is None else before.details
        fields = tuple(name for name in DETAILS if getattr(was, name) != getattr(after.details, name))
        if fields:
            if before is not None:
                self._gone.setdefault(tables.DETAIL, []).append({"account_id": account_id})
            values = {name: getattr(after.details, name) for name in DETAILS}
            self._rows.setdefault(tables.DETAIL, []).append({"account_id": account_id, **values})
            yield Note("detail", account_id, fields)

    def _put_piece(self, piece: Piece, before: SiteFile | None, after: SiteFile) -> Sequence[Note]:
        account_id, columns = after.account.id, piece.columns
        old, new = piece.keyed(before), piece.keyed(after)
        places = {key: position for position, key in enumerate(old)}
        notes = [Note(piece.table.name, key, ("removed",)) for key in old if key not in new]
        gone = self._gone.setdefault(piece.table, []) if old.keys() - new.keys() else []
        gone += [{"account_id": account_id, "key": key} for key in old if key not in new]
        for position, (key, value) in enumerate(new.items()):
            was = old.get(key)
            moved = was is not None and places[key] != position
            fields = ("added",) if was is None else _differences(was, value, columns)
            if was is not None and (fields or moved):
                self._gone.setdefault(piece.table, []).append({"account_id": account_id, "key": key})
            if fields or moved:
                row = {"account_id": account_id, "key": key, "position": position}
                self._rows.setdefault(piece.table, []).append(row | {name: getattr(value, name) for name in columns})
                notes.append(Note(piece.table.name, key, fields or ("position",)))
        return notes

    def _put_phones(self, before: SiteFile | None, after: SiteFile) -> None:
        account_id = after.account.id
        if before is not None:
            self._gone.setdefault(tables.PHONE, []).append({"account_id": account_id})
        numbers = [("", one.number) for one in after.details.premises]
        numbers += [(contact.id, one.number) for contact in after.contacts for one in contact.numbers]
        self._rows.setdefault(tables.PHONE, []).extend(
            {"account_id": account_id, "key": f"{of}/{n}", "position": n, "digits_backwards": digits[::-1]}
            for n, (of, number) in enumerate(numbers)
            if (digits := digits_of(number))
        )
        if not self._rows[tables.PHONE]:
            del self._rows[tables.PHONE]


def _differences(before: Any, after: Any, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in columns if getattr(before, name) != getattr(after, name))


def bare(file: SiteFile) -> SiteFile:
    """Return a file without what is not stored in its pieces: whether there are words."""
    contacts = tuple(msgspec.structs.replace(one, has_word=False, has_duress=False) for one in file.contacts)
    return msgspec.structs.replace(
        file, contacts=contacts, details=msgspec.structs.replace(file.details, has_access_code=False)
    )
