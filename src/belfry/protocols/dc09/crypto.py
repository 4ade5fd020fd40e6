"""Encrypted frames: AES-CBC, zero IV, 128, 192 or 256 bits, as DC-09 prescribes.

`[` is followed by the hexadecimal form of `pad | data ] {[x-data]} _timestamp`. There is no MAC: beside the CRC over
the ciphertext, the one sign of the right key is the well-formed timestamp at the end. The pad makes the first block
differ from frame to frame.
"""

from binascii import Error as NotHexadecimal
from binascii import unhexlify
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec.structs import replace

from belfry.protocols.dc09.frame import Error, Frame, Parts, Quirk, Unreadable, split
from belfry.protocols.dc09.stamp import STAMP_BYTES

BLOCK_BYTES: Final = 16

KEY_BYTES: Final = (16, 24, 32)

PAD_MIN_BYTES: Final = 16
"""The 2026 edition asks for 16 to 31 pad bytes: the whole first block is random then. Older peers look for `|` only."""

_RESERVED: Final = bytes.maketrans(b"|[]", b"{<>")
"""A pad holds any byte except the three that give the text its form."""

CIPHERS_KEPT: Final = 4096
"""Prepared ciphers kept at once: making one costs as much as using it."""


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


@lru_cache(maxsize=CIPHERS_KEPT)
def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(bytes(BLOCK_BYTES)))


def encrypt(text: bytes, key: bytes) -> bytes:
    """Return the upper-case hexadecimal ciphertext of a whole number of blocks."""
    return _cipher(key).encryptor().update(text).hex().upper().encode()


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
        content = _cipher(key).decryptor().update(cipher)
        if content[-STAMP_BYTES - 2 : -STAMP_BYTES] == b"]_" and (opened := _opened(frame, content)) is not None:
            return opened, key
    return Unreadable(error=fault, crc=frame.crc, binary=frame.binary, length=frame.length, frame=frame)


def _opened(frame: Frame, content: bytes) -> Frame | None:
    """Return the frame with its decrypted text taken apart; None where that text has not the form of one."""
    close = content.find(b"]")
    bar = content.find(b"|", 0, close)
    quirks: tuple[str, ...] = frame.quirks
    if bar < 0:
        # The grammar of `*NULL` and `*ACK` shows no bar behind the pad, and both kinds are on the wire.
        quirks = (*quirks, Quirk.NO_PAD_TERMINATOR)
        start, pad_length = close, close
    else:
        start, pad_length = bar + 1, bar
    parts: Parts | None = split(content[start:])
    if parts is None or not parts.stamped:
        return None
    return replace(
        frame,
        data=parts.data,
        xdata=parts.xdata,
        timestamp=parts.timestamp,
        quirks=(*quirks, *parts.quirks),
        cipher=None,
        content=content,
        pad_length=pad_length,
    )
