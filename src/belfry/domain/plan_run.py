"""How far an incident is in its plan, and all that was done about it: folded from its facts.

What an outcome leads to was settled when it was written down (`StepDone.next`), so nothing is decided here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.domain.plan import END, Outcome, PlanRef, Step, StepType
from belfry.domain.step_facts import Arrived, PlanChosen, StepDone

DEEDS_MOST: Final = 500
"""Deeds that an incident remembers, the newest; the journal has them all."""


class Deed(Struct, frozen=True, gc=False, omit_defaults=True):
    """One thing that was done: a call, something passed on, a step of the plan. Fields as in `StepDone`."""

    position: int
    at: datetime
    by: str
    do: StepType
    step: str | None = None
    outcome: Outcome | None = None
    contact: str | None = None
    agency: str | None = None
    number: int | None = None
    arrives_at: datetime | None = None
    reference: bool = False


class PlanRun(Struct, frozen=True, gc=False):
    """The steps asked for, which of them is the present one, and which are settled: True done, False skipped."""

    steps: tuple[Step, ...]
    refs: tuple[PlanRef, ...]
    below: tuple[PlanRef, ...] = ()
    at: str | None = None
    """Id of the present step; None: the way through the plan is at its end."""
    settled: Mapping[str, bool] = {}


class Coming(Struct, frozen=True, gc=False):
    """Somebody accepted to come."""

    at: datetime
    """When he will be there."""
    contact: str | None = None
    since: datetime | None = None


def begin(fact: PlanChosen, before: PlanRun | None) -> PlanRun:
    """The run of a plan. Of one that takes the place of another, what was settled of a step of the same id and type
    stays settled, and it begins at the first step that is not."""
    types = {} if before is None else {step.id: step.do for step in before.steps}
    kept = {} if before is None else before.settled
    settled = {step.id: kept[step.id] for step in fact.steps if step.id in kept and types[step.id] is step.do}
    first = next((step.id for step in fact.steps if step.id not in settled), None)
    return PlanRun(fact.steps, fact.refs, fact.below, first, settled)


def settle(run: PlanRun, fact: StepDone) -> PlanRun:
    """The run after something was done."""
    if fact.step is None or not fact.settles:
        return run
    settled = {**run.settled, fact.step: fact.outcome is not None}
    at = fact.next if fact.step == run.at else run.at
    return PlanRun(run.steps, run.refs, run.below, None if at == END else at, settled)


def noted(deeds: tuple[Deed, ...], fact: StepDone, position: int, at: datetime) -> tuple[Deed, ...]:
    deed = Deed(
        position,
        at,
        fact.by,
        fact.do,
        fact.step,
        fact.outcome,
        fact.contact,
        fact.agency,
        fact.number,
        fact.arrives_at,
        fact.reference,
    )
    return (*deeds[1 - DEEDS_MOST :], deed)


def coming(now_coming: tuple[Coming, ...], fact: StepDone | Arrived, at: datetime) -> tuple[Coming, ...]:
    """Who is on the way: a contact counts once, with the newest time."""
    others = tuple(one for one in now_coming if one.contact != fact.contact)
    if isinstance(fact, StepDone):
        return now_coming if fact.arrives_at is None else (*others, Coming(fact.arrives_at, fact.contact, at))
    return others


def owed(run: PlanRun | None) -> Sequence[Step]:
    """The steps that the plan demands and that are neither done nor skipped: until then it may not be closed."""
    return () if run is None else [step for step in run.steps if step.demanded and step.id not in run.settled]


def told_at(deeds: Sequence[Deed]) -> datetime | None:
    """When it was first passed to an agency."""
    return next((one.at for one in deeds if one.do is StepType.NOTIFY and one.outcome is Outcome.PASSED), None)
