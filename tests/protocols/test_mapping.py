"""Declarative mappings: constants out, one time, one number, and nothing else - whatever comes in."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.mapping import Mapping, check, steps
from belfry.domain.reading import Disposition, Observed, PointState, Quality, Reading, Said
from belfry.protocols.mapping import read

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def a_mapping(*rules: dict[str, Any]) -> Mapping:
    mapping = msgspec.convert({"name": "acme", "rules": rules}, Mapping)
    assert check(mapping) == []
    return mapping


LEAK = {
    "tests": [{"path": "type", "values": ["leak"]}],
    "observed": "water",
    "point": {"path": "probe.id", "table": {"7": "cellar", "8": "loft"}},
    "state": {"path": "probe.wet", "table": {"true": "active", "false": "inactive"}},
    "time": {"path": "at", "form": "rfc3339"},
}
TANK = {
    "tests": [{"path": "type", "values": ["level"]}],
    "observed": "value",
    "point": "tank",
    "number": {"path": "readings[0].cm", "unit": "m", "factor": 0.01},
    "time": {"path": "ts", "form": "unix"},
}
ALIVE = {"tests": [{"path": "type", "values": ["alive"]}], "ignore": True}
MAPPING = a_mapping(LEAK, TANK, ALIVE)


def said(message: object, mapping: Mapping = MAPPING) -> Said:
    return read(json.dumps(message).encode(), mapping, now=NOW)


def test_a_message_becomes_constants_and_one_time() -> None:
    told = said({"type": "leak", "probe": {"id": 7, "wet": True}, "at": "2026-03-02T09:59:00Z", "who": "Ann"})
    reading = Reading(
        observed=Observed.WATER,
        point="cellar",
        state=PointState.ACTIVE,
        occurred_at=datetime(2026, 3, 2, 9, 59, tzinfo=UTC),
    )
    assert told == Said(disposition=Disposition.ACCEPT, readings=(reading,))
    dry = said({"type": "leak", "probe": {"id": "8", "wet": False}})
    assert [(one.point, one.state) for one in dry.readings] == [("loft", PointState.INACTIVE)]


def test_a_rule_says_how_long_its_pulse_lasts() -> None:
    pressed = {"observed": "panic", "point": "desk", "state": "pulse", "hold_s": 5}
    (reading,) = said({}, a_mapping(pressed)).readings
    assert (reading.state, reading.hold_s) == (PointState.PULSE, 5)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"hold_s": 0}, "hold_s"),
        ({"hold_s": 86_401}, "hold_s"),
        ({"hold_s": 5, "ignore": True, "observed": None, "point": None, "state": "active"}, "ignore"),
    ],
)
def test_a_hold_time_is_within_a_day_and_of_a_rule_that_means_something(changes: dict[str, Any], wrong: str) -> None:
    rule = {"observed": "panic", "point": "desk", "state": "pulse", **changes}
    flaws = check(msgspec.convert({"name": "acme", "rules": [rule]}, Mapping))
    assert [flaw.field for flaw in flaws] == [f"rules[0].{wrong}"]


def test_a_number_comes_with_the_unit_of_its_rule() -> None:
    (reading,) = said({"type": "level", "readings": [{"cm": "57.5"}], "ts": 1772445600}).readings
    assert reading.value == pytest.approx(0.575)
    assert (reading.unit, reading.state) == ("m", PointState.UNKNOWN)
    assert reading.occurred_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "disposition"),
    [
        ({"type": "alive"}, Disposition.IGNORE),
        ({"type": "face"}, Disposition.QUARANTINE),
        ({"type": "leak", "probe": {"id": 9, "wet": True}}, Disposition.QUARANTINE),
        ({"type": "leak", "probe": {"id": 7}}, Disposition.QUARANTINE),
        ({"type": "level", "readings": []}, Disposition.REJECT),
        ({"type": "level", "readings": [{"cm": "deep"}]}, Disposition.REJECT),
        ([], Disposition.QUARANTINE),
        (None, Disposition.QUARANTINE),
    ],
)
def test_what_no_rule_or_table_names_raises_nothing_and_is_told(message: object, disposition: Disposition) -> None:
    assert said(message).disposition is disposition
    assert not said(message).readings


def test_what_is_no_json_is_rejected() -> None:
    for body in (b"", b"{", b"\xff", b"[" * 100_000):
        assert read(body, MAPPING).disposition is Disposition.REJECT


def test_truth_is_no_number_and_a_clock_that_lies_is_told() -> None:
    one = a_mapping({"tests": [{"path": "a", "values": [1]}], "observed": "gas", "point": "g"})
    assert said({"a": True}, one).disposition is Disposition.QUARANTINE
    assert said({"a": 1.0}, one).disposition is Disposition.ACCEPT
    (reading,) = said({"type": "level", "readings": [{"cm": 1}], "ts": -1e13}).readings
    assert (reading.occurred_at, reading.quality) == (None, (Quality.CLOCK,))


def test_tests_of_presence_and_absence() -> None:
    there = a_mapping(
        {"tests": [{"path": "a"}, {"path": "b", "absent": True}], "observed": "fire", "point": "f"},
    )
    assert said({"a": None}, there).disposition is Disposition.ACCEPT
    assert said({"a": 1, "b": None}, there).disposition is Disposition.QUARANTINE


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"observed": "unreadable", "point": "a"}, "rules[0].observed"),
        ({"observed": "fire"}, "rules[0].point"),
        ({"observed": "value", "point": "a"}, "rules[0].number"),
        ({"observed": "fire", "point": "a", "number": {"path": "a", "unit": "C"}}, "rules[0].number"),
        ({"observed": "value", "point": "a", "number": {"path": "a", "unit": "miles"}}, "rules[0].number.unit"),
        (
            {"observed": "value", "point": "a", "number": {"path": "a", "unit": "C", "factor": 0}},
            "rules[0].number.factor",
        ),
        ({"observed": "fire", "point": "a", "state": {"path": "a", "table": {"x": "burning"}}}, "rules[0].state"),
        ({"observed": "fire", "point": {"path": "a..b", "table": {"x": "y"}}}, "rules[0].point.path"),
        ({"observed": "fire", "point": {"path": "a", "table": {}}}, "rules[0].point.table"),
        ({"observed": "fire", "point": "a", "ignore": True}, "rules[0].ignore"),
        ({"tests": [{"path": "[x]"}], "observed": "fire", "point": "a"}, "rules[0].tests[0].path"),
    ],
)
def test_every_value_that_cannot_be_kept_is_named(rule: dict[str, Any], field: str) -> None:
    mapping = msgspec.convert({"name": "acme", "rules": [rule]}, Mapping)
    assert [flaw.field for flaw in check(mapping)] == [field]


def test_a_rule_has_no_place_for_a_text_of_the_message() -> None:
    for more in ({"text": {"path": "note"}}, {"copy": "note"}, {"point": {"path": "note"}}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"name": "acme", "rules": [{"observed": "fire", "point": "a", **more}]}, Mapping)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a", ("a",)),
        ("a.b[0][12].c", ("a", "b", 0, 12, "c")),
        ('"a.b".c', ("a.b", "c")),
        ("[3].x", (3, "x")),
        ("", None),
        (".a", None),
        ("a.", None),
        ("a[", None),
        ("a[-1]", None),
        ("a b", ("a b",)),
        (".".join("a" * 17), None),
    ],
)
def test_paths_are_names_and_places(path: str, found: object) -> None:
    assert steps(path) == found


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
KEYS = st.sampled_from(["type", "probe", "id", "wet", "at", "ts", "readings", "cm"]) | st.text(max_size=5)
MESSAGES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5))
CONSTANTS = {"cellar", "loft", "tank"}


@given(
    MESSAGES | st.fixed_dictionaries({"type": st.sampled_from(["leak", "level"]), "probe": MESSAGES, "at": MESSAGES})
)
def test_whatever_comes_in_only_constants_come_out(message: object) -> None:
    told = read(msgspec.json.encode(message), MAPPING, now=NOW)
    assert told.dropped == ()
    assert all(one.point in CONSTANTS and one.unit in (None, "m") and one.once is None for one in told.readings)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(body: bytes) -> None:
    assert read(body, MAPPING, now=NOW).disposition in set(Disposition)
