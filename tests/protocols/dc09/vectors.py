"""The vector file as values; `SOURCE.md` says where they come from."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

FILE: Final = Path(__file__).with_name("vectors.jsonl")


class Vector(Struct, frozen=True):
    name: str
    raw: bytes
    key: bytes | None
    at: datetime | None
    expect: dict[str, Any]


def read() -> Iterator[Vector]:
    for line in FILE.read_text("utf-8").splitlines():
        row = json.loads(line)
        expect = row["expect"]
        at = expect.pop("at", None)
        yield Vector(
            row["name"],
            bytes.fromhex(row["frame_hex"]),
            None if row["key"] is None else bytes.fromhex(row["key"]),
            None if at is None else datetime.fromisoformat(at),
            expect,
        )


VECTORS: Final = tuple(read())


def vector(name: str) -> Vector:
    return next(v for v in VECTORS if v.name == name)
