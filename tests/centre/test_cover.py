"""What the free units reach, over a town of two stations, by real reckoning and the solver itself."""

from datetime import UTC, datetime

import pytest

from belfry.centre import cover
from belfry.centre.cover import Asked, Looked, TooWide, look
from belfry.centre.stand_by import NoSolver
from belfry.domain.cells import cell
from belfry.domain.cover import FreeUnit, HazardCounts, SiteHazards, StandByPoint
from belfry.domain.travel import How, Point, Speeds
from belfry.roads import Roads

WEST, EAST = Point(50.105, 8.605), Point(50.105, 8.755)
"""Some 11 km from each other."""
MILL = Point(50.105, 8.765)


def roads() -> Roads:
    return Roads(lambda: datetime(2026, 3, 14, tzinfo=UTC), Speeds())


def unit(name: str, at: Point) -> FreeUnit:
    return FreeUnit(name, at.latitude, at.longitude)


def point(name: str, at: Point) -> StandByPoint:
    return StandByPoint(name, at.latitude, at.longitude)


async def seen(*units: FreeUnit, fires: int = 40, moves: int = 1, medical: int = 0, within_s: float = 480) -> Looked:
    asked = Asked(units=units, points=[point("west", WEST), point("east", EAST)], within_s=within_s, moves_most=moves)
    counts = HazardCounts([SiteHazards("mill", fires, 0), SiteHazards("gone", 3, 2)], medical)
    return await look(asked, counts, where={"mill": MILL}.get, travel=roads())


async def test_an_engine_is_offered_to_the_side_that_burns_and_nobody_reaches() -> None:
    found = await seen(unit("e1", WEST), unit("e2", WEST))
    burns = next(one for one in found.cells if one.cell == cell(MILL.latitude, MILL.longitude))
    assert burns.unit is None
    assert found.moves is not None
    assert [(move.to, move.seconds > 600) for move in found.moves.moves] == [("east", True)]
    assert (found.moves.lost, found.moves.proven) == (0, True)
    assert found.moves.won > 0
    assert found.share == pytest.approx(found.moves.before / found.moves.whole)


async def test_where_everything_is_covered_nobody_is_moved() -> None:
    found = await seen(unit("e1", WEST), unit("e2", EAST))
    assert found.moves is not None
    assert (found.moves.moves, found.moves.won) == ([], 0)
    assert all(one.seconds is not None and one.seconds <= 480 for one in found.cells if one.unit is not None)


async def test_fewer_than_ten_alarms_say_nothing_of_their_place() -> None:
    found = await seen(unit("e1", WEST), fires=9, moves=0)
    assert (found.load.cells, found.load.elsewhere, found.moves) == ([], 14, None)
    assert len({one.weight for one in found.cells}) == 1


async def test_turning_out_takes_its_part_of_the_time() -> None:
    at_home = FreeUnit("e1", WEST.latitude, WEST.longitude, turnout_s=300)
    awake, asleep = await seen(unit("e1", WEST), moves=0), await seen(at_home, moves=0)
    assert 0 < asleep.share < awake.share


async def test_travel_times_say_how_they_were_found() -> None:
    found = await seen(unit("e1", WEST))
    assert (found.how, found.fell_back) == ([How.STRAIGHT], None)


async def test_nobody_free_covers_nothing_and_is_no_fault() -> None:
    found = await seen()
    assert (found.share, found.moves) == (0.0, None)
    assert found.cells


async def test_too_much_is_refused_rather_than_reckoned() -> None:
    with pytest.raises(TooWide, match="fewer minutes"):
        await seen(unit("e1", WEST), within_s=36_000)
    with pytest.raises(TooWide, match="200 free units"):
        await seen(*[unit("e", WEST)] * 201)


async def test_without_a_solver_there_is_a_map_and_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*_: object) -> None:
        raise NoSolver

    monkeypatch.setattr(cover, "stand_by", none)
    found = await seen(unit("e1", WEST))
    assert found.moves is None
    assert found.why_none is not None
    assert "belfry[cover]" in found.why_none
