"""All accounts beside each other: signals, incidents, how quick the room was, how often the panel was wrong."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from belfry.centre.reports.false_alarms import counts, rate
from belfry.domain.closing_rules import is_false
from belfry.domain.percentiles import percentile
from belfry.ports.archive import ClosedIncident

RESPONSE: Final = 90.0
"""The percentile by which accounts are held beside each other."""


class AccountLine(Struct, frozen=True, kw_only=True):
    """One account. `taken_p90` is in seconds, None where nothing was taken; `rate` is None where nothing was judged."""

    account_id: str
    signals: int
    incidents: int
    alarms: int
    genuine: int
    false: int
    rate: float | None
    taken_p50: float | None
    taken_p90: float | None


def account_lines(incidents: Iterable[ClosedIncident], heard: Mapping[str, int]) -> Sequence[AccountLine]:
    """One line for each account that sent a signal or had an incident, most false alarms first; '' are the unknown
    ones. `heard` counts signals by account id."""
    of: dict[str, list[ClosedIncident]] = {account_id: [] for account_id in heard}
    for one in incidents:
        if not one.training and not one.merged:
            of.setdefault(one.account_id or "", []).append(one)
    lines = [_line(account_id, several, heard.get(account_id, 0)) for account_id, several in of.items()]
    return sorted(lines, key=lambda line: (-line.false, -line.incidents, -line.signals, line.account_id))


def whole(lines: Sequence[AccountLine], incidents: Sequence[ClosedIncident]) -> AccountLine:
    """All accounts as one, with an empty id."""
    real = [one for one in incidents if not one.training and not one.merged]
    return _line("", real, sum(line.signals for line in lines))


def _line(account_id: str, incidents: Sequence[ClosedIncident], signals: int) -> AccountLine:
    judged = [one for one in incidents if counts(one)]
    false = sum(is_false(one.kind, one.disposition, one.cause) for one in judged)
    taken = sorted(
        max(0.0, (one.first_taken_at - (one.due_at or one.opened_at)).total_seconds())
        for one in incidents
        if one.first_taken_at is not None
    )
    return AccountLine(
        account_id=account_id,
        signals=signals,
        incidents=len(incidents),
        alarms=len(judged),
        genuine=len(judged) - false,
        false=false,
        rate=rate(false, len(judged)),
        taken_p50=percentile(taken, 50),
        taken_p90=percentile(taken, RESPONSE),
    )
