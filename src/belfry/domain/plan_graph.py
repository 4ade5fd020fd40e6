"""Where the outcomes of a plan's steps lead: loops, steps that no way leads to, and ways round what is demanded.

A plan is walked from its first step. An outcome that names no way leads to the next step of the list; leaving a step
out is a way like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from belfry.domain.plan import END, OUTCOMES, Outcome, Step, StepType
from belfry.domain.plan_run import leads, stays

FOUND_OUT: Final = frozenset({Outcome.REACHED, Outcome.RIGHT, Outcome.CAUSE_SEEN, Outcome.YES, Outcome.NO})
"""By these somebody found out what it is, or a person decided: only they may lead round what is demanded."""


def ways(steps: Sequence[Step], n: int) -> Iterator[tuple[Outcome | None, str]]:
    """Each outcome that ends the nth step, and leaving it out (None), with where it leads: a step's id, or `end`."""
    for outcome in OUTCOMES[steps[n].do]:
        if not stays(steps[n], outcome):
            yield outcome, leads(steps, n, outcome)
    yield None, leads(steps, n, None)


def places(steps: Sequence[Step]) -> Mapping[str, int]:
    return {step.id: n for n, step in enumerate(steps)}


def loop(steps: Sequence[Step]) -> Sequence[str]:
    """The ids of the steps of a loop, in its order; none where there is no loop."""
    where = places(steps)
    settled: set[int] = set()
    for first in range(len(steps)):
        way: list[int] = []
        found = _loop_from(steps, where, first, way, settled)
        if found:
            return found
    return ()


def _loop_from(
    steps: Sequence[Step], where: Mapping[str, int], n: int, way: list[int], settled: set[int]
) -> Sequence[str]:
    if n in way:
        return [steps[one].id for one in way[way.index(n) :]]
    if n in settled:
        return ()
    way.append(n)
    for target in sorted({where[to] for _, to in ways(steps, n) if to in where}):
        found = _loop_from(steps, where, target, way, settled)
        if found:
            return found
    way.pop()
    settled.add(n)
    return ()


def met(steps: Sequence[Step]) -> frozenset[str]:
    """Ids of the steps to which some way leads from the first one."""
    where, found, to_see = places(steps), set[str](), [step.id for step in steps[:1]]
    while to_see:
        step_id = to_see.pop()
        if step_id not in found and step_id in where:
            found.add(step_id)
            to_see += [to for _, to in ways(steps, where[step_id])]
    return frozenset(found)


def tells_a_service(step: Step) -> bool:
    """Whether a step is over only when a service took the case over and said what it calls it."""
    return step.do is StepType.NOTIFY and step.demanded and step.reference


def way_round(steps: Sequence[Step]) -> Sequence[str]:
    """The ids of the steps of a way to the end on which nothing was found out and no service was told; none where there
    is no such way. Skipping is no way round: it has a reason that goes to the supervisor."""
    where = places(steps)
    came: dict[str, str | None] = {steps[0].id: None} if steps else {}
    to_see = list(came)
    while to_see:
        step_id = to_see.pop()
        n = where[step_id]
        for outcome, to in ways(steps, n):
            if outcome is None or outcome in FOUND_OUT or (tells_a_service(steps[n]) and outcome is Outcome.PASSED):
                continue
            if to == END:
                return _back(came, step_id)
            if to in where and to not in came:
                came[to] = step_id
                to_see.append(to)
    return ()


def _back(came: Mapping[str, str | None], step_id: str | None) -> Sequence[str]:
    way: list[str] = []
    while step_id is not None:
        way.append(step_id)
        step_id = came[step_id]
    return way[::-1]
