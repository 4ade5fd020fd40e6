"""Listening to cameras: log-on, alarms in time, a camera that goes away, falls silent, lies, or babbles.

Real sockets, TLS with a certificate made here, a real journal on the disk.
"""

import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web
from msgspec.structs import replace

from belfry.domain.device import DeviceWire, Login
from belfry.domain.reading import Disposition, Observed, PointState, Quality, Said
from belfry.ports import Full
from belfry.receivers.isapi import OPEN, IsapiReceiver, IsapiSettings
from tests.protocols.isapi.samples import sample
from tests.receivers.camera import HEAD, PASSWORD, USER, Camera, Listening, camera, part
from tests.receivers.house import DeviceHouse, certificate, device_house

NAME: Final = "cameras"
IO: Final = part(sample("io_active.xml"))
HEARTBEAT: Final = part(sample("videoloss_heartbeat.xml"))
MARK: Final = "Zq7Marker"


class Station:
    def __init__(self, house: DeviceHouse, receiver: IsapiReceiver, desk: Listening) -> None:
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

    def visit(self, camera: Camera, *points: str, password: str = PASSWORD, name: str = "d1", **changes: Any) -> None:
        device = self.house.register(DeviceWire.ISAPI, NAME, *points, name=name)
        self.house.book.put(
            replace(device, **{"host": camera.host, **changes}), login=Login(USER, password) if password else None
        )


@asynccontextmanager
async def station(folder: Path, **options: Any) -> AsyncIterator[Station]:
    told: dict[str, Any] = {
        "retry_least_s": 0.01,
        "retry_most_s": 0.02,
        "unwelcome_s": 0.02,
        "lost_after_s": 0.0,
        "look_every_s": 0.01,
        **options,
    }
    async with device_house(folder) as house:
        desk = Listening(house.book, house.intake)
        receiver = IsapiReceiver(IsapiSettings(**told), house.intake, house.accounts, house.clock, bytes, devices=desk)
        await receiver.start()
        try:
            yield Station(house, receiver, desk)
        finally:
            await receiver.stop()


async def test_an_alarm_is_kept_as_soon_as_it_is_whole(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path) as here:
        here.visit(one, "in1")
        await one.listened_to()
        one.say(IO)  # the boundary behind it comes with the next message
        said = await here.said()
        assert [(one.observed, one.point, one.state) for one in said.readings] == [
            (Observed.INPUT, "in1", PointState.ACTIVE)
        ]
        (fact,) = await here.house.kept()
        assert (fact.device, fact.zone) == ("d1", "1")
        assert here.receiver.describe()["connections"] == 1


async def test_a_stream_that_comes_in_chunks_is_a_stream(tmp_path: Path) -> None:
    async def stream(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "multipart/mixed; boundary=MIME_boundary"})
        await answer.prepare(request)
        for piece in (IO.replace(b"--boundary", b"--MIME_boundary"), b"--MIME_boundary--\r\n"):
            for at in range(0, len(piece), 100):
                await answer.write(piece[at : at + 100])
        return answer

    app = web.Application()
    app.router.add_get("/ISAPI/Event/notification/alertStream", stream)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with station(tmp_path) as here:
            here.visit(Camera(), "in1", host=f"http://127.0.0.1:{runner.addresses[0][1]}")
            for _ in range(2):  # it ends, and is opened again
                assert await here.observed() == [Observed.INPUT]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", None])
async def test_it_logs_on_as_it_is_asked_and_never_says_its_pass_word(tmp_path: Path, algorithm: str | None) -> None:
    async with camera(Camera(algorithm=algorithm)) as one, station(tmp_path) as here:
        here.visit(one)
        await one.listened_to()
        assert len(one.asked) == (1 if algorithm is None else 2)
        assert PASSWORD not in "".join(one.asked)
        assert "Basic" not in "".join(one.asked)


async def test_a_wrong_log_on_is_not_tried_again_and_again(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path, unwelcome_s=3_600.0) as here:
        here.visit(one, password="wrong")
        assert (await here.desk.gone.get()).id == "d1"
        assert len(one.asked) == 2
        here.visit(one)  # somebody mended it: nobody waits for an hour
        await one.listened_to()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>",
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
        HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"),
        HEAD + b"x" * 100_000,
    ],
)
async def test_something_else_than_a_stream_is_a_lost_device(tmp_path: Path, answer: bytes) -> None:
    async with camera(Camera(answer=answer, algorithm=None)) as one, station(tmp_path) as here:
        here.visit(one)
        assert (await here.desk.gone.get()).id == "d1"
        one.answer = HEAD
        one.say(HEARTBEAT)
        await one.left()


async def test_a_camera_that_goes_away_and_comes_back_is_lost_once_and_heard_again(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path) as here:
        here.visit(one, "in1")
        await one.listened_to()
        one.say(IO)
        await here.said()
        await one.go_away()
        assert (await here.desk.gone.get()).id == "d1"
        await one.begin()
        await one.listened_to()
        one.say(IO)
        assert await here.observed() == [Observed.INPUT]
        assert len(here.desk.losses) == 1
        await one.go_away()
        assert (await here.desk.gone.get()).id == "d1"


async def test_a_short_break_is_nobody_s_loss(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path, lost_after_s=600.0) as here:
        here.visit(one)
        for _ in range(3):
            await one.listened_to()
            one.say(HEARTBEAT)
            assert (await here.said()).heartbeat
            await one.hang_up()
        assert here.desk.losses == []


async def test_a_camera_that_is_back_is_heard_before_it_has_anything_to_say(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path) as here:
        here.visit(one)
        await here.let_in()
        await one.go_away()
        await here.desk.gone.get()
        await one.begin()
        await here.let_in()


