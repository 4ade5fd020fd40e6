"""From a file to drafts: every cell read by its column, every mistake told by row and column.

CSV (UTF-8 with or without a mark, comma, semicolon, tab or bar between cells) or JSON (a list of flat objects). An
empty cell of a column that is there means the default - but an empty `key` keeps the key that the account has, since
dropping one would let a panel speak plain again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from belfry.ports.sheets import ROWS_MOST, Problem, SheetKind
from belfry.registry.columns import Column, Unfit, is_ambiguous_key, nearest_column
from belfry.registry.sheets.forms import FORMS, Form
from belfry.registry.sheets.rows import NotRows, Rows, Translate, rows_of

FILE_MAX_BYTES: Final = 512_000_000
LISTED: Final = 200
"""Problems told one by one, and as many warnings; the rest is a number."""
SHOWN: Final = 40

Identity = tuple[str | None, str | None, str]
"""Receiver, prefix, account number."""
KEEP: Final = object()
"""The value of a cell that changes nothing."""


class Draft(Struct, frozen=True, gc=False):
    """A row that was read: values in the order of `Sheet.fields`."""

    row: int
    identity: Identity
    values: tuple[Any, ...]


class Sheet(Struct, frozen=True, kw_only=True):
    """A file as read. With `problems` it must not be imported."""

    kind: SheetKind = SheetKind.ACCOUNTS
    fields: tuple[str, ...] = ()
    """Fields that the file has a column for."""
    drafts: Sequence[Draft] = ()
    rows: int = 0
    """As many as were read, those with problems among them."""
    problems: Sequence[Problem] = ()
    more_problems: int = 0
    warnings: Sequence[Problem] = ()
    more_warnings: int = 0
    name: str = ""
    """Of the file, where several are brought in together."""

    def given(self, draft: Draft) -> dict[str, Any]:
        """Return the values of a row by field, without those that change nothing."""
        pairs = zip(self.fields, draft.values, strict=True)
        return {field: value for field, value in pairs if value is not KEEP}


def read_sheet(
    path: Path,
    receivers: Collection[str] = (),
    *,
    kind: SheetKind = SheetKind.ACCOUNTS,
    translate: Translate | None = None,
) -> Sheet:
    """Read a file. `receivers` are the names in the settings: an account of another one is warned about."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        return _unreadable(kind, f"{path} cannot be read: {error.strerror or error}")
    if len(content) > FILE_MAX_BYTES:
        return _unreadable(kind, f"{path} is longer than {FILE_MAX_BYTES} bytes")
    return parse_sheet(content, receivers, kind=kind, translate=translate, name=path.name)


def parse_sheet(
    content: str | bytes,
    receivers: Collection[str] = (),
    *,
    kind: SheetKind = SheetKind.ACCOUNTS,
    translate: Translate | None = None,
    name: str = "",
) -> Sheet:
    """Read a file's content. `translate` turns the columns of another system into ours (`sheets.profiles`)."""
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    return _Reading(FORMS[kind], receivers, name).sheet(raw, translate)


def _unreadable(kind: SheetKind, reason: str) -> Sheet:
    return Sheet(kind=kind, problems=[Problem(0, "", reason)])


class Told:
    """Problems or warnings: the first ones, and how many more."""

    def __init__(self) -> None:
        self.first: list[Problem] = []
        self.more = 0

    def add(self, row: int, column: str, reason: str, file: str = "") -> None:
        if len(self.first) < LISTED:
            self.first.append(Problem(row, column, reason, file))
        else:
            self.more += 1

    def take_over(self, problems: Sequence[Problem], more: int, file: str) -> None:
        """Add those of one of several files."""
        for one in problems:
            self.add(one.row, one.column, one.reason, file)
        self.more += more

    def __len__(self) -> int:
        return len(self.first) + self.more


