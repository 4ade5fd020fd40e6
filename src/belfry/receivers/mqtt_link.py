"""One connection to a broker: what comes is acknowledged when we say so, in its order, and never read ahead of us.

aiomqtt acknowledges a message before anybody has kept it and queues without end. So this takes its connection, and of
paho below it what it hides: it reads for itself, and only while there is room, and acknowledges when it is told to.
Reading takes a few packets a turn of the loop, so panels on the same loop wait for those and not for all of them.
"""

import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Any, Final

import aiomqtt
import paho.mqtt.client as paho
from msgspec import Struct
from paho.mqtt.enums import MQTTErrorCode
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

READ_BYTES: Final = 65_536
TURN_S: Final = 0.0005
"""So long packets are taken at once,"""
REST_S: Final = 0.001
"""and so long a rest follows where there is more: a third of the time at most, and what comes beyond it waits at the
broker."""
LULL_S: Final = 0.005
"""The rest where there is no more: what comes meanwhile is taken together, and costs one turn of the loop."""
PUBACK: Final = b"\x40\x02"
PUBLISH: Final = 0x30

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
        self._reading = self._resting = False
        self._buffer, self._at = b"", 0
        """What is read of the socket, and how far it was taken."""
        self._answers = bytearray()
        self._receive_more = self._client._sock_recv
        self._client._sock_recv = self._receive  # type: ignore[method-assign,assignment]  # four calls of the system fewer a packet
        self._client.connect_timeout = settings.connect_within_s
        self._client.disable_logger()  # at any level: paho writes topics, and topics may hold names
        self._client._handle_publish = self._published  # type: ignore[method-assign]

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
        """Answer a message; the answers of one turn of the loop leave together."""
        if not mid:
            return
        if not self._answers:
            self._loop.call_soon(self.answer)
        self._answers += PUBACK + mid.to_bytes(2, "big")

    def answer(self) -> None:
        """Write what is acknowledged; what the socket does not take now is paho's to write, before anything else."""
        if not self._answers:
            return
        answers, self._answers = bytes(self._answers), bytearray()
        sent = 0
        if not self._client._out_packet:
            with suppress(OSError):  # full, or broken: paho will find out
                sent = self._client._sock_send(answers)
        if sent < len(answers):
            self._client._packet_queue(PUBACK[0], answers[sent:], 0, 0)

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
        if self._reading and not self._resting and self._fd is not None:
            self._loop.remove_reader(self._fd)
        self._reading = False

    def resume(self) -> None:
        if not self._reading and self._fd is not None and not self._disconnected.done():
            self._reading = True
            if not self._resting:
                self._go_on()

    def _go_on(self) -> None:
        """Read what is here already, else wait for the socket."""
        self._resting = False
        if not self._reading or self._fd is None:
            return
        if self._fill() or self._is_more():
            self._read(watched=False)
        else:
            self._loop.add_reader(self._fd, self._read)

    def _read(self, *, watched: bool = True) -> None:
        """Take a few packets, and rest: other threads get the interpreter only while this one waits, and one of them
        keeps what panels are answered for."""
        if watched and self._fd is not None:
            self._loop.remove_reader(self._fd)
        self._resting, is_more = True, True
        self._fill()
        until = perf_counter() + TURN_S
        try:
            while self._reading and is_more and perf_counter() < until:
                if not self._take_whole(until):
                    self._client.loop_read()
                    self._cut()
                is_more = self._is_more()
        except Exception as error:  # a socket that broke, or a broker that is none
            self._break(type(error).__name__)
        self._loop.call_later(REST_S if is_more else LULL_S, self._go_on)

    def _take_whole(self, until: float) -> bool:
        """Take messages that are read from their first byte to their last, which are nearly all; False: there is none,
        and what comes next is for paho, who takes a packet byte by byte and every kind of them."""
        if self._client._in_packet["command"]:
            return False  # in the middle of one
        buffer, began = self._buffer, self._at
        while self._reading:
            at, end = publish_at(buffer, self._at)
            found = read_publish(buffer[self._at], buffer[at:end], is_5=self._is_5) if end else None
            if found is None:
                break
            self._at = end
            self._take(found)
            if perf_counter() >= until:
                break
        return self._at > began

    def _fill(self) -> bool:
        """Read what has come, where all before it is taken; False: nothing has. What is wrong with a socket is paho's
        to find out, who is asked next."""
        if self._at < len(self._buffer):
            return True
        try:
            self._buffer, self._at = self._receive_more(READ_BYTES), 0
        except OSError as error:
            return not isinstance(error, BlockingIOError)
        return True

    def _is_more(self) -> bool:
        """Whether something is read already, which makes no socket readable."""
        return self._at < len(self._buffer) or self._pending()

    def _receive(self, size: int) -> bytes:
        """In the place of paho's own, which asks the system for one byte, one byte, and the rest of each packet."""
        if self._at >= len(self._buffer):
            self._buffer, self._at = self._receive_more(READ_BYTES), 0
        at = self._at
        self._at = at + size
        return self._buffer[at : at + size]

    def _pending(self) -> bool:
        wire = self._client.socket()
        return isinstance(wire, ssl.SSLSocket) and wire.pending() > 0

    def _cut(self) -> None:
        """Hold no more of a packet than could be read: its length is whatever its sender wants, up to 256 MiB."""
        packet = self._client._in_packet["packet"]
        if len(packet) > self._most + SLACK_BYTES:
            del packet[self._most + SLACK_BYTES :]

    def _published(self) -> MQTTErrorCode:
        """A PUBLISH has come, whole or cut. In the place of paho's own, which acknowledges by itself and logs."""
        came = self._client._in_packet
        found = read_publish(came["command"], came["packet"], is_5=self._is_5)
        if found is None:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self._take(found)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

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


