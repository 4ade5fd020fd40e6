"""What the API says and is asked of exercises."""

from typing import Annotated

from msgspec import Meta, Struct

from belfry.domain.training import MINUTES, MINUTES_MOST
from belfry.web.asks import Ask, Name
from belfry.web.views import Instant


class TrainingBody(Ask, frozen=True, kw_only=True):
    """`trainee` is who practises: oneself where it is left out."""

    scenario: Annotated[str, Meta(min_length=1, max_length=60)]
    trainee: Name | None = None
    minutes: Annotated[int, Meta(ge=1, le=MINUTES_MOST)] = MINUTES


class ExerciseView(Struct, frozen=True, kw_only=True):
    id: str
    scenario: str
    trainee: str
    by: str
    since: Instant
    until: Instant
    running: bool
    ended_at: Instant | None
    ended_by: str | None
    """Null while it runs, and where its time was over."""
    sent: int
    signals: int


class TrainingList(Struct, frozen=True):
    """Newest first, and the scenes that there are."""

    items: list[ExerciseView]
    scenarios: list[str]
