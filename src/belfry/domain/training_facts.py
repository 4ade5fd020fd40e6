"""What is written down of an exercise, beside its signals and incidents, which are marked. Subject `training/ID`."""

from datetime import datetime
from typing import final

from msgspec import Struct


@final
class TrainingBegan(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="training_began"
):
    """Somebody practises a scenario, on incidents that reach nobody outside."""

    training: str
    scenario: str
    trainee: str
    by: str
    """Who began it: he himself, or a supervisor."""
    since: datetime
    until: datetime


@final
class TrainingEnded(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="training_ended"
):
    """It is over; what it left open is closed right behind this. `by` None: its time was over."""

    training: str
    by: str | None = None


AboutTraining = TrainingBegan | TrainingEnded
