"""The tables of what belongs to a site. Columns are named as the fields of the domain's values.

Everything of an account is one row of its table a piece: `key` is what tells it from its neighbours there, `position`
its place in the list. What is nested (windows, numbers) is JSON inside of its row, since nobody asks for it alone.

Words and codes are never readable here: a word is a MAC, an access code is encrypted (`registry.words`).
"""

from enum import Enum
from typing import Any, Final, Generic, TypeVar

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeDecorator

from belfry.domain.contacts import Absence, Authority, CallList, ContactRole, Number, WeekWindow
from belfry.domain.premises import Hazard, Technology
from belfry.domain.schedules import Interval, OpeningWindow, ScheduleException, ScheduleKind
from belfry.domain.signal import Wire
from belfry.domain.site_file import AgencyType, Response, RiskClass
from belfry.registry.tables import METADATA
from belfry.sql import UtcDateTime

E = TypeVar("E", bound=Enum)


class Choice(TypeDecorator[E], Generic[E]):
    """One of a closed list, by its value."""

    impl = Text
    cache_ok = True

    def __init__(self, among: type[E]) -> None:
        super().__init__()
        self.among = among

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value.value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.among(value)


class Nested(TypeDecorator[Any]):
    """Values inside of a row, as JSON. `shape` is what comes back."""

    impl = Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return msgspec.json.encode(value).decode("utf-8")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return msgspec.json.decode(value or "[]", type=self.shape)


DIGITS: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte, so that all numbers that begin alike are one range of the index."""


def _of_account(name: str, *items: SchemaItem, keyed: bool = True) -> Table:
    columns: list[SchemaItem] = [
        Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    ]
    if keyed:
        columns += [Column("key", Text, primary_key=True), Column("position", Integer, nullable=False)]
    return Table(name, METADATA, *columns, *items)


DETAIL: Final = _of_account(
    "detail",
    Column("parent", Text),
    Column("notes", Text, nullable=False),
    Column("hazards", Text, nullable=False),
    Column("access", Text, nullable=False),
    Column("risk", Choice(RiskClass), nullable=False),
    Column("installer", Text, nullable=False),
    Column("service_contract", Text, nullable=False),
    Column("premises", Nested(tuple[Number, ...]), nullable=False),
    Column("call_back", Boolean, nullable=False),
    Column("two_calls", Boolean, nullable=False, server_default=false()),
    Index("detail_parent", "parent"),
    keyed=False,
)

CONFIRMED: Final = _of_account(
    "confirmed", Column("at", UtcDateTime, nullable=False), Column("by", Text, nullable=False), keyed=False
)

AREA: Final = _of_account(
    "area",
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sub_account", Text),
    Index("area_sub_account", "sub_account"),
)

ZONE: Final = _of_account(
    "zone",
    Column("number", Text, nullable=False),
    Column("area", Text),
    Column("name", Text, nullable=False),
    Column("hazard", Choice(Hazard)),
    Column("outdoor", Boolean, nullable=False),
)

PATH: Final = _of_account(
    "path",
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("technology", Choice(Technology)),
    Column("category", Text),
    Column("interval_s", Integer),
    Column("alternative", Boolean, nullable=False),
    Column("provider", Text, nullable=False),
)

CODE_RULE: Final = _of_account(
    "code_rule",
    Column("wire", Choice(Wire), nullable=False),
    Column("code", Text, nullable=False),
    Column("area", Text),
    Column("zone", Text),
    Column("act", Text),
    Column("kind", Text),
    Column("priority", Integer),
    Column("pending_s", Integer),
)

SCHEDULE: Final = _of_account(
    "schedule",
    Column("id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Choice(ScheduleKind), nullable=False),
    Column("area", Text),
    Column("point", Text),
    Column("openings", Nested(tuple[OpeningWindow, ...]), nullable=False),
    Column("intervals", Nested(tuple[Interval, ...]), nullable=False),
    Column("holidays", Text, nullable=False),
    Column("exceptions", Nested(tuple[ScheduleException, ...]), nullable=False),
)

CONTACT: Final = _of_account(
    "contact",
    Column("id", Text, nullable=False),
    Column("order", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Choice(ContactRole), nullable=False),
    Column("numbers", Nested(tuple[Number, ...]), nullable=False),
    Column("language", Text, nullable=False),
    Column("lists", Nested(tuple[CallList, ...]), nullable=False),
    Column("authority", Nested(tuple[Authority, ...]), nullable=False),
    Column("hours", Nested(tuple[WeekWindow, ...]), nullable=False),
    Column("absences", Nested(tuple[Absence, ...]), nullable=False),
    Column("panel_user", Text, nullable=False),
)

Polygon = tuple[tuple[float, float], ...]

AGENCY: Final = _of_account(
    "agency",
    Column("id", Text, nullable=False),
    Column("type", Choice(AgencyType), nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("permit", Text, nullable=False),
    Column("response", Choice(Response), nullable=False),
)

# Agencies of every site inside a polygon, and the box around each, by which it is found.
DISTRICT: Final = Table(
    "district",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("type", Choice(AgencyType), nullable=False),
    Column("name", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("permit", Text, nullable=False),
    Column("response", Choice(Response), nullable=False),
    Column("polygon", Nested(Polygon), nullable=False),
    Column("south", Float, nullable=False),
    Column("north", Float, nullable=False),
    Column("west", Float, nullable=False),
    Column("east", Float, nullable=False),
)

# Digits of the numbers of contacts and premises, the last first, to find a site by who is calling.
PHONE: Final = _of_account(
    "phone", Column("digits_backwards", DIGITS, nullable=False), Index("phone_digits", "digits_backwards")
)

WORD: Final = _of_account(
    "word",
    Column("contact", Text, primary_key=True),  # '' for what is of the site itself: its access code
    Column("use", Text, primary_key=True),  # word, duress or access
    Column("box", LargeBinary, nullable=False),
    keyed=False,
)

WORD_ATTEMPT: Final = _of_account(
    "word_attempt", Column("wrong", Integer, nullable=False), Column("since", UtcDateTime, nullable=False), keyed=False
)

CALENDAR: Final = Table(
    "calendar",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("days", Nested(tuple[str, ...]), nullable=False),
)
