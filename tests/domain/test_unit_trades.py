"""Shifts that are traded: nothing changes hands before everybody who has to has said so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from belfry.domain.unit import Shift
from belfry.domain.unit_trades import TradeRefused, agree, answer, offer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHIFT = Shift(
    id="h1", unit="u1", user="anna", since=NOW + timedelta(hours=1), until=NOW + timedelta(hours=9), version=1
)
OFFERED = structs.replace(SHIFT, offered_to="bert")


def test_a_shift_stays_its_owners_until_a_supervisor_agrees() -> None:
    asked = offer(SHIFT, "bert", NOW)
    assert asked == OFFERED
    wanted = answer(asked, True, NOW, agreed=True)
    assert (wanted.user, wanted.accepted) == ("anna", True)
    traded = agree(wanted, True, NOW)
    assert (traded.user, traded.was, traded.offered_to, traded.accepted) == ("bert", "anna", None, False)


def test_where_nobody_has_to_agree_it_is_his_at_once() -> None:
    traded = answer(OFFERED, True, NOW, agreed=False)
    assert (traded.user, traded.was, traded.offered_to, traded.accepted) == ("bert", "anna", None, False)


def test_a_refusal_of_anybody_leaves_it_as_it_was() -> None:
    wanted = answer(OFFERED, True, NOW, agreed=True)
    assert offer(wanted, None, NOW) == SHIFT
    assert answer(OFFERED, False, NOW, agreed=True) == SHIFT
    assert agree(wanted, False, NOW) == SHIFT


def test_what_cannot_be_traded_is_refused_by_name() -> None:
    late = SHIFT.until
    cases: list[tuple[Callable[[], Shift], str]] = [
        (lambda: offer(SHIFT, "anna", NOW), "to"),
        (lambda: offer(SHIFT, "bert", late), "until"),
        (lambda: answer(SHIFT, True, NOW, agreed=True), "take"),
        (lambda: answer(OFFERED, True, late, agreed=True), "until"),
        (lambda: agree(OFFERED, True, NOW), "agree"),
    ]
    for refused, field in cases:
        with pytest.raises(TradeRefused) as told:
            refused()
        assert told.value.flaw.field == field
