"""What may be done with a step of a plan: the acts `do`, `skip` and `arrived`, decided by rules alone.

`handling.decide` has seen to the version, to the role and to who has taken the incident. Each of these gives the fact,
and the words that are sealed into it.
"""

from datetime import datetime, timedelta
from typing import Final

from belfry.domain.calling import IN_WORDS, unverified
from belfry.domain.commands import Conflict, DoStep, Invalid, SayArrived, SkipStep, TakeBack
from belfry.domain.incident import Incident
from belfry.domain.plan import OUTCOMES, Outcome, Step, StepType
from belfry.domain.plan_run import Deed, leads, present, step_of
from belfry.domain.plan_steps import REPEATABLE, has_waited, meaning, waits_until
from belfry.domain.site_file import AgencyType
from belfry.domain.step_facts import Arrived, StepDone, TakenBack

_COMES: Final = {StepType.CALL_CONTACT: Outcome.REACHED, StepType.SEND: Outcome.SENT, StepType.NOTIFY: Outcome.PASSED}
"""By which outcome somebody may accept with a time of arrival."""
TAKE_BACK_WITHIN: Final = timedelta(seconds=20)
_STANDS: Final = frozenset({Outcome.PASSED, Outcome.SENT, Outcome.DURESS})
"""What others know already."""
_SAID: Final = frozenset({StepType.CALL_CONTACT, StepType.CALL_PREMISES, StepType.ASK_WORD})
ARRIVES_WITHIN: Final = timedelta(days=7)
"""Nobody accepts to come later than that: a fault's service has days. What lies further ahead is a slip of the keys."""


def do_step(
    incident: Incident, command: DoStep, *, by: str, now: datetime, silent: bool = False
) -> tuple[StepDone, str | None]:
    """Write down what was done. `silent`: nobody at the site may notice anything. Raises Refusal."""
    step, do = _what(incident, command)
    _fits(command, do, now)
    if incident.trainee is not None and (command.agency or command.contact or command.reference) is not None:
        raise Conflict("An exercise: nobody is called, no agency told, and none has a reference for it")
    if do is StepType.CALL_PREMISES and silent:
        raise Conflict("A silent alarm is open at the site: the premises are not called")
    _must_be_verified(incident, command, step, do, silent=silent)
    if step is None:
        return _beside(incident, command, do, by), _words(command)
    if step.reference and command.outcome is Outcome.PASSED and command.reference is None and incident.trainee is None:
        raise Invalid("reference", None, "needed: what the agency calls the case")
    if do is StepType.WAIT and not has_waited(incident, step, now):
        until = waits_until(incident, step)
        raise Conflict("It waits still" if until is None else f"It waits until {until:%H:%M:%S} UTC")
    run = incident.plan
    if run is not None and step.id in run.settled and do not in REPEATABLE:
        raise Conflict("This step is done already")
    means = meaning(
        incident,
        step,
        command.outcome,
        contact=command.contact,
        arrives=command.arrives_at is not None,
        listed=command.listed,
    )
    return _done(incident, command, do, by, step, settles=means.settles, to=means.next), _words(command)


def skip_step(incident: Incident, command: SkipStep, *, by: str) -> tuple[StepDone, str]:
    """Leave a step out: the way goes on as where it came to nothing. Raises Refusal."""
    run = incident.plan
    step = None if run is None else step_of(run, command.step)
    if run is None or step is None:
        raise Conflict("The plan has no such step: it is another one by now")
    if step.id in run.settled:
        raise Conflict("This step is done already" if run.settled[step.id] else "This step is skipped already")
    fact = StepDone(
        incident=incident.id,
        by=by,
        do=step.do,
        step=step.id,
        demanded=step.demanded,
        next=leads(run.steps, run.steps.index(step), None),
    )
    return fact, command.reason


def last_answer(incident: Incident, by: str, now: datetime) -> Deed | None:
    """What `by` may take back: his own answer of a moment ago, the last that a person gave here. That somebody was told
    or sent, is forced, comes at a time, or that a step was left out stands as it is."""
    deed = next((one for one in reversed(incident.deeds) if one.by is not None), None)
    if deed is None or deed.by != by or deed.step is None or deed.outcome in (None, *_STANDS):
        return None
    fresh = timedelta() <= now - deed.at <= TAKE_BACK_WITHIN
    return deed if fresh and deed.arrives_at is None else None


def take_back(incident: Incident, command: TakeBack, *, by: str, now: datetime) -> tuple[TakenBack, None]:
    """Take one's own last answer back. Raises Refusal."""
    deed = last_answer(incident, by, now)
    if deed is None or deed.step != command.step or deed.outcome is None:
        raise Conflict("Only your own last answer is taken back, at once, and nothing that others know already")
    return TakenBack(
        incident=incident.id, by=by, step=deed.step, do=deed.do, outcome=deed.outcome, deed=deed.position
    ), None


