"""One centre, put together from its settings: stores, the walk, the desk, the doors.

Start: stores, fold what is stored, journal `Started`, deadlines and supervision, receivers, console. Stop goes the
other way round, so that nothing is taken in that nobody would keep. A task that fails stops the centre: half a centre
looks healthy and is not.
"""

import asyncio
import secrets
import sys
from asyncio import Task
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from belfry import __version__, plugins
from belfry.app import snapshot
from belfry.app.stores import Stores
from belfry.centre.blind import TRIAGE_BEHIND, Blind
from belfry.centre.board import Board
from belfry.centre.deadlines import Deadlines
from belfry.centre.desk import Desk
from belfry.centre.expiry import EVERY, expire
from belfry.centre.intake import Intake
from belfry.centre.replay import Replay
from belfry.centre.seals import Seals
from belfry.centre.supervision import Asks, Supervision
from belfry.centre.triage import Triage
from belfry.centre.walk import Walk
from belfry.domain import codes, kinds
from belfry.domain.condition import Condition, is_armed
from belfry.domain.facts import Entry, Retention, Started
from belfry.domain.incident import State
from belfry.domain.supervision import downtimes
from belfry.ports import Chance, Clock, Receiver, Stored
from belfry.ports.staff import Role
from belfry.registry.book import AccountBook
from belfry.registry.store import last_change
from belfry.settings import Settings, part
from belfry.web import create_app
from belfry.web.house import Centre as CentreState
from belfry.web.house import House, ReceiverState
from belfry.web.server import Console

log = structlog.get_logger()

REGISTRY_LOOK: Final = timedelta(seconds=2)
"""How often changes of the registry are looked for; a change of an account counts this late at most."""

SESSIONS_LOOK: Final = timedelta(minutes=1)
"""How often sessions that are over are let go, and the last use of the others is saved."""

STARTS_READ: Final = 256
"""Earlier starts whose downtime still counts for whom was not heard since."""

TAG_KEYS_LOOK: Final = timedelta(minutes=1)
"""A machine that slept over midnight has the new day's key this late at most."""

BLIND_LOOK: Final = timedelta(seconds=10)
BELL: Final = "\a"

SNAPSHOT_EVERY: Final = timedelta(minutes=10)

_NOTHING: Final = Condition()


