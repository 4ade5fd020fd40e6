"""The embedded gazetteer: addresses, streets, crossings and places in a SQLite file of its own, searched offline.

Imported whole from CSV or an OpenStreetMap extract; a new file takes the old one's place in one step. No personal data,
nothing of the journal: whoever loses it imports it again.
"""

from belfry.gazetteer.build import Built, build
from belfry.gazetteer.files import read_rows
from belfry.gazetteer.rows import FileRefused, Problem
from belfry.gazetteer.search import FILE, SqliteGazetteer

__all__ = ["FILE", "Built", "FileRefused", "Problem", "SqliteGazetteer", "build", "read_rows"]
