"""A PostgreSQL server for the tests that want one."""

from tests.postgres import postgresql, postgresql_server

__all__ = ["postgresql", "postgresql_server"]
