"""What the centre wrote down: the facts of the journal, and the entry that carries them.

A fact is either what arrived (`Received`) or what was concluded from it. Both are kept, apart from each other:
a decision is never derived again with today's rules, so a decision carries everything that it settled, and its
reasons in words. Facts only grow: a new field has a default, a field is never renamed or given another meaning.

The open part of a fact holds kinds, states, times and internal ids. What is personal travels in `Sealed` parts.

Facts, entries and signals are trees of frozen values: no cycle can form, so the garbage collector need not walk them
(`gc=False`). With some ten thousand in memory it otherwise takes a third of the intake's time.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final, final

from msgspec import Struct

from belfry.domain.call_facts import AboutCall
from belfry.domain.dispatch_facts import AboutDispatch
from belfry.domain.field_facts import AboutField
from belfry.domain.handover_facts import AboutHandover
from belfry.domain.muting import Asked, Expected, Scope, Tick
from belfry.domain.notice_facts import AboutNotice
from belfry.domain.sealed import Part as Part
from belfry.domain.sealed import Retention as Retention
from belfry.domain.sealed import Sealed as Sealed
from belfry.domain.signal import AccountKey, Category, Method, OfCall, SignalState, Wire
from belfry.domain.step_facts import Arrived, Merged, MergeHeard, PlanChosen, ScoreSet, StepDone, TakenBack, Unmerged
from belfry.domain.storm_cover import StormGroup
from belfry.domain.training_facts import AboutTraining
from belfry.domain.unit_facts import AboutUnit
from belfry.domain.warning_facts import WarningHeard

ENTRY_MAX_BYTES: Final = 65_535
"""Largest encoded entry that a journal accepts (DESIGN 4)."""

APPEND_MAX_ENTRIES: Final = 256
"""Most entries in one all-or-none append (DESIGN 4)."""


class Act(StrEnum):
    """What triage does with a signal."""

    OPEN = "open"
    JOIN = "join"
    ANNOTATE = "annotate"
    LOG = "log"
    BANNER = "banner"
    ON_TEST = "on_test"
    """Kept, and kept from the operators: its site is on test."""
    STORM = "storm"
    """Kept and held back: a storm runs. It is answered for at the storm's end."""


class Effect(StrEnum):
    """What a joined signal did to its incident."""

    ALARM = "alarm"
    RESTORE = "restore"
    CANCEL = "cancel"
    CONTEXT = "context"


class IncidentState(StrEnum):
    PENDING = "pending"
    WAITING = "waiting"
    TAKEN = "taken"
    HELD = "held"
    CLOSED = "closed"


class Received(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="fact", tag="received"):
    """A signal as kept: the open part and its sealed parts. Fields as in `domain.signal.Signal`.

    Fields are named by word, but for the first nine where every frame passes: CPython makes a dictionary of a call
    with more than fifteen words, and that call takes four times as long.
    """

    method: Method
    receiver: str
    received_at: datetime
    occurred_at: datetime | None = None
    prefix: str | None = None
    account: str | None = None
    account_id: str | None = None
    area: str | None = None
    zone: str | None = None
    wire: Wire | None = None
    code: str | None = None
    category: Category | None = None
    subtype: str | None = None
    state: SignalState | None = None
    kind: str | None = None
    part: str | None = None
    count: int | None = None
    path: str | None = None
    authenticated: bool = False
    previous: bool = False
    quirks: tuple[str, ...] = ()
    by: str | None = None
    """Staff account that reported or took the call."""
    sealed: tuple[Sealed, ...] = ()
    tag: bytes = b""
    """HMAC of the arrival's identity under the day's key; on the last signal of an arrival. Tells a replay."""
    exact_tag: bytes = b""
    named: bool = False
    """The identity is an Idempotency-Key."""
    timed: bool = False
    """The identity behind `tag` holds the sender's own time, so that a repeat is one however late it comes."""
    repeats: int = 0
    """Signals of the same arrival that precede this one."""
    source: bytes = b""
    """HMAC of the source address, kept only where the account is unknown."""
    near: tuple[str, ...] = ()
    """Where the account is unknown: ids of the registered ones that were heard from the same address lately."""
    training: bool = False
    """Of an exercise: said by the centre itself, for nobody outside."""
    device: str | None = None
    """Id of the registered device that said it; no panel was heard by it."""
    point: int | None = None
    """Of its points without zones: which one, by a number that holds until the next start."""
    of_call: OfCall | None = None

    @property
    def account_key(self) -> AccountKey | None:
        return None if self.account is None else AccountKey(self.receiver, self.prefix, self.account)


