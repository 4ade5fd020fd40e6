"""One centre, put together from its settings: stores, the walk, the desk, the doors.

Start: stores, fold what is stored, journal `Started`, deadlines and supervision, receivers, console. Stop goes the
other way round, so that nothing is taken in that nobody would keep. A task that fails stops the centre: half a centre
looks healthy and is not.
"""

import asyncio
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from belfry import __version__, plugins
from belfry.app import alerting, mark, snapshot, ways
from belfry.app.alerting import Alarming, OtherWays
from belfry.app.automation import AutomationOutput, Tables
from belfry.app.health import Health
from belfry.app.keeping.telling import Telling
from belfry.app.machine import THIS, Machine
from belfry.app.mapping import map_files
from belfry.app.reporting import Reporting
from belfry.app.stores import Stores
from belfry.app.tasks import Tasks
from belfry.app.upkeep import Upkeep
from belfry.centre import outlets
from belfry.centre.archivist import Archivist
from belfry.centre.asking import Rota
from belfry.centre.blind import TRIAGE_BEHIND
from belfry.centre.board import Board
from belfry.centre.bulk import Bulk
from belfry.centre.calls import CallDesk, Offers
from belfry.centre.carrying import Known
from belfry.centre.deadlines import Deadlines
from belfry.centre.desk import Desk
from belfry.centre.devices import Asks as DeviceAsks
from belfry.centre.devices import DeviceDesk
from belfry.centre.dispatch import DispatchDesk, Recommending
from belfry.centre.dispatch.accounting import AccountingDesk
from belfry.centre.expiry import Expiry
from belfry.centre.feed import Feed
from belfry.centre.field import FieldDesk, PictureDesk
from belfry.centre.handovers import HandoverBook, HandoverDesk
from belfry.centre.intake import Intake
from belfry.centre.notices import NoticeBook
from belfry.centre.on_test.codes import TechnicianCodes
from belfry.centre.on_test.desk import OnTestDesk
from belfry.centre.on_test.ends import Ends
from belfry.centre.outbox import Outbox
from belfry.centre.own_faults import OwnFaults
from belfry.centre.plans import Planner
from belfry.centre.registered import Registered
from belfry.centre.replanning import Replanning
from belfry.centre.replay import Replay
from belfry.centre.runaway_ends import RunawayEnds
from belfry.centre.schedules import Schedules
from belfry.centre.schedules.extending import EXTENSIONS, ScheduleDesk
from belfry.centre.seals import Seals
from belfry.centre.silent import SilentSites
from belfry.centre.storms.desk import StormDesk
from belfry.centre.storms.ends import StormEnds
from belfry.centre.supervision import Asks, Supervision
from belfry.centre.training import TrainingDesk
from belfry.centre.triage import Triage
from belfry.centre.units.ending import Ending
from belfry.centre.units.lone import LoneWatch
from belfry.centre.walk import Walk
from belfry.centre.warnings import WarningBook, WarningDesk
from belfry.domain import codes, kinds, plan_library
from belfry.domain.condition import Condition, is_armed
from belfry.domain.facts import ClosingExtended, Downtime, Entry, Received, Retention, Started
from belfry.domain.incident import Incident
from belfry.domain.notices import CHECK
from belfry.domain.own_faults import Part
from belfry.domain.percentiles import SHIFTS
from belfry.domain.supervision import downtimes
from belfry.domain.teams import Teams
from belfry.gazetteer import SqliteGazetteer
from belfry.ports import Chance, Clock, MayBeAway, NoticesQuirks, Receiver, Stored
from belfry.ports.staff import Role
from belfry.protocols.stripped import is_listed
from belfry.registry.book import AccountBook
from belfry.registry.doors import SessionsDoor
from belfry.registry.push_rows import PushPhonesDoor
from belfry.registry.store import last_change
from belfry.roads import Roads
from belfry.safeguards.retention import EntryPeriods
from belfry.settings import Settings, part
from belfry.web import create_app
from belfry.web.house import AutomationState, House, OwnFaultState, ReceiverState, Silence
from belfry.web.house import Centre as CentreState
from belfry.web.map_files import origins
from belfry.web.server import Console
from belfry.web.silences import LISTED_MOST, NEXT_MOST, NEXT_SIFTED_MOST

