"""A push service and the phones behind it, for tests, benchmarks and trials: it takes what a real one takes (RFC 8030),
checks who sends (RFC 8292), and misbehaves on purpose.

Each phone has keys of its own and reads what comes as a browser would (RFC 8291).
"""

import asyncio
import json
import ssl
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from belfry.protocols.web_push import bytes_of, decrypt, point_of, private_key, text_of

BODY_MOST: Final = 4_096
HOST: Final = "localhost"
CREATED: Final = 201


class PlayedPhone:
    """A browser that subscribed. `answers`: what the next sendings get, in turn: a status, or `(status, retry_after)`;
    then 201. `hangs`: it takes what comes and never answers."""

    def __init__(self, name: str, origin: str) -> None:
        self._key, self._auth = private_key(name.encode().ljust(32, b"k")), name.encode().ljust(16, b"a")[:16]
        self.endpoint = f"{origin}/push/{name}"
        self.p256dh, self.auth = text_of(point_of(self._key.public_key())), text_of(self._auth)
        self.answers: list[int | tuple[int, str]] = []
        self.hangs = False
        self.got: list[dict[str, Any]] = []
        """What it could read, oldest first; with the headers under `headers`."""
        self.tried = 0
        self.hears: Callable[[dict[str, Any]], None] = lambda said: None

    @property
    def subscription(self) -> dict[str, Any]:
        """As the browser's `PushSubscription` is registered."""
        return {"endpoint": self.endpoint, "keys": {"p256dh": self.p256dh, "auth": self.auth}}

    def take(self, headers: dict[str, str], body: bytes) -> None:
        said = json.loads(decrypt(body, self._auth, key=self._key))
        self.got.append({**said, "headers": headers})
        self.hears(said)


class PushService:
    """`start` on loopback, with TLS where a certificate is given; `close` ends it."""

    def __init__(self) -> None:
        self.phones: dict[str, PlayedPhone] = {}
        self.connections = 0
        self.origin = ""
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()

    async def start(self, cert: Path, key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.origin = f"https://{HOST}:{self._server.sockets[0].getsockname()[1]}"

    def phone(self, name: str) -> PlayedPhone:
        return self.phones.setdefault(name, PlayedPhone(name, self.origin))

    async def close(self) -> None:
        self._over.set()
        for task in list(self._talks):
            task.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        self.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        writer.transport.abort()

    async def _one(self, reader: StreamReader, writer: StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        method, path, _ = head[0].split(" ")
        phone = self.phones.get(path.removeprefix("/push/"))
        if phone is None:
            answer: int | tuple[int, str] = 404
        else:
            phone.tried += 1
            if phone.hangs:
                await self._over.wait()
                return False
            answer = phone.answers.pop(0) if phone.answers else self._judge(method, headers, body)
        status, again = answer if isinstance(answer, tuple) else (answer, "")
        if status == CREATED and phone is not None:
            phone.take(headers, body)
        more = f"Retry-After: {again}\r\n" if again else ""
        writer.write(f"HTTP/1.1 {status} X\r\n{more}Content-Length: 0\r\n\r\n".encode())
        await writer.drain()
        return True

    def _judge(self, method: str, headers: dict[str, str], body: bytes) -> int:
        """What a real service looks at."""
        said = headers.get("authorization", "")
        wanted = ("ttl", "urgency", "topic")
        if (
            method != "POST"
            or headers.get("content-encoding") != "aes128gcm"
            or any(one not in headers for one in wanted)
        ):
            return 400
        if len(headers["topic"]) > 32 or len(body) > BODY_MOST:
            return 413 if len(body) > BODY_MOST else 400
        if not said.startswith("vapid t=") or json.loads(bytes_of(said[8:].split(".")[1]))["aud"] != self.origin:
            return 403
        return CREATED


def certificate(folder: Path, *, host: str = HOST) -> tuple[Path, Path]:
    """Write a certificate of its own authority for a host, and its key; the first is also what is to be believed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    cert_at, key_at = folder / f"{host}.pem", folder / f"{host}.key"
    cert_at.write_bytes(made.public_bytes(Encoding.PEM))
    key_at.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert_at, key_at
