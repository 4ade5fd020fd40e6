"""The stores of a centre: journal, data keys, registry. Opened in this order and closed in the other one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import structlog

from belfry import plugins
from belfry.keys.sqlite import SqliteKeyStore
from belfry.ports import Chance, Clock, Journal, KeyStore
from belfry.registry import Registry
from belfry.registry.sheet import Problem, read_sheet
from belfry.settings import Settings

log = structlog.get_logger()


class AccountsRefused(Exception):
    """The accounts file of the settings has mistakes; nothing of it was imported. Says row, column and reason."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        lines = "\n  ".join(str(problem) for problem in problems)
        super().__init__(f"accounts = {path}: nothing imported, {len(problems)} mistakes\n  {lines}")


@dataclass(frozen=True, slots=True)
class Stores:
    journal: Journal
    keys: KeyStore
    registry: Registry

    @classmethod
    async def open(cls, settings: Settings, *, clock: Clock, chance: Chance) -> Self:
        """Raises JournalError, SqlError, PluginError, AccountsRefused or OSError; what was opened is closed again."""
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened: Journal = await plugins.load(plugins.Group.JOURNALS, settings.journal).open(settings.data)
        try:
            keys = await SqliteKeyStore.open(settings.data, chance)
            try:
                registry = await asyncio.to_thread(_registry, settings, clock, chance)
            except BaseException:
                await keys.close()
                raise
        except BaseException:
            await opened.close()
            raise
        return cls(opened, keys, registry)

    async def close(self) -> None:
        self.registry.close()
        await self.keys.close()
        await self.journal.close()


def _registry(settings: Settings, clock: Clock, chance: Chance) -> Registry:
    registry = Registry.open(settings.data, clock=clock, chance=chance)
    if settings.accounts is not None:
        sheet = read_sheet(settings.accounts, [receiver.called for receiver in settings.receiver])
        if sheet.problems:
            registry.close()
            raise AccountsRefused(settings.accounts, sheet.problems)
        report = registry.import_accounts(sheet, by="settings")
        log.info("accounts read", file=str(settings.accounts), added=report.added, changed=report.changed)
    return registry
