"""The mail receiver, with Python's own mail client: who speaks, what is answered when, what is kept nowhere."""

import asyncio
import logging
import smtplib
import ssl
from asyncio import Future, StreamReader, StreamWriter, get_running_loop
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import pytest
import uvloop

from belfry.domain.device import Device, DeviceWire
from belfry.domain.reading import Disposition, Observed, Said
from belfry.domain.signal import Receipt
from belfry.ports import Full
from belfry.receivers.smtp import SmtpReceiver, SmtpSettings
from belfry.receivers.smtp_settings import Tls
from belfry.testing.devices import HeardDevices, MemoryBook
from tests.receivers.house import SECRET, DeviceHouse, certificate, device_house

NAME: Final = "mail"
SAMPLES: Final = Path(__file__).parents[1] / "samples" / "smtp"
TO: Final = f"{SECRET}@belfry.example"
FROM: Final = "camera@site.example"
MARK: Final = "zqMARKqz"
WITHIN_S: Final = 20.0

T = TypeVar("T")


def sample(name: str = "hik_ipc_intrusion") -> bytes:
    return (SAMPLES / f"{name}.eml").read_bytes().replace(b"\n", b"\r\n")


class Door:
    def __init__(self, receiver: SmtpReceiver, house: DeviceHouse) -> None:
        self.receiver, self.house = receiver, house

    async def talk(self, words: Callable[[smtplib.SMTP], T], *, ssl_context: ssl.SSLContext | None = None) -> T:
        """Have a conversation in a thread of its own, as a camera would: connect, talk, quit."""

        def conversation() -> T:
            host, port = self.receiver.listening
            if ssl_context is not None:
                client: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=WITHIN_S, context=ssl_context)
            else:
                client = smtplib.SMTP(host, port, timeout=WITHIN_S)
            with client:
                return words(client)

        return await asyncio.to_thread(conversation)

    async def send(self, mail: bytes, *to: str) -> None:
        await self.talk(lambda client: client.sendmail(FROM, list(to) or [TO], mail))

    async def raw(self) -> tuple[StreamReader, StreamWriter]:
        return await asyncio.open_connection(*self.receiver.listening)


@asynccontextmanager
async def door(house: DeviceHouse, devices: Any = None, **options: Any) -> AsyncIterator[Door]:
    settings = SmtpSettings(listen="127.0.0.1:0", **options)
    receiver = SmtpReceiver(
        settings, house.intake, house.accounts, house.clock, bytes, devices=devices or house.devices
    )
    await receiver.start()
    try:
        yield Door(receiver, house)
    finally:
        await receiver.stop()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeviceHouse]:
    async with device_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def camera(house: DeviceHouse) -> Device:
    return house.register(DeviceWire.MAIL, NAME, "ch1")


# -- heard and kept ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.eml")))
async def test_every_sample_is_kept_before_it_is_answered(house: DeviceHouse, camera: Device, name: str) -> None:
    async with door(house) as here:
        await here.send(sample(name))
        assert [fact.device for fact in await house.kept()] == [camera.id]
    assert here.receiver.describe()["messages"] == 1


class SlowDesk(HeardDevices):
    """A desk whose disk takes as long as the test wants."""

    def __init__(self, book: MemoryBook) -> None:
        super().__init__(book)
        self.asked: asyncio.Queue[Future[Receipt | None]] = asyncio.Queue()

    def hear(self, device: Device, said: Said, at: datetime) -> "Future[Receipt | None]":
        answer: Future[Receipt | None] = get_running_loop().create_future()
        self.asked.put_nowait(answer)
        return answer


async def test_nothing_is_answered_before_it_is_kept(house: DeviceHouse, camera: Device) -> None:
    desk = SlowDesk(house.book)
    async with door(house, desk) as here:
        sending = asyncio.create_task(here.send(sample()))
        receipt = await desk.asked.get()
        assert not sending.done()
        receipt.set_result(Receipt(1))
        await sending


