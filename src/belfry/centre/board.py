"""The open incidents, folded from the corridor's facts, in the order in which they wait.

The board is written by folding entries alone. Whoever appends a fact about an incident (triage, desk) does so with
`expect`, and may fold its own entry at once; hearing it again from the tail changes nothing.

An incident that is over for good is kept encoded, and read anew by whoever asks for it: of thousands that were closed
within a day, next to none is asked for.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar, get_args

import msgspec
from msgspec import Struct

from belfry.domain.facts import Entry, OnIncident, incident_subject
from belfry.domain.folding import fold
from belfry.domain.incident import REOPEN_WITHIN, Incident, State
from belfry.domain.signal import AccountKey
from belfry.domain.site_handling import site_of
from belfry.ports import Expect, Journal, Pruned, Stored

CLOSED_MOST: Final = 20_000
"""Closed incidents kept at hand for reopening and late restores; older ones are folded from the journal."""

READ_BACK: Final = 32
"""Entries of an incident read at first to find what came between."""

_INCIDENT_FACTS: Final = get_args(OnIncident)
_ON_INCIDENT: Final = frozenset(_INCIDENT_FACTS)

_K = TypeVar("_K")

Order = tuple[int, int, datetime, int]
Listener = Callable[[Incident, int], None]


class Over(Struct, frozen=True, gc=False, array_like=True):
    """A closed incident that nothing waits for, and what of it is asked without reading it."""

    id: str
    number: int
    head: int
    closed_at: datetime
    group: str | None
    body: bytes
    """The incident in MessagePack."""


class BoardState(Struct):
    """What a snapshot keeps of the board."""

    position: int
    next_number: int
    incidents: list[Incident]
    over: list[Over] = []


_into: Final = msgspec.msgpack.Encoder().encode_into
_decode: Final = msgspec.msgpack.Decoder(Incident).decode


class Board:
    """Open incidents and those closed within a day. Positions up to `position` are folded."""

    def __init__(self) -> None:
        self._position = 0
        self.next_number = 1
        self._incidents: dict[str, Incident] = {}
        """Open ones, and closed ones whose restore is still waited for."""
        self._over: dict[str, Over] = {}
        self._queue: list[tuple[Order, str]] = []
        self._queued: dict[str, Order] = {}
        self._groups: dict[str, list[str]] = {}
        self._accounts: dict[AccountKey, list[str]] = {}
        self._sites: dict[str, list[str]] = {}
        self._site_of: dict[str, str] = {}
        """Under which site an open incident stands."""
        self._silent: dict[str, None] = {}
        """Open incidents of a silent kind."""
        self._merged: dict[str, str] = {}
        """Open incidents that are handled under another one, and which: they stand in no queue and at no site."""
        self._following: dict[AccountKey | None, list[str]] = {}
        """Closed incidents whose restore is still waited for."""
        self._last_in_group: dict[str, str] = {}
        self._closed: deque[tuple[datetime, str]] = deque()
        self._listeners: list[Listener] = []
        self._followers: list[Callable[[int], None]] = []

    # -- reading

    @property
    def position(self) -> int:
        """Everything up to here is folded; an incident may be ahead of it."""
        return self._position

    @position.setter
    def position(self, position: int) -> None:
        self._position = position
        for follower in self._followers:
            follower(position)

    def get(self, incident: str) -> Incident | None:
        known = self._incidents.get(incident)
        if known is None and (over := self._over.get(incident)) is not None:
            return _decode(over.body)
        return known

    def queue(self) -> Iterator[Incident]:
        """Open incidents by priority, rank, age."""
        return (self._incidents[key] for _, key in self._queue)

    def queue_after(self, order: Order | None) -> Iterator[Incident]:
        """Open incidents behind a place in the queue (a cursor's), which need not exist any more."""
        start = 0 if order is None else bisect_left(self._queue, (order, "\U0010ffff"))
        return (self._incidents[key] for _, key in self._queue[start:])

    def closed(self, after: int = 0) -> Iterator[Incident]:
        """Recently closed ones, newest first; those that changed behind a position, where one is given."""
        seen: set[str] = set()
        for _, key in reversed(tuple(self._closed)):  # whoever reads may rest in between
            known = self._over.get(key) or self._incidents.get(key)
            if known is None or known.head <= after or key in seen:
                continue
            incident = _decode(known.body) if isinstance(known, Over) else known
            if not incident.open:
                seen.add(key)
                yield incident

    def in_group(self, group: str) -> Sequence[Incident]:
        """Open incidents of a grouping key, oldest first."""
        return [self._incidents[key] for key in self._groups.get(group, ())]

    def of_account(self, account: AccountKey) -> Sequence[Incident]:
        """Open incidents of an account, oldest first."""
        return [self._incidents[key] for key in self._accounts.get(account, ())]

    def of_site(self, site: str | None) -> Sequence[Incident]:
        """Open incidents of a site (`site_handling.site_of`), oldest first."""
        return [self._incidents[key] for key in self._sites.get(site, ())] if site is not None else ()

    def silent(self) -> Sequence[Incident]:
        """Open incidents of a silent kind."""
        return [self._incidents[key] for key in self._silent]

    def every(self) -> Iterator[Incident]:
        """Open incidents: those of the queue, and then those that are merged into one of them."""
        yield from self.queue()
        yield from self.merged()

    def merged(self) -> Iterator[Incident]:
        """Open incidents that are merged into another one."""
        return (self._incidents[key] for key in tuple(self._merged))

    def following(self, account: AccountKey | None) -> Sequence[Incident]:
        """Closed incidents of an account whose restore is still waited for, oldest first."""
        if not self._following:
            return ()
        return [self._incidents[key] for key in self._following.get(account, ())]

    def all_following(self) -> Sequence[Incident]:
        """Every closed incident whose restore is still waited for, by its time."""
        found = [self._incidents[key] for keys in self._following.values() for key in keys]
        return sorted(found, key=lambda one: (one.follow_up_at or one.opened_at, one.number))

    def last_of_group(self, group: str) -> Incident | None:
        """The newest incident of a grouping key, closed ones within a day too."""
        key = self._last_in_group.get(group)
        return None if key is None else self.get(key)

    def counts(self) -> Mapping[State, int]:
        """Of what is real: an exercise counts nowhere."""
        counts = dict.fromkeys(State, 0)
        for _, key in self._queue:
            counts[self._incidents[key].state] += self._incidents[key].trainee is None
        return counts

    def __len__(self) -> int:
        """Open incidents."""
        return len(self._queue)

    # -- folding

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(incident, position)` after each change; returns the way to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def follow(self, follower: Callable[[int], None]) -> Callable[[], None]:
        """Call `follower(position)` whenever `position` moves; returns the way to stop it."""
        self._followers.append(follower)
        return lambda: self._followers.remove(follower)

    def fold(self, position: int, entry: Entry) -> Incident | None:
        """Take one entry; returns the incident that it changed. Facts of one entry are about one incident."""
        facts = _on_incident(entry)
        if not facts:
            return None
        key = facts[0].incident
        over = self._over.get(key)
        if over is not None and position <= over.head:
            return None
        known = self.get(key)
        if known is not None and position <= known.head:
            return None
        incident = fold(known, facts, position, entry.at)
        if incident is None:
            return None  # a closed incident older than the board's memory
        if known is None:
            self.next_number = max(self.next_number, incident.number + 1)
        if known is None or over is not None:
            self._incidents[key] = incident
            self._over.pop(key, None)
        self._place(incident)
        for listener in self._listeners:
            listener(incident, position)
        self._pack(incident)
        return incident

    def _pack(self, incident: Incident) -> None:
        """Encode an incident that is over and that nothing waits for."""
        if incident.open or incident.follow_up_at is not None:
            return
        closed_at = incident.closed_at or incident.opened_at
        self._over[incident.id] = Over(
            incident.id, incident.number, incident.head, closed_at, incident.group, _packed(incident)
        )
        del self._incidents[incident.id]

    def _place(self, incident: Incident) -> None:
        """Put an incident where it now belongs in queue and indexes."""
        if incident.assigned and incident.id in self._queued and self._site_of.get(incident.id) != site_of(incident):
            self._leave_site(incident)
            self._enter_site(incident)
        if incident.silent or self._silent:
            self._note_silence(incident)
        before = self._queued.get(incident.id)
        was_merged = incident.id in self._merged
        queues = incident.open and incident.merged_into is None
        if before is None and not incident.open:
            self._follow(incident)
        rank = incident.rank or 9
        if before is not None and queues and before[:3] == (incident.priority, rank, incident.queued_at):
            return  # all that can move it is as it was
        if was_merged or incident.merged_into is not None:
            self._note_merging(incident)
        place = incident.order if queues else None
        if place == before:
            return
        if before is not None:
            del self._queue[bisect_left(self._queue, (before, incident.id))]
            del self._queued[incident.id]
        if place is not None:
            insort(self._queue, (place, incident.id))
            self._queued[incident.id] = place
            if before is None and not was_merged:
                self._index(incident)
        elif not incident.open:
            self._unindex(incident)

    def _note_merging(self, incident: Incident) -> None:
        """What is merged keeps its grouping key and its account, so that signals join it, and leaves its site."""
        was = self._merged.get(incident.id)
        if incident.open and incident.merged_into is not None:
            self._merged[incident.id] = incident.merged_into
            if was is None:
                if incident.id not in self._queued:  # from a snapshot
                    self._index(incident)
                self._leave_site(incident)
        elif was is not None:
            del self._merged[incident.id]
            if incident.open:
                self._enter_site(incident)
            else:
                self._unindex(incident)

    def _note_silence(self, incident: Incident) -> None:
        if incident.silent and incident.open:
            self._silent[incident.id] = None
        else:
            self._silent.pop(incident.id, None)

    def _index(self, incident: Incident) -> None:
        if incident.group is not None:
            self._groups.setdefault(incident.group, []).append(incident.id)
            self._last_in_group[incident.group] = incident.id
        if incident.account is not None:
            self._accounts.setdefault(incident.account, []).append(incident.id)
        self._enter_site(incident)
        if self._following:
            self._unfollow(incident)

    def _enter_site(self, incident: Incident) -> None:
        site = site_of(incident)
        if site is not None:
            self._site_of[incident.id] = site
            self._sites.setdefault(site, []).append(incident.id)

    def _leave_site(self, incident: Incident) -> None:
        site = self._site_of.pop(incident.id, None)
        if site is not None:
            _remove(self._sites, site, incident.id)

    def _follow(self, incident: Incident) -> None:
        """Keep a closed incident at hand as long as its restore is waited for."""
        if incident.follow_up_at is None:
            if self._following:
                self._unfollow(incident)
        elif incident.id not in self._following.setdefault(incident.account, []):
            self._following[incident.account].append(incident.id)

    def _unfollow(self, incident: Incident) -> None:
        _remove(self._following, incident.account, incident.id)

    def _unindex(self, incident: Incident) -> None:
        if incident.group is not None:
            _remove(self._groups, incident.group, incident.id)
        if incident.account is not None:
            _remove(self._accounts, incident.account, incident.id)
        self._leave_site(incident)
        self._follow(incident)
        self._closed.append((incident.closed_at or incident.opened_at, incident.id))

    def forget(self, now: datetime, within: timedelta = REOPEN_WITHIN) -> None:
        """Let go of incidents closed longer ago than they may be reopened, and of the oldest above CLOSED_MOST; none
        whose restore is still waited for."""
        followed: list[tuple[datetime, str]] = []
        while self._closed and (self._closed[0][0] < now - within or len(self._closed) > CLOSED_MOST):
            closed_at, key = self._closed.popleft()
            incident = self._incidents.get(key)
            if incident is not None and not incident.open and incident.closed_at == closed_at:
                followed.append((closed_at, key))
            over = self._over.get(key)
            if over is None or over.closed_at != closed_at:
                continue
            del self._over[key]
            if over.group is not None and self._last_in_group.get(over.group) == key:
                del self._last_in_group[over.group]
        self._closed.extendleft(reversed(followed))

    # -- snapshot

    def state(self) -> BoardState:
        return BoardState(self.position, self.next_number, list(self._incidents.values()), list(self._over.values()))

    def restore(self, state: BoardState) -> None:
        """Begin from a snapshot; only on a new board."""
        self.position, self.next_number = state.position, state.next_number
        by_number: list[Incident | Over] = [*state.incidents, *state.over]
        for one in sorted(by_number, key=lambda one: one.number):
            if one.group is not None:
                self._last_in_group[one.group] = one.id
            if isinstance(one, Over):
                self._over[one.id] = one
                continue
            self._incidents[one.id] = one
            if one.open:
                self._place(one)
        closed = [one for one in by_number if isinstance(one, Over) or not one.open]
        for one in sorted(closed, key=lambda one: _closed_at(one)):
            self._closed.append((_closed_at(one), one.id))
            if isinstance(one, Incident):
                self._follow(one)
                self._pack(one)


def _packed(incident: Incident) -> bytes:
    buffer = bytearray()
    _into(incident, buffer)
    return bytes(buffer)  # as long as it is: what the encoder returns takes half as much again


def _closed_at(one: Incident | Over) -> datetime:
    return one.closed_at or one.opened_at if isinstance(one, Incident) else one.closed_at


def _on_incident(entry: Entry) -> Sequence[OnIncident]:
    facts = entry.facts
    if all(map(_ON_INCIDENT.__contains__, map(type, facts))):
        return facts  # type: ignore[return-value]  # the line above is the proof
    return [fact for fact in facts if isinstance(fact, _INCIDENT_FACTS)]


def _remove(index: dict[_K, list[str]], key: _K, incident: str) -> None:
    listed = index.get(key)
    if listed is not None and incident in listed:
        listed.remove(incident)
        if not listed:
            del index[key]


def expect_of(incident: Incident) -> Expect:
    """Refuse a write by somebody who saw the incident before its last entry."""
    return Expect(incident_subject(incident.id), incident.head)


def incident_of(entries: Iterable[Stored | Pruned]) -> Incident | None:
    """Fold an incident from the entries of its subject."""
    incident: Incident | None = None
    for stored in entries:
        if isinstance(stored, Stored):
            incident = fold(incident, _on_incident(stored.entry), stored.position, stored.entry.at)
    return incident


async def load(board: Board, journal: Journal, incident: str) -> Incident | None:
    """An incident from the board, or folded from the journal when it is over for long."""
    return board.get(incident) or incident_of(await journal.read(incident_subject(incident)))


async def catch_up(board: Board, journal: Journal, incident_id: str) -> None:
    """Fold what was written about an incident on the board and not yet heard by it."""
    known = board.get(incident_id)
    if known is None:
        return
    head, limit = known.head, READ_BACK
    entries = await journal.read(incident_subject(incident_id), limit=limit)
    while len(entries) == limit and entries[0].position > head:
        limit *= 8
        entries = await journal.read(incident_subject(incident_id), limit=limit)
    for stored in entries:
        if isinstance(stored, Stored):
            board.fold(stored.position, stored.entry)
