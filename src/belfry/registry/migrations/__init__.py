"""Revisions of the registry's tables, one file each in `versions/`; `belfry.sql.migrate` runs them."""
