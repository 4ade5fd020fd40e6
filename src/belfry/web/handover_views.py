"""What the API says and is asked of handing over a shift."""

from typing import Annotated

from msgspec import Meta, Struct

from belfry.domain.commands import NOTE_MOST
from belfry.web.asks import Ask
from belfry.web.notice_views import NoticeView
from belfry.web.on_test_views import TestView
from belfry.web.storm_views import StormView
from belfry.web.views import Instant, Row

Words = Annotated[str, Meta(min_length=1, max_length=NOTE_MOST)]


class WriteBody(Ask, frozen=True, kw_only=True):
    """`after` is the id of the newest sheet that the writer has seen; null where there was none."""

    words: Words | None = None
    after: Annotated[str, Meta(min_length=1, max_length=60)] | None = None


class SignBody(Ask, frozen=True, kw_only=True):
    words: Words | None = None


class SheetView(Struct, frozen=True, kw_only=True):
    """A sheet: who wrote it, and who signed it."""

    id: str
    by: str
    at: Instant
    since: Instant
    counts: dict[str, int]
    words: str | None
    signed_by: str | None
    signed_at: Instant | None
    signed_words: str | None


class SheetList(Struct, frozen=True):
    items: list[SheetView]


class SkippedLine(Struct, frozen=True, kw_only=True):
    """A step that was left out."""

    incident: str
    number: int
    at: Instant
    by: str
    do: str
    demanded: bool


class HandoverView(Struct, frozen=True, kw_only=True):
    """What is handed over. `sheet` null: a draft, of this moment. Of a sheet the lists are those that it names, as they
    are now, as far as whoever asks may know of them; `counts` are those of its moment.

    `counts`: open, held, untouched, on_test, storms, follow_ups, outages, skipped, notices_failed, opened and closed
    since, and p1 to p5 of what is open.
    """

    now: Instant
    since: Instant
    sheet: SheetView | None
    counts: dict[str, int]
    held: list[Row]
    """With the time at which each wakes, the next one first."""
    open: list[Row]
    """What else is open, the gravest first, and of those the newest."""
    more: int
    """So many open ones stand in no list here."""
    tests: list[TestView]
    storms: list[StormView]
    follow_ups: list[Row]
    skipped: list[SkippedLine]
    notices: list[NoticeView]
    """Nobody could be reached by them."""
    last: SheetView | None
    """The newest sheet there is."""
