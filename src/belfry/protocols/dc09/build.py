"""The panel's side: frames as a panel sends them, for the simulator and the tests, quirks included."""

from datetime import datetime
from typing import Final

from belfry.protocols.dc09.crypto import PAD_MAX_BYTES, encrypt, pad
from belfry.protocols.dc09.frame import crc16
from belfry.protocols.dc09.reply import envelope
from belfry.protocols.dc09.stamp import stamp

FIXED_PAD: Final = bytes(range(0x61, 0x61 + PAD_MAX_BYTES)).translate(bytes.maketrans(b"|[]", b"{<>"))
"""The pad where the caller gives none: it makes a frame that can be compared, and no secret."""


def build_frame(
    token: str,
    *,
    seq: int,
    account: str,
    data: str = "",
    prefix: str = "0",
    receiver: str | None = None,
    xdata: tuple[str, ...] = (),
    at: datetime | None = None,
    key: bytes | None = None,
    chance: bytes = FIXED_PAD,
    binary_crc: bool = False,
    cr_counted: bool = False,
) -> bytes:
    """Return a frame from LF to CR. `data` is written as it stands: `#1234|Nri1/BA12`, `|1130 01 015` or nothing.

    With `key` the frame is encrypted: it needs `at`, and `chance` should be 31 random bytes. `binary_crc` and
    `cr_counted` are the habits of real panels. Raises ValueError where an encrypted frame has no time.
    """
    rest = b"".join([data.encode(), b"]", *(b"[%b]" % item.encode() for item in xdata)])
    if at is not None:
        rest += b"_" + stamp(at)
    if key is not None:
        if at is None:
            raise ValueError("an encrypted frame needs a time")
        rest = encrypt(pad(len(rest) + 1, chance) + b"|" + rest, key)
    named = "" if receiver is None else f"R{receiver}"
    head = f'"{"*" if key is not None else ""}{token}"{seq:04d}{named}L{prefix}#{account}['
    body = head.encode() + rest
    if not cr_counted:
        return envelope(body, binary=binary_crc)
    crc, length = crc16(body + b"\r"), len(body) + 1
    written = crc.to_bytes(2, "big") if binary_crc else b"%04X" % crc
    return b"\n%b0%03X%b\r" % (written, length, body)
