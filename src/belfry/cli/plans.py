"""`belfry import plans` and `belfry export plans`: plans out of a file into the registry, and back."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from belfry.cli.talk import AsJson, Config, fail, registry_of, settings_of, tell
from belfry.domain.plan import Plan
from belfry.domain.plan_library import Library
from belfry.domain.plan_library import read as read_toml
from belfry.ports.plans import PlanUnfit
from belfry.registry import plan_rows

BY: Final = "command line"

File = Annotated[Path, typer.Argument(help="TOML or JSON; what a plan is: docs/plans.md.", exists=True, dir_okay=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen and write nothing.")]


def add_plans(importing: typer.Typer, exporting: typer.Typer) -> None:
    """Put both beside the commands for sheets."""
    example = "Example: belfry import plans plans.toml --config belfry.toml --dry-run"
    importing.command("plans", epilog=example)(import_plans)
    exporting.command("plans", epilog="Example: belfry export plans --config belfry.toml")(export_plans)


def import_plans(file: File, config: Config, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Add plans and change those that exist: all of the file, or nothing. Other plans stay as they are."""
    try:
        plans = read(file)
    except ValueError as error:
        fail(f"{file}: {error}")
    with registry_of(settings_of(config)) as registry:
        try:
            added, changed = plan_rows.bring(registry.store, plans, by=BY, dry_run=dry_run)
        except PlanUnfit as error:
            fail("\n  ".join((f"{file}: nothing imported", *map(str, error.flaws))))
    if as_json:
        tell({"added": added, "changed": changed, "dry_run": dry_run})
    else:
        typer.echo(f"{added} plans {'would be' if dry_run else 'are'} new, {changed} changed")


def export_plans(config: Config) -> None:
    """Print every plan that holds now, as JSON that can be imported again."""
    with registry_of(settings_of(config)) as registry:
        plans = plan_rows.read_plans(registry.store)
    typer.echo(msgspec.json.format(msgspec.json.encode({"plan": plans}), indent=1).decode("utf-8"))


def read(file: Path) -> Sequence[Plan]:
    """The plans of a file. Raises ValueError (TOMLDecodeError, msgspec.DecodeError among them)."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".toml":
        return read_toml(text)
    return msgspec.json.decode(text, type=Library, strict=True).plan
