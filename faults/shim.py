"""A failing sync and a clock that was set, for one process: a small library in front of the system's (`shim.c`).

Compiled where it is needed, with the system's compiler; where there is none, what needs it is skipped and says so.
Nothing of the program knows of it.
"""

import mmap
import shutil
import struct
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("shim.c")
NUMBERS: Final = struct.Struct("=qq")


class NoCompiler(Exception):
    """There is no `cc` on this system."""


class Shim:
    """`environment` goes to the process; `clock_off` and `syncs_fail` may be set at any time while it runs."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            raise NoCompiler("no C compiler (cc) is installed")
        folder.mkdir(parents=True, exist_ok=True)
        library, told = folder / "shim.so", folder / "shim.numbers"
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"], check=True)
        told.write_bytes(NUMBERS.pack(0, 0))
        with told.open("r+b") as file:
            self._told = mmap.mmap(file.fileno(), NUMBERS.size)
        self._off, self._fail = timedelta(0), False
        self.environment: Mapping[str, str] = {"LD_PRELOAD": str(library), "FAULTS_SHIM": str(told)}

    @property
    def clock_off(self) -> timedelta:
        return self._off

    @clock_off.setter
    def clock_off(self, off: timedelta) -> None:
        self._off = off
        self._say()

    @property
    def syncs_fail(self) -> bool:
        return self._fail

    @syncs_fail.setter
    def syncs_fail(self, fail: bool) -> None:
        self._fail = fail
        self._say()

    def _say(self) -> None:
        self._told[:] = NUMBERS.pack(self._off // timedelta(microseconds=1) * 1_000, int(self._fail))
