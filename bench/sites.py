"""Many sites: how long an import of them takes, and how quick one alarm is with them, and while they come in."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from bench import cells
from bench.measure import Figures, Say, Taken, ratio
from bench.subjects import CACHE, CONFIG, ROOT, Running, furnish, serving

ALONE: Final = "belfry import accounts"
TOGETHER: Final = "belfry import together"
ONE_BAD: Final = "belfry import accounts, one bad row"
"""It is named, and nothing comes in."""
FEW: Final = "belfry, ten accounts"
FEW_ACCOUNTS: Final = 10
WHILE: Final = ", while as many are imported"
GOAL_S: Final = 60
EVERY_S: Final = 3_600
"""How often they are to be heard: nobody falls silent while they are looked at."""
ZONES, CONTACTS = 3, 2
"""Of each account."""
ALARMS: Final = 400
"""Of each round; forty of each account, so that none becomes a flood."""
TURNS: Final = 100
"""Sequence numbers of each account that are set apart for a round."""
STILL_S: Final = 4.0
SETTLED_WITHIN_S: Final = 240
BEGUN_S: Final = 1.5
"""An import has opened the registry by then."""


@dataclass(frozen=True)
class Import:
    """A file of accounts, then the same with zones and contacts, each into an empty registry."""

    accounts: int = 100_000
    name: str = "import"

    @property
    def words(self) -> str:
        return f"import of {self.accounts:,} accounts; with {ZONES} zones and {CONTACTS} contacts each"

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        figures = {ALONE: Figures(), TOGETHER: Figures(), ONE_BAD: Figures()}
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="import-") as name:
            files = sheets(Path(name), self.accounts)
            together = ["together", *(f"{kind}={file}" for kind, file in files.items())]
            bad = _with_a_bad_row(files["accounts"])
            asked = {ALONE: ["accounts", str(files["accounts"])], TOGETHER: together, ONE_BAD: ["accounts", str(bad)]}
            for number in range(rounds):
                for who in list(asked) if number % 2 == 0 else reversed(asked):
                    figures[who].rounds.append(_imported(asked[who], status=1 if who == ONE_BAD else 0))
                    say("  {}: {import_s:.1f} s, {peak_mb:.0f} MB".format(who, **figures[who].rounds[-1]))
        return figures

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        words = self.words
        for who, mine in figures.items():
            reached = f"{cells.time_s(mine, 'import_s')}, {mine.middle('peak_mb'):.0f} MB"
            goal = f"< {GOAL_S} s" if who != TOGETHER else ""
            yield cells.line(words, who, reached, cpu=f"{mine.middle('cpu_s'):.1f} s in all", goal=goal)
            words = ""


@dataclass(frozen=True)
class Alarm:
    """One alarm at a time, to its answer and to its row on a console's stream: with ten accounts, with many, and while
    many are imported beside."""

    accounts: int = 100_000
    name: str = "alarm"

    @property
    def words(self) -> str:
        return f"one alarm, {self.accounts:,} accounts in the registry"

    def measure(self, rounds: int, say: Say) -> Mapping[str, Figures]:
        many = f"belfry, {self.accounts:,} accounts"
        figures = {FEW: Figures(), many: Figures(), FEW + WHILE: Figures()}
        with ExitStack() as over:
            folders = {
                who: Path(over.enter_context(tempfile.TemporaryDirectory(dir=CACHE, prefix="alarm-")))
                for who in figures
            }
            for who, folder in folders.items():
                _furnish_with_sites(folder, self.accounts if who == many else FEW_ACCOUNTS)
            say(f"  starting, with {self.accounts:,} accounts to be read in")
            running = {who: over.enter_context(serving(folder)) for who, folder in folders.items()}
            for one in running.values():
                _settled(one)
            for number in range(rounds):
                order = list(figures)[number % 3 :] + list(figures)[: number % 3]
                for who in order:
                    taken = (
                        self._beside_an_import(folders[who], running[who], number)
                        if who.endswith(WHILE)
                        else _answered(running[who], number * TURNS)
                    )
                    figures[who].rounds.append(taken)
                    say("  {}: {p50_ms:.2f} ms, row {row_p50_ms:.2f} ms".format(who, **taken))
        return figures

    def _beside_an_import(self, folder: Path, running: Running, number: int) -> Taken:
        """Alarms for as long as an import takes; the second round changes what the first one brought."""
        file = sheets(folder, self.accounts, called=f"Round {number}")["accounts"]
        told: list[Taken] = []
        with _import(["accounts", str(file)], folder) as process:
            time.sleep(BEGUN_S)
            while process.poll() is None or not told:
                told.append(_answered(running, (number * 100 + len(told)) * TURNS))
            if process.returncode:
                raise RuntimeError(f"the import ended with {process.returncode}")
        middle = ("p50_ms", "row_p50_ms", "cpu_us")
        worst = ("p99_ms", "row_p99_ms")
        return {name: median(_of(told, name)) for name in middle} | {name: max(_of(told, name)) for name in worst}

    def lines(self, figures: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
        words, few = self.words, figures[FEW]
        for who, mine in figures.items():
            goal = "≥ 0.9" if who not in {FEW, FEW + WHILE} else ""
            for what, name in (("answered", "{}"), ("row on the stream", "row_{}")):
                of_few = ratio(few, mine, name.format("p50_ms")) if who != FEW else None
                yield cells.line(
                    words,
                    f"{who}, {what}" if name == "{}" else what,
                    cells.time_ms(mine, name.format("p50_ms")),
                    p99=cells.time_ms(mine, name.format("p99_ms")),
                    cpu=cells.cpu(mine) if name == "{}" else "",
                    ratio=cells.times(of_few),
                    goal=goal,
                )
                words = ""


def _furnish_with_sites(folder: Path, accounts: int) -> None:
    """A centre's folder whose registry has so many accounts, with zones and contacts of each."""
    furnish(folder, accounts=0)
    files = sheets(folder, accounts)
    if status := _import(["together", *(f"{kind}={file}" for kind, file in files.items())], folder).wait():
        raise RuntimeError(f"the import ended with {status}")


