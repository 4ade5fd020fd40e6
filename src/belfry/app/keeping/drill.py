"""`belfry drill`: takes a backup back into a temporary folder and holds it against its manifest. Touches nothing else.

It restores as `belfry restore` does, opens the stores as a centre does, reads the journal to its end once more, and
makes an archive of it. A backup that was never taken back is a hope.
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from belfry.app.keeping import manifest as manifests
from belfry.app.keeping.errors import KeepingError
from belfry.app.keeping.holding import differences, examine
from belfry.app.keeping.manifest import JOURNAL, Manifest
from belfry.app.keeping.restore import restore
from belfry.archive import SqlArchive
from belfry.centre.archivist import Archivist
from belfry.journal.sqlite import SqliteJournal
from belfry.registry import Registry
from belfry.settings import Settings

PREFIX: Final = "belfry-drill-"
LEFT_AFTER: Final = timedelta(days=1)
"""No drill takes so long: what lies there still is of one that was killed, and as large as a backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    manifest: Manifest
    folder: Path
    accounts: int
    users: int
    archived: int
    """Position up to which an archive could be made of it: that of the restore itself."""


async def drill(source: Path, *, now: datetime, below: Path | None = None) -> Drilled:
    """Raises KeepingError where the backup is not what it should be. `below`: where there is room for a copy of it."""
    folder = manifests.find(source)
    _remove_left(below, now)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=below) as place:
        settings = msgspec.structs.replace(Settings(), data=Path(place) / "data")
        back = await restore(settings, folder, None, now=now)
        registry = Registry.open(settings.data)
        try:
            accounts, users = len(registry.accounts()), len(registry.users.all())
        finally:
            registry.close()
        journal = await SqliteJournal.open(settings.data)
        archive = SqlArchive.open(settings.data)
        try:
            await Archivist(journal, archive).catch_up()
            archived = await archive.position()
        finally:
            await archive.close()
            await journal.close()
        assert back.manifest.journal is not None
        held = examine(settings.data / JOURNAL, upto=back.position).held
        if wrong := differences(back.manifest.journal, held):
            raise KeepingError(f"what came back is not what was backed up: {'; '.join(wrong)}")
    return Drilled(manifest=back.manifest, folder=folder, accounts=accounts, users=users, archived=archived)


def _remove_left(below: Path | None, now: datetime) -> None:
    for left in Path(tempfile.gettempdir() if below is None else below).glob(f"{PREFIX}*"):
        if now.timestamp() - left.stat().st_mtime > LEFT_AFTER.total_seconds():
            shutil.rmtree(left, ignore_errors=True)
