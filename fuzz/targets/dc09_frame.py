"""What stands in a DC-09 frame: header, payload, extended data, ciphertext, as far as signals that may be kept.

No fuzzer guesses a CRC or a cipher, so both are made here. The first byte says how: bit 0 the CRC in raw bytes, bit 1
the CR counted, bit 2 encrypted, bits 3 and 4 the token of an encrypted one, bit 5 a good time behind it. Then comes the
body, or the text to encrypt.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from belfry.domain.codes import load
from belfry.domain.signal import Signal, SignalState
from belfry.protocols.dc09 import (
    ANSWERS,
    PAYLOADS,
    Frame,
    Session,
    Unreadable,
    ack,
    crc16,
    decrypt,
    duh,
    identity,
    to_signals,
)
from belfry.protocols.dc09.crypto import encrypt
from belfry.protocols.dc09.frame import LENGTH_MAX
from belfry.protocols.dc09.payload import EVENTS_MAX, read
from belfry.protocols.dc09.signals import LOCATED, TEXT_MAX, account_key, other_accounts
from belfry.safeguards.minimise import minimise
from tests.protocols.dc09.vectors import VECTORS

KEY = bytes(range(16))
NOW = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)
CODES = load()
TOKENS = ("SIA-DCS", "ADM-CID", "NULL", "XNM")
BINARY, COUNTED, ENCRYPTED = 1, 2, 4


def seeds() -> Iterable[bytes]:
    for vector in VECTORS:
        for event in Session().feed(vector.raw):
            if not isinstance(event, Frame):
                continue
            flags = BINARY if event.binary else 0
            yield bytes([flags]) + event.body
            opened = decrypt(event, [vector.key]) if event.encrypted and vector.key else None
            if isinstance(opened, tuple):
                token = TOKENS.index(event.token) if event.token in TOKENS else 0
                yield bytes([flags | ENCRYPTED | token << 3]) + opened[0].content


def wire_of(data: bytes) -> bytes:
    """A frame whose CRC, length and cipher are right, whatever is in it."""
    flags, body = (data[0], data[1:]) if data else (0, b"")
    if flags & ENCRYPTED:
        text = body + b"]_08:00:05,03-14-2026" if flags & 0x20 else body
        text = b"." * (-len(text) % 16) + text
        body = b'"*%b"0001L0#1234[' % TOKENS[flags >> 3 & 3].encode() + encrypt(text, KEY)
    counted = body + b"\r" if flags & COUNTED else body
    crc, length = crc16(counted), len(counted) & LENGTH_MAX
    head = crc.to_bytes(2, "big") if flags & BINARY else b"%04X" % crc
    return b"\n%b0%03X%b\r" % (head, length, body)


def one_input(data: bytes) -> None:
    for frame in Session().feed(wire_of(data)):
        if isinstance(frame, Frame):
            _frame(frame)


def _frame(frame: Frame) -> None:
    for answer in () if frame.token in ANSWERS else (ack(frame), duh(frame)):
        (back,) = Session().feed(answer)
        assert isinstance(back, Frame), "an answer that nobody can read"
        assert back.echo == frame.echo
        assert back.binary == frame.binary
    if frame.encrypted:
        opened = decrypt(frame, [bytes(16), KEY])
        if isinstance(opened, Unreadable):
            return
        frame = opened[0]
    if frame.token not in PAYLOADS:
        return
    wire = PAYLOADS[frame.token]
    payload = read(wire, frame.data)
    assert len(payload.events) <= EVENTS_MAX
    signals = _signals(frame)
    if len(payload.events) == 1 and b"^" not in frame.data:
        # A last empty block means nothing, but closes every short way.
        longer = replace(frame, data=frame.data + b"|")
        assert read(wire, longer.data).events == payload.events, "the short and the long way read differently"
        assert _signals(longer) == signals, "the short and the long way give different signals"
    assert 1 <= len(signals) <= EVENTS_MAX
    other_accounts(frame, signals)
    assert identity(frame, "panels")
    for signal in signals:
        kept = minimise(signal)
        assert minimise(kept) == kept, "minimising twice takes more"
        for words in (kept.text, kept.user):
            assert words is None or (len(words) <= TEXT_MAX and words.isprintable())
        assert kept.position is None or (kept.category in LOCATED and kept.state is not SignalState.RESTORE)
        assert kept.place_text is None
        assert kept.caller is None


def _signals(frame: Frame) -> tuple[Signal, ...]:
    account = account_key(frame, "panels")
    return to_signals(frame, account, path="tcp", received_at=NOW, meaning=CODES.meaning)
