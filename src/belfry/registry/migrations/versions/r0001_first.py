"""Accounts, users, tokens, sessions, changes, last-seen times."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("receiver", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("latitude", sa.Float),
        sa.Column("longitude", sa.Float),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("keys", sa.Text, nullable=False),
        sa.Column("window", sa.Text, nullable=False),
        sa.Column("supervision_s", sa.Integer),
        sa.Column("test_s", sa.Integer),
        sa.Column("care", sa.Boolean, nullable=False),
        sa.Column("audible_panic", sa.Boolean, nullable=False),
        sa.Column("high_risk", sa.Boolean, nullable=False),
        sa.Column("line_cut", sa.Boolean, nullable=False),
        sa.Column("cancel_closes", sa.Boolean, nullable=False),
        sa.Column("verify_fire", sa.Text, nullable=False),
        sa.Column("building", sa.Text, nullable=False),
        sa.UniqueConstraint("account", "receiver", "prefix", name="account_key"),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("folded", name="user_folded"),
    )
    op.create_table(
        "token",
        sa.Column("sha256", sa.LargeBinary, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text),
        sa.Column("user", sa.Text, sa.ForeignKey("user.id")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("sha256", sa.LargeBinary, primary_key=True),
        sa.Column("user", sa.Text, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("session_user", "session", ["user"])
    op.create_table(
        "change",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("table", sa.Text, nullable=False),
        sa.Column("row", sa.Text, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "last_seen",
        sa.Column("account_id", sa.Text, primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
