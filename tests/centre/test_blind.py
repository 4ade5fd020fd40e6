"""A centre that keeps alarms and shows them to nobody says so."""

from datetime import UTC, datetime, timedelta

from belfry.centre.blind import Blind

NOW = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_triage_more_than_ten_seconds_behind_is_blind() -> None:
    blind = Blind()
    assert blind.look(after(10), oldest_unsettled=NOW, consoles={"anna"}, waiting=0) == ()
    assert blind.look(after(11), oldest_unsettled=NOW, consoles={"anna"}, waiting=0) == ("triage is 11 s behind",)


def test_a_minute_without_an_operator_is_blind_while_something_waits() -> None:
    blind = Blind()
    assert blind.look(NOW, oldest_unsettled=None, consoles=(), waiting=2) == ()
    assert blind.look(after(59), oldest_unsettled=None, consoles=(), waiting=2) == ()
    assert blind.look(after(60), oldest_unsettled=None, consoles=(), waiting=2) == (
        "no operator for 60 s, 2 incidents wait",
    )
    assert blind.look(after(61), oldest_unsettled=None, consoles=(), waiting=0) == ()


def test_a_minute_in_which_no_console_is_shown_what_waits_is_blind_too() -> None:
    """The operators who are there are of other tenants."""
    blind = Blind()
    there = {"anna"}
    assert blind.look(NOW, oldest_unsettled=None, consoles=there, waiting=3, unseen=1) == ()
    assert blind.look(after(60), oldest_unsettled=None, consoles=there, waiting=3, unseen=1) == (
        "no operator who may see it for 60 s, 1 incidents wait",
    )
    assert blind.look(after(70), oldest_unsettled=None, consoles=there, waiting=3, unseen=0) == ()
    assert blind.look(after(80), oldest_unsettled=None, consoles=there, waiting=3, unseen=1) == ()


def test_a_console_ends_the_minute() -> None:
    blind = Blind()
    blind.look(NOW, oldest_unsettled=None, consoles=(), waiting=1)
    blind.look(after(50), oldest_unsettled=None, consoles={"anna"}, waiting=1)
    assert blind.look(after(70), oldest_unsettled=None, consoles=(), waiting=1) == ()
