"""Devices, what they remember, and what of their messages was refused by day.

What we say to a device that we fetch from is sealed under a key of this instance; the secret that a device is known by
is made from another one and its number here, so no secret is in any row.
"""

from typing import Final

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from belfry.registry.tables import METADATA
from belfry.sql import UtcDateTime

DEVICE: Final = Table(
    "device",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("receiver", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON of domain.device.Device
    Column("login", LargeBinary),  # sealed
    UniqueConstraint("receiver", "address", name="device_address"),
    Index("device_account", "account_id"),
)

DEVICE_STATE: Final = Table(
    "device_state",
    METADATA,
    Column("device", Text, ForeignKey("device.id", ondelete="CASCADE"), primary_key=True),
    Column("heard_at", UtcDateTime),
    Column("state", Text, nullable=False),
)

DEVICE_DAY: Final = Table(
    "device_day",
    METADATA,
    Column("device", Text, ForeignKey("device.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("refused", Text, nullable=False),
    Column("stripped", Text, nullable=False),
)

MAPPING: Final = Table(
    "mapping",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON of domain.mapping.Mapping
)
