"""The journal on a NATS server: a JetStream stream in files, one process that writes. Experimental.

Positions are the stream's own sequence, which grows by one and leaves out nothing that was refused. This side knows
the newest entries and ids by heart, as the embedded journal does; the server decides about `expect`, keeps the order
and syncs. What it cannot promise: docs/decisions/0007.
"""

import asyncio
import os
import re
from asyncio import Future
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from belfry.domain.codec import EntryError, decode
from belfry.domain.facts import Entry
from belfry.journal.admission import REPEAT_WINDOW, WAITING_MAX_ENTRIES, admit, partly_known
from belfry.journal.jetstream.leaves import Leaves
from belfry.journal.jetstream.names import Names
from belfry.journal.jetstream.post import Answer, Append, Parcel, Post
from belfry.journal.jetstream.server import NO_ROOM, Fault, Message, Server
from belfry.journal.lock import lock
from belfry.journal.ring import Ring
from belfry.ports import Expect, Full, JournalError, Pruned, Refused, Stale, Stored, Unusable
from belfry.safeguards.leaf import leaf_hash

ADDRESS: Final = "nats://127.0.0.1:4222"
LOCK_FILE: Final = "journal.lock"
"""As the embedded journal's: registry and keys beside it have one process too."""
FETCH: Final = 512
TAIL_BATCH: Final = 512
READ_SPAN: Final = 4_096
"""How far back the newest entries of a subject are looked for first, in positions; four times as far each time."""
PRUNE_AT_ONCE: Final = 64

SYNC: Final = (
    "Whether the server syncs its disk before it answers cannot be asked: "
    "look for `sync_interval: always` in its configuration, the default loses two minutes in a power cut"
)

STALE: Final = frozenset({10_071, 10_164})
DUPLICATE: Final = 10_201
_LAST: Final = re.compile(r"wrong last sequence: (\d+)")


