"""The list of faults, each in a real child process: what was promised, what happened.

A mishap begins with panels that speak to a running centre, hurts it, sees what panels are told meanwhile, mends the
cause and starts again; at the end the checker compares. Each takes some seconds; `rounds` and `size` make it more.
"""

import asyncio
import shutil
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Final

from belfry.domain.signal import Method
from faults import small_disk
from faults.centres import DidNotStart, start_cold
from faults.checker import Finding, read_journal
from faults.record import Name, read
from faults.scene import FEW, Happened, Scene, scene
from faults.shim import NoCompiler, Shim
from faults.torn import synced_up_to, tear_file, tear_log

SNAPSHOT: Final = "board.snapshot"
SOME: Final = 60
"""Answers that panels get before something happens."""

ONE_EACH: Final = replace(FEW, under_way=1)
"""Encrypted panels that wait for each answer: whose frames a NAK refuses makes them anew, and RULES knows only the
latest of an account by its content."""

ABOUT_SILENCE: Final = ("TECH.COMMS", "TECH.TEST", "TECH.OUTAGE")
"""How the kinds begin that supervision raises."""

Mishap = Callable[[Path, int], Awaitable[Happened]]


async def torn_log(folder: Path, rounds: int) -> Happened:
    """kill -9, then bytes of the log that no answer stood for are cut, garbled or zeroed."""
    promise = "what was acknowledged was synced before, so it is there exactly once; the rest is sent again"
    async with scene(folder, "torn last write", promise) as on:
        dice, ways = Random(rounds), list[str]()
        for _ in range(rounds):
            centre = await on.start()
            await on.more(dice.randrange(1, SOME))
            await centre.kill()
            kept = synced_up_to(on.house.data, await _last_acknowledged(on), on.house.scratch)
            ways.append(tear_log(on.house.data, kept, dice))
            await on.check(settled=False)
        on.happened.say(f"{rounds} tears, such as: {ways[0]}; {ways[-1]}")
        await on.end_well(await on.start())
        return on.happened


async def _last_acknowledged(on: Scene) -> int:
    """The last position that a panel was told of."""
    acknowledged = {name for name, told in read(on.house.record).items() if told.acknowledged is not None}
    received = (await read_journal(on.house.data, on.house.scratch)).received
    told = (
        position
        for position, fact in received.items()
        if Name(fact.account or "", fact.code or "", fact.zone or "") in acknowledged
    )
    return max(told, default=0)


async def torn_snapshot(folder: Path, rounds: int) -> Happened:
    """The snapshot is cut or garbled anywhere, also by one bit."""
    promise = (
        "a torn snapshot is left aside, everything is folded from the journal: nothing decided twice or not at all"
    )
    async with scene(folder, "torn snapshot", promise) as on:
        dice, ways = Random(rounds), list[str]()
        for _ in range(rounds):
            centre = await on.start()
            await on.more(SOME)
            await centre.stop()
            ways.append(tear_file(on.house.data / SNAPSHOT, dice))
        centre = await on.start()
        aside = centre.complaints().count("snapshot left aside")
        on.happened.expect(aside == rounds, f"{rounds} torn snapshots, and {aside} were left aside")
        on.happened.say(f"{rounds} torn ({', '.join(sorted(set(ways)))}), {aside} left aside")
        await on.end_well(centre)
        return on.happened


async def full_disk(folder: Path, rounds: int) -> Happened:
    """A small disk is filled by others, and gets room again, while panels speak."""
    promise = (
        "no room, no ACK, and what was acknowledged stays; answers begin again when there is room, without a restart"
    )
    async with scene(folder, "full disk", promise) as on:
        on.house.data.mkdir(mode=0o700)
        if (refused := small_disk.mount(on.house.data, megabytes=24)) is not None:
            on.happened.skipped = refused
            return on.happened
        try:
            centre = await on.start()
            for _ in range(rounds):
                await on.more(SOME)
                ballast = small_disk.fill(on.house.data)
                answered = await on.until_unanswered()
                open_now = on.crowd.open
                await asyncio.sleep(2)
                on.happened.expect(on.acknowledged == answered, "a panel got an ACK from a full disk")
                on.happened.expect(centre.running, f"the centre ended: {centre.complaints()[-300:]}")
                ballast.unlink()
                await on.more(SOME)
                on.happened.say(
                    f"full, {open_now} frames without an answer, none acknowledged, answered again with room"
                )
            await on.end_well(centre)
        finally:
            small_disk.unmount(on.house.data)
        return on.happened


async def read_only_folder(folder: Path, rounds: int) -> Happened:
    """The data folder cannot be written when the centre starts."""
    promise = "it does not start, says which file and why in one line, nobody is answered; writable again, all is there"
    async with scene(folder, "read-only folder", promise) as on:
        centre = await on.start()
        await on.more(SOME)
        await centre.kill()
        if (refused := small_disk.write_protect(on.house.data)) is not None:
            on.happened.skipped = refused
            return on.happened
        before = on.acknowledged
        try:
            centre = await start_cold(on.house.config, on.house.log)
            async with asyncio.timeout(60):
                code = await centre.ended
            said = centre.complaints().strip().splitlines()[-1]
            on.happened.expect(code in (1, 2), f"it ended with {code}")
            on.happened.expect(said.startswith("belfry: ") and "data" in said, f"it said: {said}")
            on.happened.expect(on.acknowledged == before, "a panel got an ACK")
            on.happened.say(f"exit status {code}, said: `{said.replace(str(on.house.folder), '...')}`")
        finally:
            small_disk.unprotect(on.house.data)
        await on.end_well(await on.start())
        return on.happened


