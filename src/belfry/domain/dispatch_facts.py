"""What is written down of sending help at an incident: alerts, units sent, what they say. Facts of an incident.

They raise no version: while units report, an operator's act must not be refused for it. Whoever decides about units
names the unit's own last entry (`expect` on `unit/ID`), and stores both sides in one append: one unit is never sent
twice, and an incident never tells of a unit that does not know.
"""

from datetime import datetime
from enum import StrEnum
from typing import final

from msgspec import Struct

from belfry.domain.sealed import Sealed
from belfry.domain.unit import Service, UnitStatus


@final
class UnitSent(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="unit_sent"):
    """A person decided that a unit goes there."""

    incident: str
    assignment: str
    """Ours, unique: a unit may be sent to one incident twice."""
    unit: str
    call_sign: str
    """As it was then."""
    by: str
    service: Service | None = None
    role: str | None = None
    """Of the response order: what it is sent as."""
    rank: int | None = None
    """Its place in the recommendation that the person saw, from 1; None: it was not in it."""
    eta_s: int | None = None
    way: str | None = None
    """How the travel time was found: `osrm`, `valhalla`, `distance`."""
    diverted_from: str | None = None
    """The incident that it leaves for this one."""
    reasons: tuple[str, ...] = ()
    sealed: tuple[Sealed, ...] = ()
    """Why another one than the first of the recommendation, in the person's words."""


@final
class UnitTold(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="unit_told"):
    """What a unit that was sent is doing. `left`: it is not with this incident any more."""

    incident: str
    assignment: str
    unit: str
    status: UnitStatus
    by: str | None = None
    occurred_at: datetime | None = None
    eta_s: int | None = None
    left: bool = False
    needs_more: bool = False
    """It asks for more help; what it says of that is a note."""
    wakes: bool = False
    """The incident was held, and waits for an operator again (RULES 2)."""
    reasons: tuple[str, ...] = ()
    sealed: tuple[Sealed, ...] = ()
    """Why, in the words of whoever said so."""


class Answer(StrEnum):
    """What somebody does with an alert."""

    READ = "read"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@final
class Alerted(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="alerted"):
    """People on duty are told of an incident; whom its kind reaches decides who (SCOPE, reach), never the sender."""

    incident: str
    alert: str
    """Ours, unique."""
    reach: str
    """`group`, `nearest` or `assigned`, as the kind says."""
    to: tuple[str, ...] = ()
    """Names of staff accounts on duty."""
    units: tuple[str, ...] = ()
    assignment: str | None = None
    """Where they are told since their unit was sent."""
    needs: int = 0
    """So many of them have to accept; 0: nobody has to, it is told."""
    chain: str | None = None
    """The escalation chain of the settings that goes on with it."""
    again: bool = False
    """A later round of the same."""
    rounds: int = 1
    """So many rounds of its chain this one stands for: those before it had nobody to call."""
    quiet: bool = False
    reasons: tuple[str, ...] = ()
    kind: str = ""
    """What the incident was then: who was told of a smell of smoke is told anew where it becomes something else."""


@final
class AlertAnswered(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="alert_answered"
):
    incident: str
    alert: str
    by: str
    answer: Answer
    eta_s: int | None = None


class Roll(StrEnum):
    """Personnel accountability on scene (RULES 4, PAR)."""

    STARTED = "started"
    NOTICE = "notice"
    CALLED = "called"
    """Everybody is to answer now."""
    ANSWERED = "answered"
    SILENT = "silent"
    """A unit did not answer in time."""
    ENDED = "ended"


@final
class RollCall(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="roll_call"):
    incident: str
    what: Roll
    unit: str | None = None
    by: str | None = None
    reasons: tuple[str, ...] = ()


@final
class LevelSet(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="level_set"):
    """A person decided for how much help an incident calls: the alarm level of its response order, 1 to 5."""

    incident: str
    level: int
    was: int
    by: str


AboutDispatch = LevelSet | UnitSent | UnitTold | Alerted | AlertAnswered | RollCall
