"""What a centre asks of the machine that it runs on: room on the disk, and clocks to hold against each other.

Handed in as a value, so that a test says how much room there is, and a disk that happens to be nearly full is nobody's
finding but its owner's.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from belfry.domain.own_faults import Space


def space_of(folder: Path) -> Space:
    """The file system of a folder, as far as this user may fill it. A quota is not seen. Raises OSError."""
    told = os.statvfs(folder)
    return Space(total_bytes=told.f_blocks * told.f_frsize, free_bytes=told.f_bavail * told.f_frsize)


def steady() -> float:
    """Seconds on a clock that nobody sets; where the system has such a one it goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(frozen=True, slots=True)
class Machine:
    """Its disk, its wall clock and its steady one."""

    space: Callable[[Path], Space] = space_of
    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = steady


THIS: Final = Machine()
