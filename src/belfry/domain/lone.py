"""Whoever works alone, and says every so often that all is well: when he is due, and how far a missed check has gone.

The centre's own downtime is added to every deadline: who could not be heard has missed nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from msgspec import Struct, structs

from belfry.domain.field_facts import CheckBegan, CheckMissed, Missed

EVERY_LEAST_S: Final = 60
EVERY_MOST_S: Final = 8 * 3_600
_NEXT: Final = {None: Missed.REMINDED, Missed.REMINDED: Missed.MISSED, Missed.MISSED: Missed.ALARM}


class Gone(Protocol):
    """A time in which nobody was heard."""

    @property
    def since(self) -> datetime: ...
    @property
    def until(self) -> datetime: ...


class LoneCheck(Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    user: str
    every_s: int
    said_at: datetime
    """When he was last heard of."""
    site: str | None = None
    stage: Missed | None = None
    """How far the check has gone that he has missed."""


def began(checks: tuple[LoneCheck, ...], fact: CheckBegan, at: datetime) -> tuple[LoneCheck, ...]:
    return (*ended(checks, fact.user), LoneCheck(user=fact.user, every_s=fact.every_s, said_at=at, site=fact.site))


def confirmed(checks: tuple[LoneCheck, ...], user: str, at: datetime) -> tuple[LoneCheck, ...]:
    return tuple(structs.replace(one, said_at=at, stage=None) if one.user == user else one for one in checks)


def ended(checks: tuple[LoneCheck, ...], user: str) -> tuple[LoneCheck, ...]:
    return tuple(one for one in checks if one.user != user)


def missed(checks: tuple[LoneCheck, ...], fact: CheckMissed) -> tuple[LoneCheck, ...]:
    return tuple(structs.replace(one, stage=fact.stage) if one.user == fact.user else one for one in checks)


def due_at(check: LoneCheck, gone: Iterable[Gone]) -> datetime:
    """When he is to be heard of at the latest. `gone`: when nobody was here to hear him."""
    due = check.said_at + timedelta(seconds=check.every_s)
    for span in sorted(gone, key=lambda one: one.since):
        since = max(span.since, check.said_at)
        if since < due and span.until > since:
            due += span.until - since
    return due


def next_stage(check: LoneCheck, due: datetime, now: datetime, *, after_s: Sequence[int]) -> Missed | None:
    """What is to be done of a check now; None: nothing yet. `after_s`: how long after `due` the room is told, and
    everybody."""
    stage = _NEXT.get(check.stage)
    if stage is None:
        return None
    wait_s = 0 if stage is Missed.REMINDED else after_s[0] if stage is Missed.MISSED else after_s[1]
    return stage if now >= due + timedelta(seconds=wait_s) else None
