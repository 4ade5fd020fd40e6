"""Anybody's own JSON, by a declarative mapping: nothing is copied out of it but one time and one number."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from belfry.domain.mapping import MappedNumber, MappedTime, Mapping, MappingRule, MatchTest, Tabled, TimeForm, steps
from belfry.domain.reading import Disposition, Observed, PointState, Quality, Reading, Said
from belfry.protocols.common import times
from belfry.protocols.common.jsons import Loose, parse
from belfry.protocols.common.unreadable import Unreadable, never_raises, rejected
from belfry.protocols.common.values import number
from belfry.protocols.hint import Hint

WRITTEN_MOST: Final = 120
"""Characters of a value that can be in a table."""
WHOLE_MOST: Final = 10**15

_NOTHING: Final = object()


@never_raises
def read(body: bytes, mapping: Mapping, *, now: datetime | None = None) -> Said:
    """Return what a message means by a mapping. Takes any bytes and never raises."""
    try:
        message = parse(body)
    except Unreadable as error:
        return rejected(str(error))
    for rule in mapping.rules:
        if all(_holds(test, message) for test in rule.tests):
            return _said(rule, message, now)
    return Said(disposition=Disposition.QUARANTINE, reason="no rule of its mapping holds")


@never_raises
def read_by_hint(body: bytes, hint: Hint) -> Said:
    """The same as readers of other wires are called."""
    if hint.mapping is None:
        return rejected("its mapping is not there")
    said = read(body, hint.mapping, now=hint.now)
    if not hint.retain:
        return said
    # State as it has been: a pulse out of the past is none.
    kept = [one for one in said.readings if one.state is not PointState.PULSE]
    readings = tuple(replace(one, sync=True, quality=(*one.quality, Quality.RETAINED)) for one in kept)
    return replace(said, readings=readings)


def _said(rule: MappingRule, message: Loose, now: datetime | None) -> Said:
    if rule.ignore or rule.observed is None:
        return Said(disposition=Disposition.IGNORE, reason="ignored by its mapping", heartbeat=True)
    point = _constant(rule.point, message) if isinstance(rule.point, Tabled) else rule.point
    if point is None:
        return Said(disposition=Disposition.QUARANTINE, reason="its point is in no table of the mapping")
    state = _constant(rule.state, message) if isinstance(rule.state, Tabled) else rule.state
    if state is None:
        return Said(disposition=Disposition.QUARANTINE, reason="its state is in no table of the mapping")
    value = unit = None
    if rule.number is not None:
        value, unit = _number(rule.number, message), rule.number.unit
        if value is None:
            return rejected("the number of its mapping is none")
    occurred_at, quality = _time(rule.time, message, now)
    reading = Reading(
        observed=rule.observed,
        point=point,
        state=PointState.UNKNOWN if rule.observed is Observed.VALUE else PointState(state),
        occurred_at=occurred_at,
        switch=rule.switch,
        value=value,
        unit=unit,
        quality=quality,
        hold_s=rule.hold_s,
    )
    return Said(disposition=Disposition.ACCEPT, readings=(reading,))


def _holds(test: MatchTest, message: Loose) -> bool:
    found = _at(test.path, message)
    if test.absent:
        return found is _NOTHING
    if test.values is None:
        return found is not _NOTHING
    return any(_same(found, value) for value in test.values)


def _same(found: object, value: object) -> bool:
    """True is not 1, and 1 is 1.0."""
    return isinstance(found, bool) == isinstance(value, bool) and found == value


def _constant(told: Tabled, message: Loose) -> str | None:
    """The constant of a value; None where the table has none. The value itself goes nowhere."""
    written = _written(_at(told.path, message))
    return told.other if written is None else told.table.get(written, told.other)


def _written(found: object) -> str | None:
    match found:
        case bool():
            return "true" if found else "false"
        case None:
            return "null"
        case str():
            return found if len(found) <= WRITTEN_MOST else None
        case int():
            return str(found) if abs(found) < WHOLE_MOST else None
        case float():
            return f"{found:g}"
        case _:
            return None


def _at(path: str, message: Loose) -> object:
    found: object = message
    for step in steps(path) or ():
        found = _below(found, step)
    return found


def _below(found: object, step: str | int) -> object:
    match found, step:
        case dict(), str():
            return found.get(step, _NOTHING)
        case list(), int() if step < len(found):
            return found[step]
        case _:
            return _NOTHING


def _number(wanted: MappedNumber, message: Loose) -> float | None:
    found = number(_at(wanted.path, message))
    return None if found is None else found * wanted.factor


def _time(wanted: MappedTime | None, message: Loose, now: datetime | None) -> times.Told:
    if wanted is None:
        return None, ()
    found = _at(wanted.path, message)
    if found is _NOTHING:
        return None, ()
    return times.instant(found, now=now) if wanted.form is TimeForm.RFC3339 else times.epoch(found, now=now)
