"""Draw what may happen to an incident into `docs/incident.md`, from the table that the program itself uses.

    .venv/bin/python tools/draw_states.py            write the drawing and the table anew
    .venv/bin/python tools/draw_states.py --check    exit 1 where they are not those of the program

A picture (`docs/incident-states.svg`) for the eye, and a table of the same moves for everybody else. Nothing but the
standard library and the table is needed.
"""

import sys
from collections.abc import Mapping, Sequence
from math import hypot
from pathlib import Path
from typing import Final

from belfry.domain.incident import NEXT, Move, State

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "incident.md"
PICTURE: Final = ROOT / "docs" / "incident-states.svg"
BEGIN: Final = "<!-- drawn by tools/draw_states.py: begin -->"
END: Final = "<!-- drawn by tools/draw_states.py: end -->"

WIDTH, HEIGHT = 860, 360
BOX_W, BOX_H = 110, 44
PLACES: Final[Mapping[State, tuple[int, int]]] = {
    State.PENDING: (90, 90),
    State.WAITING: (330, 90),
    State.TAKEN: (570, 200),
    State.HELD: (330, 310),
    State.CLOSED: (770, 90),
}
BEND: Final[Mapping[tuple[State, State], float]] = {
    # how far an arrow bows to its left, in pixels; a pair of states that is joined both ways needs room
    (State.WAITING, State.TAKEN): 26,
    (State.TAKEN, State.WAITING): 26,
    (State.TAKEN, State.HELD): 26,
    (State.HELD, State.TAKEN): 26,
    (State.TAKEN, State.CLOSED): 26,
    (State.CLOSED, State.TAKEN): 26,
    (State.PENDING, State.CLOSED): 66,
    (State.PENDING, State.TAKEN): -110,
}

HEAD: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img"'
    ' aria-label="The states of an incident and the moves between them">'
)
STYLE: Final = (
    "text{font:13px sans-serif;text-anchor:middle;fill:#111;stroke:#fff;stroke-width:4;paint-order:stroke}"
    ".state{font-weight:bold;font-size:15px}path{fill:none;stroke:#555;stroke-width:1.5}"
    "rect{fill:#fff;stroke:#111;stroke-width:1.5}.ground{stroke:none}"
)
ARROW_HEAD: Final = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    ' orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#555;stroke:none"/></marker></defs>'
)


def arrows() -> Mapping[tuple[State, State], Sequence[Move]]:
    """The moves between each two states, in the order of the table."""
    found: dict[tuple[State, State], list[Move]] = {}
    for (state, move), then in NEXT.items():
        found.setdefault((state, then), []).append(move)
    return found


def picture() -> str:
    """Return the drawing as SVG, readable on light and dark ground."""
    parts = [
        HEAD.format(width=WIDTH, height=HEIGHT),
        f"<style>{STYLE}</style>",
        ARROW_HEAD,
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
    ]
    parts += [_arrow(start, end, moves) for (start, end), moves in arrows().items()]
    parts += [_box(state) for state in State]
    return "\n".join([*parts, "</svg>", ""])


def _box(state: State) -> str:
    x, y = PLACES[state]
    return (
        f'<rect x="{x - BOX_W // 2}" y="{y - BOX_H // 2}" width="{BOX_W}" height="{BOX_H}" rx="8"/>'
        f'<text class="state" x="{x}" y="{y + 5}">{state}</text>'
    )


def _arrow(start: State, end: State, moves: Sequence[Move]) -> str:
    words = ", ".join(moves)
    (x1, y1), (x2, y2) = PLACES[start], PLACES[end]
    if start is end:
        return (
            f'<path d="M{x1 + 20} {y1 + BOX_H // 2}c10 50 70 50 50 0" marker-end="url(#head)"/>'
            f'<text x="{x1 + 50}" y="{y1 + BOX_H // 2 + 56}">{words}</text>'
        )
    length = hypot(x2 - x1, y2 - y1)
    left, bend = ((y2 - y1) / length, -(x2 - x1) / length), BEND.get((start, end), 0)
    middle = ((x1 + x2) / 2 + left[0] * bend * 2, (y1 + y2) / 2 + left[1] * bend * 2)
    (ax, ay), (bx, by) = _edge(PLACES[start], middle), _edge(PLACES[end], middle)
    word_x, word_y = (x1 + x2) / 2 + left[0] * bend, (y1 + y2) / 2 + left[1] * bend - 6
    return (
        f'<path d="M{ax:.0f} {ay:.0f}Q{middle[0]:.0f} {middle[1]:.0f} {bx:.0f} {by:.0f}" marker-end="url(#head)"/>'
        f'<text x="{word_x:.0f}" y="{word_y:.0f}">{words}</text>'
    )


def _edge(box: tuple[int, int], towards: tuple[float, float]) -> tuple[float, float]:
    """Where the way from the middle of a box to a point leaves the box, and 3 pixels more."""
    dx, dy = towards[0] - box[0], towards[1] - box[1]
    share = min(
        (BOX_W / 2 + 3) / abs(dx) if dx else float("inf"),
        (BOX_H / 2 + 3) / abs(dy) if dy else float("inf"),
    )
    return box[0] + dx * share, box[1] + dy * share


def table() -> str:
    """Return the same as a Markdown table: states down, moves across, each cell the state that follows."""
    rows = [
        "| | " + " | ".join(Move) + " |",
        "| --- |" + " --- |" * len(Move),
        *(f"| **{state}** | " + " | ".join(NEXT.get((state, move), "") for move in Move) + " |" for state in State),
    ]
    return "\n".join(rows)


def page(before: str) -> str:
    """Return the page with what stands between the markers drawn anew. Raises ValueError without markers."""
    head, found_begin, rest = before.partition(BEGIN)
    _, found_end, tail = rest.partition(END)
    if not found_begin or not found_end:
        raise ValueError(f"{PAGE.name} has lost the markers {BEGIN} and {END}")
    return f"{head}{BEGIN}\n\n![The states of an incident]({PICTURE.name})\n\n{table()}\n\n{END}{tail}"


def main(arguments: Sequence[str]) -> int:
    before = PAGE.read_text(encoding="utf-8")
    drawn = {PAGE: page(before), PICTURE: picture()}
    if "--check" not in arguments:
        for path, text in drawn.items():
            path.write_text(text, encoding="utf-8")
        return 0
    stale = [path.name for path, text in drawn.items() if not path.is_file() or path.read_text("utf-8") != text]
    if stale:
        print(f"{' and '.join(stale)} are not drawn from the table as it is: run tools/draw_states.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
