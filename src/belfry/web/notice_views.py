"""Answers about who was reached outside the console, and about how quick the room was."""

from msgspec import Struct

from belfry.domain.percentiles import Figure
from belfry.web.views import Instant


class NoticeView(Struct, frozen=True, kw_only=True):
    """One notice to one recipient. `stage`: asked, tried (it may have left), sent, failed (it is tried again),
    given_up or dropped, since `at`; `reason` is a word, such as `taken`, `nobody` or `may_have_left`."""

    id: str
    incident: str | None
    number: int | None
    """Of the incident, while the board knows it."""
    to: str
    """As the staff call it; empty where nobody is on call."""
    level: str
    why: str
    """The clock that was missed, or what it is about."""
    channel: str
    stage: str
    asked_at: Instant
    at: Instant
    attempts: int
    sends: int
    reason: str | None
    again_at: Instant | None
    training: bool


class DutyView(Struct, frozen=True, kw_only=True):
    """Whom a level reaches now. Empty where somebody is `configured`: the next level is reached at once."""

    level: str
    configured: bool
    names: list[str]


class NoticeList(Struct, frozen=True, kw_only=True):
    """The newest first. `duty` names the levels of the rota, from the nearest to the furthest."""

    items: list[NoticeView]
    duty: list[DutyView]
    next: str | None = None


class ResponseGroup(Struct, frozen=True, kw_only=True):
    """`key` is a kind, a priority, a shift or a group of operators (`-`: of none), and empty for the whole."""

    key: str
    label: str
    incidents: int
    figures: list[Figure]


class ResponseReport(Struct, frozen=True, kw_only=True):
    """Closed from `since` on and before `until`. `ranks` are those of p80, p90, p95 and p98_5. Without a single
    incident there is the whole alone, each figure with a count of 0 and no value."""

    since: Instant
    until: Instant
    by: str
    ranks: list[float]
    left_out: int
    """Exercises, incidents handled under another one, and those that nobody had."""
    groups: list[ResponseGroup]
