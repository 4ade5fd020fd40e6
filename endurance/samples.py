"""What a long run looked like: samples over time, their slope, and a plot of letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression
from typing import Final

from endurance.house import MIB

BLOCKS: Final = "▁▂▃▄▅▆▇█"
WIDTH: Final = 72


@dataclass(frozen=True)
class Sample:
    """The centre at one moment; `at_s` seconds since the clock started, sizes in bytes."""

    at_s: float
    resident: int
    journal: int
    snapshot: int
    open: int
    undecided: int
    position: int
    closed: int
    cpu_s: float


def growth_mib_an_hour(samples: Sequence[Sample]) -> float:
    """How fast resident memory grew, by least squares."""
    if len(samples) < 2:
        return 0.0
    slope, _ = linear_regression([one.at_s for one in samples], [one.resident for one in samples])
    return slope * 3_600 / MIB


def plot(values: Sequence[float], *, least: float | None = None) -> str:
    """One line of blocks, from `least` (or the smallest value) to the largest; each block is the mean of its share."""
    if not values:
        return ""
    shares = [values[n * len(values) // WIDTH : (n + 1) * len(values) // WIDTH] for n in range(WIDTH)]
    means = [sum(share) / len(share) for share in shares if share]
    low = min(means) if least is None else least
    span = (max(means) - low) or 1.0
    return "".join(BLOCKS[min(len(BLOCKS) - 1, int((mean - low) / span * len(BLOCKS)))] for mean in means)


def table(samples: Sequence[Sample], rows: int = 10) -> str:
    """So many samples as a table in Markdown, evenly spread, the first and the last among them."""
    last = len(samples) - 1
    picked = [samples[round(n * last / max(1, rows))] for n in range(rows + 1)] if samples else []
    lines = ["| minute | resident MiB | open | undecided | closed | entries | journal MiB | snapshot MiB | core used |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    before = None
    for one in picked:
        core = 0.0 if before is None or one is before else (one.cpu_s - before.cpu_s) / (one.at_s - before.at_s)
        lines.append(
            f"| {one.at_s / 60:.1f} | {one.resident / MIB:.1f} | {one.open:,} | {one.undecided} | {one.closed:,} "
            f"| {one.position:,} | {one.journal / MIB:.1f} | {one.snapshot / MIB:.2f} | "
            f"{'' if before is None else f'{core:.0%}'} |"
        )
        before = one
    return "\n".join(lines)
