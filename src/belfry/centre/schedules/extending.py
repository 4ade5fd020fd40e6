"""A closing is put off: by a person who may, and where the site asks by phone only for its pass-word."""

from datetime import timedelta
from typing import Final

from belfry.centre.schedules import Schedules
from belfry.domain.facts import ClosingExtended, Entry
from belfry.ports import Chance, Clock, Journal

EXTENSIONS: Final = "schedules"
"""The subject of every closing that was put off: few, and all of them are read at the start."""
PRESET: Final = timedelta(minutes=30)
MOST: Final = timedelta(hours=12)


async def extend(
    schedules: Schedules,
    journal: Journal,
    *,
    account_id: str,
    schedule: str | None = None,
    span: timedelta = PRESET,
    by: str,
    word: bool = False,
    clock: Clock,
    chance: Chance,
) -> ClosingExtended:
    """Put the closing that is late, or the next one, off; durable on return.

    Raises NoSuchSchedule, or a JournalError where nothing can be stored.
    """
    fact = schedules.extension(account_id, schedule, span, by, word=word)
    await journal.append([Entry(id=chance(16), subject=EXTENSIONS, at=clock(), facts=(fact,))])
    schedules.moved(fact)
    return fact
