"""The demo's town, many times over, from outside: its panels, its scenes again and again, its people.

What the receiver acknowledged is written down here, so that it can be asked for afterwards.
"""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from belfry.simulator.panel import Line
from belfry.simulator.play import Player, scanner
from belfry.simulator.scenes import FIRST_MINUTE, Say
from belfry.simulator.town import Site, town
from endurance.house import Address

DEMO_SITES: Final = 120
DEMO_RATE: Final = 0.5
"""The demo's daily signals a second."""
ROUNDS_AN_HOUR: Final = 1
"""The demo plays its stories once; ten times the demo plays them ten times an hour."""
OUTAGE_BEGINS_S: Final = 120.0
OUTAGE_LASTS_S: Final = 90.0
SCANNER_COMES_S: Final = 60.0
JEWELLER_FALLS_SILENT_S: Final = 30.0

CALLS: Final[Sequence[tuple[float, str, dict[str, Any]]]] = (
    (
        37,
        "calls",
        {
            "kind": "TRF.COLLISION",
            "note": "Two cars, one on its side.",
            "place": {"text": "Ring Road"},
            "caller": {"name": "Passing driver", "number": "01632 960 118"},
        },
    ),
    (51, "reports", {"kind": "PROP.UNSECURED", "note": "Side door open.", "place": {"text": "30 Quay Street, yard"}}),
    (24, "calls", {"kind": "RES.LIFT.ALARM", "note": "Voice from the lift.", "place": {"text": "1 Esplanade, lift B"}}),
)

Said = Counter[tuple[str, str]]
"""How often an account said a code, both as `/signals` shows them."""


class Recorded(Player):
    """A player that remembers what was acknowledged, and can let the silenced speak again."""

    def __init__(self, sites: Sequence[Site], line: Line, *, seed: int) -> None:
        super().__init__(sites, line, seed=seed, now=_now, chance=secrets.token_bytes)
        self.acknowledged: Said = Counter()
        self.unsure: Said = Counter()
        """Not answered, or not with an acknowledgement: it may have been kept all the same."""

    async def say(self, account: str, step: Say) -> str:
        answer = await super().say(account, step)
        if answer == "ACK":
            self.acknowledged[account, step.code] += 1
        elif answer != "silenced":
            self.unsure[account, step.code] += 1
        return answer

    def speaks_again(self, role: str) -> None:
        self._silenced.discard(self.role(role))


class Town:
    """The town at `factor` times the demo's load. `live` is what happens there and `poll` its link tests, until each is
    cancelled; `close` ends every connection."""

    def __init__(self, panels: Address, factor: float, *, seed: int) -> None:
        self.sites = town(round(DEMO_SITES * factor), seed)
        self._line = Line(*panels)
        self.player = Recorded(self.sites, self._line, seed=seed)
        self._factor, self._seed = factor, seed
        self.scanned = 0
        self.said = 0
        """Calls and reports that were accepted."""

    async def live(self, api: httpx.AsyncClient) -> None:
        async with asyncio.TaskGroup() as living:
            living.create_task(self.player.noise(DEMO_RATE * self._factor))
            living.create_task(self._stories(api))

    async def poll(self) -> None:
        await self.player.polls()

    async def close(self) -> None:
        await self.player.close()

    async def _stories(self, api: httpx.AsyncClient) -> None:
        every_s = 3_600 / ROUNDS_AN_HOUR / self._factor
        async with asyncio.TaskGroup() as stories:
            while True:
                stories.create_task(self.player.programme(FIRST_MINUTE))
                stories.create_task(self._jeweller())
                stories.create_task(self._scanner())
                stories.create_task(self.player.outage(after_s=OUTAGE_BEGINS_S, lasts_s=OUTAGE_LASTS_S))
                for after_s, way, body in CALLS:
                    stories.create_task(self._call(api, after_s, way, body))
                await asyncio.sleep(every_s)

    async def _jeweller(self) -> None:
        self.player.speaks_again("jeweller")
        await self.player.say(self.player.role("jeweller"), Say(0, "jeweller", "3401", "001"))
        await asyncio.sleep(JEWELLER_FALLS_SILENT_S)
        self.player.silence("jeweller")

    async def _scanner(self) -> None:
        await asyncio.sleep(SCANNER_COMES_S)
        await scanner(self._line, seed=self._seed + random.randrange(1 << 20), now=_now)
        self.scanned += 1

    async def _call(self, api: httpx.AsyncClient, after_s: float, way: str, body: dict[str, Any]) -> None:
        await asyncio.sleep(after_s)
        answer = await api.post(f"/api/v1/{way}", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
        answer.raise_for_status()
        self.said += 1


def _now() -> datetime:
    return datetime.now(UTC)