def publish_at(buffer: bytes, at: int) -> tuple[int, int]:
    """Return where the rest of a PUBLISH begins and ends that begins at `at`; (0, 0): another packet does, or not the
    whole of it is here, or it is longer than 16 KiB."""
    body = at + 2
    if body > len(buffer) or buffer[at] & 0xF0 != PUBLISH:
        return 0, 0
    length = buffer[at + 1]
    if length & 0x80:
        if body >= len(buffer) or buffer[body] & 0x80:
            return 0, 0
        length, body = length & 0x7F | buffer[body] << 7, body + 1
    end = body + length
    return (body, end) if end <= len(buffer) else (0, 0)


def read_publish(command: int, packet: bytes | bytearray, *, is_5: bool) -> Incoming | None:
    """Read a PUBLISH: its first byte, and what comes after its length. None: it is none, or asks for QoS 2, which
    nobody has subscribed. A topic that is no UTF-8 is empty, and belongs to nobody (MQTT 3.1.1, 3.3)."""
    qos, end = command >> 1 & 3, 2 + int.from_bytes(packet[:2], "big")
    at = end + 2 if qos else end
    if qos > QOS or len(packet) < at:
        return None
    if is_5:
        length = _length(packet, at)
        if length is None:
            return None
        at = length
    try:
        topic = packet[2:end].decode()
    except UnicodeDecodeError:
        topic = ""
    mid = int.from_bytes(packet[end : end + 2], "big") if qos else 0
    return Incoming(topic, bytes(packet[at:]), mid, bool(command & 1), bool(command & 8))


def _length(packet: bytes | bytearray, at: int) -> int | None:
    """Where the properties of version 5 end that begin at `at` with their length; None: nowhere."""
    length = 0
    for n in range(4):
        if at + n >= len(packet):
            return None
        length |= (packet[at + n] & 0x7F) << 7 * n
        if not packet[at + n] & 0x80:
            end = at + n + 1 + length
            return end if end <= len(packet) else None
    return None


def _refused(codes: Sequence[Any]) -> int:
    return sum(1 for code in codes if getattr(code, "value", code) >= REFUSED_FROM)


def _properties(settings: MqttSettings) -> Properties:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho types it not at all
    properties.SessionExpiryInterval = settings.session_days * DAY_S
    properties.ReceiveMaximum = settings.in_flight_most
    properties.MaximumPacketSize = settings.payload_most_bytes + SLACK_BYTES
    return properties
