"""What is told of sheets that come in."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from belfry.ports.sheets import SheetKind


class SheetKindView(Struct, frozen=True, kw_only=True):
    """A kind of sheet and its columns, in their order."""

    kind: SheetKind
    columns: Sequence[str]


class ProfileView(Struct, frozen=True, kw_only=True):
    """How another system writes its files."""

    name: str
    about: str
    kinds: Sequence[SheetKind]


class ImportChoices(Struct, frozen=True, kw_only=True):
    kinds: Sequence[SheetKindView]
    profiles: Sequence[ProfileView]
    most_bytes: int


class ColumnView(Struct, frozen=True, kw_only=True):
    """What a column of the file is taken for; `column` null: it is not taken. `likeness` 1: nobody had to guess."""

    header: str
    column: str | None
    likeness: float
    samples: Sequence[str]


class ProblemView(Struct, frozen=True, kw_only=True):
    """Row 0 is the file as a whole."""

    row: int
    column: str
    reason: str


class ImportView(Struct, frozen=True, kw_only=True):
    """What an import would do, or with `applied` did. With problems it does nothing."""

    id: str
    kind: SheetKind
    name: str
    profile: str | None
    replace: bool
    rows: int
    added: int
    changed: int
    unchanged: int
    removed: int
    accounts: int
    problems: Sequence[ProblemView]
    more_problems: int
    warnings: Sequence[ProblemView]
    more_warnings: int
    columns: Sequence[ColumnView]
    applied: bool
    expires_at: datetime
