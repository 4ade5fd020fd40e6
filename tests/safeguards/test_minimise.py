"""The fences of what may be kept of a signal: one test for each, and any signal at all against all of them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from belfry.domain.signal import Caller, Category, Method, Position, Signal, SignalState, Wire
from belfry.safeguards.minimise import ALARM_STATES, LOCATED_CATEGORIES, minimise

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = Position(52.37, 9.73)

BURGLARY = Signal(
    method=Method.EQUIPMENT,
    receiver="panels",
    received_at=NOON,
    occurred_at=NOON,
    prefix="0",
    account="1234",
    area="01",
    zone="005",
    wire=Wire.CID,
    code="1130",
    category=Category.INTRUSION,
    subtype="zone",
    state=SignalState.ALARM,
    path="tcp",
    authenticated=True,
    quirks=("cr-counted",),
    text="Back door",
)
FIRE = replace(BURGLARY, code="1110", category=Category.FIRE, subtype="fire", position=HERE)
ENTRY = replace(BURGLARY, code="1421", category=Category.OTHER, subtype="access", state=SignalState.INFO)
DEVICE = replace(BURGLARY, receiver="sensors", wire=None, code=None, text=None, prefix=None)
REPORT = Signal(
    method=Method.DUTY,
    receiver="api",
    received_at=NOON,
    kind="FIRE.STRUCT",
    site="site-7",
    by="anna",
    path="api",
    text="Smoke from the roof.\nNobody inside.",
    position=HERE,
    place_text="Behind the old mill",
)
CALL = replace(REPORT, method=Method.CALL, caller=Caller("Jo Bloggs", "+44 20 7946 0000"))
CENTRE = Signal(method=Method.SYSTEM, receiver="centre", received_at=NOON, kind="TECH.CENTRE", part="journal")


@pytest.mark.parametrize("signal", [BURGLARY, FIRE, DEVICE, REPORT, CALL, CENTRE], ids=lambda s: s.method.value)
def test_what_may_be_kept_is_handed_back_as_it_is(signal: Signal) -> None:
    assert minimise(signal) is signal


# -- texts of equipment -----------------------------------------------------------------------------------------------


def test_a_zone_text_ends_at_80_characters() -> None:
    assert minimise(replace(BURGLARY, text="x" * 80)).text == "x" * 80
    assert minimise(replace(BURGLARY, text="x" * 81)).text == "x" * 80


@pytest.mark.parametrize("control", ["\x00", "\x1b", "\r\n", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\ufeff"])
def test_a_zone_text_has_no_control_characters(control: str) -> None:
    kept = minimise(replace(BURGLARY, text=f"Back{control}door")).text
    assert kept is not None
    assert kept.isprintable()
    assert (kept[:4], kept[-4:]) == ("Back", "door")


def test_a_text_of_nothing_is_no_text() -> None:
    assert minimise(replace(BURGLARY, text=" \x00 ")).text is None


def test_only_a_panel_has_zone_texts() -> None:
    assert minimise(replace(DEVICE, text="a man in a red coat")).text is None


# -- coordinates of equipment -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("state", SignalState)
def test_coordinates_are_kept_only_with_an_alarm_of_fire_medical_or_panic(
    category: Category, state: SignalState
) -> None:
    kept = minimise(replace(FIRE, category=category, state=state)).position
    in_need = category in {Category.FIRE, Category.MEDICAL, Category.PANIC}
    alarm = state in {SignalState.ALARM, SignalState.VERIFIED, SignalState.UNVERIFIED, SignalState.PRE_ALARM}
    assert kept == (HERE if in_need and alarm else None)


def test_coordinates_without_a_meaning_are_dropped() -> None:
    assert minimise(replace(FIRE, category=None, state=None)).position is None


@pytest.mark.parametrize("signal", [FIRE, REPORT, CALL], ids=lambda s: s.method.value)
@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, -181), (float("nan"), 0), (0, float("inf"))], ids=str)
def test_a_place_that_is_not_on_earth_is_dropped(signal: Signal, latitude: float, longitude: float) -> None:
    assert minimise(replace(signal, position=Position(latitude, longitude))).position is None


# -- doors and users --------------------------------------------------------------------------------------------------


def test_an_access_event_keeps_neither_door_nor_user_nor_words() -> None:
    kept = minimise(replace(ENTRY, zone="007", user="0042", text="J. Bloggs, north door"))
    assert (kept.zone, kept.user, kept.text) == (None, None, None)
    assert (kept.account, kept.code, kept.state) == ("1234", "1421", SignalState.INFO)


@pytest.mark.parametrize(("user", "kept"), [("0042", "0042"), ("1F", "1F"), ("J. Bloggs", None), ("1" * 17, None)])
def test_a_user_is_a_number(user: str, kept: str | None) -> None:
    assert minimise(replace(BURGLARY, user=user)).user == kept


# -- unlisted things --------------------------------------------------------------------------------------------------


def test_an_unlisted_code_of_a_panel_keeps_its_digits() -> None:
    assert minimise(replace(BURGLARY, code="1999", subtype="unlisted")).code == "1999"
    assert minimise(replace(BURGLARY, wire=Wire.SIA, code="QX", subtype="unlisted")).code == "QX"


@pytest.mark.parametrize("code", ["12345", "", "B A", "BÄ", "B-A", "a man at the gate"])
def test_what_is_no_code_keeps_nothing(code: str) -> None:
    assert minimise(replace(BURGLARY, code=code)).code is None


@pytest.mark.parametrize("code", ["BA", "1130", "person loitering"])
def test_of_another_source_no_code_is_kept(code: str) -> None:
    assert minimise(replace(DEVICE, code=code)).code is None


@pytest.mark.parametrize("signal", [BURGLARY, DEVICE], ids=["panel", "device"])
def test_a_subtype_that_no_list_names_is_unlisted(signal: Signal) -> None:
    kept = minimise(replace(signal, subtype="man with glasses"))
    assert kept == replace(signal, subtype="unlisted", text=None, user=None)  # and none of its words


# -- what equipment never says ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        {"kind": "FIRE.ALARM.AUTO"},
        {"site": "site-7"},
        {"part": "journal"},
        {"by": "anna"},
        {"place_text": "behind the mill"},
        {"caller": Caller("Jo Bloggs")},
    ],
    ids=lambda words: next(iter(words)),
)
def test_equipment_names_no_kind_no_person_and_no_place(words: dict[str, Any]) -> None:
    assert minimise(replace(BURGLARY, **words)) == BURGLARY


# -- shapes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["area", "zone"])
@pytest.mark.parametrize("value", ["1" * 17, "01\n", "\x00", ""])
def test_an_area_or_zone_that_is_none_is_dropped(name: str, value: str) -> None:
    assert minimise(replace(BURGLARY, **{name: value})) == replace(BURGLARY, **{name: None})
    assert minimise(replace(BURGLARY, **{name: "1" * 16})) == replace(BURGLARY, **{name: "1" * 16})


@pytest.mark.parametrize("name", ["account", "prefix"])
@pytest.mark.parametrize("value", ["1" * 17, "12\n34", ""])
def test_an_account_never_loses_half_of_its_name(name: str, value: str) -> None:
    kept = minimise(replace(BURGLARY, **{name: value}))
    assert (kept.account, kept.prefix) == (None, None)
    assert kept.code == "1130"


def test_quirks_are_at_most_eight_names() -> None:
    named = tuple(f"quirk-{n}" for n in range(9))
    assert minimise(replace(BURGLARY, quirks=named)).quirks == named[:8]
    for words in ("Said: hello", "", "x" * 33, "Upper"):
        assert minimise(replace(BURGLARY, quirks=("clock", words))).quirks == ("clock",)


def test_a_path_is_a_name() -> None:
    assert minimise(replace(BURGLARY, path="tcp; drop")).path is None


# -- people and the centre --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signal", [REPORT, CALL], ids=["report", "call"])
def test_a_note_ends_at_2000_characters_and_keeps_its_lines(signal: Signal) -> None:
    assert minimise(replace(signal, text="n" * 2_001)).text == "n" * 2_000
    assert minimise(replace(signal, text="one\r\ntwo\x07\u202ethree")).text == "one\ntwo  three"


@pytest.mark.parametrize("signal", [REPORT, CALL], ids=["report", "call"])
def test_a_place_in_words_ends_at_200_characters_on_one_line(signal: Signal) -> None:
    assert minimise(replace(signal, place_text="p" * 201)).place_text == "p" * 200
    assert minimise(replace(signal, place_text="mill\nyard")).place_text == "mill yard"


def test_a_callers_name_and_number_are_short_lines() -> None:
    kept = minimise(replace(CALL, caller=Caller("Jo\x00" + "o" * 300, "1" * 50)))
    assert kept.caller == Caller("Jo " + "o" * 197, "1" * 40)
    assert minimise(replace(CALL, caller=Caller(" ", ""))).caller is None


def test_only_a_call_has_a_caller() -> None:
    assert minimise(replace(REPORT, caller=Caller("Jo Bloggs"))) == REPORT


def test_a_person_sends_no_code_and_no_user_number() -> None:
    said = replace(REPORT, wire=Wire.SIA, code="BA", category=Category.FIRE, user="7", part="journal")
    assert minimise(said) == REPORT


def test_the_centre_itself_says_nothing_personal() -> None:
    said = replace(CENTRE, text="words", user="7", position=HERE, place_text="here", caller=Caller("Jo"), by="anna")
    assert minimise(said) == CENTRE


# -- any signal at all ------------------------------------------------------------------------------------------------

words = st.none() | st.text(max_size=100) | st.sampled_from(["0042", "BA", "1130", "access", "zone", "tcp"])
signals = st.builds(
    Signal,
    method=st.sampled_from(Method),
    receiver=st.just("any"),
    received_at=st.just(NOON),
    wire=st.none() | st.sampled_from(Wire),
    category=st.none() | st.sampled_from(Category),
    state=st.none() | st.sampled_from(SignalState),
    position=st.none() | st.builds(Position, st.floats(), st.floats()),
    caller=st.none() | st.builds(Caller, words, words),
    quirks=st.lists(st.text(max_size=40), max_size=12).map(tuple),
    **dict.fromkeys(
        ("prefix", "account", "area", "zone", "code", "subtype", "kind", "site", "part", "path", "by", "user", "text"),
        words,
    ),
    place_text=words,
)


@given(signals)
def test_minimising_twice_is_minimising_once(signal: Signal) -> None:
    assert minimise(minimise(signal)) == minimise(signal)


@given(signals)
def test_no_signal_passes_a_fence(signal: Signal) -> None:
    kept = minimise(signal)
    assert (kept.method, kept.receiver, kept.received_at) == (signal.method, signal.receiver, signal.received_at)
    for number in (kept.account, kept.prefix, kept.area, kept.zone):
        assert number is None or (0 < len(number) <= 16 and number.isprintable())
    assert len(kept.quirks) <= 8
    if kept.method is Method.EQUIPMENT:
        assert (kept.kind, kept.site, kept.by, kept.caller, kept.place_text) == (None,) * 5
        assert kept.text is None or (kept.wire is not None and len(kept.text) <= 80 and kept.text.isprintable())
        assert kept.code is None or (kept.wire is not None and kept.code.isalnum() and len(kept.code) <= 4)
        assert kept.position is None or (kept.category in LOCATED_CATEGORIES and kept.state in ALARM_STATES)
        assert kept.subtype != "access" or (kept.zone, kept.user, kept.text) == (None, None, None)
        assert kept.user is None or (kept.user.isascii() and kept.user.isalnum())
    if kept.method is Method.SYSTEM:
        assert (kept.text, kept.user, kept.position, kept.caller, kept.place_text) == (None,) * 5
    if kept.method in {Method.DUTY, Method.CALL}:
        assert (kept.user, kept.code) == (None, None)
        assert kept.text is None or len(kept.text) <= 2_000
        assert kept.place_text is None or len(kept.place_text) <= 200
