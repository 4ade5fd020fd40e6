"""The console's port: bound where it is told, gone when it stops, and no signal handler of anybody touched."""

import asyncio
import contextlib
import ipaddress
import signal
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from belfry.ports.staff import Role
from belfry.web.server import Console
from tests.web.kit import PASSWORD, Rig
from tests.web.serving import Doorway, listening, serving, until


async def test_it_listens_where_the_system_let_it_and_answers(rig: Rig) -> None:
    async with serving(rig) as console:
        host, port = console.address
        assert (host, port > 0) == ("127.0.0.1", True)
        async with httpx.AsyncClient(base_url=console.url) as client:
            assert (await client.get("/healthz")).text == "ok\n"
            assert "server" not in (await client.get("/healthz")).headers
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port), timeout=1)


async def test_it_stops_at_once_with_streams_open_and_ends_them_properly(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(rig) as console, listening(console, rig) as stream:
        await stream.greeting()
        await console.stop()
        assert await stream.rest() == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_it_stops_at_once_while_somebody_waits_for_what_devices_say(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    secret = rig.registry.tokens.issue(Role.INSTALLER, name="ida", hours=1, by="test")
    async with (
        serving(rig) as console,
        httpx.AsyncClient(
            base_url=f"{console.url}api/v1", headers={"Authorization": f"Bearer {secret}"}, timeout=20
        ) as client,
    ):
        ear = (await client.post("/devices/listen", json={"receiver": "panels"})).json()["id"]
        asking = asyncio.create_task(client.get(f"/devices/listen/{ear}"))
        await until(lambda: bool(console.server.server_state.tasks))
        await console.stop()
        assert (await asking).json() == {"items": [], "missed": 0, "over": True}
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_port_in_use_is_an_error_with_its_address(rig: Rig) -> None:
    async with serving(rig) as console:
        taken = "{}:{}".format(*console.address)
        with pytest.raises(OSError, match=taken):
            await Console(Doorway(taken), rig.app).start()


async def test_signals_stay_with_whoever_owned_them(rig: Rig) -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    async with serving(rig):
        assert {one: signal.getsignal(one) for one in before} == before
    assert {one: signal.getsignal(one) for one in before} == before


async def test_a_source_behind_a_trusted_proxy_is_the_one_that_it_names(rig: Rig) -> None:
    rig.add_user("anna")
    body = {"name": "nobody", "password": "not the one"}

    async def tries(console: Console, forwarded: str) -> list[int]:
        async with httpx.AsyncClient(base_url=f"{console.url}api/v1", headers={"X-Forwarded-For": forwarded}) as client:
            answers = [await client.post("/session", json={**body, "name": f"{forwarded} {n}"}) for n in range(31)]
        return [answer.status_code for answer in answers]

    async with serving(rig, Doorway(trusted_proxies=("127.0.0.1",))) as console:
        assert (await tries(console, "203.0.113.1"))[-1] == 429
        assert (await tries(console, "203.0.113.2"))[0] == 401
    async with serving(rig) as console:
        assert (await tries(console, "203.0.113.3"))[-1] == 429
        assert (await tries(console, "203.0.113.4"))[0] == 429


async def test_behind_a_proxy_that_speaks_tls_the_cookie_is_secure(rig: Rig) -> None:
    rig.add_user("anna")
    async with serving(rig, Doorway(trusted_proxies=("127.0.0.1",))) as console:
        headers = {"X-Forwarded-Proto": "https"}
        async with httpx.AsyncClient(base_url=console.url, headers=headers) as client:
            answer = await client.post("/api/v1/session", json={"name": "anna", "password": PASSWORD})
            assert "secure" in answer.headers["set-cookie"].lower()


async def test_with_a_certificate_it_speaks_tls(rig: Rig, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    async with serving(rig, Doorway(tls_cert=cert, tls_key=key)) as console:
        assert console.url.startswith("https://")
        context = ssl.create_default_context(cafile=str(cert))
        async with httpx.AsyncClient(base_url=console.url, verify=context) as client:
            assert (await client.get("/healthz")).status_code == 200
        rig.add_user("anna")
        async with httpx.AsyncClient(base_url=console.url, verify=context) as client:
            answer = await client.post("/api/v1/session", json={"name": "anna", "password": PASSWORD})
            assert "secure" in answer.headers["set-cookie"].lower()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "belfry test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(private, hashes.SHA256())
    )
    cert, key = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert, key


async def test_a_client_that_goes_away_leaves_no_stream(rig: Rig) -> None:
    async with serving(rig) as console:
        async with listening(console, rig) as stream:
            await stream.greeting()
            assert len(rig.front.hub) == 1
        while len(rig.front.hub):  # noqa: ASYNC110 - the loop turns, no time passes
            await asyncio.sleep(0)


async def half_a_request(console: Console, source: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(*console.address, local_addr=(source, 0))
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    return reader, writer


async def test_one_source_cannot_take_every_connection(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belfry.web.crowd.SOURCE_MOST", 5)
    async with serving(rig) as console:
        half = [await half_a_request(console, "127.0.0.1") for _ in range(5)]
        connections = console.server.server_state.connections
        await until(lambda: len(connections) == 5)
        reader, writer = await half_a_request(console, "127.0.0.1")
        with contextlib.suppress(ConnectionResetError):  # what it had sent may still lie unread
            assert (await reader.read()).startswith(b"HTTP/1.1 503 ")
        writer.close()
        other, answering = await half_a_request(console, "127.0.0.2")
        answering.write(b"x\r\n\r\n")
        assert await other.readline() == b"HTTP/1.1 200 OK\r\n"
        answering.close()
        for _, open_one in half:
            open_one.close()
        await until(lambda: not connections)
        async with httpx.AsyncClient(base_url=console.url) as client:
            assert (await client.get("/healthz")).status_code == 200


async def test_over_tls_one_too_many_is_cut_off(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belfry.web.crowd.SOURCE_MOST", 1)
    cert, key = certificate(tmp_path)
    context = ssl.create_default_context(cafile=str(cert))
    async with serving(rig, Doorway(tls_cert=cert, tls_key=key)) as console:
        _, first = await asyncio.open_connection(*console.address, ssl=context)
        await until(lambda: len(console.server.server_state.connections) == 1)
        with contextlib.suppress(ConnectionError):
            reader, second = await asyncio.open_connection(*console.address, ssl=context)
            assert await reader.read() == b""
            second.transport.abort()
        first.transport.abort()


async def test_a_trusted_proxy_speaks_for_many(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belfry.web.crowd.SOURCE_MOST", 2)
    async with serving(rig, Doorway(trusted_proxies=("127.0.0.0/8",))) as console:
        half = [await half_a_request(console, "127.0.0.1") for _ in range(4)]
        for reader, writer in half:
            writer.write(b"x\r\n\r\n")
            assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
            writer.close()


async def test_a_connection_that_says_nothing_is_dropped_and_one_that_works_is_not(rig: Rig) -> None:
    async with serving(rig) as console, listening(console, rig) as stream:
        await stream.greeting()
        reader, writer = await asyncio.open_connection(*console.address)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        server = console.server
        while len(server.server_state.connections) < 2:  # noqa: ASYNC110 - the loop turns, no time passes
            await asyncio.sleep(0)
        server.drop_silent()
        server.drop_silent()
        with contextlib.suppress(ConnectionResetError):  # what it had sent may still lie unread
            assert await reader.read() == b""
        writer.close()
        rig.front.hub.beat()
        assert (await stream.next()).data is None
