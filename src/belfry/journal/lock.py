"""One process holds a journal. The kernel's lock dies with its holder; a file with a process number would not."""

import fcntl
import os
from pathlib import Path

from belfry.ports import InUse


def lock(path: Path) -> int:
    """Return a descriptor that holds the lock file until it is closed. Raises InUse where another one holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise InUse(f"{path} is locked by another process: one journal has one writer") from error
    return descriptor
