"""Figures as the cells of a table: the middle of the rounds, with the least and the most of them."""

from collections.abc import Sequence
from typing import Final

from bench.measure import Figures

HEAD: Final = ("what", "program", "reached", "p99", "processor each", "ours is", "goal")


def line(
    words: str, program: str, reached: str, *, p99: str = "", cpu: str = "", ratio: str = "", goal: str = ""
) -> Sequence[str]:
    return (words, program, reached, p99, cpu, ratio, goal)


def rate(figures: Figures, name: str = "per_second") -> str:
    return _told(figures, name, "{:,.0f}", "/s")


def time_ms(figures: Figures, name: str) -> str:
    return _told(figures, name, "{:.1f}", " ms")


def time_s(figures: Figures, name: str) -> str:
    return _told(figures, name, "{:.2f}", " s")


def p99(figures: Figures) -> str:
    return f"{figures.middle('p99_ms'):.1f} ms" if figures.rounds else ""


def cpu(figures: Figures) -> str:
    if not figures.rounds or not figures.middle("cpu_us"):
        return ""
    return f"{figures.middle('cpu_us'):,.0f} µs"


def times(ratio: float | None) -> str:
    return "" if ratio is None else f"× {ratio:.2f}"


def _told(figures: Figures, name: str, form: str, unit: str) -> str:
    if not figures.rounds:
        return figures.absent or "not measured"
    least, most = figures.spread(name)
    middle = form.format(figures.middle(name)) + unit
    told = middle if len(figures.rounds) == 1 else f"{middle} ({form.format(least)} to {form.format(most)})"
    return told if figures.absent is None else f"{told}; then: {figures.absent}"
