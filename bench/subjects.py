"""The programs that are measured, each as a process of its own on this machine: ours, the limits, the peer."""

import csv
import http.client
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from socket import create_connection, create_server
from typing import Final
from urllib.parse import urlsplit

from belfry.ports.staff import Role
from belfry.registry import Registry

ROOT: Final = Path(__file__).resolve().parents[1]
CACHE: Final = Path(os.environ.get("BELFRY_BENCH_CACHE", ROOT / "build" / "bench"))
"""Where the peer's virtual environment stays between two runs."""

ACCOUNTS: Final = 50
KEY_TEXT: Final = "bench-key-16byte"
START_WITHIN_S: Final = 60.0
CAUGHT_UP_WITHIN_S: Final = 120.0

PEER: Final = "pysiaalarm==3.2.2"

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

    @cached_property
    def _metrics(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.url).netloc)

    def numbers(self) -> dict[str, float]:
        self._metrics.request("GET", "/metrics")
        text = self._metrics.getresponse().read().decode()
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    def cpu_s(self) -> float:
        """Processor time that the program has used, all threads, in user and system; 0 where Linux does not tell."""
        try:
            told = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        except OSError:
            return 0.0
        ticks = told.rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def caught_up(self) -> float:
        """Wait until triage has decided everything that is stored; returns when that was, in monotonic seconds."""
        return self._until(
            lambda numbers: (
                numbers["belfry_board_position"] == numbers["belfry_journal_position"]
                and not numbers["belfry_signals_undecided"]
            )
        )

    def has_waiting(self, incidents: int) -> float:
        """Wait until so many incidents wait for an operator; more and more is written about them meanwhile."""
        return self._until(lambda numbers: numbers['belfry_incidents{state="waiting"}'] >= incidents)

    def _until(self, holds: Callable[[dict[str, float]], bool]) -> float:
        until = time.perf_counter() + CAUGHT_UP_WITHIN_S
        while time.perf_counter() < until:
            numbers = self.numbers()
            at = time.perf_counter()
            if holds(numbers):
                return at
        raise TimeoutError(f"still not after {CAUGHT_UP_WITHIN_S:.0f} s: {numbers}")


@contextmanager
def started(words: Sequence[str | Path], log: Path) -> Iterator["subprocess.Popen[str]"]:
    """A child process until the end of the block; it is told to end, and killed where it does not."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    with log.open("a") as complaints:
        process = subprocess.Popen(
            [str(word) for word in words], stdout=subprocess.PIPE, stderr=complaints, text=True, env=environment
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
def ours(folder: Path, *, keyed: bool = False, care: bool = False, accounts: int = ACCOUNTS) -> Iterator[Running]:
    """`belfry serve` with fifty accounts, on an empty folder."""
    config = _furnish(folder, accounts, keyed=keyed, care=care)
    token = _token(folder / "data")
    log = folder / "log"
    command = "from belfry.cli import main; main()"
    with started([sys.executable, "-c", command, "serve", "--config", config], log) as process:
        url = first_line(process, log).removeprefix("console: ")
        yield Running(_panels_port(url, token), process, url=f"{url}api/v1", token=token)


def _furnish(folder: Path, accounts: int, *, keyed: bool, care: bool) -> Path:
    with (folder / "accounts.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["account", "name", "address", "type", "key", "care"])  # any receiver, so the API too
        key = KEY_TEXT.encode().hex() if keyed else ""
        for number in range(1000, 1000 + accounts):
            rows.writerow([number, f"Site {number}", f"{number} Ring Road", "shop", key, "yes" if care else ""])
    config = folder / "belfry.toml"
    config.write_text(SETTINGS, encoding="utf-8")
    return config


def _token(data: Path) -> str:
    data.mkdir(mode=0o700)
    registry = Registry.open(data)
    try:
        return registry.tokens.issue(Role.SUPERVISOR, name="bench", hours=12, by="bench")
    finally:
        registry.close()


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
        _answers(port)
        yield Running(port, process, url=f"http://127.0.0.1:{port}")


@contextmanager
def peer(folder: Path, *, keyed: bool = False) -> Iterator[Running]:
    """pysiaalarm in its own virtual environment. Raises Absent."""
    python = peer_python()
    log = folder / "log"
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words: list[str | Path] = [
        python,
        ROOT / "bench" / "peer_pysiaalarm.py",
        str(port),
        str(ACCOUNTS),
        *([KEY_TEXT] if keyed else []),
    ]
    with started(words, log) as process:
        first_line(process, log)
        _answers(port)
        yield Running(port, process)


def peer_python() -> Path:
    """The interpreter that has the peer; installs it at the first call. Raises Absent with the reason."""
    folder = CACHE / PEER.replace("==", "-")
    python = folder / "bin" / "python"
    if (folder / "ready").exists():
        return python
    venv.create(folder, with_pip=True, clear=True)
    got = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER], capture_output=True, text=True
    )
    if got.returncode != 0:
        said = got.stderr.strip().splitlines()
        raise Absent(f"{PEER} cannot be installed: {said[-1] if said else 'pip says nothing'}")
    (folder / "ready").touch()
    return python


def _answers(port: int) -> None:
    until = time.perf_counter() + START_WITHIN_S
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.perf_counter() > until:
                raise
