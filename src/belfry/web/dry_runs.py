"""Dry runs of sheets, kept until they are applied: the newest few, and for half an hour."""

import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.ports.sheets import Checked, Upload

KEPT: Final = timedelta(minutes=30)
KEPT_MOST: Final = 8
"""Files of 16 MiB at most each."""


class Kept(Struct, frozen=True):
    """A dry run that may be applied."""

    by: str
    upload: Upload
    checked: Checked
    until: datetime


class DryRuns:
    """The dry runs of the last half hour, the newest few."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def keep(self, kept: Kept, now: datetime) -> str:
        for name, old in list(self._kept.items()):
            if old.until <= now:
                del self._kept[name]
        while len(self._kept) >= KEPT_MOST:
            self._kept.popitem(last=False)
        name = secrets.token_urlsafe(12)
        self._kept[name] = kept
        return name

    def find(self, name: str, by: str, now: datetime) -> Kept | None:
        kept = self._kept.get(name)
        return kept if kept is not None and kept.by == by and kept.until > now else None

    def forget(self, name: str) -> None:
        self._kept.pop(name, None)
