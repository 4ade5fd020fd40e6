"""Sends appends to the server in their order and hands its answers on.

The server syncs after each message, or once for an atomic batch. A batch costs as much as some thirty syncs (it is
staged in files of its own), so many appends that wait together become one, few are sent one behind the other. One that
expects something, or repeats an id that is under way, goes alone, since a refusal takes the whole batch. What is not
answered is sent again with the same ids; whether it had been stored is for the journal to find out.
"""

import asyncio
from asyncio import Future
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
import structlog
from msgspec import Struct
from nats.aio.msg import Msg
from nats.errors import Error

from belfry.domain.facts import APPEND_MAX_ENTRIES, Entry
from belfry.journal.jetstream.server import Fault, Server
from belfry.ports import Expect, JournalError, Unusable

log = structlog.get_logger()

BATCH_LEAST: Final = 32
"""Fewer appends are quicker one by one (docs/decisions/0007)."""
BATCH_BYTES: Final = 1024 * 1024
"""A batch of several appends holds no more; a single append may."""
UNDER_WAY_ENTRIES: Final = 4_096
UNDER_WAY_BYTES: Final = 32 * 1024 * 1024
"""On their way at once. The server refuses more than 10 000 messages or 128 MiB that wait for a stream."""
LOOK_S: Final = 0.5
REPEAT_AFTER_S: Final = 5.0
"""Nothing was answered for this long: what is under way is sent again."""
PATIENCE_S: Final = 30.0
"""Nothing was answered for this long: the journal is unusable. A server restarts, or elects a leader, in a few seconds.
Well below the time for which the server knows ids by itself."""
LATER: Final = frozenset({10_008, 10_158, 10_167, 10_176, 10_195, 10_210})
"""The server's words for: not now, this id is under way, too many requests, a batch of which a part was lost."""


@dataclass(frozen=True, slots=True)
class Append:
    future: "Future[Sequence[int]]"
    entries: Sequence[Entry]
    bodies: Sequence[bytes]
    subjects: Sequence[str]
    """As NATS has them."""
    expect: Expect | None


@dataclass(slots=True)
class Parcel:
    """What is sent as one message or one atomic batch."""

    appends: Sequence[Append]
    expected: tuple[str, int] | None = None
    """NATS subject and what its last position is in the server's eyes."""
    number: int = 0
    tries: int = 0
    entries: int = field(init=False)
    size_bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.entries = sum(len(append.entries) for append in self.appends)
        self.size_bytes = sum(len(body) for append in self.appends for body in append.bodies)


class Answer(Struct, frozen=True):
    """What the server says to a message or to the end of a batch."""

    seq: int = 0
    duplicate: bool = False
    error: Fault | None = None


class Sender(Protocol):
    """What the journal decides about its post."""

    def known(self, append: Append) -> bool:
        """Whether some of its ids are stored already."""
        ...

    async def expected(self, expect: Expect) -> tuple[str, int]:
        """NATS subject and position that the server is to compare. Raises JournalError."""
        ...

    async def stored(self, parcel: Parcel, answer: Answer) -> None: ...

    async def refused(self, append: Append, fault: Fault, *, repeated: bool) -> None: ...


