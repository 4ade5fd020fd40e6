"""The door for sheets: tables of accounts, zones, contacts and the like that come from elsewhere and go elsewhere.

A sheet is CSV or JSON with one row for each thing. Bringing one in has two steps: `check` tells what would happen,
`apply` makes exactly that happen or nothing. Pass-words, duress words and access codes are in no sheet.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

ROWS_MOST: Final = 1_000_000
"""Rows of one import, over all of its sheets."""


class SheetKind(StrEnum):
    """What the rows of a sheet are, in the order in which several sheets are brought in together."""

    ACCOUNTS = "accounts"
    DETAILS = "details"
    AREAS = "areas"
    ZONES = "zones"
    PATHS = "paths"
    CODES = "codes"
    CONTACTS = "contacts"
    SCHEDULES = "schedules"
    AGENCIES = "agencies"


class SheetForm(StrEnum):
    CSV = "csv"
    JSON = "json"


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why a cell or row cannot be used. `row` counts lines of a CSV file, whose header is 1, or objects of a JSON one;
    0 means the file. `file` where there are several."""

    row: int
    column: str
    reason: str
    file: str = ""

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row else "file"
        where = f"{self.file}, {where}" if self.file else where
        return f"{where}, {self.column}: {self.reason}" if self.column else f"{where}: {self.reason}"


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import did, or with `dry_run` would do. With problems nothing was written."""

    rows: int
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    accounts: int = 0
    """Accounts that were added or of which something changes."""
    dry_run: bool = False
    problems: Sequence[Problem] = ()
    more_problems: int = 0
    """Problems beyond the first 200, which `problems` lists."""
    warnings: Sequence[Problem] = ()
    more_warnings: int = 0
    outcome: str = ""
    """A digest of everything that changes. Two dry runs with the same one would do the same."""

    @property
    def ok(self) -> bool:
        return not self.problems


class ColumnMatch(Struct, frozen=True, kw_only=True):
    """What a column of a foreign sheet is taken for."""

    header: str
    column: str | None = None
    """Ours; None: it is not taken."""
    likeness: float = 0.0
    """Of a proposal: 0 to 1. 1: it is called so, or the profile says it."""
    samples: Sequence[str] = ()
    """The first few cells of it; none of a column that may hold a secret."""


class Upload(Struct, frozen=True, kw_only=True):
    """A sheet as it came. `columns` maps its headers to our columns, None to none; it goes above the profile."""

    kind: SheetKind
    content: bytes
    name: str = ""
    profile: str | None = None
    columns: Mapping[str, str | None] | None = None
    replace: bool = False
    """Of each account that the sheet names, what the sheet does not have is taken away (not: accounts)."""


class Checked(Struct, frozen=True, kw_only=True):
    """A dry run, and how the columns were understood."""

    report: ImportReport
    columns: Sequence[ColumnMatch] = ()


class ProfileName(Struct, frozen=True, kw_only=True):
    name: str
    about: str
    kinds: Sequence[SheetKind]


class SheetsRefused(ValueError):
    """Something was asked that there is not, such as a profile; the message says what there is."""


class OutcomeDiffers(Exception):
    """The registry changed since the dry run, and the same sheet would do something else now. Nothing was written."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__("the registry changed since the dry run: look at what would happen now")
        self.report = report


class Sheets(Protocol):
    """Sheets in and out. `tenants` None: of all; else names of tenants, and no other account is seen or changed."""

    async def profiles(self) -> Sequence[ProfileName]: ...

    def columns(self, kind: SheetKind) -> Sequence[str]:
        """Our columns of a kind, in their order."""
        ...

    async def check(self, upload: Upload, *, tenants: frozenset[str] | None) -> Checked:
        """Tell what would happen. Columns that nobody mapped are proposed and used as proposed.

        Raises SheetsRefused.
        """
        ...

    async def apply(self, upload: Upload, *, tenants: frozenset[str] | None, expect: str, by: str) -> ImportReport:
        """Bring a sheet in, whole. Raises OutcomeDiffers where the outcome is not `expect` any more."""
        ...

    async def export(self, kind: SheetKind, form: SheetForm, *, tenants: frozenset[str] | None) -> Sequence[bytes]:
        """A sheet that `check` and `apply` understand, in pieces; without keys, words and codes."""
        ...
