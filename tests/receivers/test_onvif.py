"""Pulling events from ONVIF devices: subscribe, state first, alarms, a device that goes away, ends it, or misleads.

The real client library against a device of our own; TLS with a certificate made here; a real journal on the disk.
"""

import gc
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from belfry.domain.device import DeviceWire, Login
from belfry.domain.reading import Disposition, Observed, PointState, Said
from belfry.ports import Full
from belfry.receivers.onvif import OPEN, OnvifReceiver, OnvifSettings
from tests.protocols.onvif.samples import notice, notify, sample
from tests.receivers.camera import PASSWORD, USER, Listening
from tests.receivers.house import DeviceHouse, certificate, device_house
from tests.receivers.onvif_camera import NOTHING, OnvifCamera, onvif_camera

NAME: Final = "onvif"
INPUT: Final = sample("digital_input.xml")
MARK: Final = "Zq7Marker"


class Station:
    def __init__(self, house: DeviceHouse, receiver: OnvifReceiver, desk: Listening) -> None:
        self.house, self.receiver, self.desk = house, receiver, desk

    async def said(self) -> Said:
        """What the device says next, once it is kept."""
        while (said := await self.desk.kept.get()) == OPEN:
            pass
        return said

    async def let_in(self) -> None:
        assert await self.desk.kept.get() == OPEN

    async def observed(self) -> list[Observed]:
        return [reading.observed for reading in (await self.said()).readings]

    def visit(self, camera: OnvifCamera, *points: str, password: str = PASSWORD, **changes: Any) -> None:
        device = self.house.register(DeviceWire.ONVIF, NAME, *points)
        self.house.book.put(replace(device, **{"host": camera.host, **changes}), login=Login(USER, password))


@asynccontextmanager
async def station(folder: Path, **options: Any) -> AsyncIterator[Station]:
    told: dict[str, Any] = {
        "retry_least_s": 0.01,
        "retry_most_s": 0.02,
        "unwelcome_s": 0.02,
        "lost_after_s": 0.0,
        "look_every_s": 0.01,
        "pull_s": 0.05,
        **options,
    }
    async with device_house(folder) as house:
        desk = Listening(house.book, house.intake)
        receiver = OnvifReceiver(OnvifSettings(**told), house.intake, house.accounts, house.clock, bytes, devices=desk)
        await receiver.start()
        try:
            yield Station(house, receiver, desk)
        finally:
            await receiver.stop()


async def test_it_subscribes_asks_for_the_state_and_keeps_what_happens(tmp_path: Path) -> None:
    one = OnvifCamera()
    one.state = sample("hik_alarmin.xml")
    async with onvif_camera(one), station(tmp_path) as here:
        here.visit(one, "AlarmIn_1", "DI_1")
        (state,) = (await here.said()).readings
        assert (state.point, state.sync) == ("AlarmIn_1", True)
        one.say(INPUT)
        (reading,) = (await here.said()).readings
        assert (reading.observed, reading.point, reading.state) == (Observed.INPUT, "DI_1", PointState.ACTIVE)
        assert [(fact.device, fact.zone) for fact in await here.house.kept()] == [("d1", "1"), ("d1", "2")]
        asked = list(dict.fromkeys(one.asked))
        assert asked[-4:] == ["GetServices", "CreatePullPointSubscription", "SetSynchronizationPoint", "PullMessages"]
        assert b"PT600S" in b"".join(one.raw)
        assert PASSWORD.encode() not in b"".join(one.raw)
        assert here.receiver.describe()["connections"] == 1
    await one.left()


async def test_nothing_happened_is_a_heartbeat(tmp_path: Path) -> None:
    async with onvif_camera() as one, station(tmp_path) as here:
        here.visit(one)
        one.say(NOTHING, NOTHING)
        for _ in range(2):
            said = await here.said()
            assert (said.disposition, said.heartbeat) == (Disposition.IGNORE, True)
        assert await here.house.kept() == []


async def test_a_wrong_log_on_is_not_tried_again_and_again(tmp_path: Path) -> None:
    async with onvif_camera() as one, station(tmp_path, unwelcome_s=3_600.0) as here:
        here.visit(one, password="wrong")
        assert (await here.desk.gone.get()).id == "d1"
        tries = len(one.asked)
        assert tries < 6
        here.visit(one)
        await one.listened_to()


async def test_a_device_that_goes_away_and_comes_back_is_lost_once_and_tells_its_state(tmp_path: Path) -> None:
    async with onvif_camera() as one, station(tmp_path) as here:
        here.visit(one, "DI_1")
        await one.listened_to()
        one.say(INPUT)
        assert await here.observed() == [Observed.INPUT]
        await one.listened_to()
        await one.go_away()
        assert (await here.desk.gone.get()).id == "d1"
        one.state = sample("hik_alarmin.xml")
        await one.begin()
        while not (said := await here.said()).readings:
            pass
        assert said.readings[0].sync
        assert len(here.desk.losses) == 1


