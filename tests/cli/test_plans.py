"""`belfry import plans` and `belfry export plans`: whole or not at all, and out and in to the same."""

import json
from pathlib import Path
from typing import Final

import pytest
import typer
from typer.testing import CliRunner, Result

from belfry.cli.plans import add_plans
from belfry.registry import Registry, plan_rows

app: Final = typer.Typer()
importing, exporting = typer.Typer(), typer.Typer()
add_plans(importing, exporting)
importing.callback()(lambda: None)
exporting.callback()(lambda: None)
app.add_typer(importing, name="import")
app.add_typer(exporting, name="export")
PLAN: Final = """
[[plan]]
id = "door"
name = "A door"
when.kinds = ["PROP.DOOR.HELD"]

[[plan.steps]]
id = "premises"
do = "call_premises"
text = "Somebody looks."
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "belfry.toml"
    file.write_text('[[receiver]]\ntype = "dc09"\nname = "panels"\n')
    return file


def run(config: Path, *words: str, text: str | None = None, name: str = "plans.toml") -> Result:
    file = config.parent / name
    if text is not None:
        file.write_text(text)
    asked = ["import", "plans", str(file)] if words[:1] != ("export",) else ["export", "plans"]
    return CliRunner().invoke(app, [*asked, "--config", str(config), *words[words[:1] == ("export",) :]])


def stored(config: Path) -> list[tuple[str, int]]:
    registry = Registry.open(config.parent / "data")
    found = [(plan.id, plan.version) for plan in plan_rows.read_plans(registry.store)]
    registry.close()
    return found


def test_plans_come_in_and_go_out_to_the_same(config: Path) -> None:
    assert run(config, "--dry-run", text=PLAN).stdout == "1 plans would be new, 0 changed\n"
    assert stored(config) == []
    assert run(config).stdout == "1 plans are new, 0 changed\n"
    given = run(config, "export").stdout
    assert [plan["id"] for plan in json.loads(given)["plan"]] == ["door"]
    assert json.loads(run(config, "--json", text=given, name="plans.json").stdout) == {
        "added": 0,
        "changed": 0,
        "dry_run": False,
    }
    assert stored(config) == [("door", 1)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLAN.replace('id = "premises"', 'id = "end"'), "plan[1].steps[0].id"),
        (PLAN.replace("call_premises", "arrest"), "plan[1].steps[0].do"),
        (PLAN.replace("PROP.DOOR", "PROP.DOR"), "plan[1].when.kinds[0]"),
        ("[[plan", "plans.toml"),
    ],
)
def test_what_cannot_be_kept_keeps_all_of_it_out(config: Path, text: str, said: str) -> None:
    good = PLAN.replace('"door"', '"gate"')
    answer = run(config, text=good + text)
    assert (answer.exit_code, stored(config), said in answer.stderr) == (1, [], True)
