"""A stream into frames: any cut gives the same, any noise gives frames or faults, what is built is what is read."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.protocols.dc09 import Error, Frame, Session, Unreadable, build_frame, crc16, decrypt, parse
from belfry.protocols.dc09.frame import FRAME_MAX_BYTES
from tests.protocols.dc09.vectors import VECTORS, vector

Events = list[Frame | Unreadable]

HEX = st.text("0123456789ABCDEFabcdef", min_size=1, max_size=6)
ACCOUNTS = st.text("0123456789ABCDEFabcdef", min_size=3, max_size=16)
DATA = st.text(st.characters(codec="utf-8", exclude_characters="[]\r\n|", exclude_categories=["Cs"]), max_size=60)
TIMES = st.integers(0, 100_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
WIRES = st.lists(
    st.one_of(
        st.sampled_from([v.raw for v in VECTORS]),
        st.binary(max_size=12),
        st.text('\n\r\0"0A1F[]#|', max_size=12).map(str.encode),
    ),
    max_size=4,
).map(b"".join)


def events(chunks: list[bytes]) -> tuple[Events, Unreadable | None, bool, int]:
    session = Session()
    found = [event for chunk in chunks for event in session.feed(chunk)]
    left = session.finish()
    return found, left, session.trailing_nul, session.noise


@given(wire=WIRES, data=st.data())
def test_frames_do_not_depend_on_how_the_network_cuts_them(wire: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(wire)), max_size=30)))
    assert events([wire[a:b] for a, b in pairwise([0, *cuts, len(wire)])]) == events([wire])
    assert events([wire[i : i + 1] for i in range(len(wire))]) == events([wire])


@given(noise=st.binary(max_size=400))
def test_any_noise_gives_frames_or_faults_and_never_an_exception(noise: bytes) -> None:
    for event in Session().feed(b"\n" + noise + b"\r") + Session().feed(noise):
        assert isinstance(event, Frame | Unreadable)
        if isinstance(event, Frame) and event.encrypted:
            decrypt(event, [bytes(16)])


@given(
    seq=st.integers(0, 9999),
    account=ACCOUNTS,
    prefix=HEX,
    receiver=st.none() | HEX,
    data=DATA,
    at=st.none() | TIMES,
    xdata=st.lists(DATA, max_size=3),
    binary=st.booleans(),
    counted=st.booleans(),
)
def test_a_frame_built_is_a_frame_read(
    seq: int,
    account: str,
    prefix: str,
    receiver: str | None,
    data: str,
    at: datetime | None,
    xdata: list[str],
    binary: bool,
    counted: bool,
) -> None:
    wire = build_frame(
        "SIA-DCS",
        seq=seq,
        account=account,
        prefix=prefix,
        receiver=receiver,
        data=data,
        at=at,
        xdata=tuple(xdata),
        binary_crc=binary,
        cr_counted=counted,
    )
    (frame,) = Session().feed(wire)
    assert isinstance(frame, Frame)
    assert (frame.token, frame.encrypted, frame.seq) == ("SIA-DCS", False, f"{seq:04d}")
    assert (frame.account, frame.prefix, frame.receiver) == (account, prefix, receiver)
    assert (frame.data, frame.xdata) == (data.encode(), tuple(item.encode() for item in xdata))
    assert frame.timestamp == at
    assert ("binary-crc" in frame.quirks, "cr-counted" in frame.quirks) == (binary, counted)


@given(
    data=DATA,
    at=TIMES,
    key=st.sampled_from([16, 24, 32]).flatmap(lambda n: st.binary(min_size=n, max_size=n)),
    chance=st.binary(min_size=31, max_size=31),
    xdata=st.lists(DATA, max_size=2),
)
def test_an_encrypted_frame_opens_with_its_key_to_what_went_in(
    data: str, at: datetime, key: bytes, chance: bytes, xdata: list[str]
) -> None:
    wire = build_frame("SIA-DCS", seq=7, account="1234", data=data, at=at, key=key, chance=chance, xdata=tuple(xdata))
    (frame,) = Session().feed(wire)
    assert isinstance(frame, Frame)
    assert frame.encrypted
    assert (frame.data, frame.timestamp) == (b"", None)  # nothing is known before it is opened
    opened = decrypt(frame, [bytes(16) if key != bytes(16) else b"k" * 16, key])
    assert not isinstance(opened, Unreadable)
    plain, used = opened
    assert (plain.data, plain.timestamp, used) == (data.encode(), at, key)
    assert plain.xdata == tuple(item.encode() for item in xdata)
    assert plain.pad_length is not None
    assert 16 <= plain.pad_length <= 31


@given(chance=st.binary(min_size=31, max_size=31))
def test_a_pad_never_holds_a_sign_that_gives_the_text_its_form(chance: bytes) -> None:
    wire = build_frame("NULL", seq=1, account="1234", at=datetime(2026, 1, 1, tzinfo=UTC), key=bytes(16), chance=chance)
    (frame,) = Session().feed(wire)
    assert isinstance(frame, Frame)
    opened = decrypt(frame, [bytes(16)])
    assert not isinstance(opened, Unreadable)
    assert opened[0].pad_length is not None
    assert not set(opened[0].content[: opened[0].pad_length]) & set(b"|[]")


def test_the_check_value_of_the_nine_digits_is_the_published_one() -> None:
    assert crc16(b"123456789") == 0xBB3D


def test_a_frame_without_its_end_costs_only_itself() -> None:
    whole = vector("sia-burglary").raw
    cut, following = Session().feed(whole[:-1] + whole)
    assert isinstance(cut, Unreadable)
    assert cut.error is Error.NO_CR
    assert isinstance(following, Frame)


@pytest.mark.parametrize(
    ("crc", "account"),
    [(b"\n\r", 657218), (b"\r\n", 255368), (b"\r\r", 683153), (b"\n\n", 163512)],  # searched for
)
def test_a_binary_check_value_may_be_a_line_end(crc: bytes, account: int) -> None:
    body = b'"ADM-CID"0001L0#%08X[|1130 01 001]' % account
    assert crc16(body).to_bytes(2, "big") == crc
    wire = b"\n" + crc + b"0%03X" % len(body) + body + b"\r"
    for chunks in ([wire, wire], [wire[i : i + 1] for i in range(len(wire))] * 2):
        found, left, _, _ = events(chunks)
        assert [type(event) for event in found] == [Frame, Frame]
        assert left is None


def test_a_nul_behind_a_frame_is_a_habit_and_no_noise() -> None:
    raw = vector("quirk-empty-prefix-trailing-nul").raw
    found, left, trailing_nul, noise = events([raw, raw])
    assert [type(event) for event in found] == [Frame, Frame]
    assert (left, trailing_nul, noise) == (None, True, 0)


def test_what_runs_on_without_an_end_is_dropped_and_the_next_frame_is_read() -> None:
    whole = vector("sia-burglary").raw
    session = Session()
    endless = b"\n" + b"A" * (3 * FRAME_MAX_BYTES)
    found = [event for i in range(0, len(endless), 100) for event in session.feed(endless[i : i + 100])]
    assert [event.error for event in found if isinstance(event, Unreadable)] == [Error.NO_CR]
    assert session.noise == len(endless) - FRAME_MAX_BYTES
    assert any(isinstance(event, Frame) for event in session.feed(whole))


def test_the_longest_frame_is_read() -> None:
    head = len('"SIA-DCS"0001L0#1234[]')
    wire = build_frame("SIA-DCS", seq=1, account="1234", data="x" * (0xFFF - head))
    (frame,) = Session().feed(wire)
    assert isinstance(frame, Frame)
    assert frame.length == 0xFFF


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", Error.NO_LF),
        (b"\n", Error.NO_CR),
        (b"\n\r", Error.HEADER),
        (b"\n12\r", Error.HEADER),
        (b"x\r", Error.NO_LF),
    ],
)
def test_what_is_too_short_for_a_frame_is_named(raw: bytes, error: Error) -> None:
    found = parse(raw)
    assert isinstance(found, Unreadable)
    assert found.error is error


def test_a_bracket_in_a_zones_text_costs_no_alarm() -> None:
    wire = build_frame(
        "SIA-DCS", seq=1, account="1234", data="#1234|NFA1^Hall [2]^", at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    (frame,) = Session().feed(wire)
    assert isinstance(frame, Frame)
    assert (frame.data, frame.quirks) == (b"#1234|NFA1^Hall [2]^", ("bracket-in-data",))
