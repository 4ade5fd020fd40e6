"""What an operator handles, and the table of what may happen to it (RULES 2).

An incident is the fold of its facts (`domain.folding`). Human decisions raise `version`, joined signals raise
`signals_seq`: a cascade of signals never blocks an act.
"""

from collections.abc import Mapping, MutableMapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from belfry.domain.facts import (
    Brief,
    IncidentState,
    Point,
)
from belfry.domain.pictures import Picture
from belfry.domain.plan_run import Coming, Deed, PlanRun
from belfry.domain.sent import Accounting, Alert, SentUnit
from belfry.domain.signal import AccountKey

State = IncidentState


class Move(StrEnum):
    """Everything that may change an incident's state."""

    FALL_DUE = "fall due"
    TAKE = "take"
    TAKE_OVER = "take over"
    RELEASE = "release"
    HOLD = "hold"
    WAKE = "wake"
    CLOSE = "close"
    CLOSE_BY_RULE = "close by rule"
    CLOSE_WITH_MANY = "close with many"
    REOPEN = "reopen"


NEXT: Final[Mapping[tuple[State, Move], State]] = {
    (State.PENDING, Move.FALL_DUE): State.WAITING,
    (State.PENDING, Move.CLOSE_BY_RULE): State.CLOSED,
    (State.PENDING, Move.TAKE): State.TAKEN,
    (State.WAITING, Move.TAKE): State.TAKEN,
    (State.WAITING, Move.CLOSE_BY_RULE): State.CLOSED,
    (State.WAITING, Move.CLOSE_WITH_MANY): State.CLOSED,
    (State.PENDING, Move.TAKE_OVER): State.TAKEN,
    (State.WAITING, Move.TAKE_OVER): State.TAKEN,
    (State.TAKEN, Move.TAKE_OVER): State.TAKEN,
    (State.TAKEN, Move.RELEASE): State.WAITING,
    (State.TAKEN, Move.HOLD): State.HELD,
    (State.TAKEN, Move.CLOSE): State.CLOSED,
    (State.HELD, Move.WAKE): State.WAITING,
    (State.HELD, Move.TAKE): State.TAKEN,
    (State.HELD, Move.TAKE_OVER): State.TAKEN,
    (State.CLOSED, Move.REOPEN): State.TAKEN,
}
"""The legal moves; what is not here is refused. Drawn into `docs/incident.md` from this table."""

_CLOSED: Final = State.CLOSED
"""Asked of every signal, so looked up once: CPython 3.11 takes long to find a member of an enum."""

REOPEN_WITHIN: Final = timedelta(hours=24)

PARKED: Final = "parked"
"""The reason of a hold that came with taking a priority 1: lesser work put aside."""

WRONG_WORDS: Final = 2
"""A wrong word so often means dispatch, not the next contact (RULES 2, silent sites)."""
BEHIND: Final = 10
"""So many priorities behind a real one stands what is of an exercise: a real alarm always comes before."""


class Follower(Struct, frozen=True, gc=False, omit_defaults=True):
    """One that is merged into an incident, as far as that has heard of it. Fields as in `MergeHeard`."""

    id: str
    number: int
    seq: int
    owed: int = 0
    rings_at: int = 0
    alarm_at: datetime | None = None


