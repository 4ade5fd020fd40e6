"""Encrypted frames: AES-CBC, zero IV, 128, 192 or 256 bits, as DC-09 prescribes.

`[` is followed by the hexadecimal form of `pad | data ] {[x-data]} _timestamp`. There is no MAC: beside the CRC over
the ciphertext, the one sign of the right key is the well-formed timestamp at the end. The pad makes the first block
differ from frame to frame.
"""

import re
from binascii import Error as NotHexadecimal
from binascii import hexlify, unhexlify
from collections.abc import Iterable
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from belfry.protocols.dc09.frame import Error, Frame, Parts, Quirk, Unreadable, split
from belfry.protocols.dc09.stamp import STAMP_BYTES, instant

BLOCK_BYTES: Final = 16

KEY_BYTES: Final = (16, 24, 32)

PAD_MIN_BYTES: Final = 16
"""The 2026 edition asks for 16 to 31 pad bytes: the whole first block is random then. Older peers look for `|` only."""

_RESERVED: Final = bytes.maketrans(b"|[]", b"{<>")
"""A pad holds any byte except the three that give the text its form."""

CODERS_KEPT: Final = 4_096
"""Keys whose ciphers are kept at once: making them costs twenty times as much as using them."""

# The text of nearly every panel; its stamp may still name no date.
_USUAL: Final = re.compile(rb"([^|\[\]]*)\|([^\[\]]*)\]((?:\[[^\[\]]*\])*)_(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4})", re.DOTALL)


def key_from_hex(text: str) -> bytes:
    """Return an AES key from 32, 48 or 64 hexadecimal digits. Raises ValueError, which never shows the key."""
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise ValueError("a key in hexadecimal digits has another character in it") from None
    return _sized(key, f"{len(key) * 2} hexadecimal digits; 32, 48 or 64 are wanted")


def key_from_text(text: str) -> bytes:
    """Return an AES key from 16, 24 or 32 characters as such. Raises ValueError, which never shows the key."""
    key = text.encode()
    return _sized(key, f"{len(key)} bytes of text; 16, 24 or 32 are wanted")


def _sized(key: bytes, found: str) -> bytes:
    if len(key) not in KEY_BYTES:
        raise ValueError(f"a key has {found}")
    return key


class _Coder:
    """AES-CBC from a zero IV, over two ciphers that never begin anew.

    CBC mixes the first block with the one before it, so what came last is mixed in once more and falls out.
    """

    def __init__(self, key: bytes) -> None:
        cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(BLOCK_BYTES)))
        self._hide, self._show = cipher.encryptor().update, cipher.decryptor().update
        self._hidden = self._shown = bytes(BLOCK_BYTES)
        """The last block of ciphertext that each has seen."""

    def hide(self, text: bytes) -> bytes:
        hidden = self._hide(_mixed(text[:BLOCK_BYTES], self._hidden) + text[BLOCK_BYTES:])
        self._hidden = hidden[-BLOCK_BYTES:]
        return hidden

    def show(self, hidden: bytes) -> bytes:
        text = self._show(hidden)
        first = _mixed(text[:BLOCK_BYTES], self._shown)
        self._shown = hidden[-BLOCK_BYTES:]
        return first + text[BLOCK_BYTES:]


def _mixed(block: bytes, other: bytes) -> bytes:
    return (int.from_bytes(block, "big") ^ int.from_bytes(other, "big")).to_bytes(BLOCK_BYTES, "big")


_idle: Final[dict[bytes, _Coder]] = {}
"""Coders that nobody is using, latest last. A coder remembers, so whoever takes one takes it out until it is done."""


def _taken(key: bytes) -> _Coder:
    return _idle.pop(key, None) or _Coder(key)


def _put_back(key: bytes, coder: _Coder) -> None:
    _idle[key] = coder
    if len(_idle) > CODERS_KEPT:
        _idle.pop(next(iter(_idle)), None)


def encrypt(text: bytes, key: bytes) -> bytes:
    """Return the upper-case hexadecimal ciphertext of whole blocks. Raises ValueError where the text is none."""
    if not text or len(text) % BLOCK_BYTES:
        raise ValueError(f"a text of {len(text)} bytes is no whole number of blocks")
    coder = _taken(key)
    hidden = coder.hide(text)
    _put_back(key, coder)
    return hexlify(hidden).upper()


def pad(rest_bytes: int, chance: bytes) -> bytes:
    """Return the pad of a text whose other part has `rest_bytes` bytes; `chance` holds at least 31 random ones."""
    return chance[: PAD_MIN_BYTES + -rest_bytes % BLOCK_BYTES].translate(_RESERVED)


PAD_MAX_BYTES: Final = PAD_MIN_BYTES + BLOCK_BYTES - 1


def decrypt(frame: Frame, keys: Iterable[bytes]) -> tuple[Frame, bytes] | Unreadable:
    """Open an encrypted frame with the first of `keys` that fits; return it and the key.

    Faults: `cipher-length` where it is not whole blocks in hexadecimal, `no-key` where there are no keys, `decrypt`
    where no key gives a text that ends with a timestamp.
    """
    fault = Error.NO_KEY
    try:
        cipher = unhexlify(frame.cipher or b"")
    except NotHexadecimal:
        cipher = b""
    for key in keys:
        if not cipher or len(cipher) % BLOCK_BYTES:
            fault = Error.CIPHER_LENGTH
            break
        fault = Error.DECRYPT
        coder = _taken(key)
        content = coder.show(cipher)
        _put_back(key, coder)
        if content[-STAMP_BYTES - 2 : -STAMP_BYTES] == b"]_" and (opened := _opened(frame, content)) is not None:
            return opened, key
    return Unreadable(error=fault, crc=frame.crc, binary=frame.binary, length=frame.length, frame=frame)


def _opened(frame: Frame, content: bytes) -> Frame | None:
    """Return the frame with its decrypted text taken apart; None where that text has not the form of one."""
    match = _USUAL.fullmatch(content)
    moment = None if match is None else instant(match[4])
    if match is None or moment is None:
        return _opened_otherwise(frame, content)
    pad, data, extended, _ = match.groups()
    xdata = tuple(extended[1:-1].split(b"][")) if extended else ()
    return _with(frame, content, len(pad), Parts(data, xdata, moment, True), frame.quirks)


def _opened_otherwise(frame: Frame, content: bytes) -> Frame | None:
    close = content.find(b"]")
    bar = content.find(b"|", 0, close)
    quirks: tuple[str, ...] = frame.quirks
    if bar < 0:
        # The grammar of `*NULL` and `*ACK` shows no bar behind the pad, and both kinds are on the wire.
        quirks = (*quirks, Quirk.NO_PAD_TERMINATOR)
        start, pad_length = close, close
    else:
        start, pad_length = bar + 1, bar
    parts = split(content[start:])
    if parts is None or not parts.stamped:
        return None
    return _with(frame, content, pad_length, parts, (*quirks, *parts.quirks))


def _with(frame: Frame, content: bytes, pad_length: int, parts: Parts, quirks: tuple[str, ...]) -> Frame:
    return Frame(
        token=frame.token,
        encrypted=True,
        echo=frame.echo,
        crc=frame.crc,
        binary=frame.binary,
        length=frame.length,
        body=frame.body,
        data=parts.data,
        xdata=parts.xdata,
        timestamp=parts.timestamp,
        quirks=quirks,
        content=content,
        pad_length=pad_length,
    )
