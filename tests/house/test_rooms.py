"""The contracts of import-linter speak of every room that exists; one that is forgotten would pass in silence."""

import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = ROOT / "src" / "belfry"

# docs/architecture.md, "Rooms": these are handed what they need of the centre.
NEVER_IMPORT_THE_CENTRE: Final = frozenset(
    {"receivers", "notify", "roads", "journal", "registry", "gazetteer", "simulator"}
)


def rooms() -> set[str]:
    """Return the names of the packages and modules directly in `belfry`."""
    packages = {path.name for path in SOURCES.iterdir() if (path / "__init__.py").is_file()}
    return packages | {path.stem for path in SOURCES.glob("*.py")} - {"__init__", "__main__"}


def contract(contract_id: str) -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = [each for each in settings["tool"]["importlinter"]["contracts"] if each["id"] == contract_id]
    assert len(found) == 1, contract_id
    contract: dict[str, Any] = found[0]
    return contract


def test_the_edges_that_exist_are_kept_from_the_centre() -> None:
    forbidden = contract("no-centre")
    assert set(forbidden["source_modules"]) == {f"belfry.{room}" for room in NEVER_IMPORT_THE_CENTRE & rooms()}
    assert forbidden["forbidden_modules"] == ["belfry.centre"]


def test_the_centre_is_kept_from_the_wires() -> None:
    forbidden = contract("no-wires")
    assert forbidden["source_modules"] == ["belfry.centre"]
    assert forbidden["forbidden_modules"] == ["belfry.protocols"]


def test_the_documents_draw_every_room() -> None:
    drawn = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [room for room in sorted(rooms()) if f"`{room}`" not in drawn] == []
