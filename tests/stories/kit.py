"""The whole product in one process: real stores in a folder, real sockets, real HTTP, and a clock that tests move.

A `Town` is a running centre with the simulator's sixteen sites. Panels speak to its DC-09 port and operators to its
console's port; what a test reads, it reads as they do. `until` waits for a condition, never for a time.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from argon2 import PasswordHasher

from belfry.app import Centre
from belfry.app.demo import prepare
from belfry.app.machine import Machine
from belfry.centre import supervision
from belfry.centre.deadlines import Deadlines
from belfry.centre.on_test.ends import Ends
from belfry.centre.schedules import Schedules
from belfry.centre.supervision import Supervision
from belfry.domain.own_faults import Space
from belfry.ports.staff import Role
from belfry.registry import Registry
from belfry.settings import Settings
from belfry.simulator.panel import Line, Panel
from belfry.simulator.play import Player
from belfry.simulator.scenes import Scene
from belfry.simulator.town import town as sites
from tests.once import make_once

make_once()

START: Final = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
PASSWORD: Final = "correct horse battery"
SEED: Final = 7
SITES: Final = 16
"""Those that the scenes know by role; further ones are neighbours, of whom every fifth polls."""
DEADLINE_S: Final = 30.0
"""How long a condition may take on a busy machine before the test fails; nothing waits for it."""

STRIDE: Final = supervision.STALL - timedelta(seconds=2)
"""A longer jump of the clock means to supervision that the machine slept, and is nobody's silence."""

ROOMY: Final = Machine(space=lambda _: Space(1 << 40, 1 << 39), wall=lambda: 0.0, steady=lambda: 0.0)
"""Room for everything, whatever disk the tests run on, and clocks that nobody sets but the test."""

Row = dict[str, Any]
Change = Callable[[Settings], Settings]
"""What a story's centre has in its settings beside those of the demo."""


class Clock:
    """The time, as far as the centre and its panels know."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a condition of this process."""
    async with asyncio.timeout(DEADLINE_S):
        while not holds():  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.002)


