"""The stores of a centre: journal, data keys, registry. Opened in this order and closed in the other one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import structlog

from belfry import plugins
from belfry.app.keeping import KeepingError
from belfry.app.keeping.before import keep
from belfry.app.keeping.restore import RESTORING, broken_off
from belfry.archive import SqlArchive
from belfry.keys.sqlite import SqliteKeyStore
from belfry.ports import Chance, Clock, Journal, KeyStore
from belfry.ports.sheets import Problem
from belfry.registry import Registry
from belfry.registry.device_rows import DeviceKeys
from belfry.registry.push_rows import PushKeys
from belfry.registry.sheet import read_sheet
from belfry.registry.words import WordKeys
from belfry.settings import Settings

log = structlog.get_logger()


class AccountsRefused(Exception):
    """The accounts file of the settings has mistakes; nothing of it was imported. Says row, column and reason."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        lines = "\n  ".join(str(problem) for problem in problems)
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        super().__init__(f"accounts = {path}: nothing imported, {count}\n  {lines}")


class StoreMissing(Exception):
    """One of the stores is gone; says which file, what it held and how to go on."""

    def __init__(self, file: Path, held: str) -> None:
        super().__init__(
            f"{file} is missing, but its neighbours are there: it held {held}. "
            "Restore it from a backup, or move the other stores away to begin anew."
        )


JOURNAL: Final = "journal.sqlite3"
KEYS: Final = "keys.sqlite3"
REGISTRY: Final = "registry.sqlite3"
FRESH_BYTES: Final = 32_768
"""A journal no larger may be of a first start that was interrupted before its other stores were made."""


@dataclass(frozen=True, slots=True)
class Stores:
    journal: Journal
    keys: KeyStore
    registry: Registry
    archive: SqlArchive
    word_keys: WordKeys
    """Under which the registry keeps what sites say to prove who they are; the key store alone can make them."""
    device_keys: DeviceKeys
    push_keys: PushKeys

    @classmethod
    async def open(cls, settings: Settings, *, clock: Clock, chance: Chance) -> Self:
        """Raises JournalError, SqlError, PluginError, KeepingError, AccountsRefused or OSError; what was opened is
        closed again."""
        try:
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise OSError(f"data = {settings.data} cannot be a folder: {error.strerror}") from error
        _check_whole(settings)
        await asyncio.to_thread(keep, settings, clock())
        opened = await _journal(settings)
        try:
            _check_keys(settings, opened)
            keys = await SqliteKeyStore.open(settings.data, chance)
            try:
                registry = await asyncio.to_thread(_registry, settings, clock, chance)
                try:
                    archive = await _archive(settings, opened)
                except BaseException:
                    registry.close()
                    raise
            except BaseException:
                await keys.close()
                raise
        except BaseException:
            await opened.close()
            raise
        words = WordKeys(keys.derive("words"), keys.derive("access codes"))
        devices = DeviceKeys(keys.derive("device secrets"), keys.derive("device logins"))
        push = PushKeys(keys.derive("web push"), keys.derive("push delivery"), keys.derive("push endpoints"))
        return cls(opened, keys, registry, archive, words, devices, push)

    async def close(self) -> None:
        await self.archive.close()
        self.registry.close()
        await self.keys.close()
        await self.journal.close()


def _check_whole(settings: Settings) -> None:
    """A store that is gone while its neighbours are there was lost: starting without it would hide that."""
    folder = settings.data
    if settings.journal == "sqlite" and broken_off(folder):
        raise KeepingError(
            f"a restore into {folder} was broken off: run belfry restore again, "
            f"or remove {folder / RESTORING} to begin anew"
        )
    there = {name: (folder / name).exists() for name in (JOURNAL, KEYS, REGISTRY)}
    if settings.journal == "sqlite" and there[KEYS] and not there[JOURNAL]:
        raise StoreMissing(folder / JOURNAL, "every signal and incident")
    if settings.journal == "sqlite" and there[JOURNAL] and (folder / JOURNAL).stat().st_size > FRESH_BYTES:
        if not there[KEYS]:
            raise StoreMissing(folder / KEYS, "the keys of everything that is sealed")
        if settings.database is None and not there[REGISTRY]:
            raise StoreMissing(folder / REGISTRY, "accounts and staff")


async def _journal(settings: Settings) -> Journal:
    part = plugins.load_journal(settings.journal_type, settings.journal_address)
    where = () if settings.journal_address is None else (settings.journal_address,)
    opened: Journal = await part.open(settings.data, *where)
    return opened


async def _archive(settings: Settings, journal: Journal) -> SqlArchive:
    """The archive of this journal. One that is ahead of it is of another journal, and is made anew."""
    archive = await asyncio.to_thread(SqlArchive.open, settings.registry_at)
    position = await archive.position()
    if position > journal.position:
        log.warning("the archive is ahead of the journal and is made anew", archive=position, journal=journal.position)
        await archive.clear()
    return archive


def _check_keys(settings: Settings, journal: Journal) -> None:
    """The same for a journal that is elsewhere: its first entry is written after the stores beside it are made."""
    if settings.journal_address is None or journal.position == 0:
        return
    wanted = {KEYS: "the keys of everything that is sealed"}
    if settings.database is None:
        wanted[REGISTRY] = "accounts and staff"
    for name, held in wanted.items():
        if not (settings.data / name).exists():
            raise StoreMissing(settings.data / name, held)


def _registry(settings: Settings, clock: Clock, chance: Chance) -> Registry:
    registry = Registry.open(settings.registry_at, clock=clock, chance=chance)
    if settings.accounts is not None:
        sheet = read_sheet(settings.accounts, [receiver.called for receiver in settings.receiver])
        if sheet.problems:
            registry.close()
            raise AccountsRefused(settings.accounts, sheet.problems)
        report = registry.import_accounts(sheet, by="settings")
        log.info("accounts read", file=str(settings.accounts), added=report.added, changed=report.changed)
    return registry
