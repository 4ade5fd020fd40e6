"""The table of agreements, and one row of it."""

from typing import Final

import msgspec
from sqlalchemy import Column, Connection, Table, Text, select

from belfry.domain.agreement import Agreement
from belfry.registry.tables import METADATA
from belfry.sql import UtcDateTime

AGREEMENT: Final = Table(
    "agreement",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),  # JSON of domain.agreement.Agreement
)


def read_agreement(connection: Connection, agreement_id: str) -> Agreement | None:
    body = connection.execute(select(AGREEMENT.c.body).where(AGREEMENT.c.id == agreement_id)).scalar()
    return None if body is None else agreement_of(body)


def body_of(agreement: Agreement) -> str:
    return msgspec.json.encode(agreement).decode("utf-8")


def agreement_of(body: str) -> Agreement:
    return msgspec.json.decode(body, type=Agreement)
