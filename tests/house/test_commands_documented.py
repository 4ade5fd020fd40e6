"""docs/commands.md has a chapter for each command with every option, each command shows an example, and the page names
nothing that does not exist."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from typer.testing import CliRunner

from belfry.cli import app

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, by its words after `belfry`."""
    inner: Mapping[str, Any] | None = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(words), command
        return
    for name, each in inner.items():
        yield from commands(each, (*words, name))


def chapters() -> dict[str, str]:
    return dict(re.findall(r"^## `belfry ([^`]+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def options(command: Any) -> set[str]:
    return {
        option
        for parameter in command.params
        if parameter.param_type_name == "option"
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("--") and option != "--help"
    }


COMMANDS: Final = dict(commands(typer.main.get_command(app)))


def test_every_command_has_a_chapter_and_every_chapter_a_command() -> None:
    assert set(chapters()) == set(COMMANDS)
    assert "serve" in COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_a_chapter_lists_the_options_that_the_command_has(name: str) -> None:
    assert set(re.findall(r"^\| `(--[a-z-]+)` \|", chapters()[name], re.MULTILINE)) == options(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_a_chapter_begins_with_an_example_of_its_command(name: str) -> None:
    assert chapters()[name].lstrip().startswith(f"```console\n$ belfry {name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_well_and_shows_an_example(name: str) -> None:
    result = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 0
    assert f"Example: belfry {name}" in result.output
