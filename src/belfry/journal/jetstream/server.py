"""A NATS server as the journal needs it: one connection, its streams set up and checked, entries read back.

JetStream's own interface is JSON over subjects, asked here without the client's wrappers: those know neither atomic
batches nor reading many entries at once. What the server was told about syncing its disk cannot be asked over this
connection (docs/journal.md); everything else that would lose an entry is refused at the start.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final, TypeVar
from urllib.parse import quote

import msgspec
import structlog
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error

from belfry.domain.facts import ENTRY_MAX_BYTES, SCHEMA
from belfry.journal.jetstream.names import Names
from belfry.ports import Full, InUse, Newer, Unusable

log = structlog.get_logger()

LAYOUT: Final = 1
"""How streams, subjects and headers are arranged."""
CONNECT_S: Final = 5.0
ANSWER_S: Final = 5.0
"""What a question waits for its answer."""
LET_GO_S: Final = 0.5
"""A holder that was killed is noticed by the server within this; only then is a journal in use."""
RECONNECT_S: Final = 1
HEADERS_MAX_BYTES: Final = 8_192
FETCH_BYTES: Final = 4 * 1024 * 1024
"""Asked for at once, so that a page of large entries is no burden on the connection."""
DUPLICATES_S: Final = 120
"""How long the server itself knows the ids of entries: longer than an append is repeated (`post.PATIENCE_S`)."""
HOLDER: Final = "holder"
NAME_IN_USE: Final = 10_013
NOT_FOUND: Final = frozenset({10_014, 10_057, 10_059})
"""No such consumer, message or stream."""
NO_ROOM: Final = frozenset({10_002, 10_023, 10_047, 10_054, 10_077})
"""A limit of the server, the account or the stream is reached. A disk that is full says nothing at all."""
DAMAGING: Final = {"retention": "limits", "max_age": 0, "max_msgs": -1, "max_bytes": -1, "max_msgs_per_subject": -1}
"""With anything else the server would forget entries by itself."""


class Fault(Struct, frozen=True):
    """What the server says where it refuses."""

    description: str = ""
    err_code: int = 0


class Config(Struct, frozen=True):
    storage: str = ""
    retention: str = ""
    max_age: int = 0
    max_msgs: int = -1
    max_bytes: int = -1
    max_msgs_per_subject: int = -1
    num_replicas: int = 1
    allow_atomic: bool = False
    allow_direct: bool = False
    metadata: Mapping[str, str] = {}


class State(Struct, frozen=True):
    messages: int = 0
    last_seq: int = 0


class Info(Struct, frozen=True):
    """An answer about a stream."""

    config: Config = Config()
    state: State = State()
    error: Fault | None = None


class Done(Struct, frozen=True):
    error: Fault | None = None


class Message(Struct, frozen=True):
    position: int
    headers: Mapping[str, str]
    body: bytes


Answer = TypeVar("Answer", Info, Done)


class Server:
    """Open with `await Server.open(names)`; `lost` and `back` may be set to hear of the connection."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.client = Client()
        self.lost: Callable[[], None] = lambda: None
        self.back: Callable[[], Awaitable[None]] | None = None
        self._held, self._inbox = False, ""

    @classmethod
    async def open(cls, names: Names) -> "Server":
        """Raises Unusable where nobody answers."""
        server = cls(names)
        try:
            async with asyncio.timeout(CONNECT_S):
                await server.client.connect(
                    names.server,
                    name="belfry",
                    reconnect_time_wait=RECONNECT_S,
                    max_reconnect_attempts=-1,
                    error_cb=server._on_error,
                    disconnected_cb=server._on_lost,
                    reconnected_cb=server._on_back,
                )
        except (OSError, TimeoutError, Error) as error:
            await server.close()
            raise Unusable(f"no NATS server answers at {names.shown}: {error!r}") from error
        return server

    async def close(self) -> None:
        """Give the journal back; where the server is away it notices by itself."""
        if self._held and self.client.is_connected:
            with suppress(Unusable):
                await self.ask(f"CONSUMER.DELETE.{self.names.stream}.{HOLDER}", Done)
        self._held = False
        if not self.client.is_connected:
            # The client would write what is unsent to a connection that is gone, fail, and leave its socket open.
            self.client._pending, self.client._pending_data_size = [], 0
        with suppress(OSError):
            await self.client.close()

    async def _on_error(self, error: Exception) -> None:
        log.debug("nats", error=repr(error))

    async def _on_lost(self) -> None:
        if not self.client.is_closed:
            log.warning("journal's server lost", server=self.names.shown)
        self.lost()

    async def _on_back(self) -> None:
        log.info("journal's server is back", server=self.names.shown)
        if self.back is not None:
            await self.back()

    # -- questions ----------------------------------------------------------------------------------------------------

    async def ask(self, what: str, shape: type[Answer], body: object = None) -> Answer:
        """Ask JetStream's own interface. Raises Unusable where it does not answer."""
        asked = b"" if body is None else msgspec.json.encode(body)
        try:
            answer = await self.client.request(f"$JS.API.{what}", asked, timeout=ANSWER_S)
            return msgspec.json.decode(answer.data, type=shape)
        except (TimeoutError, Error, msgspec.DecodeError) as error:
            raise Unusable(f"{self.names.shown} did not answer {what}: {error!r}") from error

    async def info(self, stream: str) -> Info:
        """A stream as it is. Raises Unusable where there is none."""
        info = await self.ask(f"STREAM.INFO.{stream}", Info)
        if info.error is not None:
            raise Unusable(f"{self.names.shown}: {info.error.description}")
        return info

    async def set_up(self, stream: str, subject: str) -> Info:
        """A stream that keeps what it is given, made where there is none. Raises Newer or Unusable."""
        info = await self.ask(f"STREAM.INFO.{stream}", Info)
        if info.error is not None and info.error.err_code in NOT_FOUND:
            info = await self.ask(f"STREAM.CREATE.{stream}", Info, _new(stream, subject))
        if info.error is not None:
            raise Unusable(f"{self.names.shown}: {info.error.description}")
        check(stream, info.config)
        return info

    async def examine(self) -> str:
        """What the stream of entries is, in words; nothing is changed. Raises Newer or Unusable."""
        stream = self.names.stream
        info = await self.ask(f"STREAM.INFO.{stream}", Info)
        if info.error is None:
            check(stream, info.config)
            replicas = info.config.num_replicas
            return f"File storage, {replicas} server{'s'[: replicas - 1]}, {info.state.last_seq} entries"
        if info.error.err_code in NOT_FOUND:
            return f"Stream {stream} will be made"
        raise Unusable(f"{self.names.shown}: {info.error.description}")

    def check_sizes(self) -> None:
        """Raises Unusable where the server takes no message as large as an entry may be."""
        needed = ENTRY_MAX_BYTES + HEADERS_MAX_BYTES
        if self.client.max_payload < needed:
            raise Unusable(f"{self.names.shown}: max_payload is {self.client.max_payload} bytes, {needed} are needed")

    # -- who holds it -------------------------------------------------------------------------------------------------

    async def hold(self) -> None:
        """Be the one writer. Raises InUse where another process is.

        The sign is a push consumer that delivers nothing: the server lets nobody redirect it while somebody listens,
        and who was killed listens no more, so nothing is left to tidy up.
        """
        self._inbox = self.client.new_inbox()
        await self.client.subscribe(self._inbox)
        until = asyncio.get_running_loop().time() + LET_GO_S
        while not await self.claim():
            if asyncio.get_running_loop().time() >= until:
                raise InUse(f"{self.names.shown} is held by another process: one journal has one writer")
            await asyncio.sleep(LET_GO_S / 5)
        self._held = True

    async def claim(self) -> bool:
        """Whether the journal is ours, again after the server was away. Raises Unusable."""
        sign = {
            "durable_name": HOLDER,
            "deliver_subject": self._inbox,
            "deliver_policy": "new",
            "ack_policy": "none",
            "filter_subject": self.names.entry(f"%{HOLDER}"),
        }
        stream = self.names.stream
        answer = await self.ask(
            f"CONSUMER.DURABLE.CREATE.{stream}.{HOLDER}", Done, {"stream_name": stream, "config": sign}
        )
        if answer.error is not None and answer.error.err_code != NAME_IN_USE:
            raise Unusable(f"{self.names.shown}: {answer.error.description}")
        return answer.error is None

    # -- reading ------------------------------------------------------------------------------------------------------

    async def fetch(self, stream: str, first: int, most: int, *, subject: str | None = None) -> list[Message]:
        """Some messages from a position on, in order; fewer than `most` where they are large, none where none follow.

        Raises Unusable.
        """
        wanted: dict[str, int | str] = {"seq": first, "batch": most, "max_bytes": FETCH_BYTES}
        if subject is not None:
            wanted["next_by_subj"] = subject
        inbox, messages = self.client.new_inbox(), list[Message]()
        try:
            answers = await self.client.subscribe(inbox)
            try:
                await self.client.publish(f"$JS.API.DIRECT.GET.{stream}", msgspec.json.encode(wanted), reply=inbox)
                while not (status := _status(answer := await answers.next_msg(ANSWER_S))):
                    headers = answer.headers or {}
                    messages.append(Message(int(headers["Nats-Sequence"]), headers, answer.data))
            finally:
                if not self.client.is_closed:
                    await answers.unsubscribe()
        except (TimeoutError, Error) as error:
            raise Unusable(f"{self.names.shown} could not be read: {error!r}") from error
        if status not in {"204", "404"}:  # the end of what was asked for; nothing there
            raise Unusable(f"{self.names.shown} could not be read: status {status}")
        return messages

    async def last_of(self, subject: str) -> int:
        """The last position that the stream still holds of a NATS subject; 0 for none. Raises Unusable."""
        try:
            answer = await self.client.request(
                f"$JS.API.DIRECT.GET.{self.names.stream}.{subject}", b"", timeout=ANSWER_S
            )
        except (TimeoutError, Error) as error:
            raise Unusable(f"{self.names.shown} could not be read: {error!r}") from error
        return int((answer.headers or {}).get("Nats-Sequence", 0))

    async def keep_leaf(self, position: int, subject: str, leaf: bytes) -> None:
        """Store the leaf hash of an entry that is to be pruned. Raises Full or Unusable."""
        headers = {
            "Nats-Msg-Id": f"pruned-{position}",
            "Belfry-Position": str(position),
            "Belfry-Subject": quote(subject, safe="/"),
        }
        try:
            answer = await self.client.request(self.names.leaves, leaf, timeout=ANSWER_S, headers=headers)
            done = msgspec.json.decode(answer.data, type=Done)
        except (TimeoutError, Error, msgspec.DecodeError) as error:
            raise Unusable(f"{self.names.shown} did not keep the leaf of {position}: {error!r}") from error
        if done.error is not None and done.error.err_code in NO_ROOM:
            raise Full(f"no room for the leaf of {position}: {done.error.description}")
        if done.error is not None:
            raise Unusable(f"{self.names.shown} did not keep the leaf of {position}: {done.error.description}")

    async def erase(self, position: int) -> None:
        """Overwrite an entry on the server's disk; one that is gone already is well. Raises Unusable."""
        answer = await self.ask(f"STREAM.MSG.DELETE.{self.names.stream}", Done, {"seq": position, "no_erase": False})
        if answer.error is not None and answer.error.err_code not in NOT_FOUND:
            raise Unusable(f"{self.names.shown}: position {position} not erased: {answer.error.description}")


