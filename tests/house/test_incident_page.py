"""`docs/incident.md` shows the incident as the program has it: its moves, its clocks and its closed lists."""

from typing import Final

from belfry.domain.closing import Cause, Disposition
from belfry.domain.incident import NEXT, State
from tools import draw_states

PAGE: Final = draw_states.PAGE.read_text(encoding="utf-8")


def test_the_moves_are_drawn_from_the_table_as_it_is() -> None:
    assert draw_states.main(["--check"]) == 0


def test_every_move_is_in_picture_and_table() -> None:
    table = draw_states.table().splitlines()
    for (state, move), then in NEXT.items():
        header = [cell.strip() for cell in table[0].split("|")]
        row = next(line for line in table if line.startswith(f"| **{state}**"))
        assert [cell.strip() for cell in row.split("|")][header.index(move)] == then
        assert move in draw_states.picture()
    assert set(draw_states.PLACES) == set(State)


def test_the_closed_lists_are_written_out() -> None:
    assert [code for code in (*Disposition, *Cause) if f"`{code}`" not in PAGE] == []
