"""kill -9 at random points, again and again, while panels speak and repeat; then: what were they told, what is there?

Each round starts the centre on what the last one left, and kills it at a moment of its start, under load, while it
stops, or while it moves its log into the file. The folder is checked every some rounds, and once more, after a last
restart has caught up, before a fresh one takes its place: a start reads what is there, and a thousand of them shall
end.
"""

import asyncio
import json
import random
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from faults.centres import Centre, DidNotStart, start, start_cold
from faults.checker import Finding, check, read_journal
from faults.house import HOST, House, file_system, furnish
from faults.machine import described
from faults.panels import Crowd, Shape
from faults.record import Record, read

FILE: Final = "journal.sqlite3"
SNAPSHOT: Final = "board.snapshot.new"
PEEK_S: Final = 0.0002
"""Between two looks at a file whose appearing is the moment to kill."""
LOAD_MOST_S: Final = 0.8
FLOOD_WITHIN_S: Final = 12.0
"""How long a round waits, panels sending as fast as they can, for the log to be moved into the file."""
LAST_ANSWERS_WITHIN_S: Final = 60.0


class Plan(StrEnum):
    """When a round means to kill."""

    START = "start"
    LOAD = "load"
    STOP = "stop"
    SNAPSHOT = "snapshot"
    """While a stop writes its snapshot."""
    CHECKPOINT = "checkpoint"
    """While a stop moves the log into the file."""
    FLOOD = "flood"
    """While a centre under heavy load moves the log into the file."""


