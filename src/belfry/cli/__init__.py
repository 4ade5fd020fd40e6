"""The command line: one command a task, each with an example in its help (DESIGN 5)."""

import os
from typing import Annotated

import typer

from belfry import __version__
from belfry.cli.accounts import export_app, import_app
from belfry.cli.check import check
from belfry.cli.decode import app as decode_app
from belfry.cli.demo import demo
from belfry.cli.keeping import backup, drill, rebuild, restore
from belfry.cli.mappings import add_mappings
from belfry.cli.plans import add_plans
from belfry.cli.serve import serve
from belfry.cli.simulate import simulate
from belfry.cli.units import add_units
from belfry.cli.users import token, user_app

app = typer.Typer(
    name="belfry",
    help="An open alarm receiving and dispatch centre.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"belfry {__version__}")
        raise typer.Exit


@app.callback()
def belfry(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """An open alarm receiving and dispatch centre."""


app.command(epilog="Example: belfry demo --port 8440")(demo)
app.command(epilog="Example: belfry serve --config belfry.toml")(serve)
app.command(epilog="Example: belfry check --config belfry.toml")(check)
app.add_typer(decode_app, name="decode")
app.command(epilog="Example: belfry simulate --to 127.0.0.1:12009 --accounts 50 --rate 20 --seconds 60")(simulate)
add_plans(import_app, export_app)
add_mappings(import_app, export_app, decode_app)
add_units(import_app)
app.add_typer(import_app, name="import")
app.add_typer(export_app, name="export")
app.command(epilog="Example: belfry backup --to /mnt/backup --keys-to /mnt/keys --config belfry.toml")(backup)
app.command(epilog="Example: belfry restore --from /mnt/backup --keys-from /mnt/keys --config belfry.toml")(restore)
app.command(epilog="Example: belfry drill --from /mnt/backup")(drill)
app.command(epilog="Example: belfry rebuild --config belfry.toml")(rebuild)
app.add_typer(user_app, name="user")
app.command(epilog="Example: belfry token --role operator --config belfry.toml")(token)


def main() -> None:
    """The entry point `belfry`. What it writes is its owner's alone."""
    os.umask(0o077)
    app()
