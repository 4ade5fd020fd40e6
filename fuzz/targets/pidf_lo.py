"""A PIDF-LO document: a circle on Earth, an address of short lines, or a refusal in our words; nobody's name."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from msgspec import structs

from belfry.domain.location import CIVIC_LONGEST, RADIUS_MOST_M
from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.pidf_lo import read

SAMPLES: Final = Path(__file__).resolve().parents[2] / "tests" / "samples" / "location"


def seeds() -> Iterable[bytes]:
    for path in sorted(SAMPLES.glob("pidf_*.xml")):
        yield path.read_bytes()


def one_input(data: bytes) -> None:
    try:
        located = read(data)
    except Unreadable:
        return
    location = located.location
    assert location.has_position or location.civic is not None
    assert location.latitude is None or abs(location.latitude) <= 90
    assert location.longitude is None or abs(location.longitude) <= 180
    assert location.radius_m is None or 0 < location.radius_m <= RADIUS_MOST_M
    assert location.confidence is None or 0 < location.confidence <= 100
    if location.civic is not None:
        parts = [str(part) for part in structs.astuple(location.civic)]
        assert all(len(part) <= CIVIC_LONGEST and (not part or part.isprintable()) for part in parts)
