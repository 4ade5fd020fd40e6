#!/usr/bin/env python3
"""The limit to hold a receiver against: asyncio, the CRC, one SQLite group commit, the answer after it, nothing else.

    limit_dc09.py DATABASE

No validation, no account, no incident, no fan-out: an upper bound for Python on one machine, not a receiver. Prints its
port. Needs fastcrc and uvloop.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import cast

import uvloop
from fastcrc import crc16

from bench.group_commit import Committer, Written

Who = tuple[asyncio.Transport, bytes]


def answer(batch: Sequence[Written[Who]]) -> None:
    for _, _, (transport, said) in batch:
        transport.write(said)


class Receiver(asyncio.Protocol):
    def __init__(self, committer: Committer[Who]) -> None:
        self.committer, self.buffer = committer, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        *frames, self.buffer = (self.buffer + data).split(b"\r")
        for frame in frames:
            body = frame[9:]
            if int(frame[1:5], 16) != crc16.arc(body) or int(frame[5:9], 16) != len(body):
                continue
            token_end = body.index(b'"', 1)
            said = b'"ACK"' + body[token_end + 1 : body.index(b"[")] + b"[]"
            said = b"\n%04X%04X%s\r" % (crc16.arc(said), len(said), said)
            self.committer.waiting.put((time.time(), body, (self.transport, said)))


async def main(path: str) -> None:
    loop = asyncio.get_running_loop()
    committer: Committer[Who] = Committer(loop, path, answer)
    committer.start()
    server = await loop.create_server(lambda: Receiver(committer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
