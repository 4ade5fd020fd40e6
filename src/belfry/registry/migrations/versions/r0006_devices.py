"""Devices, what they remember, and what of their messages was refused by day."""

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("login", sa.LargeBinary),
        sa.UniqueConstraint("receiver", "address", name="device_address"),
    )
    op.create_index("device_account", "device", ["account_id"])
    op.create_table(
        "device_state",
        sa.Column("device", sa.Text, sa.ForeignKey("device.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("heard_at", sa.DateTime(timezone=True)),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_table(
        "device_day",
        sa.Column("device", sa.Text, sa.ForeignKey("device.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("refused", sa.Text, nullable=False),
        sa.Column("stripped", sa.Text, nullable=False),
    )