class _Reading:
    """One reading of one file; remembers keys, so that a second row of the same thing is told."""

    def __init__(self, form: Form, receivers: Collection[str], name: str) -> None:
        self.form, self.receivers, self.name = form, receivers, name
        self.problems, self.warnings = Told(), Told()
        self.seen: dict[tuple[Any, ...], int] = {}
        self.strangers: dict[str, int] = {}
        self.ambiguous: list[int] = []
        self.called: Mapping[str, str] = {}
        self.header: Sequence[str] = ()
        self.rows = 0
        self._readers: Sequence[_Cell] = ()
        self._key: Callable[[Sequence[Any]], tuple[Any, ...]] = tuple
        self._identity: Callable[[Sequence[Any]], Identity] = lambda values: (None, None, str(values[0]))

    def sheet(self, raw: bytes, translate: Translate | None) -> Sheet:
        drafts: list[Draft] = []
        try:
            rows = rows_of(raw, translate)
            header = rows.header
            self.called = rows.called
            if not header and rows.may_be_empty:
                pass
            elif not header:
                self._problem(0, "", f"is empty; its first line names the columns, at least {self.form.must[0]}")
            elif self._check_header(rows.header_row, header):
                self._begin(header)
                self._read(rows, drafts)
        except NotRows as error:
            self._problem(error.row, error.column, error.reason)
        self._warn()
        return Sheet(
            kind=self.form.kind,
            fields=tuple(self.form.columns[name].field for name in self.header),
            drafts=drafts,
            rows=self.rows,
            problems=self.problems.first,
            more_problems=self.problems.more,
            warnings=self.warnings.first,
            more_warnings=self.warnings.more,
            name=self.name,
        )

    def _read(self, rows: Rows, drafts: list[Draft]) -> None:
        for count, (row, cells) in enumerate(rows):
            if count == ROWS_MOST:
                self._problem(row, "", f"is row {ROWS_MOST + 1}; at most {ROWS_MOST} are read at once")
                return
            self.rows += 1
            draft = self._draft(row, cells)
            if draft is not None:
                drafts.append(draft)

    def _check_header(self, row: int, header: Sequence[str]) -> bool:
        columns = self.form.columns
        if not columns.keys() & set(header):
            # Not shown: without its header line a file begins with data, which may hold a key.
            self._problem(row, "", f"names no column; the first line has some of {', '.join(columns)}")
            return False
        for name in header:
            if name not in columns:
                self._problem(row, name[:SHOWN], f"unknown column{nearest_column(name, columns)}")
            elif header.count(name) > 1:
                self._problem(row, name, "this column is there twice")
        for name in self.form.must:
            if name not in header:
                self._problem(row, name, "this column is missing")
        if self.form.kind is SheetKind.ACCOUNTS and ("latitude" in header) != ("longitude" in header):
            self._problem(row, "latitude", "latitude and longitude are given together or not at all")
        return not self.problems

    def _begin(self, header: Sequence[str]) -> None:
        self.header = header
        must = set(self.form.must)
        self._readers = [_cell(name, self.form, name in must) for name in header]
        fields = [self.form.columns[name].field for name in header]
        at = {field: n for n, field in enumerate(fields)}
        receiver, prefix, account = at.get("receiver"), at.get("prefix"), at["account"]

        def identity(values: Sequence[Any]) -> Identity:
            return (
                None if receiver is None else values[receiver] or None,
                None if prefix is None else values[prefix] or None,
                values[account],
            )

        places = [at[field] for field in self.form.key if field in at]
        self._identity = identity
        self._key = lambda values: tuple([values[place] for place in places])

    def _draft(self, row: int, cells: Sequence[str]) -> Draft | None:
        if len(cells) != len(self.header):
            self._problem(row, "", f"has {len(cells)} cells, the header has {len(self.header)}")
            return None
        before = len(self.problems)
        values = tuple(
            [
                self._empty(row, cell) if not text else self._value(row, cell, text)
                for cell, text in zip(self._readers, cells, strict=True)
            ]
        )
        if len(self.problems) > before:
            return None
        identity = self._identity(values)
        if self._check_row(row, values) and self._check_twice(row, identity, values):
            return Draft(row, identity, values)
        return None

    def _check_row(self, row: int, values: Sequence[Any]) -> bool:
        given = {cell.field: value for cell, value in zip(self._readers, values, strict=True) if value is not KEEP}
        good = True
        for column, reason in self.form.check(given):
            good = False
            self._problem(row, column, reason)
        for column, reason in self.form.warn(given):
            self._warning(row, column, reason)
        return good

    def _check_twice(self, row: int, identity: Identity, values: Sequence[Any]) -> bool:
        if self.form.repeats:
            return True
        key = (*identity, *self._key(values)) if self.form.key else identity
        if (other := self.seen.setdefault(key, row)) == row:
            return True
        shown = " ".join(repr(part) for part in key[2:] if part is not None)
        self._problem(row, self.form.must[-1], f"{shown} is in row {other} already")
        return False

    def _empty(self, row: int, cell: "_Cell") -> object:
        if cell.must:
            self._problem(row, cell.name, "is empty")
        return cell.empty

    def _value(self, row: int, cell: "_Cell", text: str) -> object:
        try:
            value = cell.read(text)
        except Unfit as error:
            shown = "" if cell.secret else f"{text[:SHOWN]!r}{'...' if len(text) > SHOWN else ''} "
            self._problem(row, cell.name, f"{shown}{error}")
            return None
        if cell.name == "receiver" and self.receivers and text not in self.receivers:
            self.strangers.setdefault(text, row)
        elif cell.name == "key" and is_ambiguous_key(text):
            self.ambiguous.append(row)
        return value

    def _problem(self, row: int, column: str, reason: str) -> None:
        self.problems.add(row, self._as_called(column), reason)

    def _warning(self, row: int, column: str, reason: str) -> None:
        self.warnings.add(row, self._as_called(column), reason)

    def _as_called(self, column: str) -> str:
        """Name a column as the file does."""
        return self.called.get(column, column)[:SHOWN]

    def _warn(self) -> None:
        for name, row in self.strangers.items():
            known = ", ".join(self.receivers)
            self._warning(row, "receiver", f"{name[:SHOWN]!r} is not in the settings, which have {known}")
        if self.ambiguous:
            count = len(self.ambiguous)
            reason = (
                f"32 hex digits are read as a key of 128 bits ({count} row{'s' if count > 1 else ''}); where the panel "
                "shows them as 32 characters of a 256-bit key write text: before them, else hex: to say so"
            )
            self._warning(self.ambiguous[0], "key", reason)


class _Cell(Struct, frozen=True):
    """A column of the file at hand: what reads its cells, and what an empty one means."""

    name: str
    field: str
    read: Callable[[str], object]
    empty: Any
    must: bool
    secret: bool


def _cell(name: str, form: Form, must: bool) -> _Cell:
    column: Column = form.columns[name]
    empty = KEEP if column.secret else form.defaults.get(column.field)
    return _Cell(name, column.field, column.read, empty, must, column.secret)
