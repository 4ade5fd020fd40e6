"""Which group of operators had a closed incident first: at least five people, never one."""

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("archive_incident", sa.Column("team", sa.Text))
