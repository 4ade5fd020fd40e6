"""What is over, for lists and statistics: derived from the journal alone, and made anew by `belfry rebuild`."""

from belfry.archive.archive import FILE, SqlArchive, archive_state

__all__ = ["FILE", "SqlArchive", "archive_state"]
