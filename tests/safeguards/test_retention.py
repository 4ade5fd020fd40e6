"""Every class of sealed parts ends by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from belfry.domain.facts import Retention
from belfry.safeguards.retention import DEFAULT_PERIODS, expires_at

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("retention", "period"),
    [
        (Retention.SIGNAL, timedelta(days=30)),
        (Retention.INCIDENT, timedelta(days=365)),
        (Retention.CALLER, timedelta(days=30)),
        (Retention.POSITION, timedelta(hours=72)),
    ],
)
def test_a_part_lives_as_long_as_its_class_says(retention: Retention, period: timedelta) -> None:
    assert expires_at(retention, NOW) == NOW + period


def test_no_class_is_without_an_end() -> None:
    assert set(DEFAULT_PERIODS) == set(Retention)


def test_a_setting_may_say_otherwise() -> None:
    assert expires_at(Retention.SIGNAL, NOW, {Retention.SIGNAL: timedelta(days=1)}) == NOW + timedelta(days=1)
