"""`python -m faults`: the thousand kills, and the list of faults. Exit status 1 where a promise was broken."""

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from faults.kills import Run, Wanted


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    kills = commands.add_parser("kills", help="kill -9 at random points while panels speak")
    kills.add_argument("--times", type=int, default=1_000)
    kills.add_argument("--seed", type=int, default=1)
    kills.add_argument(
        "--folder", type=Path, help="where the centres write; a new one in the working folder if not named"
    )
    kills.add_argument("--check-every", type=int, default=25)
    kills.add_argument("--rotate-every", type=int, default=75, help="kills before a fresh folder")
    kills.add_argument("--report", type=Path, default=Path("build/faults-kills.txt"))
    words = parser.parse_args()
    return _kills(words)


def _kills(words: argparse.Namespace) -> int:
    words.report.parent.mkdir(parents=True, exist_ok=True)
    folder = words.folder or Path(tempfile.mkdtemp(prefix="faults-", dir="."))
    wanted = Wanted(
        times=words.times,
        seed=words.seed,
        folder=folder,
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
