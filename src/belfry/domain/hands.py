"""In whose hands an incident is, in words: what whoever comes too late, or may not, is told.

Titles of refusals, in English; `domain.refusals` says them in the other languages.
"""

from datetime import datetime, timedelta
from typing import assert_never

from belfry.domain.incident import Incident, State
from belfry.domain.merging import still_owed


def who_was_quicker(incident: Incident, version: int, *, by: str, now: datetime) -> str:
    """Why a command on a version that is not the present one is refused."""
    if incident.state in (State.HELD, State.CLOSED) or (incident.state is State.TAKEN and incident.taken_by != by):
        return whose(incident, by=by, now=now)
    return f"Changed since you saw it: version {incident.version}, you saw {version}"


def whose(incident: Incident, *, by: str, now: datetime) -> str:
    """As told to `by`: `Taken by anna 3 s ago`."""
    match incident.state:
        case State.TAKEN:
            return f"Taken by {incident.taken_by}{_ago(incident.taken_at, now)}"
        case State.HELD if incident.held_by == by:
            return "You hold it: take it first"
        case State.HELD:
            return f"Held by {incident.held_by}: take it over, with a reason"
        case State.CLOSED:
            return f"Closed by {incident.closed_by or 'rule'}{_ago(incident.closed_at, now)}"
        case State.WAITING | State.PENDING:
            return "Nobody has it: take it first"
        case _:
            assert_never(incident.state)


def called(lead: Incident | None) -> str:
    return "another one" if lead is None else f"number {lead.number}"


def points(incident: Incident, *, unrestored: bool) -> str:
    """How many points are not restored: its own where `unrestored`, and those of what is merged into it."""
    number = (incident.open_points if unrestored else 0) + still_owed(incident)
    return "1 point" if number == 1 else f"{number} points"


def span(time: timedelta) -> str:
    """A span in its largest whole unit: `3 s`, `5 min`, `24 h`."""
    seconds = int(time.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7_200 else f"{seconds // 3_600} h"


def _ago(at: datetime | None, now: datetime) -> str:
    return "" if at is None else f" {span(max(now - at, timedelta()))} ago"