def _status(message: Msg) -> str:
    return (message.headers or {}).get("Status", "")


def _new(stream: str, subject: str) -> Mapping[str, object]:
    return {
        "name": stream,
        "subjects": [subject],
        "storage": "file",
        "discard": "new",
        **DAMAGING,
        "num_replicas": 1,
        "duplicate_window": DUPLICATES_S * 1_000_000_000,
        "allow_atomic": True,
        "allow_direct": True,
        "deny_purge": True,
        "metadata": {"belfry.layout": str(LAYOUT), "belfry.schema": str(SCHEMA)},
    }


def check(stream: str, config: Config) -> None:
    """Raises Newer or Unusable where a stream cannot keep the promise of a journal."""
    for name, known in (("layout", LAYOUT), ("schema", SCHEMA)):
        mark = config.metadata.get(f"belfry.{name}", "")
        if not mark.isdigit():
            raise Unusable(f"stream {stream} is no journal: it has no mark belfry.{name}")
        if int(mark) > known:
            raise Newer(f"stream {stream} has {name} {mark}, this version knows {known}: use a newer one")
    if config.storage != "file":
        raise Unusable(f"stream {stream} has {config.storage} storage: only file storage outlives the server")
    for key, wanted in DAMAGING.items():
        if (value := getattr(config, key)) != wanted:
            raise Unusable(f"stream {stream} has {key} = {value}, so it would forget entries: it wants {wanted}")
    if not (config.allow_atomic and config.allow_direct):
        raise Unusable(f"stream {stream} wants allow_atomic and allow_direct, which NATS 2.12 and newer have")
