"""What is free goes back to the system."""

import platform
import resource
import sys
from pathlib import Path

import pytest

from belfry.app.memory import give_back

GLIBC = sys.platform == "linux" and platform.libc_ver()[0] == "glibc"


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * resource.getpagesize()


@pytest.mark.skipif(not GLIBC, reason="only glibc can be asked to")
def test_what_was_needed_for_a_while_is_not_counted_as_ours_for_ever() -> None:
    blocks = [bytes(1_000) for _ in range(80_000)]
    last = blocks[-1]  # what comes after the free ones keeps them
    full = resident_bytes()
    del blocks
    give_back()
    assert full - resident_bytes() > 40_000_000
    assert len(last) == 1_000
