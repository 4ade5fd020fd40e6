"""Files of a gazetteer: CSV with the columns of `COLUMNS` in any order, the separator found out, or OpenStreetMap."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from belfry.gazetteer.osm import read_osm
from belfry.gazetteer.rows import COLUMNS, SHOWN, FileRefused, Problem, Row, Tell, row_of

CELL_MOST: Final = 10_000
"""Characters of a cell that are read at all."""


def read_rows(path: Path, tell: Tell) -> Iterator[Row]:
    """Yield the rows of a file, CSV or OpenStreetMap by its name. Raises FileRefused."""
    name = path.name.lower()
    if name.endswith((".osm", ".osm.bz2", ".osm.gz")):
        return read_osm(path, tell)
    if name.endswith(".pbf"):
        raise FileRefused(
            f"{path.name}: PBF is not read; make OSM XML of it with: osmium cat {path.name} -o {path.stem}.bz2"
        )
    return _read_csv(path, tell)


def _read_csv(path: Path, tell: Tell) -> Iterator[Row]:
    csv.field_size_limit(CELL_MOST)
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            first = file.readline(CELL_MOST)
            separator = max(",;\t", key=first.count)
            columns = [word.strip().strip('"').lower() for word in first.rstrip("\r\n").split(separator)]
            unknown = [column for column in columns if column not in COLUMNS]
            if unknown or not {"latitude", "longitude"} <= set(columns):
                what = f"unknown column {unknown[0][:SHOWN]!r}" if unknown else "no columns latitude and longitude"
                raise FileRefused(f"{path.name}: {what}; columns are {', '.join(COLUMNS)}")
            reader = csv.reader(file, delimiter=separator)
            for cells in reader:
                if not any(cells):
                    continue
                line = reader.line_num + 1
                found = row_of(dict(zip(columns, cells, strict=False)), path.name, line)
                if isinstance(found, Problem):
                    tell(found)
                else:
                    yield found
        except UnicodeDecodeError:
            raise FileRefused(f"{path.name}: not written in UTF-8") from None
        except csv.Error as error:
            raise FileRefused(f"{path.name}: {error}") from None
