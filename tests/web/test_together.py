"""What is written in one turn of the loop leaves as one segment, and nothing is kept back."""

import asyncio
from collections.abc import Callable

from belfry.web.together import GATHER_MOST_BYTES, Together


class Line(asyncio.Transport):
    """Notes what it is told, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[bytes | str] = []

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.told.append(data)

    def close(self) -> None:
        self.told.append("close")

    def abort(self) -> None:
        self.told.append("abort")

    def is_closing(self) -> bool:
        return "close" in self.told

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def told_after(act: Callable[[Together], None]) -> list[bytes | str]:
    line = Line()
    act(Together(line))
    await asyncio.sleep(0)
    return line.told


async def test_what_one_turn_writes_leaves_together() -> None:
    line = Line()
    transport = Together(line)
    for _ in range(2):
        transport.write(b"head, ")
        transport.write(b"body")
        await asyncio.sleep(0)
    assert line.told == [b"head, body", b"head, body"]


async def test_much_does_not_wait_for_the_end_of_the_turn() -> None:
    line = Line()
    transport = Together(line)
    transport.write(bytes(GATHER_MOST_BYTES - 1))
    assert line.told == []
    transport.write(b"!")
    assert line.told == [bytes(GATHER_MOST_BYTES - 1) + b"!"]
    await asyncio.sleep(0)
    assert len(line.told) == 1


async def test_last_words_leave_before_the_end() -> None:
    def farewell(transport: Together) -> None:
        transport.write(b"sorry")
        transport.close()
        assert transport.is_closing()

    assert await told_after(farewell) == [b"sorry", "close"]


async def test_who_is_cut_off_hears_nothing_more() -> None:
    def cut(transport: Together) -> None:
        transport.write(b"sorry")
        transport.abort()

    assert await told_after(cut) == ["abort"]