class Brief(Struct, frozen=True, gc=False, omit_defaults=True):
    """A signal as an incident remembers it, so that an incident's facts tell their story by themselves."""

    position: int
    method: Method
    received_at: datetime
    occurred_at: datetime | None = None
    area: str | None = None
    zone: str | None = None
    wire: Wire | None = None
    code: str | None = None
    category: Category | None = None
    subtype: str | None = None
    state: SignalState | None = None
    path: str | None = None
    quality: tuple[str, ...] = ()
    sealed: tuple[Sealed, ...] = ()
    device: str | None = None


class Point(Struct, frozen=True, gc=False, omit_defaults=True):
    """One point of a site that is in alarm; `code` is what its alarm and its restore share."""

    area: str | None = None
    zone: str | None = None
    subtype: str | None = None
    code: str | None = None
    device: str | None = None
    """The device whose point it is: what another one of the site restores is not this one's."""


@final
class Opened(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="opened"):
    """Triage opened an incident for a signal."""

    incident: str
    number: int
    kind: str
    priority: int
    rank: int | None = None
    state: IncidentState = IncidentState.WAITING
    signal: Brief
    account: AccountKey | None = None
    account_id: str | None = None
    via: AccountKey | None = None
    """The line that said it, where its area belongs to the account of another customer."""
    group: str | None = None
    """Grouping key; a later signal with the same one may join."""
    silent: bool = False
    life: bool = False
    restore: str = "none"
    """`required`, `wanted` or `none` before closing."""
    auto_close: str = "never"
    pending_until: datetime | None = None
    previous: str | None = None
    fire_order: str | None = None
    """Of a fire alarm: when it is passed to the brigade (`domain.fire_order`)."""
    flags: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    """Of an unknown account: ids of the registered ones that were heard from the same address."""
    site: str | None = None
    """What it is handled together with, where that is more than its account."""
    beside: bool = False
    """Does not settle its signal: another decision does, and is stored after this one."""
    trainee: str | None = None
    """Of an exercise: who practises."""


@final
class Joined(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="joined"):
    """Triage added a signal to an incident. What is None or absent stays as it was."""

    incident: str
    signal: Brief
    effect: Effect = Effect.ALARM
    restored: tuple[Point, ...] = ()
    """The points that this signal restores."""
    kind: str | None = None
    priority: int | None = None
    rank: int | None = None
    restore: str | None = None
    auto_close: str | None = None
    state: IncidentState | None = None
    life: bool | None = None
    silent: bool | None = None
    rings: bool = False
    """The row sounds again: second point, life kind repeating."""
    flags: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    beside: bool = False
    """Does not settle its signal: another decision does, and is stored after this one."""


@final
class Logged(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="logged"):
    """Triage settled that a signal needs nobody."""

    signal: int
    act: Act = Act.LOG
    kind: str | None = None
    incident: str | None = None
    """A closed incident that it belongs to (a restore after closing)."""
    quality: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    test: str | None = None
    """The test that covered it."""
    in_alarm: bool = False
    """It put a point in alarm that only a restore ends; at the end of its test it is decided anew."""
    storm: str | None = None
    """The storm that held it back; at its end it is decided anew, if nothing has restored it."""
    storm_group: StormGroup | None = None


class Due(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="due"):
    """The pending delay of an incident is over, or a hold: it waits for an operator."""

    incident: str
    reasons: tuple[str, ...] = ()


SITE: Final = "site"
"""The reason of what was done to an incident since it was done to another one of its site."""
LEFT_WAITING: Final = "left_waiting"
"""The reason why a site changed hands: who handles it left a priority 1 waiting."""


class Taken(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="taken"):
    incident: str
    by: str
    seen_upto: int
    over: str | None = None
    """Who held it before, where it was taken over, or who handled its site."""
    reason: str | None = None
    """A word of ours (`site`, `left_waiting`); what a person gave as the reason is sealed."""
    parked: bool = False
    sealed: tuple[Sealed, ...] = ()
    handed_by: str | None = None
    """Who gave it to him, where he did not take it himself."""
    bulk: str | None = None
    """The act on many that this belongs to, here and below."""
    team: str | None = None
    """The group of operators that he belonged to then (`domain.teams`)."""