async def test_a_camera_that_falls_silent_is_hung_up_and_lost(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path, silent_after_s=0.05) as here:
        here.visit(one)
        assert (await here.desk.gone.get()).id == "d1"
        await one.left()


async def test_one_that_never_answers_is_lost(tmp_path: Path) -> None:
    async with camera(Camera(answer=None)) as one, station(tmp_path, connect_within_s=0.05) as here:
        here.visit(one)
        assert (await here.desk.gone.get()).id == "d1"


async def test_nothing_more_is_read_before_the_last_thing_is_kept(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path) as here:
        here.visit(one, "in1")
        await here.let_in()
        assert await here.desk.tried.get() == OPEN
        here.desk.failing = Full("no room")
        one.say(IO, HEARTBEAT)
        for _ in range(3):  # said again, the same thing
            assert (await here.desk.tried.get()).disposition is Disposition.ACCEPT
        assert await here.house.kept() == []
        here.desk.failing = None
        assert await here.observed() == [Observed.INPUT]
        assert (await here.said()).heartbeat
        assert len(await here.house.kept()) == 1


async def test_a_message_on_which_we_fail_ourselves_keeps_no_other_back(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path) as here:
        here.visit(one, "in1")
        await here.let_in()
        assert await here.desk.tried.get() == OPEN
        here.desk.failing = KeyError("a mistake of ours")
        one.say(IO, HEARTBEAT)
        while not (await here.desk.tried.get()).heartbeat:
            pass
        here.desk.failing = None
        one.say(IO)
        while (await here.said()).heartbeat:
            pass
        assert len(await here.house.kept()) == 1


async def test_a_clock_that_lies_is_marked_and_ours_stands(tmp_path: Path) -> None:
    body = sample("io_active.xml").replace(b"2026-03-02T16:53:28", b"2031-01-01T00:00:00")
    async with camera() as one, station(tmp_path) as here:
        here.visit(one, "in1")
        await one.listened_to()
        one.say(part(body))
        (reading,) = (await here.said()).readings
        assert (reading.occurred_at, reading.quality) == (None, (Quality.CLOCK,))
        (fact,) = await here.house.kept()
        assert (fact.received_at, fact.occurred_at) == (here.house.now, None)


async def test_pictures_refusals_and_rubbish_stop_no_alarm(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    face = sample("face_capture.json").replace(b"sunglasses", MARK.encode())
    picture = part(b"\xff\xd8" + MARK.encode() * 1_000, kind=b"image/jpeg")
    async with camera() as one, station(tmp_path) as here:
        here.visit(one, "in1")
        await one.listened_to()
        one.say(part(face, kind=b"application/json"), picture, part(b"<broken" + MARK.encode()), IO)
        said = [await here.said() for _ in range(3)]
        assert [one.disposition for one in said] == [Disposition.REFUSE, Disposition.REJECT, Disposition.ACCEPT]
        assert MARK not in repr(said) + caplog.text
        assert here.receiver.describe()["unreadable"] == "some"


async def test_an_endless_part_is_a_fault_and_the_next_visit_hears_again(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path) as here:
        here.visit(one, "in1")
        await one.listened_to()
        one.say(b"--boundary\r\n\r\n" + b"<a>" * 500_000)
        assert (await here.said()).reason == "multipart with a part of more than 1048576 bytes"
        await one.left()
        await one.listened_to()
        one.say(IO)
        assert await here.observed() == [Observed.INPUT]


async def test_a_recorder_speaks_for_its_cameras_by_its_own_numbers(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path) as here:
        here.visit(one, "ch2", channel_offset=32)
        await one.listened_to()
        one.say(part(sample("fielddetection_psia_nvr.xml")))
        assert [reading.point for reading in (await here.said()).readings] == ["ch2"]


async def test_who_is_visited_follows_the_book(tmp_path: Path) -> None:
    async with camera() as one, camera() as two, station(tmp_path) as here:
        here.visit(one)
        await one.listened_to()
        here.visit(two, name="d2")
        await two.listened_to()
        here.house.book.remove("d1")
        await one.left()
        here.visit(one, name="d2")  # it has a new address
        await two.left()
        await one.listened_to()
        assert here.receiver.describe()["devices"] == 1


async def test_a_device_that_comes_to_us_or_speaks_otherwise_is_not_visited(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path) as here:
        here.visit(one, name="d1", wire=DeviceWire.ONVIF)
        assert (await here.desk.gone.get()).id == "d1"
        here.visit(one, name="d2", host=None)
        here.visit(one, name="d3", enabled=False)
        here.visit(one, name="d4", host="ftp://nowhere")
        assert {(await here.desk.gone.get()).id} == {"d4"}
        assert one.asked == []


async def test_over_tls_a_stranger_s_certificate_is_not_taken(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    made = Camera()
    made.context = context
    async with camera(made) as one:
        (tmp_path / "a").mkdir()
        async with station(tmp_path / "a") as here:
            here.visit(one)
            assert (await here.desk.gone.get()).id == "d1"
            assert one.asked == []
        trusts: list[dict[str, Any]] = [{"tls_ca": cert}, {"tls_verify": False}]
        for n, trust in enumerate(trusts):
            folder = tmp_path / f"b{n}"
            folder.mkdir()
            async with station(folder, **trust) as here:
                here.visit(one)
                await one.listened_to()
                one.say(HEARTBEAT)
                assert (await here.said()).heartbeat


async def test_a_certificate_that_is_none_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="tls_ca"):
        async with station(tmp_path, tls_ca=tmp_path / "none.pem"):
            pass


async def test_stopping_twice_is_harmless_and_hangs_up(tmp_path: Path) -> None:
    async with camera() as one, station(tmp_path) as here:
        here.visit(one)
        await one.listened_to()
        await here.receiver.stop()
        await one.left()
        await here.receiver.stop()
