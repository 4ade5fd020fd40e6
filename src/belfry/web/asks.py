"""What the API is asked: the types of request bodies. An unknown field is refused by its name.

POST /signals    SignalBody        POST /reports    ReportBody        POST /calls    CallBody
POST /incidents/{id}/{act}         one body for each act, with the version at which its person saw the incident
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from belfry.domain.closing import Cause, Disposition
from belfry.domain.commands import COMMENT_MOST, NOTE_MOST, REASON_MOST
from belfry.domain.plan import ID_MOST
from belfry.domain.signal import Category, SignalState

Aware = Annotated[datetime, Meta(tz=True)]

# An address is no place for a word: a signal carries no free text (SCOPE). `$` alone would let a line end pass.
ADDRESS: Final = r"^(?=.*[0-9])[0-9A-Za-z._-]{1,16}$(?!\n)"
AREA: Final = r"^(?:[A-Za-z]|(?=.*[0-9])[0-9A-Za-z._-]{1,16})$(?!\n)"
PREFIX: Final = r"^(?=.*[0-9])[0-9A-Fa-f]{1,6}$(?!\n)"
CODE: Final = r"^(?:[A-Z]{2}|[136]?[0-9]{3})$(?!\n)"
HEX: Final = r"^[0-9A-Fa-f\s]+$"
KEY: Final = r"^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}|[0-9A-Fa-f]{64})$(?!\n)"

_ADDRESS_WORDS: Final = "1 to 16 of 0-9, A-Z, a-z, '.', '_' and '-', at least one of them a digit"
IN_WORDS: Final[Mapping[str, str]] = {
    ADDRESS: _ADDRESS_WORDS,
    AREA: f"{_ADDRESS_WORDS}, or a single letter",
    PREFIX: "1 to 6 hexadecimal digits, at least one of them 0-9",
    CODE: "two capital letters of SIA, or Contact ID with three digits or four",
    HEX: "pairs of hexadecimal digits",
    KEY: "32, 48 or 64 hexadecimal digits",
}
"""What a refusal says instead of a pattern."""

Number = Annotated[str, Meta(pattern=ADDRESS)]
"""An account or zone number; leading zeros are significant."""
RECEIVER: Final = "api"
"""Where signals of software come in, as accounts name it."""
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Password = Annotated[str, Meta(min_length=1, max_length=256)]
Reason = Annotated[str, Meta(min_length=1, max_length=REASON_MOST)]
Version = Annotated[int, Meta(ge=0)]


class Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body of a request."""


class SignIn(Ask, frozen=True, kw_only=True):
    name: Name
    password: Password


class SetUp(Ask, frozen=True, kw_only=True):
    """`code` is what the centre printed at its start."""

    code: Annotated[str, Meta(min_length=1, max_length=60)]
    name: Name
    password: Password


# -- the three ways in ------------------------------------------------------------------------------------------------


class SignalBody(Ask, frozen=True, kw_only=True):
    """What equipment said: a `code` (SIA letters as `BA`; Contact ID as `130`, or with a qualifier as `3130`),
    or `category`, `subtype` and `state`."""

    account: Number
    prefix: Annotated[str, Meta(pattern=PREFIX)] | None = None
    receiver: Annotated[str, Meta(min_length=1, max_length=60)] = RECEIVER
    """`api`, or the name of a receiver of this centre."""
    code: Annotated[str, Meta(pattern=CODE)] | None = None
    category: Category | None = None
    subtype: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    state: SignalState | None = None
    area: Annotated[str, Meta(pattern=AREA)] | None = None
    zone: Number | None = None
    occurred_at: Aware | None = None


class PositionBody(Ask, frozen=True, kw_only=True):
    """WGS 84 degrees."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class PlaceBody(Ask, frozen=True, kw_only=True):
    """Where it is: the id of a site, a position, words, the code of a check point's plate, or several of them. A code
    that no check point has stays as words."""

    site: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    position: PositionBody | None = None
    text: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    code: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


class CallerBody(Ask, frozen=True, kw_only=True):
    """In the caller's words; sealed, never searched."""

    name: Annotated[str, Meta(max_length=100)] | None = None
    number: Annotated[str, Meta(max_length=40)] | None = None


