"""Does one act on many incidents, in chunks, and counts honestly what was done and what was left as it is.

Each incident has its own entry under its own `expect`, as if somebody acted on it alone; between two chunks others
have their turn. The act has an id that its person gave it, and each entry carries it: whoever sends the same again,
also after the centre was started anew, is told of what was done the first time, and only the rest is done. The reason
is sealed once, and every entry names it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Final, assert_never

import structlog
from msgspec import Struct, structs

from belfry.centre.board import Board, catch_up, expect_of
from belfry.centre.plans import Planner
from belfry.centre.seals import Seals
from belfry.domain.bulk import ROLES, BulkAct, Filter, Why, refused, unsaid
from belfry.domain.commands import Conflict, NotAllowed, Staff
from belfry.domain.facts import Closed, Entry, OnIncident, Part, Released, Retention, Sealed, Taken, incident_subject
from belfry.domain.handling import owed_of
from belfry.domain.incident import Incident
from belfry.domain.plan_run import begin
from belfry.domain.presets import Rules
from belfry.domain.site_handling import owner_beside, site_of
from belfry.domain.step_facts import PlanChosen
from belfry.domain.teams import NO_TEAMS, Teams
from belfry.ports import Chance, Clock, Journal, Stale

log = structlog.get_logger()

CHUNK: Final = 64
"""Incidents whose entries are on their way to the disk together: some ten milliseconds of the loop."""
LOOKED_AT_ONCE: Final = 200
TRIES: Final = 4
SHOWN: Final = 20
"""Ids told of each reason."""
REMEMBERED: Final = 64
"""Acts whose outcome is at hand; of older ones the entries tell."""

Sees = Callable[[Incident], bool]


class BulkAsk(Struct, frozen=True, kw_only=True):
    """What somebody wants. `upto`: the number of the newest incident that he was shown; `expect`: how many."""

    id: str
    act: BulkAct
    filter: Filter
    upto: int
    expect: int
    reason: str
    disposition: str | None = None
    cause: str | None = None
    to: Staff | None = None


class Outcome(Struct):
    """How far it came. `matched` is what is meant, `done` what was done by this act, also the first time."""

    ask: BulkAsk
    by: str
    matched: int
    done: int = 0
    left: dict[Why, list[str]] = {}
    counts: dict[Why, int] = {}
    state: str = "running"


class More(Conflict):
    """More are meant than were shown."""

    def __init__(self, matched: int, expect: int) -> None:
        super().__init__(f"{matched} incidents are meant by now, you saw {expect}: look again")
        self.matched = matched


class Bulk:
    def __init__(
        self,
        board: Board,
        journal: Journal,
        seals: Seals,
        *,
        planner: Planner | None,
        rules: Rules,
        clock: Clock,
        chance: Chance,
        teams: Teams = NO_TEAMS,
    ) -> None:
        self._board, self._journal, self._seals, self._planner = board, journal, seals, planner
        self._rules, self._clock, self._chance, self._teams = rules, clock, chance, teams
        self._outcomes: OrderedDict[tuple[str, str], Outcome] = OrderedDict()
        self._running: dict[tuple[str, str], asyncio.Task[Outcome]] = {}
        self.tell: Callable[[Outcome], None] = lambda _: None
        """Told of each chunk."""

    async def preview(self, ask: BulkAsk, by: Staff, sees: Sees, seen_by: Sees = lambda _: True) -> Outcome:
        """What would be done now, and what not; changes nothing. Raises NotAllowed."""
        self._check(by)
        outcome = Outcome(ask, by.name, 0, state="preview")
        for n, incident in enumerate(self._meant(ask, sees)):
            outcome.matched += 1
            why = self._why(incident, ask, by, seen_by)
            if why is None:
                outcome.done += 1
            else:
                _leave(outcome, why, incident.id)
            if n % LOOKED_AT_ONCE == LOOKED_AT_ONCE - 1:
                await asyncio.sleep(0)
        return outcome

    async def run(self, ask: BulkAsk, by: Staff, sees: Sees, seen_by: Sees = lambda _: True) -> Outcome:
        """Do it, to its end, even where whoever asked is gone; the same again is answered with the same.

        Raises NotAllowed, Conflict where the id means another act, More, or a JournalError or KeysUnavailable: then
        what was done is done, and the same again does the rest.
        """
        self._check(by)
        key = (by.name, ask.id)
        known = self._outcomes.get(key)
        if known is not None and known.ask != ask:
            raise Conflict("This id belongs to another act")
        if known is not None and known.state == "done":
            return known
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._run(ask, by, sees, seen_by))
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)

    def outcome(self, by: str, act: str) -> Outcome | None:
        """How far an act of somebody came; None: it is unknown, or of long ago."""
        return self._outcomes.get((by, act))

    @property
    def newest(self) -> int:
        """The number of the newest incident."""
        return self._board.next_number - 1

    # -- choosing

    def _check(self, by: Staff) -> None:
        if by.role not in ROLES:
            raise NotAllowed(by.role)

    def _meant(self, ask: BulkAsk, sees: Sees) -> Iterator[Incident]:
        for incident in list(self._board.queue()):
            if incident.number <= ask.upto and incident.bulk != ask.id and ask.filter.fits(incident) and sees(incident):
                yield incident

    def _why(self, incident: Incident, ask: BulkAsk, by: Staff, seen_by: Sees) -> Why | None:
        """Why one is left as it is."""
        why = refused(incident, ask.act, by.name)
        if why is not None:
            return why
        if ask.act is BulkAct.CLOSE:
            return self._why_open(incident, ask)
        if ask.act is BulkAct.ASSIGN and ask.to is not None:
            if not seen_by(incident):
                return Why.UNSEEN
            if owner_beside(incident, self._board.of_site(site_of(incident))) not in (None, ask.to.name):
                return Why.ELSEWHERE
        return None

    def _why_open(self, incident: Incident, ask: BulkAsk) -> Why | None:
        if self._owes(incident):
            return Why.OWES_STEPS
        if ask.disposition is None or unsaid(incident, ask.disposition, ask.cause):
            return Why.FIELDS
        return None

    def _owes(self, incident: Incident) -> bool:
        """Whether its plan demands something still: the one it follows, or the one that its first take would give."""
        if self._planner is None:
            return bool(owed_of(incident))
        if incident.plan is None:
            take = Taken(incident=incident.id, by="", seen_upto=0)
            for fact in self._planner.beside(incident, take, self._clock()):
                if isinstance(fact, PlanChosen):
                    incident = structs.replace(incident, plan=begin(fact, None))
        return bool(owed_of(incident, silent=self._planner.silent(incident)))

    # -- doing

    async def _run(self, ask: BulkAsk, by: Staff, sees: Sees, seen_by: Sees) -> Outcome:
        meant = [incident.id for incident in self._meant(ask, sees)]
        before = 0 if len(meant) == ask.expect else await self._done_before(ask)
        if len(meant) + before > ask.expect:
            raise More(len(meant) + before, ask.expect)
        outcome = Outcome(ask, by.name, len(meant) + before, before)
        self._remember(outcome)
        sealed = await self._seals.seal([(Part.NOTE, Retention.INCIDENT, ask.reason)]) if meant else ()
        try:
            for start in range(0, len(meant), CHUNK):
                chunk = meant[start : start + CHUNK]
                acts = (self._one(one, ask, by, sealed, seen_by) for one in chunk)
                whys = await asyncio.gather(*acts, return_exceptions=True)
                for incident_id, why in zip(chunk, whys, strict=True):
                    if isinstance(why, BaseException):
                        raise why
                    if why is None:
                        outcome.done += 1
                    else:
                        _leave(outcome, why, incident_id)
                self.tell(outcome)
                await asyncio.sleep(0)
        except BaseException:
            self._outcomes.pop((by.name, ask.id), None)  # the same again does the rest
            raise
        outcome.state = "done"
        log.info("act on many", act=ask.act, by=by.name, matched=outcome.matched, done=outcome.done)
        self.tell(outcome)
        return outcome

    async def _done_before(self, ask: BulkAsk) -> int:
        """How many carry this act already, from before a restart or a failure."""
        done = sum(incident.bulk == ask.id for incident in self._board.queue())
        for n, incident in enumerate(self._board.closed()):
            done += incident.bulk == ask.id
            if n % LOOKED_AT_ONCE == LOOKED_AT_ONCE - 1:
                await asyncio.sleep(0)
        return done

    async def _one(
        self, incident_id: str, ask: BulkAsk, by: Staff, sealed: Sequence[Sealed], seen_by: Sees
    ) -> Why | None:
        """Act on one. Raises JournalError."""
        for _ in range(TRIES):
            incident = self._board.get(incident_id)
            why = Why.CLOSED if incident is None else self._why(incident, ask, by, seen_by)
            if incident is None or why is not None:
                return why
            entry = self._entry(incident, ask, by, sealed)
            try:
                (position,) = await self._journal.append([entry], expect_of(incident))
            except Stale:
                await catch_up(self._board, self._journal, incident_id)
                continue
            self._board.fold(position, entry)
            return None
        return Why.CHANGED

    def _entry(self, incident: Incident, ask: BulkAsk, by: Staff, sealed: Sequence[Sealed]) -> Entry:
        now, fact = self._clock(), self._teams.mark(self._fact(incident, ask, by, tuple(sealed)))
        facts = (fact, *(() if self._planner is None else self._planner.beside(incident, fact, now)))
        return Entry(id=self._chance(16), subject=incident_subject(incident.id), at=now, facts=facts)

    def _fact(self, incident: Incident, ask: BulkAsk, by: Staff, sealed: tuple[Sealed, ...]) -> OnIncident:
        match ask.act:
            case BulkAct.CLOSE:
                unrestored = incident.restore == "required" and not incident.restored
                waits = timedelta(seconds=self._rules.follow_up_s)
                return Closed(
                    incident=incident.id,
                    by=by.name,
                    disposition=ask.disposition or "",
                    cause=ask.cause,
                    seen_upto=incident.signals_seq,
                    unrestored=unrestored,
                    follow_up_at=self._clock() + waits if unrestored else None,
                    sealed=sealed,
                    bulk=ask.id,
                )
            case BulkAct.RELEASE:
                return Released(incident=incident.id, by=by.name, sealed=sealed, bulk=ask.id)
            case BulkAct.ASSIGN:
                to = by if ask.to is None else ask.to
                return Taken(
                    incident=incident.id,
                    by=to.name,
                    seen_upto=incident.signals_seq,
                    handed_by=by.name,
                    sealed=sealed,
                    bulk=ask.id,
                )
            case _:
                assert_never(ask.act)

    def _remember(self, outcome: Outcome) -> None:
        self._outcomes[(outcome.by, outcome.ask.id)] = outcome
        while len(self._outcomes) > REMEMBERED:
            self._outcomes.popitem(last=False)


def _leave(outcome: Outcome, why: Why, incident_id: str) -> None:
    outcome.counts[why] = outcome.counts.get(why, 0) + 1
    shown = outcome.left.setdefault(why, [])
    if len(shown) < SHOWN:
        shown.append(incident_id)