def sheets(folder: Path, accounts: int, *, called: str = "Site") -> Mapping[str, Path]:
    """Write sheets of accounts 1000, 1001, ..., with zones and contacts of each."""
    made = {kind: folder / f"{kind}.csv" for kind in ("accounts", "zones", "contacts")}
    numbers = range(1000, 1000 + accounts)
    rest = f"Europe/Zurich,office,{EVERY_S}\n"
    with made["accounts"].open("w", encoding="utf-8") as file:
        file.write("account,name,address,latitude,longitude,time_zone,type,supervision_s\n")
        for n in numbers:
            file.write(f'{n},{called} {n},"{n} Ring Road, Town",47.{n % 1000:03},8.{n % 999:03},{rest}')
    with made["zones"].open("w", encoding="utf-8") as file:
        file.write("account,zone,area,name,hazard\n")
        for n in numbers:
            file.writelines(f"{n},{zone},1,Zone {zone} of {n},fire\n" for zone in range(1, 1 + ZONES))
    with made["contacts"].open("w", encoding="utf-8") as file:
        file.write("account,order,name,phone_1,phone_2,lists,hours\n")
        for n in numbers:
            for one in range(1, 1 + CONTACTS):
                numbers_of = f"+41 44 {n:07},+41 79 {n:07}"
                file.write(f"{n},{one},Person {one} of {n},{numbers_of},fire intrusion,Mon-Fri 08:00-18:00\n")
    return made


def _with_a_bad_row(file: Path) -> Path:
    """The same sheet, but for the type of its last account."""
    bad = file.with_name(f"bad-{file.name}")
    head, comma, rest = file.read_text(encoding="utf-8").rpartition(",office,")
    bad.write_text(f"{head},offfice,{rest}" if comma else head, encoding="utf-8")
    return bad


def _import(words: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    command = "from belfry.cli import main; main()"
    config = ["--config", str(folder / CONFIG)]
    return subprocess.Popen([sys.executable, "-c", command, "import", *words, *config], stdout=subprocess.DEVNULL)


def _imported(words: Sequence[str], *, status: int = 0) -> Taken:
    """Import into an empty registry; wall and processor time, and the most memory that it had."""
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="import-") as name:
        furnish(Path(name), accounts=0)
        began = time.perf_counter()
        process = _import(words, Path(name))
        _, ended, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(ended)
    if process.returncode != status:
        raise RuntimeError(f"the import ended with {process.returncode}")
    return {"import_s": took, "cpu_s": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1_024}


def _settled(running: Running) -> None:
    """Wait until nothing more is written down of what the start read in."""
    until, before, still_since = time.monotonic() + SETTLED_WITHIN_S, -1.0, time.monotonic()
    while time.monotonic() - still_since < STILL_S:
        if time.monotonic() > until:
            raise TimeoutError(f"still writing after {SETTLED_WITHIN_S} s")
        if (position := running.numbers()["belfry_journal_position"]) != before:
            before, still_since = position, time.monotonic()
        time.sleep(0.25)


def _answered(running: Running, offset: int) -> Taken:
    console = urlsplit(running.url).netloc
    words = ["-m", "bench.one_alarm", f"127.0.0.1:{running.port}", console, "--alarms", str(ALARMS)]
    words += ["--accounts", str(FEW_ACCOUNTS), "--offset", str(offset)]
    cpu_s = running.cpu_s()
    done = subprocess.run(
        [sys.executable, *words], input=f"{running.token}\n", stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    )
    told: dict[str, float] = json.loads(done.stdout)
    if told["wrong"] or told["answered"] != ALARMS:
        raise RuntimeError(f"{told['answered']} of {ALARMS} alarms were answered, {told['wrong']} wrongly")
    cpu_us = (running.cpu_s() - cpu_s) / (ALARMS + FEW_ACCOUNTS) * 1e6
    return {name: value for name, value in told.items() if name.endswith("_ms")} | {"cpu_us": cpu_us}


def _of(told: Sequence[Taken], name: str) -> list[float]:
    return [one[name] for one in told]
