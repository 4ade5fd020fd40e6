"""Whom an incident reaches when a clock of it is missed, and when (RULES 4): from every desk to the phones outside.

    desk -> next operator -> supervisor -> another room -> phones outside

An untaken one climbs by the take clock. One that somebody has is offered to the next operator, then shown to the
supervisor. Who is meant by a level outside the console is the rota's (`domain.rota`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.domain.clocks import ACT, ARRIVE, TAKE, TOLD, Clock, began_at, clocks
from belfry.domain.incident import Incident, State
from belfry.domain.presets import Rules, span

DESK: Final = "desk"
"""Every desk hears it, louder."""
NEXT: Final = "next"
"""The next operator: whoever has it does not get on with it."""
SUPERVISOR: Final = "supervisor"
ROOM: Final = "room"
"""Another room."""
OUTSIDE: Final = "outside"
"""Phones outside the room."""

LEVELS: Final = (DESK, NEXT, SUPERVISOR, ROOM, OUTSIDE)
"""From the nearest to the furthest."""

_HANDLED: Final = frozenset({State.TAKEN, State.HELD})
_RUNS_IN: Final = {ACT: frozenset({State.TAKEN}), TOLD: _HANDLED, ARRIVE: _HANDLED}


class Level(Struct, frozen=True):
    """Whom a missed clock reaches from `at` on."""

    at: datetime
    level: str
    clock: str = TAKE


def levels(incident: Incident, rules: Rules) -> Sequence[Level]:
    """Whom an incident reaches as it is now, and when, each clock's in its order; nobody where all is done, nor where
    it is handled under another one, or is an exercise."""
    if incident.merged_into is not None or incident.trainee is not None:
        return ()
    found: list[Level] = []
    for name, clock in clocks(incident, rules).items():
        if clock.done_at is not None:
            continue
        if name == TAKE:
            found += _untaken(incident, clock, rules)
        elif incident.state in _RUNS_IN[name]:
            found += _missed(incident, name, clock, rules)
    return tuple(found)


def is_missed(incident: Incident, clock: str, rules: Rules) -> bool:
    """Whether a missed clock of an incident still waits for somebody: what reminds of it is asked this first."""
    return any(level.clock == clock for level in levels(incident, rules))


def further(level: str, rules: Rules) -> str | None:
    """Whom it reaches at once where a level has nobody."""
    known = [one for one in LEVELS[LEVELS.index(level) + 1 :] if one != ROOM or rules.room_1_s]
    return known[0] if known else None


def mark(clock: str, level: str) -> str:
    """How an incident remembers that it reached a level (`Incident.escalated`)."""
    return f"{clock}:{level}"


def _untaken(incident: Incident, clock: Clock, rules: Rules) -> Sequence[Level]:
    if incident.state is not State.WAITING:
        return ()
    reached = [Level(clock.target_at, DESK), Level(clock.limit_at, SUPERVISOR)]
    if incident.priority == 1:
        since = clock.target_at - span(rules.take_1_s)
        if rules.room_1_s:
            reached.append(Level(since + span(rules.room_1_s), ROOM))
        reached.append(Level(since + span(rules.outside_1_s), OUTSIDE))
    return reached


def _missed(incident: Incident, name: str, clock: Clock, rules: Rules) -> Sequence[Level]:
    """The next operator at the target - at the limit, where it was wanted at once - and then the supervisor. Whoever
    has only just taken it has some time of his own."""
    at_once = name != ARRIVE and clock.target_at <= began_at(incident)
    next_at = clock.limit_at if at_once else clock.target_at
    if name != ARRIVE and incident.taken_at is not None:
        next_at = max(next_at, incident.taken_at + span(rules.missed_supervisor_s))
    supervisor_at = max(clock.limit_at, next_at + span(rules.missed_supervisor_s))
    return (Level(next_at, NEXT, name), Level(supervisor_at, SUPERVISOR, name))
