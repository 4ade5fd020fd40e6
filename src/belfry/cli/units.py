"""`belfry import units` and `belfry import shifts`: units, their stations and the rota out of a file."""

from pathlib import Path
from typing import Annotated, Final

import typer

from belfry.cli.talk import AsJson, Config, fail, registry_of, settings_of, tell
from belfry.registry.unit_sheet import SheetUnfit, bring

BY: Final = "command line"

File = Annotated[Path, typer.Argument(help="CSV or JSON; columns in docs/units.md.", exists=True, dir_okay=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen and write nothing.")]


def add_units(importing: typer.Typer) -> None:
    """Put both beside the commands for sheets."""
    for name, command in (("units", import_units), ("shifts", import_shifts)):
        importing.command(name, epilog=f"Example: belfry import {name} {name}.csv --config belfry.toml --dry-run")(
            command
        )


def import_units(file: File, config: Config, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Add units with their stations, and change those whose call sign is known: all of the file, or nothing."""
    _bring("units", file, config, dry_run=dry_run, as_json=as_json)


def import_shifts(file: File, config: Config, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Put people into the rota: all of the file, or nothing."""
    _bring("shifts", file, config, dry_run=dry_run, as_json=as_json)


def _bring(kind: str, file: Path, config: Path, *, dry_run: bool, as_json: bool) -> None:
    with registry_of(settings_of(config)) as registry:
        try:
            added, changed, same = bring(registry.store, kind, file.read_bytes(), by=BY, dry_run=dry_run)
        except SheetUnfit as error:
            fail("\n  ".join((f"{file}: nothing imported", *map(str, error.flaws))))
    if as_json:
        tell({"added": added, "changed": changed, "same": same, "dry_run": dry_run})
    else:
        typer.echo(f"{added} {kind} {'would be' if dry_run else 'are'} new, {changed} changed, {same} as they were")
