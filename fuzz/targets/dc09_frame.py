"""What stands in a DC-09 frame: header, payload, extended data, ciphertext, as far as signals that may be kept.

No fuzzer guesses a CRC or a cipher, so both are made here. The first byte says how: bit 0 the CRC in raw bytes, bit 1
the CR counted, bit 2 encrypted, bits 3 and 4 the token of an encrypted one, bit 5 a good time behind it. Then comes the
body, or the text to encrypt.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec.structs import replace

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
)
from belfry.protocols.dc09.crypto import encrypt
from belfry.protocols.dc09.frame import LENGTH_MAX
from belfry.protocols.dc09.payload import EVENTS_MAX, read
from belfry.protocols.dc09.signals import LOCATED, TEXT_MAX
from belfry.receivers.dc09_desk import Came, Desk, Kept
from belfry.receivers.dc09_settings import Dc09Settings
from belfry.safeguards.minimise import minimise
from tests.protocols.dc09.vectors import VECTORS
from tests.receivers.kit import House, Register

KEY = bytes(range(16))
NOW = datetime(2026, 3, 14, 8, 0, 5, tzinfo=UTC)
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
        text = b"." * (-len(text) % 16 if text else 16) + text
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
        assert decrypt(frame, [bytes(16), KEY]) == opened, "what was opened before changes what is opened now"
        if isinstance(opened, Unreadable):
            return
        frame, key = opened
        assert frame.content == _by_the_book(bytes.fromhex(_cipher_of(frame)), key)
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
    assert identity(frame, "panels")
    for signal in signals:
        kept = minimise(signal)
        assert minimise(kept) == kept, "minimising twice takes more"
        for words in (kept.text, kept.user):
            assert words is None or (len(words) <= TEXT_MAX and words.isprintable())
        assert kept.position is None or (kept.category in LOCATED and kept.state is not SignalState.RESTORE)
        assert kept.place_text is None
        assert kept.caller is None


def _cipher_of(frame: Frame) -> str:
    return frame.body.partition(b"[")[2].decode()


def _by_the_book(hidden: bytes, key: bytes) -> bytes:
    """AES-CBC from a zero IV with a cipher of its own, as DC-09 has it."""
    return Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor().update(hidden)


def _signals(frame: Frame) -> tuple[Signal, ...]:
    """The signals that a receiver hands to intake for this frame in the clear."""
    if not _loops:
        _loops.append(asyncio.new_event_loop())
    return _loops[0].run_until_complete(_handed(replace(frame, encrypted=False, cipher=None)))


async def _handed(frame: Frame) -> tuple[Signal, ...]:
    house = House()
    desk = Desk(Dc09Settings(listen="127.0.0.1:0"), house, Register(), lambda: NOW, bytes)
    assert isinstance(desk.handle(frame, Came("tcp", "192.0.2.7", NOW)), Kept)
    return house.arrivals[0].signals


_loops: list[asyncio.AbstractEventLoop] = []


def close() -> None:
    for loop in _loops:
        loop.close()
    _loops.clear()