class Post:
    def __init__(self, server: Server, sender: Sender) -> None:
        """Use `start`. `broken` says why nothing more is sent."""
        self.broken: str | None = None
        self._server, self._sender = server, sender
        self._loop = asyncio.get_running_loop()
        self._inbox = server.client.new_inbox()
        self._waiting: deque[Append] = deque()
        self._under_way: dict[int, Parcel] = {}
        self._ids: set[bytes] = set()
        self._subjects: Counter[str] = Counter()
        """How many entries of a subject are under way."""
        self._entries = self._bytes = self._number = 0
        self._up, self._again = True, False
        self._heard = self._loop.time()
        self._wake, self._idle, self._over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self._server.client.subscribe(f"{self._inbox}.*.*", cb=self._answered)
        self._server.lost, self._server.back = self._lost, self._back
        self._tasks = [asyncio.create_task(self._guard(work)) for work in (self._send_for_ever, self._watch)]

    def put(self, append: Append) -> None:
        if self._idle.is_set():
            self._heard = self._loop.time()
            self._idle.clear()
        self._waiting.append(append)
        self._wake.set()

    async def finish(self) -> None:
        """Wait until everything is answered, then end."""
        await self._idle.wait()
        self._over.set()
        self._wake.set()
        await asyncio.gather(*self._tasks)

    def give_up(self, reason: str) -> None:
        """Answer everybody who waits, send nothing more."""
        if self.broken is None:
            log.error("journal unusable", why=reason)
            self.broken = reason
        waiting = [*(append for parcel in self._under_way.values() for append in parcel.appends), *self._waiting]
        self._under_way.clear()
        self._waiting.clear()
        for append in waiting:
            if not append.future.done():
                append.future.set_exception(Unusable(self.broken))
        self._idle.set()
        self._over.set()
        self._wake.set()

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as error:  # a bug of ours must not leave anybody waiting
            self.give_up(f"the journal's post failed: {error!r}")

    # -- the connection -----------------------------------------------------------------------------------------------

    def _lost(self) -> None:
        self._up = False

    async def _back(self) -> None:
        """Everything under way may or may not have been stored."""
        try:
            held = await self._server.claim()
        except Unusable:
            held = True  # not ready yet; the repeats will tell
        if not held:
            self.give_up("another process took the journal over while the server was away")
        self._up = self._again = True
        self._wake.set()

    async def _watch(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), LOOK_S)
            silent_s = self._loop.time() - self._heard
            if self._idle.is_set():
                continue
            if silent_s > PATIENCE_S:
                self.give_up(f"{self._server.names.shown} did not answer for {PATIENCE_S:.0f} s")
            elif self._again or (self._under_way and silent_s > REPEAT_AFTER_S):
                self._again = True
                self._wake.set()

    # -- out ----------------------------------------------------------------------------------------------------------

    async def _send_for_ever(self) -> None:
        while not self._over.is_set():
            await self._wake.wait()
            self._wake.clear()
            if self._again and self._up:
                self._again = False
                for parcel in list(self._under_way.values()):
                    await self._send(parcel)
            while self._waiting and self._up and self._may_send():
                await self._send_next()

    def _may_send(self) -> bool:
        if self._entries >= UNDER_WAY_ENTRIES or self._bytes >= UNDER_WAY_BYTES:
            return False
        # A cluster refuses what depends on a write that is still on its way to the other servers.
        expect = self._waiting[0].expect
        return expect is None or not self._subjects[expect.subject]

    async def _send_next(self) -> None:
        parcel = self._pack()
        self._dispatch(parcel)
        (first, *_) = parcel.appends
        if first.expect is not None:
            try:
                parcel.expected = await self._sender.expected(first.expect)
            except JournalError as error:
                if not first.future.done():
                    first.future.set_exception(error)
                self._done(parcel)
                self._rest()
        await self._send(parcel)

    def _pack(self) -> Parcel:
        """The first append that waits, and those behind it that may share its fate."""
        appends = [self._waiting.popleft()]
        worth_it = len(self._waiting) + 1 >= BATCH_LEAST or len(appends[0].entries) > 1
        if not worth_it or self._alone(appends[0]):
            return Parcel(appends)
        entries, size_bytes = len(appends[0].entries), sum(map(len, appends[0].bodies))
        ids = {entry.id for entry in appends[0].entries}
        while self._waiting:
            following = self._waiting[0]
            entries += len(following.entries)
            size_bytes += sum(map(len, following.bodies))
            if entries > APPEND_MAX_ENTRIES or size_bytes > BATCH_BYTES or self._alone(following):
                break
            if not ids.isdisjoint(entry.id for entry in following.entries):
                break
            ids.update(entry.id for entry in following.entries)
            appends.append(self._waiting.popleft())
        return Parcel(appends)

    def _alone(self, append: Append) -> bool:
        if append.expect is not None or self._sender.known(append):
            return True
        return not self._ids.isdisjoint(entry.id for entry in append.entries)

    def _dispatch(self, parcel: Parcel) -> None:
        self._number += 1
        parcel.number = self._number
        self._under_way[parcel.number] = parcel
        self._entries += parcel.entries
        self._bytes += parcel.size_bytes
        for append in parcel.appends:
            self._ids.update(entry.id for entry in append.entries)
            self._subjects.update(entry.subject for entry in append.entries)

    async def _send(self, parcel: Parcel) -> None:
        if parcel.number not in self._under_way:
            return  # answered meanwhile
        parcel.tries += 1
        mark = f"{parcel.number}.{parcel.tries}"
        messages = [
            (subject, entry.id.hex(), body)
            for append in parcel.appends
            for subject, entry, body in zip(append.subjects, append.entries, append.bodies, strict=True)
        ]
        with suppress(Error, OSError):  # the connection is going: all of it is sent again
            for place, (subject, name, body) in enumerate(messages, 1):
                headers = {"Nats-Msg-Id": name}
                if place == 1 and parcel.expected is not None:
                    on, position = parcel.expected
                    headers["Nats-Expected-Last-Subject-Sequence"] = str(position)
                    headers["Nats-Expected-Last-Subject-Sequence-Subject"] = on
                if len(messages) > 1:
                    headers["Nats-Batch-Id"] = f"{self._inbox[-12:]}.{mark}"
                    headers["Nats-Batch-Sequence"] = str(place)
                last = place == len(messages)
                if last and place > 1:
                    headers["Nats-Batch-Commit"] = "1"
                reply = f"{self._inbox}.{mark}" if last else ""
                await self._server.client.publish(subject, body, reply=reply, headers=headers)

    # -- back ---------------------------------------------------------------------------------------------------------

    async def _answered(self, message: Msg) -> None:
        # The client swallows what its callbacks raise.
        await self._guard(lambda: self._take(message))

    async def _take(self, message: Msg) -> None:
        number, tries = map(int, message.subject.split(".")[-2:])
        parcel = self._under_way.get(number)
        if parcel is None:
            return
        if (message.headers or {}).get("Status"):
            self._again = True  # nobody takes messages for the stream at the moment
            return
        answer = msgspec.json.decode(message.data, type=Answer)
        if answer.error is not None and answer.error.err_code in LATER:
            self._again = self._again or tries == parcel.tries
            return
        self._heard = self._loop.time()
        if answer.error is None:
            await self._sender.stored(parcel, answer)
            self._done(parcel)
        elif tries == parcel.tries:  # what an earlier try met counts no more
            await self._refused(parcel, answer.error)
        self._rest()

    async def _refused(self, parcel: Parcel, fault: Fault) -> None:
        if len(parcel.appends) == 1:
            await self._sender.refused(parcel.appends[0], fault, repeated=parcel.tries > 1)
            self._done(parcel)
            return
        self._done(parcel)
        for append in parcel.appends:
            alone = Parcel([append], tries=parcel.tries)
            self._dispatch(alone)
        self._again = True
        self._wake.set()

    def _done(self, parcel: Parcel) -> None:
        if self._under_way.pop(parcel.number, None) is None:
            return  # given up meanwhile
        self._entries -= parcel.entries
        self._bytes -= parcel.size_bytes
        for append in parcel.appends:
            self._ids.difference_update(entry.id for entry in append.entries)
            self._subjects -= Counter(entry.subject for entry in append.entries)  # and forget those at none

    def _rest(self) -> None:
        if self._waiting:
            self._wake.set()
        elif not self._under_way:
            self._idle.set()