class Released(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="released"):
    """Back to the queue; keeps age and first-take stamp. `by` is None where the centre did it (console lost, idle)."""

    incident: str
    by: str | None = None
    reason: str | None = None
    """`idle` or `console_lost` where the centre did it, `site` where another one of the site was given back; what a
    person gave as the reason is sealed."""
    sealed: tuple[Sealed, ...] = ()
    bulk: str | None = None


class Held(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="held"):
    """Held until a time, the next signal or the restore of its points. `on` is `signal`, `restore` or None."""

    incident: str
    by: str
    until: datetime
    on: str | None = None
    reason: str | None = None
    """`parked`, `site`, or None; what a person gave as the reason is sealed."""
    seen_upto: int = 0
    sealed: tuple[Sealed, ...] = ()


class Noted(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="noted"):
    """A note; its words are sealed."""

    incident: str
    by: str
    sealed: tuple[Sealed, ...] = ()


class Reclassified(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="reclassified"
):
    incident: str
    by: str
    kind: str
    priority: int
    rank: int | None = None
    silent: bool = False
    life: bool = False
    restore: str = "none"
    auto_close: str = "never"
    was: str = ""
    sealed: tuple[Sealed, ...] = ()
    """The reason in words, sealed as a note is."""


class Closed(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="closed"):
    """`by` is None where the table's auto rule closed it."""

    incident: str
    by: str | None = None
    disposition: str
    cause: str | None = None
    seen_upto: int = 0
    unrestored: bool = False
    follow_up_at: datetime | None = None
    """Until when the restore that is missing is waited for."""
    reasons: tuple[str, ...] = ()
    sealed: tuple[Sealed, ...] = ()
    bulk: str | None = None


class Reopened(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="reopened"):
    incident: str
    by: str
    sealed: tuple[Sealed, ...] = ()


class Escalated(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="escalated"):
    """A deadline of an incident passed: which clock, and whom it now reaches."""

    incident: str
    clock: str
    level: str
    reasons: tuple[str, ...] = ()


class Mended(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="mended"):
    """Points of an incident were restored after it was closed without them; with the last one its follow-up ends."""

    incident: str
    signal: int
    restored: tuple[Point, ...] = ()
    reasons: tuple[str, ...] = ()


class Overdue(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="overdue"):
    """The restore that a closed incident still owed has not come in time, and that was raised (ADM.RESTORE.OVERDUE)."""

    incident: str
    reasons: tuple[str, ...] = ()


class Assigned(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="assigned"):
    """A person said to whose account an incident of an unknown number belongs. It may be said again, of another one.
    `by` is None where its very number was registered since."""

    incident: str
    by: str | None = None
    account_id: str
    was: str | None = None
    fire_order: str | None = None
    """Of a fire alarm: when it is passed to the brigade, now that its site is known."""
    restore: str | None = None
    """What its kind needs before closing; of a number that nobody knows nothing is waited for."""
    site: str | None = None
    """What it is handled together with, where that is more than its account."""
    sealed: tuple[Sealed, ...] = ()
    """The reason in words, sealed as a note is."""


class WordChecked(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="word_checked"
):
    """A pass-word that somebody said about an incident was compared. A duress word counts as right here, as it does for
    whoever said it: what it means is said by a signal of its own."""

    incident: str
    by: str
    """Who asked for it."""
    right: bool = False
    contact: str | None = None
    """Our id of the contact whose word it is."""
    cancels: bool = False
    """It is the word of a contact who may cancel; a duress word never is."""


class AccessShown(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="access_shown"
):
    """The access code of a site was shown to who handles an incident there; or a plan of its building to the crew of a
    unit that is sent there."""

    incident: str
    by: str
    account_id: str
    floor_plan: str | None = None
    """The plan, by its id; None: the access code, and what the site says of its dangers."""


class RecordShown(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="record_shown"
):
    """The whole record of the incident was given out, with what is sealed in it. Changes nothing of the incident."""

    incident: str
    by: str
    form: str
    """`json` or `pdf`."""


class WordTried(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="word_tried"):
    """A pass-word was compared without an incident: subject `site/ID`. As in `WordChecked`."""

    account_id: str
    by: str
    right: bool = False
    contact: str | None = None


class ClosingExtended(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="closing_extended"
):
    """A closing was put off: of this schedule the one that was due at `due`, until `until`."""

    account_id: str
    schedule: str
    area: str | None = None
    due: datetime
    until: datetime
    by: str
    word: bool = False
    """The pass-word was asked for, and was right."""


