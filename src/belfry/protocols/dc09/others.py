"""Three wires that look like DC-09 and are not: named, so that an installer knows what his panel sends. Not handled."""

import re
from typing import Final

ATS: Final = "Aritech ATS (Osborne-Hoffman / XSIA): a wrapper of its own with DC-09's envelope, not DC-09"
GALAXY: Final = "Honeywell Galaxy native SIA blocks, not DC-09"
POWERLINK: Final = "Visonic PowerLink: DC-09's envelope around a body of its own, not DC-09"

# The receiver ends in the bracket at once: no #account in the header, but one inside.
_ATS: Final = re.compile(rb'"SIA-DCS"\d{4}(?:R[0-9A-Fa-f]{0,6})?L[0-9A-Fa-f]{0,6}\[#[0-9A-Fa-f]{1,16}\|')
_POWERLINK: Final = re.compile(rb'"VIS-[A-Z]{2,4}"\d{4}')
_POWERLINK_CID: Final = re.compile(rb'"\*ADM-CID"\d{4}[^\[]{0,40}\[(?![0-9A-Fa-f]*\r?\Z)', re.DOTALL)

GALAXY_OVERHEAD: Final = 3
"""Length, command and check byte around a payload of at most 191 bytes."""
GALAXY_COMMANDS: Final = frozenset(b"#NOAPCEL@?$/>689:;<=XVvI")


def recognise(raw: bytes) -> str | None:
    """Return what these bytes are, if they are one of the three."""
    if _ATS.search(raw):
        return ATS
    if _POWERLINK.search(raw) or _POWERLINK_CID.search(raw):
        return POWERLINK
    return GALAXY if _is_galaxy(raw) else None


def _is_galaxy(raw: bytes) -> bool:
    """One block: payload length + 0x40, a command letter, the payload, and the exclusive or of all before it."""
    if len(raw) < GALAXY_OVERHEAD or raw[0] < 0x40 or raw[1] not in GALAXY_COMMANDS:
        return False
    size = raw[0] - 0x40 + GALAXY_OVERHEAD
    if len(raw) < size:
        return False
    check = 0xFF
    for byte in raw[: size - 1]:
        check ^= byte
    return check == raw[size - 1]
