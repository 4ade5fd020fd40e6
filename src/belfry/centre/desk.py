"""Where acts of people become facts: decided by `domain.handling`, appended only if nothing came between.

Signals may join an incident many times a second while a person acts on it. So a refused append is no refusal of the
act: the desk reads what came between, decides again, and in the end takes its turn right behind the write that was
quicker, before that writer can begin its next one.
"""

import asyncio
from asyncio import Future
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakValueDictionary

import structlog

from belfry.centre.board import Board, catch_up, expect_of, load
from belfry.centre.merging import Merging
from belfry.centre.plans import Planner
from belfry.centre.seals import Seals
from belfry.centre.together import Together
from belfry.domain.abilities import GENERALIST, Abilities, Candidate, choose
from belfry.domain.commands import (
    Assign,
    Close,
    Command,
    Conflict,
    DoStep,
    Merge,
    NotAllowed,
    Park,
    Refusal,
    Release,
    Reopen,
    Staff,
    Take,
    TakeOver,
    Unmerge,
)
from belfry.domain.facts import (
    Closed,
    Entry,
    Part,
    RecordShown,
    Retention,
    Sealed,
    WordTried,
    incident_subject,
    site_subject,
)
from belfry.domain.handling import ACTING, PARKABLE, Decision, decide
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kinds
from belfry.domain.merging import is_offered
from belfry.domain.presets import Rules
from belfry.domain.site import Account
from belfry.domain.site_handling import attached, owner_beside, site_of, together
from belfry.domain.teams import NO_TEAMS, Teams
from belfry.ports import Chance, Clock, Journal, JournalError, Stale

log = structlog.get_logger()

_MOVE_SITES: Final = (Take, TakeOver, Release, Reopen, Assign)
"""Acts that move everything at a site, not one incident alone."""

TRIES: Final = 8
"""How often an act is decided anew before it is refused as a conflict."""
TURN_WITHIN_S: Final = 0.05
"""How long an act that lost twice waits for the next change of its incident."""
PREFERRED_FOR: Final = timedelta(seconds=20)
"""How long one that woke is left to who held it (RULES 2)."""


class NoSuchIncident(LookupError):
    """There is no incident with this id."""


