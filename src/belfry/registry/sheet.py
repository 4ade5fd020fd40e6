"""From a CSV file to drafts of accounts: every cell read by its column, every mistake told by row and column.

UTF-8 with or without a mark, separated by comma, semicolon or tab. An empty cell of a column that is there means the
default - but an empty `key` keeps the key that the account has, since dropping one would let a panel speak plain again.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from belfry.domain.site import Account
from belfry.registry.columns import COLUMNS, Unfit, is_ambiguous_key, nearest_column

FILE_MAX_BYTES: Final = 512_000_000
LISTED: Final = 200
"""Problems told one by one; the rest is a number."""
SHOWN: Final = 40

Identity = tuple[str | None, str | None, str]
"""Receiver, prefix, account number."""
KEEP: Final = object()
"""The value of a cell that changes nothing."""

_DEFAULTS: Final = {field.name: field.default for field in msgspec.structs.fields(Account)}


class Problem(Struct, frozen=True):
    """Why a cell or row cannot be used. `row` counts lines of the file, the header is 1; 0 means the file."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row else "file"
        return f"{where}, {self.column}: {self.reason}" if self.column else f"{where}: {self.reason}"


class Draft(Struct, frozen=True):
    """A row that was read: values in the order of `Sheet.fields`."""

    row: int
    identity: Identity
    values: tuple[object, ...]


class Sheet(Struct, frozen=True):
    """A file as read. With `problems` it must not be imported."""

    fields: tuple[str, ...]
    """Fields of Account that the file has a column for."""
    drafts: Sequence[Draft]
    problems: Sequence[Problem]
    warnings: Sequence[Problem]


def read_sheet(path: Path, receivers: Collection[str] = ()) -> Sheet:
    """Read a CSV file. `receivers` are the names in the settings: an account of another one is warned about."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        return _unreadable(f"{path} cannot be read: {error.strerror or error}")
    if len(content) > FILE_MAX_BYTES:
        return _unreadable(f"{path} is longer than {FILE_MAX_BYTES} bytes")
    try:
        return parse_sheet(content.decode("utf-8-sig"), receivers)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _unreadable(f"is not UTF-8 in line {line}; save it as CSV UTF-8")


def parse_sheet(content: str, receivers: Collection[str] = ()) -> Sheet:
    first = content.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    return _Reading(content, delimiter, receivers).sheet()


def _unreadable(reason: str) -> Sheet:
    return Sheet((), (), [Problem(0, "", reason)], ())


class _Reading:
    """One reading of one file; remembers identities, so that a second row of the same account is told."""

    def __init__(self, content: str, delimiter: str, receivers: Collection[str]) -> None:
        self.reader = csv.reader(StringIO(content, newline=""), delimiter=delimiter, strict=True)
        self.receivers = receivers
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.seen: dict[Identity, int] = {}
        self.strangers: dict[str, int] = {}
        self.ambiguous: list[int] = []

    def sheet(self) -> Sheet:
        header: Sequence[str] = ()
        drafts: list[Draft] = []
        for row, cells in self._rows():
            if not header:
                header = [cell.strip() for cell in cells]
                if not self._check_header(row, header):
                    break
            elif (draft := self._draft(row, header, cells)) is not None:
                drafts.append(draft)
        if not header:
            self.problems.append(Problem(0, "", "is empty; its first line names the columns, at least account"))
        self._warn()
        fields = tuple(COLUMNS[name].field for name in header if name in COLUMNS)
        return Sheet(fields, drafts, self.problems, self.warnings)

    def _rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Give the lines that are not blank, each with the number of its first line."""
        row = 1
        try:
            for cells in self.reader:
                if any(cells):
                    yield row, cells
                row = self.reader.line_num + 1
        except csv.Error as error:
            self.problems.append(Problem(row, "", f"is no CSV: {error}"))

    def _check_header(self, row: int, header: Sequence[str]) -> bool:
        if not COLUMNS.keys() & header:
            # Not shown: without its header line a file begins with data, which may hold a key.
            self.problems.append(Problem(row, "", f"names no column; the first line has some of {', '.join(COLUMNS)}"))
            return False
        for name in header:
            if name not in COLUMNS:
                self.problems.append(Problem(row, name[:SHOWN], f"unknown column{nearest_column(name)}"))
            elif header.count(name) > 1:
                self.problems.append(Problem(row, name, "this column is there twice"))
        if "account" not in header:
            self.problems.append(Problem(row, "account", "this column is missing"))
        if ("latitude" in header) != ("longitude" in header):
            self.problems.append(Problem(row, "latitude", "latitude and longitude are given together or not at all"))
        return not self.problems

    def _draft(self, row: int, header: Sequence[str], cells: Sequence[str]) -> Draft | None:
        if len(cells) != len(header):
            self.problems.append(Problem(row, "", f"has {len(cells)} cells, the header has {len(header)}"))
            return None
        before = len(self.problems)
        values = tuple(self._value(row, name, cell.strip()) for name, cell in zip(header, cells, strict=True))
        if len(self.problems) > before:
            return None
        given = dict(zip(header, values, strict=True))
        if (given.get("latitude") is None) != (given.get("longitude") is None):
            self.problems.append(Problem(row, "latitude", "latitude and longitude are given together or not at all"))
            return None
        identity = _identity(given)
        if (other := self.seen.setdefault(identity, row)) != row:
            self.problems.append(Problem(row, "account", f"{identity[2]!r} is in row {other} already"))
            return None
        return Draft(row, identity, values)

    def _value(self, row: int, name: str, cell: str) -> object:
        column = COLUMNS[name]
        if not cell:
            if name == "account":
                self.problems.append(Problem(row, name, "is empty"))
            return KEEP if column.secret else _DEFAULTS.get(column.field)
        try:
            value = column.read(cell)
        except Unfit as error:
            shown = "" if column.secret else f"{cell[:SHOWN]!r}{'...' if len(cell) > SHOWN else ''} "
            self.problems.append(Problem(row, name, f"{shown}{error}"))
            return None
        if name == "receiver" and self.receivers and cell not in self.receivers:
            self.strangers.setdefault(cell, row)
        elif name == "key" and is_ambiguous_key(cell):
            self.ambiguous.append(row)
        return value

    def _warn(self) -> None:
        for name, row in self.strangers.items():
            known = ", ".join(self.receivers)
            self.warnings.append(
                Problem(row, "receiver", f"{name[:SHOWN]!r} is not in the settings, which have {known}")
            )
        if self.ambiguous:
            count = len(self.ambiguous)
            reason = (
                f"32 hex digits are read as a key of 128 bits ({count} row{'s' if count > 1 else ''}); where the panel "
                "shows them as 32 characters of a 256-bit key write text: before them, else hex: to say so"
            )
            self.warnings.append(Problem(self.ambiguous[0], "key", reason))


def _identity(given: dict[str, object]) -> Identity:
    receiver, prefix, account = given.get("receiver"), given.get("prefix"), given["account"]
    return (
        receiver if isinstance(receiver, str) else None,
        prefix if isinstance(prefix, str) else None,
        str(account),
    )
