"""The archive in both databases."""

from tests.postgres import postgresql, postgresql_server

__all__ = ["postgresql", "postgresql_server"]
