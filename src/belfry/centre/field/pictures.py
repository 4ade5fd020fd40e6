"""Pictures from the field: taken in, kept for days, and shown to whoever handles the incident now - each look written
down before anything is shown (SCOPE, nothing in the dark).

What is kept is so small that it fits into the entry of the journal: sealed there under a key of its own that ends
after 72 hours at the latest, with no file beside it that could be forgotten.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from belfry.centre.board import Board, catch_up, expect_of, load
from belfry.centre.drawing import Drawing
from belfry.centre.seals import Seals
from belfry.centre.units import UnitsNow
from belfry.domain.commands import Conflict, Staff
from belfry.domain.facts import Entry, Fact, Part, Retention, incident_subject
from belfry.domain.field_facts import PictureAdded, PictureShown, Purpose
from belfry.domain.incident import Incident
from belfry.domain.pictures import PICTURES_MOST, Picture, takes_pictures
from belfry.domain.unit import UnitStatus
from belfry.ports import Chance, Clock, Journal, Stale, Stored

TRIES: Final = 8
_COMING: Final = frozenset({UnitStatus.OFFERED, UnitStatus.REFUSED})
"""Sent there, and has not said that it goes."""


class NoPictures(Conflict):
    """Of this kind of incident none is taken."""


class PictureGone(Exception):
    """Its time is over; carries when that was."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"gone since {at:%Y-%m-%d %H:%M} UTC")
        self.at = at


class NotHandling(Exception):
    """Whoever asks has nothing to do with the incident now."""


class PictureDesk:
    def __init__(
        self,
        board: Board,
        journal: Journal,
        seals: Seals,
        units: UnitsNow,
        *,
        kept: timedelta,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._board, self._journal, self._seals, self._units = board, journal, seals, units
        self._kept, self._clock, self._chance = kept, clock, chance
        self._drawing = Drawing()

    async def add(self, incident_id: str, raw: bytes, by: Staff, *, name: str | None = None) -> Picture:
        """Keep a picture; the same one again under one `name` is one. Raises LookupError, Conflict, PictureError or
        what journal and key store raise."""
        incident = await self._incident(incident_id)
        self._check(incident)
        picture = _id(by, name, self._chance)
        if (known := _of(incident, picture)) is not None:
            return known
        blocks = await self._drawing.draw(raw)
        until = self._clock() + self._kept
        sealed = await self._seals.seal([(Part.PICTURE, Retention.PICTURE, b64encode(blocks).decode())])

        def decide(now: Incident) -> Fact | None:
            self._check(now)
            if _of(now, picture) is not None:
                return None
            return PictureAdded(incident=incident_id, picture=picture, by=by.name, until=until, sealed=sealed)

        after = await self._write(incident_id, decide)
        return _there(after, picture)

    async def show(self, incident_id: str, picture_id: str, purpose: Purpose, by: Staff) -> bytes:
        """The blocks, as a PNG, once the look is written down. Raises LookupError, NotHandling, PictureGone or what
        journal and key store raise."""
        incident = await self._incident(incident_id)
        picture = _there(incident, picture_id)
        if not self.may_look(incident, purpose, by.name):
            raise NotHandling(purpose)
        text = None if picture.until <= self._clock() else await self._open(picture)
        if text is None:
            raise PictureGone(picture.until)
        fact = PictureShown(incident=incident_id, picture=picture_id, by=by.name, purpose=purpose)
        await self._write(incident_id, lambda _: fact)
        return b64decode(text)

    def may_look(self, incident: Incident, purpose: Purpose, user: str) -> bool:
        """Whether somebody may look for what he says that he wants it for."""
        if purpose is Purpose.HANDLING:
            lead = None if incident.merged_into is None else self._board.get(incident.merged_into)
            return incident.open and user in (incident.taken_by, None if lead is None else lead.taken_by)
        unit = self._units.of(user)
        return unit is not None and unit.incident == incident.id and unit.status not in _COMING

    def purpose_of(self, incident: Incident, user: str) -> Purpose | None:
        """What somebody may look for now; None: he may not."""
        return next((one for one in Purpose if self.may_look(incident, one, user)), None)

    # --

    def _check(self, incident: Incident) -> None:
        if not takes_pictures(incident.kind):
            raise NoPictures("Of an incident that is about a person no picture is taken")
        if not incident.open:
            raise Conflict("The incident is closed")
        if len(incident.pictures) >= PICTURES_MOST:
            raise Conflict(f"It has {PICTURES_MOST} pictures already")

    async def _incident(self, incident_id: str) -> Incident:
        found = await load(self._board, self._journal, incident_id)
        if found is None:
            raise LookupError(incident_id)
        return found

    async def _open(self, picture: Picture) -> str | None:
        page = await self._journal.page(picture.position - 1, 1)
        for stored in page:
            if isinstance(stored, Stored) and stored.position == picture.position:
                for fact in stored.entry.facts:
                    if isinstance(fact, PictureAdded) and fact.picture == picture.id:
                        return (await self._seals.open(fact.sealed)).get(Part.PICTURE)
        return None

    async def _write(self, incident_id: str, decide: Callable[[Incident], Fact | None]) -> Incident:
        for _ in range(TRIES):
            incident = await self._incident(incident_id)
            fact = decide(incident)
            if fact is None:
                return incident
            subject = incident_subject(incident_id)
            entry = Entry(id=self._chance(16), subject=subject, at=self._clock(), facts=(fact,))
            try:
                (position,) = await self._journal.append([entry], expect_of(incident))
            except Stale:
                await catch_up(self._board, self._journal, incident_id)
                continue
            self._board.fold(position, entry)
            return await self._incident(incident_id)
        raise Conflict("Somebody was quicker")


def _id(by: Staff, name: str | None, chance: Chance) -> str:
    return chance(8).hex() if name is None else sha256(f"picture\0{by.name}\0{name}".encode()).hexdigest()[:16]


def _of(incident: Incident, picture: str) -> Picture | None:
    return next((one for one in incident.pictures if one.id == picture), None)


def _there(incident: Incident, picture: str) -> Picture:
    found = _of(incident, picture)
    if found is None:
        raise LookupError(picture)
    return found
