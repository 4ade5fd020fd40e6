"""What a site, a person or a device said, before anything is kept of it.

A `Signal` is made by an edge (a protocol, the API) and handed to intake as part of an `Arrival`. It may still carry
what must not be kept in the open: a user number, a zone's text, a caller. Intake seals or drops those; nothing but
intake turns a Signal into a fact.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct


class Method(StrEnum):
    """How a signal came (DESIGN, words)."""

    EQUIPMENT = "equipment"
    DUTY = "duty"
    CALL = "call"
    SYSTEM = "system"


class Wire(StrEnum):
    """The code list that a code belongs to."""

    CID = "cid"
    SIA = "sia"


class Category(StrEnum):
    """The fifteen normalised categories of an equipment signal."""

    FIRE = "fire"
    MEDICAL = "medical"
    PANIC = "panic"
    INTRUSION = "intrusion"
    TAMPER = "tamper"
    GAS = "gas"
    WATER = "water"
    ENVIRONMENTAL = "environmental"
    POWER = "power"
    COMMUNICATION = "communication"
    OPEN_CLOSE = "open_close"
    BYPASS = "bypass"
    TEST = "test"
    SUPERVISORY = "supervisory"
    OTHER = "other"


class SignalState(StrEnum):
    """What the code says about its object (RULES 1, states)."""

    ALARM = "alarm"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    PRE_ALARM = "pre_alarm"
    RESTORE = "restore"
    TROUBLE = "trouble"
    TROUBLE_RESTORE = "trouble_restore"
    SUPERVISORY = "supervisory"
    SUPERVISORY_RESTORE = "supervisory_restore"
    BYPASS = "bypass"
    UNBYPASS = "unbypass"
    DISABLED = "disabled"
    OPEN = "open"
    CLOSE = "close"
    LATE_OPEN = "late_open"
    LATE_CLOSE = "late_close"
    CANCEL = "cancel"
    ABORT = "abort"
    SILENCED = "silenced"
    TEST = "test"
    TEST_START = "test_start"
    TEST_END = "test_end"
    TEST_FAIL = "test_fail"
    TEST_WITH_FAULT = "test_with_fault"
    STATUS = "status"
    INFO = "info"


API_PATH: Final = "api"
"""The path of what software and people bring over HTTP."""

RESTORING: Final = frozenset(
    {SignalState.RESTORE, SignalState.TROUBLE_RESTORE, SignalState.SUPERVISORY_RESTORE, SignalState.UNBYPASS}
)


class AccountKey(Struct, frozen=True, gc=False):
    """A monitored site as the wire names it. `account` belongs to its receiver and prefix: `1234` alone is no identity.

    `receiver` is the name in our settings, not the R field of a frame. Leading zeros are significant.
    """

    receiver: str
    prefix: str | None
    account: str


class Position(Struct, frozen=True, gc=False):
    """WGS 84 degrees."""

    latitude: float
    longitude: float


class Place(Struct, frozen=True, gc=False, omit_defaults=True):
    """Where a report or a call says it is: one of a site's account id, a position, a text of at most 200 characters."""

    site: str | None = None
    position: Position | None = None
    text: str | None = None


class Caller(Struct, frozen=True, gc=False, omit_defaults=True):
    """Who called, in the caller's words; sealed by intake, never searched."""

    name: str | None = None
    number: str | None = None


class OfCall(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a signal of a call knows of the call. A duty report that a person joins to an incident says `into` alone."""

    call: str | None = None
    """Its id."""
    into: str | None = None
    """The open incident that it is about, as a person said."""
    first: int | None = None
    """The signal that the call began with, of a later one."""
    was: str | None = None
    """Of a later one: the kind that was told before, and `was_priority`."""
    was_priority: int | None = None
    priority: int | None = None
    """By the answers, or as the call-taker set it; None: as the kind says."""
    by_hand: bool = False
    """The call-taker set it, for a reason that the signal's words say."""


class Signal(Struct, frozen=True, gc=False):
    """One thing said. Fields named under `sealed` below never reach the open part of a fact.

    Fields are named by word; only the road of every frame names the first nine by place (see `Received`).
    """

    method: Method
    receiver: str
    received_at: datetime
    """Ours, UTC."""
    occurred_at: datetime | None = None
    """The sender's clock, UTC; may be absent or wrong."""

    prefix: str | None = None
    account: str | None = None
    area: str | None = None
    zone: str | None = None

    wire: Wire | None = None
    code: str | None = None
    """SIA letters (`BA`) or Contact ID with its qualifier (`1130`); of other sources only listed words."""
    category: Category | None = None
    subtype: str | None = None
    state: SignalState | None = None

    kind: str | None = None
    """Picked by a person (duty, call) or by the centre itself (system); equipment never names a kind."""
    site: str | None = None
    """Account id that a person or the centre names; equipment names `account`."""
    part: str | None = None
    """System only: the part of the centre, path or cause that the signal is about."""
    count: int | None = None
    """System only: the number that the signal speaks of (`domain.own_faults`)."""
    path: str | None = None
    """Transmission path it was heard on: `tcp`, `udp`, `api`; of a device its wire."""
    device: str | None = None
    """Id of the registered device that said it; `account` is then its site's, and no panel was heard by it."""
    point: int | None = None
    """Of a device's points without zones: which one, by a number of ours. What one of them repeats hides no other."""
    authenticated: bool = False
    """The frame was decrypted with the account's own key, or the sender's token was checked."""
    previous: bool = False
    """Reported before by the panel: Contact ID qualifier 6, SIA function `O`."""
    quirks: tuple[str, ...] = ()
    by: str | None = None
    """Staff account that reports or takes the call; set by the API from the session, never by the sender."""
    of_call: OfCall | None = None
    """Calls and duty reports only."""

    # sealed or dropped by intake
    user: str | None = None
    text: str | None = None
    """Zone text of a panel, at most 80 characters; of a report or call the note, at most 2 000."""
    position: Position | None = None
    place_text: str | None = None
    caller: Caller | None = None


class Arrival(Struct, frozen=True, gc=False, kw_only=True):
    """What an edge delivers at once: kept together or not at all, answered by one receipt.

    `identity` is what a repeat of the same delivery shares (never stored: intake keeps only an HMAC of it);
    `exact` is what a byte-identical repeat shares, for wires whose frames are authenticated.
    """

    signals: tuple[Signal, ...]
    identity: bytes | None = None
    exact: bytes | None = None
    source: str | None = None
    """Address that it came from, without port; used for unknown accounts only, and kept only as an HMAC of theirs."""


class Poll(Struct, frozen=True, gc=False):
    """A link test: answered without waiting for the disk and never journaled (RULES 3)."""

    account: AccountKey
    path: str
    authenticated: bool
    at: datetime
    source: str | None = None
    """Address that it came from, without port; remembered in memory only."""


class Receipt(Struct, frozen=True, gc=False):
    """The promise that an arrival is on the disk: its first position. `repeated` says that it was already there."""

    position: int
    repeated: bool = False