async def test_a_stop_answers_what_is_being_kept(house: DeviceHouse, camera: Device) -> None:
    desk = SlowDesk(house.book)
    async with door(house, desk) as here:
        reader, writer = await here.raw()
        await said_all(reader, writer, *opening(), b"DATA", ends=b"354")
        writer.write(sample() + b"\r\n.\r\n")
        receipt = await desk.asked.get()
        stopping = asyncio.create_task(here.receiver.stop())
        await asyncio.sleep(0)
        receipt.set_result(Receipt(1))
        assert (await reader.readline()).startswith(b"250")
        await stopping
        writer.close()


async def test_what_could_not_be_kept_is_asked_for_again(house: DeviceHouse, camera: Device) -> None:
    async with door(house) as here:
        house.devices.failing = Full("no room")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await here.send(sample())
        assert refused.value.smtp_code == 451
        assert await house.kept() == []
        house.devices.failing = None
        await here.send(sample())
    assert len(await house.kept()) == 1
    assert len({heard.said.readings[0].once for heard in house.devices.heard}) == 1


async def test_a_camera_that_hangs_up_before_the_answer_has_its_mail_kept(house: DeviceHouse, camera: Device) -> None:
    desk = SlowDesk(house.book)
    async with door(house, desk) as here:
        reader, writer = await here.raw()
        await said_all(reader, writer, *opening(), b"DATA", ends=b"354")
        writer.write(sample() + b"\r\n.\r\n")
        receipt = await desk.asked.get()
        writer.transport.abort()
        while here.receiver.describe()["connections"]:  # noqa: ASYNC110 - the loop turns
            await asyncio.sleep(0)
        receipt.set_result(Receipt(1))
        while not here.receiver.describe()["messages"]:  # noqa: ASYNC110 - the loop turns
            await asyncio.sleep(0)


async def test_a_mail_about_people_is_answered_well_and_kept_nowhere(house: DeviceHouse, camera: Device) -> None:
    mail = sample().replace(b"Intrusion Detection", b"Face Detection")
    async with door(house) as here:
        await here.send(mail)
    assert [heard.said.disposition for heard in house.devices.heard] == [Disposition.REFUSE]
    assert await house.kept() == []


async def test_a_mail_for_several_devices_is_heard_of_each_and_once_of_each(house: DeviceHouse, camera: Device) -> None:
    house.register(DeviceWire.MAIL, NAME, name="d2", secret="another")
    async with door(house) as here:
        await here.send(sample(), TO, "another@x.example", TO.upper())
    assert [heard.device.id for heard in house.devices.heard] == ["d1", "d2"]


# -- who speaks -------------------------------------------------------------------------------------------------------


async def said_all(reader: StreamReader, writer: StreamWriter, *lines: bytes, ends: bytes = b"250") -> bytes:
    """Say lines one after the other; return the last answer, which begins with `ends`."""
    answer = await reader.readline()
    for line in lines:
        writer.write(line + b"\r\n")
        answer = await reader.readline()
        while answer[3:4] == b"-":
            answer = await reader.readline()
    assert answer.startswith(ends), answer
    return answer


def opening(to: str = TO) -> tuple[bytes, ...]:
    return b"EHLO camera", f"MAIL FROM:<{FROM}>".encode(), f"RCPT TO:<{to}>".encode()


async def test_whoever_is_not_known_gets_the_same_answer(house: DeviceHouse, camera: Device) -> None:
    house.register(DeviceWire.MAIL, "elsewhere", name="d2", secret="elsewhere")
    house.register(DeviceWire.ISAPI, NAME, name="d3", secret="no-mail")
    disabled = house.register(DeviceWire.MAIL, NAME, name="d4", secret="disabled")
    house.book.put(msgspec.structs.replace(disabled, enabled=False))
    answers = set()
    async with door(house) as here:
        for name in ("wrong", "elsewhere", "no-mail", "disabled", camera.id, camera.address, "postmaster"):
            reader, writer = await here.raw()
            answers.add(await said_all(reader, writer, *opening(f"{name}@belfry.example"), ends=b"550"))
            writer.close()
        code, answer = await here.talk(lambda client: client.verify(TO))
        assert (code, answer) == await here.talk(lambda client: client.verify("wrong@x.example"))
    assert answers == {b"550 5.1.1 No such recipient\r\n"}
    assert here.receiver.describe()["strangers"] == "some"
    assert house.devices.strangers


