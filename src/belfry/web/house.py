"""What the web needs of the house, handed in as one value: no globals, nothing looked up by name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from msgspec import Struct

from belfry.centre.alerts import Alerts
from belfry.centre.board import Board
from belfry.centre.bulk import Bulk
from belfry.centre.calls import CallDesk, Offers
from belfry.centre.deadlines import Deadlines
from belfry.centre.desk import Desk
from belfry.centre.devices import DeviceDesk
from belfry.centre.dispatch import DispatchDesk, Recommending
from belfry.centre.dispatch.accounting import AccountingDesk
from belfry.centre.drawing import As, Drawing
from belfry.centre.feed import Feed
from belfry.centre.field import FieldDesk, PictureDesk
from belfry.centre.handovers import HandoverDesk
from belfry.centre.notices import NoticeBook
from belfry.centre.on_test.codes import TechnicianCodes
from belfry.centre.on_test.desk import OnTestDesk
from belfry.centre.outbox import Outbox
from belfry.centre.plans import Planner
from belfry.centre.replanning import Skipped
from belfry.centre.runaways import Runaway
from belfry.centre.schedules import DueNext, Overdue
from belfry.centre.schedules.extending import ScheduleDesk
from belfry.centre.seals import Seals
from belfry.centre.storms.desk import StormDesk
from belfry.centre.supervision import Heard, OutageNow, Silent, Slow, Uncommissioned
from belfry.centre.training import TrainingDesk
from belfry.domain.abilities import GENERALIST, Abilities
from belfry.domain.codes import Codes
from belfry.domain.kinds import Kinds
from belfry.domain.lone import LoneCheck, due_at
from belfry.domain.percentiles import SHIFTS, Shift
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey
from belfry.ports import Clock, Intake, Journal, Sites, Words
from belfry.ports.agreements import Agreements
from belfry.ports.archive import Archive
from belfry.ports.devices import DeviceNow, Devices
from belfry.ports.floor_plans import FloorPlans
from belfry.ports.places import Gazetteer
from belfry.ports.plans import Plans
from belfry.ports.push import PushDesk
from belfry.ports.sheets import Sheets
from belfry.ports.sites import SiteDesk
from belfry.ports.staff import Sessions, Tokens, Users
from belfry.ports.travel import Travel
from belfry.ports.units import Units
from belfry.ports.warnings import Warnings
from belfry.web.map_files import NO_MAP, MapFiles


class ReceiverState(Struct, frozen=True):
    """A door for equipment, as the status page shows it. `listen` as bound, `connections` now."""

    name: str
    type: str
    listen: str
    connections: int
    takes_devices: bool = False
    secure: bool = False
    """Whoever knocks speaks TLS."""


class AutomationState(Struct, frozen=True, kw_only=True):
    """A link by which something leaves under an agreement (`centre.outlets.LinkNow`)."""

    name: str
    form: str
    """surgard, dc07, webhook or mqtt."""
    agreement: str
    state: str
    """handing, away or resting."""
    since: datetime | None
    why: str | None
    handed: int
    unsaid: int
    behind: int
    """Entries of the journal that were not looked at yet."""


class OwnFaultState(Struct, frozen=True):
    """A fault of the centre itself that no incident tells of yet (`domain.own_faults`)."""

    part: str
    since: datetime
    why: str | None = None
    """Of storage: `full`, `failed` or `keys`."""
    refused: int = 0
    """Of storage: deliveries that got no receipt."""


class RestoredState(Struct, frozen=True):
    """That the centre goes on from a backup: when, from which position, made when, and whether the keys came back."""

    at: datetime
    position: int
    made_at: datetime
    keys: bool


class Keeping(Struct, frozen=True, kw_only=True):
    """Room, backups and what was erased. None: not known, or not yet."""

    size_bytes: int | None = None
    free_bytes: int | None = None
    bytes_per_day: int | None = None
    days_left: int | None = None
    backup_at: datetime | None = None
    backup_keys: bool = False
    restored: RestoredState | None = None
    erased_keys: int = 0
    erased_entries: int = 0


class Centre(Struct, frozen=True, kw_only=True):
    """How the centre is at this moment."""

    journal_open: bool
    ready: bool
    """Everything stored before the start is folded, and triage keeps up."""
    faults: tuple[OwnFaultState, ...] = ()
    receivers: tuple[ReceiverState, ...] = ()
    automation: tuple[AutomationState, ...] = ()
    lost: int = 0
    """Accounts with a path that fell silent."""
    not_commissioned: int = 0
    """Accounts that were never heard of."""
    undecided: int = 0
    """Signals that are kept and wait for triage."""
    keeping: Keeping = Keeping()


class Silence(Struct, frozen=True, kw_only=True):
    """What supervision keeps: the first of each list, and how many there are in all."""

    lost: Sequence[Silent] = ()
    lost_count: int = 0
    not_commissioned: Sequence[Uncommissioned] = ()
    not_commissioned_count: int = 0
    slow: Sequence[Slow] = ()
    slow_count: int = 0
    outages: Sequence[OutageNow] = ()
    outage_count: int = 0
    overdue: Sequence[Overdue] = ()
    """Schedules that are not kept now."""
    overdue_count: int = 0
    due_next: Sequence[DueNext] = ()
    """The deadlines that come next."""
    scheduled_count: int = 0
    """Sites with a schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that a request may touch."""

    name: str
    version: str
    language: str
    """Where a browser asks for none of ours."""
    rules: Rules

    board: Board
    journal: Journal
    desk: Desk
    deadlines: Deadlines
    seals: Seals
    intake: Intake
    accounts: Sites
    kinds: Kinds
    codes: Codes
    clock: Clock

    users: Users
    sessions: Sessions
    tokens: Tokens
    sites: SiteDesk
    plans: Plans | None = None
    """None: this centre keeps no plans."""
    planner: Planner | None = None
    """Chooses them; None where there are none."""
    skipped: Callable[[], Sequence[Skipped]] = tuple
    """Steps that were left out lately, the newest first."""
    words: Words | None = None
    """None: this centre compares no pass-words."""
    sheets: Sheets | None = None
    """None: this centre takes and gives no sheets."""

    dispatch: DispatchDesk | None = None
    """Sends units; None: this centre sends none."""
    recommending: Recommending | None = None
    accounting: AccountingDesk | None = None
    """Calls the roll on scene; None, here and below: this centre sends nobody."""
    field_desk: FieldDesk | None = None
    pictures: PictureDesk | None = None
    lone_due: Callable[[LoneCheck], datetime] = lambda check: due_at(check, ())
    """When whoever works alone is to be heard of."""
    alerts: Alerts | None = None
    """Tells people on duty; None: this centre sends none."""
    push: PushDesk | None = None
    """Reaches their phones; None: this centre has no web push."""
    is_delivery: Callable[[str, str], bool] = lambda notice, token: False
    """Whether a phone shows the word that came with a notice."""

    calls: CallDesk | None = None
    """Where calls are taken; None: nowhere."""
    offers: Offers | None = None
    """What is open near a place."""

    travel: Travel | None = None
    """How long units drive; None: nobody reckons it."""

    devices: Devices | None = None
    """None: this centre keeps no devices."""
    device_desk: DeviceDesk | None = None
    """Who hears them; None: nobody can listen."""
    device_now: Callable[[str], DeviceNow] = lambda _: DeviceNow()
    """How a device is, by its id."""

    units: Units | None = None
    """Units, stations and the rota; None: this centre sends nobody."""
    trades_agreed: bool = True
    """A supervisor agrees to a trade of shifts before it counts."""

    warnings: Warnings | None = None
    agreements: Agreements | None = None
    """Of authorities; None: this centre hears none."""

    tests: OnTestDesk
    technicians: TechnicianCodes

    describe: Callable[[], Centre]
    """Cheap: it is asked every second and by every status page."""
    silence: Callable[[int], Silence] = lambda _: Silence()
    """What fell silent, at most so many of each list."""
    storms: StormDesk | None = None
    """Where storms are started; None: this centre knows none."""
    runaways: Callable[[], Iterable[Runaway]] = tuple
    """The points that repeat themselves without end now."""
    schedules: ScheduleDesk | None = None
    """Where closings are put off; None: this centre follows no schedules."""
    quirks: Callable[[], Mapping[str, Sequence[str]]] = dict
    """How panels of known accounts differ from the standard, as met since the start; by the id of the account."""
    receivers: Sequence[str] = ()
    """Names of the receivers in the settings."""
    heard: Callable[[str], Sequence[Heard]] = lambda _: ()
    """When each path of an account was last heard, by its id."""
    moves: Callable[[], int] = lambda: 0
    """How often an account has gone to another tenant, so that streams know."""
    spoken: Callable[[], Iterable[AccountKey]]
    """Every account that was ever heard, as its receiver names it."""
    setup_code: str | None = None
    """What the first user must know; None: nobody can set the centre up over the network."""
    demo: Sequence[str] = ()
    """Names of the operators whom a demo signs in by itself, one after the other; empty: no demo."""
    dialler: str | None = None
    """Address that a console opens to dial, with `{number}` in it."""
    public_url: str | None = None
    """What browsers type, where a proxy stands in front."""
    https: bool = False
    """Browsers reach the centre by https alone, so cookies say Secure."""
    archive: Archive | None = None
    """None: nothing can be listed of what is over for long."""
    notices: NoticeBook = field(default_factory=NoticeBook)
    """Who was to be reached outside the console, and what came of it."""
    feed: Feed | None = None
    """None: this centre hands nothing out."""
    bulk: Bulk | None = None
    """Acts on many at once; None: there are none."""
    abilities: Callable[[str], Abilities] = lambda _: GENERALIST
    """What somebody by a name is trained for and speaks."""
    training: TrainingDesk | None = None
    """Where exercises are begun; None: nobody practises here."""
    handovers: HandoverDesk | None = None
    """None: this centre hands no shift over."""
    outbox: Outbox | None = None
    """None: nobody is reached outside the console."""
    gazetteer: Gazetteer | None = None
    """None: this centre searches no addresses."""
    floor_plans: FloorPlans | None = None
    """Of buildings; None: this centre keeps none."""
    plan_drawing: Drawing = field(default_factory=lambda: Drawing(As.PLAN))
    map: MapFiles = NO_MAP
    """Files of the map; there need be none."""
    map_origins: Sequence[str] = ()
    """Places elsewhere that the map's style may ask."""
    shifts: Sequence[Shift] = SHIFTS
    zone: tzinfo = UTC
    """The centre's own clock."""