log = structlog.get_logger()

STARTS_READ: Final = 256
"""Earlier starts whose downtime still counts for whom was not heard since."""

EXTENSIONS_READ: Final = 4_096
"""Closings that were put off, of which those of the last two days still count."""

REGISTERED_LOOK: Final = timedelta(seconds=2)
"""How soon what is open under a number is its account's, once somebody has registered it."""
RUNAWAYS_LOOK: Final = timedelta(seconds=10)
"""How soon the end of a flood is said."""
CALLS_LOOK: Final = timedelta(seconds=5)
"""How soon what a kill left unsaid goes out, and a call that nobody ends is ended."""
DUTY_LOOK: Final = timedelta(seconds=30)
"""How often it is looked whose shift is over."""
REPORTS_LOOK: Final = timedelta(seconds=20)
"""How late a report that is due is asked for."""
PHONES_LOOK: Final = timedelta(seconds=30)
"""How soon phones of somebody whose account was switched off elsewhere are not written to any more."""
KEEPING_LOOK: Final = timedelta(seconds=30)
"""How soon the status page knows of a backup."""

RECEIVERS: Final = plugins.Group.RECEIVERS

_NOTHING: Final = Condition()


class StartError(Exception):
    """The centre cannot start; the message says which part and why, for people."""


def _tenant(book: AccountBook, incident: Incident) -> str | None:
    account = None if incident.account_id is None else book.by_id(incident.account_id)
    return None if account is None else account.tenant or None


def _takes_devices(part: object) -> bool:
    return getattr(part, "takes_devices", False) is True


def utc_now() -> datetime:
    return datetime.now(UTC)


