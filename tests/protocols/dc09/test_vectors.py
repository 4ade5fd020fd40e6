"""All vectors: every field that is expected of a frame, and the exact answer to it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from belfry.domain.codes import load
from belfry.domain.site import TimeWindow
from belfry.protocols.dc09 import ANSWERS, Frame, Session, Unreadable, decrypt, encrypted_ack, in_window, nak
from belfry.protocols.dc09.describe import describe
from tests.protocols.dc09.vectors import VECTORS, Vector, vector

FRAMES = [v for v in VECTORS if "stream" not in v.expect]
OUR_OWN_WORDS = {"name", "listed", "subtype", "state", "kind", "priority", "act"}


def described(case: Vector) -> list[dict[str, Any]]:
    found = describe(case.raw, key=case.key, at=case.at, codes=load())
    words: list[dict[str, Any]] = json.loads(json.dumps(found))
    return words


def test_the_whole_file_is_read() -> None:
    assert len(VECTORS) == 92


@pytest.mark.parametrize("case", FRAMES, ids=lambda case: case.name)
def test_a_frame_has_every_field_that_its_vector_expects(case: Vector) -> None:
    (found,) = described(case)
    found["events"] = [
        {name: value for name, value in event.items() if name not in OUR_OWN_WORDS} for event in found.get("events", [])
    ]
    expected = {name: value for name, value in case.expect.items() if name != "reply_also"}
    assert {name: found.get(name, "absent") for name in expected} == expected


@pytest.mark.parametrize("case", FRAMES, ids=lambda case: case.name)
def test_every_event_says_what_would_be_done_with_it(case: Vector) -> None:
    for event in described(case)[0].get("events", []):
        assert event.keys() >= OUR_OWN_WORDS


def test_two_frames_in_one_segment_are_two_frames_in_order() -> None:
    case = vector("stream-two-frames")
    found = described(case)
    assert [frame["seq"] for frame in found] == case.expect["stream"]
    assert [frame["reply"] for frame in found] == ["ACK"] * case.expect["replies"]


@pytest.mark.parametrize("case", [v for v in FRAMES if v.expect.get("reply") == "*ACK"], ids=lambda case: case.name)
def test_an_encrypted_acknowledgement_repeats_the_header_and_opens_with_the_same_key(case: Vector) -> None:
    assert case.key is not None
    assert case.at is not None
    (frame,) = Session().feed(case.raw)
    assert isinstance(frame, Frame)
    (answer,) = Session().feed(encrypted_ack(frame, case.key, case.at, bytes))
    assert isinstance(answer, Frame)
    opened = decrypt(answer, [case.key])
    assert not isinstance(opened, Unreadable)
    assert (opened[0].token, opened[0].echo, opened[0].data) == ("ACK", frame.echo, b"")
    assert (opened[0].timestamp, opened[0].pad_length, opened[0].quirks) == (case.at, 26, ())


def test_a_nak_carries_our_clock_in_the_clear_and_names_no_account() -> None:
    assert nak(datetime(2019, 5, 7, 15, 39, 35, tzinfo=UTC)) == vector("nak-with-A0-b").raw
    case = vector("aes128-window-stale-41s")
    assert case.at is not None
    (found,) = describe(case.raw, key=case.key, at=case.at, codes=load())
    assert found["reply_hex"] == nak(case.at).hex().upper()


def test_without_a_clock_of_ours_no_window_is_checked() -> None:
    case = vector("aes128-window-stale-41s")
    (found,) = describe(case.raw, key=case.key, codes=load())
    assert (found["valid"], found["reply"]) == (True, "*ACK")


def test_an_impossible_date_is_told_and_the_alarm_is_acknowledged() -> None:
    (found,) = described(vector("timestamp-month-0"))
    assert found["quirks"] == ["timestamp-format"]
    assert (found["timestamp"], found["reply"]) == (None, "ACK")
    assert [event["code"] for event in found["events"]] == ["BA"]


def test_an_answer_has_the_check_value_in_the_form_that_the_panel_used() -> None:
    (found,) = described(vector("quirk-trikdis-binary-crc"))
    answer = bytes.fromhex(str(found["reply_hex"]))
    assert answer[3:7] == b"0014"
    assert answer[7:] == b'"ACK"0002R1L1#9413[]\r'
    (read,) = Session().feed(answer)
    assert isinstance(read, Frame)
    assert read.binary


@pytest.mark.parametrize("name", sorted({v.name for v in FRAMES if v.expect.get("reply") is None}))
def test_what_receivers_say_is_never_answered(name: str) -> None:
    (found,) = described(vector(name))
    assert found["token"] in ANSWERS
    assert found["reply_hex"] is None


def test_the_window_has_edges_on_both_sides() -> None:
    case = vector("aes128-window-edge-40s-old")
    assert case.key is not None
    assert case.at is not None
    (frame,) = Session().feed(case.raw)
    assert isinstance(frame, Frame)
    opened = decrypt(frame, [case.key])
    assert not isinstance(opened, Unreadable)
    assert in_window(opened[0].timestamp, case.at, TimeWindow.STANDARD)
    assert not in_window(None, case.at, TimeWindow.WIDE)
    assert in_window(None, case.at, TimeWindow.OFF)
