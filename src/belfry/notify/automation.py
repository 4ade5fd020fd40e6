"""A link to automation software over TCP: Sur-Gard lines or DC-07 frames, called by us or calling us.

Owns the socket and its time; `protocols.surgard` writes and reads. One line at a time, the next behind its
acknowledgement. A byte 0x06 does not say what it acknowledges: before another line is said, as many answers are waited
for as there were tries, else the connection is ended, so that a late one never counts for a line that nobody took.
While no agreement holds nothing is said at all, and whoever calls is hung up on.
"""

import asyncio
from asyncio import Future, Server, StreamReader, StreamWriter, Task
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec import Struct

from belfry.ports import Chance, Clock
from belfry.ports.automation import CHANNEL, CannotBeSaid, Handed, LinkSettings, NotTaken
from belfry.ports.leave import Leave
from belfry.protocols.surgard import (
    SEQUENCE_MOST,
    Answer,
    Answers,
    Head,
    Outward,
    frame_of,
    heartbeat,
    line_of,
    null_frame,
)

log = structlog.get_logger()

READ_MOST: Final = 4_096
NOISE_MAX_BYTES: Final = 4_096
"""Bytes that are no answer, after which a connection is ended: it is some other program."""
BEATS_MISSED: Final = 3


class _Said(Struct, frozen=True):
    """Something on the wire, and the sequence that its answer names."""

    wire: bytes
    sequence: int | None


