"""Runs a centre until it is told to stop: one event loop, our own signals, errors in words."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from belfry.app.centre import Centre
from belfry.app.memory import give_back
from belfry.app.systemd import Systemd
from belfry.settings import Settings

log = structlog.get_logger()

GC_YOUNG_MOST: Final = 20_000
"""New objects before the collector looks at them; the usual 700 make it look at every few signals."""

Beside = Callable[[Centre], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Along:
    """What a command wants beside the centre: operators of a demo, a word after the start, company, an end."""

    demo: tuple[str, ...] = ()
    ready: Beside | None = None
    """Awaited once after the start."""
    beside: Beside | None = None
    """Runs along until the stop; its failure is told and does not end the centre."""
    seconds: float | None = None


ALONE: Final = Along()


def run(settings: Settings, along: Along = ALONE) -> None:
    """Serve until SIGINT, SIGTERM or the end that was asked for."""
    _runner()(serve(settings, along))


async def serve(settings: Settings, along: Along = ALONE) -> None:
    """The same inside a running loop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    systemd = Systemd.of()
    centre = await Centre.open(settings, demo=along.demo)
    watchdog: asyncio.Task[None] | None = None
    try:
        await centre.start()
        _settle_memory()
        systemd.ready()
        watchdog = asyncio.create_task(systemd.beat())
        if along.ready is not None:
            await along.ready(centre)
        if along.seconds is not None:
            loop.call_later(along.seconds, stopped.set)
        await _until_stopped(centre, stopped, along.beside)
    finally:
        systemd.stopping()
        if watchdog is not None:
            watchdog.cancel()
        await centre.stop()


async def _until_stopped(centre: Centre, stopped: asyncio.Event, beside: Beside | None) -> None:
    ends = [asyncio.ensure_future(centre.wait()), asyncio.ensure_future(stopped.wait())]
    company = None if beside is None else asyncio.ensure_future(_company(centre, beside))
    done, waiting = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for task in (*waiting, *([] if company is None else [company])):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    for task in done:
        task.result()


async def _company(centre: Centre, beside: Beside) -> None:
    try:
        await beside(centre)
    except Exception:
        log.exception("what ran beside the centre failed")


def _settle_memory() -> None:
    """What the start built stays: the collector need not walk it again; what passes by has hardly a cycle. What it
    needed only for a while goes back to the system."""
    gc.collect()
    give_back()
    gc.freeze()
    gc.set_threshold(GC_YOUNG_MOST)


def _runner() -> Callable[[Any], None]:
    if sys.platform == "win32":
        return asyncio.run
    import uvloop

    return uvloop.run
