"""Keeping it: backup, restore, drill, rebuild, and the copies of an upgrade. docs/keeping.md is the runbook."""

from belfry.app.keeping.errors import KeepingError

__all__ = ["KeepingError"]
