"""A centre that has run for long: filled once, and copied for every round that wants it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Final

from bench.fill import fill
from bench.subjects import CACHE, Running, furnish, serving

ACCOUNTS: Final = 1_000
WAITING: Final = 200
"""Open incidents of a busy centre."""


class Past:
    """`entries` behind it; made at the first use, gone with `close`."""

    def __init__(self, entries: int, say: Callable[[str], None]) -> None:
        self.entries, self._say = entries, say
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()

    @cached_property
    def _original(self) -> Path:
        CACHE.mkdir(parents=True, exist_ok=True)
        self._temporary = tempfile.TemporaryDirectory(dir=CACHE, prefix="past-")
        folder = Path(self._temporary.name) / "original"
        folder.mkdir()
        furnish(folder, accounts=ACCOUNTS)
        fill(folder, entries=self.entries, waiting=WAITING, say=self._say)
        self._say("  folding it once, for the snapshot that a running centre has")
        with serving(folder):
            pass
        return folder

    def copy(self, folder: Path, *, snapshot: bool = True) -> None:
        """Make a copy in an empty folder, with or without what shortens a start."""
        shutil.copytree(self._original, folder, dirs_exist_ok=True)
        if not snapshot:
            (folder / "data" / "board.snapshot").unlink()
        os.sync()

    @contextmanager
    def centre(self, folder: Path) -> Iterator[Running]:
        """Ours, with all of it behind."""
        self.copy(folder)
        with serving(folder) as running:
            yield running

    @contextmanager
    def without(self, folder: Path) -> Iterator[Running]:
        """Ours with the same accounts and nothing behind."""
        furnish(folder, accounts=ACCOUNTS)
        with serving(folder) as running:
            yield running
