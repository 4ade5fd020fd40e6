"""What is written down of the operator's hour at an incident: its plan, what was done, its score, and merging.

They are facts of an incident (`facts.OnIncident`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import final

from msgspec import Struct

from belfry.domain.plan import Outcome, PlanRef, Step, StepType
from belfry.domain.sealed import Sealed


@final
class PlanChosen(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="plan_chosen"):
    """What this incident asks for, settled when it was taken first, or when its kind or its account became another.

    The steps stand here without their texts, which may be about people: the registry keeps the texts of each version of
    each plan. A plan that is changed later changes nothing here.
    """

    incident: str
    steps: tuple[Step, ...]
    refs: tuple[PlanRef, ...]
    below: tuple[PlanRef, ...] = ()
    reasons: tuple[str, ...] = ()
    kind: str = ""
    """What the incident was, and at which account, when this was chosen."""
    account_id: str | None = None
    leads: Mapping[str, str] = {}
    """Of a plan that takes the place of another: where the steps lead in it that were settled before."""


@final
class StepDone(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="step_done"):
    """Somebody did something that a plan asks for, or that none asked for (`step` None): one call, one thing passed on.

    What it means for the plan is settled here: `settles` says that the step is over, `next` which one comes then.
    """

    incident: str
    by: str | None = None
    """None: the plan went on by itself, for the `reasons`."""
    do: StepType
    step: str | None = None
    outcome: Outcome | None = None
    """None: skipped, with the reason in `sealed`."""
    demanded: bool = False
    """The plan demands it: where it was skipped, that goes to the supervisor."""
    settles: bool = True
    next: str | None = None
    """Id of the step that it leads to, or `end`; None: the step is not settled."""
    contact: str | None = None
    """Our id of the contact who was called."""
    agency: str | None = None
    """Our id of the agency that was told."""
    number: int | None = None
    """Which of his numbers, from 0."""
    arrives_at: datetime | None = None
    """When whoever accepted will be there."""
    reference: bool = False
    """What the agency calls the case is in `sealed`: the first line of it, where more was written."""
    score: int | None = None
    """The validation score as it was passed on, and the version of its rules."""
    score_rules: int | None = None
    authorised: bool = False
    """The right word of a contact who may cancel."""
    unverified: bool = False
    """Passed to the police without the two calls that the site wants first; the reason is in `sealed`."""
    reasons: tuple[str, ...] = ()
    sealed: tuple[Sealed, ...] = ()


@final
class TakenBack(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="taken_back"):
    """An answer was a slip of the hand, and whoever gave it took it back at once: the plan stands where it stood. What
    was written stays written, and stands in no count any more."""

    incident: str
    by: str
    step: str
    do: StepType
    outcome: Outcome
    deed: int
    """Position of what is taken back."""


@final
class Arrived(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="arrived"):
    """Who had accepted to come is there, or is not coming any more."""

    incident: str
    by: str
    contact: str | None = None
    given_up: bool = False
    sealed: tuple[Sealed, ...] = ()


@final
class ScoreSet(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="score_set"):
    """An operator judged the validation score otherwise than the table; the reason is sealed. None: as it says."""

    incident: str
    by: str
    level: int | None
    was: int
    rules: int
    """Version of the table."""
    sealed: tuple[Sealed, ...] = ()


@final
class Merged(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="merged"):
    """It is one case with another incident, and is handled there: what it is, and what still joins it, shows there."""

    incident: str
    into: str
    by: str
    sealed: tuple[Sealed, ...] = ()


@final
class Unmerged(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="unmerged"):
    """It was not one case: it stands for itself again, taken by whoever said so."""

    incident: str
    out_of: str
    by: str | None = None
    """None: the one that it was merged into is over by itself, so that it waits again."""
    sealed: tuple[Sealed, ...] = ()


@final
class MergeHeard(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="merge_heard"):
    """What an incident knows of one that is merged into it: that it is, and what has joined it since. It follows from
    the facts of the other, and is written down so that whoever leads hears of it as of a signal of his own."""

    incident: str
    of: str
    number: int = 0
    seq: int = 0
    """Its `signals_seq` by now."""
    signals: int = 0
    """So many of them nobody has seen here yet."""
    owed: int = 0
    """Points of it that have to be restored before it is over."""
    rings_at: int = 0
    rings: bool = False
    alarm_at: datetime | None = None
    wakes: bool = False
    priority: int | None = None
    """Set where it has become graver than the one that leads, which is as grave from here on."""
    rank: int | None = None
    left: bool = False
    """It is not merged any more."""
