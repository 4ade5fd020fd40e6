"""Alarm receivers that stations already own, over TCP: Sur-Gard lines or DC-07 frames, called by them or calling them.

Owns sockets, limits and time-outs; `surgard_desk` decides. A line is acknowledged once it is kept, a heartbeat at once,
in the order in which they came: acknowledgements have no number. A receiver that falls silent is a fault.
"""

import asyncio
from asyncio import AbstractServer, StreamReader, StreamWriter, Task
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar, Final

import structlog

from belfry.ports import Accounts, Chance, Clock, Intake
from belfry.receivers.limits import Shares, amount
from belfry.receivers.surgard_desk import Desk, Kept, Peer, Watch
from belfry.receivers.surgard_settings import Form, SurgardSettings, host_port

__all__ = ["Form", "SurgardReceiver", "SurgardSettings"]

log = structlog.get_logger()

READ_MOST: Final = 16 * 1024
NOISE_MAX_BYTES: Final = 16 * 1024
"""Bytes that belong to no line, after which a connection is closed: it has the wrong door."""
STOP_GRACE_S: Final = 5.0
"""How long a stop waits for what is on its way to the disk, so that it is answered."""


class SurgardReceiver:
    """A door for alarm receivers (`ports.Receiver`, `ports.MayBeAway`)."""

    Settings: ClassVar[type[SurgardSettings]] = SurgardSettings

    def __init__(
        self, settings: SurgardSettings, intake: Intake, accounts: Accounts, clock: Clock, chance: Chance
    ) -> None:
        self.name = settings.name
        self._settings, self._clock, self._chance = settings, clock, chance
        self._desk = Desk(settings, intake, accounts, clock)
        self._watch = Watch(settings.allow, clock())
        self._shares = Shares(most=settings.max_connections, most_each=settings.max_connections_per_source)
        self._server: AbstractServer | None = None
        self._listening: tuple[str, int] | None = None
        self._tasks: set[Task[None]] = set()
        self._at_work: set[Task[None]] = set()
        """Those with a line on its way to the disk."""
        self._stopping = False
        self._turned_away = 0

    @property
    def listening(self) -> tuple[str, int]:
        """Host and port as bound, or of the receiver that we call. Raises RuntimeError before `start`."""
        if self._settings.host is not None:
            return self._settings.called()
        if self._listening is None:
            raise RuntimeError(f"receiver {self.name} does not listen yet")
        return self._listening

    async def start(self) -> None:
        """Listen, or begin to call. Raises OSError with the address where it cannot listen."""
        settings = self._settings
        self._watch = Watch(settings.allow, self._clock())
        if settings.host is not None:
            self._own(asyncio.create_task(self._call(), name=f"receiver {self.name}"))
            return
        host, port = host_port(settings.listen, "listen")
        try:
            self._server = await asyncio.start_server(self._called, host, port)
        except OSError as error:
            raise OSError(error.errno, f"{settings.listen}: {error.strerror or error}") from error
        address = self._server.sockets[0].getsockname()
        self._listening = address[0], address[1]

    async def stop(self) -> None:
        """Close the door, let what is on its way to the disk be answered, and hang up. Harmless twice."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._tasks - self._at_work:
            task.cancel()
        if self._at_work:
            await asyncio.wait(set(self._at_work), timeout=STOP_GRACE_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def away_since(self) -> datetime | None:
        """Since when a receiver is not heard, where that is a fault by now."""
        if not self._settings.heartbeat:
            return None
        return self._watch.away_since(self._clock(), timedelta(seconds=self._settings.away_after_s))

    def describe(self) -> Mapping[str, object]:
        return {
            "name": self.name,
            "type": "surgard",
            "listen": "{}:{}".format(*self.listening) if self._listening or self._settings.host else "",
            "connections": self._shares.total,
            "turned_away": amount(self._turned_away),
            **self._desk.describe(),
        }

    # -- who speaks to whom

    async def _called(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # asyncio runs this as a task
        self._own(task)
        peername = writer.get_extra_info("peername")
        source = str(peername[0]) if isinstance(peername, tuple) else ""
        welcome = not self._stopping and (not self._settings.allow or source in self._settings.allow)
        if not welcome or not self._shares.take(source):
            self._turned_away += 1
            writer.close()
            return
        try:
            await self._converse(reader, writer, source)
        except asyncio.CancelledError:  # by `stop`; handed on, asyncio 3.11 would log it as a failure of the stream
            if not self._stopping:
                raise
        finally:
            self._shares.give_back(source)

    def _is_over(self) -> bool:
        """Asked anew each time: a stop may come while somebody waits."""
        return self._stopping

    async def _call(self) -> None:
        """One connection after the other, with a pause between them that grows while there is none."""
        settings = self._settings
        host, port = settings.called()
        pause_s = settings.retry_least_s
        while not self._is_over():
            try:
                async with asyncio.timeout(settings.connect_timeout_s):
                    reader, writer = await asyncio.open_connection(host, port)
            except (OSError, TimeoutError) as error:
                why = "does not answer" if isinstance(error, TimeoutError) else error.strerror or str(error)
                log.warning("an alarm receiver cannot be reached", receiver=self.name, why=why)
            else:
                lines = self._desk.tally.lines + self._desk.tally.heartbeats
                self._shares.take(host)
                try:
                    await self._converse(reader, writer, host)
                finally:
                    self._shares.give_back(host)
                if self._is_over():
                    return
                if self._desk.tally.lines + self._desk.tally.heartbeats > lines:
                    pause_s = settings.retry_least_s
                log.warning("an alarm receiver is gone", receiver=self.name)
            await asyncio.sleep(pause_s * (0.5 + self._chance(1)[0] / 512))
            pause_s = min(pause_s * 2, settings.retry_most_s)

    def _own(self, task: Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- one connection

    async def _converse(self, reader: StreamReader, writer: StreamWriter, source: str) -> None:
        """Until the other side hangs up, falls silent, or sends what no receiver sends."""
        peer = Peer(self._settings.form, source)
        try:
            while not self._stopping and await self._turn(reader, writer, peer):
                pass
        except (OSError, TimeoutError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _turn(self, reader: StreamReader, writer: StreamWriter, peer: Peer) -> bool:
        """Read what there is, have it kept, answer in order; False: the connection is over."""
        async with asyncio.timeout(self._settings.idle_timeout_s):
            chunk = await reader.read(READ_MOST)
        if not chunk:
            return False
        task = asyncio.current_task()
        assert task is not None  # a conversation is always one
        self._at_work.add(task)
        try:
            async with asyncio.timeout(self._settings.answer_within_s + STOP_GRACE_S):
                await self._answer(chunk, writer, peer)
        finally:
            self._at_work.discard(task)
        noisy = peer.stream.noise > NOISE_MAX_BYTES
        return not noisy and peer.bad_in_a_row < self._settings.max_unreadable

    async def _answer(self, chunk: bytes, writer: StreamWriter, peer: Peer) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time() + self._settings.answer_within_s
        outcomes = []
        for event in peer.stream.feed(chunk):
            outcome = self._desk.handle(event, peer)
            outcomes.append(outcome)
            if peer.bad_in_a_row == 0:
                self._watch.heard(peer.source, self._clock())
        silent = False
        for outcome in outcomes:
            if isinstance(outcome, Kept) and not outcome.future.done() and not silent:
                await asyncio.wait([outcome.future], timeout=max(0.0, due_s - loop.time()))
            answer = self._desk.answer(outcome) if isinstance(outcome, Kept) else outcome
            # An ACK behind a silence would be taken for the line that was met with it.
            silent = silent or (not answer and self._settings.form is Form.SURGARD)
            if not silent:
                writer.write(answer)
                if isinstance(outcome, Kept) and answer:
                    self._desk.sent(outcome, peer)
        await writer.drain()
