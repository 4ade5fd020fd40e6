"""A server of roads on loopback: plays OSRM and Valhalla over the straight line, and misbehaves where it is told to."""

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import msgspec

from belfry.domain.earth import metres_between
from belfry.domain.travel import Point

SPEED_M_S = 10.0


class RoadServer:
    """`mood`: how it answers. `asked`: places of each request, in turn."""

    def __init__(self) -> None:
        self.mood = "well"
        self.asked: list[int] = []
        self.url = ""
        self.no_way_from: float | None = None
        """Latitude of a place from which no way leads anywhere."""
        self._over = asyncio.Event()

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        long = re.search(r"(?i)content-length: (\d+)", head)
        body = await reader.readexactly(int(long[1])) if long else b""
        target = head.split(" ", 2)[1]
        answer = self._matrix(body) if target.startswith("/sources_to_targets") else self._table(target)
        match self.mood:
            case "silent":
                await self._over.wait()
            case "drips":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{")
                await writer.drain()
                await self._over.wait()
            case "hangs up":
                writer.write(_http(200, answer)[:-5])
            case "huge":
                writer.write(_http(200, answer[:-1] + b" " * 5_000_000 + answer[-1:]))
            case "html":
                writer.write(_http(200, b"<!doctype html><title>router login</title>"))
            case "no http":
                writer.write(b"220 mail.example.org ESMTP\r\n")
            case "small":
                writer.write(_http(200, b'{"code":"Ok","durations":[[1]],"distances":[[1]]}'))
            case "400" | "500" | "302":
                writer.write(_http(int(self.mood), b'{"code":"InvalidQuery"}'))
            case "another continent":
                writer.write(_http(200, re.sub(rb"\d+\.\d+", b"0.5", answer)))
            case _:
                writer.write(_http(200, answer))
        with suppress(ConnectionError):
            await writer.drain()

    def _table(self, target: str) -> bytes:
        parts = urlsplit(target)
        places = [
            Point(float(lat), float(lon)) for lon, lat in (p.split(",") for p in parts.path.split("/")[4].split(";"))
        ]
        self.asked.append(len(places))
        told = dict(part.split("=") for part in parts.query.split("&"))
        rows = [[places[int(n)] for n in told[key].split(";")] for key in ("sources", "destinations")]
        far = [[self._far(one, to) for to in rows[1]] for one in rows[0]]
        times = [[None if m is None else m / SPEED_M_S for m in row] for row in far]
        return msgspec.json.encode({"code": "Ok", "durations": times, "distances": far})

    def _matrix(self, body: bytes) -> bytes:
        asked = msgspec.json.decode(body)
        rows = [[Point(one["lat"], one["lon"]) for one in asked[key]] for key in ("sources", "targets")]
        self.asked.append(len(rows[0]) + len(rows[1]))
        found = [[(n, m, self._far(one, to)) for m, to in enumerate(rows[1])] for n, one in enumerate(rows[0])]
        pairs = [
            [
                {"from_index": n, "to_index": m, "time": far and far / SPEED_M_S, "distance": far and far / 1_000}
                for n, m, far in row
            ]
            for row in found
        ]
        return msgspec.json.encode({"sources_to_targets": pairs, "units": "kilometers"})

    def _far(self, one: Point, to: Point) -> float | None:
        return None if one.latitude == self.no_way_from else metres_between(one, to)


def _http(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        status,
        len(body),
        body,
    )


@asynccontextmanager
async def road_server() -> AsyncIterator[RoadServer]:
    one = RoadServer()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0, limit=1_000_000)
    one.url = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])
    try:
        yield one
    finally:
        one._over.set()
        server.close()
        await server.wait_closed()
