"""The tables of the registry: what is changed in place. A change row tells of every change, never a secret.

Passwords, session secrets and tokens are here as hashes only. The AES keys of accounts are here as they are, since
frames must be decrypted with them: the file is its owner's alone, and nothing exports or logs the column.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from belfry.sql import UtcDateTime

METADATA: Final = MetaData()


class Keys(TypeDecorator[tuple[bytes, ...]]):
    """Several keys in one text: hex digits, a space between two."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[bytes, ...] | None, dialect: Dialect) -> str:
        return " ".join(key.hex() for key in value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[bytes, ...]:
        return tuple(map(bytes.fromhex, value.split())) if value else ()


class Absent(TypeDecorator[str]):
    """Text or None, with '' in the database, so that a unique constraint treats two Nones as the same."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:
        return value or ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value or None


# Columns in the order and under the names of domain.site.Account.
ACCOUNT: Final = Table(
    "account",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("prefix", Absent, nullable=False),
    Column("receiver", Absent, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("time_zone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("keys", Keys, nullable=False),
    Column("window", Text, nullable=False),
    Column("supervision_s", Integer),
    Column("test_s", Integer),
    Column("care", Boolean, nullable=False),
    Column("audible_panic", Boolean, nullable=False),
    Column("high_risk", Boolean, nullable=False),
    Column("line_cut", Boolean, nullable=False),
    Column("cancel_closes", Boolean, nullable=False),
    Column("verify_fire", Text, nullable=False),
    Column("building", Text, nullable=False),
    # Beside the fields of Account, so behind them.
    Column("version", Integer, nullable=False, server_default="1"),  # grows with every change of the site
    Column("folded", Text, nullable=False, server_default=""),  # number, name and address as they are searched
    UniqueConstraint("account", "receiver", "prefix", name="account_key"),
    Index("account_order", "account", "id"),
)

USER: Final = Table(
    "user",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("folded", Text, nullable=False),  # the name without case, so that anna and Anna are one
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("password", Text, nullable=False),  # argon2id, with its parameters and salt
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Column("skills", Text, nullable=False, server_default=""),  # of domain.abilities.Skill, a space between two
    Column("speaks", Text, nullable=False, server_default=""),  # languages such as de
    UniqueConstraint("folded", name="user_folded"),
)

# Whose accounts a user may know of: tenants, or ids of single accounts. No row: of all tenants.
USER_TENANT: Final = Table(
    "user_tenant",
    METADATA,
    Column("user", Text, ForeignKey("user.id"), primary_key=True),
    Column("tenant", Text, primary_key=True),
)

TOKEN: Final = Table(
    "token",
    METADATA,
    Column("sha256", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False),  # what change rows call it
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("tenant", Text),
    Column("user", Text, ForeignKey("user.id")),  # where the name is a user's, who may be disabled meanwhile
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("agreement", Text),  # of a service, with which it ends
)

SESSION: Final = Table(
    "session",
    METADATA,
    Column("sha256", LargeBinary, primary_key=True),
    Column("user", Text, ForeignKey("user.id"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("session_user", "user"),
)

CHANGE: Final = Table(
    "change",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("table", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("account_id", Text),  # whose site it belongs to, and its version from then on
    Column("version", Integer),
    Index("change_account", "account_id", "id"),
    sqlite_autoincrement=True,  # an id is never used again: a follower journals each once
)

LAST_SEEN: Final = Table(
    "last_seen",
    METADATA,
    Column("account_id", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("at_us", BigInteger, nullable=False),  # microseconds since 1970: a million rows are read at the start
    Column("state", Text, nullable=False),
    sqlite_with_rowid=False,
)
