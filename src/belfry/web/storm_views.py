"""What the API says of storms and runaways."""

from msgspec import Struct

from belfry.domain.facts import HowEnded
from belfry.domain.storm_cover import StormGroup
from belfry.web.views import Instant, SiteView


class HeldView(Struct, frozen=True, kw_only=True):
    """One point that was held back: what it said last. `now` is `in_trouble`, `restored`, `left` (it became an
    operator's at the end) or `told` (nothing ends it)."""

    position: str
    account_id: str | None
    account: str | None
    site: SiteView | None
    group: StormGroup
    kind: str
    label: str
    area: str | None
    zone: str | None
    zone_name: str | None
    """As the registry names it."""
    code: str | None
    first_at: Instant
    at: Instant
    count: int
    now: str


class StormView(Struct, frozen=True, kw_only=True):
    """A storm as it is now. `held` is the number of points that one may know of; `items` is in a detail only."""

    id: str
    running: bool
    groups: list[StormGroup]
    by: str
    reason: str | None
    """Null where its time is over, or nobody can read it now."""
    since: Instant
    until: Instant
    renewed: int
    held: int
    signals: int
    in_trouble: int
    ended_at: Instant | None
    ended_by: str | None
    how: HowEnded | None
    reviewed_at: Instant | None
    reviewed_by: str | None
    review: str | None
    items: list[HeldView]


class StormList(Struct, frozen=True):
    """`started` counts all storms since the beginning."""

    items: list[StormView]
    started: int
    next: str | None = None


class RunawayView(Struct, frozen=True, kw_only=True):
    """A point whose alarm repeats itself; its restores are not listed. `incident` is the open one that counts it."""

    account_id: str | None
    account: str
    receiver: str
    site: SiteView | None
    area: str | None
    zone: str | None
    zone_name: str | None
    """As the registry names it."""
    code: str | None
    said: str | None
    count: int
    since: Instant
    last_at: Instant
    incident: str | None


class FloodView(Struct, frozen=True, kw_only=True):
    """A panel that says too much at once: its open incident."""

    incident: str
    account_id: str | None
    account: str | None
    site: SiteView | None
    since: Instant
    signals: int


class RunawayList(Struct, frozen=True):
    items: list[RunawayView]
    floods: list[FloodView]
    next: str | None = None
