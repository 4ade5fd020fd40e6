"""A past for a centre: signals for the log alone, as fast as it takes them, so that its bounded memories are full.

Without one, everything that is bounded grows during a run until it reaches its bound, and looks like a leak.
"""

import asyncio
from typing import Final

from belfry.protocols.dc09 import build_frame
from endurance.house import Address

CONNECTIONS: Final = 20
IN_FLIGHT: Final = 32
CODE: Final = "RP"
"""A test report: kept and logged, nothing for an operator."""
A_MINUTE_S: Final = 61.0
A_MINUTE: Final = 90
"""Of one account: more than a hundred would be an incident of its own."""


async def tell(panels: Address, accounts: list[str], signals: int) -> None:
    """Have so many signals acknowledged, each account's in turn. Raises ValueError for too many of each account."""
    if signals > A_MINUTE * len(accounts):
        raise ValueError(f"{signals} signals of {len(accounts)} accounts: at most {A_MINUTE} of each")
    async with asyncio.TaskGroup() as panels_speak:
        for number in range(CONNECTIONS):
            own = accounts[number::CONNECTIONS]
            panels_speak.create_task(_panel(panels, own, signals // CONNECTIONS))
    await asyncio.sleep(A_MINUTE_S)  # or the next words of an account would count with these


async def _panel(panels: Address, accounts: list[str], signals: int) -> None:
    reader, writer = await asyncio.open_connection(*panels)
    for first in range(0, signals, IN_FLIGHT):
        numbers = range(first, min(signals, first + IN_FLIGHT))
        writer.write(b"".join(_frame(accounts[number % len(accounts)], number) for number in numbers))
        for _ in numbers:
            answer = await reader.readuntil(b"\r")
            if b'"ACK"' not in answer:
                raise RuntimeError(f"a test report was answered {answer!r}")
    writer.close()
    await writer.wait_closed()


def _frame(account: str, number: int) -> bytes:
    return build_frame("SIA-DCS", seq=number % 9999 + 1, account=account, data=f"#{account}|Nri1/{CODE}{number % 999}")
