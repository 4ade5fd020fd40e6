"""Formats of one letter or one digit, said in the nearest codes of DC-03: what a zone is, they do not tell.

Source: the manuals' pages on the basic protocol and on Ademco High Speed (channel and auxiliary codes). The letters of
the basic protocol can be set in the receiver; those that it has from the factory are meant, and no other is guessed.
"""

from collections.abc import Mapping
from typing import Final

from belfry.protocols.dc09.payload import Event

LETTERS: Final[Mapping[str, str]] = {
    "A": "UA",
    "R": "UR",
    "T": "UT",
    "J": "UJ",
    "B": "UB",
    "H": "UU",
    "O": "OP",
    "C": "CL",
}
"""Alarm, restore, fault and its end, bypass and its end, opening, closing of an untyped zone."""

CHANNELS: Final[Mapping[str, str]] = {"1": "UA", "2": "OP", "3": "UR", "4": "CL", "6": "UA", "0": "UT"}
"""What a channel of Ademco High Speed says; 5 is normal, and 6 was reported before."""

BYPASSES: Final[Mapping[str, str]] = {"1": "UB", "3": "UU"}
FAULTS: Final[Mapping[str, str]] = {"1": "UT", "3": "UJ"}
MEANT_BY_NINTH: Final[Mapping[str, Mapping[str, str]]] = {"3": BYPASSES, "5": FAULTS}
"""Where the ninth channel says what the other eight are about."""

NINTH: Final[Mapping[str, str]] = {"1": "HA", "8": "YT", "9": "RP"}
"""What the ninth channel says by itself: duress, low battery, test report."""

MEANT_BY_SYSTEM: Final = "6"
SYSTEM: Final[Mapping[tuple[int, str], str]] = {(1, "1"): "AT", (1, "3"): "AR", (2, "1"): "YT", (2, "3"): "YR"}
"""Of a system report: channel 1 is mains, channel 2 the battery."""


def basic(letter: str, zone: str) -> tuple[Event, ...]:
    """Return the one event of a basic line; without a code where the letter is not listed."""
    code = LETTERS.get(letter)
    return () if code is None else (Event(code, zone),)


def high_speed(channels: str, ninth: str) -> tuple[Event, ...]:
    """Return the events of eight channels and the ninth, in their order; none where nothing listed is said."""
    events = []
    meant = MEANT_BY_NINTH.get(ninth, CHANNELS)
    for number, said in enumerate(channels, 1):
        code = SYSTEM.get((number, said)) if ninth == MEANT_BY_SYSTEM else meant.get(said)
        if code is not None:
            events.append(Event(code, f"{number}", old=said == "6"))
    if ninth in NINTH:
        events.insert(0, Event(NINTH[ninth]))
    return tuple(events)
