"""Units as the API shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from belfry.domain.unit import Service, Travels, UnitEquipment, UnitSkill, UnitStatus, UnitType


class CrewView(Struct, frozen=True):
    user: str
    since: datetime
    until: datetime | None
    """When the shift ends."""


class WhereView(Struct, frozen=True):
    """`old`: said over five minutes ago."""

    latitude: float
    longitude: float
    at: datetime
    old: bool


class UnitView(Struct, frozen=True, kw_only=True):
    """A unit as it is now. `incident` is null too where whoever asks may not know of it."""

    id: str
    call_sign: str
    type: UnitType
    service: Service
    tenant: str
    station: str | None
    station_name: str | None
    skills: Sequence[UnitSkill]
    """Its own and those of its crew."""
    equipment: Sequence[UnitEquipment]
    travels: Travels
    enabled: bool
    status: UnitStatus
    since: datetime | None
    free: bool
    """May be sent at once."""
    on_duty: bool
    crew: Sequence[CrewView]
    short: bool
    """Fewer are signed on than it needs."""
    incident: str | None
    incident_number: int | None
    incident_kind: str | None
    assignment: str | None
    eta_at: datetime | None
    overdue_at: datetime | None
    """When somebody should ask what keeps it in this status; null: never (`[rules]`, `unit_*_s`)."""
    needs_more: bool
    """It asked for more help where it is."""
    where: WhereView | None
    """Where it said to be last; null for who may not send it."""
    sent: int
    """How often it was sent in this shift."""
    busy_s: int
    """How long it was bound in this shift, without the present time."""


class UnitsView(Struct, frozen=True):
    items: Sequence[UnitView]
    next: str | None = None


class SentView(Struct, frozen=True, kw_only=True):
    """A unit at an incident. `times`: when each status was first said; what was skipped stands not there."""

    assignment: str
    unit: str
    call_sign: str
    status: UnitStatus
    sent_at: datetime
    by: str
    role: str | None
    eta_at: datetime | None
    times: Mapping[str, datetime]
    needs_more: bool
    left_at: datetime | None


class SentList(Struct, frozen=True):
    """Every unit that was sent to an incident, in the order of sending."""

    items: Sequence[SentView]
    next: str | None = None


class NeedView(Struct, frozen=True):
    """So many units that do one thing."""

    role: str
    count: int


class ChoiceView(Struct, frozen=True, kw_only=True):
    """`role` null: not needed by the order, and comes next. `eta_s` with its turn-out; null where nobody knows."""

    unit: str
    call_sign: str
    role: str | None
    eta_s: int | None
    way: str
    """`osrm`, `valhalla` or `straight`: how its time was found."""
    reasons: Sequence[str]


class RecommendationView(Struct, frozen=True, kw_only=True):
    """`items` in the order in which they are there, first those of the order."""

    level: int
    needs: Sequence[NeedView]
    """What is asked for still."""
    items: Sequence[ChoiceView]
    unfilled: Sequence[str]
    """Roles that nobody fills: ask for mutual aid."""
    complete_s: int | None
    """When the last one of the order is there."""
    place_known: bool
    fell_back: str | None
    """Why the server of roads said nothing, where one is set."""
    next: str | None
