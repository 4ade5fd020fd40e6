"""What the API takes and says of plans of buildings."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from belfry.domain.floor_plan import LABEL_MOST
from belfry.web.asks import Ask, Version

Degrees = tuple[float, float]
Corners = tuple[Degrees, Degrees, Degrees, Degrees]


class FloorPlanView(Struct, frozen=True, kw_only=True):
    """A plan; its picture has an address of its own. `corners`: latitude and longitude of the picture's upper left
    corner, then clockwise on the picture; null while nobody has placed it. `mark` changes with the picture, whose
    `width` and `height` are in pixels."""

    id: str
    label: str
    width: int
    height: int
    mark: str
    corners: Corners | None
    version: int


class FloorPlanList(Struct, frozen=True, kw_only=True):
    """In the order in which they were added, at most `most`."""

    items: Sequence[FloorPlanView]
    most: int
    may_edit: bool


class FloorPlanBody(Ask, frozen=True, kw_only=True):
    """All of a plan but its picture, as of the `version` that was seen."""

    label: Annotated[str, Meta(min_length=1, max_length=LABEL_MOST)]
    corners: Corners | None
    version: Version
