"""How long silence may last: windows, what our own downtime excuses, and how many make an outage (RULES 3)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.facts import Downtime, Entry, Received, Started
from belfry.domain.presets import Rules
from belfry.domain.signal import Method
from belfry.domain.supervision import (
    EN_50136,
    Away,
    Terms,
    counted_from_s,
    downtimes,
    holds_two,
    mass,
    merged,
    proves_panel,
    too_slow,
    window,
    window_s,
)

NOW = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)


def span(**parts: float) -> timedelta:
    return timedelta(**parts)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (span(seconds=10), span(seconds=30)),
        (span(seconds=90), span(seconds=190)),
        (span(minutes=5), span(minutes=10, seconds=10)),
        (span(minutes=6), span(minutes=11)),
        (span(minutes=10), span(minutes=15)),
        (span(hours=1), span(hours=1.5)),
        (span(hours=4), span(hours=6)),
        (span(hours=5), span(hours=6.5)),
        (span(hours=24), span(hours=25, minutes=30)),
    ],
)
def test_the_window_follows_the_interval_as_the_rules_say(interval: timedelta, expected: timedelta) -> None:
    assert window(interval) == expected
    assert window_s(interval.total_seconds()) == expected.total_seconds()


@given(st.integers(1, 604_800), st.integers(1, 604_800))
def test_a_longer_interval_never_has_much_less_time_and_every_window_is_longer_than_its_interval(
    a: int, b: int
) -> None:
    """At five minutes the rules step from 10:10 down to 10:00; nowhere else does a window shrink."""
    shorter, longer = sorted((a, b))
    assert window_s(longer) > longer
    assert window_s(longer) >= window_s(shorter) - 10


def test_the_limits_of_the_windows_are_settings() -> None:
    assert window(span(minutes=6), Rules(poll_short_s=600)) == span(minutes=12, seconds=10)
    assert window(span(minutes=1), Rules(poll_short_margin_s=30)) == span(minutes=2, seconds=30)
    assert window(span(minutes=10), Rules(poll_middle_margin_s=900)) == span(minutes=25)
    assert window(span(days=1), Rules(poll_long_margin_s=3_600)) == span(hours=25)


def test_two_reports_shall_fit_into_a_categorys_window_and_into_that_of_a_short_interval() -> None:
    rules = Rules()
    assert holds_two(Terms(1_800, 1_800)), "SP3: its reporting time as it is"
    assert holds_two(Terms(300, window_s(300)), rules)
    assert not holds_two(Terms(600, window_s(600)), rules), "half as much again never holds two"
    assert not holds_two(Terms(86_400, window_s(86_400)), rules)


def test_the_categories_of_en_50136_have_their_reporting_times() -> None:
    assert [EN_50136[name].primary_s for name in ("SP2", "SP3", "SP4", "SP5", "SP6")] == [90_000, 1_800, 180, 90, 20]
    assert all((one.alternative_s is not None) == name.startswith("DP") for name, one in EN_50136.items())
    assert all(one.alternative_s > one.primary_s for one in EN_50136.values() if one.alternative_s is not None)


def test_an_interval_over_half_the_window_is_too_slow() -> None:
    assert too_slow(span(seconds=96), span(seconds=190))
    assert not too_slow(span(seconds=95), span(seconds=190))


def test_every_signal_of_a_panel_proves_it_and_a_link_test_never_does() -> None:
    said = Received(method=Method.EQUIPMENT, receiver="panels", received_at=NOW, code="RP")
    link_test = Received(method=Method.EQUIPMENT, receiver="panels", received_at=NOW, code="NULL")
    called = Received(method=Method.CALL, receiver="desk", received_at=NOW)
    assert [proves_panel(one) for one in (said, link_test, called)] == [True, False, False]


# -- our own downtime


def test_our_downtime_is_added_where_no_report_fell_due_in_it() -> None:
    assert counted_from_s(100, 60, 130, [Away(120, 150)]) == 130
    assert counted_from_s(100, 60, 130, [Away(170, 200)]) == 130, "already late when we went: no more than added"


def test_a_report_that_fell_due_while_we_were_away_is_excused_until_our_return() -> None:
    assert counted_from_s(100, 60, 130, [Away(150, 170)]) == 170


def test_who_was_heard_after_our_return_is_owed_nothing() -> None:
    assert counted_from_s(200, 60, 130, [Away(150, 170)]) == 200


def test_what_was_overdue_before_we_went_keeps_its_deadline() -> None:
    assert counted_from_s(100, 60, 130, [Away(230, 900)]) == 100


def test_restarts_at_the_same_hour_every_night_hide_no_dead_panel() -> None:
    day, nights = 86_400, 30
    gaps = [Away(night * day, night * day + 60) for night in range(1, nights)]
    deadline = counted_from_s(30, day, window_s(day), gaps) + window_s(day)
    assert deadline < 3 * day


@given(
    st.floats(0, 1_000),
    st.floats(1, 500),
    st.lists(st.tuples(st.floats(0, 1_000), st.floats(1, 300)), max_size=5),
)
def test_downtime_never_shortens_a_deadline_and_adds_at_most_itself_and_one_interval(
    heard_s: float, interval_s: float, spans: list[tuple[float, float]]
) -> None:
    downs = [_down(since_s, since_s + length_s) for since_s, length_s in spans]
    gaps = merged(downs)
    assert all(a.until_s <= b.since_s for a, b in pairwise(gaps))
    from_s = counted_from_s(heard_s, interval_s, 2 * interval_s, gaps)
    away_s = sum(gap.until_s - gap.since_s for gap in gaps)
    assert heard_s <= from_s <= heard_s + away_s + interval_s + 1e-6


def _down(since_s: float, until_s: float) -> Downtime:
    return Downtime(
        part="centre", since=datetime.fromtimestamp(since_s, UTC), until=datetime.fromtimestamp(until_s, UTC)
    )


def test_time_away_is_counted_once_where_it_overlaps() -> None:
    assert merged([_down(50, 60), _down(10, 30), _down(20, 40), _down(70, 70)]) == [Away(10, 40), Away(50, 60)]


def test_the_journal_tells_when_we_were_away() -> None:
    started = Started(version="1", kinds_version=1, kinds_digest="k", codes_digest="c", down_s=90)
    first = Started(version="1", kinds_version=1, kinds_digest="k", codes_digest="c")
    full = Downtime(part="journal", since=NOW - span(hours=2), until=NOW - span(hours=1))
    entries = [Entry(id=b"1" * 16, subject="centre", at=NOW, facts=(fact,)) for fact in (started, first, full)]
    assert downtimes(entries) == [full, Downtime(part="centre", since=NOW - span(seconds=90), until=NOW)]


# -- many at once


@pytest.mark.parametrize(("sharing", "expected"), [(1, 20), (400, 20), (401, 21), (1_000, 50), (100_000, 5_000)])
def test_an_outage_needs_twenty_or_five_in_a_hundred(sharing: int, expected: int) -> None:
    assert mass(sharing) == expected