class Incident(Struct, kw_only=True, omit_defaults=True):
    """An incident as it is after position `head`. Changed by `fold` alone."""

    id: str
    number: int
    kind: str
    priority: int
    rank: int | None
    state: State
    opened_at: datetime
    account: AccountKey | None
    account_id: str | None
    via: AccountKey | None = None
    """The line that said it, where that is another account's (a shop's area of a mall's panel)."""
    area: str | None
    zone: str | None
    method: str
    group: str | None
    silent: bool
    life: bool
    restore: str
    auto_close: str
    first: Brief
    head: int
    version: int = 1
    signals_seq: int = 0
    seen_upto: int = 0
    pending_until: datetime | None = None
    due_at: datetime | None = None
    """When it first stood in the queue, or was taken out of its delay; its clocks count from here."""
    raised_at: datetime | None = None
    """When its priority last rose; from there on the shorter limits count."""
    waiting_since: datetime | None = None
    previous: str | None = None
    flags: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    newest: tuple[Brief, ...] = ()
    in_alarm: MutableMapping[Point, bool] = {}
    """Every point that was in alarm here; True while it still is."""
    open_points: int = 0
    """How many still are: counted, since an incident may have a thousand."""
    more_points: bool = False
    taken_by: str | None = None
    taken_at: datetime | None = None
    first_taken_at: datetime | None = None
    first_team: str | None = None
    """The group of operators of whoever took it first."""
    first_act_at: datetime | None = None
    """First note, hold, reclassification or closing by a person after the first take."""
    held_until: datetime | None = None
    held_on: str | None = None
    held_by: str | None = None
    """Who holds it, or did until it woke: preferred for a moment afterwards."""
    parked: bool = False
    cancelled: bool = False
    rings_at: int = 0
    """Position of the last signal that sounds again."""
    rang_at: datetime | None = None
    last_alarm_at: datetime | None = None
    escalated: tuple[str, ...] = ()
    """Whom its missed clocks reached so far (`escalation.mark`)."""
    woke_at: datetime | None = None
    """When it last came back from a hold; its age in the queue counts from here, so that it overtakes nothing new."""
    arrived_at: datetime | None = None
    """When the first of those who accepted to come was there."""
    closed_at: datetime | None = None
    closed_by: str | None = None
    disposition: str | None = None
    cause: str | None = None
    fire_order: str | None = None
    """When this fire alarm is passed to the brigade, as it opened (`domain.fire_order`)."""
    claimed: int = 0
    """Position of the act by which somebody took it himself, not along with another one of its site."""
    follow_up_at: datetime | None = None
    """Closed without its restore: until when that is waited for; None once it came, or was raised as overdue."""
    assigned: bool = False
    """A person said whose account it is, or it was registered since."""
    near: tuple[str, ...] = ()
    """Ids of registered accounts that were heard from the address of this unknown one."""
    site: str | None = None
    """What it is handled together with, where that is more than its account (`site_handling.site_of`)."""
    wrong_words: int = 0
    """Pass-words that were none of the site's."""
    plan: PlanRun | None = None
    """What it asks for, from its first take on."""
    deeds: tuple[Deed, ...] = ()
    """What was done of the plan and beside it, oldest first."""
    coming: tuple[Coming, ...] = ()
    """Who accepted to come and is not there yet."""
    score_set: int | None = None
    """The validation score, where an operator judged otherwise than the table."""
    score_was: int | None = None
    """What the table said then."""
    word_at: datetime | None = None
    """When a contact who may cancel last gave a valid word."""
    merged_into: str | None = None
    """The incident under which it is handled as one case."""
    merged_seq: int = 0
    """Its `signals_seq` when it was merged."""
    merged: tuple[Follower, ...] = ()
    """Those that are handled under this one."""
    trainee: str | None = None
    """Of an exercise: who practises on it."""
    bulk: str | None = None
    """The last act on many that it was among (`centre.bulk`)."""
    units: tuple[SentUnit, ...] = ()
    """Every unit that was sent, in the order of sending."""
    level: int = 1
    """For how much help it calls: the alarm level of its response order."""
    alerts: tuple[Alert, ...] = ()
    accounting: Accounting | None = None
    withdrawn_by: str | None = None
    """Who reported it from the field, and took that back."""
    pictures: tuple[Picture, ...] = ()
    """Those that were taken there, oldest first."""

    @property
    def open(self) -> bool:
        return self.state is not _CLOSED

    @property
    def restored(self) -> bool:
        return not self.more_points and not self.open_points

    @property
    def order(self) -> tuple[int, int, datetime, int]:
        """Queue order: priority, rank, age (RULES 2, priority); behind every real one what is of an exercise."""
        priority = self.priority if self.trainee is None else self.priority + BEHIND
        return (priority, self.rank or 9, self.queued_at, self.number)

    @property
    def queued_at(self) -> datetime:
        """From when its age counts in the queue."""
        return self.woke_at or self.opened_at
