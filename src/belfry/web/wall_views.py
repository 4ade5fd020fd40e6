"""What the API shows on a wall: the room at a glance, for eyes that are five metres away."""

from msgspec import Struct

from belfry.domain.facts import IncidentState
from belfry.web.centre_views import OwnFaultView
from belfry.web.views import Clocks, Instant


class WallPriority(Struct, frozen=True, kw_only=True):
    """What is open of one priority. `oldest_at`: since when the oldest untaken one waits; `overdue`: for too long."""

    priority: int
    open: int
    waiting: int
    oldest_at: Instant | None
    overdue: bool


class WallRow(Struct, frozen=True, kw_only=True):
    """An open incident. `site` is null where there is none, and of what is medical or of a person: whoever walks
    through the room reads a wall, and who handles it sees more at a desk."""

    id: str
    number: int
    kind: str
    label: str
    priority: int
    state: IncidentState
    site: str | None
    since: Instant
    """From when its age counts."""
    clocks: Clocks
    by: str | None
    """Who has it, or holds it."""
    silent: bool


class WallPeople(Struct, frozen=True, kw_only=True):
    """How many are at a console, and how many of those have nothing. `names` for those alone who may see the room."""

    here: int
    free: int
    paused: int
    names: list[str] | None


class WallView(Struct, frozen=True, kw_only=True):
    """The room at a glance. `rows`: the first of the queue, `more` what stands behind them."""

    now: Instant
    name: str
    journal: str
    faults: list[OwnFaultView]
    priorities: list[WallPriority]
    rows: list[WallRow]
    more: int
    held: int
    storms: int
    storm_until: Instant | None
    outages: int
    outage_silent: int
    """Paths that outages keep silent."""
    lost: int
    """Sites that are not heard."""
    on_test: int
    test_ends: Instant | None
    """When the next test ends."""
    people: WallPeople
    warnings: list[str]
    """nobody_here, nobody_ready."""
