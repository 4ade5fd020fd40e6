"""A mapping: what somebody's own JSON means, as data, so that a sensor needs no program (SCOPE, fences).

It copies nothing out of a message. Whatever leaves a rule is a constant of the rule or of one of its tables, except one
time and one number whose unit the rule declares: there is no field of these types that could carry a text.
"""

import re
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from belfry.domain.device import UNITS
from belfry.domain.device_checks import BY_ROW, DAY_S, SECOND
from belfry.domain.flaws import Flaw, Flaws
from belfry.domain.reading import POINT_MOST, Observed, PointState, Switch

NAME_MOST: Final = 60
RULES_MOST: Final = 100
TESTS_MOST: Final = 16
TABLE_MOST: Final = 1_000
STEPS_MOST: Final = 16
"""Steps of a path into a message."""
PATH_MOST: Final = 200
VALUE_MOST: Final = 120

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")

Value = str | int | float | bool | None
Path = Annotated[str, Meta(min_length=1, max_length=PATH_MOST)]
"""Names and places into the message: `data.sensors[0].state`; a name with a dot in it stands in quotes."""


class MatchTest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Holds where the value at `path` is one of `values`, or, without them, where there is one at all."""

    path: Path
    values: tuple[Value, ...] | None = None
    absent: bool = False
    """Holds where there is none."""


class Tabled(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A constant of `table` by the value at `path`, written as text: `true`, `7`, `wet`. `other`: for all others."""

    path: Path
    table: dict[str, str]
    other: str | None = None


class TimeForm(StrEnum):
    """How a message writes its time."""

    RFC3339 = "rfc3339"
    UNIX = "unix"
    """Seconds since 1970, or milliseconds where it is too large for seconds."""


class MappedTime(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    path: Path
    form: TimeForm


class MappedNumber(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A number, in a unit of `domain.device.UNITS`; what it means is told by the limits of the device's own table."""

    path: Path
    unit: str
    factor: float = 1.0


class MappingRule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a message means where every test holds; the first rule whose tests hold counts."""

    tests: tuple[MatchTest, ...] = ()
    ignore: bool = False
    """Of no concern; the device lives."""
    observed: Observed | None = None
    point: str | Tabled | None = None
    """The name under which the device's table has it."""
    state: PointState | Tabled = PointState.ACTIVE
    switch: Switch | None = None
    hold_s: int | None = None
    """How long a pulse lasts before the next one is news, where the point's own row does not say."""
    time: MappedTime | None = None
    number: MappedNumber | None = None


class Mapping(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`name` is what devices name it by. A message for which no rule holds is of an unlisted type."""

    name: str
    rules: tuple[MappingRule, ...]
    version: int = 0
    """Grows with every change; whoever changes it names the one that he saw."""


def check(mapping: Mapping) -> list[Flaw]:
    """Return everything that keeps a mapping from being kept as it is."""
    flaws = Flaws()
    flaws.line("name", mapping.name, NAME_MOST, least=1)
    flaws.pattern("name", mapping.name, _NAME, "small letters, digits and hyphens, such as 'acme-leak'")
    flaws.unless(bool(mapping.rules), "rules", "none", "one at least")
    flaws.at_most("rules", len(mapping.rules), RULES_MOST)
    for n, rule in enumerate(mapping.rules[:RULES_MOST]):
        _check_rule(flaws, f"rules[{n}]", rule)
    return flaws.found


def _check_rule(flaws: Flaws, where: str, rule: MappingRule) -> None:
    flaws.at_most(f"{where}.tests", len(rule.tests), TESTS_MOST)
    for n, test in enumerate(rule.tests[:TESTS_MOST]):
        _check_path(flaws, f"{where}.tests[{n}].path", test.path)
        values = test.values or ()
        flaws.at_most(f"{where}.tests[{n}].values", len(values), TABLE_MOST)
        fits = not (test.absent and test.values is not None)
        flaws.unless(fits, f"{where}.tests[{n}].absent", "true", "no values beside it")
    if rule.ignore:
        bare = rule == MappingRule(tests=rule.tests, ignore=True)
        flaws.unless(bare, f"{where}.ignore", "true", "nothing beside it but tests")
        return
    known = rule.observed is not None and (rule.observed in BY_ROW or rule.observed is Observed.VALUE)
    flaws.unless(known, f"{where}.observed", rule.observed, "what a point can watch, or value")
    flaws.unless(rule.point is not None, f"{where}.point", None, "the name of a point")
    if isinstance(rule.point, Tabled):
        _check_told(flaws, f"{where}.point", rule.point, POINT_MOST)
    elif rule.point is not None:
        flaws.line(f"{where}.point", rule.point, POINT_MOST, least=1)
    if isinstance(rule.state, Tabled):
        _check_told(flaws, f"{where}.state", rule.state, NAME_MOST)
        states = set(map(str, PointState))
        told = [*rule.state.table.values(), *filter(None, [rule.state.other])]
        for one in told:
            flaws.unless(one in states, f"{where}.state", one, f"one of {', '.join(sorted(states))}")
    wants = "a number where a value is observed, and none elsewhere"
    flaws.unless((rule.number is not None) == (rule.observed is Observed.VALUE), f"{where}.number", "", wants)
    if rule.hold_s is not None:
        flaws.whole(f"{where}.hold_s", rule.hold_s, SECOND, DAY_S, "seconds")
    if rule.time is not None:
        _check_path(flaws, f"{where}.time.path", rule.time.path)
    if rule.number is not None:
        _check_path(flaws, f"{where}.number.path", rule.number.path)
        flaws.unless(
            rule.number.unit in UNITS, f"{where}.number.unit", rule.number.unit, f"one of {', '.join(sorted(UNITS))}"
        )
        flaws.unless(0 < abs(rule.number.factor) < 1e6, f"{where}.number.factor", rule.number.factor, "a factor")


def _check_told(flaws: Flaws, where: str, told: Tabled, most: int) -> None:
    _check_path(flaws, f"{where}.path", told.path)
    flaws.unless(bool(told.table), f"{where}.table", "empty", "one row at least")
    flaws.at_most(f"{where}.table", len(told.table), TABLE_MOST)
    for key, constant in list(told.table.items())[:TABLE_MOST]:
        flaws.line(f"{where}.table", key, VALUE_MOST)
        flaws.line(f"{where}.table", constant, most, least=1)
    if told.other is not None:
        flaws.line(f"{where}.other", told.other, most, least=1)


def _check_path(flaws: Flaws, where: str, path: str) -> None:
    flaws.unless(steps(path) is not None, where, path, "names and places such as data.sensors[0].state")


_STEP: Final = re.compile(r'(?:\A|\.)([A-Za-z0-9_:$@ -]+|"[^"]{1,100}")|\[(\d{1,4})\]')


def steps(path: str) -> tuple[str | int, ...] | None:
    """Return the steps of a path; None where it is none."""
    found: list[str | int] = []
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        dotted = path[at] == "."
        if step is None or dotted != (at > 0 and path[at] != "["):
            return None
        name, place = step.groups()
        found.append(int(place) if place is not None else name.strip('"'))
        at = step.end()
    return tuple(found) if 0 < len(found) <= STEPS_MOST else None
