#!/usr/bin/env python3
"""Event streams that are read and thrown away: other consoles, beside the one that is looked at.

    listeners.py URL        (tokens on standard input, one a line; it ends when that is closed)

Prints `listening` once every stream has said something, and at the end a JSON object: `streams` that were still open,
`rows` that all of them were sent together, `bytes`.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvloop

ROW = b"event: incident\n"


@dataclass
class Heard:
    rows: int = 0
    size: int = 0
    open: int = 0


async def listen(url: str, token: str, heard: Heard, spoke: asyncio.Event) -> None:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(
        f"GET {parts.path}/stream HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    heard.open += 1
    tail = b""
    while some := await reader.read(262_144):
        if not spoke.is_set():
            if not some.startswith(b"HTTP/1.1 200"):
                raise ConnectionError(some[:200].decode("latin-1"))
            spoke.set()
        heard.size += len(some)
        heard.rows += (tail + some).count(ROW)
        tail = some[-len(ROW) + 1 :]  # a row that was cut in two; too short to hold a whole one
    heard.open -= 1


async def main(url: str) -> None:
    loop = asyncio.get_running_loop()
    heard = Heard()
    spoken: list[asyncio.Event] = []
    streams: list[asyncio.Task[None]] = []
    while token := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        spoken.append(asyncio.Event())
        streams.append(asyncio.create_task(listen(url, token, heard, spoken[-1])))
    await asyncio.gather(*(one.wait() for one in spoken))
    print("listening", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps({"streams": heard.open, "rows": heard.rows, "bytes": heard.size}), flush=True)
    for stream in streams:
        stream.cancel()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
