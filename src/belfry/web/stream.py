"""The event stream: one hub hears the board, every console gets each changed row once, none waits for another.

A message's id is the journal position after which its row is as it says, and ids only grow: a row leaves once the
board has folded everything up to it. So whoever comes back with the last id that it saw gets exactly the incidents
that changed since, as they are now. A stream that does not read keeps one message an incident, the newest; past
`PENDING_MOST` of them it is told to load the queue anew. Rows are encoded once a change for each audience.

A row whose place has yet to be unsealed waits for that, and what changed after it waits with it, so that ids go on
growing: some milliseconds, and `places.ROW_WITHIN_S` at most where the key store fails. Such a row leaves without its
place, and once more when that can be read.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final

import msgspec

from belfry.centre.board import Board
from belfry.centre.neighbours import Neighbours
from belfry.centre.silent import SilentSites
from belfry.domain.incident import REOPEN_WITHIN, Incident, State
from belfry.ports import Journal, Stored
from belfry.web.centre_views import Pulse
from belfry.web.listeners import Listeners
from belfry.web.outlet import Audience, Stream, Viewer, beat, message
from belfry.web.places import ROW_WITHIN_S, Places
from belfry.web.telling import Teller, is_medical
from belfry.web.tenants import Tenants

BEAT_S: Final = 10
"""An id-only message at least this often; a console that hears none for longer is stale."""
LOOK_S: Final = 1
"""How often the centre's own state is looked at, and whether a stream's session still lasts."""
PENDING_MOST: Final = 2_000
"""Rows that wait for one stream; a queue is loaded faster than so many are read."""
CATCH_UP_MOST: Final = 2_000
"""Rows sent to somebody who comes back; beyond, loading the queue is quicker."""
RESUME_WITHIN: Final = REOPEN_WITHIN - timedelta(hours=1)
"""The board forgets closed incidents a day old, so an id older than that may lack a closing."""
RETRY_MS: Final = 1_000
PACE_S: Final = 0.01
"""Between two sendings at least: of five hundred changes a second each would wake every console by itself."""

_HIDDEN: Final = b""
"""In place of a row that an audience may not see."""

_encode = msgspec.json.Encoder().encode


class Hub:
    """All streams of one application. `start` when the loop runs, `stop` before the server stops."""

    def __init__(
        self,
        *,
        board: Board,
        journal: Journal,
        teller: Teller,
        places: Places,
        tenants: Tenants,
        silent: SilentSites | None = None,
        neighbours: Neighbours | None = None,
        moves: Callable[[], int] = lambda: 0,
        pulse: Callable[[Audience], Pulse],
        clock: Callable[[], datetime],
        lost: Callable[[str], None],
        back: Callable[[str], None],
        duty: Callable[[str], bytes | None] = lambda _: None,
    ) -> None:
        self.unit_for: Callable[[Viewer, str], bytes | None] = lambda viewer, unit: None
        """A unit as somebody may see it, by its id."""
        self.unit_known_to: Callable[[str], Collection[str]] = lambda unit: ()
        """Who in the field may know of a unit, or did a moment ago."""
        self._moved_units: set[str] = set()
        """Units that said where they are: told with the next look, all at once."""
        self._duty = duty
        """What somebody is told of himself, by name: whether he is handed incidents."""
        self._board, self._journal, self._teller = board, journal, teller
        self._places, self._pulse, self._clock = places, pulse, clock
        self._tenants, self._moves = tenants, moves
        self._neighbours = neighbours
        self._silent, self._silences = silent, dict[str, frozenset[str]]()
        """Open incidents last heard of as silent, and their sites: the rows there say so."""
        self._moved = moves()
        """How often an account has gone to another tenant, as far as the streams know."""
        self._lent: dict[str, set[str]] = {}
        """Who is shown an incident only since it is theirs, or since their unit has to do with it."""
        self._streams = Listeners(lost=lost, back=back)
        self._changed: dict[str, Incident] = {}
        self._unplaced: set[str] = set()
        """Incidents whose place is being read; their rows wait."""
        self._without: dict[str, Incident] = {}
        """Incidents whose row left without its place."""
        self._reading: asyncio.Task[None] | None = None
        self._medical: set[str] = set()
        """Open incidents last heard of as medical, so that a change of kind is noticed."""
        self._scheduled = False
        self._flushed_at = float("-inf")
        """In the loop's seconds."""
        self._last_pulses: Mapping[Audience, Pulse] = {}
        self._ticker: asyncio.Task[None] | None = None
        self._unlisten: list[Callable[[], None]] = []

    def __len__(self) -> int:
        return len(self._streams)

    # -- life

    def start(self) -> None:
        if self._silent is not None:
            self._silences = {incident.id: self._silent.sites_of(incident) for incident in self._board.silent()}
        self._medical = {incident.id for incident in self._board.queue() if is_medical(incident.kind)}
        self._unlisten = [self._board.listen(self._hear), self._board.follow(self._flush_soon)]
        self._ticker = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """End every stream, so that no connection is open when the server stops."""
        for unlisten in self._unlisten:
            unlisten()
        self._unlisten = []
        for stream in list(self._streams):
            stream.end()
        running = [task for task in (self._ticker, self._reading) if task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._ticker = self._reading = None
        await self._places.stop()
        self._unplaced.clear()

    # -- streams

    def open(self, stream: Stream) -> AbstractContextManager[Stream]:
        """Keep a stream while its console listens, and tell who is there."""
        return self._streams.open(stream)

    def full(self, name: str) -> bool:
        """Whether there is no stream left for somebody, not even in the place of one of their own."""
        return self._streams.full(name)

    def end_session(self, secret: str) -> None:
        self._streams.end_session(secret)

    def present(self) -> Mapping[str, Audience]:
        """Who listens and may act, by name."""
        return {stream.name: stream.audience for stream in self._streams if stream.audience.acts}

    def sees(self, name: str, incident: Incident) -> bool:
        """Whether somebody who listens now may know of an incident."""
        return any(self._tenants.incident(one.viewer, incident) for one in self._streams if one.name == name)

    def tell_duty(self, name: str) -> None:
        """Tell all consoles of somebody whether he is handed incidents."""
        for stream in self._streams:
            if stream.name == name:
                self._put_duty(stream)

    def tell(self, name: str, event: str, data: bytes) -> None:
        """Tell all consoles of somebody what is his alone; the newest of an event counts."""
        for stream in self._streams:
            if stream.name == name:
                stream.put(event, message(event, data, self._sent_upto))

    @property
    def listens(self) -> bool:
        """Whether anybody listens."""
        return bool(self._streams)

    def tell_each(self, name: str, key: str, event: str, say: Callable[[Viewer], bytes | None]) -> None:
        """Tell all consoles of somebody, each in its language; the newest under a key counts."""
        for stream in self._streams:
            if stream.name == name and (data := say(stream.viewer)) is not None:
                stream.put(key, message(event, data, self._sent_upto))

    def unit_changed(self, unit: str) -> None:
        """Tell whoever may know of a unit how it is now, and whoever may not any more that it is none of theirs."""
        self._moved_units.discard(unit)
        self._look_who_is_on_duty()
        known_to = self.unit_known_to(unit)
        encoded: dict[Audience, bytes | None] = {}
        for stream in self._streams:
            audience = stream.audience
            if not audience.acts:
                if stream.name not in known_to:
                    continue
                text = self.unit_for(stream.viewer, unit)
            elif audience in encoded:
                text = encoded[audience]
            else:
                text = encoded[audience] = self.unit_for(stream.viewer, unit)
            if text is not None:
                stream.put(f"unit/{unit}", message("unit", text, self._sent_upto))
            elif not audience.acts:
                gone = message("unit_gone", _encode({"id": unit}), self._sent_upto)
                stream.put(f"unit/{unit}", gone)

    def is_heard_by(self, name: str) -> bool:
        return any(stream.name == name for stream in self._streams)

    def unit_moved(self, unit: str) -> None:
        self._moved_units.add(unit)

    def _put_duty(self, stream: Stream) -> None:
        data = self._duty(stream.name) if stream.audience.acts else None
        if data is not None:
            stream.put("duty", message("duty", data, self._sent_upto))

    def unseen(self) -> int:
        """How many incidents wait that nobody who may act and listens is shown."""
        desks = {stream.audience for stream in self._streams if stream.audience.acts}
        if any(desk.tenants is None for desk in desks):
            return 0
        waiting = (one for one in self._board.queue() if one.state is State.WAITING and one.trainee is None)
        return sum(not any(self._tenants.by_rule(desk, one) for desk in desks) for one in waiting)

    async def greet(self, stream: Stream, last_id: str | None) -> None:
        """Begin a stream: what changed since `last_id`, or the position from where it goes on."""
        known = None if last_id is None else await self._known(last_id)
        if known is not None and stream.audience.acts:
            await self._places.read(self._missed(stream, known)[:CATCH_UP_MOST], within_s=ROW_WITHIN_S)
        # From here on nothing waits, so nothing falls between what is sent here and what `_flush` sends.
        position = self._sent_upto
        stream.standing = self._standing(stream)
        if last_id is None:
            stream.put("beat", b"retry: %d\n%b" % (RETRY_MS, beat(position)))
        elif known is None or stream.audience.field or not self._catch_up(stream, known):
            # In the field the list is short, and it may have lost what a catching up would not tell of.
            stream.restart(position)
        stream.put("centre", message("centre", _encode(self._pulse(stream.audience)), position))
        self._put_duty(stream)

    def _catch_up(self, stream: Stream, after: int) -> bool:
        """Send the incidents that changed after a position; False where they are too many."""
        missed = self._missed(stream, after)
        if len(missed) > CATCH_UP_MOST:
            return False
        stream.put("beat", b"retry: %d\n%b" % (RETRY_MS, beat(after)))
        for incident in sorted(missed, key=lambda one: one.head):
            stream.put(incident.id, self._row(incident, stream.audience, incident.head))
        return True

    def _missed(self, stream: Stream, after: int) -> list[Incident]:
        """The incidents that changed after a position, as far as their rows have left."""
        upto = self._sent_upto
        return [
            incident
            for incidents in (self._board.queue(), self._board.merged(), self._board.closed(after))
            for incident in incidents
            if after < incident.head <= upto and self._tenants.incident(stream.viewer, incident)
        ]

    async def _known(self, last_id: str) -> int | None:
        """The position of an id that we gave, None where it is unknown, of the future, or too old."""
        if not last_id.isdecimal() or len(last_id) > 18:
            return None
        position = int(last_id)
        if position == self._board.position:
            return position
        if position > self._board.position:
            return None
        following = await self._journal.page(position, 1)
        if not following or not isinstance(following[0], Stored) or following[0].position != position + 1:
            return None
        return position if self._clock() - following[0].entry.at <= RESUME_WITHIN else None

    # -- changes

    def _hear(self, incident: Incident, _: int) -> None:
        self._note_kind(incident)
        if incident.silent or self._silences:
            self._note_silence(incident)
        if not incident.open:
            self._places.forget(incident.id)
            self._without.pop(incident.id, None)
            if not self._streams:
                self._lent.pop(incident.id, None)
        if self._streams:
            self._changed[incident.id] = incident
            if self._places.unread(incident) and not self._places.troubled:
                self._read_place(incident)
            self._flush_soon(0)

    def _note_silence(self, incident: Incident) -> None:
        """Where a site falls silent, or may be called again, its other rows are told anew."""
        if self._silent is None:
            return
        is_silent = incident.silent and incident.open
        sites = self._silent.sites_of(incident) if is_silent else frozenset[str]()
        before = self._silences.pop(incident.id, frozenset[str]())
        if is_silent:
            self._silences[incident.id] = sites
        for site in sites ^ before:
            self.owe(one for one in self._board.of_site(site) if one.id != incident.id)

    def _note_kind(self, incident: Incident) -> None:
        if is_medical(incident.kind) and incident.open:
            if incident.id not in self._medical:
                self._medical.add(incident.id)
                if incident.version > 1:  # it was another kind before, so somebody may still show it
                    self._hide()
        else:
            self._medical.discard(incident.id)

    def _hide(self) -> None:
        for stream in self._streams:
            if not stream.audience.medical:
                stream.restart(self._sent_upto)

    def _flush_soon(self, _: int) -> None:
        """Send at the end of this turn of the loop, or a moment after the last time: a burst is one message an
        incident, and a flood of them few wakings of each console."""
        if self._changed and not self._scheduled:
            self._scheduled = True
            loop = asyncio.get_running_loop()
            wait_s = self._flushed_at + PACE_S - loop.time()
            if wait_s > 0:
                loop.call_later(wait_s, self._flush)
            else:
                loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        self._flushed_at = asyncio.get_running_loop().time()
        for incident in self._ready():
            if incident.id in self._unplaced:
                break
            del self._changed[incident.id]
            self._send(incident, incident.head)
        if not self._streams:
            self._changed.clear()

    def _ready(self) -> list[Incident]:
        """What changed and may be told, in the order of its positions."""
        position = self._board.position
        return sorted((one for one in self._changed.values() if one.head <= position), key=lambda one: one.head)

    @property
    def _sent_upto(self) -> int:
        """The position up to which every row has left."""
        waiting = self._ready()
        return waiting[0].head - 1 if waiting else self._board.position

    def _send(self, incident: Incident, position: int) -> None:
        """Put a row into every stream that may have it; `position` is its id."""
        encoded: dict[Audience, bytes] = {}
        lent: dict[Audience, bytes] = {}
        may_lend: bool | None = None
        for stream in self._streams:
            audience = stream.audience
            text = encoded.get(audience)
            if text is None:
                seen = self._tenants.by_rule(audience, incident)
                text = encoded[audience] = self._row(incident, audience, position) if seen else _HIDDEN
            if text is _HIDDEN:
                if may_lend is None:
                    may_lend = self._tenants.is_nobodys(incident)
                may_be_his = may_lend or audience.field
                if not may_be_his or not (text := self._lend(stream, incident, position, lent)):
                    continue
            stream.put(incident.id, text)
            if stream.behind > PENDING_MOST:
                stream.restart(position)
        if not incident.open:
            self._lent.pop(incident.id, None)

    def shown(self, viewer: Viewer, incidents: Iterable[Incident]) -> None:
        """A list told somebody in the field of these: where one is not for him any more, he loads it anew."""
        if viewer.audience.field:
            for incident in incidents:
                if incident.open:
                    self._lent.setdefault(incident.id, set()).add(viewer.name)

    def _lend(self, stream: Stream, incident: Incident, position: int, lent: dict[Audience, bytes]) -> bytes:
        """The row for somebody who sees it only since it is his, or his unit's; where it no longer is, the queue is
        loaded anew. `lent` keeps it for others of the audience."""
        audience = stream.audience
        if self._tenants.incident(stream.viewer, incident):
            self._lent.setdefault(incident.id, set()).add(stream.name)
            if audience not in lent:
                lent[audience] = self._row(incident, audience, position)
            return lent[audience]
        if stream.name in self._lent.get(incident.id, ()):
            stream.restart(position)
        return _HIDDEN

    def _row(self, incident: Incident, audience: Audience, position: int) -> bytes:
        place = self._places.of(incident) if audience.acts else None
        if audience.acts and self._places.unread(incident):
            self._without[incident.id] = incident
        near = 0
        if self._neighbours is not None:
            near = sum(self._tenants.by_rule(audience, other) for other in self._neighbours.of(incident))
        return message("incident", _encode(self._teller.row(incident, audience.language, place, near)), position)

    # -- places

    def owe(self, incidents: Iterable[Incident]) -> None:
        """A list was answered without these places: send the rows when they can be read."""
        if self._streams:
            self._without.update((one.id, one) for one in incidents)

    def _read_place(self, incident: Incident) -> None:
        self._unplaced.add(incident.id)
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_places())

    async def _read_places(self) -> None:
        """Have the places of the rows that wait at hand, then let them go, read or not."""
        while self._unplaced:
            wanted = list(self._unplaced)
            changed = [self._changed[one] for one in wanted if one in self._changed]
            await self._places.read(changed, within_s=ROW_WITHIN_S)
            self._unplaced.difference_update(wanted)
            self._flush_soon(0)
        self._reading = None

    async def _send_late_places(self) -> None:
        """Once the key store answers again, send the rows anew that left without their place."""
        if not self._without or self._places.troubled:
            return
        wanted, self._without = self._without, {}
        await self._places.read(wanted.values(), within_s=ROW_WITHIN_S)
        position = self._told()
        for incident in wanted.values():
            if self._places.unread(incident):
                self._without[incident.id] = incident
            elif incident.open and incident.id not in self._changed:
                self._send(incident, position)

    # -- time

    async def _tick(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(LOOK_S)
            turn += 1
            await self.look()
            if turn % BEAT_S == 0:
                self.beat()

    async def look(self) -> None:
        """Say how the centre is where that changed, and end the streams of sessions that are over."""
        for unit in list(self._moved_units):
            self.unit_changed(unit)
        for stream in list(self._streams):
            audience = await stream.lasts()
            if audience is None:
                stream.end()
            elif audience != stream.audience:  # another role, or other tenants
                stream.audience = audience
                stream.restart(self._sent_upto)
        self._look_who_sees()
        self._look_who_is_on_duty()
        if not self._streams:
            self._without.clear()
            return
        await self._send_late_places()
        pulses = self._pulses()
        if any(
            audience not in self._last_pulses or _of_note(pulse) != _of_note(self._last_pulses[audience])
            for audience, pulse in pulses.items()
        ):
            self._tell(pulses)

    def _look_who_sees(self) -> None:
        """Have everybody load the queue anew who sees more or less of it than a moment ago."""
        present = any(stream.audience.acts and stream.audience.tenants is None for stream in self._streams)
        changed, moved = self._tenants.look(present=present), self._moves()
        if changed or moved != self._moved:
            for stream in self._streams:
                if stream.audience.tenants is not None:
                    stream.restart(self._sent_upto)
        self._moved = moved

    def _look_who_is_on_duty(self) -> None:
        """Have whoever signed on to a unit, or off it, load anew what he may know of."""
        for stream in self._streams:
            if stream.audience.field and (now := self._standing(stream)) != stream.standing:
                stream.standing = now
                stream.restart(self._sent_upto)

    def _standing(self, stream: Stream) -> object:
        return self._tenants.unit_of(stream.name) if stream.audience.field else None

    def beat(self) -> None:
        """Say to everybody that the line is alive, and up to where it has told."""
        position = self._told()
        for stream in self._streams:
            stream.put("beat", beat(position))
            self._put_duty(stream)
        if self._streams:
            self._tell(self._pulses())

    def _pulses(self) -> Mapping[Audience, Pulse]:
        """How the centre is, as each audience may know."""
        return {audience: self._pulse(audience) for audience in {stream.audience for stream in self._streams}}

    def _tell(self, pulses: Mapping[Audience, Pulse]) -> None:
        self._last_pulses = pulses
        position = self._told()
        texts = {audience: message("centre", _encode(pulse), position) for audience, pulse in pulses.items()}
        for stream in self._streams:
            text = texts.get(stream.audience)
            if text is not None:
                stream.put("centre", text)

    def _told(self) -> int:
        """The position up to which every change has been put into the streams."""
        if self._scheduled:
            self._flush()
        return self._sent_upto


def _of_note(pulse: Pulse) -> tuple[object, ...]:
    faults = tuple((one.part, one.why, one.since) for one in pulse.faults)
    return (pulse.journal, faults, pulse.lost, pulse.not_commissioned)