async def until_told(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition that somebody has to be asked about."""
    async with asyncio.timeout(DEADLINE_S):
        while not await holds():  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.01)


def told(row: Row) -> str:
    """An incident on one line: kind, priority, state, account, and its flags where it has any."""
    flags = f" [{' '.join(sorted(row['flags']))}]" if row["flags"] else ""
    return f"{row['kind']} {row['priority']} {row['state']} {row['account']}{flags}"


class Desk:
    """An operator, or a program, as the API knows it."""

    def __init__(self, client: httpx.AsyncClient, name: str) -> None:
        self.client, self.name = client, name

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(path, json=body)

    async def incidents(self, *states: str) -> list[Row]:
        """Those of some states; without any, the open ones and then those closed within a day."""
        items: list[Row] = (await self.get("/incidents", state=states, limit=1_000))["items"]
        return items

    async def told(self) -> list[str]:
        """Every incident there is, in the order of the list."""
        return [told(row) for row in await self.incidents()]

    async def detail(self, incident: str) -> Row:
        found: Row = await self.get(f"/incidents/{incident}")
        return found

    async def signals(self, account: str | None = None) -> list[Row]:
        """Every signal of the journal, or of an account, in order."""
        items: list[Row] = []
        query: dict[str, Any] = {"limit": 1_000} | ({} if account is None else {"account": account})
        while True:
            page = await self.get("/signals", **query)
            items += page["items"]
            if page["next"] is None:
                return items
            query["after"] = page["next"]

    async def plan(self, incident: str) -> Row:
        found: Row = await self.get(f"/incidents/{incident}/plan")
        return found

    async def do(self, incident: str, outcome: str, **words: Any) -> Row:
        """The present step of its plan, with an outcome; returns the plan afterwards."""
        step = (await self.plan(incident))["at"]
        await self.act(incident, "do", step=step, outcome=outcome, **words)
        return await self.plan(incident)

    async def skip_all(self, incident: str) -> None:
        """Leave out whatever its plan demands: for stories that are about something else."""
        while owed := (await self.plan(incident))["owed"]:
            await self.act(incident, "skip", step=owed[0], reason="not told here")

    async def act(self, incident: str, act: str, **words: Any) -> Row:
        """Act on an incident as it is now; the act must be taken."""
        if act != "note" and "version" not in words:
            words["version"] = (await self.detail(incident))["version"]
        answer = await self.post(f"/incidents/{incident}/{act}", **words)
        assert answer.status_code == 200, answer.text
        done: Row = answer.json()
        return done


class Town:
    """A running centre, its panels and its staff."""

    centre: Centre
    line: Line
    player: Player

    def __init__(
        self, folder: Path, clock: Clock, count: int, machine: Machine, change: Change = lambda settings: settings
    ) -> None:
        self.clock, self.machine = clock, machine
        self.settings = change(prepare(folder, port=0, panels=0, accounts=count, seed=SEED))
        self.sites = sites(count, SEED)
        self._supervised_at: list[datetime] = []
        self._scheduled_at: list[datetime] = []
        self._deadlines_at: list[datetime] = []
        self._tests_at: list[datetime] = []
        self._desks: list[Desk] = []

    # -- beginning and end

    async def start(self) -> None:
        self.centre = await Centre.open(self.settings, clock=self.clock, machine=self.machine)
        await self.centre.start()
        self._watch(self.centre.supervision, self._supervised_at)
        self._watch(self.centre.schedules, self._scheduled_at)
        self._watch(self.centre.deadlines, self._deadlines_at)
        self._watch(self.centre.ends, self._tests_at)
        self.line = Line(*self.centre.receivers[0].listening, answer_within_s=DEADLINE_S)
        dice = random.Random(SEED)
        self.player = Player(self.sites, self.line, seed=SEED, now=self.clock, chance=dice.randbytes)

    async def stop(self) -> None:
        """Everybody leaves, then the centre stops."""
        await self.player.close()
        for desk in self._desks:
            await desk.client.aclose()
        self._desks.clear()
        await self.centre.stop()

    async def restart(self) -> None:
        """Another centre goes on in the same folder; panels and staff have to come anew."""
        await self.stop()
        await self.start()

    # -- panels

    def panel(self, role: str) -> Panel:
        return self.player.panel(self.player.role(role))

    async def say(self, role: str, code: str, zone: str = "000", **words: str) -> str:
        """One event of a panel, decided when this returns."""
        answer = await self.panel(role).say(code, zone=zone, **words)
        await self.settled()
        return answer

    async def play(self, scene: Scene) -> list[str]:
        """Play a scene by the town's clock, each step decided before the next; returns the answers."""
        began, answers = self.clock.now, []
        for step in sorted(scene.steps, key=lambda one: one.at_s):
            self.clock.now = began + timedelta(seconds=step.at_s)
            await self.settled()
            answers.append(await self.player.say(self.player.role(step.role), step))
            await self.settled()
        return answers

    # -- time

    async def settled(self) -> None:
        """Everything stored is folded and decided, as the centre's own numbers say, and no deadline is overdue."""
        await self._looked(self._deadlines_at)
        if list(self.centre.triage.on_test.running()):
            await self._looked(self._tests_at)
        async with httpx.AsyncClient(base_url=self.url) as client:

            async def is_settled() -> bool:
                numbers = numbers_of((await client.get("/metrics")).text)
                folded = numbers["belfry_board_position"] == numbers["belfry_journal_position"]
                return folded and not numbers["belfry_signals_undecided"]

            await until_told(is_settled)

    async def pass_time(self, **span: float) -> None:
        """Let time pass in strides, each of which supervision looks at to its end."""
        end = self.clock.now + timedelta(**span)
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + STRIDE)
            await self._looked(self._supervised_at)
            await self._looked(self._scheduled_at)
        await self.settled()

    async def _looked(self, at: list[datetime]) -> None:
        """Somebody who looks at the clock has seen the present time, and written down what it means."""
        now = self.clock.now
        await until(lambda: at[-1] >= now)

    def _watch(self, watcher: Deadlines | Ends | Schedules | Supervision, at: list[datetime]) -> None:
        """Remember the last time that a task has worked off."""
        step = watcher.step
        at[:] = [self.clock.now - timedelta(days=1)]

        async def seen(now: datetime) -> Any:
            outcome = await step(now)
            at[:] = [now]
            return outcome

        watcher.step = seen  # type: ignore[method-assign]  # it only tells when it is done

    # -- staff

    @property
    def url(self) -> str:
        assert self.centre.console is not None
        return self.centre.console.url

    @asynccontextmanager
    async def _registry(self) -> AsyncIterator[Registry]:
        """The registry beside the running centre, as `belfry user` opens it."""
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        registry = await asyncio.to_thread(Registry.open, self.settings.registry_at, clock=self.clock, hasher=hasher)
        try:
            yield registry
        finally:
            registry.close()

    async def program(self, role: Role = Role.SUPERVISOR, name: str = "program") -> Desk:
        """A program with a bearer token."""
        async with self._registry() as registry:
            secret = registry.tokens.issue(role, name=name, hours=12, by="test")
        return self._desk(name, {"Authorization": f"Bearer {secret}"})

    async def operator(self, name: str, role: Role = Role.OPERATOR, *tenants: str) -> Desk:
        """A person who is made if need be, of all tenants or of some, and signs in with a password."""
        async with self._registry() as registry:
            if all(user.name != name for user in registry.users.all()):
                registry.users.add(name, role, PASSWORD, by="test", tenants=tenants or None)
        desk = self._desk(name, {})
        answer = await desk.post("/session", name=name, password=PASSWORD)
        assert answer.status_code == 200, answer.text
        desk.client.headers["X-Belfry-CSRF"] = answer.json()["csrf"]
        return desk

    def _desk(self, name: str, headers: Mapping[str, str]) -> Desk:
        client = httpx.AsyncClient(base_url=f"{self.url}api/v1", headers=headers, timeout=DEADLINE_S)
        self._desks.append(Desk(client, name))
        return self._desks[-1]


def numbers_of(metrics: str) -> dict[str, float]:
    """What `/metrics` says, by name (with its labels)."""
    lines = (line.rpartition(" ") for line in metrics.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


@asynccontextmanager
async def open_town(
    folder: Path, *, count: int = SITES, machine: Machine = ROOMY, change: Change = lambda settings: settings
) -> AsyncIterator[Town]:
    """A centre with `count` sites until the end of the block, on ports that the system chooses."""
    town = Town(folder, Clock(), count, machine, change)
    await town.start()
    try:
        yield town
    finally:
        await town.stop()
