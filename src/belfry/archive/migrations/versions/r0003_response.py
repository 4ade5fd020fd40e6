"""When a closed incident was told of and when somebody was there; whether it was an exercise, or part of another."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("archive_incident", sa.Column("told_at", INSTANT))
    op.add_column("archive_incident", sa.Column("arrived_at", INSTANT))
    for name in ("training", "merged"):
        op.add_column("archive_incident", sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false()))