async def failing_sync(folder: Path, rounds: int) -> Happened:
    """From some moment on every sync fails with EIO; later they would work again."""
    promise = "nothing is acknowledged after a failed sync, also not when syncs work again, until a restart"
    async with scene(folder, "failing sync", promise) as on:
        shim = Shim(folder / "shim")
        for _ in range(rounds):
            centre = await on.start(dict(shim.environment))
            await on.more(SOME)
            shim.syncs_fail = True
            answered = await on.until_unanswered()
            shim.syncs_fail = False
            await asyncio.sleep(2)
            on.happened.expect(on.acknowledged == answered, "a panel got an ACK after a failed sync")
            on.happened.say(
                f"{on.crowd.open} frames without an answer, also after syncs worked again, the centre "
                + ("ran on and refused" if centre.running else f"ended with status {await centre.ended}")
            )
            await centre.kill()
            await on.check(settled=False)
        await on.end_well(await on.start())
        return on.happened


async def clock_jumps(folder: Path, rounds: int) -> Happened:
    """The wall clock is set forward and back by hours while panels are served, some answers lost on the way."""
    promise = (
        "acknowledged is there once, also where the repeat comes after the jump; nobody is called silent by a jump"
    )
    async with scene(folder, "clock set forward and back", promise, ONE_EACH) as on:
        shim = Shim(folder / "shim")
        centre = await on.start(dict(shim.environment))
        for hours in (3, 0, -3, 0, 3, 0)[: 2 * rounds]:
            await on.more(SOME)
            on.crowd.lose_answers = True
            await _until_lost(on)
            shim.clock_off = timedelta(hours=hours)
            on.crowd.lose_answers = False
            await on.more(SOME)
        await _nobody_silent(on)
        on.happened.say("3 h forward, back to the truth, 3 h back, and again the truth")
        await on.end_well(centre)
        return on.happened


async def slept(folder: Path, rounds: int) -> Happened:
    """The process stands still, the wall clock goes on, the monotonic one does not: a machine that slept."""
    promise = "the same; panels that waited repeat and are there once; nobody was silent while we slept"
    async with scene(folder, "a machine that slept", promise, ONE_EACH) as on:
        shim = Shim(folder / "shim")
        centre = await on.start(dict(shim.environment))
        for _ in range(rounds):
            await on.more(SOME)
            on.crowd.lose_answers = True
            await _until_lost(on)
            centre.send(signal.SIGSTOP)
            shim.clock_off += timedelta(minutes=47)
            await asyncio.sleep(1)
            centre.send(signal.SIGCONT)
            on.crowd.lose_answers = False
            await on.more(SOME)
        await _nobody_silent(on)
        on.happened.say(f"slept 47 minutes, {rounds} times")
        await on.end_well(centre)
        return on.happened


async def _until_lost(on: Scene) -> None:
    """Wait until some answers were lost on their way."""
    wanted = on.crowd.counts["answers lost"] + 5
    async with asyncio.timeout(60):
        while on.crowd.counts["answers lost"] < wanted:  # noqa: ASYNC110  # a script looks now and again
            await asyncio.sleep(0.02)


async def _nobody_silent(on: Scene) -> None:
    """Supervision said nothing, though some panels are to be heard from every twenty seconds."""
    journal = await read_journal(on.house.data, on.house.scratch)
    said = [fact.kind for fact in journal.received.values() if fact.method is Method.SYSTEM and fact.kind is not None]
    silent = [kind for kind in said if kind.startswith(ABOUT_SILENCE)]
    on.happened.expect(not silent, f"{len(silent)} signals about silence: {', '.join(sorted(set(silent)))}")


LIST: Final[Mapping[str, tuple[Mishap, int]]] = {
    "torn-log": (torn_log, 12),
    "torn-snapshot": (torn_snapshot, 8),
    "full-disk": (full_disk, 3),
    "read-only": (read_only_folder, 1),
    "failing-sync": (failing_sync, 3),
    "clock": (clock_jumps, 3),
    "slept": (slept, 3),
}
"""By name: the mishap, and how many rounds of it the list makes."""


async def run(name: str, folder: Path, rounds: int | None = None) -> Happened:
    """One of the list. What cannot be done on this system is skipped and says why."""
    mishap, usual = LIST[name]
    try:
        happened = await mishap(folder / name, rounds or usual)
    except NoCompiler as error:
        return Happened(name, mishap.__doc__ or "", skipped=str(error))
    except (DidNotStart, TimeoutError) as error:
        words = f"{str(error) or 'panels wait for answers that do not come'} ({folder / name})"
        return Happened(name, mishap.__doc__ or "", findings=[Finding("stuck", words)])
    if not happened.findings and not happened.skipped:
        shutil.rmtree(folder / name, ignore_errors=True)
    return happened
