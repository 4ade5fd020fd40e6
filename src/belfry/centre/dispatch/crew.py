"""What the crew of a unit that was sent somewhere writes into its incident: notes, and that it was shown the way in
or a plan of the building.

Neither is folded here: the walk takes it in its turn, behind whatever others have written meanwhile. A phone without a
net sends a note as often as it likes: the entry's id is made from the phone's own key, and one that is there is there.
"""

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from belfry.centre.board import Board
from belfry.centre.seals import Seals
from belfry.domain.commands import NOTE_MOST, Conflict, Invalid, Staff
from belfry.domain.dispatching import SAID_LATE_MOST, NotSent
from belfry.domain.facts import AccessShown, Entry, Fact, Noted, Part, Retention, incident_subject
from belfry.domain.field_sight import has_accepted, sent_there
from belfry.domain.incident import Incident
from belfry.domain.sent import SentUnit
from belfry.ports import Chance, Clock, Journal, Stored

LOOKED_BACK: Final = 500
"""Entries of an incident among which a repeat is looked for: more than a phone's queue is ever behind."""


class CrewDesk:
    def __init__(self, board: Board, journal: Journal, seals: Seals, *, clock: Clock, chance: Chance) -> None:
        self._board, self._journal, self._seals = board, journal, seals
        self._clock, self._chance = clock, chance

    async def note(self, incident_id: str, unit: str, text: str, by: Staff, *, key: str) -> bool:
        """Keep a note of the crew, sealed as any; False where this one is kept already. A note may come after the unit
        has left, as late as a status may. Raises Conflict, Invalid or a JournalError."""
        words = text.strip()
        if not 0 < len(words) <= NOTE_MOST:
            raise Invalid("text", len(words), f"1 to {NOTE_MOST} characters")
        self._was_there(incident_id, unit)
        identity = blake2b(f"{by.name}\0{key}".encode("utf-8", "surrogatepass"), digest_size=16).digest()
        before = await self._journal.read(incident_subject(incident_id), limit=LOOKED_BACK)
        if any(isinstance(one, Stored) and one.entry.id == identity for one in before):
            return False
        sealed = await self._seals.seal([(Part.NOTE, Retention.INCIDENT, words)])
        await self._write(incident_id, identity, Noted(incident=incident_id, by=by.name, sealed=sealed))
        return True

    async def access_shown(self, incident_id: str, unit: str, account_id: str, by: Staff) -> None:
        """Write down that the crew is about to be shown how to get in. Raises Conflict or a JournalError."""
        self.may_enter(incident_id, unit)
        await self._write(
            incident_id, self._chance(16), AccessShown(incident=incident_id, by=by.name, account_id=account_id)
        )

    async def plan_shown(self, incident_id: str, account_id: str, plan: str, by: Staff) -> None:
        """Write down, once of each plan, that somebody of the crew is about to see it: a map asks for its picture again
        and again. Raises a JournalError."""
        said = AccessShown(incident=incident_id, by=by.name, account_id=account_id, floor_plan=plan)
        before = await self._journal.read(incident_subject(incident_id), limit=LOOKED_BACK)
        if not any(isinstance(one, Stored) and said in one.entry.facts for one in before):
            await self._write(incident_id, self._chance(16), said)

    def may_enter(self, incident_id: str, unit: str) -> Incident:
        """The incident, where a unit has accepted and not left. Raises Conflict."""
        incident = self._board.get(incident_id)
        sent = None if incident is None else sent_there(incident, unit)
        if incident is None or sent is None:
            raise NotSent("Your unit is not sent there any more")
        if not has_accepted(sent):
            raise Conflict("Say first that your unit comes")
        return incident

    def _was_there(self, incident_id: str, unit: str) -> SentUnit:
        incident, now = self._board.get(incident_id), self._clock()
        known = () if incident is None else incident.units
        sent = next((one for one in reversed(known) if one.unit == unit and _lately(one, now)), None)
        if sent is None:
            raise NotSent("Your unit is not sent there any more")
        return sent

    async def _write(self, incident_id: str, identity: bytes, fact: Fact) -> None:
        entry = Entry(id=identity, subject=incident_subject(incident_id), at=self._clock(), facts=(fact,))
        await self._journal.append([entry])


def _lately(sent: SentUnit, now: datetime) -> bool:
    left: timedelta = SAID_LATE_MOST if sent.left_at is None else now - sent.left_at
    return left <= SAID_LATE_MOST
