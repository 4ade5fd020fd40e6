"""Staffing of the room: what the answer looks like."""

from datetime import date

from msgspec import Struct

from belfry.centre.reports.staffing import Quarter


class StaffingPlan(Struct, frozen=True, kw_only=True):
    """How many people the room wants, by quarter hours of one weekday, from what arrived on such days from `since`
    up to and without `until`. Nobody is in it: no figure is of a person."""

    weekday: int
    """0 is Monday."""
    since: date
    until: date
    time_zone: str
    days: int
    arrivals: int
    handled: int
    handling_s: float | None
    thin: bool
    """Too few incidents to rely on."""
    target: float
    within_s: float
    patience_s: float
    lost: float
    quarters: list[Quarter]
