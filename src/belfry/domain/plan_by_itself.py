"""What a plan goes past by itself, since a signal, a time or a word has said already what its step asks for.

A wait is over when what it waits for has come; a pass-word that was compared answers the step that asks for it; a
service is told when a unit of it that a person sent has accepted (`own_services`). All are written down like what a
person does of a plan, so that nobody presses a key that decides nothing - and nothing else ever is: whoever is called,
told or sent is so by a person (RULES 2).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import structs

from belfry.domain.facts import WordChecked
from belfry.domain.incident import WRONG_WORDS, Incident, State
from belfry.domain.own_services import knowing
from belfry.domain.plan import Outcome, Step, StepType
from belfry.domain.plan_run import leads, settle, step_of
from belfry.domain.plan_steps import has_waited, waits_until
from belfry.domain.step_facts import StepDone

_CAME: Final = {
    "restore": "everything that it waits for is restored",
    "signal": "the signal that it waits for has come",
    "arrival": "whoever was to come is there",
}
_LATE: Final = "the time of its wait is over"


def passed(incident: Incident, now: datetime) -> Sequence[StepDone]:
    """The steps of the plan that are over by themselves where somebody has the incident, one behind the other."""
    found: list[StepDone] = []
    while (fact := _over(incident, now) or _known(incident)) is not None and incident.plan is not None:
        found.append(fact)
        incident = structs.replace(incident, plan=settle(incident.plan, fact, now))
    return found


def waits_for_time(incident: Incident) -> datetime | None:
    """When the present wait of somebody's incident is over by time alone; None where there is none, or no such time."""
    step = _present_wait(incident)
    return None if step is None else waits_until(incident, step)


def answered(incident: Incident, fact: WordChecked) -> StepDone | None:
    """What a compared word means for the present step, where that asks for one; None: nothing.

    A wrong word may be one that was misheard: only the second answers, as it ends the calling (RULES 2, silent sites).
    It counts of whoever has the incident, and only of him.
    """
    run = incident.plan
    step = None if run is None else step_of(run, run.at)
    if run is None or step is None or step.do is not StepType.ASK_WORD or incident.taken_by != fact.by:
        return None
    if incident.state is not State.TAKEN or (not fact.right and incident.wrong_words + 1 < WRONG_WORDS):
        return None
    outcome = Outcome.RIGHT if fact.right else Outcome.WRONG_WORD
    return StepDone(
        incident=incident.id,
        by=fact.by,
        do=step.do,
        step=step.id,
        outcome=outcome,
        demanded=step.demanded,
        next=leads(run.steps, run.steps.index(step), outcome),
        contact=fact.contact,
        authorised=fact.right and fact.cancels,
    )


def _present(incident: Incident, do: StepType) -> Step | None:
    run = incident.plan
    if run is None or incident.state is not State.TAKEN or incident.merged_into is not None or run.since is None:
        return None
    step = step_of(run, run.at)
    return step if step is not None and step.do is do else None


def _present_wait(incident: Incident) -> Step | None:
    return _present(incident, StepType.WAIT)


def _known(incident: Incident) -> StepDone | None:
    """The present step wants a service told of which a unit of ours has accepted."""
    run, step = incident.plan, _present(incident, StepType.NOTIFY)
    unit = None if step is None or step.agency is None else knowing(incident, step.agency)
    if run is None or step is None or unit is None:
        return None
    return StepDone(
        incident=incident.id,
        do=step.do,
        step=step.id,
        outcome=Outcome.PASSED,
        demanded=step.demanded,
        next=leads(run.steps, run.steps.index(step), Outcome.PASSED),
        reasons=(f"{unit[0].call_sign} accepted",),
    )


def _over(incident: Incident, now: datetime) -> StepDone | None:
    run, step = incident.plan, _present_wait(incident)
    if run is None or step is None or not has_waited(incident, step, now):
        return None
    late = run.since is not None and step.wait_s is not None and now >= run.since + timedelta(seconds=step.wait_s)
    return StepDone(
        incident=incident.id,
        do=step.do,
        step=step.id,
        outcome=Outcome.OVER,
        demanded=step.demanded,
        next=leads(run.steps, run.steps.index(step), Outcome.OVER),
        reasons=(_LATE if late else _CAME.get(step.on or "", _LATE),),
    )