def say_arrived(incident: Incident, command: SayArrived, *, by: str) -> tuple[Arrived, str | None]:
    """Who had accepted to come is there, or gave it up. Raises Refusal."""
    if all(one.contact != command.contact for one in incident.coming):
        raise Conflict("Nobody of that name is on the way")
    if command.given_up and command.reason is None:
        raise Invalid("reason", None, "needed where somebody does not come any more")
    fact = Arrived(incident=incident.id, by=by, contact=command.contact, given_up=command.given_up)
    return fact, command.reason


def now_to_do(incident: Incident, *, silent: bool = False) -> Step | None:
    """The step that is to be done now; None: the plan is at its end, or there is none."""
    return present(incident.plan, silent=silent)


def _what(incident: Incident, command: DoStep) -> tuple[Step | None, StepType]:
    if command.step is None:
        if command.do is None:
            raise Invalid("do", None, "needed where no step of the plan is named")
        return None, command.do
    step = None if incident.plan is None else step_of(incident.plan, command.step)
    if step is None:
        raise Conflict("The plan has no such step: it is another one by now")
    if command.do not in (None, step.do):
        raise Invalid("do", command.do, f"{step.do}, as the step says")
    return step, step.do


def _fits(command: DoStep, do: StepType, now: datetime) -> None:
    """Judge the fields by the type of what was done. Raises Invalid."""
    if command.outcome not in OUTCOMES[do]:
        raise Invalid("outcome", command.outcome, f"one of {', '.join(OUTCOMES[do])}")
    if command.contact is not None and do not in _SAID:
        raise Invalid("contact", command.contact, f"not of {do}")
    if command.agency is not None and do not in (StepType.NOTIFY, StepType.SEND):
        raise Invalid("agency", command.agency, f"not of {do}")
    if command.reference is not None and (do is not StepType.NOTIFY or command.outcome is not Outcome.PASSED):
        raise Invalid("reference", command.reference, "only where an agency took the case over")
    if command.arrives_at is None:
        return
    if _COMES.get(do) is not command.outcome:
        raise Invalid("arrives_at", command.arrives_at, "only where somebody accepted to come")
    if command.arrives_at <= now:
        raise Invalid("arrives_at", command.arrives_at, "must lie ahead")
    if command.arrives_at - now > ARRIVES_WITHIN:
        hours = f"{ARRIVES_WITHIN.days * 24} h"
        raise Invalid("arrives_at", command.arrives_at, f"at most {hours} ahead")


def _must_be_verified(incident: Incident, command: DoStep, step: Step | None, do: StepType, *, silent: bool) -> None:
    """Where the site wants two calls before the police, they were made, or somebody says why not. Raises Invalid."""
    if command.override is not None or not _wants_calls(command, step, do):
        return
    why = unverified(incident, silent=silent)
    if why is not None:
        raise Invalid("override", str(why), f"needed: {IN_WORDS[why]}")


def _wants_calls(command: DoStep, step: Step | None, do: StepType) -> bool:
    told = (None if step is None else step.agency) or command.tells
    passed = do is StepType.NOTIFY and command.outcome is Outcome.PASSED
    return passed and command.two_calls and told is AgencyType.POLICE


def _beside(incident: Incident, command: DoStep, do: StepType, by: str) -> StepDone:
    """What no plan asked for."""
    return _done(incident, command, do, by, None, settles=False, to=None)


def _done(
    incident: Incident, command: DoStep, do: StepType, by: str, step: Step | None, *, settles: bool, to: str | None
) -> StepDone:
    return StepDone(
        incident=incident.id,
        by=by,
        do=do,
        step=None if step is None else step.id,
        outcome=command.outcome,
        demanded=step is not None and step.demanded,
        settles=settles,
        next=to,
        contact=command.contact,
        agency=command.agency,
        number=command.number,
        arrives_at=command.arrives_at,
        reference=command.reference is not None,
        score=command.score if do is StepType.NOTIFY else None,
        score_rules=command.score_rules if do is StepType.NOTIFY else None,
        authorised=command.authorised and do is StepType.ASK_WORD and command.outcome is Outcome.RIGHT,
        unverified=command.override is not None and _wants_calls(command, step, do),
    )


def _words(command: DoStep) -> str | None:
    """The reference is the first line, what else was written stands below it."""
    said = [text for text in (command.reference, command.override, command.text) if text is not None]
    return "\n".join(said) if said else None
