"""Plays scenes and a town's daily noise on real lines. The same seed says the same, in the same order a panel."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final

from belfry.simulator.panel import Line, Now, Panel, Told
from belfry.simulator.scenes import Say, Scene
from belfry.simulator.town import Site

NOISE: Final[Sequence[tuple[int, str]]] = (
    # weight, code: what sites say all day
    (30, "1602"),
    (16, "3401"),
    (16, "1401"),
    (6, "1301"),
    (6, "3301"),
    (5, "1570"),
    (5, "3570"),
    (4, "1384"),
    (4, "3384"),
    (2, "1130"),
    (2, "3130"),
    (1, "1154"),
    (1, "1110"),
)

Sleep = Callable[[float], Awaitable[None]]


class Player:
    """Owns the panels of a town. `close` ends every connection; `told` sums what the receiver answered."""

    def __init__(
        self,
        sites: Sequence[Site],
        line: Line,
        *,
        seed: int,
        now: Now,
        chance: Callable[[int], bytes],
        sleep: Sleep = asyncio.sleep,
        key: bytes | None = None,
    ) -> None:
        self._sites, self._line, self._now, self._chance, self._sleep = sites, line, now, chance, sleep
        self._dice = random.Random(seed)
        self._key = key
        self._roles = {site.role: site for site in sites if site.role}
        self._panels: dict[str, Panel] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._silenced: set[str] = set()

    def panel(self, account: str) -> Panel:
        """The panel of an account; one that no site has is somebody else's, plain over TCP."""
        known = self._panels.get(account)
        if known is None:
            site = next((one for one in self._sites if one.account == account), None)
            key = bytes.fromhex(site.key) if site is not None and site.key else self._key
            udp = self._line.udp or (site is not None and site.udp)
            line = Line(self._line.host, self._line.port, udp=udp, answer_within_s=self._line.answer_within_s)
            known = self._panels[account] = Panel(account, line, self._now, self._chance, key=key)
        return known

    def role(self, role: str) -> str:
        """The account that plays a role; a role that is no site of the town is an account number itself."""
        site = self._roles.get(role)
        return role if site is None else site.account

    def silence(self, role: str) -> None:
        """The panel of a role says nothing more: its line is cut."""
        self._silenced.add(self.role(role))

    async def outage(self, *, after_s: float, lasts_s: float) -> None:
        """A provider's outage: every polling panel without a role falls silent at once, and comes back."""
        struck = {site.account for site in self._sites if site.polls_s and not site.role}
        await self._sleep(after_s)
        self._silenced |= struck
        await self._sleep(lasts_s)
        self._silenced -= struck

    async def falls_silent(self, role: str, *, after_s: float) -> None:
        """One panel polls and then says nothing more."""
        await self._sleep(after_s)
        self.silence(role)

    def told(self) -> Told:
        total = Told()
        for panel in self._panels.values():
            total.acknowledged += panel.told.acknowledged
            total.corrected += panel.told.corrected
            total.refused += panel.told.refused
            total.silent += panel.told.silent
        return total

    async def close(self) -> None:
        for panel in self._panels.values():
            await panel.close()

    # -- what is played

    async def say(self, account: str, step: Say) -> str:
        """One event; a panel says one thing at a time, in order."""
        if account in self._silenced:
            return "silenced"
        async with self._turns.setdefault(account, asyncio.Lock()):
            return await self.panel(account).say(step.code, area=step.area, zone=step.zone, text=step.text)

    async def scene(self, scene: Scene) -> None:
        """Play a scene from its beginning to its last step."""
        at = 0.0
        async with asyncio.TaskGroup() as said:
            for step in sorted(scene.steps, key=lambda one: one.at_s):
                await self._sleep(max(0.0, step.at_s - at))
                at = max(at, step.at_s)
                said.create_task(self.say(self.role(step.role), step))

    async def programme(self, scenes: Sequence[tuple[float, Scene]]) -> None:
        """Play scenes, each from its own start."""
        async with asyncio.TaskGroup() as playing:
            for start_s, scene in scenes:
                playing.create_task(self._later(start_s, scene))

    async def _later(self, start_s: float, scene: Scene) -> None:
        await self._sleep(start_s)
        await self.scene(scene)

    async def polls(self) -> None:
        """Every supervised panel polls in half its interval, for ever."""
        async with asyncio.TaskGroup() as polling:
            for site in self._sites:
                if site.polls_s:
                    polling.create_task(self._polls(site))

    async def _polls(self, site: Site) -> None:
        await self._sleep(self._dice.uniform(0, site.polls_s / 2))
        while True:
            if site.account not in self._silenced:
                async with self._turns.setdefault(site.account, asyncio.Lock()):
                    await self.panel(site.account).poll()
            await self._sleep(site.polls_s / 2)

    async def noise(self, per_second: float, *, until: timedelta | None = None) -> int:
        """The town's daily signals at a mean rate; returns how many were said. None: for ever."""
        said, passed = 0, 0.0
        weights = [weight for weight, _ in NOISE]
        pending: set[asyncio.Task[str]] = set()
        while until is None or passed < until.total_seconds():
            gap = self._dice.expovariate(per_second)
            await self._sleep(gap)
            passed += gap
            site = self._dice.choice(self._sites)
            code = self._dice.choices(NOISE, weights)[0][1]
            zone = f"{self._dice.randint(1, 24):03}"
            task = asyncio.create_task(self.say(site.account, Say(0, site.role, code, zone)))
            pending.add(task)
            task.add_done_callback(pending.discard)
            said += 1
        await asyncio.gather(*pending)
        return said


async def scanner(line: Line, *, seed: int, now: Now, accounts: int = 30) -> None:
    """A scanner: HTTP, a TLS hello, noise, then frames of accounts that nobody has (plain, one connection)."""
    dice = random.Random(seed)
    for noise in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bytes.fromhex("16030100a5010000a1"), dice.randbytes(400)):
        _, writer = await asyncio.open_connection(line.host, line.port)
        writer.write(noise)
        await writer.drain()
        writer.close()
    for n in range(accounts):
        panel = Panel(f"{0xE000 + n:04X}", line, now, random.Random(seed + n).randbytes)
        await panel.say("1130", zone="001")
        await panel.close()
