"""What is written down of units: who is on duty, and each status with its time. Subject `unit/ID`.

A position is sealed, lives for days, and is written only with a status; what a phone says in between stays in memory.
What concerns an incident stands in its story too (`dispatch_facts`), stored in the same append.
"""

from datetime import datetime
from typing import final

from msgspec import Struct

from belfry.domain.field_facts import AboutChecks
from belfry.domain.lone import LoneCheck
from belfry.domain.sealed import Sealed
from belfry.domain.unit import CrewMember, UnitSkill, UnitStatus


@final
class SignedOn(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="signed_on"):
    """Somebody is on duty with a unit."""

    unit: str
    user: str
    by: str
    """Himself, or a dispatcher or supervisor who was told so."""
    until: datetime | None = None
    skills: frozenset[UnitSkill] = frozenset()
    on_call: bool = False


@final
class SignedOff(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="signed_off"):
    """Not on duty any more: nothing reaches him, and no position of his is taken."""

    unit: str
    user: str
    by: str | None = None
    """None: the centre, since the shift was over, for the `reasons`."""
    reasons: tuple[str, ...] = ()


@final
class StatusSet(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="status_set"):
    """A unit's status, as somebody said it."""

    unit: str
    status: UnitStatus
    was: UnitStatus
    by: str | None = None
    """None: it follows from another fact, for the `reasons`."""
    occurred_at: datetime | None = None
    """When the phone says that it was, where it could not say so at once."""
    incident: str | None = None
    assignment: str | None = None
    """Bound to that from here on; None: to none."""
    reasons: tuple[str, ...] = ()
    mayday: int | None = None
    """Of distress: position of the signal that was raised with it."""
    quiet: bool = False
    """Of distress: nothing is to sound where it is."""
    sealed: tuple[Sealed, ...] = ()
    """Where it was then; and of a unit that is bound to no incident, why it is so."""


@final
class UnitCarried(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="unit_carried"
):
    """How a unit is, written down again before the entries that said so expire; where it was is not."""

    unit: str
    status: UnitStatus
    since: datetime | None = None
    crew: tuple[CrewMember, ...] = ()
    incident: str | None = None
    assignment: str | None = None
    before_distress: UnitStatus | None = None
    patient: bool = False
    sent: int = 0
    busy_s: float = 0
    checks: tuple[LoneCheck, ...] = ()
    mayday: int | None = None
    quiet: bool = False


AboutUnit = SignedOn | SignedOff | StatusSet | UnitCarried | AboutChecks
