"""What the API tells of plans: the plan of an incident with its texts, who is called now, plans and their library.

`Step`, `When` and `Plan` are shown as they are kept (`domain.plan`); here stands what is beside them.
"""

from msgspec import Struct

from belfry.domain.contacts import CallList, ContactRole, Number
from belfry.domain.plan import Level, Outcome, Plan, StepType, When
from belfry.domain.site_file import AgencyType, Response
from belfry.web.site_views import FlawView
from belfry.web.views import Instant, Row


class PlanStepView(Struct, frozen=True, kw_only=True):
    """A step of an incident. `state`: `now`, `open`, `done`, `skipped`, or `passed` where a branch went by it."""

    id: str
    do: StepType
    text: str
    """Empty where the registry does not know this version of the plan any more."""
    plan: str
    """Id of the plan that it is from."""
    added: bool
    """Of a plan that only adds, chosen by area or place."""
    state: str
    demanded: bool
    owed: bool
    """Has to be done, or skipped with a reason, before it may be closed."""
    outcomes: list[Outcome]
    """In the order of their keys: the first is 1."""
    withheld: str | None = None
    """Why it may not be done now, for people: a silent alarm is open at the site."""
    contacts: CallList | None = None
    roles: list[ContactRole] = []
    arrival: bool = False
    agency: AgencyType | None = None
    reference: bool = False
    unit: str = ""
    wait_s: int | None = None
    on: str | None = None
    waits_until: Instant | None = None
    """Of the present one, a wait: when it is over at the latest."""
    then: dict[Outcome, str] = {}
    attempts: int = 0
    """How often it was tried."""
    outcome: Outcome | None = None
    """Of the last time."""
    by: str | None = None
    at: Instant | None = None
    """When it was settled, by whom."""
    words: str | None = None
    """What was written with it; of a skipped one the reason, of one that was passed on the reference in the first
    line."""


class PlanRefView(Struct, frozen=True, kw_only=True):
    """A plan as it was when it was chosen. `changed`: it is another one by now, or there is none of that id any more;
    whoever has begun it finishes the one he began."""

    id: str
    version: int
    level: Level
    name: str
    changed: bool


class CallView(Struct, frozen=True, kw_only=True):
    """A contact of the present call, in the order of the list. `next` is the one to call now."""

    contact: str
    name: str
    role: ContactRole
    language: str
    numbers: list[Number]
    """Each keeps its place; one that nobody may dial now, at a silent site, is empty."""
    available: bool
    why: str | None = None
    """Why he cannot be called now: `absent`, `hours`, `no_number`, `silent`."""
    attempts: int = 0
    outcome: Outcome | None = None
    """Of the last call."""
    next: bool = False


class AgencyCallView(Struct, frozen=True, kw_only=True):
    """Who is dialled for the present step, the site's own first."""

    id: str
    type: AgencyType
    name: str
    number: str
    permit: str
    response: Response


class ComingView(Struct, frozen=True, kw_only=True):
    """Who accepted to come and is not there yet. `contact` null: a unit, or a service by its `name`."""

    at: Instant
    contact: str | None
    name: str | None
    since: Instant | None
    late: bool


class PlanView(Struct, frozen=True, kw_only=True):
    """The plan of an incident as it stands. Without a plan `steps` is empty and `at` null."""

    incident: str
    version: int
    """Of the incident: what the next act names."""
    at: str | None
    """Id of the step to be done now; at a silent site the call to the premises is never it."""
    steps: list[PlanStepView]
    refs: list[PlanRefView]
    """The plan in effect first, then those that add."""
    below: list[PlanRefView]
    """Those that fit too, and are overruled by a nearer one."""
    reasons: list[str]
    owed: list[str]
    changed_since: bool
    """One of `refs` was changed since this was chosen."""
    silent_site: bool
    called_list: CallList | None
    """The call list of the present step."""
    round: int
    """Which round of calls is the present one, from 1; 0 where nobody is to be called."""
    rounds: int
    """After so many rounds a list is exhausted."""
    calls: list[CallView]
    premises: list[Number]
    """Of a call to the premises: their numbers."""
    agencies: list[AgencyCallView]
    coming: list[ComingView]


class SkippedView(Struct, frozen=True, kw_only=True):
    """A step that somebody left out."""

    incident: Row
    step: str
    do: StepType
    text: str
    demanded: bool
    by: str
    at: Instant
    reason: str | None
    """Null where its key was erased."""


class SkippedList(Struct, frozen=True):
    """Newest first: of what is open and of what was closed within a day."""

    items: list[SkippedView]
    next: str | None = None


class PlanLine(Struct, frozen=True, kw_only=True):
    """A plan in the list of all."""

    id: str
    name: str
    level: Level
    of: str
    of_name: str
    """Of an account, its number and name; else as `of`."""
    when: When
    adds: bool
    steps: int
    version: int
    library: bool
    """As it came with this release: nobody has changed it."""


class PlanList(Struct, frozen=True):
    items: list[PlanLine]
    next: str | None = None


class PlanVersionView(Struct, frozen=True, kw_only=True):
    """`plan` null: it was taken out then."""

    version: int
    at: Instant
    by: str
    plan: Plan | None


class PlanVersionList(Struct, frozen=True):
    items: list[PlanVersionView]
    next: str | None = None


class PlanChecked(Struct, frozen=True, kw_only=True):
    """What is wrong with a plan that was not kept: `flaws` must be mended, `warnings` may be meant."""

    flaws: list[FlawView]
    warnings: list[FlawView]


class DryStepView(Struct, frozen=True, kw_only=True):
    """A step of a dry run, and what was done of it at the incident at which it is tried."""

    id: str
    do: StepType
    text: str
    plan: str
    added: bool
    demanded: bool
    outcomes: list[Outcome]
    leads: dict[Outcome, str]
    """Where each outcome leads at the end: the id of a step, or `end`."""
    outcome: Outcome | None = None
    """As it went at that incident, where a step of this id or of this type was done there."""
    at: Instant | None = None


class DryRunView(Struct, frozen=True, kw_only=True):
    """What an incident of a kind, at a site, at a time, would be asked: nothing is kept."""

    kind: str
    account_id: str | None
    at: Instant
    steps: list[DryStepView]
    refs: list[PlanRefView]
    below: list[PlanRefView]
    reasons: list[str]
    walked: list[str]
    """Ids of the steps on the way that the outcomes of that incident lead along, in their order."""
    owed: list[str]
    """What would be owed at its end."""
