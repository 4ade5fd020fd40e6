"""What the API shows of the centre itself: accounts, what supervision keeps, kinds, receivers, how it is.

As in `views`: the shapes alone, told by others.
"""

from msgspec import Struct

from belfry.domain.signal import Method
from belfry.web.views import Instant, SiteView


class AccountView(Struct, frozen=True, kw_only=True):
    """A monitored site. Its keys are never shown, only whether it has any."""

    id: str
    account: str
    prefix: str | None
    receiver: str | None
    name: str
    address: str
    latitude: float | None
    longitude: float | None
    time_zone: str
    language: str
    tenant: str
    type: str
    keyed: bool
    supervision_s: int | None
    test_s: int | None
    quirks: list[str]
    """How its panel differs from the standard, as met since the centre started."""


class LostView(Struct, frozen=True, kw_only=True):
    """A path that fell silent. `path` is `panel` where the line is alive and the panel behind it says nothing; `kind`
    is null while it waits to be said; `outage` names the outage that explains it."""

    account_id: str
    account: str | None
    site: SiteView | None
    path: str
    since: Instant
    heard_at: Instant | None
    kind: str | None
    outage: str | None
    life: bool
    """People sleep or need help there: on top of the list, with a clock of its own."""
    call_by: Instant | None
    """Until when somebody should have called a life site that nobody hears."""


class NotCommissionedView(Struct, frozen=True, kw_only=True):
    """A site that was never heard, or an unknown account (`account_id` null) of which only link tests are."""

    receiver: str | None
    prefix: str | None
    account: str
    account_id: str | None
    name: str
    heard_at: Instant | None


class SlowView(Struct, frozen=True, kw_only=True):
    """A path that reports so seldom that one lost report would be an alarm; both in seconds."""

    account_id: str
    account: str | None
    site: SiteView | None
    path: str
    observed_s: float
    window_s: float


class OutageView(Struct, frozen=True, kw_only=True):
    """One cause that silenced many: `folded` paths in all, of which `silent` still are. `incident` names the one that
    stands in the queue for it, while it is open."""

    part: str
    since: Instant
    silent: int
    folded: int
    incident: str | None


class OverdueView(Struct, frozen=True, kw_only=True):
    """A schedule that is not kept: `kind` of its incident, which `incident` names while it is open."""

    account_id: str
    account: str | None
    site: SiteView | None
    schedule: str
    name: str
    area: str | None
    point: str | None
    kind: str
    wanted_at: Instant
    heard_at: Instant | None
    incident: str | None


class DueView(Struct, frozen=True, kw_only=True):
    """A deadline ahead. `what`: open, close, check_in, tour or activity; `put_off` by a person or a panel."""

    account_id: str
    account: str | None
    site: SiteView | None
    schedule: str
    name: str
    area: str | None
    what: str
    at: Instant
    put_off: bool


class ExtendedView(Struct, frozen=True, kw_only=True):
    """A closing that was put off: due at `due`, wanted by `until`."""

    schedule: str
    area: str | None
    due: Instant
    until: Instant


class SilenceTotals(Struct, frozen=True, kw_only=True):
    """How many there are, however many are listed. `scheduled`: sites with a schedule."""

    lost: int
    not_commissioned: int
    slow: int
    outages: int
    overdue: int
    scheduled: int


class SilenceView(Struct, frozen=True, kw_only=True):
    """What supervision keeps; at most 500 of each, and the next 100 deadlines. Life sites first, then the longest
    silent; the accounts heard last first."""

    lost: list[LostView]
    not_commissioned: list[NotCommissionedView]
    slow: list[SlowView]
    outages: list[OutageView]
    overdue: list[OverdueView]
    due_next: list[DueView]
    totals: SilenceTotals


class AccountList(Struct, frozen=True):
    items: list[AccountView]
    next: str | None = None


class KindGroup(Struct, frozen=True):
    code: str
    label: str


class KindView(Struct, frozen=True, kw_only=True):
    code: str
    group: str
    label: str
    definition: str
    not_this: str
    priority: int
    rank: int | None
    methods: list[Method]
    reach: str
    life: bool
    silent: bool
    restore: str


class KindList(Struct, frozen=True, kw_only=True):
    """The closed list in one language."""

    digest: str
    version: int
    language: str
    groups: list[KindGroup]
    items: list[KindView]


class ReceiverView(Struct, frozen=True):
    """`takes_devices`: devices are registered at it. `secure`: it listens with TLS."""

    name: str
    type: str
    listen: str
    connections: int
    takes_devices: bool
    secure: bool


class Counts(Struct, frozen=True):
    """Open incidents by state and by priority (`1` to `5`)."""

    by_state: dict[str, int]
    by_priority: dict[str, int]


class OwnFaultView(Struct, frozen=True):
    """An alarm of the centre itself that stands in no journal yet, since nothing can be kept, or for a moment.

    It has no id and no acts: an incident of the same kind takes its place as soon as the journal has one.
    """

    kind: str
    part: str
    why: str | None
    priority: int
    since: Instant
    refused: int


class AutomationView(Struct, frozen=True, kw_only=True):
    """A way out under an agreement (`[[automation]]`, `[[output]]`)."""

    name: str
    form: str
    """`surgard` or `dc07`: software is handed signals; `webhook` or `mqtt`: a siren, a pager or a door is told of
    incidents."""
    agreement: str
    state: str
    """`handing`, `away` (what is due waits) or `resting`: no agreement holds, and nothing leaves."""
    since: Instant | None
    """Of `away`."""
    why: str | None
    """Of `away`, where it is known: `unreachable`, `address` (none that may be reached), `certificate`, `no_answer`,
    `no_http`, `elsewhere` (it sends elsewhere, which is not followed), `refused` or `busy`."""
    handed: int
    """What was taken since the start."""
    unsaid: int
    """Agreed signals since the start that have no line in the link's form."""
    behind: int
    """Entries of the journal that it has not come to."""


class RestoredView(Struct, frozen=True):
    """The centre goes on from a backup that was made at `made_at`; positions behind `position` are used anew.
    Without `keys`, what is personal from before cannot be read any more."""

    at: Instant
    position: str
    made_at: Instant
    keys: bool


class KeepingView(Struct, frozen=True, kw_only=True):
    """Room, backups and what was erased since the beginning; null: not known, or not yet."""

    size_bytes: int | None
    """Of all stores."""
    free_bytes: int | None
    bytes_per_day: int | None
    """By which the stores grew in the last days."""
    days_left: int | None
    """Until little room is left, at that rate."""
    backup_at: Instant | None
    backup_keys: bool
    """Whether the keys were backed up with it."""
    restored: RestoredView | None
    erased_keys: int
    erased_entries: int


class CentreView(Struct, frozen=True, kw_only=True):
    name: str
    demo: bool
    version: str
    now: Instant
    kinds_digest: str
    position: str
    journal: str
    """open or closed"""
    faults: list[OwnFaultView]
    receivers: list[ReceiverView]
    automation: list[AutomationView]
    counts: Counts
    not_commissioned: int
    """Accounts that were never heard of."""
    lost: int
    """Accounts with a path that fell silent."""
    keeping: KeepingView


class Pulse(Struct, frozen=True):
    """What the stream says of the centre itself (`event: centre`)."""

    journal: str
    faults: list[OwnFaultView]
    position: str
    lost: int
    not_commissioned: int
    now: Instant
