"""What is fed to cover is two hazards in coarse cells, and nothing else fits in; the rest follows from the drives."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain import cover
from belfry.domain.cells import PLACE_FROM, cell
from belfry.domain.cover import (
    CellLoad,
    FreeUnit,
    HazardCounts,
    PastLoad,
    Problem,
    SiteHazards,
    area_of,
    covered,
    middle_of,
    past_load,
    told,
    weights,
)
from belfry.domain.earth import metres_between
from belfry.domain.travel import Point

sites = st.builds(SiteHazards, st.sampled_from("abcdefgh"), st.integers(0, 12), st.integers(0, 12))
points = st.builds(Point, st.floats(50, 50.1), st.floats(8, 8.1))
places = st.dictionaries(st.sampled_from("abcdefgh"), points)
counts = st.builds(HazardCounts, st.lists(sites, max_size=20), st.integers(0, 1_000))


@given(counts, places)
def test_no_cell_tells_of_fewer_than_ten_alarms_and_none_is_lost(told: HazardCounts, where: dict[str, Point]) -> None:
    load = past_load(told, where)
    assert all(one.fires + one.technical >= PLACE_FROM for one in load.cells)
    assert len({one.cell for one in load.cells}) == len(load.cells)
    inside = sum(one.fires + one.technical for one in load.cells)
    assert inside + load.elsewhere == sum(one.fires + one.technical for one in told.sites)


@given(counts, places, st.integers(0, 5_000))
def test_of_medical_alarms_no_place_is_known(told: HazardCounts, where: dict[str, Point], more: int) -> None:
    """However many there are, each cell counts the same more."""
    area = area_of(where.values())
    few, many = (past_load(HazardCounts(told.sites, n), where) for n in (0, more))
    assert few.cells == many.cells
    steps = [b - a for a, b in zip(weights(area, few), weights(area, many), strict=True)]
    assert steps == pytest.approx([more / len(area)] * len(area) if area else [])


@given(st.integers(-3, PLACE_FROM), st.integers(-3, PLACE_FROM))
def test_a_cell_of_few_alarms_cannot_be_said(fires: int, technical: int) -> None:
    if fires + technical < PLACE_FROM or min(fires, technical) < 0:
        with pytest.raises(ValueError, match="wants 10 alarms or more"):
            CellLoad((1, 1), fires, technical)
    else:
        assert CellLoad((1, 1), fires, technical).fires == fires


def test_there_is_no_field_for_anything_else() -> None:
    """Property, persons, sites, streets, hours: whoever wants them has to change this test, in public."""
    assert [field.name for field in msgspec.structs.fields(SiteHazards)] == ["account_id", "fires", "technical"]
    assert [field.name for field in msgspec.structs.fields(HazardCounts)] == ["sites", "medical"]
    assert [field.name for field in msgspec.structs.fields(CellLoad)] == ["cell", "fires", "technical"]
    assert [field.name for field in msgspec.structs.fields(PastLoad)] == ["cells", "elsewhere", "medical"]


@given(places)
def test_a_cell_is_a_square_kilometre_or_more_and_no_place_counts_nothing(where: dict[str, Point]) -> None:
    area = area_of(where.values())
    assert all(weight >= cover.BASE for weight in weights(area, PastLoad([], 0, 0)))
    for one in area:
        at = middle_of(one)
        assert cell(at.latitude, at.longitude) == one
        assert metres_between(at, middle_of((one[0] + 1, one[1]))) >= 1_000
        assert metres_between(at, middle_of((one[0], one[1] + 1))) >= 1_000


def test_a_cell_is_covered_by_whoever_is_there_first_and_in_time() -> None:
    units = [FreeUnit("e1", 0, 0), FreeUnit("e0", 0, 0)]
    found = covered([(0, 0), (0, 1), (0, 2)], [1, 1, 1], units, [[60, 400, 601], [60, 500, 700]], 600)
    assert [(one.unit, one.seconds) for one in found] == [("e1", 60), ("e1", 400), (None, None)]
    assert [one.unit for one in covered([(0, 0)], [1], [], [], 600)] == [None]


def test_what_a_move_loses_is_told_beside_what_it_wins() -> None:
    problem = Problem(
        units=["e1"],
        points=["hill"],
        weights=[1, 2, 4],
        from_unit=[frozenset({0, 1})],
        from_point=[frozenset({1, 2})],
        drives=[[90]],
        moves_most=1,
        drive_most_s=600,
    )
    found = told(problem, [0], proven=True)
    assert (found.before, found.after, found.whole, found.won, found.lost) == (3, 6, 7, 1, 1)
    assert [(one.unit, one.to, one.seconds) for one in found.moves] == [("e1", "hill", 90)]
