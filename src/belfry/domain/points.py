"""Which incidents may be counted by the point of the panel that raised them (SCOPE, fences).

Points are counted to find the detector that needs repair. So they are not where a point stands for a person (a pendant,
a nurse call, a panic button, who opened or closed), nor where it is a camera that detected somebody.
"""

from collections.abc import Collection
from typing import Final

from belfry.domain.closing_rules import is_of

DETECTIONS: Final = ("PROP.ALARM.VIDEO",)
"""What a camera raised since it detected a person or a vehicle: in no report by camera, and in none by hour."""
_OF_PERSONS: Final = ("MED", "PERS", "PROP.OPEN", "PROP.CLOSE", "RES.MAYDAY", "ADM")


def is_detection(kind: str) -> bool:
    return is_of(kind, DETECTIONS)


def counts_by_point(kinds: Collection[str]) -> bool:
    """Whether an incident that was of these kinds, one after the other, may be counted by its point."""
    return not any(is_of(kind, (*DETECTIONS, *_OF_PERSONS)) for kind in kinds)
