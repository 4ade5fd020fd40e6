"""Reports over a span of time: what their answers look like."""

from msgspec import Struct

from belfry.centre.reports.accounts import AccountLine
from belfry.centre.reports.load import DayLoad, LoadCount, PlaceLoad
from belfry.web.views import Instant


class GroupCount(Struct, frozen=True):
    """How many incidents of a group of kinds."""

    key: str
    label: str
    incidents: int


class LoadReport(Struct, frozen=True, kw_only=True):
    """Closed from `since` on and before `until`; hours and days by `time_zone`, at which an incident first stood in the
    queue. `detections` of cameras are in no hour, weekday or day. A place is a cell of a square kilometre or more with
    ten incidents or more; the rest is `elsewhere`, and of `medical` incidents no place is told."""

    since: Instant
    until: Instant
    time_zone: str
    incidents: int
    left_out: int
    """Exercises, and incidents that were handled under another one."""
    hours: list[int]
    weekdays: list[int]
    """Monday first."""
    detections: int
    busiest: int | None
    """The hour with the most, null where nothing is counted."""
    days: list[DayLoad]
    """Empty for spans of more than 400 days."""
    groups: list[GroupCount]
    priorities: list[LoadCount]
    places: list[PlaceLoad]
    elsewhere: int
    medical: int
    sendings: int
    """Of units, all together; there is no count by unit or person."""


class SiteLine(AccountLine, frozen=True, kw_only=True):
    """A site with its number and name; both are empty for what came from unknown numbers."""

    account: str
    name: str


class AccountsReport(Struct, frozen=True, kw_only=True):
    """Sites with a signal or an incident that was closed from `since` on and before `until`, most false alarms first.
    Signals are counted by UTC day, whole days. `more` sites are not listed."""

    since: Instant
    until: Instant
    whole: AccountLine
    items: list[SiteLine]
    more: int
    left_out: int
