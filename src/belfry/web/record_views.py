"""The whole record of one incident, and the false-alarm record of one account: what their answers look like."""

from msgspec import Struct

from belfry.centre.reports.false_alarms import CodeCount, MonthCount
from belfry.web.notice_views import NoticeView
from belfry.web.plan_views import PlanRefView, PlanStepView
from belfry.web.views import Clocks, Instant, SignalView, SiteView, TimelineItem

FORMAT = "belfry/incident-record"
FORMAT_VERSION = 1


class RecordedDeed(Struct, frozen=True, kw_only=True):
    """A call, a message to a service, a look at a picture: what was done, of the plan or beside it."""

    position: str
    at: Instant
    by: str | None
    """Null: the plan went on by itself."""
    do: str
    step: str | None
    outcome: str | None
    """Null: the step was skipped."""
    to: str | None
    """The name of the contact or agency, while the registry has it."""
    arrives_at: Instant | None
    words: str | None
    """What was written with it; of what was passed on, the reference in the first line."""
    of: int | None = None
    """Number of the merged incident at which it was done; null: at this one."""


class RecordedUnit(Struct, frozen=True, kw_only=True):
    """A unit that was sent. `times`: when each status was first said; what was skipped stands not there."""

    assignment: str
    call_sign: str
    status: str
    sent_at: Instant
    by: str
    role: str | None
    times: dict[str, Instant]
    needs_more: bool
    left_at: Instant | None
    of: int | None = None
    """Number of the merged incident to which it was sent; null: to this one."""


class RecordedAlerts(Struct, frozen=True, kw_only=True):
    """How many alerts went out, to how many people, and how often it was answered; whom is written nowhere else either
    than in the journal."""

    alerts: int
    told: int
    accepted: int
    refused: int


class RecordedRoll(Struct, frozen=True, kw_only=True):
    """A line of personnel accountability: `what` is started, notice, called, answered, silent or ended."""

    at: Instant
    what: str
    call_sign: str | None
    by: str | None
    reasons: list[str]
    of: int | None = None


class RecordedEnd(Struct, frozen=True, kw_only=True):
    """How it was closed. `group` is what the closing counts as: genuine, user, equipment, environment, communication,
    malicious, unknown, test or none."""

    at: Instant
    by: str | None
    """Null: by the rule of its kind."""
    disposition: str
    cause: str | None
    group: str
    words: str | None
    unrestored: bool


class RecordedPositions(Struct, frozen=True):
    """Where it stands in the journal, so that it can be held against a proof."""

    first: str
    last: str
    entries: int


class RecordedPart(Struct, frozen=True, kw_only=True):
    """An incident that was merged into this one and handled under it: its lines, signals and deeds are among those of
    this one, and its lines and deeds say its number in `of`."""

    id: str
    number: int
    kind: str
    label: str
    opened_at: Instant
    account: str | None
    site: SiteView | None
    caller: str | None
    place: str | None
    positions: RecordedPositions


class IncidentRecord(Struct, frozen=True, kw_only=True):
    """Everything that is kept of an incident, as of `made_at`. That this record was made is in the journal too."""

    format: str
    version: int
    made_at: Instant
    made_by: str
    centre: str
    training: bool
    """An exercise: nothing of it happened."""

    id: str
    number: int
    kind: str
    label: str
    definition: str
    priority: int
    state: str
    method: str
    opened_at: Instant
    queued_at: Instant | None
    first_taken_at: Instant | None
    first_act_at: Instant | None
    closed_at: Instant | None
    silent: bool
    life: bool
    flags: list[str]
    account: str | None
    account_id: str | None
    site: SiteView | None
    area: str | None
    zone: str | None
    area_name: str | None
    zone_name: str | None
    clocks: Clocks
    merged_into: str | None
    caller: str | None
    place: str | None

    merged: list[RecordedPart]
    timeline: list[TimelineItem]
    left_out: int
    """Entries that are older than those of the timeline: a record holds the newest 5,000."""
    signals: list[SignalView]
    plans: list[PlanRefView]
    steps: list[PlanStepView]
    deeds: list[RecordedDeed]
    units: list[RecordedUnit]
    """Every sending, in the order of sending."""
    alerts: RecordedAlerts
    roll_calls: list[RecordedRoll]
    score: int | None
    """The validation score that an operator set, or that was passed on last; null: none."""
    notices: list[NoticeView]
    end: RecordedEnd | None
    positions: RecordedPositions
    unreadable: bool
    """The key store failed: words may be missing that were typed."""


class PointView(Struct, frozen=True, kw_only=True):
    """A zone of the panel: `false` of its `alarms`; `share` of all false alarms of the account."""

    area: str | None
    zone: str
    name: str | None
    alarms: int
    false: int
    share: float
    groups: dict[str, int]


class RepairView(Struct, frozen=True, kw_only=True):
    """`zone` caused `false` of `of` false alarms, most of them by `group`. `advice`: repair, move, instruct, path,
    protect or inspect."""

    area: str | None
    zone: str
    name: str | None
    false: int
    of: int
    group: str
    advice: str


class AccountRecord(Struct, frozen=True, kw_only=True):
    """What was closed of an account in the last months. `rate` is the part of `alarms` that were false, and null where
    there were none. By user numbers nothing is counted, nor by points that stand for a person or a camera's
    detections."""

    account_id: str
    since: Instant
    until: Instant
    incidents: int
    alarms: int
    genuine: int
    false: int
    rate: float | None
    left_out: int
    """Tests, exercises, parts of others, and what ended unjudged."""
    groups: dict[str, int]
    months: list[MonthCount]
    zones: list[PointView]
    unplaced: int
    """False alarms that are counted by no point."""
    codes: list[CodeCount]
    repairs: list[RepairView]
