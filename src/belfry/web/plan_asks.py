"""What the API is asked about plans: the bodies of the acts `do`, `skip`, `arrived`, and of `/plans`."""

from typing import Annotated

from msgspec import Meta

from belfry.domain.commands import NOTE_MOST, REFERENCE_MOST
from belfry.domain.plan import ID_MOST, Outcome, Plan, StepType
from belfry.web.asks import Ask, Aware, Reason, Version

StepId = Annotated[str, Meta(min_length=1, max_length=2 * ID_MOST + 1)]
Id = Annotated[str, Meta(min_length=1, max_length=60)]


class DoBody(Ask, frozen=True, kw_only=True):
    """`step` is done with `outcome`; without a step, what no plan asked for, and then `do` says what it was.

    `contact`, `agency`: our ids. `number`: which of his numbers was called, from 0. `arrives_at`: when whoever accepted
    will be there. `reference`: what the agency calls the case. `override`: why the police are
    told without the two calls that the site wants. `text`: a note to it, sealed.
    """

    version: Version
    outcome: Outcome
    step: StepId | None = None
    do: StepType | None = None
    contact: Id | None = None
    agency: Id | None = None
    number: Annotated[int, Meta(ge=0, le=20)] | None = None
    arrives_at: Aware | None = None
    reference: Annotated[str, Meta(min_length=1, max_length=REFERENCE_MOST)] | None = None
    override: Reason | None = None
    text: Annotated[str, Meta(min_length=1, max_length=NOTE_MOST)] | None = None


class SkipBody(Ask, frozen=True, kw_only=True):
    """Leaves a step out, with a reason that the supervisor reads."""

    version: Version
    step: StepId
    reason: Reason


class UndoBody(Ask, frozen=True, kw_only=True):
    """Takes back one's own answer of a moment ago."""

    version: Version
    step: StepId


class ArrivedBody(Ask, frozen=True, kw_only=True):
    """Who accepted to come is there; with `given_up`, and then a reason, he does not come. No contact: a unit."""

    version: Version
    contact: Id | None = None
    given_up: bool = False
    reason: Reason | None = None


class PlanBody(Ask, frozen=True, kw_only=True):
    """A plan; `version` in it is the one that was seen, and means nothing of a new one."""

    plan: Plan


class DryRunBody(Ask, frozen=True, kw_only=True):
    """Tries what would be chosen for `incident`, or for a `kind` at `account_id` at a time (now). With `plan`, as if
    that one were kept."""

    incident: Id | None = None
    kind: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    account_id: Id | None = None
    area: Annotated[str, Meta(min_length=1, max_length=16)] | None = None
    at: Aware | None = None
    plan: Plan | None = None
