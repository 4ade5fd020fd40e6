"""What the API says of tests: to the control room, and to a technician on his own page."""

from msgspec import Struct

from belfry.domain.facts import HowEnded
from belfry.domain.muting import Asker, Proof, Reach, Tick
from belfry.domain.on_test import Stage
from belfry.domain.premises import Hazard
from belfry.web.views import Instant, SiteView


class ScopeView(Struct, frozen=True, kw_only=True):
    reach: Reach
    areas: list[str]
    zones: list[str]
    hazards: list[Hazard]


class AskedView(Struct, frozen=True, kw_only=True):
    """Who asked, how he was verified, and his name where the registry knows it."""

    asker: Asker
    proof: Proof
    name: str | None


class ExpectedView(Struct, frozen=True, kw_only=True):
    """`ticked_at` is null while it is missing."""

    zone: str | None
    area: str | None
    code: str | None
    name: str | None
    """Of the zone, as the registry has it."""
    ticked_at: Instant | None


class CameView(Struct, frozen=True, kw_only=True):
    """What one point said during the test, last."""

    at: Instant
    area: str | None
    zone: str | None
    code: str | None
    said: str | None
    """The code in the words of its list."""
    name: str | None
    count: int


class TestView(Struct, frozen=True, kw_only=True):
    """A test as it is now. `still_in_alarm` of one that has ended: so many points became alarms then."""

    id: str
    account_id: str
    account: str | None
    site: SiteView | None
    stage: Stage
    scope: ScopeView
    ticks: list[Tick]
    asked: AskedView
    by: str
    since: Instant
    until: Instant
    warning_at: Instant
    longest_until: Instant
    """The latest end that it may be given without asking anew."""
    expected: list[ExpectedView]
    ticked: int
    missing: int
    came: list[CameView]
    signals: int
    ended_at: Instant | None
    ended_by: str | None
    how: HowEnded | None
    still_in_alarm: int


class TestList(Struct, frozen=True):
    items: list[TestView]
    next: str | None = None


class ModeView(Struct, frozen=True, kw_only=True):
    """A test mode of the panel itself: a banner, which mutes nothing."""

    code: str
    said: str | None
    since: Instant


class OnTestNow(Struct, frozen=True, kw_only=True):
    """What a site's card shows: its tests that run, and its panel's own test modes."""

    tests: list[TestView]
    panel: list[ModeView]


class IssuedView(Struct, frozen=True, kw_only=True):
    """Shown once. `forced` is what the technician gives when somebody forces him: it opens the same page, puts nothing
    on test and raises a silent alarm."""

    id: str
    code: str
    forced: str
    until: Instant


class CodeView(Struct, frozen=True, kw_only=True):
    """A technician's code, but for itself. `used`: it opened his page, which lasts until then."""

    id: str
    account_id: str
    account: str | None
    site: SiteView | None
    until: Instant
    by: str
    used: bool


class CodeList(Struct, frozen=True):
    items: list[CodeView]
    next: str | None = None


class ZoneView(Struct, frozen=True, kw_only=True):
    number: str
    area: str | None
    name: str
    hazard: Hazard | None


class AreaView(Struct, frozen=True, kw_only=True):
    number: str
    name: str


class TechnicianView(Struct, frozen=True, kw_only=True):
    """All that a technician's page knows: his site, until when his code is good, and his test."""

    name: str
    address: str
    account: str
    time_zone: str
    centre: str
    now: Instant
    until: Instant
    minutes_most: int
    areas: list[AreaView]
    zones: list[ZoneView]
    test: TestView | None
    """The one that runs, or his last one."""
