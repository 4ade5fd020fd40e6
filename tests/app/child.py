"""`belfry` in a process of its own, as its users have it; only the imports are done before (`faults.forked`)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from belfry.app.demo import prepare
from belfry.ports.staff import Role
from belfry.registry import Registry
from faults import forked
from faults.forked import Forked

DEADLINE_S: Final = 60.0
"""How long a command may take on a busy machine before the test fails; nothing waits for it."""

SETTINGS: Final = """\
data = "data"
accounts = "accounts.csv"

[console]
listen = "127.0.0.1:0"

[[receiver]]
type = "dc09"
name = "panels"
listen = "127.0.0.1:0"
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    code: int | None
    said: str
    complained: str


async def belfry(*words: str | Path) -> Ended:
    """Run a command to its end."""
    child = await start(*words)
    async with asyncio.timeout(DEADLINE_S):
        said, complained = await child.communicate()
    return Ended(child.returncode, said.decode(), complained.decode())


async def start(*words: str | Path) -> Forked:
    return await forked.start(words)


def furnish(folder: Path, *, sites: int = 16, settings: str = SETTINGS) -> Path:
    """Write the settings and the simulator's sites into a folder; returns the settings file."""
    folder.mkdir(exist_ok=True)
    prepare(folder, port=0, panels=0, accounts=sites, seed=1)
    config = folder / "belfry.toml"
    config.write_text(settings, encoding="utf-8")
    return config


def token(config: Path, role: Role = Role.SUPERVISOR) -> str:
    """A bearer token of the centre that these settings are of."""
    data = config.parent / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    registry = Registry.open(data)
    try:
        return registry.tokens.issue(role, name="program", hours=12, by="test")
    finally:
        registry.close()


@dataclass
class Served:
    """A running `belfry serve`."""

    process: Forked
    url: str
    panels: tuple[str, int]
    api: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.api.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def signals(self) -> list[dict[str, Any]]:
        """Every signal of the journal, in order."""
        items: list[dict[str, Any]] = []
        query: dict[str, Any] = {"limit": 1_000}
        while True:
            page = await self.get("/signals", **query)
            items += page["items"]
            if page["next"] is None:
                return items
            query["after"] = page["next"]

    async def end(self) -> Ended:
        """Wait for the end of the process, and read all that it said."""
        async with asyncio.timeout(DEADLINE_S):
            said, complained = await self.process.communicate()
        return Ended(self.process.returncode, said.decode(), complained.decode())


@asynccontextmanager
async def serving(config: Path, secret: str) -> AsyncIterator[Served]:
    """`belfry serve`, ready to be knocked at; killed at the end of the block unless it has ended."""
    process = await start("serve", "--config", config)
    try:
        url = await _address(process)
        headers = {"Authorization": f"Bearer {secret}"}
        async with httpx.AsyncClient(base_url=f"{url}api/v1", headers=headers, timeout=DEADLINE_S) as api:
            centre = (await api.get("/centre")).json()
            host, _, port = centre["receivers"][0]["listen"].rpartition(":")
            yield Served(process, url, (host, int(port)), api)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _address(process: Forked) -> str:
    async with asyncio.timeout(DEADLINE_S):
        first = (await process.stdout.readline()).decode().strip()
        if not first.startswith("console: "):
            _, complained = await process.communicate()
            raise AssertionError(f"it did not start: {first} {complained.decode()}")
    return first.removeprefix("console: ")


def lines(text: str) -> Sequence[str]:
    return text.strip().splitlines()
