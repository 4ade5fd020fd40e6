"""Lines of alarm receivers: cut anywhere, with any noise, the same; what is not known is kept without its words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.codes import load
from belfry.domain.signal import Category, Signal, SignalState
from belfry.protocols.dc09 import build_frame
from belfry.protocols.dc09.reply import envelope
from belfry.protocols.surgard import (
    END,
    LINE_MAX_BYTES,
    Bad,
    Frames,
    Line,
    Lines,
    Quirk,
    What,
    account_key,
    read_line,
    to_signals,
)

NOW = datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
MARKER = "Kunigunde"
CODES = load()

CONTACT_ID = b"5011 181234E13001015"
HEARTBEAT = b"1011           @    "
SAMPLES = (
    CONTACT_ID,
    b"5011 181234E12101001",  # the manual's example: a duress alarm
    b"5011 181234R40101007",
    b"5011 181234P11002003",
    b"5011 181234E13001015" + b"23:59:58-31/12",
    b"5010a1",
    b"S011[#001234|Nri1BA01]",
    b"S01002[#001234|Nri1id12OP01|A Hall]",
    b"S011[#1234|Nri1/BA01^Back door [left]^]",
    b"0011[#0000|NYT00]",
    b"3011      1234BA0015",
    b"3011    123456FA0001",
    b"1011      1234 A  01",
    b"1011      1234 O  12",
    b"1011      0000 P  01",
    b"80111234 1555 5555 7",
    b"8010010012345 1553 5555 7",
    b"801001001234 1553 5555 7",
    b"9011    123412345678",
    b"4011  1234030" + b"5551234",
    b"T011001234 A  01",
    HEARTBEAT,
)


def signals(raw: bytes) -> tuple[Signal, ...]:
    line = read_line(raw)
    assert isinstance(line, Line), line
    return to_signals(line, account_key(line, "old", prefixed=True), received_at=NOW, meaning=CODES.meaning)


def fed(reader: Lines | Frames, *chunks: bytes) -> tuple[list[Line | Bad], int]:
    return [event for chunk in chunks for event in reader.feed(chunk)], reader.noise


def test_contact_id_says_what_it_says_over_dc09() -> None:
    (signal,) = signals(CONTACT_ID)
    assert (signal.prefix, signal.account, signal.code) == ("011", "1234", "1130")
    assert (signal.area, signal.zone, signal.category, signal.state) == (
        "01",
        "015",
        Category.INTRUSION,
        SignalState.ALARM,
    )
    assert signal.quirks == ()


def test_qualifiers_are_new_restore_and_still_there() -> None:
    assert [signals(raw)[0].code for raw in (SAMPLES[1], SAMPLES[2], SAMPLES[3])] == ["1121", "3401", "6110"]
    assert signals(SAMPLES[3])[0].previous
    assert signals(SAMPLES[2])[0].user == "007"
    assert signals(SAMPLES[2])[0].zone is None


def test_a_line_number_may_have_three_places() -> None:
    line = read_line(b"501002 181234E13001015")
    assert isinstance(line, Line)
    assert (line.receiver, line.line, line.prefix) == ("01", "002", "01002")


def test_a_receivers_time_is_passed_over() -> None:
    (signal,) = signals(SAMPLES[4])
    assert (signal.code, signal.zone, signal.occurred_at, signal.quirks) == ("1130", "015", None, (Quirk.CLOCK,))


def test_sia_keeps_area_user_and_text_where_dc09_keeps_them() -> None:
    (alarm,) = signals(SAMPLES[6])
    assert (alarm.account, alarm.area, alarm.code, alarm.zone) == ("001234", "1", "BA", "01")
    (opening,) = signals(SAMPLES[7])
    assert (opening.prefix, opening.user, opening.zone, opening.text) == ("01002", "01", None, None)
    (text,) = signals(SAMPLES[8])
    assert text.text == "Back door [left]"


def test_a_receiver_speaks_of_itself_at_its_own_account() -> None:
    (signal,) = signals(b"0011[#0000|NYT00]")
    assert (signal.prefix, signal.account, signal.code, signal.category) == ("011", "0000", "YT", Category.POWER)
    (unlisted,) = signals(b"0011 something else")
    assert (unlisted.account, unlisted.code, unlisted.quirks) == ("0000", None, (Quirk.RECEIVER,))


def test_sia_protocol_1_tells_account_from_code_by_its_places() -> None:
    assert [(s.account, s.code, s.zone) for s in (*signals(SAMPLES[10]), *signals(SAMPLES[11]))] == [
        ("1234", "BA", "0015"),
        ("123456", "FA", "0001"),
    ]


def test_formats_of_one_letter_give_the_nearest_code() -> None:
    (alarm,) = signals(b"1011      1234 A  01")
    assert (alarm.account, alarm.code, alarm.zone, alarm.quirks) == ("1234", "UA", "01", (Quirk.BASIC,))
    (unlisted,) = signals(b"1011      1234 X  01")
    assert (unlisted.account, unlisted.code, unlisted.zone) == ("1234", None, None)


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (b"80111234 1555 5553 7", [("UA", "1"), ("UR", "8")]),
        (b"80111234 1555 5555 1", [("HA", None), ("UA", "1")]),
        (b"80111234 1535 5555 3", [("UB", "1"), ("UU", "3")]),
        (b"80111234 1355 5555 6", [("AT", "1"), ("YR", "2")]),
        (b"80111234 5555 5555 9", [("RP", None)]),
    ],
)
def test_high_speed_says_what_its_ninth_channel_makes_of_the_others(
    line: bytes, codes: list[tuple[str, str | None]]
) -> None:
    assert [(signal.code, signal.zone) for signal in signals(line)] == codes


@pytest.mark.parametrize("raw", [b"9011    123412345678", b"T011001234 A  01", b"80100112345 1555 5555 7"])
def test_a_layout_that_is_not_read_is_kept_without_its_words(raw: bytes) -> None:
    line = read_line(raw)
    assert isinstance(line, Line)
    assert line.what is What.UNLISTED
    (signal,) = signals(raw)
    assert (signal.account, signal.code, signal.zone, signal.text, signal.quirks) == (
        "0000",
        None,
        None,
        None,
        (Quirk.FORMAT,),
    )


def test_no_word_of_an_unlisted_layout_goes_on() -> None:
    for head in (b"9011    ", b"D011 ", b"V011", b"0011 "):
        assert MARKER not in repr(signals(head + MARKER.encode()))


def test_the_number_of_a_caller_is_acknowledged_and_passed_over() -> None:
    line = read_line(b"4011  12340305551234")
    assert isinstance(line, Line)
    assert (line.what, line.data, line.account) == (What.PASSED, b"", "0000")


def test_a_heartbeat_is_one_whatever_its_spaces() -> None:
    for raw in (HEARTBEAT, b"1011 @", b"101001           @    "):
        line = read_line(raw)
        assert isinstance(line, Line)
        assert line.what is What.HEARTBEAT


@pytest.mark.parametrize("raw", [b"5011 181234E130010", b"S011[#1234|Nri1BA01", b"hello", b"12", b"\x01\x02\x03\x04"])
def test_a_damaged_line_is_asked_for_again(raw: bytes) -> None:
    found = read_line(raw)
    assert isinstance(found, Bad)
    assert found.nak == b"\x15"


@given(st.lists(st.sampled_from(SAMPLES) | st.binary(max_size=40), max_size=6), st.data())
def test_lines_do_not_depend_on_how_the_network_cuts_them(pieces: list[bytes], data: st.DataObject) -> None:
    wire = END.join(pieces) + END
    cuts = sorted(data.draw(st.sets(st.integers(1, len(wire)), max_size=8)))
    chunks = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    assert fed(Lines(), wire) == fed(Lines(), *chunks)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    found = read_line(raw)
    if isinstance(found, Line) and found.what is not What.HEARTBEAT:
        assert signals(raw)


def test_a_line_without_an_end_is_told_once_and_the_next_one_read() -> None:
    flood = b"x" * (LINE_MAX_BYTES * 3)
    whole, noise = fed(Lines(), flood + END + CONTACT_ID + END)
    parts, noise_too = fed(Lines(), *(flood[n : n + 100] for n in range(0, len(flood), 100)), END + CONTACT_ID + END)
    assert [type(event) for event in whole] == [Bad, Line]
    assert isinstance(whole[0], Bad)
    assert whole[0].nak == b""
    assert (whole, noise) == (parts, noise_too)
    assert noise == len(flood)


# -- DC-07


def frame(body: bytes) -> bytes:
    return envelope(body)


def test_a_frame_of_dc07_names_its_account_in_the_payload() -> None:
    ((line,), _) = fed(Frames(), frame(b'"SIA-DCS"0012R01L2[#1234|Nri1/BA12]'))
    assert isinstance(line, Line)
    assert (line.what, line.prefix, line.account) == (What.EVENTS, "012", "1234")
    (signal,) = to_signals(line, account_key(line, "old", prefixed=False), received_at=NOW, meaning=CODES.meaning)
    assert (signal.prefix, signal.account, signal.code, signal.zone, signal.quirks) == (None, "1234", "BA", "12", ())
    assert line.ack == frame(b'"ACK"0012R01L2[]')


def test_a_frame_with_dc09s_header_is_read_too() -> None:
    ((line,), _) = fed(Frames(), build_frame("ADM-CID", seq=7, account="4321", data="#4321|1110 01 001"))
    assert isinstance(line, Line)
    assert (line.account, line.data) == ("4321", b"#4321|1110 01 001")


def test_a_link_test_is_a_heartbeat_and_an_answer_is_nothing() -> None:
    (events, _) = fed(Frames(), frame(b'"NULL"0001R1L1[]') + frame(b'"ACK"0001R1L1[]'))
    (beat,) = events
    assert isinstance(beat, Line)
    assert beat.what is What.HEARTBEAT


def test_an_unlisted_token_is_kept_and_acknowledged() -> None:
    ((line,), _) = fed(Frames(), frame(b'"SK-FSK1"0003R1L1[#1234|whatever]'))
    assert isinstance(line, Line)
    assert (line.what, line.ack) == (What.UNLISTED, frame(b'"ACK"0003R1L1[]'))


def test_a_frame_with_a_wrong_check_value_gets_silence() -> None:
    whole = bytearray(frame(b'"SIA-DCS"0012R01L2[#1234|Nri1/BA12]'))
    whole[-3] ^= 1
    ((bad,), _) = fed(Frames(), bytes(whole))
    assert isinstance(bad, Bad)
    assert bad.nak == b""


@given(st.binary(max_size=120), st.integers(0, 120))
def test_frames_do_not_depend_on_how_the_network_cuts_them(noise: bytes, cut: int) -> None:
    wire = frame(b'"NULL"0001R1L1[]') + noise + frame(b'"ADM-CID"0002R1L1[#1|1110 01 001]')
    assert fed(Frames(), wire) == fed(Frames(), wire[:cut], wire[cut:])
