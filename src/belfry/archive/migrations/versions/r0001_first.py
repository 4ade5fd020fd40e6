"""Closed incidents, signals by day, what was erased and what was carried past it; how far expiry is."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "archive_number",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "archive_incident",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text),
        sa.Column("life", sa.Boolean, nullable=False),
        sa.Column("silent", sa.Boolean, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("first_taken_at", INSTANT),
        sa.Column("first_act_at", INSTANT),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.Column("signals", sa.BigInteger, nullable=False),
        sa.Column("acts", sa.Integer, nullable=False),
        sa.Column("disposition", sa.Text, nullable=False),
        sa.Column("cause", sa.Text),
        sa.Column("by_rule", sa.Boolean, nullable=False),
        sa.Column("group", sa.Text, nullable=False),
    )
    op.create_index("archive_incident_closed", "archive_incident", ["closed_at", "id"])
    op.create_index("archive_incident_due", "archive_incident", ["group", "closed_at"])
    op.create_table(
        "archive_heard",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("signals", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "archive_carried",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("fact", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "archive_erased",
        sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_table(
        "archive_cursor",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "archive_going",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
