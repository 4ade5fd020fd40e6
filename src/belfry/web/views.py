"""What the API says: the types of its answers. `bodies of requests` are in `asks`; who fills these in is `telling`.

Positions, ids and cursors are opaque text; times are RFC 3339 in UTC. Nothing sealed is in a row but the place of an
open incident that has no site, for those who may act on it.
"""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from belfry.domain.facts import IncidentState
from belfry.domain.signal import Method, SignalState
from belfry.domain.unit import UnitStatus
from belfry.ports.staff import Role

Instant = Annotated[datetime, Meta(tz=True)]

# -- staff ------------------------------------------------------------------------------------------------------------


class UserName(Struct, frozen=True):
    name: str
    role: Role


class CentreName(Struct, frozen=True):
    name: str


class SessionView(Struct, frozen=True, kw_only=True):
    """Who is signed in. `csrf` goes back as the header X-Belfry-CSRF with every unsafe request; a token has none."""

    user: UserName
    csrf: str | None
    demo: bool
    centre: CentreName
    now: Instant
    language: str
    dialler: str | None
    """Address that dials a number, with `{number}` in it, for those who act; null: the device's own telephone."""


class SetUpNeed(Struct, frozen=True):
    """Whether the centre has no user yet."""

    needed: bool


class UserView(Struct, frozen=True):
    id: str
    name: str
    role: Role
    disabled: bool
    tenants: list[str] | None
    """Names of tenants, or ids of single sites; null: all of them."""


class UserList(Struct, frozen=True):
    items: list[UserView]
    next: str | None = None


# -- signals ----------------------------------------------------------------------------------------------------------


class Accepted(Struct, frozen=True):
    """The receipt of what is now on the disk. `signal` names the first signal that came with it."""

    position: str
    signal: str


class SignalView(Struct, frozen=True, kw_only=True):
    """One signal. `act` and `incident` say what became of it, null while that is not settled."""

    position: str
    method: Method
    received_at: Instant
    occurred_at: Instant | None
    account: str | None
    account_id: str | None
    area: str | None
    zone: str | None
    code: str | None
    name: str | None
    category: str | None
    subtype: str | None
    state: SignalState | None
    act: str | None
    incident: str | None
    quality: list[str]
    zone_name: str | None = None
    """As the registry names the zone, else the device that said it; in the story of an incident alone."""
    device: str | None = None
    """Id of the device that said it, null for panels and people."""


class SignalList(Struct, frozen=True):
    items: list[SignalView]
    next: str | None = None


# -- incidents --------------------------------------------------------------------------------------------------------


class Clock(Struct, frozen=True):
    """Wanted by `target_at`, at the latest by `limit_at`; `done_at` is null while it runs. What is wanted `at_once` is
    late behind its limit alone."""

    target_at: Instant
    limit_at: Instant
    done_at: Instant | None
    at_once: bool


class Clocks(Struct, frozen=True):
    """Deadlines; null where the incident has none."""

    take: Clock | None = None
    act: Clock | None = None
    """The first act of who took it; at a care account the voice that the caller hears."""
    told: Clock | None = None
    """The service: brigade, police, ambulance."""
    arrive: Clock | None = None
    """Who accepted to come is there, or has to be by the kind's own rule."""


class SiteView(Struct, frozen=True, kw_only=True):
    id: str
    name: str
    address: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    type: str


class RestoreView(Struct, frozen=True):
    """`need`: required, wanted or none before closing."""

    need: str
    restored: bool
    open_points: int


class ScoreView(Struct, frozen=True, kw_only=True):
    """The validation score. `level` null: what a person pressed stands outside the levels; `why` says so."""

    level: int | None
    """0 to 4."""
    table: int | None
    """What the table alone says."""
    judged: bool
    """Set by a person."""
    rules: int
    """Version of the table."""
    why: list[str]
    notes: list[str]
    """What changes nothing, and is good to know."""


class UnitsAt(Struct, frozen=True, kw_only=True):
    """Units that were sent to an incident and have not left. `call_sign` and `status` are of the one that is farthest
    along, or in distress."""

    count: int
    call_sign: str
    status: UnitStatus
    needs_more: bool
    """One of them asked for more help."""


class Row(Struct, frozen=True, kw_only=True):
    """An incident as the queue shows it. It is so after position `updated`; `rings` changes when it sounds."""

    id: str
    number: int
    kind: str
    label: str
    group: str
    state: IncidentState
    priority: int
    rank: int | None
    opened_at: Instant
    queued_at: Instant
    """From when its age counts in the queue: when it opened, or when it last came back from a hold."""
    clocks: Clocks
    escalated: list[str]
    """Whom its missed clocks reached since it last came to the queue: `take:desk`, `act:next`, `told:supervisor` ..."""
    account: str | None
    account_id: str | None
    receiver: str | None
    prefix: str | None
    site: SiteView | None
    place: str | None
    """Where an open incident without a site is: words, or latitude and longitude; null for those who may not act, and
    while it cannot be read."""
    part: str | None
    """Of an incident of the centre itself: what it is about. Of an outage, what the silent ones share:
    `provider/Coast Net`, `prefix/panels/A0`, `receiver/panels`. Null for those of sites, and in lists of closed."""
    area: str | None
    zone: str | None
    area_name: str | None
    """As the registry names it; null where it does not, and where the site is not shown."""
    zone_name: str | None
    method: Method
    silent: bool
    silent_site: bool
    """A silent alarm is open at the site, be it this one or another: no call to the premises."""
    life: bool
    score: ScoreView | None
    """Null where the levels are not for it: no intruder alarm of equipment."""
    neighbours: int
    """So many open incidents of the same hazard stand close by, of those that one may know of."""
    fire_order: str | None
    """Of a fire alarm: `pass_at_once`, `verify_90s` or `verify_required`."""
    flags: list[str]
    taken_by: str | None
    taken_at: Instant | None
    held_by: str | None
    held_until: Instant | None
    held_on: str | None
    parked: bool
    first_taken_at: Instant | None
    pending_until: Instant | None
    restore: RestoreView
    disposition: str | None
    cause: str | None
    closed_at: Instant | None
    follow_up_at: Instant | None
    """Closed without the restore that it needs: until when that is waited for; null once it came or was overdue."""
    previous: str | None
    merged_into: str | None
    """Handled as one case with this one, and there: it stands in no queue."""
    trainee: str | None
    """An exercise, and who practises; null: it is real."""
    units: UnitsAt | None
    """Null: nobody is there or on the way."""
    alarm_level: int
    """For how much help it calls: that of its response order, from 1."""
    leads: int
    """So many are merged into it, and are handled here."""
    version: int
    signals_seq: int
    seen_upto: int
    signals: list[SignalView]
    note: str | None = None
    """The newest note; in a detail only."""
    rings: str
    updated: str


