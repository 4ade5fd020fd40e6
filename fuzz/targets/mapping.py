"""Anybody's JSON, by mappings: constants of the mapping, one time and one number; nothing of the message."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from belfry.domain.mapping import Mapping, check
from belfry.domain.reading import Disposition
from belfry.protocols.mapping import read

NOW: Final = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)
MAPPING: Final = msgspec.convert(
    {
        "name": "acme",
        "rules": [
            {"tests": [{"path": "type", "values": ["alive"]}], "ignore": True},
            {
                "tests": [{"path": "type", "values": ["level"]}, {"path": "off", "absent": True}],
                "observed": "value",
                "point": {"path": "id", "table": {"7": "tank"}, "other": "any"},
                "number": {"path": "r[0].v", "unit": "m", "factor": 0.01},
                "time": {"path": "at", "form": "unix"},
            },
            {
                "tests": [{"path": "wet"}],
                "observed": "water",
                "point": "leak",
                "state": {"path": "wet", "table": {"true": "active", "false": "inactive"}},
                "time": {"path": "at", "form": "rfc3339"},
            },
        ],
    },
    Mapping,
)
assert check(MAPPING) == []


def seeds() -> Iterable[bytes]:
    yield b'{"type":"alive"}'
    yield b'{"type":"level","id":7,"r":[{"v":"57.5"}],"at":1772445600}'
    yield b'{"wet":true,"at":"2026-03-02T09:59:00Z","who":"Ann"}'


def one_input(data: bytes) -> None:
    said = read(data, MAPPING, now=NOW)
    assert said.reason != "the reader failed on this message", "the net below caught a mistake of ours"
    assert (said.disposition is Disposition.ACCEPT) == bool(said.readings)
    assert said.dropped == ()
    for reading in said.readings:
        assert reading.point in ("tank", "any", "leak")
        assert (reading.value is None) == (reading.unit is None)
        assert reading.once is None
        assert reading.occurred_at is None or reading.occurred_at.tzinfo is UTC
