"""What of a panel's words goes on into the house, and what ends at its door."""

from datetime import UTC, datetime

import pytest

from belfry.domain.codes import load
from belfry.domain.signal import Category, Position, Signal, SignalState
from belfry.protocols.dc09 import Frame, Session, Unreadable, account_key, build_frame, decrypt, identity, to_signals
from tests.protocols.dc09.vectors import vector

NOW = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)
SENT = datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
KEY = bytes(range(16))


def frame(
    data: str,
    *,
    token: str = "SIA-DCS",
    seq: int = 1,
    xdata: tuple[str, ...] = (),
    at: datetime | None = None,
    key: bytes | None = None,
    pad: bytes = bytes(31),
) -> Frame:
    raw = build_frame(token, seq=seq, account="12ab", data=data, xdata=xdata, at=at, key=key, chance=pad)
    (read,) = Session().feed(raw)
    assert isinstance(read, Frame)
    if key is None:
        return read
    opened = decrypt(read, [key])
    assert not isinstance(opened, Unreadable)
    return opened[0]


def signals(read: Frame) -> tuple[Signal, ...]:
    return to_signals(read, account_key(read.line, "panels"), path="tcp", received_at=NOW, meaning=load().meaning)


def one(data: str, *, token: str = "SIA-DCS", xdata: tuple[str, ...] = (), at: datetime | None = None) -> Signal:
    (signal,) = signals(frame(data, token=token, xdata=xdata, at=at))
    return signal


def test_an_alarm_has_its_account_area_zone_and_meaning() -> None:
    signal = one("|Nri1/BA012^Hall^", at=SENT)
    assert (signal.receiver, signal.prefix, signal.account) == ("panels", "0", "12AB")
    assert (signal.area, signal.zone, signal.code, signal.text) == ("1", "012", "BA", "Hall")
    assert (signal.category, signal.state) == (Category.INTRUSION, SignalState.ALARM)
    assert (signal.occurred_at, signal.received_at, signal.path) == (SENT, NOW, "tcp")


def test_every_event_of_a_frame_is_a_signal_in_its_order() -> None:
    found = signals(frame("|Nri1/BA01/FA02"))
    assert [(s.code, s.zone) for s in found] == [("BA", "01"), ("FA", "02")]


def test_a_user_number_goes_where_intake_seals_it_and_a_name_nowhere() -> None:
    for signal in (one("|Nri1/id007/OP^Anna^"), one("|Nri1/OP007^Anna^"), one("|3401 01 007", token="ADM-CID")):
        assert (signal.user, signal.zone, signal.text) == ("007", None, None)


def test_of_an_access_event_neither_door_nor_user_nor_text_goes_on() -> None:
    signal = one("|Nri1/id007/DG12^Anna^")
    assert signal.subtype == "access"
    assert (signal.user, signal.zone, signal.text) == (None, None, None)


def test_nought_means_none_in_contact_id_and_a_point_in_dc03() -> None:
    signal = one("|1301 00 000", token="ADM-CID")
    assert (signal.area, signal.zone) == (None, None)
    assert one("|Nri0/AT000").zone == "000"


def test_a_previously_reported_condition_keeps_its_qualifier() -> None:
    signal = one("|6130 01 015", token="ADM-CID")
    assert (signal.code, signal.state) == ("6130", SignalState.ALARM)


def test_an_unlisted_code_keeps_its_letters_and_nothing_else() -> None:
    signal = one("|Nri1/QQ99")
    assert (signal.code, signal.category, signal.zone) == ("QQ", Category.OTHER, "99")


def test_a_payload_without_a_code_is_a_signal_that_somebody_looks_at() -> None:
    signal = one("|what is this")
    assert (signal.code, signal.category, signal.quirks) == (None, Category.OTHER, ("payload",))
    assert (signal.text, signal.zone) == (None, None)