class JetStreamJournal:
    """Open with `await JetStreamJournal.open(folder, "nats://HOST:PORT/STREAM")`."""

    def __init__(self, held: int, server: Server, leaves: Leaves, position: int) -> None:
        """Use `open`. Takes over a descriptor that holds the folder's lock, and the connection."""
        self._loop = asyncio.get_running_loop()
        self._held, self._server, self._leaves = held, server, leaves
        self._position = position
        self._ring = Ring(position)
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._changed = asyncio.Event()
        self._waiting = 0
        self._closed: Future[None] | None = None
        self._post = Post(server, self)

    @classmethod
    async def open(cls, folder: Path, address: str = ADDRESS) -> "JetStreamJournal":
        """Open the journal of a stream, made where it is missing. Raises InUse, Newer or Unusable.

        The folder is that of the stores beside the journal; nothing of the journal is in it.
        """
        names = Names.of(address)
        try:
            held = await asyncio.to_thread(_lock, folder)
        except OSError as error:
            raise Unusable(f"no journal can be opened beside {folder}: {error}") from error
        try:
            server = await Server.open(names)
            try:
                return await cls._open(held, server)
            except BaseException:
                await server.close()
                raise
        except BaseException:
            os.close(held)
            raise

    @classmethod
    async def _open(cls, held: int, server: Server) -> "JetStreamJournal":
        names = server.names
        server.check_sizes()
        await server.set_up(names.stream, names.entries)
        await server.set_up(names.pruned, names.leaves)
        await server.hold()
        leaves = await _read_leaves(server)
        info = await server.info(names.stream)
        gone = info.state.last_seq - info.state.messages
        if gone < len(leaves):  # a prune was interrupted between the leaf and the erasing
            for position in leaves.positions():
                await server.erase(position)
        elif gone > len(leaves):
            raise Unusable(f"{names.shown}: {gone - len(leaves)} entries are gone that were never pruned")
        journal = cls(held, server, leaves, info.state.last_seq)
        await journal._recall()
        await journal._post.start()
        return journal

    @staticmethod
    async def examine(address: str) -> str:
        """What can be said of a journal without opening or changing it. Raises Newer or Unusable."""
        names = Names.of(address)
        server = await Server.open(names)
        try:
            server.check_sizes()
            return f"{names.shown}: experimental. {await server.examine()}. {SYNC}"
        finally:
            await server.close()

    async def _recall(self) -> None:
        """Learn the ids of the newest entries, so that a repeat is one."""
        after = max(0, self._position - REPEAT_WINDOW)
        while messages := await self._server.fetch(self._server.names.stream, after + 1, FETCH):
            for message in messages:
                self._young[bytes.fromhex(message.headers.get("Nats-Msg-Id", ""))] = message.position
            after = messages[-1].position
            if after >= self._position:
                return

    @property
    def position(self) -> int:
        return self._position

    @property
    def usable(self) -> bool:
        """Whether appends are taken."""
        return self._closed is None and self._post.broken is None

    # -- writing ------------------------------------------------------------------------------------------------------

    def append(self, entries: Sequence[Entry], expect: Expect | None = None) -> "Future[Sequence[int]]":
        future: Future[Sequence[int]] = self._loop.create_future()
        try:
            self._refuse_if_unusable()
            bodies = admit(entries)
            if self._waiting + len(bodies) > WAITING_MAX_ENTRIES:
                raise Full(f"{self._waiting} entries wait for the server, at most {WAITING_MAX_ENTRIES} may")
            subjects = [self._server.names.entry(entry.subject) for entry in entries]
            append = Append(future, tuple(entries), bodies, subjects, expect)
            if self.known(append):
                future.set_result(self._known_positions(append))
                return future
        except JournalError as error:
            future.set_exception(error)
            return future
        self._waiting += len(bodies)
        future.add_done_callback(lambda _: self._let_go(len(bodies)))
        self._post.put(append)
        return future

    def _let_go(self, entries: int) -> None:
        self._waiting -= entries

    def _refuse_if_unusable(self) -> None:
        if self._closed is not None:
            raise Unusable("the journal is closed")
        if self._post.broken is not None:
            raise Unusable(self._post.broken)

    def _id_known(self, entry_id: bytes) -> int | None:
        position = self._young.get(entry_id)
        return self._old.get(entry_id) if position is None else position

    def known(self, append: Append) -> bool:
        return any(self._id_known(entry.id) is not None for entry in append.entries)

    def _known_positions(self, append: Append) -> Sequence[int]:
        found = [position for entry in append.entries if (position := self._id_known(entry.id)) is not None]
        if len(found) < len(append.entries):
            raise partly_known(len(found), len(append.entries))
        return found

    async def expected(self, expect: Expect) -> tuple[str, int]:
        """The server has forgotten that a pruned entry was the subject's last; ask what it thinks is."""
        name = self._server.names.entry(expect.subject)
        pruned = self._leaves.newest(expect.subject)
        if pruned < expect.position or not pruned:
            return name, expect.position
        left = await self._server.last_of(name)
        if pruned > expect.position or left > expect.position:
            raise Stale(expect.subject, expect.position, max(left, pruned))
        return name, left

    async def stored(self, parcel: Parcel, answer: Answer) -> None:
        """Show what was stored, then answer."""
        position = answer.seq - parcel.entries + 1
        if position > self._position + 1 or answer.duplicate:
            await self._catch_up()
        items: list[Stored] = []
        for append in parcel.appends:
            items += [Stored(position + n, entry) for n, entry in enumerate(append.entries)]
            position += len(append.entries)
        if items[0].position == self._position + 1:
            self._show(items, parcel.size_bytes)
        given = iter(range(items[0].position, position))
        for append in parcel.appends:
            _answer(append.future, tuple(next(given) for _ in append.entries))

    def _show(self, items: Sequence[Stored], size_bytes: int) -> None:
        for item in items:
            self._young[item.entry.id] = item.position
        if len(self._young) >= REPEAT_WINDOW:
            self._old, self._young = self._young, {}
        self._position = items[-1].position
        self._ring.extend(items, size_bytes)
        self._ring_the_bell()

    async def _catch_up(self) -> None:
        """Read what was stored without our hearing of it."""
        upto = (await self._server.info(self._server.names.stream)).state.last_seq
        while self._position < upto:
            messages = await self._server.fetch(self._server.names.stream, self._position + 1, FETCH)
            items = [Stored(message.position, _decode(message)) for message in messages]
            if not items or items[0].position != self._position + 1:
                raise Unusable(f"position {self._position + 1} is missing")
            self._show(items, sum(len(message.body) for message in messages))

    async def refused(self, append: Append, fault: Fault, *, repeated: bool) -> None:
        """Tell a repeat from a stale writer. The server looks at `expect` first, so that both may hear the same."""
        try:
            if fault.err_code in STALE or fault.err_code == DUPLICATE:
                if not self.known(append) and (repeated or fault.err_code == DUPLICATE):
                    await self._catch_up()
                if self.known(append) or append.expect is None:
                    _answer(append.future, self._known_positions(append))
                    return
                found = _LAST.search(fault.description)
                last = max(int(found[1]), self._leaves.newest(append.expect.subject)) if found else None
                raise Stale(append.expect.subject, append.expect.position, last)
            if fault.err_code in NO_ROOM:
                raise Full(f"no room for the journal: {fault.description}")
            self._post.give_up(f"the server refuses: {fault.description} ({fault.err_code})")
            raise Unusable(self._post.broken)
        except JournalError as error:
            if not append.future.done():
                append.future.set_exception(error)

    def _ring_the_bell(self) -> None:
        self._changed.set()
        self._changed.clear()

    # -- pruning ------------------------------------------------------------------------------------------------------

    async def prune(self, positions: Sequence[int]) -> None:
        self._refuse_if_unusable()
        for position in positions:
            if not 0 < position <= self._position:
                raise Refused(f"position {position} cannot be pruned, the journal ends at {self._position}")
        left = [position for position in dict.fromkeys(positions) if self._leaves.get(position) is None]
        for start in range(0, len(left), PRUNE_AT_ONCE):
            await asyncio.gather(*map(self._prune, left[start : start + PRUNE_AT_ONCE]))

    async def _prune(self, position: int) -> None:
        """Leaf first: an interrupted prune is finished by the next start."""
        messages = await self._server.fetch(self._server.names.stream, position, 1)
        if not messages or messages[0].position != position:
            raise Unusable(f"position {position} is missing")
        (message,) = messages
        leaf, subject = leaf_hash(message.body), _decode(message).subject
        await self._server.keep_leaf(position, subject, leaf)
        self._leaves.add(position, subject, leaf)
        self._ring.replace(Pruned(position, leaf))
        await self._server.erase(position)

    # -- reading ------------------------------------------------------------------------------------------------------

    async def tail(self, after: int) -> AsyncGenerator[Sequence[Stored | Pruned], None]:
        after = max(after, 0)
        while True:
            if batch := await self.page(after, TAIL_BATCH):
                yield batch
                after = batch[-1].position
            elif self._closed is not None:
                raise Unusable("the journal is closed")
            else:
                await self._changed.wait()

    async def page(self, after: int, limit: int) -> Sequence[Stored | Pruned]:
        after = max(after, 0)
        upto = min(self._position, after + limit)
        if upto <= after:
            return []
        newest = self._ring.after(after, upto - after)
        return await self._between(after, upto) if newest is None else newest

    async def _between(self, after: int, upto: int) -> Sequence[Stored | Pruned]:
        items: list[Stored | Pruned] = []
        while after < upto:
            messages = await self._fetch(after + 1, min(upto - after, FETCH))
            reached = min(messages[-1].position, upto) if messages else upto
            found = {message.position: message for message in messages}
            items += [self._item(position, found.get(position)) for position in range(after + 1, reached + 1)]
            after = reached
        return items

    async def _fetch(self, first: int, most: int, *, subject: str | None = None) -> Sequence[Message]:
        if self._closed is not None:
            raise Unusable("the journal is closed")
        return await self._server.fetch(self._server.names.stream, first, most, subject=subject)

    def _item(self, position: int, message: Message | None) -> Stored | Pruned:
        leaf = self._leaves.get(position)
        if leaf is not None:
            return Pruned(position, leaf)
        if message is None:
            raise Unusable(f"position {position} is missing")
        return Stored(position, _decode(message))

    async def read(
        self, subject: str, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[Stored | Pruned]:
        below = self._position + 1 if before is None else min(before, self._position + 1)
        span = below if limit is None else READ_SPAN
        while True:
            first = max(1, below - span)
            found = await self._of_subject(subject, first, below)
            if first == 1 or (limit is not None and len(found) >= limit):
                return found if limit is None else found[max(0, len(found) - max(limit, 0)) :]
            span *= 4

    async def _of_subject(self, subject: str, first: int, below: int) -> Sequence[Stored | Pruned]:
        name, found = self._server.names.entry(subject), dict[int, Message | None]()
        start = first
        while start < below and (messages := await self._fetch(start, min(below - start, FETCH), subject=name)):
            found |= {message.position: message for message in messages if message.position < below}
            start = messages[-1].position + 1
        found |= dict.fromkeys(self._leaves.of(subject, first, below))
        return [self._item(position, found[position]) for position in sorted(found)]

    # -- the end ------------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Store what was handed over, answer it, and let go of the stream."""
        if self._closed is None:
            self._closed = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closed)

    async def _close(self) -> None:
        await self._post.finish()
        await self._server.close()
        os.close(self._held)
        self._ring_the_bell()


def _lock(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    return lock(folder / LOCK_FILE)


async def _read_leaves(server: Server) -> Leaves:
    leaves, after = Leaves(), 0
    while messages := await server.fetch(server.names.pruned, after + 1, FETCH):
        for message in messages:
            subject = unquote(message.headers["Belfry-Subject"])
            leaves.add(int(message.headers["Belfry-Position"]), subject, message.body)
        after = messages[-1].position
    return leaves


def _decode(message: Message) -> Entry:
    try:
        return decode(message.body)
    except EntryError as error:
        raise Unusable(f"position {message.position}: {error}") from error


def _answer(future: "Future[Sequence[int]]", positions: Sequence[int]) -> None:
    if not future.done():
        future.set_result(positions)