class AutomationLink:
    """`ports.automation.Automation`. `start`, then `run` as a task, then `close`."""

    def __init__(self, settings: LinkSettings, clock: Clock, chance: Chance) -> None:
        self.name = settings.name
        self._settings, self._clock, self._chance = settings, clock, chance
        self._head = Head(settings.receiver, settings.line)
        self._server: Server | None = None
        self._callers: set[Task[None]] = set()
        self._writer: StreamWriter | None = None
        self._up, self._wanted = asyncio.Event(), asyncio.Event()
        self._turn = asyncio.Lock()
        self._asked: tuple[Future[bool], int | None] | None = None
        """What is waited for: the answer, and the sequence that it should name."""
        self._owed = 0
        """Tries on this connection whose answers may still come, as bytes without a number."""
        self._last: _Said | None = None
        self._sequence = int.from_bytes(chance(2), "big") % SEQUENCE_MOST
        """Begins anywhere: after a restart the same alarm is no repeat of the one before."""
        self._untaken: tuple[Handed, _Said] | None = None
        self._acked_s = float("-inf")
        self._lost_at: datetime | None = clock()
        self._failed = False

    @property
    def listening(self) -> tuple[str, int]:
        """Host and port as bound, or of the software that we call."""
        if self._server is None:
            return self._settings.where()
        host, port = self._server.sockets[0].getsockname()[:2]
        return str(host), int(port)

    # -- what the centre asks

    async def hand(self, leave: Leave, handed: Handed) -> None:
        said = self._said_of(handed)
        async with self._turn:
            if not self._up.is_set():
                raise NotTaken
            await self._settle_before(said)
            leave.spend(leave.audience, CHANNEL, self._clock())
            await self._say(said)
            self._untaken, self._failed, self._lost_at = None, False, None

    async def up(self) -> None:
        await self._up.wait()

    def down(self) -> None:
        if self._lost_at is None:
            self._lost_at = self._clock()
        self._failed = True
        self._hang_up()

    def rest(self, resting: bool) -> None:
        if resting:
            self._wanted.clear()
            self._hang_up()
        elif not self._wanted.is_set():
            self._failed, self._lost_at = False, self._clock()
            self._wanted.set()

    def away_since(self) -> datetime | None:
        lost_at = self._lost_at
        if lost_at is None or not self._wanted.is_set():
            return None
        patience = timedelta(seconds=self._settings.away_after_s)
        return lost_at if self._failed or self._clock() - lost_at >= patience else None

    def why(self) -> str | None:
        return None

    def _said_of(self, handed: Handed) -> _Said:
        """The same bytes again for a signal that was not taken: software knows a repeat by them."""
        if self._untaken is not None and self._untaken[0] == handed:
            return self._untaken[1]
        said = Outward(
            wire=handed.wire,
            code=handed.code,
            previous=handed.previous,
            account=handed.account,
            prefix=handed.prefix,
            area=handed.area,
            zone=handed.zone,
            kind=handed.kind,
            at=handed.received_at,
        )
        if self._settings.form == "dc07":
            sequence = self._next()
            wire = frame_of(said, self._head, sequence)
        else:
            sequence, wire = None, line_of(said, self._head)
        if wire is None:
            raise CannotBeSaid
        self._untaken = handed, _Said(wire, sequence)
        return self._untaken[1]

    def _next(self) -> int:
        self._sequence = self._sequence % SEQUENCE_MOST + 1
        return self._sequence

    # -- one thing said

    async def _settle_before(self, said: _Said) -> None:
        """Before something else is said, answers that are owed for what was said before it have come, or the
        connection ends. Raises NotTaken."""
        if not self._owed or said == self._last:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.answer_within_s):
                while self._owed and self._writer is not None:
                    self._asked = asyncio.get_running_loop().create_future(), None
                    await self._asked[0]
                    self._owed -= 1
        self._asked = None
        if self._owed:
            self._hang_up()
            raise NotTaken

    async def _say(self, said: _Said) -> None:
        """Say it once and wait for its answer. Raises NotTaken."""
        writer = self._writer
        if writer is None:
            raise NotTaken
        self._last = said
        self._asked = asyncio.get_running_loop().create_future(), said.sequence
        try:
            async with asyncio.timeout(self._settings.answer_within_s):
                writer.write(said.wire)
                await writer.drain()
                taken = await self._asked[0]
        except TimeoutError:
            self._owed += 1
            raise NotTaken from None
        except OSError:
            raise NotTaken from None
        finally:
            self._asked = None
        if not taken:
            raise NotTaken
        self._acked_s = asyncio.get_running_loop().time()
        self._up.set()
        if not self._failed:
            self._lost_at = None

    def _answered(self, answer: Answer) -> None:
        """A byte answers what was said last; a frame answers its own sequence, and no byte is owed then."""
        if answer.sequence is not None:
            self._owed = 0
        if self._asked is None:
            if answer.sequence is None:
                self._owed = max(0, self._owed - 1)
            return
        future, sequence = self._asked
        if not future.done() and answer.sequence in (None, sequence):
            future.set_result(answer.taken)

    async def _beats(self) -> None:
        """Say that we are here, at once and whenever nothing was acknowledged for a while."""
        span_s, missed = self._settings.heartbeat_s, 0
        if not span_s:
            self._up.set()
            return
        while missed < BEATS_MISSED:
            idle_s = asyncio.get_running_loop().time() - self._acked_s
            if self._up.is_set() and idle_s < span_s:
                await asyncio.sleep(span_s - idle_s)
                continue
            try:
                async with self._turn:
                    said = self._heartbeat()
                    await self._settle_before(said)
                    await self._say(said)
                    missed = 0
            except NotTaken:
                missed += 1
                await asyncio.sleep(self._settings.retry_least_s)
        self._hang_up()

    def _heartbeat(self) -> _Said:
        if self._settings.form == "surgard":
            return _Said(heartbeat(self._head), None)
        sequence = self._next()
        return _Said(null_frame(self._head, sequence), sequence)

    # -- connections

    async def start(self) -> None:
        """Listen, where they call us. Raises OSError with the address where we cannot."""
        if self._settings.listen is not None:
            self._server = await asyncio.start_server(self._came, *self._settings.where(), limit=READ_MOST)

    async def run(self) -> None:
        """Call, for ever, with a pause that grows while nobody answers; nothing to do where they call us."""
        if self._server is not None:
            await asyncio.Event().wait()
        settings = self._settings
        pause_s = settings.retry_least_s
        while True:
            await self._wanted.wait()
            acked_s = self._acked_s
            try:
                async with asyncio.timeout(settings.connect_timeout_s):
                    reader, writer = await asyncio.open_connection(*settings.where(), limit=READ_MOST)
            except (OSError, TimeoutError) as error:
                why = "does not answer" if isinstance(error, TimeoutError) else error.strerror or "is not there"
                log.warning("automation software cannot be reached", link=self.name, why=why)
            else:
                await self._converse(reader, writer)
                if self._acked_s > acked_s:
                    pause_s = settings.retry_least_s
            await asyncio.sleep(pause_s * (0.5 + self._chance(1)[0] / 512))
            pause_s = min(pause_s * 2, settings.retry_most_s)

    async def close(self) -> None:
        """Hang up and listen no more."""
        self._wanted.clear()
        if self._server is not None:
            self._server.close()
        for task in list(self._callers):
            task.cancel()
        self._hang_up()
        await asyncio.gather(*self._callers, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _came(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Whoever called last is spoken to: the call before may be one that died unseen."""
        task = asyncio.current_task()
        assert task is not None  # a connection of a server is always one
        self._callers.add(task)
        try:
            source = str((writer.get_extra_info("peername") or ("",))[0])
            if not self._wanted.is_set() or (self._settings.allow and source not in self._settings.allow):
                writer.close()
                return
            self._hang_up()
            await self._converse(reader, writer)
        except asyncio.CancelledError:  # by `close`; handed on, asyncio 3.11 would log it as a failure of the stream
            if self._wanted.is_set():
                raise
        finally:
            self._callers.discard(task)

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Until either side hangs up."""
        self._writer, self._owed, self._last = writer, 0, None
        self._up.clear()
        log.info("automation software is there", link=self.name)
        answers = Answers()
        beats = asyncio.create_task(self._beats(), name=f"automation {self.name}")
        try:
            while self._writer is writer and (chunk := await reader.read(READ_MOST)):
                for answer in answers.feed(chunk):
                    self._answered(answer)
                if answers.noise > NOISE_MAX_BYTES:
                    break
        except OSError:
            pass
        finally:
            beats.cancel()
            if self._writer is writer:
                self._hang_up()
            writer.close()
            log.warning("automation software is gone", link=self.name)

    def _hang_up(self) -> None:
        writer, self._writer = self._writer, None
        self._up.clear()
        if writer is None:
            return
        if self._lost_at is None:
            self._lost_at = self._clock()
        writer.transport.abort()
        if self._asked is not None and not self._asked[0].done():
            self._asked[0].set_result(False)
