"""docs/kinds.md shows the closed list as the program has it, every kind and nothing else."""

import re

from belfry.domain.kinds import load
from tools import list_kinds


def test_the_page_is_made_from_the_list_as_it_is() -> None:
    assert list_kinds.main(["--check"]) == 0


def test_every_kind_is_on_the_page_once() -> None:
    listed = re.findall(r"^\| `([A-Z0-9.]+)` \|", list_kinds.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(kind.code for kind in load().all())
