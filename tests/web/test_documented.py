"""The page about the API names every address, every act and every type of refusal."""

import re
from pathlib import Path

import pytest

from belfry.web.openapi import document

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/api.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(document()["paths"]))
def test_every_address_is_named(path: str) -> None:
    short = path.removeprefix("/api/v1").replace("{incident_id}", "{id}")
    act = short.removeprefix("/incidents/{id}/")
    assert short in PAGE or f"| `{act}` |" in PAGE


def test_every_type_of_refusal_is_named_and_no_other() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/belfry/web").glob("*.py"))
    used = set(re.findall(r'"(belfry:[a-z-]+)"', sources))
    assert set(re.findall(r"`(belfry:[a-z-]+)`", PAGE)) == used
