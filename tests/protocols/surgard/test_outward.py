"""What we say to software is what our own reader of receivers reads: the agreed fields, whole, and nothing beside."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from belfry.domain.codes import load
from belfry.domain.signal import Signal, Wire
from belfry.protocols.dc09.reply import envelope
from belfry.protocols.surgard import (
    ACK,
    NAK,
    Answer,
    Answers,
    Frames,
    Head,
    Line,
    Lines,
    Outward,
    What,
    account_key,
    frame_of,
    heartbeat,
    line_of,
    null_frame,
    to_signals,
)

NOW = datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
CODES = load()
HEAD = Head("01", "1")
HEX = "0123456789ABCDEF"


def ours() -> st.SearchStrategy[Outward]:
    return st.one_of(
        st.builds(
            Outward,
            wire=st.just(Wire.SIA),
            code=st.sampled_from(CODES.listed(Wire.SIA)),
            previous=st.booleans(),
            account=st.none() | st.text(HEX, min_size=1, max_size=16),
            prefix=st.none() | st.sampled_from(["011", "01002", "0", "F", "0A3"]),
            area=st.none() | st.text("0123456789", min_size=1, max_size=4),
            zone=st.none() | st.text("0123456789", min_size=1, max_size=6),
            kind=st.none() | st.sampled_from(["FIRE.ALARM.AUTO", "TECH.FAULT"]),
            at=st.none() | st.just(NOW),
        ),
        st.builds(
            Outward,
            wire=st.just(Wire.CID),
            code=st.builds(lambda q, c: f"{q}{c}", st.sampled_from("13"), st.sampled_from(CODES.listed(Wire.CID))),
            previous=st.booleans(),
            account=st.none() | st.text(HEX, min_size=3, max_size=10),
            prefix=st.none() | st.sampled_from(["011", "01002", "0"]),
            area=st.none() | st.from_regex(r"[0-9]{2}", fullmatch=True),
            zone=st.none() | st.from_regex(r"[0-9]{3}", fullmatch=True),
            kind=st.none() | st.just("FIRE.ALARM.AUTO"),
            at=st.none() | st.just(NOW),
        ),
    )


def heard(wire: bytes | None, reader: Lines | Frames) -> tuple[Line, Signal]:
    assert wire is not None
    (line,) = reader.feed(wire)
    assert isinstance(line, Line), line
    assert reader.noise == 0
    (signal,) = to_signals(line, account_key(line, "they", prefixed=True), received_at=NOW, meaning=CODES.meaning)
    return line, signal


@given(ours(), st.integers(1, 9_999))
def test_our_own_reader_hears_what_was_said(said: Outward, sequence: int) -> None:
    for line, signal in (
        heard(line_of(said, HEAD), Lines()),
        heard(frame_of(said, HEAD, sequence), Frames()),
    ):
        assert line.what is What.EVENTS
        assert (signal.wire, signal.account) == (said.wire, said.account or "0000")
        head = HEAD.of(said.prefix)
        assert signal.prefix == head.receiver + head.line
        code = signal.code or ""
        assert code[-3:] == said.code[-3:]
        assert signal.previous == said.previous or code[:1] == "6"
        meaning = CODES.meaning(said.wire, code)
        if meaning.subtype != "access" and meaning.address not in ("user", "area"):
            none = {"00", "000"} if said.wire is Wire.CID else set()
            assert signal.zone == (None if said.zone in none else said.zone)
            assert signal.area == (None if said.area in none else said.area)


@given(ours())
def test_what_is_not_agreed_is_not_in_the_line(said: Outward) -> None:
    bare = Outward(wire=said.wire, code=said.code)
    for wire, reader in ((line_of(bare, HEAD), Lines()), (frame_of(bare, HEAD, 1), Frames())):
        _, signal = heard(wire, reader)
        assert (signal.account, signal.prefix, signal.area, signal.zone) == ("0000", "011", None, None)
        assert (signal.text, signal.occurred_at, signal.user) == (None, None, None)
        assert b"FIRE" not in (wire or b"")
        assert b"08:00" not in (wire or b"")


def test_lines_are_as_receivers_print_them() -> None:
    fire = Outward(wire=Wire.CID, code="1110", account="1234", prefix="011", area="01", zone="015")
    assert line_of(fire, HEAD) == b"5011 181234E11001015\x14"
    assert line_of(structs.replace(fire, code="3110"), HEAD) == b"5011 181234R11001015\x14"
    assert line_of(structs.replace(fire, previous=True, at=NOW), HEAD) == b"5011 181234P1100101508:00:00-14/03\x14"
    theft = Outward(wire=Wire.SIA, code="BA", account="1234", area="1", zone="12", kind="INTR.ALARM")
    assert line_of(theft, HEAD) == b"S011[#1234|Nri1/BA12|AINTR.ALARM]\x14"
    assert heartbeat(HEAD) == b"1011           @    \x14"
    assert frame_of(theft, HEAD, 7) == envelope(b'"SIA-DCS"0007R01L1[#1234|Nri1/BA12|AINTR.ALARM]')
    assert frame_of(fire, HEAD, 8) == envelope(b'"ADM-CID"0008R01L1[#1234|1110 01 015]')


def test_heartbeats_are_heartbeats_to_our_own_reader() -> None:
    for said, reader in ((heartbeat(HEAD), Lines()), (null_frame(HEAD, 3), Frames())):
        (line,) = reader.feed(said)
        assert isinstance(line, Line)
        assert line.what is What.HEARTBEAT


@pytest.mark.parametrize(
    "said",
    [
        Outward(wire=Wire.SIA, code="BA", account="shop-1"),
        Outward(wire=Wire.CID, code="1110", account="12"),
        Outward(wire=Wire.CID, code="110", account="1234"),
        Outward(wire=Wire.SIA, code="B]", account="1234"),
    ],
)
def test_what_a_form_cannot_say_is_not_said_otherwise(said: Outward) -> None:
    assert line_of(said, HEAD) is None
    assert frame_of(said, HEAD, 1) is None


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_nothing_of_a_site_breaks_out_of_its_place(area: str, zone: str, prefix: str) -> None:
    said = Outward(wire=Wire.SIA, code="BA", account="1234", area=area, zone=zone, prefix=prefix)
    _, signal = heard(line_of(said, HEAD), Lines())
    assert (signal.code, signal.account) == ("BA", "1234")
    _, signal = heard(frame_of(said, HEAD, 1), Frames())
    assert (signal.code, signal.account) == ("BA", "1234")


# -- what is answered -------------------------------------------------------------------------------------------------


def framed(token: str, sequence: int) -> bytes:
    return envelope(f'"{token}"{sequence:04d}R01L1[]'.encode())


def test_bytes_and_frames_answer() -> None:
    assert Answers().feed(ACK + NAK) == [Answer(True), Answer(False)]
    assert Answers().feed(framed("ACK", 12) + framed("NAK", 13) + framed("DUH", 14)) == [
        Answer(True, 12),
        Answer(False, 13),
        Answer(False, 14),
    ]


def test_a_damaged_answer_is_none() -> None:
    good = framed("ACK", 12)
    for at in range(1, len(good) - 1):
        damaged = good[:at] + bytes([good[at] ^ 0x01]) + good[at + 1 :]
        assert Answer(True, 12) not in Answers().feed(damaged)


@given(st.binary(max_size=600), st.integers(0, 600))
def test_any_bytes_answer_the_same_however_they_are_cut(wire: bytes, cut: int) -> None:
    whole, parts = Answers(), Answers()
    assert whole.feed(wire) == parts.feed(wire[:cut]) + parts.feed(wire[cut:])
    assert whole.noise == parts.noise
    taken = [one for one in whole.feed(b"") if one.taken]
    assert len(taken) <= wire.count(ACK) + wire.count(b"ACK")
