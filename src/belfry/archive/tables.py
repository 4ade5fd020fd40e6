"""The tables of the archive. None has a column for words, for a place or for a person.

`cursor` and `going` are how far expiry is; all others say what the journal says, and no more.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text

from belfry.sql import UtcDateTime

METADATA: Final = MetaData()

NUMBER: Final = Table(
    "archive_number",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""`position`, and what was erased: `keys`, `entries`."""

# Columns in the order and under the names of ports.archive.ClosedIncident; `group` is the beginning of the kind.
INCIDENT: Final = Table(
    "archive_incident",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("method", Text, nullable=False),
    Column("account_id", Text),
    Column("life", Boolean, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("first_taken_at", UtcDateTime),
    Column("first_act_at", UtcDateTime),
    Column("closed_at", UtcDateTime, nullable=False),
    Column("signals", BigInteger, nullable=False),
    Column("acts", Integer, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("cause", Text),
    Column("by_rule", Boolean, nullable=False),
    Column("told_at", UtcDateTime),
    Column("arrived_at", UtcDateTime),
    Column("training", Boolean, nullable=False),
    Column("merged", Boolean, nullable=False),
    Column("area", Text),
    Column("zone", Text),
    Column("code", Text),
    Column("team", Text),
    Column("units", Integer, nullable=False),
    Column("first_sent_at", UtcDateTime),
    Column("first_on_scene_at", UtcDateTime),
    Column("group", Text, nullable=False),
    Index("archive_incident_closed", "closed_at", "id"),
    Index("archive_incident_due", "group", "closed_at"),
    Index("archive_incident_account", "account_id", "closed_at", "id"),
)

HEARD: Final = Table(
    "archive_heard",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("signals", BigInteger, nullable=False),
)

CARRIED: Final = Table(
    "archive_carried",
    METADATA,
    Column("account", Text, primary_key=True),  # the subject of its entries
    Column("position", BigInteger, nullable=False),
    Column("fact", LargeBinary, nullable=False),
)

ERASED: Final = Table(
    "archive_erased",
    METADATA,
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

CURSOR: Final = Table(
    "archive_cursor",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

GOING: Final = Table(
    "archive_going",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

DERIVED: Final = (NUMBER, INCIDENT, HEARD, CARRIED, ERASED)