class Started(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="started"):
    """The centre started: its version and the digest of the closed list it works with."""

    version: str
    kinds_version: int
    kinds_digest: str
    codes_digest: str
    down_s: float | None = None
    """Our own downtime before this start, where known; credited to every deadline."""


class Downtime(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="downtime"):
    """Something of the centre itself was away and is back (disk full, journal closed)."""

    part: str
    since: datetime
    until: datetime


class Erased(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="erased"):
    """What was due is destroyed: data keys, so that what they sealed is unreadable, and whole entries."""

    keys: int
    entries: int = 0
    """Entries whose bytes are forgotten; their leaf hashes stay."""
    runs: tuple[tuple[int, int], ...] = ()
    """Their positions, from and to, both counted in."""
    names: tuple[bytes, ...] = ()
    """Keys that went before their own end, with the entry that they were of; an old key backup may hold them still."""
    next_number: int = 0
    """What the next incident will be called, since the newest ones may be among those that are forgotten."""


class Carried(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="carried"):
    """What is known of an account from signals whose entries are about to be forgotten (`domain.condition`)."""

    account: AccountKey
    armed: tuple[tuple[str, bool, datetime], ...] = ()
    """Area, whether it is armed, since when."""
    faults: tuple[tuple[str, datetime], ...] = ()
    first_heard: datetime | None = None
    authenticated: bool = False


class Restored(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="restored"):
    """The centre goes on from a backup: positions behind `position` are used a second time."""

    position: int
    """The last position that the backup held."""
    made_at: datetime
    """When the backup was made. What was kept between then and now is lost."""
    version: str
    """Of the program that made it."""
    keys: bool = False
    """Whether the data keys came back too; without them what is personal cannot be read any more."""


# -- on test: subject `test/ID`, and `test-code/ID` of a technician's code --------------------------------------------


class HowEnded(StrEnum):
    """What ended a test."""

    TIME = "time"
    OPERATOR = "operator"
    TECHNICIAN = "technician"
    CLOCK = "clock"
    """The clock was set back while it ran: nobody knows how long it has lasted."""


@final
class OnTestBegan(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="test_began"):
    """A site was put on test. Signals behind this position are muted by it, as far as scope and ticks go."""

    test: str
    account_id: str
    scope: Scope
    ticks: tuple[Tick, ...] = ()
    asked: Asked
    by: str
    since: datetime
    until: datetime
    expected: tuple[Expected, ...] = ()
    reasons: tuple[str, ...] = ()


@final
class OnTestExtended(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="test_extended"
):
    """A test ends at another time."""

    test: str
    until: datetime
    asked: Asked
    by: str
    reasons: tuple[str, ...] = ()


@final
class OnTestExpects(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="test_expects"
):
    """The whole list of what a test expects, from now on."""

    test: str
    expected: tuple[Expected, ...]
    by: str


@final
class OnTestEnded(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="test_ended"):
    """A test is over. `missing` names what was expected and did not come; `left` points were in alarm still."""

    test: str
    how: HowEnded
    by: str | None = None
    missing: tuple[str, ...] = ()
    left: int = 0
    reasons: tuple[str, ...] = ()


@final
class CodeIssued(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="code_issued"):
    """A technician may sign in once, for one site and time. Kept are salted hashes (scrypt) of his code and of the one
    that he gives when he is forced to."""

    code: str
    account_id: str
    salt: bytes
    hash: bytes
    duress: bytes
    until: datetime
    by: str


@final
class CodeUsed(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="code_used"):
    """The code opened a session; `session` is the SHA-256 of its secret, so that a restart signs nobody out. Empty: it
    was told over the phone."""

    code: str
    session: bytes = b""
    forced: bool = False


@final
class CodeImagined(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="code_imagined"
):
    """What a technician is shown who gave the code for being forced: a test that mutes nothing. The whole of it, each
    time anew, so that his page is the same after a restart; no list and no card tells of it."""

    code: str
    test: str
    account_id: str
    scope: Scope
    ticks: tuple[Tick, ...] = ()
    since: datetime
    until: datetime
    expected: tuple[Expected, ...] = ()
    ended_at: datetime | None = None


@final
class CodeWithdrawn(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="code_withdrawn"
):
    code: str
    by: str


