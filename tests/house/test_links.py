"""Links in the pages beside the code lead somewhere; those inside docs/ are checked by the strict build of the site."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
# Pictures are left out: `make pictures` takes them.
LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?://|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize("page", sorted(path.name for path in ROOT.glob("*.md")))
def test_a_link_leads_to_a_file_of_this_repository(page: str) -> None:
    links = LINK.findall((ROOT / page).read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []
