"""What is remembered of an account stays small whatever it says, and the newest is what is remembered."""

from datetime import datetime, timedelta

from belfry.domain.condition import POINTS_MOST, Condition, observe
from belfry.domain.facts import Received
from belfry.domain.presets import Rules
from belfry.domain.signal import Category, Method, SignalState, Wire
from tests.domain.incidents import NOON

RULES = Rules()


def said(zone: int, at: datetime = NOON) -> Received:
    return Received(
        method=Method.EQUIPMENT,
        receiver="panels",
        received_at=at,
        account="2002",
        zone=str(zone),
        wire=Wire.SIA,
        code="BA",
        category=Category.INTRUSION,
        state=SignalState.ALARM,
        path="tcp",
    )


def test_the_points_of_a_panel_that_invents_them_are_let_go_oldest_first() -> None:
    condition = Condition()
    for zone in range(5 * POINTS_MOST):
        observe(condition, said(zone), RULES)
        assert len(condition.repeats) <= POINTS_MOST
        assert f"BA//{zone}" in condition.repeats
    assert list(condition.repeats) == sorted(condition.repeats, key=lambda key: int(key.rpartition("/")[2]))


def test_a_point_that_repeats_is_not_the_oldest() -> None:
    condition = Condition()
    for zone in range(5 * POINTS_MOST):
        observe(condition, said(zone), RULES)
        assert observe(condition, said(0), RULES).count > 1


def test_a_point_that_was_quiet_for_long_is_forgotten_and_counts_as_new() -> None:
    condition = Condition()
    for minute in range(RULES.runaway_signals + 1):
        assert observe(condition, said(1, NOON + timedelta(seconds=minute)), RULES).count == minute + 1
    observe(condition, said(2, NOON + timedelta(minutes=5)), RULES)
    later = NOON + timedelta(seconds=RULES.runaway_quiet_s + 60)
    observe(condition, said(3, later), RULES)
    assert list(condition.repeats) == ["BA//2", "BA//3"]
    assert observe(condition, said(1, later), RULES) == observe(Condition(), said(1, later), RULES)
