"""Agreements: nothing leaves without a kind, a field, a reason and an end; medical and person kinds only by name."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from belfry.domain import kinds
from belfry.domain.agreement import LASTS_MOST, AgreedField, Agreement, check, covers, holds, is_under, lets_out
from belfry.domain.facts import Part as Sealing
from belfry.domain.signal import Category

NOW = datetime(2026, 3, 14, 8, tzinfo=UTC)
KINDS = kinds.load().all()
CODES = [kind.code for kind in KINDS]
GROUPS = tuple(dict.fromkeys(kind.group for kind in KINDS))
WELL = Agreement(
    partner="City fire brigade",
    kinds=("FIRE",),
    fields=(AgreedField.ACCOUNT, AgreedField.KIND),
    why="They come",
    begins=NOW,
    ends=NOW + timedelta(days=30),
)


def wrong(**changes: object) -> list[str]:
    return [flaw.field for flaw in check(structs.replace(WELL, **changes), KINDS, NOW)]


def test_one_that_says_all_is_well() -> None:
    assert wrong() == []
    assert covers(WELL, "FIRE.ALARM.AUTO")
    assert not covers(WELL, "PROP.ALARM.INTR")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"partner": ""}, "partner"),
        ({"why": ""}, "why"),
        ({"kinds": ()}, "kinds"),
        ({"kinds": ("FIRE", "FIRE")}, "kinds[1]"),
        ({"kinds": ("FIR",)}, "kinds[0]"),
        ({"kinds": ("PEOPLE",)}, "kinds[0]"),
        ({"kinds": ("MED",)}, "kinds[0]"),
        ({"kinds": ("PERS.ALARM",)}, "kinds[0]"),
        ({"kinds": GROUPS, "medical": True, "person": True}, "kinds"),
        ({"fields": ()}, "fields"),
        ({"ends": NOW + LASTS_MOST + timedelta(seconds=1)}, "ends"),
        ({"ends": NOW}, "ends"),
        ({"begins": NOW - timedelta(days=9), "ends": NOW - timedelta(days=2)}, "ends"),
    ],
)
def test_what_is_not_said_or_goes_too_far_is_named(changes: dict[str, object], field: str) -> None:
    assert field in wrong(**changes)


@given(st.lists(st.sampled_from([*GROUPS, *CODES]), min_size=1, unique=True), st.sampled_from(CODES))
def test_medical_and_person_kinds_go_only_where_that_is_said(named: list[str], kind: str) -> None:
    plain = structs.replace(WELL, kinds=tuple(named))
    if kind.startswith(("MED.", "PERS.")):
        assert not covers(plain, kind)
    assert covers(structs.replace(plain, medical=True, person=True), kind) == any(is_under(kind, one) for one in named)


def test_every_kind_written_out_is_every_kind_too() -> None:
    assert "kinds" in wrong(kinds=tuple(CODES), medical=True, person=True)
    assert "kinds" not in wrong(kinds=tuple(CODES[1:]), medical=True, person=True)


def test_it_holds_from_its_beginning_until_its_end_or_until_somebody_ended_it() -> None:
    assert holds(WELL, NOW)
    assert not holds(WELL, NOW - timedelta(seconds=1))
    assert not holds(WELL, WELL.ends)
    ended = structs.replace(WELL, ended_at=NOW + timedelta(days=1))
    assert holds(ended, NOW)
    assert not holds(ended, NOW + timedelta(days=1))


def test_no_field_is_a_sealed_part() -> None:
    assert not {str(field) for field in AgreedField} & {str(part) for part in Sealing}


def test_a_signal_leaves_only_if_every_kind_that_it_was_taken_for_may() -> None:
    fires = structs.replace(WELL, kinds=("FIRE", "ADM"))
    assert lets_out(fires, ["FIRE.ALARM.AUTO"], Category.FIRE)
    assert lets_out(fires, ["FIRE.ALARM.AUTO", "FIRE.ALARM.CONF"], Category.FIRE)
    assert not lets_out(fires, ["FIRE.ALARM.AUTO", "PERS.ALARM.HOLDUP"], Category.FIRE)
    assert not lets_out(fires, [], Category.FIRE)


def test_what_has_no_listed_type_stays_in_the_room_whatever_it_is_made_later() -> None:
    fires = structs.replace(WELL, kinds=("FIRE", "ADM"))
    assert not lets_out(fires, ["ADM.UNKNOWN"], Category.OTHER)
    assert not lets_out(fires, ["ADM.UNKNOWN", "FIRE.ALARM.AUTO"], Category.OTHER)


def test_what_a_panel_meant_counts_beside_the_kind() -> None:
    """A duress code that joined another incident is a person's still."""
    tech = structs.replace(WELL, kinds=("TECH", "MED", "PERS"))
    for category, more in ((Category.PANIC, {"person": True}), (Category.MEDICAL, {"medical": True})):
        assert not lets_out(tech, ["TECH.DISABLED"], category)
        assert lets_out(structs.replace(tech, **more), ["TECH.DISABLED"], category)
