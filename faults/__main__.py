"""`python -m faults`: the thousand kills, and the list of faults. Exit status 1 where a promise was broken."""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from faults import small_disk
from faults.house import file_system
from faults.kills import Run, Wanted
from faults.machine import described
from faults.mishaps import LIST, run
from faults.scene import Happened, said, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    kills = commands.add_parser("kills", help="kill -9 at random points while panels speak")
    kills.add_argument("--times", type=int, default=1_000)
    kills.add_argument("--seed", type=int, default=1)
    kills.add_argument("--folder", type=Path, help="where the centres write; a new one in build/ if not named")
    kills.add_argument("--check-every", type=int, default=25)
    kills.add_argument("--rotate-every", type=int, default=75, help="kills before a fresh folder")
    kills.add_argument("--report", type=Path, default=Path("build/faults-kills.txt"))
    listed = commands.add_parser("list", help="every fault of the list, as a table")
    listed.add_argument("--only", action="append", choices=list(LIST), help="one of them; may be given again")
    listed.add_argument("--rounds", type=int, help="of each; otherwise the usual")
    listed.add_argument("--folder", type=Path, help="where the centres write; a new one in build/ if not named")
    listed.add_argument("--report", type=Path, default=Path("build/faults-list.md"))
    words = parser.parse_args()
    words.report.parent.mkdir(parents=True, exist_ok=True)
    words.folder = words.folder or _fresh()
    try:
        return _kills(words) if words.command == "kills" else _list(words)
    finally:
        if words.folder.exists() and not any(words.folder.iterdir()):
            words.folder.rmdir()


def _fresh() -> Path:
    """A folder of our own on the disk of the working folder: where temporary files lie is memory on many systems."""
    build = Path("build")
    build.mkdir(exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="faults-", dir=build))


def _list(words: argparse.Namespace) -> int:
    """Each fault in turn. Begins itself anew with mounts of its own, where the system lets us."""
    if small_disk.INSIDE not in os.environ and (own := small_disk.own_mounts()):
        ours = [sys.executable, "-m", "faults", *sys.argv[1:], "--folder", str(words.folder)]
        return subprocess.run([*own, *ours], check=False).returncode

    async def go() -> list[Happened]:
        done = []
        for name in words.only or LIST:
            happened = await run(name, words.folder, words.rounds)
            verdict = "skipped" if happened.skipped else "broken" if happened.findings else "kept"
            print(f"{verdict:8}{happened.fault}: {happened.skipped or said(happened)}", flush=True)
            done.append(happened)
        return done

    done = asyncio.run(go())
    text = f"{table(done)}\n\n{file_system(words.folder)}; {described()}\n"
    words.report.write_text(text, encoding="utf-8")
    print(f"\n{text}")
    return 1 if any(one.findings for one in done) else 0


def _kills(words: argparse.Namespace) -> int:
    wanted = Wanted(
        times=words.times,
        seed=words.seed,
        folder=words.folder,
        check_every=words.check_every,
        rotate_every=words.rotate_every,
        report=words.report,
    )

    async def go() -> int:
        run = Run(wanted)
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, run.interrupt)
        outcome = await run.go()
        print(outcome.text(wanted))
        return 1 if outcome.findings else 0

    return asyncio.run(go())


if __name__ == "__main__":
    sys.exit(main())