class ReportBody(Ask, frozen=True, kw_only=True):
    """What somebody on duty saw."""

    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    place: PlaceBody
    note: Annotated[str, Meta(max_length=NOTE_MOST)] | None = None
    occurred_at: Aware | None = None
    """When it was seen, where the phone could not say so at once."""


class CallBody(Ask, frozen=True, kw_only=True):
    """What somebody on the phone said."""

    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    place: PlaceBody
    note: Annotated[str, Meta(max_length=NOTE_MOST)] | None = None
    caller: CallerBody | None = None


class CloudEvent(Struct, frozen=True, kw_only=True):
    """CloudEvents 1.0 in structured mode, its `data` a SignalBody. Extension attributes are not kept."""

    specversion: Literal["1.0"]
    id: Annotated[str, Meta(min_length=1, max_length=200)]
    source: Annotated[str, Meta(min_length=1, max_length=200)]
    type: Annotated[str, Meta(min_length=1, max_length=200)]
    data: SignalBody
    time: Aware | None = None
    datacontenttype: Literal["application/json"] | None = None


EVENTS_MOST: Final = 100
CloudEvents = Annotated[list[CloudEvent], Meta(min_length=1, max_length=EVENTS_MOST)]


# -- acts -------------------------------------------------------------------------------------------------------------


class TakeBody(Ask, frozen=True, kw_only=True):
    version: Version


class TakeOverBody(Ask, frozen=True, kw_only=True):
    version: Version
    reason: Reason


class ReleaseBody(Ask, frozen=True, kw_only=True):
    version: Version
    reason: Reason | None = None


class HoldBody(Ask, frozen=True, kw_only=True):
    """Until a time, until the next signal (`on: "signal"`) or its restore (`on: "restore"`), or whichever is first; or,
    with `step`, the present wait of its plan, until what that waits for."""

    version: Version
    until: Aware | None = None
    on: Literal["signal", "restore"] | None = None
    reason: Reason | None = None
    step: Annotated[str, Meta(min_length=1, max_length=2 * ID_MOST + 1)] | None = None


class NoteBody(Ask, frozen=True, kw_only=True):
    """A note needs no version."""

    text: Annotated[str, Meta(min_length=1, max_length=NOTE_MOST)]
    version: Version | None = None


class ReclassifyBody(Ask, frozen=True, kw_only=True):
    version: Version
    kind: Annotated[str, Meta(min_length=1, max_length=60)]
    reason: Reason


class CloseBody(Ask, frozen=True, kw_only=True):
    """`seen_upto` is the `signals_seq` that was on the screen. A required restore that is missing wants a `reason`, and
    is waited for until `follow_up`: at most a day, and a day where it is left out. What else is mandatory is in the
    incident's `closing`; where the cause is `other`, a `comment` is."""

    version: Version
    disposition: Disposition | None = None
    cause: Cause | None = None
    seen_upto: Annotated[int, Meta(ge=0)]
    reason: Reason | None = None
    follow_up: Aware | None = None
    comment: Annotated[str, Meta(min_length=1, max_length=COMMENT_MOST)] | None = None


class AssignBody(Ask, frozen=True, kw_only=True):
    """`account_id` is the id of a registered site."""

    version: Version
    account_id: Annotated[str, Meta(min_length=1, max_length=60)]
    reason: Reason | None = None


class MergeBody(Ask, frozen=True, kw_only=True):
    """`into` is the id of the incident under which it is handled. A supervisor gives a `reason` where an operator may
    not."""

    version: Version
    into: Annotated[str, Meta(min_length=1, max_length=60)]
    reason: Reason | None = None


class UnmergeBody(Ask, frozen=True, kw_only=True):
    version: Version
    reason: Reason | None = None


class ReopenBody(Ask, frozen=True, kw_only=True):
    version: Version
    reason: Reason


# -- tools ------------------------------------------------------------------------------------------------------------

Hex = Annotated[str, Meta(min_length=2, max_length=20_000, pattern=HEX)]


class DecodeBody(Ask, frozen=True, kw_only=True):
    """`at` is the time at which the frames came in; without it there is no window check. Nothing of this is kept."""

    frames: Annotated[list[Hex], Meta(min_length=1, max_length=50)]
    key: Annotated[str, Meta(pattern=KEY)] | None = None
    at: Aware | None = None
