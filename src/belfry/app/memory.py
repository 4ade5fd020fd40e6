"""Memory that is free inside this process and still counted as ours: given back to the system.

The C library keeps what was freed in the middle of its heap. After an import of 100 000 accounts that is half of all
that the process holds, measured: 323 MiB resident before, 145 MiB after.
"""

import ctypes
import sys
from functools import cache


@cache
def _trim() -> "ctypes._NamedFuncPointer | None":
    """`malloc_trim` of glibc; None where there is no such thing."""
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None


def give_back() -> bool:
    """Give back what is free; takes some hundredths of a second. False where the system has no way to."""
    trim = _trim()
    return trim is not None and bool(trim(0))
