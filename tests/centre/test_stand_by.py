"""Stand-by moves: as good as trying every one of them, within a time, and a clear word where there is no solver."""

import asyncio
import builtins
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.centre.stand_by import NoSolver, solve, stand_by
from belfry.domain.cover import Problem, Solution, told

CELLS = 8
cells = st.frozensets(st.integers(0, CELLS - 1))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    units, points = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    return Problem(
        units=[f"u{n}" for n in range(units)],
        points=[f"p{n}" for n in range(points)],
        weights=draw(st.lists(st.integers(1, 50).map(float), min_size=CELLS, max_size=CELLS)),
        from_unit=draw(st.lists(cells, min_size=units, max_size=units)),
        from_point=draw(st.lists(cells, min_size=points, max_size=points)),
        drives=[[float(draw(st.integers(0, 900))) for _ in range(points)] for _ in range(units)],
        moves_most=draw(st.integers(0, 3)),
        drive_most_s=600.0,
    )


def best_of_all(problem: Problem) -> float:
    """Try every choice."""
    choices = [
        [None, *(n for n, drive in enumerate(drives) if drive <= problem.drive_most_s)] for drives in problem.drives
    ]
    return max(
        told(problem, places, proven=True).after
        for places in product(*choices)
        if sum(to is not None for to in places) <= problem.moves_most
    )


@settings(deadline=None, max_examples=60)
@given(problems())
def test_no_choice_is_better_than_the_one_proposed(problem: Problem) -> None:
    found = solve(problem)
    assert found.proven
    assert found.after == pytest.approx(best_of_all(problem))
    assert len(found.moves) <= problem.moves_most
    assert len({move.unit for move in found.moves}) == len(found.moves)
    assert all(move.seconds <= problem.drive_most_s for move in found.moves)
    assert found.moves == [] or found.after > found.before


def town(**more: Any) -> Problem:
    fields: dict[str, Any] = {
        "units": ["e1", "e2"],
        "points": ["north", "south"],
        "weights": [1.0, 1.0, 31.0, 5.0],
        "from_unit": [frozenset({0, 1}), frozenset({0, 1})],
        "from_point": [frozenset({2}), frozenset({3})],
        "drives": [[300.0, 200.0], [120.0, 900.0]],
        "moves_most": 1,
        "drive_most_s": 600.0,
    }
    return Problem(**{**fields, **more})


def moves(found: Solution) -> list[tuple[str, str]]:
    return [(move.unit, move.to) for move in found.moves]


def test_the_nearer_of_two_that_cover_the_same_is_sent() -> None:
    assert moves(solve(town())) == [("e2", "north")]


def test_nobody_is_moved_where_it_wins_nothing() -> None:
    assert moves(solve(town(from_point=[frozenset({0}), frozenset()]))) == []


def test_whoever_is_the_last_of_his_place_leaves_it_only_for_more() -> None:
    alone = town(units=["e1"], from_unit=[frozenset({0, 1, 3})], drives=[[300.0, 200.0]])
    found = solve(alone)
    assert (moves(found), found.lost, found.won) == ([("e1", "north")], 3, 1)
    stays = solve(
        town(units=["e1"], from_unit=[frozenset({0, 1, 3})], drives=[[300.0, 200.0]], weights=[20, 20, 31, 5])
    )
    assert moves(stays) == []


async def test_the_loop_goes_on_while_it_is_reckoned() -> None:
    reckoned = asyncio.create_task(stand_by(town()))
    turns = 0
    while not reckoned.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 1
    assert moves(await reckoned) == [("e2", "north")]


def test_without_scipy_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *more: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "scipy":
            raise ImportError(name)
        return whole(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NoSolver, match=r"belfry\[cover\]"):
        solve(town())
