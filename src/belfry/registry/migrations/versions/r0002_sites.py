"""Everything of a site, versions of accounts, users' tenants; change rows name account and version."""

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 1_000


def upgrade() -> None:
    op.add_column("account", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.add_column("account", sa.Column("folded", sa.Text, nullable=False, server_default=""))
    op.create_index("account_order", "account", ["account", "id"])
    _fold_accounts(op.get_bind())

    op.add_column("change", sa.Column("account_id", sa.Text))
    op.add_column("change", sa.Column("version", sa.Integer))
    op.create_index("change_account", "change", ["account_id", "id"])
    change = sa.table("change", sa.column("table"), sa.column("row"), sa.column("account_id"))
    op.execute(sa.update(change).where(change.c.table == "account").values(account_id=change.c.row))

    op.create_table(
        "user_tenant",
        sa.Column("user", sa.Text, sa.ForeignKey("user.id"), primary_key=True),
        sa.Column("tenant", sa.Text, primary_key=True),
    )
    op.create_table(
        "detail",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("parent", sa.Text),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("hazards", sa.Text, nullable=False),
        sa.Column("access", sa.Text, nullable=False),
        sa.Column("risk", sa.Text, nullable=False),
        sa.Column("installer", sa.Text, nullable=False),
        sa.Column("service_contract", sa.Text, nullable=False),
        sa.Column("premises", sa.Text, nullable=False),
        sa.Column("call_back", sa.Boolean, nullable=False),
    )
    op.create_index("detail_parent", "detail", ["parent"])
    op.create_table(
        "confirmed",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_table(
        "area",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sub_account", sa.Text),
    )
    op.create_index("area_sub_account", "area", ["sub_account"])
    op.create_table(
        "zone",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("area", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hazard", sa.Text),
        sa.Column("outdoor", sa.Boolean, nullable=False),
    )
    op.create_table(
        "path",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("technology", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("interval_s", sa.Integer),
        sa.Column("alternative", sa.Boolean, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
    )
    op.create_table(
        "code_rule",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("wire", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("area", sa.Text),
        sa.Column("zone", sa.Text),
        sa.Column("act", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("priority", sa.Integer),
        sa.Column("pending_s", sa.Integer),
    )
    op.create_table(
        "schedule",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("area", sa.Text),
        sa.Column("point", sa.Text),
        sa.Column("openings", sa.Text, nullable=False),
        sa.Column("intervals", sa.Text, nullable=False),
        sa.Column("holidays", sa.Text, nullable=False),
        sa.Column("exceptions", sa.Text, nullable=False),
    )
    op.create_table(
        "contact",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("numbers", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("lists", sa.Text, nullable=False),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("hours", sa.Text, nullable=False),
        sa.Column("absences", sa.Text, nullable=False),
        sa.Column("panel_user", sa.Text, nullable=False),
    )
    op.create_table(
        "agency",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("permit", sa.Text, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
    )
    op.create_table(
        "district",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("permit", sa.Text, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("polygon", sa.Text, nullable=False),
        sa.Column("south", sa.Float, nullable=False),
        sa.Column("north", sa.Float, nullable=False),
        sa.Column("west", sa.Float, nullable=False),
        sa.Column("east", sa.Float, nullable=False),
    )
    op.create_table(
        "phone",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("digits_backwards", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
    )
    op.create_index("phone_digits", "phone", ["digits_backwards"])
    op.create_table(
        "word",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("contact", sa.Text, primary_key=True),
        sa.Column("use", sa.Text, primary_key=True),
        sa.Column("box", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "word_attempt",
        sa.Column("account_id", sa.Text, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("wrong", sa.Integer, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "calendar",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("days", sa.Text, nullable=False),
    )


def _fold_accounts(connection: sa.Connection) -> None:
    """Fill what is searched from what is there. As the program folded in this revision: a migration never changes."""
    account = sa.table("account", *map(sa.column, ("id", "account", "name", "address", "folded")))
    fill = sa.update(account).where(account.c.id == sa.bindparam("same")).values(folded=sa.bindparam("text"))
    last = ""
    while rows := connection.execute(_after(account, last)).all():
        folded = [{"same": row.id, "text": _fold(f"{row.account} {row.name} {row.address}")} for row in rows]
        connection.execute(fill, folded)
        last = rows[-1].id


def _after(account: Any, last: str) -> sa.Select[Any]:
    columns = sa.select(account.c.id, account.c.account, account.c.name, account.c.address)
    return columns.where(account.c.id > last).order_by(account.c.id).limit(ROWS_AT_ONCE)


def _fold(text: str) -> str:
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"\s+", " ", bare.casefold())
