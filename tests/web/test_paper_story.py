"""A story's lines on paper say all in the reader's language, and nothing as the code has it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from belfry.web.notice_views import NoticeView
from belfry.web.paper.story import stage, told, what
from belfry.web.paper.words import Say
from belfry.web.views import TimelineItem

AT = datetime(2026, 3, 13, 2, 15, tzinfo=UTC)


def line(name: str, /, of: int | None = None, reasons: list[str] | None = None, **data: Any) -> TimelineItem:
    return TimelineItem(position="7", index=0, at=AT, type=name, data=data, of=of, reasons=reasons or [])


def in_german(item: TimelineItem) -> tuple[str, str]:
    say = Say("de")
    return what(item, say), told(item, say, UTC, {"FIRE.ALARM.CONF": "Brand bestätigt"}.__getitem__)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (line("escalated", clock="take", level="desk"), ("Eskaliert", "Nicht angenommen: jetzt alle Plätze")),
        (line("raised", kind="FIRE.ALARM.CONF", priority=1), ("Höher gestuft", "Brand bestätigt")),
        (line("word", right=False), ("Kennwort abgefragt", "falsch")),
        (line("step", do="notify", outcome="passed", score=2), None),
        (line("score", level=None, was=3), None),
        (line("note", of=12), None),
    ],
)
def test_what_happened_is_said_in_the_readers_language(item: TimelineItem, said: tuple[str, str] | None) -> None:
    told_as = in_german(item)
    if said is not None:
        assert told_as == said
    for raw in ("take", "desk", "notify", "passed", "score", "None", "{", "FIRE."):
        assert raw not in " ".join(told_as), told_as


def test_a_line_of_a_merged_one_says_whose_it_is() -> None:
    assert in_german(line("note", of=12))[0] == "Notiz (von #12)"


def test_what_became_of_a_notice_is_said_with_its_reason() -> None:
    notice = NoticeView(
        id="n", incident=None, number=None, to="Sam", level="supervisor", why="take", channel="push",
        stage="given_up", asked_at=AT, at=AT, attempts=5, sends=0, reason="broken", again_at=None, training=False,
    )  # fmt: skip
    assert stage(notice, Say("de"), UTC) == "aufgegeben, 2026-03-13 02:15:00 (der Meldeweg ist defekt)"
