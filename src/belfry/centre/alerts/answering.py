"""What people answer to an alert, and which alerts are theirs.

Accepting an alert of a unit that was sent says so of the unit; refusing does once nobody of its crew is left to accept.
The same answer again changes nothing, however often a phone sends it.
"""

from collections.abc import Iterator

from msgspec import Struct

from belfry.centre.alerts.following import Alerting
from belfry.centre.alerts.reaching import Reaching
from belfry.centre.board import Board, catch_up
from belfry.centre.dispatch import DispatchDesk
from belfry.domain.alerting import is_over
from belfry.domain.commands import Conflict, Invalid, Staff
from belfry.domain.dispatch_facts import AlertAnswered, Answer
from belfry.domain.dispatching import ETA_MOST, Said
from belfry.domain.facts import Entry, incident_subject
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kinds
from belfry.domain.sent import Alert
from belfry.domain.unit import UnitStatus
from belfry.ports import Chance, Clock, Journal


class NoSuchAlert(LookupError):
    """Nobody told this person of it."""


class Mine(Struct, frozen=True):
    """An alert of somebody, and what it is about."""

    incident: Incident
    alert: Alert


class Alerts:
    def __init__(
        self,
        alerting: Alerting,
        reaching: Reaching,
        desk: DispatchDesk,
        board: Board,
        journal: Journal,
        *,
        kinds: Kinds,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self.following, self.reaching, self._desk = alerting, reaching, desk
        self._board, self._journal = board, journal
        self._kinds, self._clock, self._chance = kinds, clock, chance

    def of(self, user: str) -> Iterator[Mine]:
        """What somebody on duty was told of and may know still, the newest first; nothing for who is off duty."""
        found: list[Mine] = []
        for incident_id in self.following.alerted:
            incident = self._board.get(incident_id)
            if incident is not None:
                found += self.at(incident, user)
        return iter(sorted(found, key=lambda one: one.alert.at, reverse=True))

    def at(self, incident: Incident, user: str) -> Iterator[Mine]:
        """The same, of one incident."""
        kind = self._kinds[incident.kind]
        for alert in incident.alerts:
            if is_over(alert, incident) is None and self.reaching.may_know(user, incident, kind, alert):
                yield Mine(incident, alert)

    async def answer(self, alert_id: str, answer: Answer, by: Staff, *, eta_s: int | None = None) -> Mine:
        """Take an answer. Raises NoSuchAlert, Conflict where it is over, Invalid or a JournalError."""
        if eta_s is not None and not 0 <= eta_s <= ETA_MOST.total_seconds():
            raise Invalid("eta_s", eta_s, f"0 to {int(ETA_MOST.total_seconds())} seconds")
        mine = self._mine(alert_id, by.name)
        known, over = mine.alert.answers.get(by.name), is_over(mine.alert, mine.incident)
        if known is answer or (answer is Answer.READ and known is not None):
            return mine
        if answer is not Answer.READ and over is not None:
            raise Conflict("It is over, or the unit was called back")
        if answer is not Answer.READ and not self.reaching.is_on_duty(by.name):
            raise Conflict("You are off duty")
        if mine.alert.assignment is not None and answer is not Answer.READ:
            await self._say(mine, answer, by, eta_s)
        fact = AlertAnswered(incident=mine.incident.id, alert=alert_id, by=by.name, answer=answer, eta_s=eta_s)
        entry = Entry(id=self._chance(16), subject=incident_subject(mine.incident.id), at=self._clock(), facts=(fact,))
        await self._journal.append([entry])
        await catch_up(self._board, self._journal, mine.incident.id)
        return self._mine(alert_id, by.name)

    def _mine(self, alert_id: str, user: str) -> Mine:
        incident = self._board.get(alert_id.partition(".")[0])
        for alert in () if incident is None else incident.alerts:
            if incident is not None and alert.alert == alert_id and user in alert.to:
                return Mine(incident, alert)
        raise NoSuchAlert(alert_id)

    async def _say(self, mine: Mine, answer: Answer, by: Staff, eta_s: int | None) -> None:
        """Say it of the unit too, where it has not gone further by itself. Raises Conflict."""
        unit = next((one for one in mine.incident.units if one.assignment == mine.alert.assignment), None)
        if unit is None:
            return
        now = self._desk.now.get(unit.unit)
        if all(one.user != by.name for one in now.crew):
            raise Conflict("You are not with that unit any more")
        if answer is Answer.ACCEPTED:
            waits = now.status in (UnitStatus.OFFERED, UnitStatus.REFUSED)
            if now.assignment == unit.assignment and not waits:
                return
            status = UnitStatus.ACCEPTED
        else:
            answers = {**mine.alert.answers, by.name: answer}
            left = [one.user for one in now.crew if answers.get(one.user) is not Answer.REFUSED]
            if left or now.status is not UnitStatus.OFFERED:
                return
            status = UnitStatus.REFUSED
        said = Said(status=status, assignment=unit.assignment, eta_s=eta_s)
        await self._desk.say(unit.unit, said, by)
