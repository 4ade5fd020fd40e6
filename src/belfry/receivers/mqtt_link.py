"""One connection to a broker: what comes is acknowledged when we say so, in its order, and never read ahead of us.

aiomqtt acknowledges a message before anybody has kept it and queues without end. So this takes its connection, and of
paho below it what it hides: acknowledging by hand, and reading only while there is room. Reading takes one packet a
turn of the loop, so panels on the same loop wait for one message and not for all of them.
"""

import logging
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import aiomqtt
import paho.mqtt.client as paho
from msgspec import Struct
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from belfry.receivers.mqtt_settings import MqttSettings

QOS: Final = 1
TOPIC_MOST_BYTES: Final = 65_535
SLACK_BYTES: Final = TOPIC_MOST_BYTES + 4_096
"""Topic, packet number and properties before a payload."""
DAY_S: Final = 86_400
REFUSED_FROM: Final = 0x80
"""Reason codes of a SUBACK from here on refuse."""
FILTERS_AT_ONCE: Final = 64
"""Of one SUBSCRIBE."""

ONLINE: Final = b"online"
OFFLINE: Final = b"offline"


class Incoming(Struct, frozen=True, gc=False):
    """One message as it came. `mid` is 0 where it needs no acknowledgement (QoS 0)."""

    topic: str
    body: bytes
    mid: int
    retain: bool
    again: bool
    """The broker says that it may have sent it before."""

    def __repr__(self) -> str:
        return f"Incoming(of {len(self.body)} bytes)"


class Link(aiomqtt.Client):
    """Enter it to connect; `take` gets every message, `acknowledge` answers one, `pause` and `resume` hold the flow."""

    def __init__(
        self,
        settings: MqttSettings,
        context: ssl.SSLContext | None,
        password: str | None,
        take: Callable[[Incoming], None],
    ) -> None:
        host, port = settings.address()
        is_5 = settings.version == "5"
        status = settings.status
        super().__init__(
            host,
            port,
            username=settings.user,
            password=password,
            logger=_silent(),
            identifier=settings.identifier,
            protocol=aiomqtt.ProtocolVersion.V5 if is_5 else aiomqtt.ProtocolVersion.V311,
            clean_session=None if is_5 else False,
            clean_start=False if is_5 else paho.MQTT_CLEAN_START_FIRST_ONLY,
            properties=_properties(settings) if is_5 else None,
            timeout=settings.connect_within_s,
            keepalive=settings.keepalive_s,
            will=None if status is None else aiomqtt.Will(status, OFFLINE, QOS, retain=True),
            tls_context=context,
        )
        self._take, self._most = take, settings.payload_most_bytes
        self._is_5 = is_5
        self._fd: int | None = None
        self._reading = False
        self._client.connect_timeout = settings.connect_within_s
        self._client.manual_ack_set(True)
        self._client.on_message = self._came

    async def subscribe_all(self, filters: Sequence[str]) -> int:
        """Subscribe, and return how many the broker refused. Raises aiomqtt.MqttError."""
        refused = 0
        for n in range(0, len(filters), FILTERS_AT_ONCE):
            some = filters[n : n + FILTERS_AT_ONCE]
            if self._is_5:
                codes: Sequence[Any] = await self.subscribe([(topic, SubscribeOptions(qos=QOS)) for topic in some])
            else:
                codes = await self.subscribe([(topic, QOS) for topic in some])
            refused += _refused(codes)
        return refused

    async def unsubscribe_all(self, filters: Iterable[str]) -> None:
        for topic in filters:
            await self.unsubscribe(topic)

    async def gone(self) -> None:
        """Return once the broker is gone."""
        try:
            async for _ in self.messages:  # none comes this way
                pass
        except aiomqtt.MqttError:
            return

    @property
    def is_gone(self) -> bool:
        return self._disconnected.done()

    def acknowledge(self, mid: int) -> None:
        if mid:
            self._client.ack(mid, QOS)

    def drop(self) -> None:
        """Hang up without a word, so that the broker sends again what was not acknowledged."""
        self.pause()
        self._break("dropped")
        # Not from inside a message: paho holds a lock there that its own closing waits for.
        self._loop.call_soon(self._client._sock_close)  # paho knows no other way that says no DISCONNECT

    def _break(self, why: str) -> None:
        if not self._disconnected.done():
            self._disconnected.set_exception(aiomqtt.MqttError(why))
            self._disconnected.exception()  # known, whether or not anybody still waits for it

    # -- reading

    def pause(self) -> None:
        if self._reading and self._fd is not None:
            self._loop.remove_reader(self._fd)
        self._reading = False

    def resume(self) -> None:
        if not self._reading and self._fd is not None and not self._disconnected.done():
            self._loop.add_reader(self._fd, self._read)
            self._reading = True

    def _read(self) -> None:
        try:
            self._client.loop_read()
            self._cut()
            # What TLS has decrypted already makes no socket readable.
            while self._reading and self._pending():
                self._client.loop_read()
                self._cut()
        except Exception as error:  # a socket that broke, or a broker that is none
            self._break(type(error).__name__)

    def _pending(self) -> bool:
        wire = self._client.socket()
        return isinstance(wire, ssl.SSLSocket) and wire.pending() > 0

    def _cut(self) -> None:
        """Hold no more of a packet than could be read: its length is whatever its sender wants, up to 256 MiB."""
        packet = self._client._in_packet["packet"]
        if len(packet) > self._most + SLACK_BYTES:
            del packet[self._most + SLACK_BYTES :]

    def _came(self, _client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # MQTT forbids it; it is acknowledged and belongs to nobody
        mid = message.mid if message.qos else 0
        self._take(Incoming(topic, bytes(message.payload), mid, message.retain, message.dup))

    # -- what aiomqtt does with the socket, except that reading can pause

    def _on_socket_open(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        """Called from the thread that connects."""
        self._loop.call_soon_threadsafe(self._opened, sock.fileno())

    def _opened(self, fd: int) -> None:
        wire = self._client.socket()
        if wire is None or wire.fileno() != fd:
            return  # closed again before this turn of the loop
        self._fd = fd
        self.resume()
        self._misc_task = self._loop.create_task(self._misc_loop())

    def _on_socket_close(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        if self._fd is not None:
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
        self._fd, self._reading = None, False
        if self._misc_task is not None and not self._misc_task.done():
            self._loop.call_soon_threadsafe(self._misc_task.cancel)


def _refused(codes: Sequence[Any]) -> int:
    return sum(1 for code in codes if getattr(code, "value", code) >= REFUSED_FROM)


def _properties(settings: MqttSettings) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho types it not at all
    properties.SessionExpiryInterval = settings.session_days * DAY_S
    properties.ReceiveMaximum = settings.in_flight_most
    properties.MaximumPacketSize = settings.payload_most_bytes + SLACK_BYTES
    return properties


def _silent() -> logging.Logger:
    """A logger that says nothing at any level: paho writes topics, and topics may hold names."""
    logger = logging.Logger("belfry.mqtt.silent", logging.CRITICAL + 1)
    logger.disabled = True
    return logger
