"""What the API says of reports, pictures, the lone worker's watch and roll calls."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from belfry.domain.field_facts import Missed, Purpose


class DistressView(Struct, frozen=True, kw_only=True):
    """`signal` is the position of the mayday; `unit` the one that is in distress, null of somebody without one."""

    signal: str
    unit: str | None


class ReportView(Struct, frozen=True, kw_only=True):
    """One's own report. `incident` is null until that is decided."""

    signal: str
    kind: str
    at: datetime
    incident: str | None
    incident_number: int | None
    state: str | None
    taken_by: str | None
    withdrawn_by: str | None
    may_withdraw_until: datetime
    takes_pictures: bool


class CheckView(Struct, frozen=True, kw_only=True):
    """The watch over whoever asks; all but `watched` are null without one."""

    watched: bool
    minutes: int | None = None
    said_at: datetime | None = None
    due_at: datetime | None = None
    stage: Missed | None = None
    site: str | None = None


class LookView(Struct, frozen=True, kw_only=True):
    at: datetime
    by: str
    purpose: Purpose


class PictureView(Struct, frozen=True, kw_only=True):
    """A picture, not what is on it. `purpose`: what whoever asks may look for now; null: he may not."""

    id: str
    at: datetime
    by: str
    until: datetime
    gone: bool
    purpose: Purpose | None
    looks: Sequence[LookView]


class PictureList(Struct, frozen=True, kw_only=True):
    """`takes`: pictures may be added to this incident now."""

    items: Sequence[PictureView]
    takes: bool


class Looked(StrEnum):
    """What somebody was shown of a site."""

    PICTURE = "picture"
    ACCESS = "access"
    """The access code, and what the site says of its dangers."""
    PLAN = "plan"
    """The plan of a building."""
    RECORD = "record"
    """The whole record of an incident, with what is sealed in it."""


class SiteLookView(Struct, frozen=True, kw_only=True):
    """That something sealed of a site was shown: when, to whom, at which incident. `purpose`, `picture`: a picture."""

    at: datetime
    by: str
    what: Looked
    purpose: Purpose | None
    incident: str
    incident_number: int
    picture: str | None


class SiteLookList(Struct, frozen=True):
    """The newest first."""

    items: Sequence[SiteLookView]


class RollUnitView(Struct, frozen=True, kw_only=True):
    """A unit on scene. `asked`: it was there when everybody was called."""

    unit: str
    call_sign: str
    asked: bool
    answered: bool
    silent: bool
    distress: bool


class AccountingView(Struct, frozen=True, kw_only=True):
    """Accountability at an incident. `may_start`: it does not run, and may be begun."""

    runs: bool
    may_start: bool
    started_at: datetime | None
    called_at: datetime | None
    noticed_at: datetime | None
    notice_at: datetime | None
    """When the room is next told that a call comes."""
    call_at: datetime | None
    silent_at: datetime | None
    """When whoever has not answered the last call is asked after."""
    ended_at: datetime | None
    units: Sequence[RollUnitView]
