"""A panel's own test, service and programming modes: which code begins one, which ends it (RULES 1, TS/TE, 607 ...).

A mode is a banner and never puts the account on test. One that lasts over eight hours is a technician who forgot it:
the panel is then out of service, and somebody must know (TECH.DISABLED).
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from belfry.domain.codes import ENDS_TOO, Codes, pair_key
from belfry.domain.facts import Received
from belfry.domain.signal import Wire

OVER: Final = "over_8h"
"""The condition of the table that only modes have."""


@cache
def beginnings(codes: Codes) -> frozenset[tuple[Wire, str]]:
    """The codes that begin a mode."""
    return frozenset(
        (wire, code)
        for wire in Wire
        for code in codes.listed(wire)
        if any(OVER in row.when for row in codes.rows(wire, code))
    )


@cache
def endings(codes: Codes) -> Mapping[tuple[Wire, str], frozenset[str]]:
    """What each code ends that is no restore of the same number."""
    modes = {code for wire, code in beginnings(codes) if wire is Wire.SIA}
    found: dict[tuple[Wire, str], frozenset[str]] = {
        (Wire.CID, ending): frozenset(begun) for ending, begun in ENDS_TOO.items()
    }
    for code in codes.listed(Wire.SIA):
        if code not in modes and (ended := codes.restores(Wire.SIA, code) & modes):
            found[Wire.SIA, code] = ended
    return found


def begins(signal: Received, codes: Codes) -> str | None:
    """The mode that a signal begins, by its code; None: none."""
    if signal.wire is None or signal.code is None or _is_end(signal):
        return None
    code = pair_key(signal.wire, signal.code)
    return code if (signal.wire, code) in beginnings(codes) else None


def ends(signal: Received, codes: Codes) -> frozenset[str]:
    """The modes that a signal ends, by their codes."""
    if signal.wire is None or signal.code is None:
        return frozenset()
    code = pair_key(signal.wire, signal.code)
    if (signal.wire, code) in beginnings(codes):
        return frozenset({code}) if _is_end(signal) else frozenset()
    return endings(codes).get((signal.wire, code), frozenset())


def _is_end(signal: Received) -> bool:
    return signal.wire is Wire.CID and signal.code is not None and len(signal.code) == 4 and signal.code[0] == "3"


@cache
def words(codes: Codes) -> frozenset[str]:
    """Every code, as a signal says it, that may begin or end a mode; nearly no signal is one of them."""
    both = {*beginnings(codes), *endings(codes)}
    return frozenset(f"{qualifier}{code}" for _, code in both for qualifier in ("", "1", "3", "6"))
