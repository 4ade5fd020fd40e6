"""Which point of the panel a closed incident began at: numbers and a code, never the text of a zone."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("area", "zone", "code"):
        op.add_column("archive_incident", sa.Column(name, sa.Text))
