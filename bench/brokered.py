"""Panels beside a broker: how much slower their answers are while thousands of MQTT messages a second come in.

Broker and generator take their share of the machine, whoever the messages are for. So the same load is measured
twice, to a subscriber that does nothing and to the centre, in turns of a second: what lies between these two is the
centre's own. A round is of one centre that runs on, with the broker quiet before the turns or after them.
"""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiomqtt

from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.registry import Registry, device_rows
from belfry.registry.sheet import parse_sheet
from bench import cells
from bench.measure import Figures, Say, Taken, ratio
from bench.mqtt_blast import PREFIX, TURN_S, topic
from bench.subjects import (
    ACCOUNTS,
    CACHE,
    CONFIG,
    ROOT,
    Absent,
    Running,
    answers,
    first_line,
    furnish,
    serving,
    started,
)

QUIET: Final = "belfry, broker quiet"
BUSY: Final = "belfry, broker busy"
BYSTANDER: Final = "belfry, broker as busy for a bystander"
"""The same messages as in BUSY, acknowledged by a program that does nothing else; none reaches the centre."""
PHASES: Final = (QUIET, BYSTANDER, BUSY)
TURNS: Final = (BUSY, BYSTANDER)
ELSEWHERE: Final = "elsewhere"
"""Where the bystander's messages are published."""
DEVICES: Final = 500
WARM_UP_S: Final = 3.0
BEFORE_S: Final = 5.0
"""How long the generator runs before the panels begin, and after them."""
DRAINED_WITHIN_S: Final = 5.0
SETTLED_S: Final = 0.1
"""From the beginning of a turn on its frames are of nobody's: what came before is still on its way."""
GOAL: Final = 1.2

RECEIVER: Final = """
[[receiver]]
type = "mqtt"
name = "house"
broker = "mqtt://127.0.0.1:{port}"
zigbee2mqtt = ["{prefix}"]
"""
BROKER: Final = """\
listener {port} 127.0.0.1
allow_anonymous true
max_inflight_messages 256
max_queued_messages 0
sys_interval 1
"""
HANDED_ON: Final = "$SYS/broker/publish/messages/sent"


@dataclass(frozen=True)
class Brokered:
    """One row; `rate` frames of panels a second, `messages` of MQTT."""

    seconds: float = 10.0
    rate: int = 500
    messages: int = 5_000
    name: str = "mqtt"

    @property
    def words(self) -> str:
        return (
            f"a panel's answer at {self.rate:,} frames/s, beside {self.messages:,} MQTT messages/s of {DEVICES} sensors"
        )

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        figures = {who: Figures() for who in PHASES}
        for number in range(rounds):
            try:
                taken = self._round(number)
            except (Absent, TimeoutError) as error:
                say(f"  {error}")
                for mine in figures.values():
                    mine.absent = str(error)
                return figures
            for who, one in taken.items():
                figures[who].rounds.append(one)
                say(
                    "  {}: middle {p50_ms:.2f} ms, p99 {p99_ms:.1f} ms, {messages_per_second:,.0f} messages/s,"
                    " {cpu_share:.1%} of a core".format(who, **one)
                )
        return figures

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        busy, words = figures[BUSY], self.words
        for who, mine in figures.items():
            share = f"{mine.middle('cpu_share'):.0%} of a core" if mine.rounds else ""
            slower = "" if who == BUSY else cells.times(ratio(busy, mine, "p50_ms"))
            goal = f"busy ≤ × {GOAL:g}" if who == BYSTANDER else ""
            yield cells.line(
                words, who, cells.time_ms(mine, "p50_ms"), p99=cells.p99(mine), cpu=share, ratio=slower, goal=goal
            )
            words = ""

    def _round(self, number: int) -> dict[str, Taken]:
        """Raises Absent where a program cannot be had, or not everything was taken."""
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="round-") as name, ExitStack() as stack:
            folder = Path(name)
            port = stack.enter_context(broker(folder))
            _furnish(folder, port)
            running = stack.enter_context(serving(folder))
            beside = [sys.executable, "-m", "bench.bystander", "127.0.0.1", str(port), f"{ELSEWHERE}/#"]
            first_line(stack.enter_context(started(beside, folder / "bystander")), folder / "bystander")
            self._panels(running, folder, WARM_UP_S, 0)
            running.caught_up()
            if number % 2:
                quiet = self._quiet(running, folder)
                return {QUIET: quiet, **self._turns(running, port, folder)}
            taken = self._turns(running, port, folder)
            running.caught_up()
            return {QUIET: self._quiet(running, folder), **taken}

    def _turns(self, running: Running, port: int, folder: Path) -> dict[str, Taken]:
        """The messages go to the centre and to the bystander in turns of a second: a neighbour disturbs both."""
        words = ["--prefix", f"{PREFIX},{ELSEWHERE}", "--devices", str(DEVICES), "--rate", str(self.messages)]
        words += ["--seconds", str(2 * self.seconds + 2 * BEFORE_S)]
        before = _heard(port)
        blast = [sys.executable, "-m", "bench.mqtt_blast", "127.0.0.1", str(port), *words]
        with started(blast, folder / "blast") as process, ThreadPoolExecutor(1) as pool:
            began = float(first_line(process, folder / "blast"))
            time.sleep(BEFORE_S)
            panels = pool.submit(self._panels, running, folder, 2 * self.seconds, 1_000)
            used = dict.fromkeys(TURNS, 0.0)
            turns = 0
            while not panels.done():
                number = int((time.perf_counter() - began) / TURN_S) + 1
                time.sleep(max(0.0, began + number * TURN_S - time.perf_counter()))
                cpu_s = running.cpu_s()
                time.sleep(max(0.0, began + (number + 1) * TURN_S - time.perf_counter() - SETTLED_S))
                used[TURNS[number % 2]] += (running.cpu_s() - cpu_s) / (TURN_S - SETTLED_S)
                turns += 1
            each = panels.result()
            told = json.loads(first_line(process, folder / "blast"))
        if told["acknowledged"] != told["sent"]:
            raise Absent(f"the broker took {told['acknowledged']} of {told['sent']} messages")
        _drained(port, before + told["sent"])
        taken: dict[str, Taken] = {}
        for n, who in enumerate(TURNS):
            mine = [wait for due, wait in each if _turn(due - began) == n]
            cpu_share, rate = used[who] / (turns / 2), told["per_second"]
            taken[who] = {**_figures(mine), "cpu_share": cpu_share, "messages_per_second": rate}
        return taken

    def _quiet(self, running: Running, folder: Path) -> Taken:
        cpu_s, began = running.cpu_s(), time.perf_counter()
        each = self._panels(running, folder, self.seconds, 10_000)
        share = (running.cpu_s() - cpu_s) / (time.perf_counter() - began)
        return {**_figures([wait for _, wait in each]), "cpu_share": share, "messages_per_second": 0.0}

    def _panels(self, running: Running, folder: Path, seconds: float, offset: int) -> list[tuple[float, float]]:
        """When each frame was due, in monotonic seconds, and how long its panel waited, in seconds."""
        each = folder / "each"
        words = ["--rate", str(self.rate), "--seconds", str(seconds), "--offset", str(offset), "--each", str(each)]
        command = [sys.executable, "-m", "bench.paced", "127.0.0.1", str(running.port), *words]
        subprocess.run(command, stdout=subprocess.DEVNULL, cwd=ROOT, check=True)
        told: list[tuple[float, float]] = json.loads(each.read_text(encoding="ascii"))
        return told


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """A mosquitto of its own; its port. Raises Absent."""
    program = shutil.which("mosquitto")
    if program is None:
        raise Absent("mosquitto is not installed")
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    file = folder / "mosquitto.conf"
    file.write_text(BROKER.format(port=port), encoding="utf-8")
    file.chmod(0o644)
    with started([program, "-c", file], folder / "broker"):
        answers(port)
        yield port


