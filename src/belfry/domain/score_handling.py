"""What a person says of the validation score: decided by rules alone, as every other act (`handling`)."""

from belfry.domain.commands import Conflict, Invalid, SetScore
from belfry.domain.incident import Incident
from belfry.domain.step_facts import ScoreSet
from belfry.domain.validation import LEVELS, load


def set_score(incident: Incident, command: SetScore, *, by: str) -> tuple[ScoreSet, str]:
    """Write down the level that somebody judged, and why. Raises Refusal."""
    if command.table is None:
        raise Conflict("This incident stands outside the levels")
    if command.level is not None and command.level not in LEVELS:
        raise Invalid("level", command.level, f"from {LEVELS.start} to {LEVELS.stop - 1}")
    if command.level is None and incident.score_set is None:
        raise Conflict("It is as the table says already")
    fact = ScoreSet(incident=incident.id, by=by, level=command.level, was=command.table, rules=load().version)
    return fact, command.reason
