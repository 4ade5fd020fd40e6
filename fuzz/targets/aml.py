"""An AML message: a circle on Earth or a refusal in our words, and never a number of a phone or its subscriber."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from belfry.domain.location import RADIUS_MOST_M
from belfry.protocols.aml import EXAMPLE, read
from belfry.protocols.common.unreadable import Unreadable

SAMPLES: Final = Path(__file__).resolve().parents[2] / "tests" / "samples" / "location"
NAMES: Final = {"si", "ei", "mcc", "mnc"}


def seeds() -> Iterable[bytes]:
    yield EXAMPLE.encode()
    for path in sorted(SAMPLES.glob("aml_*.txt")):
        yield path.read_bytes()


def one_input(data: bytes) -> None:
    try:
        located = read(data)
    except Unreadable:
        return
    location = located.location
    assert set(located.dropped) <= NAMES
    assert location.latitude is None or abs(location.latitude) <= 90
    assert location.longitude is None or abs(location.longitude) <= 180
    assert location.radius_m is None or 0 < location.radius_m <= RADIUS_MOST_M
    assert location.confidence is None or 0 < location.confidence <= 100
    assert location.civic is None