class StartError(Exception):
    """The centre cannot start; the message says which part and why, for people."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Centre:
    """Open with `await Centre.open(settings)`, then `start`, `wait`, `stop`."""

    def __init__(
        self, settings: Settings, stores: Stores, *, clock: Clock, chance: Chance, demo: Sequence[str]
    ) -> None:
        self._settings, self._stores, self._clock, self._chance = settings, stores, clock, chance
        self._demo = demo
        self._kinds, self._codes = kinds.load(), codes.load()
        self._tasks: list[Task[None]] = []
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.book: AccountBook = AccountBook()
        self.board = Board()
        self._blind = Blind()
        self.receivers: list[Receiver] = []
        self.console: Console | None = None
        self.setup_code: str | None = None

    @classmethod
    async def open(
        cls,
        settings: Settings,
        *,
        clock: Clock = utc_now,
        chance: Chance = secrets.token_bytes,
        demo: Sequence[str] = (),
    ) -> "Centre":
        """Open the stores; nothing listens yet. Raises what `Stores.open` raises."""
        return cls(
            settings, await Stores.open(settings, clock=clock, chance=chance), clock=clock, chance=chance, demo=demo
        )

    async def start(self) -> None:
        """Raises StartError, or what a part raises; call `stop` in any case."""
        await self._wake()
        await self._open_doors()
        log.info("centre started", version=__version__, position=self._stores.journal.position, open=len(self.board))

    async def wait(self) -> None:
        """Return never, or raise what made a part fail."""
        await asyncio.shield(self._failed)

    # -- start

    async def _wake(self) -> None:
        """Fold what is stored, and say in the journal that the centre is here again."""
        settings, stores = self._settings, self._stores
        rules, now = settings.rules, self._clock()
        registry = stores.registry
        self._change_seen = await asyncio.to_thread(last_change, registry.store)  # before the book: none is missed
        self.book = await asyncio.to_thread(registry.book)
        replay = Replay(rules, now)
        self.triage = Triage(accounts=self.book, kinds=self._kinds, codes=self._codes, rules=rules)
        periods = {retention: settings.retention.of(retention) for retention in Retention}
        self.seals = Seals(stores.keys, self._chance, self._clock, periods)
        self.intake = Intake(
            journal=stores.journal,
            accounts=self.book,
            seals=self.seals,
            keys=stores.keys,
            replay=replay,
            on_poll=lambda poll: self.supervision.poll(poll),
            is_keyed=self.triage.keyed,
            clock=self._clock,
            chance=self._chance,
        )
        await self.intake.prepare()
        self.supervision = self._supervision()
        down = await self._load_supervision()
        self.walk = Walk(
            journal=stores.journal,
            board=self.board,
            triage=self.triage,
            replay=replay,
            heard=lambda position, signal: self.supervision.heard(signal),
            clock=self._clock,
            chance=self._chance,
        )
        known = snapshot.load(settings.data, stores.journal.position)
        if known is not None:
            self.walk.restore(known)
        self._own("walk", self.walk.run())
        await self._or_failure(self.walk.live.wait())
        await self._say_started(down)

    async def _load_supervision(self) -> timedelta | None:
        """Returns how long nobody was here, where that is known."""
        stored = await self._stores.journal.read("centre", limit=STARTS_READ)
        downs = downtimes(one.entry for one in stored if isinstance(one, Stored))
        down = await self.supervision.load(downs)
        return None if down is None else down.until - down.since

    async def _say_started(self, down: timedelta | None) -> None:
        fact = Started(
            version=__version__,
            kinds_version=self._kinds.version,
            kinds_digest=self._kinds.digest,
            codes_digest=self._codes.digest,
            down_s=None if down is None else down.total_seconds(),
        )
        entry = Entry(id=self._chance(16), subject="centre", at=self._clock(), facts=(fact,))
        await self._stores.journal.append([entry])

    def _supervision(self) -> Supervision:
        asks = Asks(
            has_open_incident=lambda key: bool(self.board.of_account(key)),
            is_armed=lambda key: is_armed(self.triage.conditions.get(key, _NOTHING), None),
            is_keyed=self.triage.keyed,
        )
        return Supervision(
            self.book,
            lambda arrival: self.intake.deliver(arrival),
            rules=self._settings.rules,
            clock=self._clock,
            last_seen=self._stores.registry.last_seen_door(),
            asks=asks,
        )

    async def _open_doors(self) -> None:
        settings, stores = self._settings, self._stores
        self.deadlines = Deadlines(
            self.board, stores.journal, rules=settings.rules, clock=self._clock, chance=self._chance
        )
        self.desk = Desk(
            self.board,
            stores.journal,
            self.seals,
            kinds=self._kinds,
            rules=settings.rules,
            clock=self._clock,
            chance=self._chance,
        )
        self._own("deadlines", self.deadlines.run())
        self._own("supervision", self.supervision.run())
        self._every("tag keys", TAG_KEYS_LOOK, self.intake.prepare)
        self._every("blind", BLIND_LOOK, self._look_whether_blind)
        self._every("expiry", EVERY, self._housekeeping)
        self._every("snapshot", SNAPSHOT_EVERY, self._save_snapshot)
        await self._start_receivers()
        await self._start_console()

    async def _start_receivers(self) -> None:
        for table in self._settings.receiver:
            built = plugins.load(plugins.Group.RECEIVERS, table.type)
            shape = plugins.settings_of(plugins.Group.RECEIVERS, table.type, built)
            receiver: Receiver = built(part(table, shape), self.intake, self.book, self._clock, self._chance)
            try:
                await receiver.start()
            except OSError as error:
                raise StartError(f"receiver {table.called} cannot listen: {error}") from error
            self.receivers.append(receiver)
            log.info("receiver listens", name=receiver.name, at="{}:{}".format(*receiver.listening))

    async def _start_console(self) -> None:
        settings, registry = self._settings, self._stores.registry
        self._sessions = registry.sessions_door(timedelta(hours=settings.console.session_hours))
        await self._sessions.refresh(self._clock())
        self._every("sessions", SESSIONS_LOOK, self._sweep_sessions)
        self._every("registry", REGISTRY_LOOK, self._follow_registry)
        users = registry.users_door()
        if await users.empty():
            if self._demo:
                for name in self._demo:
                    await users.add(name, Role.OPERATOR, secrets.token_urlsafe(16))
            else:
                self.setup_code = secrets.token_hex(4)
        https = settings.console.tls_cert is not None or (settings.console.public_url or "").startswith("https:")
        house = House(
            name=settings.name,
            version=__version__,
            language=settings.language,
            rules=settings.rules,
            board=self.board,
            journal=self._stores.journal,
            desk=self.desk,
            deadlines=self.deadlines,
            seals=self.seals,
            intake=self.intake,
            accounts=self.book,
            kinds=self._kinds,
            codes=self._codes,
            clock=self._clock,
            users=users,
            sessions=self._sessions,
            tokens=registry.tokens_door(),
            describe=self.describe,
            setup_code=self.setup_code,
            demo=self._demo,
            public_url=settings.console.public_url,
            https=https,
        )
        self.console = Console(settings.console, create_app(house))
        try:
            await self.console.start()
        except OSError as error:
            raise StartError(f"the console cannot listen on {settings.console.listen}: {error}") from error

    # -- what it tells

    def describe(self) -> CentreState:
        """The state of this moment, for the status page."""
        return CentreState(
            journal_open=getattr(self._stores.journal, "usable", True),
            ready=self.walk.live.is_set() and not self._triage_is_behind(),
            receivers=tuple(_described(receiver) for receiver in self.receivers),
            lost=self.supervision.lost_count,
            not_commissioned=self.supervision.not_commissioned_count,
        )

    def _triage_is_behind(self) -> bool:
        oldest = self.walk.oldest_unsettled
        return oldest is not None and self._clock() - oldest > TRIAGE_BEHIND

    # -- what it does by itself

    async def _look_whether_blind(self) -> None:
        """Kept is not seen: a line in the log and the bell of the terminal, until somebody sees."""
        why = self._blind.look(
            self._clock(),
            oldest_unsettled=self.walk.oldest_unsettled,
            consoles=self.deadlines.consoles,
            waiting=self.board.counts()[State.WAITING],
        )
        if why:
            log.error("the centre is blind", why="; ".join(why))
            if sys.stderr.isatty():
                sys.stderr.write(BELL)

    async def _housekeeping(self) -> None:
        self.board.forget(self._clock())
        erased = await expire(self._stores.keys, self._stores.journal, self._clock, self._chance)
        if erased:
            log.info("data keys destroyed", keys=erased)

    async def _follow_registry(self) -> None:
        """Take over what `belfry import` or another node changed."""
        registry = self._stores.registry
        changes = await asyncio.to_thread(registry.changes, self._change_seen)
        if not changes:
            return
        ids = {change.row for change in changes if change.table == "account"}
        found = {account.id: account for account in await asyncio.to_thread(registry.some_accounts, ids)}
        for account_id in ids:
            if account_id in found:
                self.book.put(found[account_id])
            else:
                self.book.remove(account_id)
            self.supervision.changed(account_id)
        if any(change.table == "user" for change in changes):
            await self._sessions.refresh(self._clock())  # a disabled user is out at once
        self._change_seen = changes[-1].id

    async def _sweep_sessions(self) -> None:
        await self._sessions.sweep(self._clock())

    async def _save_snapshot(self) -> None:
        state = self.walk.state()
        await asyncio.to_thread(snapshot.save, self._settings.data, state)

    # -- tasks

    def _own(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run a task whose failure is the centre's."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _every(self, name: str, span: timedelta, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def again() -> None:
            while True:
                await act()
                await asyncio.sleep(span.total_seconds())

        self._own(name, again())

    def _ended(self, task: Task[None]) -> None:
        if task.cancelled() or self._failed.done():
            return
        error = task.exception()
        if error is not None:
            log.error("part failed", part=task.get_name(), error=repr(error))
            self._failed.set_exception(error)

    async def _or_failure(self, wanted: Coroutine[Any, Any, Any]) -> None:
        """Wait for something, or raise what made a part fail meanwhile."""
        waiting = asyncio.ensure_future(wanted)
        await asyncio.wait({waiting, self._failed}, return_when=asyncio.FIRST_COMPLETED)
        if self._failed.done():
            waiting.cancel()
            self._failed.result()

    # -- stop

    async def stop(self) -> None:
        """End everything in order; what is on its way to the disk is kept and answered first."""
        if self.console is not None:
            await self.console.stop()
        for receiver in self.receivers:
            await receiver.stop()
        if hasattr(self, "intake"):
            await self.intake.settle()
        for task in reversed(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):  # its failure was told by `wait`
                await task
        if hasattr(self, "walk") and self.walk.live.is_set():
            await self.supervision.save()
            await self._save_snapshot()
        if self._failed.done() and not self._failed.cancelled():
            self._failed.exception()  # told by `wait`; asked here so that nobody calls it unheard
        await self._stores.close()
        log.info("centre stopped")


def _described(receiver: Receiver) -> ReceiverState:
    told = receiver.describe()
    host, port = receiver.listening
    connections = told.get("connections", 0)
    return ReceiverState(
        receiver.name,
        str(told.get("type", "")),
        f"{host}:{port}",
        connections if isinstance(connections, int) else 0,
    )
