"""A storm: what it held back, what of that was restored meanwhile, and what is still in trouble when it ends (RULES 3).

The fold of its facts and of the signals that it held back, in the order of their positions. It ends by itself. What is
still in trouble then is decided anew and opens incidents; all that it held back is listed until a person has answered
for it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from belfry.domain.codes import Codes
from belfry.domain.facts import (
    AboutStorm,
    HowEnded,
    Logged,
    Received,
    Sealed,
    StormBegan,
    StormEnded,
    StormRenewed,
    StormReviewed,
    account_subject,
)
from belfry.domain.on_test import point, restores_point
from belfry.domain.storm_cover import StormGroup

HELD_MOST: Final = 20_000
"""Points that one storm holds back; what comes beyond is an operator's as ever."""
RESTORES_MOST: Final = 20_000
"""Restores remembered; a point whose restore is not opens an incident at the end, which is the safe side."""


class Kept(Struct):
    """One point that was held back: what it said last."""

    position: int
    signal: Received
    kind: str
    group: StormGroup
    first_at: datetime
    in_trouble: bool
    """Only a restore ends what it said."""
    count: int = 1
    left: bool = False
    """It was still in trouble at the end, and became an operator's."""


class Storm(Struct, kw_only=True):
    """Changed by `fold`, `hold` and `rest` alone."""

    id: str
    groups: tuple[StormGroup, ...]
    by: str
    since: datetime
    until: datetime
    began: int
    """Position of its first fact: signals before it are none of its."""
    head: int
    newest_at: datetime
    sealed: tuple[Sealed, ...] = ()
    """The reason, in a person's words."""
    renewed: int = 0
    held: dict[str, Kept] = {}
    signals: int = 0
    restores: dict[str, list[tuple[int, Received]]] = {}
    """By account."""
    resting: int = 0
    ended_at: datetime | None = None
    ended_by: str | None = None
    how: HowEnded | None = None
    left: int = 0
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    review: tuple[Sealed, ...] = ()


def holds(storm: Storm, group: StormGroup, position: int, at: datetime) -> bool:
    """Whether a storm holds back a signal of a group that came at a position and time."""
    if storm.ended_at is not None or position <= storm.began or at >= storm.until:
        return False
    return group in storm.groups and len(storm.held) < HELD_MOST


def fold(storm: Storm | None, fact: AboutStorm, position: int, at: datetime) -> Storm | None:
    """Fold one fact; after its end a storm can only be reviewed, and that once."""
    if type(fact) is StormBegan:
        return Storm(
            id=fact.storm,
            groups=fact.groups,
            by=fact.by,
            since=fact.since,
            until=fact.until,
            began=position,
            head=position,
            newest_at=at,
            sealed=fact.sealed,
        )
    if storm is None or position <= storm.head:
        return storm
    match fact:
        case StormRenewed() if storm.ended_at is None:
            storm.until, storm.renewed = fact.until, storm.renewed + 1
        case StormEnded() if storm.ended_at is None:
            storm.ended_at, storm.ended_by, storm.how = at, fact.by, fact.how
        case StormReviewed() if storm.ended_at is not None and storm.reviewed_at is None:
            storm.reviewed_at, storm.reviewed_by, storm.review = at, fact.by, fact.sealed
        case _:
            return storm
    storm.head, storm.newest_at = position, at
    return storm


def hold(storm: Storm, fact: Logged, signal: Received) -> Kept:
    """Triage held a signal back; returns the point that it is of."""
    storm.signals += 1
    key = f"{_account(signal)} {point(signal)}"
    known = storm.held.pop(key, None)  # put back at the end: the newest stand last
    kept = storm.held[key] = Kept(
        position=fact.signal,
        signal=signal,
        kind=fact.kind or "",
        group=fact.storm_group or StormGroup.TECHNICAL,
        first_at=signal.received_at if known is None else known.first_at,
        in_trouble=fact.in_alarm,
        count=1 if known is None else known.count + 1,
    )
    return kept


def rest(storm: Storm, position: int, signal: Received) -> None:
    """A restore came, whatever else becomes of it."""
    if storm.resting < RESTORES_MOST:
        storm.resting += 1
        storm.restores.setdefault(_account(signal), []).append((position, signal))


def is_restored(storm: Storm, kept: Kept, codes: Codes) -> bool:
    """Whether a later restore ended what a point said."""
    here = storm.restores.get(_account(kept.signal), ())
    return any(at > kept.position and restores_point(one, kept.signal, codes) for at, one in here)


def still_in_trouble(storm: Storm, codes: Codes) -> Mapping[int, Received]:
    """What no later restore ended, by position, oldest first."""
    found = [one for one in storm.held.values() if one.in_trouble and not is_restored(storm, one, codes)]
    return {one.position: one.signal for one in sorted(found, key=lambda one: one.position)}


def listed(storm: Storm) -> Sequence[Kept]:
    """All that was held back, the newest first."""
    return sorted(storm.held.values(), key=lambda one: one.position, reverse=True)


def _account(signal: Received) -> str:
    key = signal.account_key
    return "" if key is None else account_subject(key)
