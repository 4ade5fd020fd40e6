"""The tables that the package carries, read once as rows. The only reading in a pure room: they are code."""

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files


@cache
def table_bytes(name: str) -> bytes:
    """Return a table of the package as it was released. Raises FileNotFoundError for a table that is not carried."""
    return (files("belfry.domain") / "data" / name).read_bytes()


def rows(name: str) -> Sequence[Mapping[str, str]]:
    return list(csv.DictReader(table_bytes(name).decode("utf-8").splitlines()))


def digest(*names: str) -> str:
    """SHA-256, in hex, over the named tables in the order given; journaled at every start."""
    total = sha256()
    for name in names:
        total.update(sha256(table_bytes(name)).digest())
    return total.hexdigest()
