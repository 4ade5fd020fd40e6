"""DC-03 blocks and Contact ID as panels write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.signal import Wire
from belfry.protocols.dc09 import Event, read


def sia(text: str) -> tuple[Event, ...]:
    return read(Wire.SIA, text.encode()).events


def cid(text: str) -> tuple[Event, ...]:
    return read(Wire.CID, text.encode()).events


def test_modifiers_stay_in_force_for_the_events_that_follow() -> None:
    assert sia("|Nri1/id007/BA01/BA02/ri2/FA3") == (
        Event("BA", "01", "1", "007"),
        Event("BA", "02", "1", "007"),
        Event("FA", "3", "2", "007"),
    )


def test_a_new_block_begins_without_modifiers() -> None:
    assert sia("|Nri1/BA01|NFA2") == (Event("BA", "01", "1"), Event("FA", "2"))


def test_modifiers_behind_their_event_are_given_to_it() -> None:
    payload = read(Wire.SIA, b"|NBA01/ri3/id5")
    assert payload.events == (Event("BA", "01", "3", "5"),)
    assert payload.quirks == ("late-modifiers",)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("|Nri1CL0001", Event("CL", "0001", "1")),
        ("|NNL2", Event("NL", "2")),
        ("|OBA01", Event("BA", "01", old=True)),
        ("#12|NBA01", Event("BA", "01", account="12")),
        ("NBA01", Event("BA", "01")),
        ("|NBA1A", Event("BA", "1A")),
        ("|NBA01*3", Event("BA", "01")),
        ("|NBA01^Hall / stairs | cellar^", Event("BA", "01", text="Hall / stairs | cellar")),
        ("|NBA01|AHall", Event("BA", "01", text="Hall")),
        ("|Nti10:01:00/da08-18-24/RP", Event("RP")),
        ("|Nti10:01/ri1^Area^/BA1", Event("BA", "1", "1")),
        ("|NBA01^open", Event("BA", "01", text="open")),
    ],
)
def test_panels_write_it_in_many_ways(text: str, event: Event) -> None:
    assert sia(text) == (event,)


def test_several_blocks_and_accounts_in_one_frame() -> None:
    assert sia("#1111|NBA1|#2222|NFA2|AKitchen") == (
        Event("BA", "1", account="1111"),
        Event("FA", "2", text="Kitchen", account="2222"),
    )


@pytest.mark.parametrize("text", ["", "|", "#1234|", "|E1234", "|Lhttp://x", "|n", "|N", "garbage"])
def test_a_payload_without_a_code_says_so(text: str) -> None:
    payload = read(Wire.SIA, text.encode())
    assert payload.events == ()
    assert "payload" in payload.quirks


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("|1130 01 015", Event("1130", "015", "01")),
        ("#1234|6130 01 015", Event("6130", "015", "01", account="1234")),
        ("|113001015", Event("1130", "015", "01")),
        ("|1130  01  015 ", Event("1130", "015", "01")),
        ("|1234 18 1130 01 015 8", Event("1130", "015", "01")),
        ("|18 1130 01 015", Event("1130", "015", "01")),
        ("|11B0 01 015", Event("11B0", "015", "01")),
        ("|1130 01 015|AHall", Event("1130", "015", "01", text="Hall")),
    ],
)
def test_contact_id_with_and_without_its_gaps(text: str, event: Event) -> None:
    assert cid(text) == (event,)


@given(wire=st.sampled_from(Wire), data=st.binary(max_size=300))
def test_any_payload_is_read_without_an_exception(wire: Wire, data: bytes) -> None:
    payload = read(wire, data)
    assert bool(payload.events) is ("payload" not in payload.quirks)


@given(data=st.text("NO|/^riBA01A#*", max_size=120))
def test_any_mixture_of_the_signs_is_read_without_an_exception(data: str) -> None:
    for event in sia(data):
        assert len(event.code) == 2
