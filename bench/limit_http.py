#!/usr/bin/env python3
"""The limit to hold `POST /signals` against: a bare Litestar handler, one SQLite group commit, 202 after it.

    limit_http.py DATABASE

The body becomes a typed value and an answer carries a position; no token is looked up, no account, no incident. The
same uvicorn, uvloop and httptools as ours. Prints its port.
"""

import asyncio
import socket
import sys
import time
from collections.abc import Sequence
from itertools import count

import msgspec
import uvicorn
import uvloop
from litestar import Litestar, post

from bench.group_commit import Committer, Written

Who = tuple["asyncio.Future[int]", int]


class Said(msgspec.Struct):
    account: str
    code: str
    area: str | None = None
    zone: str | None = None


class Accepted(msgspec.Struct):
    position: str


def answer(batch: Sequence[Written[Who]]) -> None:
    for _, _, (future, position) in batch:
        if not future.done():
            future.set_result(position)


async def main(path: str) -> None:
    loop = asyncio.get_running_loop()
    committer: Committer[Who] = Committer(loop, path, answer)
    committer.start()
    positions = count(1)

    @post("/signals", status_code=202)
    async def signals(data: Said) -> Accepted:
        kept: asyncio.Future[int] = loop.create_future()
        committer.waiting.put((time.time(), msgspec.json.encode(data), (kept, next(positions))))
        return Accepted(str(await kept))

    bound = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(bound.getsockname()[1], flush=True)
    app = Litestar(route_handlers=[signals], openapi_config=None, logging_config=None)
    config = uvicorn.Config(app, http="httptools", ws="none", log_config=None, access_log=False, server_header=False)
    await uvicorn.Server(config).serve([bound])


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