class Centre:
    """Open with `await Centre.open(settings)`, then `start`, `wait`, `stop`."""

    def __init__(
        self, settings: Settings, stores: Stores, *, clock: Clock, chance: Chance, demo: Sequence[str], machine: Machine
    ) -> None:
        self._settings, self._stores, self._clock, self._chance = settings, stores, clock, chance
        self._demo, self._machine = demo, machine
        self._kinds, self._codes = kinds.load(), codes.load()
        self._tasks = Tasks()
        self._marked = False
        self.book: AccountBook = AccountBook()
        self.board = Board()
        self.notices = NoticeBook()
        self.handovers = HandoverBook()
        self.warnings = WarningBook()
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
        machine: Machine = THIS,
    ) -> "Centre":
        """Open the stores; nothing listens yet. Raises what `Stores.open` raises."""
        stores = await Stores.open(settings, clock=clock, chance=chance)
        return cls(settings, stores, clock=clock, chance=chance, demo=demo, machine=machine)

    async def start(self) -> None:
        """Raises StartError, or what a part raises; call `stop` in any case."""
        await self._wake()
        await self._open_doors()
        log.info("centre started", version=__version__, position=self._stores.journal.position, open=len(self.board))

    async def wait(self) -> None:
        """Return never, or raise what made a part fail."""
        await self._tasks.failure()

    # -- start

    async def _wake(self) -> None:
        """Fold what is stored, and say in the journal that the centre is here again."""
        settings, stores = self._settings, self._stores
        rules, now = settings.rules, self._clock()
        registry = stores.registry
        await asyncio.to_thread(registry.bring_library, plan_library.load(settings.language))
        self._change_seen = await asyncio.to_thread(last_change, registry.store)  # before the book: none is missed
        self.book = await asyncio.to_thread(registry.book)
        self.plans = await asyncio.to_thread(registry.plans_door)
        self.devices = await asyncio.to_thread(registry.devices_door, stores.device_keys)
        self.units = await asyncio.to_thread(registry.units_door)
        self.gazetteer = SqliteGazetteer(self._settings.data)
        self.agreements = await asyncio.to_thread(registry.agreements_door)
        replay = Replay(rules, now)
        self.book.put_calendars(await asyncio.to_thread(registry.calendars))
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
            behind=lambda: stores.journal.position - self.walk.position + self.walk.behind,
            clock=self._clock,
            chance=self._chance,
        )
        await self.intake.prepare()
        self.own_faults = OwnFaults(self.intake.deliver)
        self.health = Health(
            stores=stores,
            folder=settings.data,
            intake=self.intake,
            seals=self.seals,
            faults=self.own_faults,
            machine=self._machine,
            clock=self._clock,
            chance=self._chance,
        )
        self._tasks.round_ended = self.health.round_ended
        self.supervision = self._supervision()
        self.schedules = self._schedules()
        self.device_desk = self._device_desk()
        downs = await self._downtimes()
        down = await self.supervision.load(downs)
        self.walk = Walk(
            journal=stores.journal,
            board=self.board,
            triage=self.triage,
            replay=replay,
            heard=self._heard,
            clock=self._clock,
            chance=self._chance,
            schedules=self.schedules,
            notices=self.notices,
            handovers=self.handovers,
            warnings=self.warnings,
        )
        known = snapshot.load(settings.data, stores.journal.position)
        if known is not None:
            self.walk.restore(known)
        self._tasks.own("walk", self.walk.run())
        await self._tasks.until(self.walk.live.wait())
        await self.device_desk.load()
        await self._load_schedules(downs if down is None else (*downs, down))
        self._gone = downs if down is None else (*downs, down)
        self._look_back(down)
        await self._say_started(down)

    def _heard(self, _: int, signal: Received) -> None:
        self.supervision.heard(signal)
        self.schedules.heard(signal)
        self.device_desk.heard(signal)

    async def _downtimes(self) -> Sequence[Downtime]:
        """When nobody was here before the run that ended last."""
        stored = await self._stores.journal.read("centre", limit=STARTS_READ)
        return downtimes(one.entry for one in stored if isinstance(one, Stored))

    async def _load_schedules(self, downs: Sequence[Downtime]) -> None:
        stored = await self._stores.journal.read(EXTENSIONS, limit=EXTENSIONS_READ)
        facts = (fact for one in stored if isinstance(one, Stored) for fact in one.entry.facts)
        self.schedules.load(downs, [fact for fact in facts if isinstance(fact, ClosingExtended)])

    def _look_back(self, down: Downtime | None) -> None:
        """Take up the centre's own faults: those that are not over, and whether the run before was ended in order."""
        self.own_faults.recall(self.board.every())
        folder = self._settings.data
        if mark.stands(folder) and down is not None:
            self.health.was_away(down.since, down.until)
        mark.put(folder)
        self._marked = True

    async def _say_started(self, down: Downtime | None) -> None:
        fact = Started(
            version=__version__,
            kinds_version=self._kinds.version,
            kinds_digest=self._kinds.digest,
            codes_digest=self._codes.digest,
            down_s=None if down is None else (down.until - down.since).total_seconds(),
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

    def _device_desk(self) -> DeviceDesk:
        tables = self._settings.receiver
        panels = tuple(one.called for one in tables if not _takes_devices(plugins.load(RECEIVERS, one.type)))
        return DeviceDesk(
            self.devices.book,
            self.book,
            lambda arrival: self.intake.deliver(arrival),
            memory=self.devices,
            asks=DeviceAsks(
                conditions=self.triage.conditions, open_of=self.board.of_account, is_listed=is_listed, panels=panels
            ),
            clock=self._clock,
        )

    def _schedules(self) -> Schedules:
        schedules = Schedules(
            self.book,
            lambda arrival: self.intake.deliver(arrival),
            board=self.board,
            conditions=self.triage.conditions,
            holidays=self.book.holidays,
            clock=self._clock,
            rules=self._settings.rules,
        )
        schedules.begin()
        self.triage.hours = schedules
        return schedules

    async def _open_doors(self) -> None:
        settings, stores = self._settings, self._stores
        self.deadlines = Deadlines(
            self.board,
            stores.journal,
            rules=settings.rules,
            clock=self._clock,
            chance=self._chance,
            deliver=self.intake.deliver,
        )
        silent = SilentSites(self.board, self.book, self._clock)
        self.planner = Planner(self.plans.book, self.book, holidays=self.book.holidays, silent=silent.of)
        self.replanning = Replanning(self.board, stores.journal, self.planner, clock=self._clock, chance=self._chance)
        self.replanning.recall()
        teams = Teams(one.team() for one in settings.operator_group)
        self.desk = Desk(
            self.board,
            stores.journal,
            self.seals,
            kinds=self._kinds,
            rules=settings.rules,
            clock=self._clock,
            chance=self._chance,
            plans=self.planner,
            language=self._language_of,
            teams=teams,
        )
        self.bulk = Bulk(
            self.board,
            stores.journal,
            self.seals,
            planner=self.planner,
            rules=settings.rules,
            clock=self._clock,
            chance=self._chance,
            teams=teams,
        )
        self.desk.tenant_of = lambda incident: _tenant(self.book, incident)
        self.desk.merging.recall()
        self._tasks.own("merging", self.desk.merging.run())
        self.training = TrainingDesk(
            self.walk.exercises, self.board, stores.journal, clock=self._clock, chance=self._chance
        )
        self._tasks.own("training", self.training.run())
        self.warning_desk = WarningDesk(self.warnings, stores.journal, clock=self._clock, chance=self._chance)
        self.handover = HandoverDesk(self.handovers, stores.journal, self.seals, clock=self._clock, chance=self._chance)
        self.tests = OnTestDesk(
            self.triage.on_test,
            stores.journal,
            codes=self._codes,
            rules=settings.rules,
            clock=self._clock,
            chance=self._chance,
        )
        self.ends = Ends(
            self.triage.on_test,
            stores.journal,
            lambda arrival: self.intake.deliver(arrival),
            codes=self._codes,
            rules=settings.rules,
            clock=self._clock,
            chance=self._chance,
        )
        self.storms = StormDesk(
            self.triage.storms,
            stores.journal,
            self.seals,
            codes=self._codes,
            rules=settings.rules,
            clock=self._clock,
            chance=self._chance,
        )
        self.storm_ends = StormEnds(
            self.triage.storms, stores.journal, codes=self._codes, clock=self._clock, chance=self._chance
        )
        runaways = RunawayEnds(
            self.board, self.triage.conditions, self.intake.deliver, rules=settings.rules, clock=self._clock
        )
        self._tasks.every("runaways", RUNAWAYS_LOOK, runaways.look)
        self._tasks.every("registered", REGISTERED_LOOK, Registered(self.board, self.book, self.desk).look)
        how, server = settings.travel.server
        self.travel = Roads(
            self._clock,
            settings.travel,
            how=how,
            server=server,
            within_s=settings.travel.within_ms / 1_000,
            at_most=settings.travel.at_most,
        )
        self.dispatch = DispatchDesk(
            self.walk.units,
            self.board,
            stores.journal,
            self.seals,
            book=self.units.book,
            kinds=self._kinds,
            clock=self._clock,
            chance=self._chance,
        )
        self._open_field()
        rota = self._rota()
        phones = await asyncio.to_thread(stores.registry.push_door, stores.push_keys.endpoints)
        self.alarming = self._alarming(phones, rota)
        self.alerts = self.alarming.alerts
        self._tasks.every("phones", PHONES_LOOK, phones.refresh)
        self.calls = CallDesk(
            self.walk.calls,
            self.board,
            stores.journal,
            self.seals,
            self.intake.deliver,
            kinds=self._kinds,
            language=settings.language,
            clock=self._clock,
            chance=self._chance,
        )
        self._tasks.every("calls", CALLS_LOOK, self.calls.look)
        self.outbox = self._outbox(rota)
        self.reporting = Reporting(
            settings.report, self.outbox, name=settings.name, language=settings.language, clock=self._clock
        )
        self._tasks.own("deadlines", self.deadlines.run())
        self._tasks.own("plans", self.replanning.run())
        self._tasks.own("outbox", self.outbox.run())
        self._tasks.own("alerts", self.alerts.following.run())
        self._tasks.own("tests", self.ends.run())
        self._tasks.own("storms", self.storm_ends.run())
        self._tasks.own("supervision", self.supervision.run())
        self._tasks.own("schedules", self.schedules.run())
        self._tasks.own("devices", self.device_desk.run())
        self.health.follow("supervision", lambda: self.supervision.beats)
        self.health.follow("schedules", lambda: self.schedules.beats)
        self.health.follow("devices", lambda: self.device_desk.beats)
        self.health.follow("tests", lambda: self.ends.beats)
        self.health.follow("storms", lambda: self.storm_ends.beats)
        self.health.follow("outbox", lambda: self.outbox.beats)
        self.health.follow("alerts", lambda: self.alerts.following.beats)
        sessions = stores.registry.sessions_door(timedelta(hours=settings.console.session_hours))
        await sessions.refresh(self._clock())
        self.upkeep = self._upkeep(sessions)
        self.upkeep.begin(self._tasks)
        self.keeping = Telling(self._settings, self._clock, lambda: self.health.forecast, lambda: self.upkeep.erased)
        await self.keeping.load(self._stores.journal)
        self._tasks.every("keeping", KEEPING_LOOK, self.keeping.look)
        self.health.begin(self._tasks)
        await self._start_automation()
        await self._start_receivers()
        self.feed = Feed(self.board, self.desk, rules=settings.rules, clock=self._clock, abilities=sessions.abilities)
        self.deadlines.left_lying = self.feed.left_lying
        await self._start_console(sessions)
        self._tasks.own("feed", self.feed.run())

    def _language_of(self, incident: Incident) -> str | None:
        account = None if incident.account_id is None else self.book.by_id(incident.account_id)
        return None if account is None else account.language

    def _alarming(self, phones: PushPhonesDoor, rota: Rota) -> Alarming:
        try:
            return alerting.build(
                self._settings,
                self._stores,
                rota,
                phones=phones,
                desk=self.dispatch,
                board=self.board,
                notices=self.notices,
                travel=self.travel,
                accounts=self.book,
                seals=self.seals,
                faults=self.own_faults,
                kinds=self._kinds,
                clock=self._clock,
                chance=self._chance,
            )
        except OSError as error:
            raise StartError(f"push.ca_file cannot be read: {error.strerror or 'is no certificate'}") from error

    def _rota(self) -> Rota:
        try:
            return ways.rota(self._settings, self._clock)
        except ways.WaysError as error:
            raise StartError(str(error)) from error

    def _outbox(self, rota: Rota) -> Outbox:
        outbox = Outbox(
            self.notices,
            self.board,
            self._stores.journal,
            rota=rota,
            people=self.alarming.ways,
            silent=SilentSites(self.board, self.book, self._clock),
            accounts=self.book,
            kinds=self._kinds,
            rules=self._settings.rules,
            clock=self._clock,
            chance=self._chance,
        )
        outbox.hears = OtherWays(self.own_faults, self._clock)
        outbox.composes[CHECK] = self.lone.compose
        return outbox

    def _upkeep(self, sessions: SessionsDoor) -> Upkeep:
        return Upkeep(
            stores=self._stores,
            folder=self._settings.data,
            book=self.book,
            board=self.board,
            walk=self.walk,
            intake=self.intake,
            supervision=self.supervision,
            schedules=self.schedules,
            deadlines=self.deadlines,
            sessions=sessions,
            archivist=Archivist(self._stores.journal, self._stores.archive),
            expiry=self._expiry(),
            notices=self.notices,
            outbox=self.outbox,
            name=self._settings.name,
            language=self._settings.language,
            unseen=lambda: 0 if self.console is None else self.console.unseen(),
            change_seen=self._change_seen,
            units=self.units,
            rota_kept=timedelta(days=self._settings.retention.rota_days),
            plans=self.plans,
            devices=self.devices,
            agreements=self.agreements,
            clock=self._clock,
            chance=self._chance,
        )

    def _expiry(self) -> Expiry:
        stores, retention = self._stores, self._settings.retention
        return Expiry(
            keys=stores.keys,
            journal=stores.journal,
            archive=stores.archive,
            known=Known(
                condition=self.triage.conditions.get,
                folded=lambda: 0 if self.walk.behind else self.walk.position,
                next_number=lambda: self.board.next_number,
                unit=self.walk.units.get,
            ),
            periods=EntryPeriods(
                person=timedelta(days=retention.person_entry_days),
                log=timedelta(days=retention.log_entry_days),
                other=timedelta(days=retention.entry_days),
            ),
            clock=self._clock,
            chance=self._chance,
        )

    def _open_field(self) -> None:
        """What people in the field bring beside statuses, and who watches over them there."""
        rules, journal, clock, chance = self._settings.rules, self._stores.journal, self._clock, self._chance
        self.accounting = AccountingDesk(self.board, journal, rules=rules, clock=clock, chance=chance)
        self.field = FieldDesk(
            self.dispatch,
            self.accounting,
            self.board,
            journal,
            self.intake.deliver,
            rules=rules,
            clock=clock,
            chance=chance,
        )
        self.pictures = PictureDesk(
            self.board,
            journal,
            self.seals,
            self.walk.units,
            kept=self._settings.retention.of(Retention.PICTURE),
            clock=clock,
            chance=chance,
        )
        self.lone = LoneWatch(
            self.walk.units,
            journal,
            self.intake.deliver,
            book=self.units.book,
            notices=self.notices,
            language=self._settings.language,
            gone=self._gone,
            rules=rules,
            clock=clock,
            chance=chance,
        )
        self._tasks.own("accounting", self.accounting.run())
        self._tasks.own("lone workers", self.lone.run())
        self.health.follow("accounting", lambda: self.accounting.beats)
        self.health.follow("lone workers", lambda: self.lone.beats)

    async def _start_receivers(self) -> None:
        for table in self._settings.receiver:
            built = plugins.load(RECEIVERS, table.type)
            shape = plugins.settings_of(RECEIVERS, table.type, built)
            more: dict[str, object] = {"devices": self.device_desk} if _takes_devices(built) else {}
            if getattr(built, "takes_warnings", False) is True:
                more["warnings"] = self.warning_desk
            receiver: Receiver = built(part(table, shape), self.intake, self.book, self._clock, self._chance, **more)
            try:
                await receiver.start()
            except OSError as error:
                raise StartError(f"receiver {table.called} cannot listen: {error}") from error
            self.receivers.append(receiver)
            if isinstance(receiver, MayBeAway):
                self.health.watch(receiver.name, receiver.away_since)
            host, port = receiver.listening
            if port:
                log.info("receiver listens", name=receiver.name, at=f"{host}:{port}")
            else:
                log.info("receiver goes to its devices", name=receiver.name)

    async def _start_automation(self) -> None:
        """Before the receivers: what a new link is handed begins with what they hear."""
        house = outlets.House(
            journal=self._stores.journal,
            board=self.board,
            accounts=self.book,
            silent=SilentSites(self.board, self.book, self._clock),
            agreements=self.agreements,
            clock=self._clock,
        )
        try:
            self.automation = AutomationOutput(
                Tables(self._settings.automation, self._settings.output),
                house,
                positions=self._stores.registry.automation_door(),
                codes=self._codes,
                chance=self._chance,
            )
        except ValueError as error:
            raise StartError(str(error)) from None  # the cause may hold a secret
        try:
            await self.automation.begin(self._tasks, self.health)
        except OSError as error:
            raise StartError(f"automation output cannot listen: {error}") from error

    async def _start_console(self, sessions: SessionsDoor) -> None:
        settings, registry = self._settings, self._stores.registry
        self.sites, self.words = registry.sites_door(), registry.words_door(self._stores.word_keys)
        users = self.users = registry.users_door()
        if await users.empty():
            if self._demo:
                for n, name in enumerate(self._demo):  # the first one sees all that there is
                    role = Role.OPERATOR if n else Role.SUPERVISOR
                    await users.add(name, role, secrets.token_urlsafe(16))
            else:
                self.setup_code = secrets.token_hex(4)
        https = settings.console.tls_cert is not None or (settings.console.public_url or "").startswith("https:")
        files = map_files(settings.map)
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
            sessions=sessions,
            tokens=registry.tokens_door(self.agreements),
            sites=self.sites,
            plans=self.plans,
            devices=self.devices,
            device_desk=self.device_desk,
            units=self.units,
            gazetteer=self.gazetteer,
            floor_plans=registry.floor_plans_door(),
            trades_agreed=settings.rota.trades_agreed,
            dispatch=self.dispatch,
            accounting=self.accounting,
            field_desk=self.field,
            pictures=self.pictures,
            lone_due=self.lone.due,
            recommending=Recommending(
                self.dispatch,
                self.board,
                self.travel,
                kinds=self._kinds,
                clock=self._clock,
                orders=settings.response,
            ),
            alerts=self.alerts,
            push=self.alarming.push,
            is_delivery=self.alarming.ways.is_token,
            calls=self.calls,
            offers=Offers(self.board, self.book, self.seals, settings.rules),
            travel=self.travel,
            warnings=self.warnings,
            agreements=self.agreements,
            device_now=self.device_desk.now,
            planner=self.planner,
            skipped=self.replanning.skipped,
            words=self.words,
            sheets=registry.sheets_door([one.called for one in settings.receiver]),
            tests=self.tests,
            technicians=TechnicianCodes(
                self.triage.on_test, self._stores.journal, clock=self._clock, chance=self._chance
            ),
            storms=self.storms,
            runaways=lambda: self.triage.runaways.now(self._clock()),
            describe=self.describe,
            silence=self.silence,
            schedules=ScheduleDesk(self.schedules, self._stores.journal, clock=self._clock, chance=self._chance),
            quirks=self.quirks,
            heard=self.supervision.heard_of,
            moves=lambda: self.book.moves,
            archive=self._stores.archive,
            training=self.training,
            handovers=self.handover,
            notices=self.notices,
            outbox=self.outbox,
            feed=self.feed,
            bulk=self.bulk,
            abilities=sessions.abilities,
            shifts=tuple(table.shift() for table in settings.shift) or SHIFTS,
            zone=self.outbox.rota.zone,
            receivers=tuple(one.name for one in self.receivers),
            spoken=self.triage.conditions.keys,
            setup_code=self.setup_code,
            demo=self._demo,
            dialler=settings.dialler.url,
            map=files,
            map_origins=origins(files),
            public_url=settings.console.public_url,
            https=https,
        )
        app = create_app(house)
        self.console = Console(settings.console, app)
        self.reporting.open(app.state["front"])
        self._tasks.every("reports", REPORTS_LOOK, self.reporting.look)
        ask = app.state["front"].hub.unit_changed  # his own screen says that his shift is over, and asks
        ending = Ending(self.dispatch, clock=self._clock, active=self._active, ask=lambda unit, _: ask(unit))
        self._tasks.every("duty", DUTY_LOOK, ending.look)
        try:
            await self.console.start()
        except OSError as error:
            raise StartError(f"the console cannot listen on {settings.console.listen}: {error}") from error

    async def _active(self) -> Collection[str]:
        """Names of the accounts that may be on duty."""
        return {user.name for user in await self.users.all() if not user.disabled}

    # -- what it tells

    def describe(self) -> CentreState:
        """The state of this moment, for the status page."""
        return CentreState(
            journal_open=getattr(self._stores.journal, "usable", True) and self.intake.refusing is None,
            faults=tuple(self._faults_now()),
            ready=self.walk.live.is_set() and not self._triage_is_behind(),
            receivers=tuple(_described(receiver) for receiver in self.receivers),
            automation=tuple(_link(one, self._stores.journal.position) for one in self.automation.now()),
            lost=self.supervision.lost_count,
            not_commissioned=self.supervision.not_commissioned_count,
            undecided=self.walk.behind,
            keeping=self.keeping.now(),
        )

    def _faults_now(self) -> Iterator[OwnFaultState]:
        """The centre's own faults that no incident tells of yet."""
        refusing = self.intake.refusing
        if refusing is not None:
            yield OwnFaultState(Part.STORAGE, refusing.since, refusing.why, refusing.count)
        for name, since in self.own_faults.unsaid():
            if refusing is None or name != Part.STORAGE:
                yield OwnFaultState(name, since)

    def silence(self, most: int) -> Silence:
        """What supervision keeps, at most so many of each list."""
        watch, outages = self.supervision, self.supervision.outages()
        return Silence(
            lost=watch.lost(most),
            lost_count=watch.lost_count,
            not_commissioned=watch.not_commissioned(most),
            not_commissioned_count=watch.not_commissioned_count,
            slow=watch.slow(most),
            slow_count=watch.slow_count,
            outages=outages[:most],
            outage_count=len(outages),
            overdue=self.schedules.overdue()[:most],
            overdue_count=self.schedules.overdue_count,
            due_next=self.schedules.due_next(NEXT_MOST if most <= LISTED_MOST else NEXT_SIFTED_MOST),
            scheduled_count=self.schedules.count,
        )

    def quirks(self) -> Mapping[str, Sequence[str]]:
        """How panels of known accounts differ from the standard, by the id of the account."""
        found: dict[str, set[str]] = {}
        for receiver in self.receivers:
            if isinstance(receiver, NoticesQuirks):
                for key, quirks in receiver.quirky().items():
                    account = self.book.by_key(key)
                    if account is not None:
                        found.setdefault(account.id, set()).update(quirks)
        return {account: sorted(quirks) for account, quirks in found.items()}

    def _triage_is_behind(self) -> bool:
        oldest = self.walk.oldest_unsettled
        return oldest is not None and self._clock() - oldest > TRIAGE_BEHIND

    # -- stop

    async def stop(self) -> None:
        """End everything in order; what is on its way to the disk is kept and answered first."""
        if self.console is not None:
            await self.console.stop()
        for receiver in self.receivers:
            await receiver.stop()
        if hasattr(self, "intake"):
            await self.intake.settle()
        await self._tasks.stop()
        if hasattr(self, "automation"):
            await self.automation.stop()
        if hasattr(self, "outbox"):
            for notifier in ways.notifiers(self.outbox.rota):
                await notifier.close()
            await self.alarming.push.close()
        in_order = self._tasks.whole and getattr(self._stores.journal, "usable", True)
        if hasattr(self, "upkeep"):
            await self._save()
        if hasattr(self, "gazetteer"):
            await self.gazetteer.close()
        await self._stores.close()
        if self._marked and in_order:
            mark.take_away(self._settings.data)
        log.info("centre stopped")

    async def _save(self) -> None:
        """Both are shortcuts of the next start; without them it folds the journal."""
        try:
            await self.supervision.save()
            await self.device_desk.save()
            await self.upkeep.save_snapshot()
            if hasattr(self, "automation"):
                await self.automation.save()
        except Exception as error:  # a full disk must not keep the stores from closing
            log.error("not everything was saved at the stop", error=repr(error))


def _link(link: outlets.LinkNow, head: int) -> AutomationState:
    return AutomationState(
        name=link.name,
        form=link.form,
        agreement=link.agreement,
        state=str(link.state),
        since=link.since,
        why=link.why,
        handed=link.handed,
        unsaid=link.unsaid,
        behind=head - link.position,
    )


def _described(receiver: Receiver) -> ReceiverState:
    told = receiver.describe()
    host, port = receiver.listening
    connections = told.get("connections", 0)
    return ReceiverState(
        receiver.name,
        str(told.get("type", "")),
        f"{host}:{port}",
        connections if isinstance(connections, int) else 0,
        takes_devices=getattr(receiver, "takes_devices", False),
        secure=told.get("tls") is True,
    )
