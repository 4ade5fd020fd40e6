"""Nobody's account: one incident of its own, tests and polls only to the list (RULES 2, unknown account)."""

from collections import deque
from datetime import datetime, timedelta

from belfry.centre.triage.case import Case, Decided
from belfry.domain.facts import Joined
from belfry.domain.incident import Incident, State
from belfry.domain.nearness import near_accounts
from belfry.domain.signal import AccountKey
from belfry.domain.verdict import unknown_priority


class UnknownAccounts:
    """Remembers an hour of new unknown accounts, so that a scanner fills one row and not the queue."""

    def __init__(self) -> None:
        self._new: deque[tuple[datetime, str, bytes, AccountKey]] = deque()

    def step(self, case: Case) -> Decided | None:
        if not case.unknown or case.key is None:
            return None
        if case.verdict.act != "open_or_join" or case.verdict.kind is None:
            return [case.logged("the account is not commissioned", marks=("unknown_account",))]
        folded = self._too_many(case, case.key)
        group = f"{case.signal.receiver}|unknown" if folded else f"{case.who}|unknown"
        here = case.draft.in_group(group) if folded else [one for one in case.open_here if one.group == group]
        priority = unknown_priority(case.signal)
        why = "many unknown accounts in a short time: folded into one" if folded else "no such account is registered"
        near = () if folded else near_accounts(case.key, case.books.accounts)
        reasons = (*case.verdict.reasons, why, *(f"near: {number}" for number in near))
        if here:
            return [_joined(case, here[0], priority, reasons)]
        opened = case.opened(
            kind="ADM.UNKNOWN" if folded else case.verdict.kind.code,
            priority=priority,
            rank=case.verdict.rank if priority == 1 else None,
            group=group,
            reasons=reasons,
            restore="none",
            flags=("unknown_account",),
            of_account=not folded,
        )
        return [opened]

    def _too_many(self, case: Case, key: AccountKey) -> bool:
        """Over 5 new from one address in ten minutes, or 50 from a receiver in an hour: scanners will come."""
        while self._new and case.now - self._new[0][0] > timedelta(hours=1):
            self._new.popleft()
        signal, rules = case.signal, case.books.rules
        if all(known != key for _, _, _, known in self._new):
            self._new.append((case.now, signal.receiver, signal.source, key))
        recent = case.now - timedelta(minutes=10)
        same_source = sum(at >= recent and source == signal.source != b"" for at, _, source, _ in self._new)
        same_receiver = sum(receiver == signal.receiver for _, receiver, _, _ in self._new)
        return same_source > rules.unknown_per_source or same_receiver > rules.unknown_per_hour


def _joined(case: Case, incident: Incident, priority: int, reasons: tuple[str, ...]) -> Joined:
    higher = priority < incident.priority
    return Joined(
        incident=incident.id,
        signal=case.brief(),
        kind=case.verdict.kind.code if higher and case.verdict.kind is not None else None,
        priority=priority if higher else None,
        state=State.WAITING,
        rings=higher,
        reasons=reasons,
    )