async def test_a_device_that_is_taken_out_meanwhile_is_not_heard(house: DeviceHouse, camera: Device) -> None:
    async with door(house) as here:
        reader, writer = await here.raw()
        await said_all(reader, writer, *opening(), b"DATA", ends=b"354")
        house.book.remove(camera.id)
        writer.write(b"Subject: fire alarm\r\n\r\n.\r\n")
        assert (await reader.readline()).startswith(b"550")
        writer.close()
    assert house.devices.heard == []


async def test_a_login_with_the_devices_secret_may_write_to_anybody(
    house: DeviceHouse, camera: Device, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)
    trusted = ssl.create_default_context(cafile=str(cert))

    def camera_says(client: smtplib.SMTP) -> None:
        client.starttls(context=trusted)
        client.login(camera.address, SECRET)
        client.sendmail(FROM, ["alarms@anywhere.example"], sample())

    async with door(house, tls_cert=cert, tls_key=key, auth_required=True, tls=Tls.REQUIRED) as here:
        await here.talk(camera_says)
    assert [heard.device.id for heard in house.devices.heard] == [camera.id]


@pytest.mark.parametrize(("user", "password"), [("at-d1", "wrong"), ("someone", SECRET), ("", ""), ("at-d1", "")])
async def test_a_wrong_login_is_refused(house: DeviceHouse, camera: Device, user: str, password: str) -> None:
    async with door(house, auth_in_clear=True) as here:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            await here.talk(lambda client: client.login(user, password))
    assert here.receiver.describe()["strangers"] == "some"


async def test_where_a_login_is_asked_for_a_secret_recipient_is_not_enough(house: DeviceHouse, camera: Device) -> None:
    async with door(house, auth_required=True, auth_in_clear=True) as here:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await here.send(sample())
    assert {code for code, _ in refused.value.recipients.values()} == {530}


async def test_a_pass_word_is_not_taken_in_the_clear(house: DeviceHouse, camera: Device, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    async with door(house, tls_cert=cert, tls_key=key) as here:
        reader, writer = await here.raw()
        await said_all(reader, writer, b"EHLO c", b"AUTH PLAIN AGEAYg==", ends=b"538")
        writer.close()


# -- TLS --------------------------------------------------------------------------------------------------------------


async def test_where_encryption_is_required_nothing_is_heard_without(
    house: DeviceHouse, camera: Device, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)
    async with door(house, tls_cert=cert, tls_key=key, tls=Tls.REQUIRED) as here:
        reader, writer = await here.raw()
        await said_all(reader, writer, b"EHLO c", b"MAIL FROM:<a@b.example>", ends=b"530")
        writer.close()


async def test_a_camera_that_only_knows_ssl_from_the_first_byte_is_heard(
    house: DeviceHouse, camera: Device, tmp_path: Path
) -> None:
    cert, key = certificate(tmp_path)
    trusted = ssl.create_default_context(cafile=str(cert))

    def camera_says(client: smtplib.SMTP) -> None:
        client.login(camera.id, SECRET)
        client.sendmail(FROM, ["x@anywhere.example"], sample())

    async with door(house, tls_cert=cert, tls_key=key, tls=Tls.IMPLICIT) as here:
        await here.talk(camera_says, ssl_context=trusted)
    assert len(house.devices.heard) == 1


def test_under_uvloop_it_says_the_same(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    trusted = ssl.create_default_context(cafile=str(cert))

    def camera_says(client: smtplib.SMTP) -> None:
        client.starttls(context=trusted)
        client.sendmail(FROM, [TO], sample() + b"eHh4eHh4\r\n" * 90_000)

    async def story() -> None:
        async with device_house(tmp_path / "stores") as house:
            house.register(DeviceWire.MAIL, NAME)
            async with door(house, tls_cert=cert, tls_key=key) as here:
                await here.talk(camera_says)
                await here.send(sample("dahua_motion_base64"))
                with pytest.raises(smtplib.SMTPRecipientsRefused):
                    await here.send(sample(), "x@y.example")
            assert [heard.said.readings[0].observed for heard in house.devices.heard] == [
                Observed.INTRUSION,
                Observed.MOTION,
            ]

    uvloop.run(story())


def test_under_uvloop_the_limits_hold(tmp_path: Path) -> None:
    """Its transports are of no class of asyncio: whoever asks for one hangs up on nobody."""

    async def story() -> None:
        async with device_house(tmp_path / "stores") as house:
            camera = house.register(DeviceWire.MAIL, NAME)
            await test_a_source_has_so_many_connections_and_gets_them_back(house, camera)
            await test_a_mail_without_an_end_is_hung_up_on(house, camera, b"a" * 65_536)

    uvloop.run(story())


# -- limits -----------------------------------------------------------------------------------------------------------


async def test_a_mail_over_the_limit_is_refused_by_its_announced_and_by_its_real_size(
    house: DeviceHouse, camera: Device
) -> None:
    big = b"Subject: fire alarm\r\n\r\n" + b"a\r\n" * 2_000
    async with door(house, mail_most_bytes=4_096) as here:
        with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPDataError)) as refused:
            await here.send(big)
        assert refused.value.smtp_code == 552
        reader, writer = await here.raw()
        await said_all(reader, writer, *opening(), b"DATA", ends=b"354")
        writer.write(big + b".\r\n")
        assert (await reader.readline()).startswith(b"552")
        writer.close()
        await here.send(b"Subject: fire alarm\r\n\r\nsmall\r\n")
    assert len(house.devices.heard) == 1


