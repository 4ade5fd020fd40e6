"""What the API shows of people who work together: their standing, the supervisor's board, acts on many at once."""

from msgspec import Struct

from belfry.centre.feed import Duty
from belfry.domain.abilities import Skill
from belfry.domain.facts import IncidentState
from belfry.web.views import Instant


class ReadyView(Struct, frozen=True, kw_only=True):
    """Whether somebody is handed incidents. `why`: idle or away, where the centre paused him; `grace_until`: the next
    one comes then; `handed`: the incident that he was handed and has."""

    duty: Duty
    why: str | None = None
    since: Instant | None = None
    grace_until: Instant | None = None
    handed: str | None = None


class OnFloor(Struct, frozen=True, kw_only=True):
    """An incident on the supervisor's board."""

    id: str
    number: int
    kind: str
    label: str
    priority: int
    state: IncidentState
    site: str | None
    since: Instant
    """When it came to who has it, or from when its age counts."""


class OldestView(Struct, frozen=True, kw_only=True):
    """What waits of one priority: how many, and the oldest."""

    priority: int
    waiting: int
    oldest: OnFloor | None
    overdue: bool
    """It has waited for longer than its priority wants."""


class PersonView(Struct, frozen=True, kw_only=True):
    """Somebody of the room, in the order of the names. `presence`: ready, by_hand, paused or away; `free`: at a console
    and has nothing."""

    name: str
    presence: str
    why: str | None
    since: Instant | None
    free: bool
    holds: list[OnFloor]


class RunningClock(Struct, frozen=True, kw_only=True):
    """A clock that runs. `stage`: ahead, due (behind its target) or missed (behind its limit)."""

    incident: OnFloor
    clock: str
    target_at: Instant
    limit_at: Instant
    stage: str
    by: str | None
    """Who has it."""


class SkippedStep(Struct, frozen=True, kw_only=True):
    incident: str
    number: int
    kind: str
    label: str
    by: str
    at: Instant
    step: str | None
    demanded: bool


class FloorView(Struct, frozen=True, kw_only=True):
    """The room at this moment. `warnings`: nobody_here, nobody_ready."""

    now: Instant
    oldest: list[OldestView]
    people: list[PersonView]
    clocks: list[RunningClock]
    clocks_count: int
    missed_count: int
    skipped: list[SkippedStep]
    unreached: list[OnFloor]
    """Whose contacts were all called in three rounds and nobody was reached, told or sent since, the first of them
    first; `since` is the last call."""
    warnings: list[str]


class RefusedGroup(Struct, frozen=True):
    """Why some were left as they are, how many, and the first of them."""

    reason: str
    count: int
    incidents: list[str]


class BulkView(Struct, frozen=True, kw_only=True):
    """An act on many. `state`: preview, running or done. `matched` is `done` and all `refused` together, and what is
    still to come while it runs."""

    id: str
    act: str
    state: str
    matched: int
    done: int
    refused: list[RefusedGroup]
    upto: int
    """The number of the newest incident that is meant: what came later is left alone."""


class AbilitiesView(Struct, frozen=True, kw_only=True):
    name: str
    skills: list[Skill]
    speaks: list[str]


class AbilitiesList(Struct, frozen=True, kw_only=True):
    """In the order of the names; `skills` is the closed list."""

    items: list[AbilitiesView]
    skills: list[Skill]
