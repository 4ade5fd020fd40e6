"""How far an incident is in its plan, and all that was done about it: folded from its facts.

What an outcome leads to was settled when it was written down (`StepDone.next`), so nothing is decided here.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct, structs

from belfry.domain.plan import END, OUTCOMES, Outcome, PlanRef, Step, StepType
from belfry.domain.step_facts import Arrived, PlanChosen, StepDone

DEEDS_MOST: Final = 500
"""Deeds that an incident remembers, the newest; the journal has them all."""


class Deed(Struct, frozen=True, gc=False, omit_defaults=True):
    """One thing that was done: a call, something passed on, a step of the plan. Fields as in `StepDone`."""

    position: int
    at: datetime
    by: str | None
    """None: the plan went on by itself."""
    do: StepType
    step: str | None = None
    outcome: Outcome | None = None
    contact: str | None = None
    agency: str | None = None
    number: int | None = None
    arrives_at: datetime | None = None
    reference: bool = False
    demanded: bool = False


class PlanRun(Struct, frozen=True, gc=False):
    """The steps asked for, which of them is the present one, and which are settled: True done, False skipped."""

    steps: tuple[Step, ...]
    refs: tuple[PlanRef, ...]
    below: tuple[PlanRef, ...] = ()
    at: str | None = None
    """Id of the present step; None: the way through the plan is at its end."""
    settled: Mapping[str, bool] = {}
    went: Mapping[str, str] = {}
    """Where each of those led: the id of a step, or `end`."""
    since: datetime | None = None
    """When `at` became the present step."""
    kind: str = ""
    account_id: str | None = None
    """What the incident was, and at which account, when this was chosen."""


class Coming(Struct, frozen=True, gc=False):
    """Somebody accepted to come."""

    at: datetime
    """When he will be there."""
    contact: str | None = None
    since: datetime | None = None
    agency: str | None = None
    """Of whom: a service that was told and said when."""


def begin(fact: PlanChosen, before: PlanRun | None, at: datetime | None = None) -> PlanRun:
    """The run of a plan. Of one that takes the place of another, what was settled of a step of the same id and type
    stays settled, and it begins at the first step that is not. What was skipped is asked for again where the new plan
    demands it: the reason was one for the plan before."""
    settled: dict[str, bool] = {}
    went: dict[str, str] = {}
    if before is not None:
        types, ids = {step.id: step.do for step in before.steps}, {step.id for step in fact.steps}
        for n, step in enumerate(fact.steps):
            done = before.settled.get(step.id)
            if done is None or types.get(step.id) is not step.do or (step.demanded and not done):
                continue
            settled[step.id] = done
            target = fact.leads.get(step.id) or before.went.get(step.id)
            went[step.id] = target if target in ids or target == END else following(fact.steps, n)
    first = follow(fact.steps[0].id if fact.steps else END, went)
    return PlanRun(fact.steps, fact.refs, fact.below, first, settled, went, at, fact.kind, fact.account_id)


def settle(run: PlanRun, fact: StepDone, at: datetime | None = None) -> PlanRun:
    """The run after something was done. What is done ahead of its turn leaves the present step as it is."""
    if fact.step is None or not fact.settles:
        return run
    settled = {**run.settled, fact.step: fact.outcome is not None}
    went = {**run.went, fact.step: fact.next or END}
    if fact.step != run.at:
        return structs.replace(run, settled=settled, went=went)
    return structs.replace(run, settled=settled, went=went, at=follow(fact.next or END, went), since=at)


def taken_back(run: PlanRun, steps: Collection[str], at: datetime | None = None) -> PlanRun:
    """The run as it was before some steps were settled."""
    settled = {step: done for step, done in run.settled.items() if step not in steps}
    went = {step: to for step, to in run.went.items() if step not in steps}
    first = follow(run.steps[0].id if run.steps else END, went)
    return structs.replace(run, settled=settled, went=went, at=first, since=at)


def following(steps: Sequence[Step], n: int) -> str:
    """The id of the step behind the nth one, or `end`."""
    return steps[n + 1].id if n + 1 < len(steps) else END


def follow(target: str, went: Mapping[str, str]) -> str | None:
    """The first step from `target` on that is not settled; None: the way is at its end."""
    for _ in range(len(went) + 1):  # a plan has no loops; one that had would end here
        if target not in went:
            break
        target = went[target]
    return None if target == END or target in went else target


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
        fact.demanded,
    )
    return (*deeds[1 - DEEDS_MOST :], deed)


def coming(now_coming: tuple[Coming, ...], fact: StepDone | Arrived, at: datetime) -> tuple[Coming, ...]:
    """Who is on the way: a contact or a service counts once, with the newest time."""
    if isinstance(fact, StepDone):
        others = tuple(one for one in now_coming if (one.contact, one.agency) != (fact.contact, fact.agency))
        if fact.arrives_at is None:
            return now_coming
        return (*others, Coming(fact.arrives_at, fact.contact, at, fact.agency))
    return tuple(one for one in now_coming if one.contact != fact.contact)


def step_of(run: PlanRun, step_id: str | None) -> Step | None:
    return next((step for step in run.steps if step.id == step_id), None)


def present(run: PlanRun | None, *, silent: bool = False) -> Step | None:
    """The step that is to be done now; None: none. At a silent site nobody calls the premises: as if nobody answered
    there, the way goes on."""
    if run is None:
        return None
    at = run.at
    for _ in range(len(run.steps)):
        n = next((n for n, step in enumerate(run.steps) if step.id == at), None)
        if n is None:
            return None
        if not (silent and run.steps[n].do is StepType.CALL_PREMISES):
            return run.steps[n]
        at = follow(leads(run.steps, n, None), run.went)
    return None


def ahead(run: PlanRun, *, silent: bool = False) -> frozenset[str]:
    """Ids of the steps that may still come on the way through the plan, the present one among them. A settled step
    leads where it led, any other one wherever it may; at a silent site a call to the premises as if nobody answered."""
    places = {step.id: n for n, step in enumerate(run.steps)}
    found: set[str] = set()
    to_see = [] if run.at is None else [run.at]
    while to_see:
        step_id = to_see.pop()
        if step_id in found or step_id not in places:
            continue
        found.add(step_id)
        n = places[step_id]
        if step_id in run.went:
            to_see.append(run.went[step_id])
        elif silent and run.steps[n].do is StepType.CALL_PREMISES:
            to_see.append(leads(run.steps, n, None))
        else:
            to_see += leads_to(run.steps, n)
    return frozenset(found)


_SKIPPED_AS: Final = {
    StepType.CALL_PREMISES: Outcome.NO_ANSWER,
    StepType.ASK_WORD: Outcome.NO_ANSWER,
    StepType.LOOK: Outcome.NO_PICTURE,
    StepType.CALL_CONTACT: Outcome.NO_ANSWER,
    StepType.NOTIFY: Outcome.PASSED,
    StepType.SEND: Outcome.SENT,
    StepType.WAIT: Outcome.OVER,
    StepType.READ: Outcome.READ,
    StepType.CONFIRM: Outcome.NO,
}
"""A step that is left out leads where this outcome does."""
_CALLS: Final = frozenset({StepType.CALL_PREMISES, StepType.CALL_CONTACT})
_NOBODY_COMES: Final = frozenset({Outcome.BUSY, Outcome.MACHINE, Outcome.REFUSED})


def leads(steps: Sequence[Step], n: int, outcome: Outcome | None) -> str:
    """Where an outcome of the nth step leads, or (None) leaving it out: the id of a step, or `end`."""
    step = steps[n]
    came = _SKIPPED_AS[step.do] if outcome is None else outcome
    named = step.then.get(came)
    if named is None and step.do in _CALLS and came in _NOBODY_COMES:
        named = step.then.get(Outcome.NO_ANSWER)  # nobody came to the telephone, or nobody comes: the same way on
    return named or following(steps, n)


def stays(step: Step, outcome: Outcome) -> bool:
    """Whether a step is never over with an outcome: a service on whose help the plan insists did not take it over."""
    return step.do is StepType.NOTIFY and step.demanded and outcome is not Outcome.PASSED and outcome not in step.then


def leads_to(steps: Sequence[Step], n: int) -> frozenset[str]:
    """Wherever the nth step may lead."""
    outcomes = [outcome for outcome in OUTCOMES[steps[n].do] if not stays(steps[n], outcome)]
    return frozenset(leads(steps, n, outcome) for outcome in (*outcomes, None))


def owed(run: PlanRun | None, *, silent: bool = False) -> Sequence[Step]:
    """The steps that the plan demands on the way that it took, and that are neither done nor skipped: until then it may
    not be closed. What a branch has passed by is not owed, nor a call to the premises of a silent site."""
    if run is None or run.at is None:
        return ()
    may_come = ahead(run, silent=silent)
    return [
        step
        for step in run.steps
        if step.demanded
        and step.id not in run.settled
        and step.id in may_come
        and not (silent and step.do is StepType.CALL_PREMISES)
    ]


def told_at(deeds: Sequence[Deed]) -> datetime | None:
    """When it was first passed to an agency."""
    return next((one.at for one in deeds if one.do is StepType.NOTIFY and one.outcome is Outcome.PASSED), None)