class Desk:
    """Acts on incidents, and hands out the next one."""

    def __init__(
        self,
        board: Board,
        journal: Journal,
        seals: Seals,
        *,
        kinds: Kinds,
        rules: Rules,
        clock: Clock,
        chance: Chance,
        plans: Planner | None = None,
        language: Callable[[Incident], str | None] = lambda _: None,
        teams: Teams = NO_TEAMS,
    ) -> None:
        """`plans` None: nothing is asked for at an incident. `language` is that of an incident's site."""
        self._language, self._teams = language, teams
        self._board, self._journal, self._seals, self._plans = board, journal, seals, plans
        self._kinds, self._rules, self._clock, self._chance = kinds, rules, clock, chance
        self._acting: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Acts of this desk on one incident go one after the other; only those of others can be quicker."""
        self.merging = Merging(board, journal, clock=clock, chance=chance)
        self.tenant_of: Callable[[Incident], str | None] = lambda _: None
        """Whose incident it is: those of two tenants are never one case."""
        self._together = Together(board, journal, clock=clock, chance=chance, plans=plans, teams=teams)
        self._at_sites: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Acts that move a whole site go one after the other too."""
        self._promised: set[str] = set()
        """Incidents that `hand` is taking for somebody at this moment."""
        self._taking: Counter[str] = Counter()
        """For whom."""

    async def act(self, incident_id: str, command: Command, by: Staff) -> Incident:
        """Do what a person wants; returns the incident as it is afterwards, durable and on the board.

        Raises NoSuchIncident, a Refusal, or a JournalError where nothing can be stored.
        """
        incident = await self._find(incident_id)
        site = _moves(incident, command)
        if site is None:
            return await self._act(incident, command, by)
        async with self._at_sites.setdefault(site, asyncio.Lock()):
            done = await self._act(incident, command, by)
            try:
                if isinstance(command, Release):
                    await self._together.give_back(done, by.name)
                elif isinstance(command, Assign):
                    await self._together.enter(done)
                else:
                    await self._together.bring(done)
            except JournalError as error:  # what was asked for is done, and that must be told
                log.warning("the rest of a site stays where it is", site=site, error=str(error))
            return self._on_board(incident_id)

    async def attach(self, incident_id: str, account: Account, site: str) -> None:
        """Give an open incident of an unknown number to the account that has it now; who handles its site has it too.
        Raises JournalError."""
        async with self._at_sites.setdefault(site, asyncio.Lock()):
            for _ in range(TRIES):
                incident = self._board.get(incident_id)
                if incident is None or not incident.open or incident.account_id is not None:
                    return
                fact = attached(incident, account, self._kinds[incident.kind], site)
                entry = Entry(
                    id=self._chance(16), subject=incident_subject(incident_id), at=self._clock(), facts=(fact,)
                )
                try:
                    position = await self._append(entry, incident_id)
                except Stale:
                    await catch_up(self._board, self._journal, incident_id)
                    continue
                self._board.fold(position, entry)
                await self._together.enter(self._on_board(incident_id))
                return

    async def _act(self, incident: Incident, command: Command, by: Staff) -> Incident:
        incident_id = incident.id
        # Whatever is refused is refused before its words are sealed.
        words = self._decide(incident, command, by, self._clock()).words
        sealed: Sequence[Sealed] = ()
        if words is not None:
            sealed = await self._seals.seal([(Part.NOTE, Retention.INCIDENT, words)])
        async with self._alone(incident_id, *self.merging.beside(incident, command)):
            if isinstance(command, Close) and incident.merged:
                await self._close_merged(incident_id, command, by)
            lead = self.merging.lead_of(incident, command) if isinstance(command, Merge | Unmerge) else None
            done = await self._write(incident_id, command, by, sealed)
        if lead is not None:
            await self.merging.look_at(lead.id)
        return done

    @asynccontextmanager
    async def _alone(self, *incidents: str) -> AsyncIterator[None]:
        """No other act of this desk on any of them meanwhile; each takes its locks in the same order."""
        async with AsyncExitStack() as stack:
            for one in sorted(set(incidents)):
                await stack.enter_async_context(self._acting.setdefault(one, asyncio.Lock()))
            yield

    async def _close_merged(self, incident_id: str, command: Close, by: Staff) -> None:
        fact = self._decide(self._on_board(incident_id), command, by, self._clock()).fact
        if isinstance(fact, Closed):
            longest = timedelta(seconds=self._rules.follow_up_s)
            await self.merging.close(incident_id, fact, command.follow_up, longest)

    async def take_next(
        self,
        by: Staff,
        sees: Callable[[Incident], bool] = lambda _: True,
        abilities: Abilities = GENERALIST,
    ) -> tuple[Incident, tuple[str, ...]] | None:
        """Take the first of the queue; returns it and the ids of lesser work that was put aside for it.

        `sees` tells which of it this person may know of; of one priority and rank comes first what fits his
        `abilities`. Only a priority 1 puts work aside. None where nothing waits. Raises NotAllowed, or a JournalError.
        """
        if by.role not in ACTING:
            raise NotAllowed(by.role)
        quicker: set[tuple[str, int]] = set()
        while (first := self._first_for(by, quicker, sees, abilities)) is not None:
            seen = (first.id, first.version)
            try:
                taken = await self.hand(first, by)
            except Conflict:
                quicker.add(seen)  # the next one
                continue
            return taken, await self._park(taken, by)
        return None

    async def hand(self, incident: Incident, by: Staff) -> Incident:
        """Have somebody take what waits; nobody else is handed it meanwhile. Raises Conflict where somebody was
        quicker, or a JournalError."""
        left = self._owner_beside(incident) not in (None, by.name)
        self._promised.add(incident.id)
        self._taking[by.name] += 1
        try:
            return await self.act(incident.id, Take(incident.version, left), by)
        finally:
            self._promised.discard(incident.id)
            self._taking[by.name] -= 1

    def is_taking(self, name: str) -> bool:
        """Whether somebody is being handed an incident at this moment."""
        return self._taking[name] > 0

    def is_for(self, incident: Incident, by: Staff, now: datetime) -> bool:
        """Whether an incident waits, and may be handed to somebody without being asked for."""
        return (
            incident.state is State.WAITING
            and incident.id not in self._promised
            and self._for_all(incident, by, now)
            and not _left_to_another(incident, by, now)
        )

    def language_of(self, incident: Incident) -> str | None:
        """The language of the site; it finds a speaker, and is for nothing else."""
        return self._language(incident)

    async def word_tried(self, account_id: str, by: Staff, *, right: bool, contact: str | None) -> None:
        """Write down that a pass-word was compared without an incident. Raises JournalError."""
        fact = WordTried(account_id=account_id, by=by.name, right=right, contact=contact)
        entry = Entry(id=self._chance(16), subject=site_subject(account_id), at=self._clock(), facts=(fact,))
        await self._journal.append([entry])

    async def record_shown(self, incident_id: str, by: Staff, *, form: str) -> None:
        """Write down that the whole record of an incident is about to be given out. Raises JournalError.

        It is not folded here: the walk takes it in its turn, behind whatever others have written meanwhile.
        """
        fact = RecordShown(incident=incident_id, by=by.name, form=form)
        entry = Entry(id=self._chance(16), subject=incident_subject(incident_id), at=self._clock(), facts=(fact,))
        await self._journal.append([entry])

    # -- choosing

    def _first_for(
        self,
        by: Staff,
        but: Collection[tuple[str, int]],
        sees: Callable[[Incident], bool],
        abilities: Abilities,
    ) -> Incident | None:
        """The first that waits, preferably one that nobody is being handed and that is left to nobody else; of several
        such of one priority and rank the one that fits him best."""
        now = self._clock()
        second_choice: list[Incident] = []

        def may(incident: Incident, _: Candidate) -> bool:
            if incident.state is not State.WAITING or (incident.id, incident.version) in but or not sees(incident):
                return False
            if self.is_for(incident, by, now):
                return True
            if not second_choice and self._for_all(incident, by, now):
                second_choice.append(incident)
            return False

        person = [Candidate(by.name, abilities)]
        found = choose(self._board.queue(), person, may=may, language=self.language_of, now=now, rules=self._rules)
        return found[0] if found is not None else next(iter(second_choice), None)

    def _owner_beside(self, incident: Incident) -> str | None:
        """Who handles what else is open at the site of an incident."""
        return owner_beside(incident, self._board.of_site(site_of(incident)))

    def _for_all(self, incident: Incident, by: Staff, now: datetime) -> bool:
        """Whether an incident is handed to anybody: one of a site that somebody handles is his, unless it is a
        priority 1 that he leaves waiting. An exercise is for who practises, and for nobody else."""
        if incident.trainee is not None:
            return incident.trainee == by.name
        if self._owner_beside(incident) in (None, by.name):
            return True
        waits_since = incident.waiting_since or incident.opened_at
        return incident.priority == 1 and now - waits_since >= timedelta(seconds=self._rules.take_1_s)

    async def _park(self, taken: Incident, by: Staff) -> tuple[str, ...]:
        """Put this person's lesser work aside for a priority 1, and his exercise for any real one; what cannot be put
        aside stays where it is."""
        if taken.trainee is not None:
            return ()
        lesser = [
            (one.id, Park(one.version))
            for one in self._board.queue()
            if one.state is State.TAKEN
            and one.taken_by == by.name
            and (one.trainee is not None or (taken.priority == 1 and one.priority in PARKABLE))
            and (site_of(one) is None or site_of(one) != site_of(taken) or not together(one))
        ]
        parked: list[str] = []
        for incident, park in lesser:
            with suppress(Refusal, JournalError):  # the priority 1 is taken, and that must be told
                await self.act(incident, park, by)
                parked.append(incident)
        return tuple(parked)

    # -- deciding and writing

    async def _write(self, incident_id: str, command: Command, by: Staff, sealed: Sequence[Sealed]) -> Incident:
        for lost in range(TRIES):
            if lost > 1:
                await self._turn(incident_id)
            entry = self._entry(incident_id, command, by, sealed)
            try:
                position = await self._append(entry, incident_id)
            except Stale:
                await catch_up(self._board, self._journal, incident_id)
                continue
            return self._board.fold(position, entry) or self._on_board(incident_id)
        raise Conflict("It changes faster than this can be written: try again")

    async def _find(self, incident_id: str) -> Incident:
        incident = await load(self._board, self._journal, incident_id)
        if incident is None:
            raise NoSuchIncident(incident_id)
        return incident

    def _on_board(self, incident_id: str) -> Incident:
        incident = self._board.get(incident_id)
        if incident is None:
            raise Conflict("It is over for too long to be changed")
        return incident

    def _decide(self, incident: Incident, command: Command, by: Staff, now: datetime) -> Decision:
        owner = self._owner_beside(incident)
        silent = isinstance(command, DoStep | Close) and self._plans is not None and self._plans.silent(incident)
        lead = self.merging.lead_of(incident, command)
        return decide(
            incident,
            command,
            by=by,
            now=now,
            rules=self._rules,
            kinds=self._kinds,
            owner=owner,
            silent=silent,
            lead=lead,
            apart=lead is not None and self._are_apart(lead, incident),
        )

    def _are_apart(self, lead: Incident, incident: Incident) -> bool:
        """What was called in or reported is of no tenant where it names no site."""
        if is_offered(incident) and incident.account_id is None:
            return False
        return self.tenant_of(lead) != self.tenant_of(incident)

    def _entry(self, incident_id: str, command: Command, by: Staff, sealed: Sequence[Sealed]) -> Entry:
        now = self._clock()
        incident = self._on_board(incident_id)
        fact = self._teams.mark(self._decide(incident, command, by, now).sealed(sealed))
        facts = (fact, *(() if self._plans is None else self._plans.beside(incident, fact, now)))
        return Entry(id=self._chance(16), subject=incident_subject(incident_id), at=now, facts=facts)

    async def _append(self, entry: Entry, incident_id: str) -> int:
        """Store what was decided in this same turn of the loop. Raises Stale where the incident has moved on."""
        positions = await self._journal.append([entry], expect_of(self._on_board(incident_id)))
        return positions[0]

    async def _turn(self, incident_id: str) -> None:
        """Wait until the quicker writer has folded what it wrote.

        Whoever waits here resumes before that writer begins its next append, since a writer waits for its appends
        together. Where no change comes, the refusal was spurious and there is nothing to wait for.
        """
        turn: Future[None] = asyncio.get_running_loop().create_future()

        def resume() -> None:
            if not turn.done():
                turn.set_result(None)

        stop = self._board.listen(lambda incident, _: resume() if incident.id == incident_id else None)
        timer = asyncio.get_running_loop().call_later(TURN_WITHIN_S, resume)
        try:
            await turn
        finally:
            timer.cancel()
            stop()


def _moves(incident: Incident, command: Command) -> str | None:
    """The site that an act moves as a whole; None: it is about this incident alone."""
    if not isinstance(command, _MOVE_SITES) or not together(incident):
        return None
    return command.site or command.account_id if isinstance(command, Assign) else site_of(incident)


def _left_to_another(incident: Incident, by: Staff, now: datetime) -> bool:
    """It woke a moment ago, and somebody else held it."""
    return (
        incident.held_by is not None
        and incident.held_by != by.name
        and incident.waiting_since is not None
        and now - incident.waiting_since < PREFERRED_FOR
    )
