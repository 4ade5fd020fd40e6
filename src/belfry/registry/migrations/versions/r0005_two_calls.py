"""Whether a site wants two calls before the police."""

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("detail", sa.Column("two_calls", sa.Boolean, nullable=False, server_default=sa.false()))
