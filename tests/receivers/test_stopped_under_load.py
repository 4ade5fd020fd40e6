"""Doors for devices that are stopped and started again while everybody speaks: what is sent again until it is answered
well is kept, and neither a task nor a connection stays behind."""

import asyncio
import json
import smtplib
import socket
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import uvloop

from belfry.domain.device import DeviceWire
from belfry.receivers.http import HttpReceiver, HttpSettings
from belfry.receivers.smtp import SmtpReceiver, SmtpSettings
from tests.receivers.house import SECRET, DeviceHouse, device_house

ROUNDS, SENDERS, EACH = 4, 4, 10
FAST = 1_000_000
STAYS_S = 5.0
"""Whoever is not hung up by then is not hung up."""
ASYNCIO_LOSES = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""A listener of asyncio forgets who comes in the very turn in which it closes, and closes him with the garbage."""


class Doors:
    """The same two addresses, behind which one receiver after the other stands."""

    def __init__(self, house: DeviceHouse) -> None:
        self.house, self.http_at, self.smtp_at = house, "127.0.0.1:0", "127.0.0.1:0"

    async def start(self) -> None:
        house = self.house
        built = (house.intake, house.accounts, house.clock, bytes)
        web = HttpSettings(listen=self.http_at, requests_per_source_per_s=FAST)
        post = SmtpSettings(listen=self.smtp_at, connections_per_source_per_s=FAST)
        self.http = HttpReceiver(web, *built, devices=house.devices)
        self.smtp = SmtpReceiver(post, *built, devices=house.devices)
        await self.http.start()
        await self.smtp.start()
        self.http_at, self.smtp_at = ("{}:{}".format(*one.listening) for one in (self.http, self.smtp))

    async def stop(self) -> None:
        await asyncio.gather(self.http.stop(), self.smtp.stop())


def event(name: str) -> bytes:
    said = {"type": "org.example.alarm.panic", "source": "/hall", "id": name, "data": {"state": "active"}}
    return json.dumps({"specversion": "1.0", **said}).encode()


async def post(doors: Doors, name: str) -> None:
    """As a hook does: the same again until it is answered well."""
    media = {"content-type": "application/cloudevents+json"}
    async with httpx.AsyncClient() as client:
        while True:
            with suppress(httpx.HTTPError):
                answer = await client.post(f"http://{doors.http_at}/d/{SECRET}", content=event(name), headers=media)
                if answer.is_success:
                    return


async def mail(doors: Doors, recipient: str) -> None:
    """As a mail server does."""

    def send() -> bool:
        host, _, port = doors.smtp_at.rpartition(":")
        try:
            with smtplib.SMTP(host, int(port), timeout=5) as client:
                client.sendmail("camera@x.example", [f"{recipient}@x.example"], MAIL)
        except (OSError, smtplib.SMTPException):
            return False
        return True

    while not await asyncio.to_thread(send):
        pass


MAIL = (Path(__file__).parents[1] / "samples" / "smtp" / "hik_ipc_intrusion.eml").read_bytes()


@ASYNCIO_LOSES
async def test_doors_that_stop_and_start_under_load_lose_nothing_and_leave_nothing(tmp_path: Path) -> None:
    async with device_house(tmp_path) as house:
        house.register(DeviceWire.CLOUDEVENTS, "webhooks")
        house.register(DeviceWire.MAIL, "mail", name="camera", secret="z" * 26)
        doors, before = Doors(house), asyncio.all_tasks()
        await doors.start()
        told: asyncio.Queue[None] = asyncio.Queue()

        async def hook(sender: int) -> None:
            for n in range(EACH):
                await post(doors, f"{sender}-{n}")
                told.put_nowait(None)

        async def server() -> None:
            for _ in range(EACH):
                await mail(doors, "z" * 26)
                told.put_nowait(None)

        async def restarts() -> None:
            for _ in range(ROUNDS):
                for _ in range((SENDERS + 1) * EACH // (ROUNDS + 2)):
                    await told.get()
                await doors.stop()
                await doors.start()

        async with asyncio.TaskGroup() as group:
            for sender in range(SENDERS):
                group.create_task(hook(sender))
            group.create_task(server())
            group.create_task(restarts())
        await doors.stop()
        heard = [(one.device.id, one.said.readings[0].once) for one in house.devices.heard]
        names = {once for device, once in heard if device == "d1"}
        assert len(names) == SENDERS * EACH
        assert sum(device == "camera" for device, _ in heard) >= EACH
        assert len(await house.kept()) >= (SENDERS + 1) * EACH
        assert asyncio.all_tasks() == before


@pytest.mark.parametrize("turns", [0, 1, 3, 4])
async def test_who_comes_in_while_a_door_closes_is_hung_up(tmp_path: Path, turns: int) -> None:
    """Who was let in when the listening ended is made a connection of a turn of the loop later, and does not stay."""
    loop = asyncio.get_running_loop()
    async with device_house(tmp_path) as house:
        doors = Doors(house)
        await doors.start()
        for receiver in (doors.http, doors.smtp):
            with socket.create_connection(receiver.listening) as caller:
                caller.setblocking(False)
                for _ in range(turns):
                    await asyncio.sleep(0)
                await receiver.stop()
                with suppress(ConnectionError):
                    async with asyncio.timeout(STAYS_S):
                        while await loop.sock_recv(caller, 1_000):
                            pass


@pytest.mark.parametrize("turns", [0, 1, 2, 4])
def test_under_uvloop_who_comes_in_is_hung_up_too(tmp_path: Path, turns: int) -> None:
    """Its transports are of no class of asyncio, and a centre runs on it."""
    uvloop.run(test_who_comes_in_while_a_door_closes_is_hung_up(tmp_path, turns))


def test_under_uvloop_nothing_is_lost_nor_left_either(tmp_path: Path) -> None:
    uvloop.run(test_doors_that_stop_and_start_under_load_lose_nothing_and_leave_nothing(tmp_path))
