#!/usr/bin/env python3
"""Cheap HTTP load: requests are made before the clock starts, and answers are read for their status alone.

Each connection is kept open and has one request in flight. Prints one JSON object: `began`, `ended` (monotonic seconds
of this machine), `per_second`, `wrong` (answers with another status than the one that was wanted), percentiles in ms.

    http_blast.py URL --connections 8 --requests 500 --offset 0 --post signals|alerta|alertmanager [--token TOKEN]

It posts a burglary alarm of another zone each time, as the program behind URL wants to have it (connection n is site
1000 + n), or without --post reads URL. Needs httptools and uvloop.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

import uvloop
from httptools import HttpResponseParser

FIRST_ACCOUNT = 1000


@dataclass(frozen=True)
class Load:
    url: str
    connections: int
    requests: int
    offset: int
    token: str | None
    post: str | None


@dataclass(frozen=True)
class Dialect:
    """How a program wants to be told of an alarm, and the status of its answer."""

    path: str
    status: int
    body: Callable[[int, int], Any]
    """Of a site's number and a zone's."""


DIALECTS: Final[Mapping[str, Dialect]] = {
    "signals": Dialect(
        "/signals", 202, lambda site, zone: {"account": str(site), "code": "BA", "area": "1", "zone": str(zone)}
    ),
    "alerta": Dialect(
        "/alert",
        201,
        lambda site, zone: {
            "resource": f"site-{site}-{zone}",
            "event": "BurglaryAlarm",
            "environment": "Production",
            "severity": "critical",
            "service": ["ARC"],
            "group": "Intrusion",
            "value": f"zone {zone}",
            "origin": "bench",
        },
    ),
    "alertmanager": Dialect(
        "/alerts",
        200,
        lambda site, zone: [
            {"labels": {"alertname": "BurglaryAlarm", "severity": "critical", "account": str(site), "zone": str(zone)}}
        ],
    ),
}
READ: Final = Dialect("", 200, lambda *_: None)


def dialect_of(load: Load) -> Dialect:
    return READ if load.post is None else DIALECTS[load.post]


def prepared(load: Load, connection: int) -> list[bytes]:
    dialect = dialect_of(load)
    parts = urlsplit(load.url + dialect.path)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    token = "" if load.token is None else f"Authorization: Bearer {load.token}\r\n"
    common = f"{'GET' if load.post is None else 'POST'} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{token}"
    if load.post is None:
        return [f"{common}\r\n".encode()] * load.requests
    made = []
    for number in range(load.offset + 1, load.offset + 1 + load.requests):
        body = json.dumps(dialect.body(FIRST_ACCOUNT + connection, number)).encode()
        head = f"{common}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        made.append(head.encode() + body)
    return made


class Client(asyncio.Protocol):
    """One connection; also what httptools tells its parser's owner."""

    def __init__(self, requests: list[bytes], wanted: int, done: "asyncio.Future[None]") -> None:
        self.requests, self.wanted, self.done = requests, wanted, done
        self.parser = HttpResponseParser(self)
        self.sent = self.wrong = 0
        self.latencies: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self) -> None:
        self.at = time.perf_counter()
        self.transport.write(self.requests[self.sent])
        self.sent += 1

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        self.latencies.append(time.perf_counter() - self.at)
        self.wrong += self.parser.get_status_code() != self.wanted
        if self.sent < len(self.requests):
            self.parser = HttpResponseParser(self)
            self.send()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def blast(load: Load) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    clients = [
        Client(prepared(load, number), dialect_of(load).status, loop.create_future())
        for number in range(load.connections)
    ]
    parts = urlsplit(load.url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    for client in clients:
        await loop.create_connection(lambda client=client: client, host, port)  # type: ignore[misc]  # mypy: a lambda
    began = time.perf_counter()
    for client in clients:
        client.send()
    await asyncio.wait([client.done for client in clients], timeout=60)
    ended = time.perf_counter()
    latencies = sorted(x for client in clients for x in client.latencies)
    return {
        "began": began,
        "ended": ended,
        "sent": sum(client.sent for client in clients),
        "answered": len(latencies),
        "wrong": sum(client.wrong for client in clients),
        "per_second": round(len(latencies) / (ended - began)),
        "p50_ms": round(latencies[len(latencies) // 2] * 1e3, 2) if latencies else None,
        "p99_ms": round(latencies[len(latencies) * 99 // 100] * 1e3, 2) if latencies else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--requests", type=int, default=500, help="requests per connection")
    parser.add_argument("--offset", type=int, default=0, help="number of the first signal")
    parser.add_argument("--token", help="bearer token")
    parser.add_argument("--post", choices=DIALECTS, help="in whose words to post; nothing: read the URL")
    print(json.dumps(uvloop.run(blast(Load(**vars(parser.parse_args()))))), flush=True)


if __name__ == "__main__":
    main()