@pytest.mark.parametrize(
    ("data", "kept"),
    [("|NFA1", True), ("|NMA1", True), ("|NHA1", True), ("|NBA1", False), ("|NFH1", False), ("|NFT1", False)],
)
def test_coordinates_pass_with_a_fire_a_medical_or_a_panic_alarm_only(data: str, kept: bool) -> None:
    signal = one(data, xdata=("X093W23.456", "Y45N30.0"))
    assert signal.position == (Position(45.5, -93.3909333) if kept else None)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("X115000", "Y45N30"),
        ("X006E07.7777777", ""),
        ("X181E00", "Y45N30"),
        ("X006N07", "Y45N30"),
        ("X006E60", "Y45N30"),
    ],
)
def test_a_place_that_is_none_is_dropped(x: str, y: str) -> None:
    assert one("|NFA1", xdata=(x, y)).position is None


def test_links_and_sound_end_at_the_door_and_the_alarm_text_passes_cut() -> None:
    signal = one("|NFA1", xdata=("Vhttp://camera.example/1", "M1234567890AB", "I" + "Küche " * 30, "Isecond"))
    assert signal.text == ("Küche " * 30)[:80].strip()
    assert "camera" not in repr(signal)


def test_control_characters_never_pass_in_a_text() -> None:
    assert one("|NFA1^a\tb\x1b[31m^").text == "a b [31m"


def test_the_time_of_occurrence_counts_before_the_time_of_sending() -> None:
    assert one("|NFA1", xdata=("H07:59:00,03-14-2026",), at=SENT).occurred_at == datetime(
        2026, 3, 14, 7, 59, tzinfo=UTC
    )
    assert one("|NFA1", xdata=("H07:59:00,13-14-2026",), at=SENT).occurred_at == SENT


def test_an_impossible_date_leaves_the_alarm_without_a_time() -> None:
    (read,) = Session().feed(vector("timestamp-month-0").raw)
    assert isinstance(read, Frame)
    (signal,) = signals(read)
    assert (signal.occurred_at, signal.quirks, signal.code) == (None, ("timestamp-format",), "BA")


def test_the_account_of_the_payload_counts_before_that_of_the_header() -> None:
    signal = one("#9999|NBA1")
    assert (signal.account, signal.quirks) == ("9999", ("other-account",))
    assert one("#12AB|NBA1").quirks == ()


def test_a_repeat_shares_its_identity_and_another_frame_does_not() -> None:
    first = frame("|NBA1", at=SENT, key=KEY)
    again = frame("|NBA1", at=NOW, key=KEY, pad=b"x" * 31)
    assert identity(first, "panels") == identity(again, "panels")
    assert first.content != again.content
    others = [frame("|NBA2", at=SENT, key=KEY), frame("|NBA1", seq=2, at=SENT, key=KEY), frame("|NBA1", at=SENT)]
    assert len({identity(f, "panels") for f in (first, *others)}) == 4
    assert identity(first, "panels") != identity(first, "others")


def test_plain_frames_of_different_times_are_different_deliveries() -> None:
    assert identity(frame("|NBA1", at=SENT), "panels") != identity(frame("|NBA1", at=NOW), "panels")
    assert identity(frame("|NBA1"), "panels") == identity(frame("|NBA1"), "panels")


@pytest.mark.parametrize(
    ("token", "data"),
    [
        ("SIA-DCS", "Nri1/BA012"),
        ("SIA-DCS", "NBA"),
        ("SIA-DCS", "Nri01OP007"),
        ("SIA-DCS", "Nri2/ZZ9"),
        ("SIA-DCS", "Nri3/CG5"),
        ("ADM-CID", "1130 01 015"),
        ("ADM-CID", "6130 00 000"),
        ("ADM-CID", "3401 02 007"),
        ("ADM-CID", "1422 02 007"),
    ],
)
def test_one_event_is_read_the_same_alone_and_beside_its_account_in_capitals(token: str, data: str) -> None:
    """Only a header's account that stands in the data as it stands there lets a frame take the short way."""
    alone, named, otherwise = (one(f"{account}|{data}", token=token) for account in ("", "#12ab", "#12AB"))
    assert alone == named == otherwise
