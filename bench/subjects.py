"""The programs that are measured, each as a process of its own on this machine: ours and the limits."""

import csv
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from socket import create_connection
from typing import Final
from urllib.parse import urlsplit

from belfry.ports.staff import Role
from belfry.registry import Registry

ROOT: Final = Path(__file__).resolve().parents[1]
CACHE: Final = Path(os.environ.get("BELFRY_BENCH_CACHE", ROOT / "build" / "bench"))
"""Where the peers stay between two runs, and what was measured."""

ACCOUNTS: Final = 50
KEY_TEXT: Final = "bench-key-16byte"
START_WITHIN_S: Final = 60.0
CAUGHT_UP_WITHIN_S: Final = 120.0

CONFIG: Final = "belfry.toml"
TOKEN: Final = "token"

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


class Absent(Exception):
    """A program cannot be had here; says why."""


@dataclass
class Running:
    """A program that listens. `url` and `token` are of ours and of the HTTP limit."""

    port: int
    process: "subprocess.Popen[str]"
    url: str = ""
    token: str | None = None
    beside: Sequence[int] = ()
    """Processes that work for it and are not its children."""

    @cached_property
    def _metrics(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.url).netloc)

    def numbers(self) -> dict[str, float]:
        self._metrics.request("GET", "/metrics")
        text = self._metrics.getresponse().read().decode()
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    def cpu_s(self) -> float:
        """Processor time of the program, its children and those beside it; 0 where Linux does not tell."""
        return cpu_s((self.process.pid, *self.beside))

    def caught_up(self) -> float:
        """Wait until triage has decided everything that is stored; returns when that was, in monotonic seconds."""
        until = time.perf_counter() + CAUGHT_UP_WITHIN_S
        while True:
            numbers = self.numbers()
            at = time.perf_counter()
            folded = numbers["belfry_board_position"] == numbers["belfry_journal_position"]
            if folded and not numbers["belfry_signals_undecided"]:
                return at
            if at > until:
                raise TimeoutError(f"still not caught up after {CAUGHT_UP_WITHIN_S:.0f} s: {numbers}")


@contextmanager
def started(words: Sequence[str | Path], log: Path, *, cwd: Path | None = None) -> Iterator["subprocess.Popen[str]"]:
    """A child process until the end of the block; it is told to end, and killed where it does not."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    with log.open("a") as complaints:
        process = subprocess.Popen(
            [str(word) for word in words],
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env=environment,
            cwd=cwd,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def first_line(process: "subprocess.Popen[str]", log: Path) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        raise Absent(f"it did not start: {log.read_text(encoding='utf-8').strip().splitlines()[-1:]}")
    return line


@contextmanager
def ours(folder: Path, *, keyed: bool = False) -> Iterator[Running]:
    """`belfry serve` with fifty accounts, on an empty folder."""
    furnish(folder, keyed=keyed)
    with serving(folder) as running:
        yield running


@contextmanager
def serving(folder: Path) -> Iterator[Running]:
    """`belfry serve` on a furnished folder, as soon as it says where its console is."""
    log, token = folder / "log", (folder / TOKEN).read_text(encoding="ascii")
    command = "from belfry.cli import main; main()"
    with started([sys.executable, "-c", command, "serve", "--config", folder / CONFIG], log) as process:
        url = first_line(process, log).removeprefix("console: ")
        yield Running(_panels_port(url, token), process, url=f"{url}api/v1", token=token)


def furnish(
    folder: Path, *, accounts: int = ACCOUNTS, keyed: bool = False, staff: Sequence[str] = (), password: str = ""
) -> None:
    """Settings, accounts 1000, 1001, ..., a supervisor's token, and operators with a pass-word."""
    with (folder / "accounts.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["account", "name", "address", "type", "key"])  # any receiver, so the API too
        key = KEY_TEXT.encode().hex() if keyed else ""
        for number in range(1000, 1000 + accounts):
            rows.writerow([number, f"Site {number}", f"{number} Ring Road", "shop", key])
    (folder / CONFIG).write_text(SETTINGS, encoding="utf-8")
    (folder / "data").mkdir(mode=0o700)
    registry = Registry.open(folder / "data")
    try:
        for name in staff:
            registry.users.add(name, Role.OPERATOR, password, by="bench")
        token = registry.tokens.issue(Role.SUPERVISOR, name="bench", hours=12, by="bench")
    finally:
        registry.close()
    (folder / TOKEN).write_text(token, encoding="ascii")


def _panels_port(url: str, token: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    connection.request("GET", "/api/v1/centre", headers={"Authorization": f"Bearer {token}"})
    text = connection.getresponse().read().decode()
    connection.close()
    return int(text.split('"listen":"127.0.0.1:')[1].split('"')[0])


@contextmanager
def limit(folder: Path, program: str) -> Iterator[Running]:
    """One of the limit programs: `limit_dc09` or `limit_http`."""
    log = folder / "log"
    with started([sys.executable, "-m", f"bench.{program}", folder / "limit.sqlite3"], log) as process:
        port = int(first_line(process, log))
        answers(port)
        yield Running(port, process, url=f"http://127.0.0.1:{port}")


def answers(port: int) -> None:
    until = time.perf_counter() + START_WITHIN_S
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.perf_counter() > until:
                raise


def cpu_s(pids: Sequence[int]) -> float:
    """Processor time that processes and their children have used, all threads, also of children that ended."""
    used: dict[int, float] = {}
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has ended meanwhile
            continue
        fields = told.rpartition(")")[2].split()
        pid = int(path.parent.name)
        used[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        children.setdefault(int(fields[1]), []).append(pid)
    wanted, found = list(pids), 0.0
    while wanted:
        pid = wanted.pop()
        found += used.get(pid, 0.0)
        wanted += children.get(pid, ())
    return found
