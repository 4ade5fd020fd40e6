"""`belfry import accounts`: exit codes, words for people and JSON for programs."""

import json
from pathlib import Path
from typing import Final

import pytest
import typer
from typer.testing import CliRunner, Result

from belfry.cli.accounts import export_app, import_app
from belfry.registry import Registry

app: Final = typer.Typer()
app.add_typer(import_app, name="import")
app.add_typer(export_app, name="export")
KEY: Final = "00112233445566778899aabbccddeeff"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "belfry.toml"
    file.write_text('[[receiver]]\ntype = "dc09"\nname = "panels"\n')
    return file


def run(config: Path, sheet: str, *words: str) -> Result:
    file = config.parent / "sheet.csv"
    file.write_text(sheet)
    return CliRunner().invoke(app, ["import", "accounts", str(file), "--config", str(config), *words])


def stored(config: Path) -> list[str]:
    registry = Registry.open(config.parent / "data")
    found = [account.account for account in registry.accounts()]
    registry.close()
    return found


def test_accounts_are_imported_and_counted(config: Path) -> None:
    result = run(config, "account,name\n1,a\n2,b\n")
    assert (result.exit_code, result.stdout) == (0, "sheet.csv: 2 rows: 2 added, 0 changed, 0 as they were\n")
    assert stored(config) == ["1", "2"]


def test_a_dry_run_writes_nothing(config: Path) -> None:
    result = run(config, "account\n1\n", "--dry-run")
    assert result.stdout == "sheet.csv: 1 rows: 1 would be added, 0 would be changed, 0 as they were\n"
    assert stored(config) == []


def test_mistakes_are_told_on_standard_error_and_nothing_is_imported(config: Path) -> None:
    result = run(config, f"account,care,key\n1,yes,{KEY}\n2,perhaps,{KEY}\n3,no,{KEY}x\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "sheet.csv: row 3, care: 'perhaps' wants yes or no\n" in result.stderr
    assert "sheet.csv: row 4, key: wants 32, 48 or 64 hex digits" in result.stderr
    assert result.stderr.endswith("sheet.csv: nothing was imported\n")
    assert KEY not in result.stderr
    assert stored(config) == []


def test_a_receiver_that_the_settings_do_not_have_is_a_warning(config: Path) -> None:
    result = run(config, "account,receiver\n1,panel\n")
    assert result.exit_code == 0
    assert "warning: row 2, receiver: 'panel' is not in the settings, which have panels" in result.stderr


def test_a_program_gets_one_object(config: Path) -> None:
    told = json.loads(run(config, f"account,key\n1,{KEY}\n", "--json").stdout)
    assert (told["ok"], told["added"], told["problems"]) == (True, 1, [])
    assert told["warnings"][0]["row"] == 2
    result = run(config, f"account,key\n1,{KEY}x\n", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["ok"]) == (1, False)
    assert (told["problems"][0]["row"], told["problems"][0]["column"]) == (2, "key")
    assert KEY not in result.stdout


def test_a_missing_sheet_is_wrong_usage(config: Path) -> None:
    words = ["import", "accounts", str(config.parent / "none.csv"), "--config", str(config)]
    assert CliRunner().invoke(app, words).exit_code == 2


def test_an_export_is_a_file_that_nobody_else_reads_and_replaces_none(config: Path) -> None:
    run(config, "account\n1234\n")
    out = config.parent / "out.csv"
    words = ["export", "accounts", "--with-keys", "--config", str(config), "--out", str(out)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    before = out.read_bytes()
    again = CliRunner().invoke(app, words)
    assert (again.exit_code, "File exists" in again.output, out.read_bytes() == before) == (1, True, True)
