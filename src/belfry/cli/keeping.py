"""`belfry backup`, `restore`, `drill`, `rebuild`: what an installer does so that nothing is lost (docs/keeping.md)."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from belfry.app.keeping import KeepingError
from belfry.app.keeping import manifest as manifests
from belfry.app.keeping.backup import back_up
from belfry.app.keeping.drill import drill as drill_it
from belfry.app.keeping.rebuild import rebuild as rebuild_it
from belfry.app.keeping.restore import Undone, take_back
from belfry.cli.talk import AsJson, Config, fail, settings_of, tell
from belfry.keys.errors import KeysError
from belfry.ports import JournalError
from belfry.sql import SqlError

REFUSALS = (KeepingError, JournalError, KeysError, SqlError, OSError)


def backup(
    config: Config,
    to: Annotated[Path, typer.Option("--to", help="Folder for backups.", file_okay=False, show_default=False)],
    keys_to: Annotated[
        Path | None,
        typer.Option("--keys-to", help="Folder for the one backup of the keys, elsewhere.", file_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Back up journal and registry, and the keys apart. A running centre goes on."""
    try:
        made = back_up(settings_of(config), to, keys_to, now=datetime.now(UTC))
    except REFUSALS as error:
        fail(str(error))
    held = made.manifest.journal
    assert held is not None
    if as_json:
        tell(
            {
                "folder": str(made.folder),
                "keys": None if made.keys is None else str(made.keys),
                "instance_key": str(made.instance),
                "removed": [str(one) for one in made.removed],
                "manifest": manifests.as_json(made.manifest),
            }
        )
        return
    typer.echo(f"{made.folder}: journal up to position {held.position}, {_incidents(held.open_incidents)}")
    if made.keys is not None:
        typer.echo(f"{made.keys}: the keys; the backup of them from before is overwritten")
    else:
        typer.echo("no --keys-to: without the keys nobody can read what is personal in this backup")
    for folder in made.removed:
        typer.echo(f"removed, too old: {folder}")
    typer.echo(f"in no backup, keep a copy of it yourself in a third place: {made.instance}")


def restore(
    config: Config,
    source: Annotated[
        Path, typer.Option("--from", help="A backup, or the folder of backups: the newest.", show_default=False)
    ],
    keys_from: Annotated[
        Path | None, typer.Option("--keys-from", help="Folder of the backup of the keys.", file_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup into the empty folder of the settings. Start the centre afterwards."""
    settings = settings_of(config)
    try:
        back = asyncio.run(take_back(settings, source, keys_from, now=datetime.now(UTC)))
    except REFUSALS as error:
        fail(str(error))
    if isinstance(back, Undone):
        _tell_undone(back, as_json=as_json)
        return
    if as_json:
        tell(
            {
                "folder": str(back.folder),
                "data": str(settings.data),
                "position": back.position,
                "made_at": back.manifest.made_at,
                "keys": back.keys,
                "keys_expired": back.expired,
            }
        )
        return
    typer.echo(f"{settings.data}: restored from {back.folder}, position {back.position}")
    typer.echo(f"what was kept after {back.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC is not in it")
    if back.keys:
        typer.echo(f"keys: restored; {back.expired} of them had ended and are destroyed again")
    else:
        typer.echo("keys: none; what is personal from before cannot be read any more")
    typer.echo("everybody signs in anew; panels send again what got no answer")


def _tell_undone(back: Undone, *, as_json: bool) -> None:
    files = [one.file for one in back.manifest.files]
    if as_json:
        tell({"folder": str(back.folder), "files": files, "aside": str(back.aside)})
        return
    typer.echo(f"back as they were on {back.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC: {', '.join(files)}")
    typer.echo(f"what the newer version made of them is in {back.aside}")


def drill(
    source: Annotated[
        Path, typer.Option("--from", help="A backup, or the folder of backups: the newest.", show_default=False)
    ],
    below: Annotated[
        Path | None, typer.Option("--below", help="Where there is room for a copy; default: the system's place.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into a temporary folder, compare it with its manifest, report, and remove it again."""
    try:
        done = asyncio.run(drill_it(source, now=datetime.now(UTC), below=below))
    except REFUSALS as error:
        if as_json:
            tell({"ok": False, "reason": str(error)})
        fail(str(error))
    held = done.manifest.journal
    assert held is not None
    if as_json:
        tell(
            {
                "ok": True,
                "folder": str(done.folder),
                "position": held.position,
                "open_incidents": held.open_incidents,
                "accounts": done.accounts,
                "users": done.users,
                "made_at": done.manifest.made_at,
            }
        )
        return
    typer.echo(f"well     {done.folder}, made {done.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC")
    typer.echo(f"journal  {held.entries} entries up to position {held.position}, every one read and in the chain")
    typer.echo(f"board    {_incidents(held.open_incidents)}, as on the day of the backup")
    typer.echo(f"registry {done.accounts} accounts, {done.users} users")


def rebuild(config: Config, as_json: AsJson = False) -> None:
    """Make the archive anew from the journal, with the centre stopped."""
    try:
        done = asyncio.run(rebuild_it(settings_of(config)))
    except REFUSALS as error:
        fail(str(error))
    if as_json:
        tell({"archive": done.where, "position": done.position})
    else:
        typer.echo(f"{done.where}: made anew, up to position {done.position}")


def _incidents(count: int) -> str:
    return "1 open incident" if count == 1 else f"{count} open incidents"
