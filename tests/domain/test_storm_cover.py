"""What a storm may hold back, asked of every kind of the closed list: no life hazard, whatever else is said of it."""

from itertools import product

from belfry.domain import kinds
from belfry.domain.kinds import Kind
from belfry.domain.premises import LIFE_HAZARDS, Hazard
from belfry.domain.signal import Category, Method
from belfry.domain.storm_cover import NEVER, StormGroup, storm_group

EVERY = list(product(kinds.load().all(), (None, *Category), range(1, 6), (False, True)))


def groups(method: Method = Method.EQUIPMENT, hazard: Hazard | None = None) -> list[tuple[Kind, Category | None, int]]:
    return [
        (kind, category, priority)
        for kind, category, priority, armed in EVERY
        if storm_group(method, category, kind, priority, armed=armed, hazard=hazard) is not None
    ]


def test_no_life_hazard_and_no_priority_1_is_ever_held_back() -> None:
    held = groups()
    assert held
    for kind, category, priority in held:
        assert not kind.life
        assert not kind.silent
        assert min(priority, kind.priority) > 1
        assert category not in {Category.FIRE, Category.GAS, Category.MEDICAL, Category.PANIC}
        assert kind.code not in NEVER
    by_group = {kind.group for kind, _, _ in held}
    assert by_group <= {"TECH", "ENV", "PROP"}
    of_property = {kind.code for kind, _, _ in held if kind.group == "PROP"}
    assert of_property == {"PROP.ALARM.OUTDOOR", "PROP.TAMPER"}


def test_nothing_that_a_person_or_the_centre_says_is_ever_held_back() -> None:
    for method in (Method.DUTY, Method.CALL, Method.SYSTEM):
        assert groups(method) == []


def test_nothing_in_a_zone_of_a_life_hazard_is_ever_held_back() -> None:
    for hazard in LIFE_HAZARDS:
        assert groups(hazard=hazard) == []


def test_no_tamper_is_held_back_where_somebody_has_armed() -> None:
    for kind, category, priority, armed in EVERY:
        found = storm_group(Method.EQUIPMENT, category, kind, priority, armed=armed)
        assert not (armed and found is StormGroup.TAMPER)
        assert not (armed and category is Category.TAMPER and found)


def test_every_group_holds_something_back() -> None:
    found = {
        storm_group(Method.EQUIPMENT, category, kind, priority, armed=armed)
        for kind, category, priority, armed in EVERY
    }
    assert found - {None} == set(StormGroup)
