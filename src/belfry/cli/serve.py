"""`belfry serve`: the centre, until it is told to stop."""

from typing import Annotated

import typer

from belfry.app import Along, Centre, StartError, run
from belfry.app.keeping import KeepingError
from belfry.app.logs import set_up
from belfry.app.stores import AccountsRefused, StoreMissing
from belfry.cli.talk import Config, fail, settings_of
from belfry.keys.errors import KeysError
from belfry.plugins import PluginError
from belfry.ports import JournalError
from belfry.settings import SettingsError
from belfry.sql import SqlError

CANNOT_START = (
    StartError,
    SettingsError,
    PluginError,
    JournalError,
    KeysError,
    SqlError,
    KeepingError,
    AccountsRefused,
    StoreMissing,
    OSError,
)
"""What a person can mend: said in one sentence, without a trace back."""


def serve(
    config: Config,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more, for finding a fault.")] = False,
) -> None:
    """Run the centre with the settings of a file."""
    set_up(verbose=verbose)
    settings = settings_of(config)
    try:
        run(settings, Along(ready=_greet))
    except CANNOT_START as error:
        fail(str(error))


async def _greet(centre: Centre) -> None:
    assert centre.console is not None
    typer.echo(f"console: {centre.console.url}")
    if centre.setup_code is not None:
        page = f"{centre.console.url}setup"
        typer.echo(f"no staff account yet: open {page} with the one-time code {centre.setup_code}")
