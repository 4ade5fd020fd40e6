"""Messages on a topic of a broker, at QoS 1: taken is what the broker acknowledges.

The broker is one that the settings name, and is judged as every address is. Nothing is retained: who comes later must
not sound for what is over. The connection stays, so that a broker that is gone is noticed before the next alarm.
"""

import asyncio
import socket
import ssl
from contextlib import suppress
from datetime import datetime
from typing import Final

import aiomqtt
import msgspec
from aiomqtt.exceptions import MqttConnectError

from belfry.domain.reach import Channel
from belfry.notify.standing import Standing
from belfry.notify.whither import context, may_reach, secret
from belfry.ports import Chance, Clock
from belfry.ports.automation import NotTaken
from belfry.ports.leave import Leave
from belfry.ports.output import OutputSettings, Told, Why

QOS: Final = 1
KEEPALIVE_S: Final = 30


class _Forbidden(OSError):
    """The broker's address is none that may be reached."""


class MqttOutput:
    """`ports.output.Output`. `run` as a task, then `close`."""

    def __init__(self, settings: OutputSettings, channel: Channel, clock: Clock, chance: Chance) -> None:
        """Raises Unfit."""
        self.name, self.channel = settings.name, channel
        self._settings, self._clock = settings, clock
        self._context = context(settings)
        self._password = secret(settings)
        self._standing = Standing(settings, clock, chance)
        self._client: aiomqtt.Client | None = None
        self._wanted, self._up, self._broken = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def tell(self, leave: Leave, told: Told) -> None:
        client = self._client
        if client is None:
            raise NotTaken
        leave.spend(leave.audience, self.channel, self._clock())
        topic = self._settings.topic
        assert topic is not None  # settings of this type have one
        try:
            await client.publish(topic, msgspec.json.encode(told), qos=QOS, timeout=self._settings.answer_within_s)
        except (aiomqtt.MqttError, ValueError):
            self._broken.set()
            self._up.clear()
            self._standing.missed(Why.NO_ANSWER)
            raise NotTaken from None
        self._standing.took()

    async def run(self) -> None:
        """Keep a connection while an agreement holds, for ever."""
        while True:
            await self._wanted.wait()
            client = self._made()
            try:
                async with client:
                    await self._stay(client)
            except (aiomqtt.MqttError, OSError, TimeoutError, ValueError) as error:
                cause = error.__context__  # aiomqtt says the same of all of them
                if isinstance(cause, _Forbidden):
                    self._standing.missed(Why.ADDRESS, for_good=True)
                elif isinstance(cause, ssl.SSLCertVerificationError):
                    self._standing.missed(Why.CERTIFICATE, for_good=True)
                elif isinstance(error, MqttConnectError):
                    self._standing.missed(Why.REFUSED, for_good=True)
                else:
                    self._standing.missed(Why.UNREACHABLE)
            finally:
                client._client._sock_close()  # whatever is left of it
            await self._standing.up()

    async def _stay(self, client: aiomqtt.Client) -> None:
        """Until the broker is gone, something was not acknowledged, or no agreement holds."""
        self._client = client
        self._broken.clear()
        self._standing.took()
        self._up.set()
        gone = asyncio.create_task(_gone(client), name=f"broker of {self.name}")
        broken = asyncio.create_task(self._broken.wait(), name=f"end of {self.name}")
        try:
            await asyncio.wait({gone, broken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._client = None
            self._up.clear()
            for task in (gone, broken):
                task.cancel()
        if not broken.done():
            self._standing.missed(Why.UNREACHABLE)

    def _made(self) -> aiomqtt.Client:
        settings = self._settings
        host, port = settings.host_port()
        client = aiomqtt.Client(
            host,
            port,
            username=settings.user,
            password=self._password,
            identifier=f"belfry-output-{self.name}",
            timeout=settings.answer_within_s,
            keepalive=KEEPALIVE_S,
            tls_context=self._context,
        )
        paho = client._client
        paho.disable_logger()  # at any level: paho writes topics
        paho.connect_timeout = settings.answer_within_s
        paho._create_socket_connection = self._connect  # type: ignore[method-assign]  # it would look the name up anew
        paho._ssl_wrap_socket = self._shaken  # type: ignore[method-assign]  # it would leave the socket of a failure open
        return client

    def _connect(self) -> socket.socket:
        """Connect to an address that may be reached; in the thread where paho does so. Raises OSError."""
        settings = self._settings
        host, port = settings.host_port()
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        only_private = self._context is None
        for *_, where in found:
            if may_reach(str(where[0]), private=settings.private, only_private=only_private):
                return socket.create_connection((str(where[0]), port), timeout=settings.answer_within_s)
        raise _Forbidden("not to be reached")

    def _shaken(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        """Shake hands; in the same thread. Raises OSError, and leaves nothing open then."""
        assert self._context is not None  # else nobody asks
        secure = self._context.wrap_socket(
            tcp_sock, server_hostname=self._settings.host_port()[0], do_handshake_on_connect=False
        )
        try:
            secure.settimeout(self._settings.answer_within_s)
            secure.do_handshake()
        except OSError:
            secure.close()
            raise
        return secure

    async def up(self) -> None:
        await self._up.wait()

    def down(self) -> None:
        """`run` hangs up and calls anew."""

    def rest(self, resting: bool) -> None:
        self._standing.rest(resting)
        if resting:
            self._wanted.clear()
            self._broken.set()
        else:
            self._wanted.set()

    def away_since(self) -> datetime | None:
        return self._standing.away_since()

    def why(self) -> str | None:
        return self._standing.why

    async def close(self) -> None:
        """Its task, which hangs up, is ended by its owner, before."""


async def _gone(client: aiomqtt.Client) -> None:
    with suppress(aiomqtt.MqttError):
        async for _ in client.messages:  # nothing is subscribed
            pass
