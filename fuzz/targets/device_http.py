"""Any HTTP request at the door for devices, as it comes from the socket: an answer that is meant, or a hang-up.

The first byte says how the bytes are cut. Nothing is heard without the secret, and no answer repeats what was sent.
"""

import asyncio
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import uvicorn

from belfry.domain.device import Device, DeviceWire
from belfry.receivers.http_door import HttpDoor
from belfry.receivers.http_guard import Guard, guarded
from belfry.receivers.http_settings import HttpSettings
from belfry.receivers.limits import Shares
from belfry.registry.book import AccountBook
from belfry.testing.devices import HeardDevices, MemoryBook

CUTS = (1, 2, 3, 7, 40, 400, 4_096, 65_536)
SECRET = "k5xw2zq7m4n3p6r8"
WIRES = (DeviceWire.ALERTMANAGER, DeviceWire.SHELLY, DeviceWire.CLOUDEVENTS, DeviceWire.ISAPI)
STATUSES = frozenset({200, 400, 401, 404, 405, 408, 413, 415, 431, 503})
TURNS_AFTER = 20
NOW = datetime(2026, 3, 2, 15, 16, tzinfo=UTC)
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


def seeds() -> Iterable[bytes]:
    for n in range(len(WIRES)):
        path = f"/d/{n}{SECRET}".encode()
        yield b"\x04POST " + path + b" HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"
        yield b"\x02PUT " + path + b"?event=up HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        yield b"\x05GET " + path + b"?event=smoke.alarm HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.0\r\n\r\n"
    yield b"\x04POST /s/d0 HTTP/1.1\r\nx-belfry-signature: 00\r\nx-belfry-timestamp: 1\r\ncontent-length: 0\r\n\r\n"
    yield (
        b"\x04POST /d/0" + SECRET.encode() + b" HTTP/1.1\r\ncontent-encoding: gzip\r\ncontent-length: 9\r\n\r\n\x1f\x8b"
    )
    yield b"\x04OPTIONS /d/2" + SECRET.encode() + b" HTTP/1.1\r\nwebhook-request-origin: a\r\n\r\n"
    yield b"\x04POST /d/0" + SECRET.encode() + b" HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 99999999\r\n\r\n"
    yield b"\x04POST http://[::/d/x HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"


class Line(asyncio.Transport):
    """A connection without a network."""

    def __init__(self) -> None:
        super().__init__()
        self.said, self.closed = bytearray(), False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("192.0.2.7", 4711) if name == "peername" else default

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def close() -> None:
    if _loop.cache_info().currsize:
        _loop().close()
        _loop.cache_clear()


def one_input(data: bytes) -> None:
    _loop().run_until_complete(_conversation(data))


async def _conversation(data: bytes) -> None:
    settings = HttpSettings(body_most_bytes=4_096, bodies_most_bytes=8_192)
    book = MemoryBook(
        [
            Device(id=f"d{n}", account_id="a", receiver="webhooks", wire=wire, address=f"{n}")
            for n, wire in enumerate(WIRES)
        ],
        secrets={f"d{n}": f"{n}{SECRET}" for n in range(len(WIRES))},
    )
    devices = HeardDevices(book)
    door = HttpDoor(settings, devices, AccountBook(), lambda: NOW)
    guard = Guard(settings, Shares(most=10, most_each=10))
    config = uvicorn.Config(door, interface="asgi3", http="httptools", ws="none", lifespan="off", log_config=None)
    config.load()
    connection, line = guarded(config, guard)(), Line()
    connection.connection_made(line)
    size = CUTS[data[0] % len(CUTS)] if data else 1
    for at in range(1, len(data), size):
        if line.closed:
            break
        connection.data_received(data[at : at + size])
        await asyncio.sleep(0)
    for _ in range(TURNS_AFTER):  # whoever waits for more bytes gets none
        await asyncio.sleep(0)
    connection.connection_lost(None)
    if guard.state.tasks:
        await asyncio.wait(list(guard.state.tasks), timeout=5)
    assert not guard.state.tasks, "a request that never ends"
    assert guard.shares.total == 0, "a connection that is still counted"
    statuses = {int(status) for status in _STATUS.findall(line.said)} - {100}
    assert statuses <= STATUSES, statuses
    assert not devices.heard or SECRET.encode() in data.replace(b"%", b"") or b"%" in data, "heard without the secret"
    assert SECRET.encode() not in line.said, "an answer with a secret"