CHANCES: Final = {Plan.START: 28, Plan.LOAD: 52, Plan.STOP: 10, Plan.SNAPSHOT: 4, Plan.CHECKPOINT: 5, Plan.FLOOD: 1}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run shall do. `cold` is the share of starts with a fresh interpreter."""

    times: int
    seed: int
    folder: Path
    shape: Shape = field(default_factory=Shape)
    check_every: int = 25
    rotate_every: int = 75
    cold: float = 0.04
    report: Path | None = None
    chances: "dict[Plan, int]" = field(default_factory=lambda: dict(CHANCES))
    pause_s: float = 0.02


@dataclass(slots=True)
class Outcome:
    """What a run did so far."""

    kills: int = 0
    cold: int = 0
    ended_first: int = 0
    """Rounds whose centre had stopped, well, before the kill came."""
    phases: Counter[str] = field(default_factory=Counter)
    panels: Counter[str] = field(default_factory=Counter)
    folders: int = 0
    checks: int = 0
    entries: int = 0
    signals: int = 0
    kept_unanswered: int = 0
    """Signals that were in the journal at a kill though their panel had no answer, and were sent again."""
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0
    stopped: str = ""
    """Why the run ended before its time."""

    def text(self, wanted: Wanted) -> str:
        """The figures, for people."""
        many = Counter(finding.what for finding in self.findings)
        phases = ", ".join(f"{name} {count}" for name, count in self.phases.most_common())
        rows = [
            ("kills", f"{self.kills} of {wanted.times}" + (f" ({self.stopped})" if self.stopped else "")),
            ("moments of the kill", phases),
            ("stopped by itself before the kill", f"{self.ended_first}"),
            ("starts with a fresh interpreter", f"{self.cold}"),
            ("signals sent", f"{self.panels['signals sent']}"),
            ("signals acknowledged", f"{self.panels['signals acknowledged']}"),
            ("frames sent again", f"{self.panels['frames sent again']}"),
            ("in the journal at a check, answer not given", f"{self.kept_unanswered}"),
            ("entries of the journals, signals in them", f"{self.entries}, {self.signals}"),
            ("folders, checks", f"{self.folders}, {self.checks}"),
            ("lost", f"{many['lost']}"),
            ("stored twice", f"{many['doubled']}"),
            ("decided twice", f"{many['decided twice']}"),
            ("undecided after the last restart", f"{many['undecided']}"),
            ("stuck, trace backs", f"{many['stuck'] + many['ended']}, {many['trace back']}"),
            ("from nowhere, gaps", f"{many['from nowhere']}, {many['gap']}"),
            ("other answers", ", ".join(f"{k} {v}" for k, v in self.panels.items() if k.startswith("answered"))),
            ("file system", file_system(wanted.folder)),
            ("machine", described()),
            ("seed, minutes", f"{wanted.seed}, {self.seconds / 60:.1f}"),
        ]
        width = max(len(name) for name, _ in rows)
        lines = [f"{name:<{width}}  {value or '-'}" for name, value in rows]
        return "\n".join([*lines, *(f"FOUND  {finding}" for finding in self.findings)])


class Run:
    """One run; `go` returns what came of it, also where it was interrupted."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted, self.outcome = wanted, Outcome()
        self._dice = random.Random(wanted.seed)
        self._start_s = 1.0
        self._stop_s = 0.05
        self._stopping = asyncio.Event()

    def interrupt(self) -> None:
        """End after the round in hand, with a last check."""
        self._stopping.set()

    async def go(self) -> Outcome:
        began, outcome = time.monotonic(), self.outcome
        self.wanted.folder.mkdir(parents=True, exist_ok=True)
        while outcome.kills < self.wanted.times and not self._stopping.is_set():
            await self._folder()
            outcome.seconds = time.monotonic() - began
            self._write()
            if outcome.findings:
                outcome.stopped = "stopped at what was found"
                break
        if self._stopping.is_set():
            outcome.stopped = "interrupted"
        self._write()
        return outcome

    # -- one folder

    async def _folder(self) -> None:
        wanted, outcome = self.wanted, self.outcome
        outcome.folders += 1
        house = furnish(wanted.folder / f"{outcome.folders:03}", wanted.shape)
        until = min(outcome.kills + wanted.rotate_every, wanted.times)
        with Record(house.record) as record:
            crowd = Crowd(record, HOST, house.port, wanted.shape, pause_s=wanted.pause_s)
            crowd.begin()
            try:
                while outcome.kills < until and not self._stopping.is_set() and not outcome.findings:
                    await self._round(house, crowd)
                    if (failed := crowd.failed()) is not None:
                        raise failed
                    if outcome.kills % wanted.check_every == 0:
                        await self._check(house, settled=False)
                if not outcome.findings:
                    await self._last(house, crowd)
            except (DidNotStart, TimeoutError) as error:
                words = f"{str(error) or 'panels wait for answers that do not come'} ({house.folder})"
                outcome.findings.append(Finding("stuck", words))
            finally:
                await crowd.end()
                outcome.panels += crowd.counts
        if not outcome.findings:  # what is clean is let go; a finding keeps its evidence
            shutil.rmtree(house.folder)

    async def _last(self, house: House, crowd: Crowd) -> None:
        """Answer everybody, stop, let a last restart catch up, and look."""
        centre = await start(house.config, house.log)
        await centre.ready()
        await crowd.finish(LAST_ANSWERS_WITHIN_S)
        await centre.stop()
        centre = await start(house.config, house.log)
        await centre.ready()
        await centre.stop()
        await self._check(house, settled=True)

    async def _check(self, house: House, *, settled: bool) -> None:
        outcome = self.outcome
        journal = await read_journal(house.data, house.scratch)
        told = read(house.record)
        outcome.findings += check(told, journal, settled=settled)
        if "Traceback" in house.log.read_text(encoding="utf-8", errors="replace"):
            outcome.findings.append(Finding("trace back", f"a centre left a trace back in {house.log}"))
        outcome.checks += 1
        if settled:
            outcome.entries += len(journal.positions)
            outcome.signals += len(journal.received)
        else:
            acknowledged = sum(one.acknowledged is not None for one in told.values())
            outcome.kept_unanswered += len(journal.received) - acknowledged

    # -- one round

    async def _round(self, house: House, crowd: Crowd) -> None:
        outcome, dice = self.outcome, self._dice
        plans = list(self.wanted.chances)
        plan = dice.choices(plans, [self.wanted.chances[one] for one in plans])[0]
        began = time.monotonic()
        if dice.random() < self.wanted.cold:
            outcome.cold += 1
            centre = await start_cold(house.config, house.log)
        else:
            centre = await start(house.config, house.log)
        try:
            phase = await self._moment(plan, centre, house, crowd, began)
        finally:
            code = await centre.kill()
        if code == -signal.SIGKILL:
            outcome.kills += 1
            outcome.phases[phase] += 1
        elif code == 0:
            outcome.ended_first += 1
        else:
            outcome.findings.append(Finding("ended", f"a centre ended with {code}: {centre.complaints()[-500:]}"))

    async def _moment(self, plan: Plan, centre: Centre, house: House, crowd: Crowd, began: float) -> str:
        """Wait for the moment of the kill; returns what the centre is doing."""
        dice = self._dice
        if plan is Plan.START:
            await asyncio.sleep(dice.uniform(0, 1.1 * self._start_s))
            return _of_start(centre)
        await centre.ready()
        self._start_s = 0.8 * self._start_s + 0.2 * (time.monotonic() - began)
        match plan:
            case Plan.LOAD:
                await asyncio.sleep(dice.uniform(0, LOAD_MOST_S))
                return "load"
            case Plan.FLOOD:
                return await self._while_flooded(house, crowd)
            case _:
                await asyncio.sleep(dice.uniform(0.02, 0.3))
                return await self._while_stopping(plan, centre, house)

    async def _while_stopping(self, plan: Plan, centre: Centre, house: House) -> str:
        """Ask it to stop, and wait for a moment of that."""
        file, snapshot = house.data / FILE, house.data / SNAPSHOT
        before, began = file.stat().st_mtime_ns, time.monotonic()
        until = began + (self._dice.uniform(0, 1.1 * self._stop_s) if plan is Plan.STOP else FLOOD_WITHIN_S)
        centre.send(signal.SIGTERM)
        while time.monotonic() < until and centre.running:
            if plan is Plan.SNAPSHOT and snapshot.exists():
                return "stop: snapshot"
            if plan is Plan.CHECKPOINT and file.stat().st_mtime_ns != before:
                return "stop: checkpoint"
            await asyncio.sleep(PEEK_S)
        if not centre.running:
            self._stop_s = 0.8 * self._stop_s + 0.2 * (time.monotonic() - began)
            return "stopped"
        self._stop_s *= 1.02  # it takes longer than thought
        return "stop" if centre.has_open(FILE) else "stop: stores closed"

    async def _while_flooded(self, house: House, crowd: Crowd) -> str:
        """Let panels send as fast as they can until the file changes, which only a checkpoint makes it do."""
        file = house.data / FILE
        before = file.stat().st_mtime_ns
        crowd.pause_s = 0.0
        try:
            async with asyncio.timeout(FLOOD_WITHIN_S):
                while file.stat().st_mtime_ns == before:  # noqa: ASYNC110  # no event tells it
                    await asyncio.sleep(PEEK_S)
        except TimeoutError:
            return "flood"
        finally:
            crowd.pause_s = self.wanted.pause_s
        return "flood: checkpoint"

    def _write(self) -> None:
        if self.wanted.report is not None:
            self.wanted.report.write_text(self.outcome.text(self.wanted) + "\n", encoding="utf-8")


def _of_start(centre: Centre) -> str:
    """How far a start has come, from the files that its process has open."""
    if not centre.running:
        return "start"
    return "start: stores open" if centre.has_open(FILE) else "start: nothing open yet"


def as_json(outcome: Outcome) -> str:
    """The figures, for programs."""
    told = {
        "kills": outcome.kills,
        "phases": dict(outcome.phases),
        "panels": dict(outcome.panels),
        "entries": outcome.entries,
        "signals": outcome.signals,
        "findings": [str(finding) for finding in outcome.findings],
        "seconds": round(outcome.seconds, 1),
    }
    return json.dumps(told)
