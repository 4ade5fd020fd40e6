"""A CAP message: words of closed lists, times and places; of its own words nothing, and no mistake of ours."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from belfry.domain.reading import Disposition
from belfry.domain.warning import CORNERS_MOST, SHAPES_MOST
from belfry.protocols.cap import read

SAMPLES: Final = Path(__file__).resolve().parents[2] / "tests" / "samples" / "cap"
NOW: Final = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)


def seeds() -> Iterable[bytes]:
    for path in sorted(SAMPLES.rglob("*.*")):
        if path.suffix in (".xml", ".cap"):
            yield path.read_bytes()
            yield path.read_bytes().replace(b">Exercise<", b">Actual<")


def one_input(data: bytes) -> None:
    heard = read(data, now=NOW)
    assert heard.said.reason != "the reader failed on this message", "the net below caught a mistake of ours"
    assert (heard.said.disposition is Disposition.ACCEPT) == (heard.warning is not None)
    assert not heard.said.readings
    if heard.warning is None:
        return
    assert len(heard.warning.key) == 32
    area = heard.warning.area
    assert len(area.polygons) + len(area.circles) <= SHAPES_MOST
    assert sum(map(len, area.polygons)) <= CORNERS_MOST
    assert all(one.radius_km >= 0 for one in area.circles)
