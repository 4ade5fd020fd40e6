"""Tears what a power cut may tear: bytes of SQLite's log that no answer stood for, and the snapshot.

A kill tears nothing, since the system writes on; a machine that loses power may keep any part of what was not synced.
What is synced must not be touched, or the test would break a promise that no disk can keep: so it is found out
first up to which byte the log holds everything that was acknowledged.
"""

import shutil
import sqlite3
import struct
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

JOURNAL: Final = "journal.sqlite3"
LOG: Final = "journal.sqlite3-wal"
HEADER_BYTES: Final = 32
FRAME_HEAD: Final = struct.Struct(">II8s")
"""Page, size of the database after a commit or 0, salts; 8 bytes of check value follow."""
FRAME_HEAD_BYTES: Final = 24


def commits(log: bytes) -> Sequence[int]:
    """Where each committed transaction of a write-ahead log ends, in bytes; first the end of the header."""
    if len(log) < HEADER_BYTES:
        return [0]
    page_bytes, salts = int.from_bytes(log[8:12], "big"), log[16:24]
    ends, at = [HEADER_BYTES], HEADER_BYTES
    while at + FRAME_HEAD_BYTES + page_bytes <= len(log):
        _, committed, salt = FRAME_HEAD.unpack_from(log, at)
        if salt != salts:
            break  # left over from before the log was begun anew
        at += FRAME_HEAD_BYTES + page_bytes
        if committed:
            ends.append(at)
    return ends


def synced_up_to(data: Path, position: int, scratch: Path) -> int:
    """The first byte of the log behind the transaction that stored `position`."""
    log = (data / LOG).read_bytes()
    ends = commits(log)
    reached = bisect_left(ends, position, key=lambda end: _last_position(data, log[:end], scratch))
    return ends[min(reached, len(ends) - 1)]


def _last_position(data: Path, log: bytes, scratch: Path) -> int:
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    shutil.copyfile(data / JOURNAL, scratch / JOURNAL)
    (scratch / LOG).write_bytes(log)
    database = sqlite3.connect(scratch / JOURNAL)
    try:
        return int(database.execute("select ifnull(max(position), 0) from entry").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # not even the tables are there
    finally:
        database.close()
        shutil.rmtree(scratch)


def tear_log(data: Path, kept: int, dice: Random) -> str:
    """Tear the log behind byte `kept`; returns how."""
    log = (data / LOG).read_bytes()
    ends = commits(log)
    loose = log[kept : ends[-1]]
    half = log[HEADER_BYTES:][: dice.randrange(1, 4_120)]  # the beginning of a page that looks right
    cut = dice.randrange(len(loose) + 1)
    how, behind = dice.choice(
        [
            ("cut short", loose[:cut]),
            ("cut short, half a page behind it", loose[:cut] + half),
            ("garbled", loose[:cut] + dice.randbytes(len(loose) - cut + 512)),
            ("zeros at its end", loose[:cut] + bytes(len(loose) - cut + 4_096)),
            ("a page garbled in its middle", _garbled(loose, dice) + half),
        ]
    )
    (data / LOG).write_bytes(log[:kept] + behind)
    return f"{how}, {len(loose)} bytes loose"


def tear_file(path: Path, dice: Random) -> str:
    """Cut or garble a file anywhere; returns how."""
    whole = path.read_bytes()
    at = dice.randrange(len(whole))
    how, torn = dice.choice(
        [
            ("cut short", whole[:at]),
            ("garbled from a byte on", whole[:at] + dice.randbytes(len(whole) - at)),
            ("zeros from a byte on", whole[:at] + bytes(len(whole) - at)),
            ("one byte changed", whole[:at] + bytes([whole[at] ^ (1 << dice.randrange(8))]) + whole[at + 1 :]),
        ]
    )
    path.write_bytes(torn)
    return how


def _garbled(some: bytes, dice: Random) -> bytes:
    if len(some) < 600:
        return some
    at = dice.randrange(len(some) - 512)
    return some[:at] + dice.randbytes(512) + some[at + 512 :]
