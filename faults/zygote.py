"""A process that has imported Belfry and forks a centre whenever it is asked to: a start without a second of imports.

What is forked does exactly what the command `belfry` does from there on: its own stores, threads, sockets and locks.
Only the reading of the program's modules was done before. Run with the number of a socket; each request carries the
words of the command and two descriptors for what it says and complains. Answers `pid` at once and the raw wait status
when it is gone.
"""

import gc
import json
import os
import socket
import sys
from typing import Any

REQUEST_BYTES = 65_536


def main(number: int) -> None:
    import belfry.cli  # the imports that are to be shared

    channel = socket.socket(fileno=number)
    gc.freeze()
    channel.sendall(b"ready\n")
    while True:
        words, descriptors, _, _ = socket.recv_fds(channel, REQUEST_BYTES, 2)
        if not words:
            return
        child = os.fork()
        if child == 0:
            channel.close()
            _become(json.loads(words), *descriptors)
            belfry.cli.main()
            return
        for descriptor in descriptors:
            os.close(descriptor)
        channel.sendall(b"%d\n" % child)
        _, status = os.waitpid(child, 0)
        channel.sendall(b"%d\n" % status)


def _become(words: Any, said: int, complained: int) -> None:
    os.setsid()  # an interrupt from the keyboard is the driver's to handle
    os.dup2(said, 1)
    os.dup2(complained, 2)
    os.close(said)
    os.close(complained)
    sys.argv = ["belfry", *map(str, words)]


if __name__ == "__main__":
    main(int(sys.argv[1]))
