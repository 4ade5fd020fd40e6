"""A `belfry serve` of its own process, and what one may ask of it from outside: memory, processor time, its log."""

import asyncio
import csv
import os
import resource
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from belfry.ports.staff import Role
from belfry.registry import Registry

ROOT: Final = Path(__file__).resolve().parents[1]
START_WITHIN_S: Final = 300.0
STOP_WITHIN_S: Final = 60.0
LOOK_S: Final = 0.25
FILES_SOFT: Final = 1_024
"""What most systems give a process that does not ask for more: the program has to raise it by itself."""

MIB: Final = 1024 * 1024

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

Address = tuple[str, int]


@dataclass
class House:
    """A running centre. `panels` and `console` are where it listens; `token` acts for a supervisor."""

    folder: Path
    process: Process
    console: Address
    panels: Address
    token: str
    api: httpx.AsyncClient
    ready_after_s: float
    """From the start of the process until its doors were open,"""
    ready_cpu_s: float = 0.0
    """and the processor time of that, which a busy neighbour disturbs less."""

    def resident_bytes(self) -> int:
        return self._status("VmRSS")

    def peak_bytes(self) -> int:
        """The most that was ever resident."""
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))

    def cpu_s(self) -> float:
        """Processor time used so far, all threads, user and system."""
        told = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        return sum(map(int, told.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    def files(self) -> int:
        """Open files, sockets too."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def ready(self) -> str:
        """How long the start took, in words."""
        return f"{self.ready_after_s:.1f} s ({self.ready_cpu_s:.1f} s of processor time)"

    def complaints(self) -> Sequence[str]:
        """The lines of the log that are no mere information."""
        log = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
        return [line for line in log.splitlines() if line.strip() and "[info" not in line]

    async def numbers(self) -> Mapping[str, float]:
        answer = await self.api.get("/metrics")
        lines = (line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.api.get(f"/api/v1{path}", params=query)
        answer.raise_for_status()
        return answer.json()

    async def until(self, holds: Callable[[Mapping[str, float]], bool], *, within_s: float = float("inf")) -> bool:
        """Look at the numbers until something holds of them; False where it did not in time."""
        until = time.monotonic() + within_s
        while not holds(await self.numbers()):
            if time.monotonic() > until:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def caught_up(self) -> None:
        """Return once everything that is stored is decided and on the board."""
        await self.until(
            lambda numbers: (
                numbers["belfry_board_position"] == numbers["belfry_journal_position"]
                and not numbers["belfry_signals_undecided"]
            )
        )

    async def end(self, number: int = signal.SIGTERM) -> float:
        """End the process; returns how many seconds that took."""
        began = time.monotonic()
        if self.process.returncode is None:
            self.process.send_signal(number)
            async with asyncio.timeout(STOP_WITHIN_S):
                await self.process.wait()
        return time.monotonic() - began


def furnish(folder: Path, rows: Iterable[Mapping[str, str]], *, columns: Sequence[str], settings: str = "") -> Path:
    """Write settings and accounts into a folder; `settings` goes on in the receiver's table. Returns the file."""
    with (folder / "accounts.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    config = folder / "belfry.toml"
    config.write_text(SETTINGS + settings, encoding="utf-8")
    return config


def tokens(folder: Path, names: Sequence[str], role: Role = Role.SUPERVISOR) -> Sequence[str]:
    """Bearer tokens for people of these names."""
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    registry = Registry.open(data)
    try:
        return [registry.tokens.issue(role, name=name, hours=12, by="endurance") for name in names]
    finally:
        registry.close()


@asynccontextmanager
async def serving(config: Path, token: str, *, files: int = FILES_SOFT, nice: int = 0) -> AsyncIterator[House]:
    """The centre of these settings until the end of the block. Raises RuntimeError where it does not start."""

    def prepare() -> None:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(files, hard), hard))
        os.nice(nice)

    began = time.monotonic()
    with (config.parent / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from belfry.cli import main; main()", "serve", "--config", str(config)),
            stdout=PIPE,
            stderr=log,
            preexec_fn=prepare,
        )
    try:
        url = await _url(process)
        ready_after_s = time.monotonic() - began
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as api:
            answer = await api.get("/api/v1/centre")
            answer.raise_for_status()
            listens = answer.json()["receivers"][0]["listen"]
            panels, console = _address(listens), _address(urlsplit(url).netloc)
            house = House(config.parent, process, console, panels, token, api, ready_after_s)
            house.ready_cpu_s = house.cpu_s()
            yield house
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(STOP_WITHIN_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


async def _url(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(START_WITHIN_S):
        line = (await process.stdout.readline()).decode().strip()
    if not line.startswith("console: "):
        raise RuntimeError(f"the centre did not start; its log says why ({line})")
    return line.removeprefix("console: ")


def _address(netloc: str) -> Address:
    host, _, port = netloc.rpartition(":")
    return host, int(port)
