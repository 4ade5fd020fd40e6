"""A picture is drawn in a process of its own, with little memory and little time: what breaks a decoder breaks that.

The child reads the picture from its standard input and answers with a line and what it drew. It has no access to
anything but that: it is started with an empty environment, in isolated mode, and opens no file afterwards.
"""

import asyncio
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Final

from belfry.safeguards.floor_plan import redrawn
from belfry.safeguards.pixelate import PictureError, pixelated

MEMORY_MOST_BYTES: Final = 1024 * 1024 * 1024
TIME_MOST_S: Final = 10
AT_ONCE: Final = 2
"""Pictures that are drawn at the same time; the others wait."""


class As(StrEnum):
    """What a picture becomes."""

    BLOCKS = "blocks"
    """`safeguards.pixelate.pixelated`."""
    PLAN = "plan"
    """`safeguards.floor_plan.redrawn`."""


class Drawing:
    """At most AT_ONCE processes run for each of these."""

    def __init__(self, what: As = As.BLOCKS) -> None:
        self._what, self._slots = what, asyncio.Semaphore(AT_ONCE)

    async def draw(self, raw: bytes) -> bytes:
        """Return a PNG. Raises PictureError, too where the process broke or took too long."""
        async with self._slots:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-c",
                f"from belfry.centre.drawing import main; main({str(self._what)!r})",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
            )
            try:
                async with asyncio.timeout(TIME_MOST_S):
                    out, _ = await child.communicate(raw)
            except TimeoutError:
                raise PictureError(f"it takes longer than {TIME_MOST_S} s to draw") from None
            finally:
                with suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        return _answer(out)


def _answer(out: bytes) -> bytes:
    head, _, rest = out.partition(b"\n")
    match head.split(b" ", 1):
        case [b"ok"] if rest:
            return rest
        case [b"no", why]:
            raise PictureError(why.decode("utf-8", "replace"))
        case _:
            raise PictureError("the picture cannot be read to its end")


_DRAW: Final[dict[str, Callable[[bytes], bytes]]] = {As.BLOCKS: pixelated, As.PLAN: redrawn}


def main(what: str) -> None:
    """The child."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MOST_BYTES, MEMORY_MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (TIME_MOST_S, TIME_MOST_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    raw = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
    try:
        drawn = _DRAW[what](raw)
    except PictureError as error:
        sys.stdout.buffer.write(f"no {error}\n".encode())
    else:
        sys.stdout.buffer.write(b"ok\n" + drawn)
    sys.stdout.buffer.flush()
