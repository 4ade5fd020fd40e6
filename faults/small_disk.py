"""A disk that is really full and a folder that is really read-only, in mounts of one's own (`unshare --mount`).

Root ignores the modes of files, so modes are no honest way to a read-only folder for everybody: a bind mount is. What
is mounted in a name space of one's own is seen by nobody else and gone with the last process in it.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

INSIDE: Final = "FAULTS_OWN_MOUNTS"
LEFT_BYTES: Final = 96 * 1024


def own_mounts() -> Sequence[str]:
    """The words in front of a command that give it mounts of its own; none where this system lets nobody."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    words = [unshare, "--mount"] if os.geteuid() == 0 else [unshare, "--map-root-user", "--mount"]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode != 0:
        return ()
    return [*words, "env", f"{INSIDE}=1"]


def _do(*words: str | Path) -> str | None:
    """Run a command; returns why it failed."""
    if INSIDE not in os.environ:
        return "this system lets nobody have mounts of his own"
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"{' '.join(map(str, words[:2]))}: {done.stderr.strip()}"


def mount(folder: Path, *, megabytes: int) -> str | None:
    """Put a small disk of memory at a folder; returns why it could not be done."""
    return _do("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", folder)


def unmount(folder: Path) -> None:
    _do("umount", folder)


def fill(folder: Path) -> Path:
    """Fill the disk of a folder to the brim with a file, which is returned."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for step in (1 << 20, 1 << 12):
            try:
                while True:
                    file.write(bytes(step))
            except OSError:
                pass
    return ballast


def write_protect(folder: Path) -> str | None:
    """Make a folder read-only, for root too; returns why it could not be done."""
    return _do("mount", "--bind", folder, folder) or _do("mount", "-o", "remount,ro,bind", folder)


def unprotect(folder: Path) -> None:
    _do("umount", folder)
