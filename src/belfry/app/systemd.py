"""What systemd is told, where it asked: READY, STOPPING, and WATCHDOG as long as the loop turns (sd_notify(3)).

One datagram each to the socket that NOTIFY_SOCKET names, so no library is needed. Without systemd nothing is said. A
word that cannot be said is nobody's fault but logged once: an alarm centre does not end over it.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog

log = structlog.get_logger()

SOCKET: Final = "NOTIFY_SOCKET"
WATCHDOG: Final = "WATCHDOG_USEC"
WATCHDOG_PID: Final = "WATCHDOG_PID"
MICROSECONDS: Final = 1_000_000
LEAST_S: Final = 0.05
"""A watchdog that wants more would make the centre busy with it."""


@dataclass(slots=True)
class Systemd:
    """`address` is the path of the socket, or begins with a null byte where it has none; '' says nothing."""

    address: str = ""
    watchdog_s: float | None = None
    """How often to say that the centre lives: half of what systemd waits."""

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ, *, pid: int | None = None) -> "Systemd":
        """Read what systemd put into the environment; what it did not, or for another process, is not wanted."""
        address = environment.get(SOCKET, "")
        if address.startswith("@"):
            address = f"\0{address[1:]}"
        elif not address.startswith("/"):
            return cls()
        return cls(address, _watchdog(environment, os.getpid() if pid is None else pid))

    def ready(self) -> None:
        self._say("READY=1\nSTATUS=alarms are taken in")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    async def beat(self) -> None:
        """Say WATCHDOG again and again; returns at once where nobody waits for it."""
        while self.watchdog_s is not None and self.address:
            self._say("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_s)

    def _say(self, words: str) -> None:
        if not self.address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as one:
                one.setblocking(False)
                one.sendto(words.encode(), self.address)
        except OSError as error:
            log.warning("systemd could not be told", error=str(error))
            if isinstance(error, FileNotFoundError | ConnectionRefusedError):
                self.address = ""  # nobody listens any more


def _watchdog(environment: Mapping[str, str], pid: int) -> float | None:
    wanted = environment.get(WATCHDOG, "")
    if not wanted.isascii() or not wanted.isdigit() or int(wanted) == 0:
        return None
    if environment.get(WATCHDOG_PID, str(pid)) != str(pid):
        return None
    return max(LEAST_S, int(wanted) / MICROSECONDS / 2)
