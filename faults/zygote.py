"""A process that has imported Belfry and forks a `belfry` whenever it is asked to: a start without seconds of imports.

What is forked does exactly what the command `belfry` does from there on: its own stores, threads, sockets and locks.
Only the reading of the program's modules was done before. Run with the number of a socket; each request carries the
words of the command, its environment and folder, and three descriptors: for what it says, what it complains, and for
our answers. Those are its process id at once, and the raw wait status when it is gone. Many may run at a time. Ends
with the other end of its socket; `faults.forked` asks it.
"""

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, Final

REQUEST_BYTES: Final = 262_144
EXTRAS: Final = ("belfry.journal.jetstream", "belfry.receivers.onvif")
"""What a house without their extra does not import; nor do we."""
LATER: Final = ("alembic.command", "uvicorn.protocols.http.httptools_impl", "uvicorn.lifespan.on")
"""What a start imports late."""


def main(number: int) -> None:
    import belfry.cli

    _import_all()
    channel = socket.socket(fileno=number)
    hears, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes)
    gc.freeze()
    channel.sendall(b"ready\n")
    answers: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([channel.fileno(), hears], [], [])
        if hears in ready:
            os.read(hears, 4_096)
            _tell_who_is_gone(answers)
        if channel.fileno() not in ready:
            continue
        request, descriptors, _, _ = socket.recv_fds(channel, REQUEST_BYTES, 3)
        if not request:
            return
        said, complained, answer = descriptors
        child = os.fork()
        if child == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for descriptor in (channel.detach(), hears, wakes, answer, *answers.values()):
                os.close(descriptor)
            _become(json.loads(request), said, complained)
            belfry.cli.main()
            return
        os.close(said)
        os.close(complained)
        _write(answer, child)
        answers[child] = answer


def _import_all() -> None:
    """What `belfry` imports at its start, and what it would import a moment later."""
    import belfry

    for found in pkgutil.walk_packages(belfry.__path__, "belfry."):
        if not found.name.startswith((*EXTRAS, "belfry.testing", "belfry.simulator", "belfry.registry.migrations")):
            importlib.import_module(found.name)
    for name in LATER:
        importlib.import_module(name)


def _tell_who_is_gone(answers: dict[int, int]) -> None:
    for child in tuple(answers):
        gone, status = os.waitpid(child, os.WNOHANG)
        if gone:
            answer = answers.pop(child)
            _write(answer, status)
            os.close(answer)


def _write(answer: int, number: int) -> None:
    with suppress(BrokenPipeError):  # whoever asked may be gone
        os.write(answer, b"%d\n" % number)


def _become(request: Any, said: int, complained: int) -> None:
    os.setsid()  # an interrupt from the keyboard is the driver's to handle
    os.dup2(said, 1)
    os.dup2(complained, 2)
    os.close(said)
    os.close(complained)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = ["belfry", *map(str, request["words"])]


if __name__ == "__main__":
    main(int(sys.argv[1]))
