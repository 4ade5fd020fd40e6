"""Both code lists: every code maps, restores pair with their alarm, nothing maps outside the closed list."""

import pytest

from belfry.domain import codes, kinds
from belfry.domain.codes import RESTORED_BY
from belfry.domain.signal import RESTORING, Category, SignalState, Wire

CODES = codes.load()
SIA, CID = CODES.listed(Wire.SIA), CODES.listed(Wire.CID)
EVERY = [(Wire.SIA, code) for code in SIA] + [(Wire.CID, f"{q}{code}") for code in CID for q in "136"]
WHEN = {
    "armed", "all_paths", "line_cut", "care", "second_point", "audible", "life_site", "mains_and_battery", "q1", "q3",
    "out_of_schedule", "open_incident", "unexpected", "over_8h",
}  # fmt: skip


def test_both_lists_are_complete() -> None:
    assert len(SIA) == 326
    assert len(CID) == 322


@pytest.mark.parametrize(("wire", "code"), EVERY)
def test_every_code_maps_to_a_meaning_and_a_rule(wire: Wire, code: str) -> None:
    meaning = CODES.meaning(wire, code)
    assert meaning.listed
    rule = CODES.rule(wire, code)
    assert rule.act in {"open_or_join", "annotate", "log", "banner"}
    if rule.act == "open_or_join":
        assert rule.kind is not None
        assert rule.priority is not None


@pytest.mark.parametrize(("wire", "code"), EVERY)
def test_no_code_maps_outside_the_closed_list(wire: Wire, code: str) -> None:
    for row in CODES.rows(wire, code):
        assert row.when <= WHEN
        assert row.rule.kind is None or row.rule.kind in kinds.load()
        assert row.rule.priority is None or 1 <= row.rule.priority <= 5


@pytest.mark.parametrize(("wire", "code"), EVERY)
def test_the_last_row_of_a_code_needs_no_condition_but_its_qualifier(wire: Wire, code: str) -> None:
    """Some row always holds: a listed code never falls through to `unlisted`."""
    assert CODES.rule(wire, code).source != "unlisted"


@pytest.mark.parametrize("code", SIA)
def test_a_sia_pair_is_mutual(code: str) -> None:
    for row in CODES.rows(Wire.SIA, code):
        for other in row.pair:
            assert any(code in partner.pair for partner in CODES.rows(Wire.SIA, other)), (code, other)


@pytest.mark.parametrize("code", [code for code in SIA if CODES.meaning(Wire.SIA, code).state in RESTORING])
def test_a_sia_restore_opens_nothing(code: str) -> None:
    assert CODES.rule(Wire.SIA, code).act in {"annotate", "log"}


@pytest.mark.parametrize("code", CID)
def test_a_contact_id_restore_has_the_restored_state_and_opens_nothing(code: str) -> None:
    new, restored = CODES.meaning(Wire.CID, f"1{code}"), CODES.meaning(Wire.CID, f"3{code}")
    assert restored.category is new.category
    if new.state in RESTORED_BY:
        assert restored.state is RESTORED_BY[new.state]
        assert CODES.rule(Wire.CID, f"3{code}").act != "open_or_join"


@pytest.mark.parametrize(
    ("wire", "code", "state", "priority"),
    [
        (Wire.CID, "1199", SignalState.ALARM, 2),
        (Wire.CID, "1299", SignalState.SUPERVISORY, 3),
        (Wire.CID, "1399", SignalState.TROUBLE, 3),
        (Wire.CID, "1799", SignalState.STATUS, 4),
        (Wire.SIA, "QQ", SignalState.STATUS, 4),
        (Wire.SIA, "9A", SignalState.ALARM, 2),
    ],
)
def test_an_unlisted_code_is_shown_by_its_class(wire: Wire, code: str, state: SignalState, priority: int) -> None:
    meaning, rule = CODES.meaning(wire, code), CODES.rule(wire, code)
    assert (meaning.listed, meaning.category, meaning.state) == (False, Category.OTHER, state)
    assert (rule.kind, rule.priority, rule.act) == ("ADM.UNKNOWN", priority, "open_or_join")


@pytest.mark.parametrize(
    ("code", "held", "kind", "priority"),
    [
        ("1110", {"second_point"}, "FIRE.ALARM.CONF", 1),
        ("1110", set(), "FIRE.ALARM.AUTO", 1),
        ("1100", {"care"}, "MED.ALARM.CARE", 1),
        ("1120", {"audible"}, "PERS.ALARM.PANIC.AUD", 1),
        ("1301", {"mains_and_battery"}, "TECH.POWER", 2),
        ("1344", {"armed"}, "PROP.JAM", 2),
        ("1401", {"out_of_schedule"}, "PROP.OPEN.IRREGULAR", 2),
    ],
)
def test_the_first_row_whose_conditions_hold_counts(code: str, held: set[str], kind: str, priority: int) -> None:
    rule = CODES.rule(Wire.CID, code, held)
    assert (rule.kind, rule.priority) == (kind, priority)


@pytest.mark.parametrize("letter", "ABCDE")
def test_bypass_is_bypass_only_behind_its_first_letters(letter: str) -> None:
    """AB, DB and others are other things (RULES 1, corrections)."""
    code = f"{letter}B"
    if code in SIA:
        assert (CODES.meaning(Wire.SIA, code).state is SignalState.BYPASS) == (letter == "B")


def test_a_signal_without_a_code_is_judged_by_its_meaning() -> None:
    rule = CODES.rule_for(Category.FIRE, "detector", SignalState.ALARM)
    assert rule.kind == "FIRE.ALARM.AUTO"
    assert CODES.rule_for(Category.FIRE, "no such subtype", SignalState.ALARM).kind == "ADM.UNKNOWN"
    assert CODES.rule_for(Category.FIRE, "no such subtype", SignalState.RESTORE).act == "log"
