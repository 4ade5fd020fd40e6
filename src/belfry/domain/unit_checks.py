"""What the registry takes of a unit, a station and a shift, and what it says of each value that it does not take."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final
from unicodedata import normalize

from belfry.domain.account_checks import LABEL
from belfry.domain.flaws import Flaw, Flaws, shown
from belfry.domain.unit import CALL_SIGN_MOST, CREW_MOST, Shift, Station, Unit

STATION_NAME_MOST: Final = 60
TURNOUT_MOST_S: Final = 3_600
ON_CALL_MOST_S: Final = 7_200
SHIFT_LEAST: Final = timedelta(minutes=15)
SHIFT_MOST: Final = timedelta(days=14)
"""Volunteers are on call for a week at a time, and sometimes for two."""
PAST_MOST: Final = timedelta(days=7)
"""How long ago a shift may have ended that is written down now."""
AHEAD_MOST: Final = timedelta(days=400)

_CALL_SIGN: Final = re.compile(r"[^\W_](?:(?:[^\W_]|[ ./-])*[^\W_])?")
_IGNORED: Final = re.compile(r"[\s-]+")


def folded(call_sign: str) -> str:
    """Return what a call sign is looked up by: blanks, hyphens and the case of letters count for nothing."""
    return _IGNORED.sub("", normalize("NFKC", call_sign).casefold())


def check_unit(unit: Unit) -> list[Flaw]:
    """Return everything that keeps a unit from being kept as it is."""
    flaws = Flaws()
    flaws.line("call_sign", unit.call_sign, CALL_SIGN_MOST, least=1)
    wants = "letters and digits at both ends, between them also blanks, hyphens, dots and slashes"
    flaws.pattern("call_sign", unit.call_sign, _CALL_SIGN, wants)
    flaws.pattern("tenant", unit.tenant, LABEL, "at most 60 letters, digits, dots, hyphens and underscores")
    flaws.whole("crew_least", unit.crew_least, 1, CREW_MOST, "people")
    flaws.whole("turnout_s", unit.turnout_s, 0, TURNOUT_MOST_S, "seconds")
    flaws.whole("on_call_s", unit.on_call_s, 0, ON_CALL_MOST_S, "seconds")
    return flaws.found


def check_station(station: Station) -> list[Flaw]:
    """Return everything that keeps a station from being kept as it is."""
    flaws = Flaws()
    flaws.line("name", station.name, STATION_NAME_MOST, least=1)
    flaws.unless(bool(station.name.strip()), "name", station.name, "more than blanks")
    flaws.pattern("tenant", station.tenant, LABEL, "at most 60 letters, digits, dots, hyphens and underscores")
    for name, value, most in (("latitude", station.latitude, 90), ("longitude", station.longitude, 180)):
        flaws.unless(math.isfinite(value) and abs(value) <= most, name, value, f"-{most} to {most} degrees (WGS 84)")
    return flaws.found


def check_shift(shift: Shift, now: datetime) -> list[Flaw]:
    """Return everything that keeps a shift from being kept as it is, but for what others do at that time."""
    flaws = Flaws()
    for name, at in (("since", shift.since), ("until", shift.until)):
        flaws.unless(at.tzinfo is not None, name, at.isoformat(), "a time with its zone, such as 2026-03-01T06:00:00Z")
    if flaws.found:
        return flaws.found
    lasts = shift.until - shift.since
    wants = f"{SHIFT_LEAST // timedelta(minutes=1)} minutes to {SHIFT_MOST.days} days after its beginning"
    flaws.unless(SHIFT_LEAST <= lasts <= SHIFT_MOST, "until", shift.until.isoformat(), wants)
    early, late = (now - PAST_MOST).astimezone(UTC), (now + AHEAD_MOST).astimezone(UTC)
    flaws.unless(shift.until >= early, "until", shift.until.isoformat(), f"{early:%Y-%m-%d} or later")
    flaws.unless(shift.until <= late, "until", shift.until.isoformat(), f"{late:%Y-%m-%d} at the latest")
    flaws.unless(shift.offered_to != shift.user, "offered_to", shift.offered_to, "a colleague")
    wants = "only where somebody was asked to take the shift over"
    flaws.unless(shift.offered_to is not None or not shift.accepted, "accepted", shift.accepted, wants)
    return flaws.found


def at_two_places(shift: Shift, others: Iterable[tuple[Shift, str]]) -> Flaw | None:
    """Return the flaw of a shift whose person is elsewhere then; `others` are shifts with their units' call signs.

    One ends where the next begins: that is one place at a time.
    """
    for other, call_sign in others:
        if other.id != shift.id and other.since < shift.until and shift.since < other.until:
            then = f"{other.since:%Y-%m-%d %H:%M} to {other.until:%Y-%m-%d %H:%M} UTC"
            wants = f"somebody who is at no other place then: shift {other.id} has him with {call_sign}, {then}"
            return Flaw("user", shown(shift.user), wants)
    return None
