"""Revisions of the archive's tables, one file each in `versions/`; `belfry.sql.migrate` runs them."""
