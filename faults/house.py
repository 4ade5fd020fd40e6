"""A folder with a centre's settings and accounts in it, and where its panels knock; each part of a run has its own."""

import csv
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from belfry.ports.staff import Role
from belfry.registry import Registry
from belfry.simulator.town import as_rows
from faults.panels import Shape, sites

HOST: Final = "127.0.0.1"
RECEIVER: Final = "panels"

SETTINGS: Final = """\
data = "data"
accounts = "accounts.csv"

[console]
listen = "127.0.0.1:0"

[[receiver]]
type = "dc09"
name = "{receiver}"
listen = "{host}:{port}"
"""


@dataclass(frozen=True, slots=True)
class House:
    """`data` is the folder that the centre writes to; `port` stays the same for all its lives, as a real one does."""

    folder: Path
    port: int

    @property
    def config(self) -> Path:
        return self.folder / "belfry.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def record(self) -> Path:
        return self.folder / "record.jsonl"

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def scratch(self) -> Path:
        return self.folder / "copy"

    def token(self, role: Role = Role.SUPERVISOR) -> str:
        """A bearer token; only while no centre runs."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        registry = Registry.open(self.data)
        try:
            return registry.tokens.issue(role, name="faults", hours=12, by="faults")
        finally:
            registry.close()


def furnish(folder: Path, shape: Shape) -> House:
    """Write settings and accounts into a folder, which is made."""
    folder.mkdir(parents=True)
    port = free_port()
    rows = as_rows(sites(shape), RECEIVER, 1)
    with (folder / "accounts.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    house = House(folder.resolve(), port)
    house.config.write_text(SETTINGS.format(receiver=RECEIVER, host=HOST, port=port), encoding="utf-8")
    return house


def free_port() -> int:
    """A port that is free for TCP and UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((HOST, 0))
            port = int(tcp.getsockname()[1])
            try:
                udp.bind((HOST, port))
            except OSError:
                continue
            return port


def file_system(folder: Path) -> str:
    """The kind of file system that a folder lies on, as the kernel calls it, and its device."""
    real = os.path.realpath(folder)
    found = ("", "unknown")
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        device, at, kind, *_ = line.split()
        inside = real == at or real.startswith(at.rstrip("/") + "/")
        if inside and len(at) >= len(found[0]):
            found = (at, f"{kind} on {device}")
    return found[1]