def _furnish(folder: Path, port: int) -> None:
    """Accounts, a receiver at the broker, and the sensors, spread over the accounts."""
    furnish(folder)
    with (folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write(RECEIVER.format(port=port, prefix=PREFIX))
    registry = Registry.open(folder / "data")
    try:
        sheet = parse_sheet((folder / "accounts.csv").read_text(encoding="utf-8"), ("panels",))
        registry.import_accounts(sheet, by="bench")
        accounts = [account.id for account in registry.accounts()]
        for n in range(DEVICES):
            one = Device(
                id=f"sensor{n}",
                account_id=accounts[n % ACCOUNTS],
                receiver="house",
                wire=DeviceWire.ZIGBEE2MQTT,
                address=topic(PREFIX, n),
                points=(DevicePoint(point="*", zone=str(n % 90 + 1)),),
                interval_s=7_200,
            )
            device_rows.add(registry.store, one, by="bench")
    finally:
        registry.close()


def _turn(since_s: float) -> int | None:
    """Whose turn it is, as an index of TURNS; None: nobody's."""
    number, within_s = divmod(since_s, TURN_S)
    return None if within_s < SETTLED_S else int(number) % len(TURNS)


def _figures(waited_s: Sequence[float]) -> dict[str, float]:
    in_order = sorted(waited_s)
    return {"p50_ms": in_order[len(in_order) // 2] * 1e3, "p99_ms": in_order[len(in_order) * 99 // 100] * 1e3}


def _drained(port: int, wanted: float) -> None:
    """Wait until the broker has handed on what it was given. Raises Absent where whoever it is for takes less."""
    until = time.perf_counter() + DRAINED_WITHIN_S
    while (heard := _heard(port)) < wanted:
        if time.perf_counter() > until:
            raise Absent(f"{wanted - heard:,.0f} messages were not taken in time")


def _heard(port: int) -> float:
    """Messages that the broker has handed on since its start, by its own count of a second ago at most."""
    return asyncio.run(_handed_on(port))


async def _handed_on(port: int) -> float:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe(HANDED_ON)
        return float(str((await anext(aiter(client.messages))).payload, "ascii"))
