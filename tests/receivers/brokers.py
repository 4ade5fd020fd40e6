"""Real brokers for the tests of the MQTT receiver: amqtt in this process, mosquitto beside it, and who publishes."""

import asyncio
import getpass
import shutil
import signal
import socket
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

import aiomqtt
import pytest
from amqtt.broker import Broker  # type: ignore[import-untyped]  # it has no types
from msgspec.structs import replace

from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.reading import Said
from belfry.domain.signal import Receipt
from belfry.receivers.mqtt import MqttReceiver, MqttSettings
from belfry.testing.devices import Heard, HeardDevices
from tests.receivers.house import DeviceHouse

WITHIN_S: Final = 20.0
"""Only a test that hangs waits so long."""
MOSQUITTO: Final = shutil.which("mosquitto")
QUICK: Final = {"retry_least_s": 0.02, "retry_most_s": 0.1, "look_every_s": 0.02, "connect_within_s": 5.0}


class ABroker(Protocol):
    port: int

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Amqtt:
    """A broker in this process; it forgets everything when it stops."""

    def __init__(self) -> None:
        self.port = 0

    async def start(self) -> None:
        listener = {"type": "tcp", "bind": f"127.0.0.1:{self.port}"}
        anybody = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        self._broker = Broker({"listeners": {"default": listener}, "plugins": anybody})
        await self._broker.start()
        server: asyncio.Server = self._broker._servers["default"].instance  # amqtt tells its port nowhere else
        self.port = server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        await self._broker.shutdown()


class Mosquitto:
    """The broker that most houses have. It keeps sessions in a folder, at every change, so that a kill loses none."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.port = free_port()
        self._process: Process | None = None
        self._file = folder / "mosquitto.conf"
        self._file.write_text(
            "\n".join(
                (
                    f"user {getpass.getuser()}",  # started by root it would become somebody who can read nothing here
                    f"listener {self.port} 127.0.0.1",
                    "persistence true",
                    f"persistence_location {folder}/",
                    "autosave_interval 1",
                    "autosave_on_changes true",
                    *(more or ("allow_anonymous true",)),
                    "",
                )
            )
        )

    async def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = await asyncio.create_subprocess_exec(
            MOSQUITTO, "-c", str(self._file), stdout=DEVNULL, stderr=DEVNULL
        )
        await answers(self.port)

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()


def mosquitto(folder: Path, *more: str) -> Mosquitto:
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed (apt-get install mosquitto)")
    return Mosquitto(folder, *more)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def answers(port: int) -> None:
    """Wait until somebody listens."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            writer.close()
            return


class Desk(HeardDevices):
    """The desk of the kit, which can be waited for and can keep the disk waiting."""

    def __init__(self, house: DeviceHouse) -> None:
        super().__init__(house.book, house.intake)
        self.held: list[asyncio.Future[Receipt | None]] | None = None
        """While it is a list, what is heard stays on its way to the disk."""
        self.broken = False
        """The next message meets a mistake of ours."""
        self._news = asyncio.Event()

    def hear(self, device: Device, said: Said, at: object) -> "asyncio.Future[Receipt | None]":
        if self.broken:
            self.broken = False
            self._news.set()
            raise ZeroDivisionError(repr(said))
        kept = super().hear(device, said, at)  # type: ignore[arg-type]  # handed through
        self._news.set()
        if self.held is None:
            return kept
        waiting: asyncio.Future[Receipt | None] = asyncio.get_running_loop().create_future()
        self.held.append(waiting)
        return waiting

    def stranger(self, *said: object) -> None:
        super().stranger(*said)  # type: ignore[arg-type]  # handed through
        self._news.set()

    def release(self) -> None:
        held, self.held = self.held or [], None
        for waiting in held:
            if not waiting.done():
                waiting.set_result(None)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not true():
                self._news.clear()
                await self._news.wait()

    async def hears(self, count: int) -> Sequence[Heard]:
        """Wait for the messages of known devices, `count` since the beginning."""
        await self.until(lambda: len(self.heard) >= count)
        return self.heard

    async def meets(self, count: int) -> None:
        await self.until(lambda: len(self.strangers) >= count)


def settings(port: int, **more: object) -> MqttSettings:
    return replace(MqttSettings(name="mqtt", broker=f"mqtt://127.0.0.1:{port}"), **{**QUICK, **more})


@asynccontextmanager
async def receiving(house: DeviceHouse, desk: Desk, chosen: MqttSettings) -> AsyncIterator[MqttReceiver]:
    """A receiver that is connected and has subscribed."""
    receiver = MqttReceiver(chosen, house.intake, house.accounts, house.clock, bytes, devices=desk)
    await receiver.start()
    try:
        async with asyncio.timeout(WITHIN_S):
            await receiver.connected()
        yield receiver
    finally:
        desk.release()
        await receiver.stop()


@asynccontextmanager
async def somebody(port: int, **more: object) -> AsyncIterator[aiomqtt.Client]:
    """A client that publishes, as Zigbee2MQTT would."""
    async with aiomqtt.Client("127.0.0.1", port, **more) as client:  # type: ignore[arg-type]  # handed through
        yield client


def device(wire: DeviceWire, address: str, name: str = "d1", receiver: str = "mqtt") -> Device:
    return Device(
        id=name,
        account_id="home",
        receiver=receiver,
        wire=wire,
        address=address,
        points=(DevicePoint(point="*", zone="1"),),
    )
