"""How the commands talk: results on standard output, what went wrong on standard error, and three exit codes.

0: well. 1: a fault was found, or what was asked cannot be done. 2: the command was called wrongly.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, NoReturn

import msgspec
import typer

from belfry.ports.staff import NameTaken, NoSuchUser, StaffError
from belfry.registry import Registry, RegistryError, registry_state
from belfry.settings import Settings, SettingsError, load
from belfry.sql import SchemaState, SqlError

FAULT: Final = 1
USAGE: Final = 2

Config = Annotated[
    Path, typer.Option("--config", help="Settings file (TOML).", exists=True, dir_okay=False, show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Tell it to a program: one JSON object on standard output.")]


def fail(message: str, code: int = FAULT) -> NoReturn:
    typer.echo(f"belfry: {message}", err=True)
    raise typer.Exit(code)


def tell(value: object) -> None:
    """Print one JSON object, on one line."""
    typer.echo(msgspec.json.encode(value).decode("utf-8"))


def settings_of(config: Path) -> Settings:
    try:
        return load(config)
    except SettingsError as error:
        fail(str(error))


@contextmanager
def registry_of(settings: Settings) -> Iterator[Registry]:
    """Open the registry of some settings; whatever it refuses ends the command with its reason.

    One of an older version is left to the start of the centre, which keeps a copy before it changes it: the way back.
    """
    try:
        if registry_state(settings.registry_at) is SchemaState.OLDER:
            fail(
                "the registry is of an older version, and no command changes that: start the centre of this version, "
                "which keeps a copy of it and brings it up to date"
            )
        registry = Registry.open(settings.registry_at)
    except SqlError as error:
        fail(str(error))
    try:
        yield registry
    except (NameTaken, NoSuchUser, RegistryError, SqlError) as error:
        fail(str(error))
    except StaffError as error:
        fail(str(error), USAGE)
    finally:
        registry.close()
