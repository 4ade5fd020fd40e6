"""What users are trained for, and which languages they speak."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("skills", sa.Text, nullable=False, server_default=""))
    op.add_column("user", sa.Column("speaks", sa.Text, nullable=False, server_default=""))
