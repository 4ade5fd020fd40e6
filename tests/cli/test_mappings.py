"""`belfry import mappings`, `export mappings`, `decode mapping`: what devices' own JSON means, written as TOML."""

import json
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner, Result

from belfry.cli import app
from belfry.registry import Registry, mapping_rows

MAPPINGS: Final = """
[[mapping]]
name = "acme-leak"

[[mapping.rules]]
tests = [{ path = "type", values = ["leak"] }]
observed = "water"
point = { path = "probe.id", table = { 7 = "cellar", 8 = "loft" } }
state = { path = "probe.wet", table = { true = "active", false = "inactive" } }
time = { path = "at", form = "rfc3339" }

[[mapping.rules]]
tests = [{ path = "type", values = ["button"] }]
observed = "panic"
point = "desk"
state = "pulse"
hold_s = 30
"""
OTHER: Final = """
[[mapping]]
name = "other"
rules = [{ observed = "smoke", point = "hall" }]
"""
WET: Final = {"type": "leak", "probe": {"id": 7, "wet": True}, "at": "2026-03-02T09:59:00Z", "who": "Ann Canary"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "belfry.toml"
    file.write_text('[[receiver]]\ntype = "dc09"\nname = "panels"\n')
    return file


def ran(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=given)


def imported(config: Path, text: str, *words: str, name: str = "mappings.toml") -> Result:
    file = config.parent / name
    file.write_text(text)
    return ran("import", "mappings", str(file), "--config", str(config), *words)


def stored(config: Path) -> dict[str, int]:
    registry = Registry.open(config.parent / "data")
    found = {name: mapping.version for name, mapping in mapping_rows.read_mappings(registry.store).items()}
    registry.close()
    return found


def test_mappings_come_in_as_toml_and_go_out_to_the_same(config: Path) -> None:
    assert imported(config, MAPPINGS, "--dry-run").stdout == "1 mappings would be new, 0 changed\n"
    assert stored(config) == {}
    assert imported(config, MAPPINGS).stdout == "1 mappings are new, 0 changed\n"
    assert imported(config, OTHER, "--json").stdout == '{"added":1,"changed":0,"dry_run":false}\n'
    given = ran("export", "mappings", "--config", str(config)).stdout
    assert [one["name"] for one in json.loads(given)["mapping"]] == ["acme-leak", "other"]
    assert imported(config, given, name="given.json").stdout == "0 mappings are new, 0 changed\n"
    assert stored(config) == {"acme-leak": 1, "other": 1}


def test_the_example_of_the_page_can_be_kept(config: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "devices.md").read_text("utf-8")
    example = page.partition("```toml\n[[mapping]]")[2].partition("```")[0]
    assert imported(config, "[[mapping]]" + example).stdout == "1 mappings are new, 0 changed\n"


def test_a_changed_mapping_gets_another_version(config: Path) -> None:
    imported(config, MAPPINGS + OTHER)
    assert imported(config, MAPPINGS.replace("30", "31") + OTHER).stdout == "0 mappings are new, 1 changed\n"
    assert stored(config) == {"acme-leak": 2, "other": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OTHER + MAPPINGS.replace('"water"', '"unlisted"'), "mapping[1].rules[0].observed"),
        (OTHER + MAPPINGS.replace("30", "0"), "mapping[1].rules[1].hold_s"),
        (OTHER + OTHER, "mapping[1].name"),
        (OTHER.replace("point", "copy_from"), "copy_from"),
        ("[[mapping", "array declaration"),
        ("a = " + "[" * 5_000, "mappings.toml: "),
    ],
)
def test_a_file_with_one_flaw_brings_nothing_in(config: Path, text: str, said: str) -> None:
    result = imported(config, text)
    assert result.exit_code == 1
    assert said in result.stderr
    assert not isinstance(result.exception, RecursionError)
    assert stored(config) == {}


def test_what_a_message_means_is_told_without_a_centre(tmp_path: Path) -> None:
    file, message = tmp_path / "mappings.toml", tmp_path / "message.json"
    file.write_text(MAPPINGS)
    message.write_text(json.dumps(WET))
    result = ran("decode", "mapping", "--mapping", str(file), str(message))
    assert result.exit_code == 0, result.stderr
    (signal,) = json.loads(result.stdout)["signals"]
    told = {name: signal[name] for name in ("category", "subtype", "state", "zone", "occurred_at")}
    assert told == {
        "category": "water",
        "subtype": "leak",
        "state": "alarm",
        "zone": "cellar",
        "occurred_at": "2026-03-02T09:59:00Z",
    }
    assert "Canary" not in result.stdout


def test_of_several_mappings_one_is_named_and_what_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "mappings.toml"
    file.write_text(MAPPINGS + OTHER)
    asked = ("decode", "mapping", "--mapping", str(file), "-")
    assert ran(*asked, given="{}").exit_code == 2
    assert ran(*asked, "--name", "nothing", given="{}").exit_code == 2
    named = ran(*asked, "--name", "other", given="{}")
    assert (named.exit_code, json.loads(named.stdout)["signals"][0]["zone"]) == (0, "hall")
    rejected = ran(*asked, "--name", "other", given="no JSON")
    assert (rejected.exit_code, json.loads(rejected.stdout)["disposition"]) == (1, "reject")
