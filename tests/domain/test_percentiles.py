"""How quick a centre was: values that occurred, of how many, and nothing invented where there is nothing."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.percentiles import RANKS, SHIFTS, By, Figure, Group, Handled, Shift, percentile, response, shift_of
from belfry.domain.presets import Rules
from tests.domain.incidents import NOON, after

BERLIN = ZoneInfo("Europe/Berlin")


def taken(
    seconds: float, *, kind: str = "FIRE.ALARM.AUTO", priority: int = 1, later: float = 0, team: str | None = None
) -> Handled:
    since = after(later)
    return Handled(kind=kind, priority=priority, since=since, taken_at=since + timedelta(seconds=seconds), team=team)


def made(*handled: Handled, by: By = "priority") -> list[Group]:
    return list(response(handled, by, rules=Rules(), shifts=SHIFTS, zone=UTC))


def figure(group: Group, clock: str = "take") -> Figure:
    return next(one for one in group.figures if one.clock == clock)


def test_a_month_without_a_single_incident_says_so() -> None:
    (whole,) = made()
    assert (whole.key, whole.incidents) == ("", 0)
    assert [one.clock for one in whole.figures] == ["take", "act", "told", "arrive"]
    assert whole.figures[0] == Figure(clock="take", count=0)
    assert whole.figures[0].p98_5 is None
    assert whole.figures[0].in_target is None


def test_a_percentile_is_a_value_that_occurred() -> None:
    whole = made(*(taken(seconds) for seconds in range(1, 201)))[-1]
    take = figure(whole)
    assert (take.count, take.p80, take.p90, take.p95, take.p98_5, take.longest) == (200, 160, 180, 190, 197, 200)
    assert (take.in_target, take.in_limit) == (30 / 200, 60 / 200)


def test_one_incident_is_every_percentile_of_itself() -> None:
    assert {percentile([7.0], rank) for rank in RANKS} == {7.0}
    assert percentile([], 80) is None


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from(RANKS))
def test_so_many_do_not_exceed_it_and_no_smaller_value_would_do(values: list[float], rank: float) -> None:
    ordered = sorted(values)
    found = percentile(ordered, rank)
    assert found in ordered
    assert sum(value <= found for value in ordered) >= len(ordered) * rank / 100
    assert sum(value < found for value in ordered) < len(ordered) * rank / 100


def test_what_ended_without_a_clock_that_it_has_is_counted_and_never_measured() -> None:
    never = Handled(kind="FIRE.ALARM.AUTO", priority=1, since=NOON, taken_at=after(10))
    whole = made(never, taken(20, priority=5, kind="TECH.FAULT"))[-1]
    assert [(one.clock, one.count, one.never) for one in whole.figures] == [
        ("take", 2, 0),
        ("act", 0, 1),
        ("told", 0, 1),
        ("arrive", 0, 0),
    ]
    assert figure(whole).in_limit == 1.0  # a priority 5 has no limit and counts in no share


def test_groups_stand_in_the_order_of_their_keys_and_the_whole_is_last() -> None:
    handled = [taken(1, priority=3), taken(2, priority=1), taken(3, priority=1)]
    assert [(one.key, one.incidents) for one in made(*handled)] == [("1", 2), ("3", 1), ("", 3)]
    kinds = [taken(1, kind="TECH.FAULT"), taken(2)]
    assert [one.key for one in made(*kinds, by="kind")] == ["FIRE.ALARM.AUTO", "TECH.FAULT", ""]


def test_shifts_are_those_of_the_wall_clock_and_stand_in_the_order_of_the_day() -> None:
    handled = [taken(1, later=hour * 3_600) for hour in (0, 3, 12)]  # noon, 15:00 and midnight UTC
    assert [one.key for one in made(*handled, by="shift")] == ["early", "late", "night", ""]


@pytest.mark.parametrize(
    ("hours", "name"), [(-7, "night"), (-6, "early"), (1, "early"), (2, "late"), (10, "night"), (12, "night")], ids=str
)
def test_a_shift_lasts_until_the_next_one_begins_also_over_midnight(hours: int, name: str) -> None:
    assert shift_of(NOON + timedelta(hours=hours), SHIFTS, UTC) == name


def test_a_shift_follows_the_change_to_summer_time() -> None:
    day = (Shift("day", 360), Shift("night", 1_080))
    winter, summer = NOON.replace(month=3, day=28, hour=5), NOON.replace(month=3, day=29, hour=4)
    assert shift_of(winter, day, BERLIN) == "day"  # 06:00 there
    assert shift_of(summer, day, BERLIN) == "day"  # 06:00 too, an hour earlier in UTC
    assert shift_of(summer - timedelta(minutes=1), day, BERLIN) == "night"


def test_a_clock_that_was_set_back_gives_no_negative_time() -> None:
    assert figure(made(taken(-30))[-1]).longest == 0.0


def test_a_group_of_operators_has_figures_from_ten_incidents_on_and_what_is_nobodys_stands_last() -> None:
    north, south, nobodys = [taken(10, team="north")] * 10, [taken(20, team="south")] * 9, [taken(30)]
    groups = made(*north, *south, *nobodys, by="team")
    assert [(group.key, group.incidents) for group in groups] == [("north", 10), ("-", 10), ("", 20)]
    assert figure(groups[0]).p90 == 10
