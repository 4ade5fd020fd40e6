"""Run targets one after the other and write down what came of it.

    python -m fuzz                              every target, ten minutes each
    python -m fuzz dc09_frame --seconds 60      one of them, for a minute
    python -m fuzz --list

Each runs in a process of its own, under `nice`. What was learnt stays in `build/fuzz/corpus`, what broke a promise is
put into `build/fuzz/found`, a line a run into `build/fuzz/report.jsonl`. Exit status: 0 clean, 1 found something.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fuzz.harness import MOST_BYTES, names, sow, target

BUILD: Final = Path("build/fuzz")
TEN_MINUTES_S: Final = 600
MEMORY_MOST_MB: Final = 2_048
INPUT_MOST_S: Final = 10
"""An input that takes longer is a finding: somebody could send it again and again."""

_PROGRESS: Final = re.compile(rb"^#(\d+)\s.*?cov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)
_PEAK: Final = re.compile(rb"rss: (\d+)Mb")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", nargs="*", help="targets; without one, all of them")
    parser.add_argument("--seconds", type=int, default=TEN_MINUTES_S, help="for each target (600)")
    parser.add_argument("--list", action="store_true", help="say which targets there are")
    asked = parser.parse_args()
    if asked.list:
        for name in names():
            print(f"{name:14} {target(name).about}")
        return 0
    if find_spec("atheris") is None:
        print("atheris is not installed: pip install --require-hashes -r requirements/fuzz.txt", file=sys.stderr)
        return 2
    runs = [run(name, asked.seconds) for name in asked.target or names()]
    for told in runs:
        print(
            f"{told['target']:14} {told['executions']:>12,} executions {told['per_second']:>8,}/s"
            f"  coverage {told['coverage']:>6,}  corpus {told['corpus']:>5,}  peak {told['peak_mb']:>4} MB"
            f"  {'CLEAN' if told['clean'] else 'FOUND: ' + str(told['log'])}"
        )
    return 0 if all(told["clean"] for told in runs) else 1


def run(name: str, seconds: int) -> dict[str, object]:
    """Fuzz one target; return the line that was also added to the report."""
    corpus, broken, log = BUILD / "corpus" / name, BUILD / "found" / name, BUILD / f"{name}.log"
    sow(target(name), corpus)
    broken.mkdir(parents=True, exist_ok=True)
    arguments = [
        f"-max_total_time={seconds}",
        f"-max_len={MOST_BYTES}",
        f"-timeout={INPUT_MOST_S}",
        f"-rss_limit_mb={MEMORY_MOST_MB}",
        "-print_final_stats=1",
        f"-artifact_prefix={broken}/",
        str(corpus),
    ]
    print(f"{name}: {seconds} s, log in {log}", flush=True)
    before, began = set(broken.iterdir()), time.monotonic()
    with log.open("wb") as out:
        process = subprocess.run(
            [sys.executable, "-m", "fuzz.harness", name, *arguments],
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
            preexec_fn=lambda: os.nice(19),
        )
    took_s = time.monotonic() - began
    told = log.read_bytes()
    progress = _PROGRESS.findall(told)
    executions, coverage, _, inputs = (int(number) for number in progress[-1]) if progress else (0, 0, 0, 0)
    line: dict[str, object] = {
        "target": name,
        "seconds": round(took_s),
        "executions": executions,
        "per_second": round(executions / took_s),
        "coverage": coverage,
        "corpus": inputs,
        "peak_mb": max((int(mb) for mb in _PEAK.findall(told)), default=0),
        "clean": process.returncode == 0,
        "found": sorted(path.name for path in set(broken.iterdir()) - before),
        "log": str(log),
    }
    with (BUILD / "report.jsonl").open("a") as report:
        report.write(json.dumps(line) + "\n")
    return line


if __name__ == "__main__":
    sys.exit(main())
