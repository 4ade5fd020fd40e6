"""What comes from the field beside statuses: withdrawn reports, pictures and who looked at them, the watch over whoever
works alone.

Pictures and withdrawals are facts of an incident and raise no version; the watch stands on the unit, so that it ends
with the duty.
"""

from datetime import datetime
from enum import StrEnum
from typing import final

from msgspec import Struct

from belfry.domain.sealed import Sealed


@final
class Withdrawn(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="withdrawn"):
    """Whoever reported it from the field takes it back; the room decides what becomes of the incident."""

    incident: str
    by: str
    signal: int
    """Position of the report."""


@final
class PictureAdded(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="picture_added"
):
    """A picture was taken there. What is kept of it are coarse blocks of colour, sealed under a key of their own."""

    incident: str
    picture: str
    """Ours, unique."""
    by: str
    until: datetime
    """When its key is destroyed, and with it the picture."""
    sealed: tuple[Sealed, ...] = ()


class Purpose(StrEnum):
    """What a picture may be looked at for: what the centre itself can check."""

    HANDLING = "handling"
    """Whoever looks has taken the incident."""
    RESPONDING = "responding"
    """Whoever looks is on duty with a unit that is sent there."""


@final
class PictureShown(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="picture_shown"
):
    """Somebody was shown a picture; written before it is."""

    incident: str
    picture: str
    by: str
    purpose: Purpose


AboutField = Withdrawn | PictureAdded | PictureShown


# -- who works alone: subject `unit/ID` --------------------------------------------------------------------------------


class Missed(StrEnum):
    """How far a check that did not come has gone."""

    REMINDED = "reminded"
    """Due: the phone asks."""
    MISSED = "missed"
    """The room was told (PERS.LONE.MISSED)."""
    ALARM = "alarm"
    """Everybody was (PERS.LONE.ALARM)."""


@final
class CheckBegan(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="check_began"):
    """Somebody works alone, and says every so often that all is well."""

    unit: str
    user: str
    every_s: int
    site: str | None = None
    """Account id of where he is, as he says."""


@final
class CheckConfirmed(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="check_confirmed"
):
    unit: str
    user: str


@final
class CheckEnded(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="check_ended"):
    unit: str
    user: str
    by: str


@final
class CheckMissed(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="check_missed"
):
    """No check came in time; what is said of it to the room is a signal of its own."""

    unit: str
    user: str
    stage: Missed
    due_at: datetime
    """Our own downtime counted in."""


AboutChecks = CheckBegan | CheckConfirmed | CheckEnded | CheckMissed
