"""When a unit is asked what keeps it."""

from datetime import UTC, datetime, timedelta

import pytest

from belfry.domain.presets import PRESETS, Rules
from belfry.domain.status_timers import overdue_at
from belfry.domain.unit import UnitStatus

T0 = datetime(2026, 3, 14, 2, 12, tzinfo=UTC)
ETA = T0 + timedelta(minutes=7)


@pytest.mark.parametrize(
    ("status", "eta_at", "after"),
    [
        (UnitStatus.OFFERED, ETA, timedelta(seconds=60)),
        (UnitStatus.ACCEPTED, ETA, timedelta(seconds=120)),
        (UnitStatus.EN_ROUTE, ETA, timedelta(minutes=9)),
        (UnitStatus.EN_ROUTE, None, timedelta(minutes=20)),
        (UnitStatus.DELAYED, None, timedelta(minutes=5)),
        (UnitStatus.ON_SCENE, ETA, timedelta(minutes=20)),
    ],
)
def test_each_status_has_its_own_time(status: UnitStatus, eta_at: datetime | None, after: timedelta) -> None:
    assert overdue_at(status, T0, eta_at, PRESETS) == T0 + after


def test_who_is_free_or_has_a_patient_is_never_overdue() -> None:
    for status in (UnitStatus.AVAILABLE_STATION, UnitStatus.TRANSPORTING, UnitStatus.OFF_DUTY):
        assert overdue_at(status, T0, None, PRESETS) is None


def test_a_time_of_arrival_before_the_start_counts_from_the_start() -> None:
    assert overdue_at(UnitStatus.EN_ROUTE, ETA, T0, PRESETS) == ETA + timedelta(seconds=120)


def test_a_rule_of_nought_switches_a_timer_off() -> None:
    assert overdue_at(UnitStatus.OFFERED, T0, None, Rules(unit_offered_s=0)) is None
