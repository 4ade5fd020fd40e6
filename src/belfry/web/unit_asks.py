"""What the API is asked about units."""

from typing import Annotated

from msgspec import Meta

from belfry.domain.response_order import LEVELS_MOST
from belfry.domain.unit import UnitSkill, UnitStatus
from belfry.web.asks import Ask, Aware, Name, Reason


class WhereBody(Ask, frozen=True, kw_only=True):
    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]
    at: Aware | None = None
    """When it was there; left out: now."""


class SignOnBody(Ask, frozen=True, kw_only=True):
    """`user` may be left out by who signs on himself."""

    user: Name | None = None
    until: Aware | None = None
    skills: tuple[UnitSkill, ...] = ()
    on_call: bool = False


class SignOffBody(Ask, frozen=True, kw_only=True):
    user: Name | None = None


class StatusBody(Ask, frozen=True, kw_only=True):
    """`assignment`: which sending a phone speaks of, so that an answer that comes late changes nothing else."""

    status: UnitStatus
    assignment: Annotated[str, Meta(min_length=1, max_length=120)] | None = None
    occurred_at: Aware | None = None
    position: WhereBody | None = None
    eta_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    needs_more: bool = False
    reason: Reason | None = None


class SendBody(Ask, frozen=True, kw_only=True):
    """`unit` is an id or a call sign. `rank`, `eta_s` and `way` are what the recommendation said of it."""

    unit: Name
    divert: bool = False
    role: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    rank: Annotated[int, Meta(ge=1, le=500)] | None = None
    eta_s: Annotated[int, Meta(ge=0, le=86_400)] | None = None
    way: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    reason: Reason | None = None


class CallBackBody(Ask, frozen=True, kw_only=True):
    reason: Reason | None = None


class LevelBody(Ask, frozen=True, kw_only=True):
    level: Annotated[int, Meta(ge=1, le=LEVELS_MOST)]
