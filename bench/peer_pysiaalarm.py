#!/usr/bin/env python3
"""The peer: pysiaalarm's asyncio TCP server on loopback with a handler that does nothing. It stores nothing.

    peer_pysiaalarm.py PORT ACCOUNTS [KEY]      (KEY as text of 16 characters)

Runs in a virtual environment of its own. Accounts are 1000, 1001, ... as dc09_blast.py sends them. Its answers carry a
receiver field that the frame did not have, so the blast counts them as wrong: `answered` and `per_second` count here.
"""

import asyncio
import sys
from typing import Any

from pysiaalarm.aio import CommunicationsProtocol, SIAAccount, SIAClient  # type: ignore[import-not-found]  # its venv


async def handler(event: Any) -> None:
    return None


async def main(port: int, accounts: int, key: str | None) -> None:
    known = [SIAAccount(str(1000 + number), key) for number in range(accounts)]
    async with SIAClient("127.0.0.1", port, known, handler, protocol=CommunicationsProtocol.TCP):
        print(port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None))
