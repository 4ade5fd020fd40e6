"""Write the closed list of kinds into `docs/kinds.md`, from the table that the program itself uses.

.venv/bin/python tools/list_kinds.py            write the page anew
.venv/bin/python tools/list_kinds.py --check    exit 1 where it is not that of the program
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from belfry.domain.kinds import Kind, load
from belfry.domain.tables import rows

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "kinds.md"
OPENING: Final = """\
# Kinds

Every incident has a kind from this list, and the list is closed: nobody can add or rename a kind, at any level
([why](decisions/0004-the-list-of-kinds-is-closed.md)). Its digest is written into the journal at every start. This
page is made from the list itself by `tools/list_kinds.py`.

Version {version}, {number} kinds, SHA-256 of the table `{digest}`.

Columns: **priority** 1 to 5, with the rank inside priority 1; **ways in**: **e**quipment, **d**uty, **c**all,
**s**ystem (raised by the centre itself); **reach**: who is meant to have it (the *group*, the *nearest*, those
*assigned*, or the control *room*); **restore**: what closing asks for. **Silent**: nothing rings, lights up or calls
back at the site. **Life**: no restore, cancel or timer closes it.
"""


def page() -> str:
    """Return the whole page."""
    kinds = load()
    lines = [OPENING.format(version=kinds.version, number=len(kinds), digest=kinds.digest)]
    for group in rows("groups.csv"):
        lines += [f"## {group['en']}: `{group['code']}`", ""]
        lines += ["| kind | meaning | priority | ways in | reach | restore |", "| --- | --- | --- | --- | --- | --- |"]
        lines += [row(kind) for kind in kinds.all() if kind.group == group["code"]]
        lines += [""]
    return "\n".join(lines)


def row(kind: Kind) -> str:
    rank = "" if kind.rank is None else f".{kind.rank}"
    ways = "".join(method.value[0] for method in kind.methods)
    cells = [f"`{kind.code}`", " ".join(meaning(kind)), f"{kind.priority}{rank}", ways, kind.reach, kind.restore]
    return f"| {' | '.join(cells)} |"


def meaning(kind: Kind) -> Iterator[str]:
    """Yield the sentences of a kind: label, definition, what it is not, and its two marks."""
    yield f"**{kind.label}.**"
    yield kind.definition.rstrip(".") + "."
    if kind.not_this:
        yield f"*{kind.not_this[0].upper()}{kind.not_this[1:].rstrip('.')}.*"
    if marks := [mark for mark, holds in (("Life", kind.life), ("Silent", kind.silent)) if holds]:
        yield f"{', '.join(marks).capitalize()}."


def main(arguments: Sequence[str]) -> int:
    if list(arguments) == ["--check"]:
        return int(not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