async def test_a_subscription_that_the_device_ends_is_begun_again(tmp_path: Path) -> None:
    async with onvif_camera() as one, station(tmp_path, lost_after_s=600.0) as here:
        one.ended = True
        here.visit(one, "DI_1")
        one.say(INPUT)
        assert await here.observed() == [Observed.INPUT]
        assert one.asked.count("CreatePullPointSubscription") == 2
        assert here.desk.losses == []


ACTIONS: Final = [
    *("GetSystemDateAndTime", "GetServices", "CreatePullPointSubscription", "SetSynchronizationPoint", "PullMessages"),
    "Unsubscribe",
]


@pytest.mark.parametrize("action", ACTIONS)
async def test_one_that_answers_no_more_is_left_without_a_trace(tmp_path: Path, action: str) -> None:
    """Nothing stays open, wherever the receiver is stopped: warnings of it would be errors."""
    one = OnvifCamera()
    one.dumb = action
    async with onvif_camera(one), station(tmp_path) as here:
        here.visit(one)
        await one.listened_to()
        await here.receiver.stop()
        gc.collect()


async def test_it_stops_while_a_device_that_is_gone_from_the_book_is_left(tmp_path: Path) -> None:
    one = OnvifCamera()
    one.dumb = "Unsubscribe"
    async with onvif_camera(one), station(tmp_path) as here:
        here.visit(one)
        await one.listened_to()
        here.house.book.remove("d1")
        await one.left()
        await here.receiver.stop()
        assert here.receiver.describe()["devices"] == 0


async def test_one_that_never_answers_is_lost(tmp_path: Path) -> None:
    one = OnvifCamera()
    one.dumb = "GetServices"
    async with onvif_camera(one), station(tmp_path, connect_within_s=0.1) as here:
        here.visit(one)
        assert (await here.desk.gone.get()).id == "d1"


async def test_a_clock_of_year_nought_keeps_nobody_out(tmp_path: Path) -> None:
    async with onvif_camera(OnvifCamera(year=0)) as one, station(tmp_path) as here:
        here.visit(one, "DI_1")
        one.say(INPUT)
        assert await here.observed() == [Observed.INPUT]


async def test_a_device_sends_us_nowhere_else(tmp_path: Path) -> None:
    async with onvif_camera() as other, onvif_camera() as one, station(tmp_path) as here:
        one.elsewhere = other.host
        here.visit(one, "DI_1")
        one.say(INPUT)
        assert await here.observed() == [Observed.INPUT]
        assert other.asked == []


async def test_nothing_more_is_pulled_before_the_last_thing_is_kept(tmp_path: Path) -> None:
    async with onvif_camera() as one, station(tmp_path) as here:
        here.visit(one, "DI_1")
        await here.let_in()
        assert await here.desk.tried.get() == OPEN
        here.desk.failing = Full("no room")
        one.say(INPUT, INPUT)
        for _ in range(3):
            assert (await here.desk.tried.get()).disposition is Disposition.ACCEPT
        assert one.asked.count("PullMessages") == 1
        here.desk.failing = None
        assert await here.observed() == [Observed.INPUT]
        assert await here.observed() == [Observed.INPUT]


async def test_what_is_said_of_people_is_in_no_log_even_at_debug(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    face = notify(notice("tns1:RuleEngine/Recognition/Face", {"Source": MARK}, {"Label": MARK}))
    broken = b"<" + MARK.encode()
    async with onvif_camera() as one, station(tmp_path) as here:
        here.visit(one, "DI_1")
        one.say(face, broken, INPUT)
        said = [await here.said() for _ in range(3)]
        assert [one.disposition for one in said] == [Disposition.REFUSE, Disposition.REJECT, Disposition.ACCEPT]
        assert MARK not in repr(said) + caplog.text


@pytest.mark.parametrize("body", [b"", b"x" * (2 << 20), b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"<a>" * 100_000])
async def test_a_hostile_answer_stops_no_alarm(tmp_path: Path, body: bytes) -> None:
    async with onvif_camera() as one, station(tmp_path) as here:
        here.visit(one, "DI_1")
        one.say(body, INPUT)
        while not (said := await here.said()).readings:
            assert said.disposition is Disposition.REJECT
        assert said.readings[0].observed is Observed.INPUT


async def test_over_tls_a_stranger_s_certificate_is_not_taken(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    made = OnvifCamera()
    made.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.context.load_cert_chain(cert, key)
    async with onvif_camera(made) as one:
        (tmp_path / "a").mkdir()
        async with station(tmp_path / "a") as here:
            here.visit(one)
            assert (await here.desk.gone.get()).id == "d1"
            assert one.asked == []
        (tmp_path / "b").mkdir()
        async with station(tmp_path / "b", tls_ca=cert) as here:
            here.visit(one, "DI_1")
            one.say(INPUT)
            assert await here.observed() == [Observed.INPUT]


async def test_stopping_twice_is_harmless_and_ends_the_subscription(tmp_path: Path) -> None:
    async with onvif_camera() as one, station(tmp_path) as here:
        here.visit(one)
        await one.listened_to()
        await here.receiver.stop()
        await one.left()
        await here.receiver.stop()
