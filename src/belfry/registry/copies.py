"""The whole registry from one database to another one, row by row: from PostgreSQL to a file of a backup and back.

Both ends go through the same tables, so that a copy of either is the same file. The source is read in one transaction:
the copy is of one moment, whoever writes meanwhile.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Integer, Table, func, insert, select, text

from belfry.registry.registry import MIGRATIONS, Registry
from belfry.registry.tables import METADATA
from belfry.sql import SchemaState, SqlError, called, reading, schema_state, writing

ROWS_AT_ONCE: Final = 1_000


def copy_registry(source: Registry, target: Registry) -> int:
    """Copy every row into a registry that has none; returns how many. Raises SqlError where it has some."""
    if schema_state(source.store.engine, MIGRATIONS) is not SchemaState.CURRENT:
        raise SqlError(f"{called(source.store.engine)} is of another version of this program: start that one first")
    rows = 0
    with reading(source.store.engine) as before, writing(target.store.engine) as after:
        for table in METADATA.sorted_tables:
            if after.execute(select(func.count()).select_from(table)).scalar():
                raise SqlError(f"{called(target.store.engine)} has rows already: a copy overwrites nothing")
        for table in METADATA.sorted_tables:
            rows += _copy(table, before, after)
    return rows


def _copy(table: Table, before: Connection, after: Connection) -> int:
    rows = 0
    found = before.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table))
    for some in found.mappings().partitions(ROWS_AT_ONCE):
        after.execute(insert(table), [dict(row) for row in some])
        rows += len(some)
    if after.dialect.name == "postgresql":
        _go_on_counting(table, after)
    return rows


def _go_on_counting(table: Table, after: Connection) -> None:
    """Let the server number the next row behind those that came with their numbers."""
    for column in table.primary_key:
        if isinstance(column.type, Integer) and len(table.primary_key) == 1 and column.autoincrement:
            name = f'"{table.name}"'
            sequence = after.execute(
                text("select pg_get_serial_sequence(:name, :column)"), {"name": name, "column": column.name}
            ).scalar()
            newest = after.execute(select(func.max(column))).scalar()
            if sequence is not None and newest is not None:
                after.execute(text("select setval(:sequence, :newest)"), {"sequence": sequence, "newest": newest})


def has_rows(where: Path | str) -> bool:
    """Whether a registry holds anything."""
    registry = Registry.open(where)
    try:
        with reading(registry.store.engine) as connection:
            return any(
                connection.execute(select(func.count()).select_from(table)).scalar() for table in METADATA.sorted_tables
            )
    finally:
        registry.close()
