"""Each fault of the list once, in a real child process; more rounds of them are `python -m faults list`.

A journal alone under the same faults, with more of them, is the matter of `tests/journal/test_sqlite_faults.py`.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from faults import small_disk
from faults.mishaps import run

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["torn-log", "torn-snapshot", "failing-sync", "clock", "slept"])
async def test_what_was_acknowledged_is_there_exactly_once(name: str, tmp_path: Path) -> None:
    happened = await run(name, tmp_path, rounds=1)
    if happened.skipped:
        pytest.skip(happened.skipped)
    assert happened.findings == []


@pytest.mark.parametrize("name", ["full-disk", "read-only"])
def test_a_disk_that_cannot_be_written_gets_no_acknowledgement(name: str, tmp_path: Path) -> None:
    if not small_disk.own_mounts():
        pytest.skip("this system lets nobody have mounts of his own")
    words = ["list", "--only", name, "--rounds", "1", "--folder", str(tmp_path), "--report", str(tmp_path / "table")]
    done = subprocess.run(
        [sys.executable, "-m", "faults", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("kept")
