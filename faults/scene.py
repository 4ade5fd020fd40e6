"""What every fault needs: a house, panels that speak, a centre to hurt, and the check at the end."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from faults.centres import Centre, start, start_cold
from faults.checker import Finding, check, read_journal
from faults.house import HOST, House, furnish
from faults.panels import Crowd, Shape
from faults.record import Record, read

FEW: Final = Shape(plain=2, gateways=1, accounts_of_a_gateway=4, same_bytes=1, under_way=4, made_anew=1, udp=2)
ANSWERS_WITHIN_S: Final = 60.0
STEADY_S: Final = 1.5
"""Without a single answer for this long, panels are said to get none."""


@dataclass(slots=True)
class Happened:
    """A line of the table."""

    fault: str
    promise: str
    words: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    skipped: str = ""

    def say(self, words: str) -> None:
        self.words.append(words)

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.findings.append(Finding("broken", otherwise))


@dataclass(slots=True)
class Scene:
    """A stage for one fault."""

    house: House
    crowd: Crowd
    happened: Happened

    async def start(self, environment: dict[str, str] | None = None) -> Centre:
        """Start a centre that is ready; with an environment of its own it is started cold."""
        if environment is None:
            centre = await start(self.house.config, self.house.log)
        else:
            centre = await start_cold(self.house.config, self.house.log, environment=environment)
        await centre.ready()
        return centre

    @property
    def acknowledged(self) -> int:
        return self.crowd.counts["signals acknowledged"]

    async def more(self, signals: int) -> None:
        """Wait for so many more acknowledgements."""
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            await self.crowd.until_acknowledged(self.acknowledged + signals)

    async def until_unanswered(self) -> int:
        """Wait until nobody gets an answer any more; returns how many had one."""
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            before = -1
            while before != self.acknowledged:
                before = self.acknowledged
                await asyncio.sleep(STEADY_S)
        return before

    async def check(self, *, settled: bool) -> None:
        """Compare what panels were told with what is there; the centre must be gone."""
        journal = await read_journal(self.house.data, self.house.scratch)
        self.happened.findings += check(read(self.house.record), journal, settled=settled)

    async def end_well(self, centre: Centre) -> None:
        """Answer everybody, stop, let one more start catch up, stop, and check."""
        await self.crowd.finish(ANSWERS_WITHIN_S)
        await centre.stop()
        centre = await self.start()
        await centre.stop()
        await self.check(settled=True)
        text = self.house.log.read_text(encoding="utf-8", errors="replace")
        self.happened.expect("Traceback" not in text, f"a trace back in {self.house.log}")
        told = self.crowd.counts
        self.happened.say(
            f"{told['signals acknowledged']} acknowledged, {told['frames sent again']} frames sent again, "
            f"{len(self.happened.findings)} broken promises"
        )


@asynccontextmanager
async def scene(folder: Path, fault: str, promise: str, shape: Shape = FEW) -> AsyncIterator[Scene]:
    """A furnished folder and panels that begin to speak at once."""
    house = furnish(folder, shape)
    with Record(house.record) as record:
        crowd = Crowd(record, HOST, house.port, shape, pause_s=0.01)
        crowd.begin()
        try:
            yield Scene(house, crowd, Happened(fault, promise))
        finally:
            await crowd.end()


def said(one: Happened) -> str:
    """What happened, each thing once."""
    return "; ".join(words if many == 1 else f"{many} times {words}" for words, many in Counter(one.words).items())


def table(lines: Sequence[Happened]) -> str:
    """The list as a table in Markdown."""
    rows = ["| fault | promised | happened | |", "| --- | --- | --- | --- |"]
    for one in lines:
        verdict = "skipped" if one.skipped else "**broken**" if one.findings else "kept"
        rows.append(f"| {one.fault} | {one.promise} | {one.skipped or said(one)} | {verdict} |")
    return "\n".join([*rows, *(f"\n{one.fault}: {finding}" for one in lines for finding in one.findings)])
