"""The SQLite journal under a killed process and a failing disk: no receipt is ever lost, no position ever missing."""

import asyncio
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

import pytest

from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Stored
from belfry.testing.journal_suite import positions_of

KILLS: Final = 20
APPENDER: Final = Path(__file__).with_name("appender.py")
FILLER: Final = Path(__file__).with_name("filler.py")


@contextmanager
def appender(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, APPENDER, str(folder), *words], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def killed_after(folder: Path, seed: int, receipts: int) -> list[str]:
    """Run an appender, kill it while it writes, and return every receipt that it printed."""
    with appender(folder, str(seed)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        lines = [process.stdout.readline() for _ in range(receipts)]
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
        assert process.wait() == -signal.SIGKILL
    return [line for line in lines if line.endswith("\n")]


async def assert_kept(folder: Path, receipts: list[str]) -> None:
    """Every receipt is kept exactly once, every append whole, and no position is missing."""
    journal = await SqliteJournal.open(folder)
    stored = await journal.page(0, journal.position)
    await journal.close()
    assert positions_of(stored) == list(range(1, len(stored) + 1))
    at: dict[bytes, int] = {}
    of_append: dict[str, int] = {}
    for item in stored:
        assert isinstance(item, Stored)
        assert item.entry.id not in at
        at[item.entry.id] = item.position
        of_append[item.entry.subject] = of_append.get(item.entry.subject, 0) + 1
    for last, count, first_id in map(str.split, receipts):
        assert at[bytes.fromhex(first_id)] == int(last) - int(count) + 1
        assert of_append[f"incident/{first_id}"] == int(count)


def test_twenty_kills_at_random_lose_no_receipt(tmp_path: Path) -> None:
    chance, receipts = Random(2), list[str]()
    for seed in range(KILLS):
        receipts += killed_after(tmp_path, seed, receipts=chance.choice((1, 10, 100, 400)))
        asyncio.run(assert_kept(tmp_path, receipts))
    assert len(receipts) > KILLS


def test_an_error_of_the_disk_ends_the_writing_and_loses_no_receipt(tmp_path: Path) -> None:
    with appender(tmp_path, "1", "1500000") as process:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
    ready, *receipts, kept = output.splitlines()
    errors = [line for line in receipts if line.startswith("Unusable")]
    receipts = [line for line in receipts if not line.startswith("Unusable")]
    assert ready == "ready"
    assert len(errors) == 8
    assert all("SQLITE_IOERR_WRITE" in line for line in errors)
    assert kept == f"kept {max(int(line.split()[0]) for line in receipts)}"
    asyncio.run(assert_kept(tmp_path, receipts))


def test_a_disk_that_is_really_full_loses_nothing_and_works_again(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    in_its_own_mounts = [str(unshare), "--map-root-user", "--mount", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=4m tmpfs {shlex.quote(str(tmp_path))}"
    if unshare is None or subprocess.run([*in_its_own_mounts, mount], capture_output=True).returncode != 0:
        pytest.skip("this system lets nobody mount a small disk")
    fill = shlex.join([sys.executable, str(FILLER), str(tmp_path)])
    filled = subprocess.run([*in_its_own_mounts, f"{mount} && {fill}"], capture_output=True, text=True, check=False)
    assert filled.stderr == ""
    assert filled.stdout == "filled\n" * 6
