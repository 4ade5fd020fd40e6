"""What was measured, kept as JSON: a run of one row, or one that was ended, loses nothing of the others."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.measure import Figures
from bench.subjects import CACHE

FILE: Final = CACHE / "results.json"


@dataclass(frozen=True)
class Result:
    """The figures of a row, by contestant, and the words that it had: they say how large it was."""

    words: str
    day: str
    figures: Mapping[str, Figures]


def load(file: Path = FILE) -> dict[str, Result]:
    """The results by the name of their row; nothing where nothing was kept."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {
        row: Result(one["words"], one["day"], {name: Figures(**figures) for name, figures in one["figures"].items()})
        for row, one in kept.items()
    }


def keep(row: str, words: str, figures: Mapping[str, Figures], file: Path = FILE) -> None:
    """Put a row in the place of its older one."""
    results = load(file)
    results[row] = Result(words, f"{datetime.now(UTC):%d %B %Y}", figures)
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(json.dumps({name: asdict(one) for name, one in results.items()}, indent=1), encoding="utf-8")
    new.replace(file)
