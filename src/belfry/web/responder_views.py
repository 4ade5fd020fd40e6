"""What a responder's phone is told, and what it asks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from belfry.domain.commands import NOTE_MOST
from belfry.domain.unit import UnitType
from belfry.web.asks import Ask
from belfry.web.unit_views import SentView, UnitView


class CrewNoteBody(Ask, frozen=True, kw_only=True):
    text: Annotated[str, Meta(min_length=1, max_length=NOTE_MOST)]


class CrewNoteTaken(Struct, frozen=True):
    """`again`: it was kept before, and is not kept twice."""

    incident: str
    again: bool


class JoinView(Struct, frozen=True, kw_only=True):
    """A unit that somebody may sign on to. `since` and `until`: of his shift there, null where he has none."""

    unit: str
    call_sign: str
    type: UnitType
    station_name: str | None
    crew: int
    """How many are signed on."""
    since: datetime | None
    until: datetime | None
    on_call: bool


class CrewIncident(Struct, frozen=True, kw_only=True):
    """What one's unit is sent to. `place` is the site's name and address, or what is known of it; never a note."""

    id: str
    number: int
    kind: str
    label: str
    priority: int
    open: bool
    opened_at: datetime
    place: str | None
    latitude: float | None
    longitude: float | None
    silent: bool
    """Somebody there must not notice: no horn, no call."""
    has_site: bool
    accepted: bool
    """One's unit comes: from then on the site's notes may be read."""
    assignment: str
    sent_at: datetime
    eta_at: datetime | None
    needs_more: bool
    others: Sequence[SentView]
    """Who else is sent there and has not left."""


class DutyNow(Struct, frozen=True, kw_only=True):
    """`unit` null: off duty, and `units` says which ones there are to sign on to, one's own shifts first."""

    user: str
    now: datetime
    unit: UnitView | None
    incident: CrewIncident | None
    units: Sequence[JoinView]
    next: str | None = None


class CrewSite(Struct, frozen=True, kw_only=True):
    """What endangers those who come, and how they get in. Kept on no phone."""

    incident: str
    name: str
    address: str
    notes: str
    hazards: str
    access: str
    access_code: str | None
    """Of the key safe."""
