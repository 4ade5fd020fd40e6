"""How long a path or a panel may be silent before silence is a signal (RULES 3).

Two clocks an account: *path alive*, which any frame of that path keeps going, and *panel proved*, which only what the
panel itself says keeps going. A poll proves the communicator and never the panel behind it.

Functions that run for every one of a million paths take seconds since 1970 as float and say so by `_s`. When a test at
a fixed local time is due is asked of `domain.due`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Final

from msgspec import Struct

from belfry.domain.facts import Downtime, Entry, Received, Started
from belfry.domain.premises import TransmissionPath
from belfry.domain.presets import PRESETS, Rules
from belfry.domain.signal import Method

NULL: Final = "NULL"
"""A link test that came as a signal after all; it proves no panel."""


class Reporting(Struct, frozen=True, gc=False):
    """Reporting times of an EN 50136 category in seconds; the alternative's while the primary path works."""

    primary_s: int
    alternative_s: int | None = None


EN_50136: Final[Mapping[str, Reporting]] = {
    "SP1": Reporting(32 * 86_400),
    "SP2": Reporting(25 * 3_600),
    "SP3": Reporting(1_800),
    "SP4": Reporting(180),
    "SP5": Reporting(90),
    "SP6": Reporting(20),
    "DP1": Reporting(25 * 3_600, 50 * 3_600),
    "DP2": Reporting(1_800, 25 * 3_600),
    "DP3": Reporting(180, 25 * 3_600),
    "DP4": Reporting(90, 5 * 3_600),
}
"""Presets: a category's reporting time is its window as it is, with nothing added."""


def window(interval: timedelta, rules: Rules = PRESETS) -> timedelta:
    """Return how long one that reports at this interval may be silent; grows with the interval.

    Between four hours and a day RULES 3 names no number: the margin of the daily test, and never less than the
    window of four hours.
    """
    long = timedelta(seconds=rules.poll_long_s)
    if interval <= timedelta(seconds=rules.poll_short_s):
        return 2 * interval + timedelta(seconds=rules.poll_short_margin_s)
    if interval <= long:
        return max(1.5 * interval, interval + timedelta(seconds=rules.poll_middle_margin_s))
    return max(1.5 * long, interval + timedelta(seconds=rules.poll_long_margin_s))


def window_s(interval_s: float, rules: Rules = PRESETS) -> float:
    return window(timedelta(seconds=interval_s), rules).total_seconds()


class Terms(Struct, frozen=True, gc=False):
    """What is agreed with a path: how often it reports, and how long it may be silent; both in seconds."""

    interval_s: float
    window_s: float


def terms(path: TransmissionPath, supervision_s: int | None, rules: Rules = PRESETS) -> Terms | None:
    """What is agreed with a path of the registry: its own interval, else its category's reporting time as it is, else
    what the account says; None where nothing is."""
    if path.interval_s is not None:
        return Terms(path.interval_s, window_s(path.interval_s, rules))
    known = EN_50136.get(path.category or "")
    if known is not None:
        reporting_s = known.primary_s if not path.alternative else known.alternative_s or known.primary_s
        return Terms(reporting_s, reporting_s)
    if supervision_s is None:
        return None
    interval_s = rules.poll_alternative_s if path.alternative else supervision_s
    return Terms(interval_s, window_s(interval_s, rules))


def too_slow(observed: timedelta, window: timedelta) -> bool:
    """The interval seen is over half the window: one lost report would be an alarm."""
    return observed > window / 2


def holds_two(agreed: Terms, rules: Rules = PRESETS) -> bool:
    """Whether two reports shall fit into a window, so that a slow one is worth a warning: a category's, which is its
    reporting time as it is, and that of a short interval. The others are so by their very margin."""
    return agreed.interval_s <= rules.poll_short_s or agreed.window_s <= agreed.interval_s


def proves_panel(signal: Received) -> bool:
    """The panel itself must have spoken: any equipment signal but a link test."""
    return signal.code != NULL and signal.method is Method.EQUIPMENT


class Away(Struct, frozen=True, gc=False):
    """We did not listen between these instants."""

    since_s: float
    until_s: float


def counted_from_s(heard_s: float, interval_s: float, window_s: float, away: Sequence[Away]) -> float:
    """Return the instant from which silence counts, so that our own downtime is nobody's silence.

    `away` is in order of time and does not overlap (`merged`). What we were away is added. A report that fell due
    while we were away may have been spoken to nobody: it is excused once, and silence counts from our return; only
    once, or a restart at the same hour every night would hide a dead panel for ever. What was overdue before we went
    keeps its deadline.
    """
    counts_from_s, excused = heard_s, False
    for gap in away:
        if gap.until_s <= counts_from_s:
            continue
        if gap.since_s >= counts_from_s + window_s:
            break
        went_s = max(gap.since_s, counts_from_s)
        if not excused and went_s <= counts_from_s + interval_s <= gap.until_s:
            counts_from_s, excused = gap.until_s, True
        else:
            counts_from_s += gap.until_s - went_s
    return counts_from_s


def missed_test_s(due_s: float, margin_s: float, away: Sequence[Away]) -> float | None:
    """When a test that was due at a fixed time is missed; None: it was due while we were away, and is excused."""
    missed_s = due_s + margin_s
    for gap in away:
        if gap.since_s <= due_s <= gap.until_s:
            return None
        if due_s < gap.since_s < missed_s:
            missed_s += gap.until_s - gap.since_s
    return missed_s


def downtimes(entries: Iterable[Entry]) -> Sequence[Downtime]:
    """Return when the centre was away, in order of time, from the facts about the centre itself."""
    found = []
    for entry in entries:
        for fact in entry.facts:
            match fact:
                case Started() if fact.down_s is not None:
                    since = entry.at - timedelta(seconds=fact.down_s)
                    found.append(Downtime(part="centre", since=since, until=entry.at))
                case Downtime():
                    found.append(fact)
                case _:
                    pass
    return sorted(found, key=lambda down: (down.since, down.until))


def merged(downs: Iterable[Downtime]) -> Sequence[Away]:
    """Return the same time away in order and without overlap: a full disk while we were stopped counts once."""
    gaps: list[Away] = []
    for down in sorted(downs, key=lambda down: down.since):
        since_s, until_s = down.since.timestamp(), down.until.timestamp()
        if gaps and since_s < gaps[-1].until_s:
            gaps[-1] = Away(gaps[-1].since_s, max(until_s, gaps[-1].until_s))
        elif until_s > since_s:
            gaps.append(Away(since_s, until_s))
    return gaps


def mass(sharing: int, rules: Rules = PRESETS) -> int:
    """Return how many, of those who share a receiver or prefix, make one outage when lost within a minute."""
    return max(rules.mass_least, ceil(sharing * rules.mass_percent / 100))