async def closed(reader: StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


@pytest.mark.parametrize("flood", [b"a" * 65_536, b"a\r\n" * 20_000, b"\r" * 65_536])
async def test_a_mail_without_an_end_is_hung_up_on(house: DeviceHouse, camera: Device, flood: bytes) -> None:
    async with door(house, mail_most_bytes=4_096) as here:
        reader, writer = await here.raw()
        await said_all(reader, writer, *opening(), b"DATA", ends=b"354")
        try:
            while not writer.is_closing():
                writer.write(flood)
                await writer.drain()
        except ConnectionError:
            writer.close()
        await here.send(b"Subject: fire alarm\r\n\r\nsmall\r\n")
    assert here.receiver.describe()["connections"] == 0


async def test_a_picture_on_one_long_line_is_no_fault(house: DeviceHouse, camera: Device) -> None:
    async with door(house) as here:
        await here.send(sample().replace(b"/9j/", b"A" * 30_000))
    assert len(house.devices.heard) == 1


@pytest.mark.parametrize("start", [b"", b"EHLO", b"EHLO c\r\nMAIL FR", b"EHLO c\r\n"])
async def test_whoever_is_silent_is_hung_up_on(house: DeviceHouse, start: bytes) -> None:
    async with door(house, timeout_s=0.05) as here:
        reader, writer = await here.raw()
        writer.write(start)
        await closed(reader)
        writer.close()
        assert here.receiver.describe()["connections"] == 0


async def test_a_mail_that_drips_is_hung_up_on(house: DeviceHouse, camera: Device) -> None:
    async with door(house, timeout_s=1.0) as here:
        reader, writer = await here.raw()
        await said_all(reader, writer, *opening(), b"DATA", ends=b"354")
        writer.write(b"Subject: fire alarm\r\n")
        assert await closed(reader) == b""
        writer.close()
    assert house.devices.heard == []


async def test_a_source_has_so_many_connections_and_gets_them_back(house: DeviceHouse, camera: Device) -> None:
    async with door(house, max_connections_per_source=2) as here:
        held = [await here.raw() for _ in range(2)]
        for reader, _ in held:
            assert (await reader.readline()).startswith(b"220 belfry")
        reader, writer = await here.raw()
        assert await closed(reader) == b"421 4.7.0 Too many connections\r\n"
        writer.close()
        for _, writer in held:
            writer.close()
            await writer.wait_closed()
        while here.receiver.describe()["connections"]:  # noqa: ASYNC110 - the loop turns
            await asyncio.sleep(0)
        await here.send(sample())
    assert here.receiver.describe()["turned_away"] == "some"


async def test_whoever_comes_too_often_is_sent_away(house: DeviceHouse, camera: Device) -> None:
    async with door(house, connections_per_source_per_s=1) as here:
        said = []
        for _ in range(20):
            reader, writer = await here.raw()
            said.append((await reader.readline())[:3])
            writer.close()
    assert said[:2] == [b"220", b"220"]
    assert b"421" in said


async def test_noise_harms_nobody(house: DeviceHouse, camera: Device) -> None:
    async with door(house) as here:
        for noise in (
            b"\x16\x03\x01\x02\x00\r\n" * 50,
            b"\0" * 70_000,
            b"GET / HTTP/1.1\r\n\r\n",
            b"EHLO \xff\r\nRCPT\r\n",
        ):
            reader, writer = await here.raw()
            writer.write(noise)
            writer.write_eof()
            await closed(reader)
            writer.close()
        await here.send(sample())
    assert len(house.devices.heard) == 1


async def test_a_second_mail_smuggled_behind_a_bare_line_feed_is_part_of_the_first(
    house: DeviceHouse, camera: Device
) -> None:
    async with door(house) as here:
        reader, writer = await here.raw()
        await said_all(reader, writer, *opening(), b"DATA", ends=b"354")
        writer.write(b"Subject: fire alarm\r\n\r\na\n.\nMAIL FROM:<x@y.example>\r\n.\r\n")
        assert (await reader.readline()).startswith(b"250")
        writer.close()
    assert len(house.devices.heard) == 1


# -- start and settings -----------------------------------------------------------------------------------------------


async def test_a_port_in_use_is_an_error_with_its_address(house: DeviceHouse) -> None:
    async with door(house) as here:
        address = "{}:{}".format(*here.receiver.listening)
        with pytest.raises(OSError, match=address):
            await SmtpReceiver(
                SmtpSettings(listen=address), house.intake, house.accounts, house.clock, bytes, devices=house.devices
            ).start()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"auth_required": True}, "auth_required"),
        ({"tls": Tls.REQUIRED}, "tls_cert"),
        ({"tls_key": Path("k.pem")}, "tls_cert"),
        ({"hostname": "two words"}, "hostname"),
    ],
)
def test_settings_that_cannot_be_meant_are_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SmtpSettings(**options)


