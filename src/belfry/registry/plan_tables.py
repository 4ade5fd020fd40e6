"""Plans that hold now, and every version that ever did: the journal names a version and keeps no text of it."""

from typing import Final

from sqlalchemy import Column, Index, Integer, Table, Text

from belfry.registry.tables import METADATA
from belfry.sql import UtcDateTime

PLAN: Final = Table(
    "plan",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("level", Text, nullable=False),
    Column("of", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON of domain.plan.Plan
    Index("plan_of", "level", "of"),
)

PLAN_VERSION: Final = Table(
    "plan_version",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("body", Text),  # null: it was taken out then
)
