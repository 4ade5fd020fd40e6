"""What a centre does by itself, again and again: erase what is due, follow the registry, keep a snapshot, look around.

None of it may end the centre: a round that fails is told and tried again.
"""

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from belfry.app import snapshot
from belfry.app.registry_follower import Memory, Record
from belfry.app.stores import Stores
from belfry.app.tasks import Tasks
from belfry.centre.archivist import Archivist
from belfry.centre.blind import Blind
from belfry.centre.board import Board
from belfry.centre.deadlines import Deadlines
from belfry.centre.expiry import EVERY, Expiry
from belfry.centre.intake import Intake
from belfry.centre.notices import NoticeBook
from belfry.centre.outbox import Outbox
from belfry.centre.schedules import Schedules
from belfry.centre.supervision import Supervision
from belfry.centre.walk import Walk
from belfry.domain.escalation import SUPERVISOR
from belfry.domain.incident import State
from belfry.ports import Chance, Clock
from belfry.ports.archive import Totals
from belfry.ports.outbox import Push
from belfry.registry.agreement_rows import AgreementsDoor
from belfry.registry.book import AccountBook
from belfry.registry.device_door import DevicesDoor
from belfry.registry.doors import SessionsDoor
from belfry.registry.plan_door import PlansDoor
from belfry.registry.unit_door import UnitsDoor
from belfry.safeguards import push
from belfry.sql import empty_log

log = structlog.get_logger()

REGISTRY_LOOK: Final = timedelta(seconds=2)
"""How often changes of the registry are looked for; a change of an account counts this late at most."""

SESSIONS_LOOK: Final = timedelta(minutes=1)
"""How often sessions that are over are let go, and the last use of the others is saved."""

HEART_BEATS: Final = timedelta(seconds=1)
"""A sleep of the machine is told by a beat that is late (`centre.replay`)."""

TAG_KEYS_LOOK: Final = timedelta(minutes=1)
"""A machine that slept over midnight has the new day's key this late at most."""

ARCHIVE_SAVE: Final = timedelta(seconds=1)
"""How far the archive is behind at most, where the disk keeps up."""

BLIND_LOOK: Final = timedelta(seconds=10)
BLIND_AGAIN: Final = timedelta(minutes=15)
"""The supervisor's phone rings once in each of these as long as it lasts."""
BLIND: Final = "blind"
BELL: Final = "\a"


class Upkeep:
    """The rounds of a running centre."""

    def __init__(
        self,
        *,
        stores: Stores,
        folder: Path,
        book: AccountBook,
        board: Board,
        walk: Walk,
        intake: Intake,
        supervision: Supervision,
        schedules: Schedules,
        deadlines: Deadlines,
        sessions: SessionsDoor,
        archivist: Archivist,
        expiry: Expiry,
        notices: NoticeBook,
        outbox: Outbox,
        name: str,
        language: str,
        unseen: Callable[[], int],
        change_seen: int,
        plans: PlansDoor,
        devices: DevicesDoor,
        agreements: AgreementsDoor,
        units: UnitsDoor,
        rota_kept: timedelta,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._stores, self._book, self._board = stores, book, board
        self._walk, self._intake, self._supervision, self._schedules = walk, intake, supervision, schedules
        self._deadlines, self._sessions = deadlines, sessions
        self._archivist, self._expiry = archivist, expiry
        self._notices, self._outbox = notices, outbox
        self._units, self._rota_kept = units, rota_kept
        self._name, self._language = name, language
        outbox.composes[BLIND] = self._blind_push
        self.erased = Totals()
        """As far as the archive knows."""
        registry = stores.registry
        self._registry = Memory(
            plans=plans,
            devices=devices,
            agreements=agreements,
            units=units,
            registry=registry,
            book=book,
            supervision=supervision,
            schedules=schedules,
            sessions=sessions,
            clock=clock,
            seen=change_seen,
        )
        self._record = Record(registry=registry, journal=stores.journal, clock=clock, chance=chance)
        self._clock = clock
        self._blind, self._unseen = Blind(), unseen
        self._snapshot = snapshot.Keeper(folder, walk, clock)

    def begin(self, tasks: Tasks) -> None:
        tasks.every("heart", HEART_BEATS, self._beat)
        tasks.every("tag keys", TAG_KEYS_LOOK, self._intake.prepare)
        tasks.every("blind", BLIND_LOOK, self._look_whether_blind)
        tasks.own("archivist", self._archivist.run())
        tasks.every("archive", ARCHIVE_SAVE, self._archive)
        tasks.every("expiry", EVERY, self._erase)
        tasks.every("sessions", SESSIONS_LOOK, self._sweep_sessions)
        tasks.every("registry", REGISTRY_LOOK, self._registry.look)
        tasks.every("record of changes", REGISTRY_LOOK, self._record.look)
        tasks.every("snapshot", snapshot.LOOK, self._snapshot.look)

    async def _beat(self) -> None:
        self._intake.beat()

    async def save_snapshot(self) -> None:
        await self._snapshot.save()

    async def _look_whether_blind(self) -> None:
        """Kept is not seen: a line in the log and the bell of the terminal, until somebody sees."""
        why = self._blind.look(
            self._clock(),
            oldest_unsettled=self._walk.oldest_unsettled,
            consoles=self._deadlines.consoles,
            waiting=self._board.counts()[State.WAITING],
            unseen=self._unseen(),
        )
        if why:
            log.error("the centre is blind", why="; ".join(why))
            span_no = int(self._clock().timestamp() // BLIND_AGAIN.total_seconds())
            await self._outbox.reach(SUPERVISOR, BLIND, f"{BLIND}-{span_no}")
            if sys.stderr.isatty():
                sys.stderr.write(BELL)

    async def _blind_push(self, _: str) -> Push:
        return Push(*push.blind(self._name, self._language))

    async def _erase(self) -> None:
        self._board.forget(self._clock())
        self._notices.forget(lambda incident: self._board.get(incident) is not None)
        keys, entries = await self._expiry.step()
        if keys or entries:
            log.info("erased what was due", keys=keys, entries=entries)
        shifts = await self._units.forget_shifts(self._clock() - self._rota_kept)
        if shifts:
            log.info("erased past shifts", shifts=shifts)
        await asyncio.to_thread(empty_log, self._stores.registry.store.engine)  # of whom somebody took out of it

    async def _archive(self) -> None:
        before = self._archivist.position
        await self._archivist.save()
        if self._archivist.position != before or not before:
            self.erased = await self._stores.archive.totals()

    async def _sweep_sessions(self) -> None:
        await self._sessions.sweep(self._clock())