# -- nothing leaks ----------------------------------------------------------------------------------------------------


async def test_no_log_and_no_answer_has_a_secret_or_a_word_of_a_mail(
    house: DeviceHouse, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = f"s{MARK}"
    house.register(DeviceWire.MAIL, NAME, secret=secret)
    mail = f"Subject: {MARK}\r\nX-{MARK}: {MARK}\r\n\r\nEVENT TYPE: {MARK}\r\n{MARK}\r\n".encode()
    answers = b""
    async with door(house, auth_in_clear=True) as here:
        for failing in (None, RuntimeError(MARK)):
            house.devices.failing = failing
            for to in (f"{secret}@{MARK}.example", f"x{MARK}@x.example"):
                reader, writer = await here.raw()
                for line in (
                    *(f"EHLO {MARK}", f"AUTH PLAIN {MARK}", f"MAIL FROM:<{MARK}@x.example>", f"RCPT TO:<{to}>"),
                    *(f"{MARK} x", "DATA", mail.decode() + ".", "QUIT"),
                ):
                    writer.write(line.encode() + b"\r\n")
                answers += await closed(reader)
                writer.close()
        told = repr(here.receiver.describe())
    out = capsys.readouterr()
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert MARK not in logged + out.out + out.err + told
    assert MARK.encode().lower() not in answers.lower()
    assert house.devices.heard
