"""A whole centre behind the web: real journal, board, walk, desk, keys and registry; only a test moves its clock.

`centre()` opens one; `browser` and `token` give clients of it. Nothing listens unless a test says so.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from argon2 import PasswordHasher
from litestar import Litestar

from belfry.centre.board import Board
from belfry.centre.bulk import Bulk
from belfry.centre.deadlines import Deadlines
from belfry.centre.desk import Desk
from belfry.centre.devices import Asks as DeviceAsks
from belfry.centre.devices import DeviceDesk
from belfry.centre.dispatch import DispatchDesk, Recommending
from belfry.centre.dispatch.accounting import AccountingDesk
from belfry.centre.field import FieldDesk, PictureDesk
from belfry.centre.intake import Intake
from belfry.centre.notices import NoticeBook
from belfry.centre.on_test.codes import TechnicianCodes
from belfry.centre.on_test.desk import OnTestDesk
from belfry.centre.plans import Planner
from belfry.centre.replanning import Replanning
from belfry.centre.replay import Replay
from belfry.centre.seals import Seals
from belfry.centre.silent import SilentSites
from belfry.centre.storms.desk import StormDesk
from belfry.centre.triage import Triage
from belfry.centre.walk import Walk
from belfry.centre.warnings import WarningBook, WarningDesk
from belfry.domain import codes, kinds
from belfry.domain.commands import Staff
from belfry.domain.facts import Retention
from belfry.domain.presets import Rules
from belfry.domain.site import Account
from belfry.domain.travel import Speeds
from belfry.domain.unit import Service, Unit, UnitType
from belfry.journal.memory import MemoryJournal
from belfry.keys.memory import MemoryKeyStore
from belfry.ports import Journal
from belfry.ports.staff import Role
from belfry.registry import Registry
from belfry.registry.book import AccountBook
from belfry.registry.device_rows import DeviceKeys
from belfry.registry.words import WordKeys
from belfry.roads import Roads
from belfry.web import create_app
from belfry.web.front import Front
from belfry.web.house import Centre, House, ReceiverState
from tests.once import make_once

make_once()

START: Final = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
PASSWORD: Final = "correct horse battery"
SETUP_CODE: Final = "4f2a-99c1"
BASE: Final = "http://127.0.0.1:8440"

SITES: Final = (
    Account(
        id="school",
        account="1001",
        type="school",
        name="School",
        address="Mill Lane 1",
        latitude=52.1,
        longitude=13.2,
        time_zone="Europe/Berlin",
    ),
    Account(id="shop", account="2002", type="shop", name="Shop", address="High Street 2"),
    Account(id="care", account="4004", type="multi_dwelling", care=True, name="Care block", keys=(b"k" * 16,)),
)


class Rig:
    """The parts of one centre that a test may want to touch."""

    def __init__(self, journal: Journal, keys: MemoryKeyStore, registry: Registry, options: dict[str, Any]) -> None:
        self.now = START
        self.journal, self.keys, self.registry = journal, keys, registry
        self.state = Centre(
            journal_open=True, ready=True, receivers=(ReceiverState("panels", "dc09", "127.0.0.1:12009", 3),)
        )
        self.board = Board()
        self.notices = NoticeBook()
        self.book = AccountBook(SITES)
        self.chance = random.Random(1).randbytes
        self.rules = Rules()
        self.kinds, self.codes = kinds.load(), codes.load()
        self.triage = Triage(accounts=self.book, kinds=self.kinds, codes=self.codes, rules=self.rules)
        replay = Replay(self.rules, START)
        self.walk = Walk(
            journal=journal,
            board=self.board,
            triage=self.triage,
            replay=replay,
            heard=lambda position, signal: None,
            clock=self.clock,
            chance=self.chance,
            notices=self.notices,
        )
        self.seals = Seals(keys, self.chance, self.clock, {one: timedelta(days=30) for one in Retention})
        self.intake = Intake(
            journal=journal,
            accounts=self.book,
            seals=self.seals,
            keys=keys,
            replay=replay,
            on_poll=lambda poll: None,
            is_keyed=self.triage.keyed,
            clock=self.clock,
            chance=self.chance,
        )
        self.deadlines = Deadlines(
            self.board,
            journal,
            rules=self.rules,
            clock=self.clock,
            chance=self.chance,
            deliver=self.intake.deliver,
        )
        self.plans = registry.plans_door()
        """Without the library, so that nothing is asked for unless a test keeps a plan."""
        self.devices = registry.devices_door(DeviceKeys(b"d" * 32, b"l" * 32))
        self.device_desk = DeviceDesk(
            self.devices.book,
            self.book,
            self.intake.deliver,
            memory=self.devices,
            asks=DeviceAsks(conditions=self.triage.conditions, is_listed=lambda name: name == "faces.age"),
            clock=self.clock,
        )
        self.warnings = WarningDesk(WarningBook(), journal, clock=self.clock, chance=self.chance)
        silent = SilentSites(self.board, self.book, self.clock)
        self.planner = Planner(self.plans.book, self.book, silent=silent.of)
        self.replanning = Replanning(self.board, journal, self.planner, clock=self.clock, chance=self.chance)
        self.desk = Desk(
            self.board,
            journal,
            self.seals,
            kinds=self.kinds,
            rules=self.rules,
            clock=self.clock,
            chance=self.chance,
            plans=self.planner,
        )
        self.units = registry.units_door()
        self.dispatch = DispatchDesk(
            self.walk.units,
            self.board,
            journal,
            self.seals,
            book=self.units.book,
            kinds=self.kinds,
            clock=self.clock,
            chance=self.chance,
        )
        roll = AccountingDesk(self.board, journal, rules=self.rules, clock=self.clock, chance=self.chance)
        bulk = Bulk(
            self.board,
            journal,
            self.seals,
            planner=self.planner,
            rules=self.rules,
            clock=self.clock,
            chance=self.chance,
        )
        values: dict[str, Any] = {
            "bulk": bulk,
            "name": "Test centre",
            "version": "1.2.3",
            "language": "en",
            "rules": self.rules,
            "board": self.board,
            "journal": journal,
            "desk": self.desk,
            "deadlines": self.deadlines,
            "seals": self.seals,
            "intake": self.intake,
            "accounts": self.book,
            "kinds": self.kinds,
            "codes": self.codes,
            "clock": self.clock,
            "users": registry.users_door(),
            "sessions": registry.sessions_door(timedelta(hours=12)),
            "tokens": registry.tokens_door(),
            "sites": registry.sites_door(),
            "plans": self.plans,
            "floor_plans": registry.floor_plans_door(),
            "planner": self.planner,
            "warnings": self.warnings.book,
            "devices": self.devices,
            "units": self.units,
            "travel": Roads(self.clock, Speeds()),
            "dispatch": self.dispatch,
            "accounting": roll,
            "field_desk": FieldDesk(
                self.dispatch,
                roll,
                self.board,
                journal,
                self.intake.deliver,
                rules=self.rules,
                clock=self.clock,
                chance=self.chance,
            ),
            "pictures": PictureDesk(
                self.board,
                journal,
                self.seals,
                self.walk.units,
                kept=timedelta(hours=72),
                clock=self.clock,
                chance=self.chance,
            ),
            "recommending": Recommending(
                self.dispatch, self.board, Roads(self.clock, Speeds()), kinds=self.kinds, clock=self.clock
            ),
            "agreements": registry.agreements_door(),
            "device_desk": self.device_desk,
            "device_now": self.device_desk.now,
            "skipped": self.replanning.skipped,
            "sheets": registry.sheets_door(),
            "words": registry.words_door(WordKeys(words=b"w" * 32, access=b"a" * 32)),
            "tests": OnTestDesk(
                self.triage.on_test,
                journal,
                codes=self.codes,
                rules=self.rules,
                clock=self.clock,
                chance=self.chance,
            ),
            "storms": StormDesk(
                self.triage.storms,
                journal,
                self.seals,
                codes=self.codes,
                rules=self.rules,
                clock=self.clock,
                chance=self.chance,
            ),
            "runaways": lambda: self.triage.runaways.now(self.now),
            "technicians": TechnicianCodes(self.triage.on_test, journal, clock=self.clock, chance=self.chance),
            "notices": self.notices,
            "describe": lambda: self.state,
            "receivers": ("panels",),
            "spoken": self.triage.conditions.keys,
            "setup_code": SETUP_CODE,
        }
        pages = options.pop("pages", None)
        self.house = House(**{**values, **options})
        self.app: Litestar = create_app(self.house, pages)

    @property
    def front(self) -> Front:
        front: Front = self.app.state["front"]
        return front

    def clock(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    # -- clients

    def client(self, *, base: str = BASE, source: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """A client that nobody knows; its paths begin behind the prefix unless they begin with http."""
        app: Any = self.app  # httpx and Litestar write the same ASGI types down differently
        transport = httpx.ASGITransport(app, client=(source, 40_000), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=f"{base}/api/v1", headers=headers)

    async def on_duty(self, name: str, service: Service = Service.FIRE, *, tenant: str = "") -> str:
        """Sign somebody on to a new unit of his own name; returns its id."""
        unit = Unit(id="", call_sign=name, service=service, type=UnitType.TEAM, tenant=tenant)
        made = await self.units.put_unit(unit, by="test")
        await self.dispatch.sign_on(made.id, name, Staff(name, Role.RESPONDER))
        return made.id

    def add_user(self, name: str, role: Role = Role.OPERATOR) -> None:
        self.registry.users.add(name, role, PASSWORD, by="test")

    async def browser(self, name: str, role: Role = Role.OPERATOR) -> httpx.AsyncClient:
        """A signed-in browser of a user, who is made if need be; it sends the CSRF word."""
        if all(user.name != name for user in self.registry.users.all()):
            self.add_user(name, role)
        client = self.client()
        answer = await client.post("/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-Belfry-CSRF"] = answer.json()["csrf"]
        return client

    def token(
        self, role: Role = Role.OPERATOR, name: str | None = None, *, tenant: str | None = None
    ) -> httpx.AsyncClient:
        """A program with a bearer token of a role."""
        secret = self.registry.tokens.issue(role, name=name, tenant=tenant, hours=12, by="test")
        return self.client(authorization=f"Bearer {secret}")

    # -- what happens

    async def settled(self) -> None:
        """Wait until everything stored is folded and decided; the loop turns, no time passes."""
        while self.walk.position < self.journal.position or self.walk.behind:  # noqa: ASYNC110 - no time passes here
            await asyncio.sleep(0)

    async def alarm(self, client: httpx.AsyncClient, code: str = "BA", account: str = "2002", **fields: object) -> str:
        """Let a program say an alarm; returns the id of the newest incident."""
        body = {"account": account, "code": code, "area": "1", "zone": "12", **fields}
        answer = await client.post("/signals", json=body)
        assert answer.status_code == 202, answer.text
        await self.settled()
        newest = max(self.board.queue(), key=lambda incident: incident.number)
        return newest.id


@asynccontextmanager
async def centre(
    folder: Path, journal: Journal | None = None, keys: MemoryKeyStore | None = None, **options: Any
) -> AsyncIterator[Rig]:
    """Open a centre in a folder; `options` replace fields of its House, `pages` its console."""
    rig: Rig | None = None
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    registry = Registry.open(folder, clock=lambda: START if rig is None else rig.now, hasher=hasher)
    opened = await MemoryJournal.open() if journal is None else journal
    rig = Rig(opened, keys or await MemoryKeyStore.open(lambda n: b"\1" * n), registry, options)
    await rig.intake.prepare()
    walking = asyncio.create_task(rig.walk.run())
    await _live(rig, walking)
    planning = asyncio.create_task(rig.replanning.run())
    rig.front.hub.start()
    try:
        yield rig
    finally:
        await rig.front.hub.stop()
        planning.cancel()
        walking.cancel()
        await asyncio.gather(walking, return_exceptions=True)
        registry.close()
        await opened.close()


async def _live(rig: Rig, walking: asyncio.Task[None]) -> None:
    live = asyncio.create_task(rig.walk.live.wait())
    await asyncio.wait({walking, live}, return_when=asyncio.FIRST_COMPLETED)
    live.cancel()
    if walking.done():
        walking.result()


def fields(problems: Sequence[httpx.Response]) -> list[str | None]:
    return [problem.json().get("field") for problem in problems]
