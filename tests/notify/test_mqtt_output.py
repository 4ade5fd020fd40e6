"""Messages to a real broker: over TLS, with a login, at addresses that are meant - and why it does not go."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiomqtt
import msgspec
import pytest
from amqtt.broker import Broker  # type: ignore[import-untyped]  # it has no types
from argon2 import PasswordHasher
from msgspec import structs

from belfry.domain.reach import Audience, Channel
from belfry.notify.mqtt_output import MqttOutput
from belfry.ports.automation import NotTaken
from belfry.ports.leave import GIVER, Leave
from belfry.ports.output import OutputSettings, Told, ToldState, Why
from tests.receivers.house import certificate

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOLD = Told(id="1", incident="a", state=ToldState.OPENED, kind="FIRE.ALARM.AUTO")
PASSWORD = "of the siren"
WITHIN_S = 10.0


@asynccontextmanager
async def broker(folder: Path) -> AsyncIterator[int]:
    """One that wants TLS and a login."""
    cert, key = certificate(folder)
    (folder / "users").write_text(f"siren:{PasswordHasher().hash(PASSWORD)}\n")
    listener = {"type": "tcp", "bind": "127.0.0.1:0", "ssl": True, "certfile": str(cert), "keyfile": str(key)}
    logins = {"amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(folder / "users")}}
    running = Broker({"listeners": {"default": listener}, "plugins": logins})
    await running.start()
    server: asyncio.Server = running._servers["default"].instance  # amqtt tells its port nowhere else
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await running.shutdown()


def settings(port: int, folder: Path) -> OutputSettings:
    (folder / "word").write_text(f"{PASSWORD}\n")
    return OutputSettings(
        name="siren",
        type="mqtt",
        address=f"mqtts://127.0.0.1:{port}",
        topic="station/siren",
        user="siren",
        secret_file=folder / "word",
        tls_ca=folder / "door.pem",
        private=True,
        answer_within_s=3.0,
        retry_least_s=0.01,
        retry_most_s=0.02,
    )


def leave() -> Leave:
    return Leave(GIVER, account_id=None, audience=Audience.AGENCY, channel=Channel.SIREN, quiet=False, at=NOW)


@asynccontextmanager
async def link(told: OutputSettings) -> AsyncIterator[MqttOutput]:
    one = MqttOutput(told, Channel.SIREN, lambda: NOW, bytes)
    one.rest(False)
    running = asyncio.create_task(one.run())
    try:
        yield one
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not holds():  # noqa: ASYNC110 - another thread connects
            await asyncio.sleep(0.01)


async def test_a_message_is_published_over_tls_with_the_login_of_the_settings(tmp_path: Path) -> None:
    async with broker(tmp_path) as port:
        trusted = ssl.create_default_context(cafile=tmp_path / "door.pem")
        async with (
            aiomqtt.Client("127.0.0.1", port, username="siren", password=PASSWORD, tls_context=trusted) as siren,
            link(settings(port, tmp_path)) as one,
        ):
            await siren.subscribe("station/siren", qos=1)
            async with asyncio.timeout(WITHIN_S):
                await one.up()
                await one.tell(leave(), TOLD)
                heard = await anext(aiter(siren.messages))
            assert isinstance(heard.payload, bytes)
            assert msgspec.json.decode(heard.payload, type=Told) == TOLD
            assert (heard.qos, one.away_since(), one.why()) == (1, None, None)
            one.rest(True)
            with pytest.raises(NotTaken):
                await one.tell(leave(), TOLD)
            assert one.away_since() is None, "who rests is not away"


@pytest.mark.parametrize("why", [Why.CERTIFICATE, Why.ADDRESS, Why.REFUSED])
async def test_why_a_broker_is_not_told_is_known(tmp_path: Path, why: Why) -> None:
    async with broker(tmp_path) as port:
        wrong = settings(port, tmp_path)
        if why is Why.CERTIFICATE:
            wrong = structs.replace(wrong, tls_ca=certificate(tmp_path, "other")[0])
        elif why is Why.ADDRESS:
            wrong = structs.replace(wrong, private=False)
        else:
            (tmp_path / "word").write_text("another\n")
        async with link(wrong) as one:
            await until(lambda: one.away_since() is not None)
            assert one.why() == why
            with pytest.raises(NotTaken):
                await one.tell(leave(), TOLD)
