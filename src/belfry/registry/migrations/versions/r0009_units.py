"""Units, the stations that they belong to, and the rota."""

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "station",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("sign", sa.Text, nullable=False),
        sa.Column("station", sa.Text, sa.ForeignKey("station.id")),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("sign", name="unit_sign"),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("unit", sa.Text, sa.ForeignKey("unit.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("shift_unit", "shift", ["unit", "until"])
    op.create_index("shift_user", "shift", ["user", "until"])
    op.create_index("shift_until", "shift", ["until"])
