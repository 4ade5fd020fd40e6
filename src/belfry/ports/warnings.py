"""The door of public warnings: whoever hears one hands it on, and whoever shows a site asks which touch it.

A receiver of warnings says so by `takes_warnings = True`, and is built with one door more (`warnings=HearsWarnings`).
"""

from asyncio import Future
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from belfry.domain.warning import PublicWarning


class HearsWarnings(Protocol):
    def warn(self, source: str, warning: PublicWarning) -> "Future[int | None]":
        """Keep a warning; resolves with its position once it is durable, or None where it was kept before. Raises, in
        the future, what the journal raises."""
        ...


class Warnings(Protocol):
    def now(self, at: datetime) -> Sequence[PublicWarning]:
        """Those that hold, or will, the gravest first."""
        ...

    def touching(self, latitude: float, longitude: float, at: datetime) -> Sequence[PublicWarning]:
        """Those of a place."""
        ...
