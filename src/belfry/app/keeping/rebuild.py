"""`belfry rebuild`: the archive made anew from the journal, beside the old one, which it then replaces."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from belfry.app.keeping.copying import hand_over
from belfry.app.keeping.errors import KeepingError
from belfry.archive import FILE, SqlArchive
from belfry.centre.archivist import Archivist
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import InUse
from belfry.settings import Settings

BESIDE: Final = "rebuilding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    position: int
    where: str


async def rebuild(settings: Settings) -> Rebuilt:
    """Only while no centre runs on the folder. Raises KeepingError or a store's own error."""
    data = settings.data
    if settings.journal != "sqlite":
        raise KeepingError(
            f"journal = {settings.journal_type!r} is no file of this machine: stop the centre and move {data / FILE} "
            "away, then the next start makes the archive anew"
        )
    try:
        journal = await SqliteJournal.open(data)
    except InUse as error:
        raise KeepingError(f"a centre runs on {data}: stop it first ({error})") from error
    try:
        if settings.database is not None:
            return Rebuilt(position=await _fill(SqlArchive.open(settings.database), journal), where="the database")
        beside = data / BESIDE
        _clear(beside)
        position = await _fill(SqlArchive.open(beside), journal)
        for name in (f"{FILE}-wal", f"{FILE}-shm"):
            (data / name).unlink(missing_ok=True)
        os.replace(beside / FILE, data / FILE)
        _clear(beside)
        hand_over(data)
    finally:
        await journal.close()
    return Rebuilt(position=position, where=str(data / FILE))


async def _fill(archive: SqlArchive, journal: SqliteJournal) -> int:
    try:
        await archive.clear()
        await Archivist(journal, archive).catch_up()
        return await archive.position()
    finally:
        await archive.close()


def _clear(folder: Path) -> None:
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        (folder / name).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        folder.rmdir()
