"""`belfry import accounts`: a sheet into the registry, whole or not at all."""

from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from belfry.cli.talk import FAULT, AsJson, Config, registry_of, settings_of, tell
from belfry.registry import ImportReport, read_sheet

BY: Final = "command line"

import_app: typer.Typer = typer.Typer(no_args_is_help=True, help="Bring data into the registry.")


@import_app.callback()
def _group() -> None:
    """Keep `accounts` a word of its own while it is the only one."""


@import_app.command(epilog="Example: belfry import accounts accounts.csv --config belfry.toml --dry-run")
def accounts(
    file: Annotated[Path, typer.Argument(help="CSV file; columns in docs/accounts.md.", exists=True, dir_okay=False)],
    config: Config,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add accounts and change those that exist. One bad cell keeps the whole file out."""
    settings = settings_of(config)
    sheet = read_sheet(file, [receiver.called for receiver in settings.receiver])
    with registry_of(settings) as registry:
        report = registry.import_accounts(sheet, dry_run=dry_run, by=BY)
    if as_json:
        tell({"ok": report.ok, **msgspec.structs.asdict(report)})
    else:
        _print(report, file.name)
    if not report.ok:
        raise typer.Exit(FAULT)


def _print(report: ImportReport, name: str) -> None:
    for warning in report.warnings:
        typer.echo(f"{name}: warning: {warning}", err=True)
    for problem in report.problems:
        typer.echo(f"{name}: {problem}", err=True)
    if report.more_problems:
        typer.echo(f"{name}: and {report.more_problems} more", err=True)
    if not report.ok:
        typer.echo(f"{name}: nothing was imported", err=True)
        return
    tense = "would be " if report.dry_run else ""
    typer.echo(
        f"{name}: {report.rows} rows: {report.added} {tense}added, {report.changed} {tense}changed, "
        f"{report.unchanged} as they were"
    )
