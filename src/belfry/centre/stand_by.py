"""Stand-by moves by SciPy's HiGHS, in a thread and with a time limit, so that no alarm ever waits for them.

SciPy is large and comes with the extra `cover`; without it the cover map is there and moves are not. It is imported
with the first question, never at the start. A small price for driving makes a unit stay where moving wins nothing.
"""

import asyncio
from typing import Any, Final

from belfry.domain.cover import Problem, Solution, told

WITHIN_S: Final = 3.0
PRICE: Final = 1e-6
"""Of a second's drive, as a share of the whole weight: it breaks ties and decides nothing else."""
TAKEN: Final = 0.5
OPTIMAL: Final = 0


class NoSolver(Exception):
    """SciPy is not installed."""

    def __init__(self) -> None:
        super().__init__("stand-by moves want SciPy: pip install 'belfry[cover]'")


async def stand_by(problem: Problem, *, within_s: float = WITHIN_S) -> Solution:
    """Return the best moves found within a time limit. Raises NoSolver."""
    return await asyncio.to_thread(solve, problem, within_s)


def solve(problem: Problem, within_s: float = WITHIN_S) -> Solution:
    """As `stand_by`, in this thread."""
    moves = [
        (unit, point)
        for unit in range(len(problem.units))
        for point in range(len(problem.points))
        if problem.drives[unit][point] <= problem.drive_most_s
    ]
    nowhere: list[int | None] = [None] * len(problem.units)
    if not moves or not problem.weights or problem.moves_most < 1:
        return told(problem, nowhere, proven=True)
    found, proven = _milp(problem, moves, within_s)
    if found is None:
        return told(problem, nowhere, proven=False)
    places = list(nowhere)
    for (unit, point), value in zip(moves, found, strict=True):
        if value > TAKEN:
            places[unit] = point
    best = told(problem, places, proven=proven)
    return best if best.after > best.before else told(problem, nowhere, proven=proven)


def _milp(problem: Problem, moves: list[tuple[int, int]], within_s: float) -> tuple[list[float] | None, bool]:
    """Variables: a move each (0 or 1), then a cell each (covered or not). A unit that moves no longer covers from where
    it is. Rows: a unit moves once at most; so many moves in all; a cell is covered only by somebody."""
    try:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]  # it has no stubs
        from scipy.sparse import csr_array  # type: ignore[import-untyped]  # nor has this
    except ImportError as error:
        raise NoSolver from error
    m, cells, units = len(moves), len(problem.weights), len(problem.units)
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []

    def put(row: int, column: int, value: float) -> None:
        rows.append(row)
        columns.append(column)
        values.append(value)

    stays = [0] * cells
    for reaches in problem.from_unit:
        for n in reaches:
            stays[n] += 1
    for k, (unit, point) in enumerate(moves):
        put(unit, k, 1.0)
        put(units, k, 1.0)
        for n in problem.from_unit[unit] - problem.from_point[point]:
            put(units + 1 + n, k, 1.0)
        for n in problem.from_point[point] - problem.from_unit[unit]:
            put(units + 1 + n, k, -1.0)
    for n in range(cells):
        put(units + 1 + n, m + n, 1.0)
    high = np.array([*[1.0] * units, float(problem.moves_most), *map(float, stays)])
    price = PRICE * sum(problem.weights)
    cost = np.array(
        [*(price * problem.drives[unit][point] / 60 for unit, point in moves), *(-w for w in problem.weights)]
    )
    matrix = csr_array((values, (rows, columns)), shape=(units + 1 + cells, m + cells))
    answer: Any = milp(
        cost,
        constraints=LinearConstraint(matrix, -np.inf, high),
        bounds=Bounds(0, 1),
        integrality=np.array([*[1] * m, *[0] * cells]),
        options={"time_limit": within_s},
    )
    return (None if answer.x is None else [float(one) for one in answer.x[:m]]), answer.status == OPTIMAL
