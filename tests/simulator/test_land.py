"""The town on which the demo's sites lie: always the same, whole, and with every address of the cast."""

from belfry.domain.earth import metres_between
from belfry.domain.polygon import holds
from belfry.domain.signal import Position
from belfry.simulator.land import MIDDLE, At, Cover, SpotKind, Way, town
from belfry.simulator.town import CAST

FAR_M = 2_700.0


def metres(one: At, other: At) -> float:
    return metres_between(Position(*one), Position(*other))


def test_the_town_has_what_a_dispatcher_needs_to_send_somebody_to() -> None:
    streets = [street for street in town().streets if street.way is not Way.RAIL]
    assert len(streets) >= 60
    assert len({street.name for street in town().streets}) == len(town().streets)
    assert all(street.houses and street.postcode for street in streets)
    assert {spot.kind for spot in town().spots} == set(SpotKind)
    assert {area.cover for area in town().areas} == set(Cover)
    assert sum(spot.kind is SpotKind.CHECK_POINT for spot in town().spots) >= 5


def test_every_address_of_the_cast_is_a_house_of_the_town() -> None:
    houses = {f"{house.number} {street.name}" for street in town().streets for house in street.houses}
    named = {f"{house.name}, {street.name}" for street in town().streets for house in street.houses if house.name}
    assert {site.address for site in CAST} <= houses | named


def test_a_number_stands_once_in_a_street_and_no_house_in_the_water() -> None:
    waters = [area.outline for area in town().areas if area.cover is Cover.WATER]
    for street in town().streets:
        numbers = [house.number for house in street.houses if house.number]
        assert len(set(numbers)) == len(numbers)
        assert not any(holds(water, *house.at) for water in waters for house in street.houses)


def test_everything_but_the_bay_and_the_railway_lies_within_reach_of_the_market_place() -> None:
    places = [house.at for street in town().streets for house in street.houses]
    places += [spot.at for spot in town().spots] + [crossing.at for crossing in town().crossings]
    assert max(metres(MIDDLE, at) for at in places) < FAR_M


def test_streets_that_meet_have_a_crossing() -> None:
    pairs = {(crossing.first, crossing.second) for crossing in town().crossings}
    assert ("Hill Road", "Ring Road") in pairs
    assert ("Chapel Lane", "Linden Walk") in pairs
    assert ("Lighthouse Road", "Mill Lane") not in pairs
    assert {name for pair in pairs for name in pair} == {one.name for one in town().streets if one.way is not Way.RAIL}
