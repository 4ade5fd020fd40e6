"""How often units were sent to a closed incident, when the first was, and when the first was there."""

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("archive_incident", sa.Column("units", sa.Integer, nullable=False, server_default="0"))
    op.add_column("archive_incident", sa.Column("first_sent_at", INSTANT))
    op.add_column("archive_incident", sa.Column("first_on_scene_at", INSTANT))
