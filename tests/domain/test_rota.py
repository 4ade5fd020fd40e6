"""Who is on call: hours by the centre's own clock, over midnight, by kind and level."""

from datetime import datetime

import pytest

from belfry.domain.contacts import WeekWindow
from belfry.domain.escalation import LEVELS
from belfry.domain.rota import REPORT, OnCall, check, hours, is_on_duty, on_call

MONDAY = datetime(2026, 11, 23)  # noqa: DTZ001 - the wall clock of some zone


def row(*windows: str, level: str = "supervisor", kinds: tuple[str, ...] = ()) -> OnCall:
    return OnCall(name="sam", level=level, notifier="sam", hours=tuple(map(hours, windows)), kinds=kinds)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("mo-fr 06:00-18:00", WeekWindow((0, 1, 2, 3, 4), 360, 1_080)),
        ("sa", WeekWindow((5,), 0, 1_440)),
        ("fr-mo", WeekWindow((4, 5, 6, 0), 0, 1_440)),
        ("22:00-06:00", WeekWindow((0, 1, 2, 3, 4, 5, 6), 1_320, 360)),
        (" SU  08:00-24:00 ", WeekWindow((6,), 480, 1_440)),
    ],
)
def test_hours_are_written_as_on_a_rota(text: str, window: WeekWindow) -> None:
    assert hours(text) == window


@pytest.mark.parametrize(
    "text", ["", "xx", "mo-xx", "mo 6:00-18:00", "mo 24:01-25:00", "mo 10:60-11:00", "monday", "06:00"]
)
def test_what_is_no_hours_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="wants"):
        hours(text)


@pytest.mark.parametrize(
    ("day", "hour", "there"),
    [
        (0, 21, False),
        (0, 22, True),
        (1, 5, True),
        (1, 6, False),
        (4, 23, True),
        (5, 5, True),
        (5, 22, False),
        (0, 5, False),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(day: int, hour: int, there: bool) -> None:
    at = MONDAY.replace(day=23 + day, hour=hour)
    assert is_on_duty(row("mo-fr 22:00-06:00"), at) is there


def test_without_hours_it_is_always_and_without_kinds_everything() -> None:
    everything, fires = row(), row(kinds=("FIRE.ALARM",))
    assert on_call([everything, fires], "supervisor", "FIRE.ALARM.AUTO", MONDAY) == [everything, fires]
    assert on_call([everything, fires], "supervisor", "FIRE.ALARMING", MONDAY) == [everything]
    assert on_call([everything], "outside", "FIRE.ALARM.AUTO", MONDAY) == []


def test_who_gets_reports_alone_is_reached_by_no_escalation() -> None:
    manager = row(level=REPORT)
    check(manager)
    assert not any(on_call([manager], level, "FIRE.ALARM.AUTO", MONDAY) for level in LEVELS)
    with pytest.raises(ValueError, match="level = 'boss': wants one of desk, "):
        check(row(level="boss"))
