"""Nobody's account: one incident of its own, tests and polls only to the list (RULES 2, unknown account)."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from belfry.centre.triage.case import Case, Decided
from belfry.domain.correlation import family
from belfry.domain.facts import Joined
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kind
from belfry.domain.nearness import near_accounts
from belfry.domain.signal import RESTORING, AccountKey
from belfry.domain.verdict import unknown_priority

HOUR: Final = timedelta(hours=1)
TEN_MINUTES: Final = timedelta(minutes=10)
REMEMBERED_MOST: Final = 10_000


class UnknownAccounts:
    """Remembers an hour of new unknown accounts, so that a scanner fills one row and not the queue."""

    def __init__(self) -> None:
        self._new: OrderedDict[AccountKey, datetime] = OrderedDict()
        self._of_receiver: Counter[str] = Counter()
        self._of_source: OrderedDict[bytes, deque[datetime]] = OrderedDict()

    def step(self, case: Case) -> Decided | None:
        if not case.unknown or case.key is None:
            return None
        if case.signal.state in RESTORING and case.open_here:
            return None  # its incident hears of it like any other
        kind = case.verdict.kind
        if case.verdict.act != "open_or_join" or kind is None:
            return [case.logged("the account is not commissioned", marks=("unknown_account",))]
        group = f"{case.who}|unknown{'|silent' if kind.silent else ''}"
        here: Sequence[Incident] = [one for one in case.open_here if one.group == group]
        folded = not case.open_here and self._too_many(case, case.key)  # with a row of its own it is no news
        if folded:
            group = f"{case.signal.receiver}|unknown"
            here = case.draft.in_group(group)
        priority = unknown_priority(case.signal)
        why = "many unknown accounts in a short time: folded into one" if folded else "no such account is registered"
        reasons = (*case.verdict.reasons, why, *(() if folded else _near(case, case.key)))
        if here:
            return [_joined(case, here[0], kind, priority, reasons)]
        opened = case.opened(
            kind="ADM.UNKNOWN" if folded else kind.code,
            priority=priority,
            rank=case.verdict.rank if priority == 1 else None,
            group=group,
            reasons=reasons,
            restore="none",
            flags=("unknown_account",),
            of_account=not folded,
            near=() if folded else case.signal.near,
        )
        return [opened]

    def _too_many(self, case: Case, key: AccountKey) -> bool:
        """Over 5 new from one address in ten minutes, or 50 from a receiver in an hour: scanners will come."""
        signal, rules, now = case.signal, case.books.rules, case.now
        self._forget(now)
        if key not in self._new:
            self._new[key] = now
            self._of_receiver[signal.receiver] += 1
            if signal.source:
                self._note_source(signal.source, now, rules.unknown_per_source + 1)
        recent = sum(now - at <= TEN_MINUTES for at in self._of_source.get(signal.source, ()))
        return recent > rules.unknown_per_source or self._of_receiver[signal.receiver] > rules.unknown_per_hour

    def _forget(self, now: datetime) -> None:
        while self._new:
            key, at = next(iter(self._new.items()))
            if now - at <= HOUR and len(self._new) <= REMEMBERED_MOST:
                break
            del self._new[key]
            self._of_receiver[key.receiver] -= 1

    def _note_source(self, source: bytes, now: datetime, most: int) -> None:
        ats = self._of_source.pop(source, None) or deque(maxlen=most)
        ats.append(now)
        self._of_source[source] = ats
        if len(self._of_source) > REMEMBERED_MOST:
            self._of_source.popitem(last=False)


def _near(case: Case, key: AccountKey) -> Iterator[str]:
    """The reasons that name whose number it may be: said nearly so, or from the same address (RULES 2)."""
    accounts = case.books.accounts
    here = [account.account for one in case.signal.near if (account := accounts.by_id(one)) is not None]
    for number in near_accounts(key, accounts):
        yield f"near: {number}"
    for number in here:
        yield f"near: {number}, heard from the same address"


def _joined(case: Case, incident: Incident, kind: Kind, priority: int, reasons: tuple[str, ...]) -> Joined:
    """Joined to the account's one incident: a higher priority takes it over, another hazard rings again."""
    higher = priority < incident.priority
    folded = incident.kind == "ADM.UNKNOWN"
    return Joined(
        incident=incident.id,
        signal=case.brief(),
        kind=kind.code if higher and not folded else None,
        priority=priority if higher else None,
        rank=case.verdict.rank if higher else None,
        life=kind.life if higher and not folded else None,
        state=State.WAITING,
        rings=higher or (not folded and family(kind.code) != family(incident.kind)),
        reasons=reasons,
    )
