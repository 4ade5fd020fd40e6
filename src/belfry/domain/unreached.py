"""Whose contacts were all called in vain: three rounds, then it is the supervisor's to know (RULES 4)."""

from datetime import datetime
from typing import Final

from belfry.domain.incident import Incident
from belfry.domain.plan import Outcome, StepType
from belfry.domain.plan_run import Deed

_HEARD: Final = frozenset({Outcome.REACHED, Outcome.WRONG_WORD, Outcome.DURESS, Outcome.RIGHT})
"""Somebody spoke; what follows is the plan's."""
_HELPS: Final = frozenset({Outcome.PASSED, Outcome.SENT})


def unreached_since(incident: Incident) -> datetime | None:
    """When the last call of a list was made on which nobody could be reached; None where there is no such list, or
    where somebody was reached, told or sent since."""
    run = incident.plan
    if run is None or not incident.deeds:
        return None
    lists = {step.id for step in run.steps if step.do is StepType.CALL_CONTACT and run.settled.get(step.id)}
    last = next((deed for deed in reversed(incident.deeds) if deed.step in lists and deed.outcome is not None), None)
    if last is None or _helps(last) or any(deed.position > last.position and _helps(deed) for deed in incident.deeds):
        return None
    return last.at


def _helps(deed: Deed) -> bool:
    if deed.arrives_at is not None or deed.outcome in _HELPS:
        return True
    return deed.do is not StepType.CALL_PREMISES and deed.outcome in _HEARD
