"""A code for a signal that came without one: the first listed code of exactly the same meaning, or none.

Devices that are no panels say what they mean and no code; software behind an alarm receiver knows codes alone. Nothing
is said by a code that means something else.
"""

from collections.abc import Mapping
from typing import Final

from belfry.domain.codes import Codes
from belfry.domain.signal import Category, SignalState, Wire

Meant = tuple[Category | None, str | None, SignalState | None]

QUALIFIERS: Final = ("1", "3")


def codes_by_meaning(codes: Codes) -> Mapping[Meant, tuple[Wire, str]]:
    """Return for each meaning its code: DC-03's where it has one, else Contact ID's with its qualifier."""
    found: dict[Meant, tuple[Wire, str]] = {}
    said = [(Wire.SIA, code) for code in codes.listed(Wire.SIA)]
    said += [(Wire.CID, f"{qualifier}{code}") for code in codes.listed(Wire.CID) for qualifier in QUALIFIERS]
    for wire, code in said:
        meaning = codes.meaning(wire, code)
        found.setdefault((meaning.category, meaning.subtype, meaning.state), (wire, code))
    return found