@final
class Changed(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="changed"):
    """Somebody changed a row of the registry. Which fields, never what they hold; each change row is written once."""

    change: int
    """Id of the change row."""
    changed_at: datetime
    by: str
    table: str
    row: str
    account_id: str | None = None
    """The site that it belongs to."""
    version: int | None = None
    """Of that site, from this change on."""
    fields: tuple[str, ...] = ()


# -- storms: subject `storm/ID` ----------------------------------------------------------------------------------------


@final
class StormBegan(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="storm_began"):
    """A supervisor started a storm. Signals behind this position are held back by it, as far as its groups go."""

    storm: str
    groups: tuple[StormGroup, ...]
    by: str
    since: datetime
    until: datetime
    sealed: tuple[Sealed, ...] = ()
    """The reason in words."""


@final
class StormRenewed(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="storm_renewed"
):
    """A supervisor let a storm end later."""

    storm: str
    until: datetime
    by: str


@final
class StormEnded(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="storm_ended"):
    """A storm is over: `held` points were held back, `left` of them are in trouble still and are decided anew."""

    storm: str
    how: HowEnded
    by: str | None = None
    held: int = 0
    left: int = 0


@final
class StormReviewed(
    Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="fact", tag="storm_reviewed"
):
    """A person has gone through all that a storm held back, and answers for it. The words are sealed."""

    storm: str
    by: str
    sealed: tuple[Sealed, ...] = ()


AboutStorm = StormBegan | StormRenewed | StormEnded | StormReviewed
AboutTest = OnTestBegan | OnTestExtended | OnTestExpects | OnTestEnded
AboutCode = CodeIssued | CodeUsed | CodeImagined | CodeWithdrawn
RareOnIncident = (
    Due
    | Taken
    | Released
    | Held
    | Noted
    | Reclassified
    | Closed
    | Reopened
    | Escalated
    | WordChecked
    | AccessShown
    | RecordShown
    | Mended
    | Overdue
    | Assigned
    | PlanChosen
    | StepDone
    | TakenBack
    | Arrived
    | ScoreSet
    | Merged
    | Unmerged
    | MergeHeard
    | AboutDispatch
    | AboutField
)
"""What is said of an incident a few times, while signals join it by the thousand."""
OnIncident = Opened | Joined | RareOnIncident
Fact = (
    Received
    | OnIncident
    | Logged
    | Started
    | Downtime
    | Erased
    | Carried
    | Restored
    | AboutTest
    | AboutCode
    | AboutStorm
    | AboutNotice
    | AboutHandover
    | AboutTraining
    | AboutUnit
    | AboutCall
    | WarningHeard
    | WordTried
    | ClosingExtended
    | Changed
)


class Entry(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One position of the journal: one or more facts about one subject, all or none.

    `id` is 16 random bytes: it makes a repeated append harmless, and keeps the Merkle leaf from being guessed,
    so it is never published. `subject` is `account/RECEIVER/PREFIX/ACCOUNT`, `incident/ID`, `test/ID`,
    `test-code/ID`, `storm/ID`, `notice/ID`, `handover/ID`, `training/ID`, `unit/ID`, `call/ID`, `warnings`, `triage`,
    `expiry`, `registry` or `centre`.
    """

    id: bytes
    subject: str
    at: datetime
    facts: tuple[Fact, ...]
    schema: int = 1


SCHEMA: Final = 4
"""Newest entry schema that this code reads; a journal with a newer one is refused. 2: facts were added that the first
version cannot read (tests, storms, schedules, carried, restored). 3: plans, notices, handovers, merging. 4:
exercises, warnings, units and what is sent."""


def account_subject(key: AccountKey) -> str:
    return f"account/{key.receiver}/{key.prefix or ''}/{key.account}"


def incident_subject(incident: str) -> str:
    return f"incident/{incident}"


REGISTRY_SUBJECT: Final = "registry"
"""Of what is changed in the registry."""


def site_subject(account_id: str) -> str:
    return f"site/{account_id}"


def on_test_subject(test: str) -> str:
    return f"test/{test}"


def code_subject(code: str) -> str:
    return f"test-code/{code}"


def storm_subject(storm: str) -> str:
    return f"storm/{storm}"


def notice_subject(notice: str) -> str:
    return f"notice/{notice}"


def handover_subject(handover: str) -> str:
    return f"handover/{handover}"


def training_subject(training: str) -> str:
    return f"training/{training}"


def unit_subject(unit: str) -> str:
    return f"unit/{unit}"


def call_subject(call: str) -> str:
    return f"call/{call}"