class IncidentList(Struct, frozen=True):
    items: list[Row]
    next: str | None = None


class TimelineItem(Struct, frozen=True, kw_only=True):
    """One line of an incident's story. `type`: signal, opened, joined, restored, cancelled, raised, due, taken,
    takeover, released, held, woken, note, reclassified, closed, reopened, escalated, word (a pass-word was compared),
    access (the access code was shown), merged, unmerged, erased (an entry whose time was over, when it went). `text` is
    null where nothing was typed, or its key was erased."""

    position: str
    index: int
    at: Instant
    type: str
    by: str | None = None
    text: str | None = None
    reasons: list[str] = []
    signal: SignalView | None = None
    data: dict[str, Any] = {}
    of: int | None = None
    """Number of the merged incident whose line it is; null: of this one."""


class Timeline(Struct, frozen=True):
    """Oldest first; `next` leads to what was before. `unreadable` as in a detail."""

    items: list[TimelineItem]
    next: str | None = None
    unreadable: bool = False


class ProposalView(Struct, frozen=True, kw_only=True):
    """A registered account whose number is nearly the one that nobody knows, or that was heard from its address."""

    account_id: str
    account: str
    name: str
    address: str
    same_source: bool
    """It was heard lately from the network address from which the unknown number came."""


class ClosingChoice(Struct, frozen=True):
    """One way to close. `key` is its digit. `causes` are the likely ones, the likeliest first; `needs` is what must be
    given with it: `cause`, and `told` where a service has to be told before."""

    disposition: str
    key: str | None
    causes: list[str]
    needs: list[str]


class Detail(Row, frozen=True, kw_only=True):
    """An incident with its story: the newest 200 lines, oldest first, and the older ones behind `timeline_before`."""

    reasons: list[str]
    definition: str
    not_this: str
    timeline: list[TimelineItem]
    timeline_before: str | None
    acts: list[str]
    siblings: list[Row]
    """What else is open at the site, in the order of the queue."""
    merged: list[Row]
    """What is merged into it, oldest first; its lines stand in the story."""
    lead: Row | None
    """What it is merged into."""
    neighbours_open: list[Row]
    """Open incidents of the same hazard close by, the oldest first: shown beside each other, never merged."""
    site_owner: str | None
    """Who handles what else is open at the site."""
    proposals: list[ProposalView]
    """Where the account number is registered nowhere: the accounts that may be meant, the nearest first."""
    zone_text: str | None
    caller: str | None
    place_text: str | None
    dispositions: list[str]
    causes: list[str]
    closing: list[ClosingChoice]
    """What is offered to close an incident of this kind, in the order of the digits."""
    ending: str | None
    """The disposition that its handling has found already, which is chosen until somebody says otherwise."""
    unreadable: bool
    """The key store fails: a text that is null may be one that was typed."""


class Next(Struct, frozen=True):
    """What was taken, and what of one's own was put aside for it."""

    incident: Detail
    parked: list[str]


# -- what is over, and the rest ----------------------------------------------------------------------------------------


class ArchivedIncident(Struct, frozen=True, kw_only=True):
    """An incident that is over. Neither its place nor a word of it; `acts` counts decisions, not who took them."""

    id: str
    number: int
    kind: str
    label: str
    priority: int
    method: str
    account_id: str | None
    life: bool
    silent: bool
    opened_at: Instant
    due_at: Instant | None
    first_taken_at: Instant | None
    first_act_at: Instant | None
    closed_at: Instant
    signals: int
    acts: int
    disposition: str
    cause: str | None
    by_rule: bool
    """Closed by its kind's own rule, by nobody."""
    training: bool
    """An exercise: nothing of it happened."""
    merged: bool
    """It was handled under another incident."""
    units: int
    """How often a unit was sent."""
    first_sent_at: Instant | None
    first_on_scene_at: Instant | None


class ArchivedList(Struct, frozen=True):
    items: list[ArchivedIncident]
    next: str | None = None


class DaySignals(Struct, frozen=True):
    """How many signals of an account were kept on a UTC day."""

    day: str
    signals: int


class DaySignalsList(Struct, frozen=True):
    items: list[DaySignals]
    next: str | None = None


class Decoded(Struct, frozen=True):
    """One object a frame, as `belfry decode dc09` prints it."""

    items: list[dict[str, Any]]
