"""What the stores of the registry, the archive and the keys share: an engine that keeps its promises, one type of time,
and migrations that happen whole or not at all.
"""

from belfry.sql.engine import called, committing, empty_log, make_engine, preparing, reading, writing
from belfry.sql.errors import SqlError
from belfry.sql.migrate import NewerSchema, SchemaState, migrate, schema_state
from belfry.sql.types import UtcDateTime

__all__ = [
    "NewerSchema",
    "SchemaState",
    "SqlError",
    "UtcDateTime",
    "called",
    "committing",
    "empty_log",
    "make_engine",
    "migrate",
    "preparing",
    "reading",
    "schema_state",
    "writing",
]
