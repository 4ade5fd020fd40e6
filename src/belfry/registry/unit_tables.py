"""Units, stations, and the rota: who is to be with which unit, from when until when."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from belfry.registry.tables import METADATA
from belfry.sql import UtcDateTime

STATION: Final = Table(
    "station",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON of domain.unit.Station
)

UNIT: Final = Table(
    "unit",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("sign", Text, nullable=False),  # the call sign as it is looked up: folded
    Column("station", Text, ForeignKey("station.id")),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON of domain.unit.Unit
    UniqueConstraint("sign", name="unit_sign"),
)

SHIFT: Final = Table(
    "shift",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("unit", Text, ForeignKey("unit.id", ondelete="CASCADE"), nullable=False),
    Column("user", Text, ForeignKey("user.id"), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON of domain.unit.Shift
    Index("shift_unit", "unit", "until"),
    Index("shift_user", "user", "until"),
    Index("shift_until", "until"),
)
