"""How far each link of automation output has come (`ports.automation.Positions`). No change rows: it moves always."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import BigInteger, Column, Executable, Table, Text, select
from sqlalchemy.dialects import postgresql, sqlite

from belfry.registry.doors import in_thread
from belfry.registry.store import Store
from belfry.registry.tables import METADATA
from belfry.sql import reading, writing

AUTOMATION: Final = Table(
    "automation",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)


def read_positions(store: Store) -> Mapping[str, int]:
    with reading(store.engine) as connection:
        return {row.name: row.position for row in connection.execute(select(AUTOMATION))}


def save_positions(store: Store, positions: Mapping[str, int]) -> None:
    if positions:
        with writing(store.engine) as connection:
            values = [{"name": name, "position": position} for name, position in positions.items()]
            connection.execute(_upsert(store.engine.dialect.name), values)


def _upsert(dialect: str) -> Executable:
    fresh = postgresql.insert(AUTOMATION) if dialect == "postgresql" else sqlite.insert(AUTOMATION)
    return fresh.on_conflict_do_update(index_elements=["name"], set_={"position": fresh.excluded.position})


class PositionsDoor:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> Mapping[str, int]:
        return await in_thread(read_positions, self._store)

    async def save(self, positions: Mapping[str, int]) -> None:
        await in_thread(save_positions, self._store, positions)
