"""The tables of a gazetteer. One made by a newer version is not read; an older one is imported again."""

from typing import Final

VERSION: Final = 1
APPLICATION: Final = 0x42464759
"""The file's `application_id`: `BFGY`."""

CELLS_PER_DEGREE: Final = 200
"""Houses are found from a point through cells of a two-hundredth degree: some 550 m by 300 to 550 m."""

TABLES: Final = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entry (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, street TEXT NOT NULL, house_number TEXT NOT NULL,
    postcode TEXT NOT NULL, place TEXT NOT NULL, code TEXT NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL,
    words TEXT NOT NULL
);
CREATE TABLE house (
    entry INTEGER NOT NULL, value INTEGER, number TEXT NOT NULL, folded TEXT NOT NULL, postcode TEXT NOT NULL,
    latitude REAL NOT NULL, longitude REAL NOT NULL, row INTEGER NOT NULL, col INTEGER NOT NULL
);
CREATE TABLE crossing (one INTEGER NOT NULL, other INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL);
CREATE TABLE word (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE typo (key TEXT NOT NULL, word TEXT NOT NULL, PRIMARY KEY (key, word)) WITHOUT ROWID;
CREATE VIRTUAL TABLE found USING fts5(
    words, content='', detail=none, columnsize=0, tokenize="unicode61 remove_diacritics 0", prefix='2 3'
);
"""
"""An entry is a street, a place or a check point. Only entries are searched by words; houses hang on their street."""

INDEXES: Final = """
CREATE INDEX house_by_entry ON house (entry, value);
CREATE INDEX house_by_cell ON house (row, col);
CREATE INDEX crossing_by_streets ON crossing (one, other);
"""
