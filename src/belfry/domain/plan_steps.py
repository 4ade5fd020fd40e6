"""What an outcome means for a step of a plan: whether the step is over with it, and which one comes then.

A call that reached nobody leaves its step as it is, until everybody who can be called was tried in three rounds; so
does one who was reached and does not come, where the step wants somebody to come. An agency that did not take the case
over was not told, however often it was tried: a step that is demanded stays until it was, or is skipped with a reason.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.commands import HOLDS_ON
from belfry.domain.incident import Incident
from belfry.domain.merging import still_owed
from belfry.domain.plan import Outcome, Step, StepType
from belfry.domain.plan_run import Deed, leads, stays

ROUNDS: Final = 3
"""How often everybody on a list is called before it counts as exhausted (RULES 4)."""
TRIES: Final = 3
"""The same for an agency that nobody insists on, and for a unit."""
WRONG_WORDS: Final = 2
"""Wrong words that end the calling: help is sent, and nobody else is called (RULES 2, silent sites)."""

CALLS: Final = frozenset({StepType.CALL_PREMISES, StepType.CALL_CONTACT})
REPEATABLE: Final = frozenset({*CALLS, StepType.NOTIFY, StepType.SEND, StepType.LOOK})
"""May be done once more after they are settled: it is written down, and the plan goes on as it was."""
_MISSED: Final = frozenset({Outcome.NO_ANSWER, Outcome.BUSY, Outcome.MACHINE})


class Meaning(Struct, frozen=True):
    """`next` is the id of a step, or `end`; None where the step is not over."""

    settles: bool
    next: str | None = None


_STAYS: Final = Meaning(False)


def meaning(
    incident: Incident,
    step: Step,
    outcome: Outcome,
    *,
    contact: str | None = None,
    arrives: bool = False,
    listed: Collection[str] | None = None,
) -> Meaning:
    """What `outcome` of `step` means for the plan of an incident, before it is written down.

    `listed` are the ids of all contacts who can be called for this step; None: not known, and then whoever was called
    stands for all.
    """
    run = incident.plan
    if run is None or step.id in run.settled:
        return _STAYS
    before = deeds_of(incident, step)
    if not _is_over(incident, step, outcome, before, contact, arrives=arrives, listed=listed):
        return _STAYS
    return Meaning(True, leads(run.steps, run.steps.index(step), outcome))


def deeds_of(incident: Incident, step: Step) -> Sequence[Deed]:
    """What was done of a step; of one that calls contacts, the calls that were made beside the plan too: whoever was
    tried was tried."""
    beside = step.do is StepType.CALL_CONTACT
    return [
        deed
        for deed in incident.deeds
        if deed.step == step.id or (beside and deed.step is None and deed.do is step.do and deed.outcome is not None)
    ]


def holds_for(incident: Incident, step: Step) -> tuple[datetime | None, str | None]:
    """Until when, and on what, an incident is held for a present wait: its time, or when whoever accepted will be
    there; None of a part that it does not wait for."""
    until = [waits_until(incident, step)]
    if step.on == "arrival":
        until += [one.at for one in incident.coming]
    return min((at for at in until if at is not None), default=None), step.on if step.on in HOLDS_ON else None


def waits_until(incident: Incident, step: Step) -> datetime | None:
    """Until when a present wait lasts at most; None: it waits for a signal alone, or has not begun."""
    run = incident.plan
    if run is None or run.at != step.id or run.since is None or step.wait_s is None:
        return None
    return run.since + timedelta(seconds=step.wait_s)


def has_waited(incident: Incident, step: Step, now: datetime) -> bool:
    """Whether a wait is over: its time has passed, or what it waits for has come since it began."""
    run = incident.plan
    since = None if run is None or run.at != step.id else run.since
    if since is None:
        return True  # done out of its turn, by somebody who knows why
    if step.wait_s is not None and now >= since + timedelta(seconds=step.wait_s):
        return True
    if step.on == "restore":
        return incident.restored and not still_owed(incident)
    if step.on == "arrival":
        return incident.arrived_at is not None and not incident.coming
    return step.on == "signal" and any(one.received_at > since for one in incident.newest)


def _is_over(
    incident: Incident,
    step: Step,
    outcome: Outcome,
    before: Sequence[Deed],
    contact: str | None,
    *,
    arrives: bool,
    listed: Collection[str] | None,
) -> bool:
    match step.do:
        case StepType.CALL_CONTACT:
            return _calling_is_over(incident, step, outcome, before, contact, arrives=arrives, listed=listed)
        case StepType.NOTIFY if outcome is not Outcome.PASSED:
            return outcome in step.then or (not stays(step, outcome) and _tried(before) + 1 >= TRIES)
        case StepType.SEND if outcome is Outcome.SENT:
            return arrives or not step.arrival
        case StepType.SEND if outcome is Outcome.NO_ANSWER:
            return outcome in step.then or _tried(before) + 1 >= TRIES
        case _:
            return True


def _calling_is_over(
    incident: Incident,
    step: Step,
    outcome: Outcome,
    before: Sequence[Deed],
    contact: str | None,
    *,
    arrives: bool,
    listed: Collection[str] | None,
) -> bool:
    match outcome:
        case Outcome.DURESS:
            return True
        case Outcome.REACHED if arrives or not step.arrival:
            return True
        case Outcome.WRONG_WORD:
            wrong = sum(deed.outcome is Outcome.WRONG_WORD for deed in incident.deeds) + incident.wrong_words
            if outcome in step.then or wrong + 1 >= WRONG_WORDS:
                return True
        case _:
            pass
    return exhausted(attempts_of(before, contact, outcome), listed)


def attempts_of(deeds: Sequence[Deed], contact: str | None = None, outcome: Outcome | None = None) -> Mapping[str, int]:
    """How often each contact was called, with the call that is being written down. Who refused is called no more, so
    he counts as called in every round."""
    counted: dict[str, int] = {}
    for called, came in (*((deed.contact, deed.outcome) for deed in deeds), (contact, outcome)):
        if called is not None:
            counted[called] = ROUNDS if came is Outcome.REFUSED else counted.get(called, 0) + 1
    return counted


def exhausted(attempts: Mapping[str, int], listed: Collection[str] | None) -> bool:
    """Whether everybody was called in three rounds. Who cannot be called any more is waited for by nobody."""
    everybody = attempts if listed is None else listed
    return all(attempts.get(contact, 0) >= ROUNDS for contact in everybody)


def _tried(before: Sequence[Deed]) -> int:
    return sum(deed.outcome is not None for deed in before)
