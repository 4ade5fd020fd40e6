"""What alarm receivers hand on: Sur-Gard lines and DC-07 frames, cut anywhere, to signals and to words for people.

The first byte says where the wire is cut.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from belfry.domain.codes import load
from belfry.protocols.dc09.reply import envelope
from belfry.protocols.surgard import LINE_MAX_BYTES, Frames, Line, Lines, What, account_key, identity, to_signals
from belfry.protocols.surgard.describe import describe

CODES = load()
AT = datetime(2026, 3, 14, tzinfo=UTC)
MARKER = "Kunigunde"
LINES = (
    b"5011 181234E13001015\x14",
    b"1011           @    \x14S011[#001234|Nri1id12OP01|A Hall]\x14",
    b"3011      1234BA0015\x141011      1234 A  01\x1480111234 1555 5555 7\x14",
    b"0011[#0000|NYT00]\x149011    123412345678\x144011  12340305551234\x14",
    b"5011 181234E1300101523:59:58-31/12\x14",
    b"9011 Kunigunde\x14",
)
BODIES = (
    b'"SIA-DCS"0012R01L2[#1234|Nri1/BA12]',
    b'"ADM-CID"0001[#1|1110 01 001][Xx]',
    b'"NULL"0000R1L1[]',
    b'"SK-FSK1"0003R1L1[Kunigunde]',
    b'"*SIA-DCS"0001L0#1234[00FF',
)


def seeds() -> Iterable[bytes]:
    for line in LINES:
        yield b"\x07" + line
    for body in BODIES:
        yield b"\x09" + envelope(body)


def one_input(data: bytes) -> None:
    wire, cut = data[1:], data[0] if data else 0
    for kind in (Lines, Frames):
        whole, parts = kind(), kind()
        events = whole.feed(wire)
        assert events == [*parts.feed(wire[:cut]), *parts.feed(wire[cut:])], "lines depend on how they are cut"
        assert whole.noise == parts.noise
        for event in events:
            assert len(event.raw) <= max(LINE_MAX_BYTES, 4_200)
            if isinstance(event, Line) and event.what in (What.EVENTS, What.UNLISTED):
                _kept(event)
    assert describe(wire, codes=CODES), "bytes that are said nothing of"


def _kept(line: Line) -> None:
    signals = to_signals(line, account_key(line, "old", prefixed=True), received_at=AT, meaning=CODES.meaning)
    assert signals, "a line that is kept as nothing"
    assert identity(line, "old", 1).endswith(line.raw)
    if line.what is What.UNLISTED:
        assert MARKER not in repr(signals), "words of a layout that is not read"
