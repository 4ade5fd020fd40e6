"""What becomes of a signal: a new incident, part of one that is open, or a line in the log - with its reasons.

One signal at a time, in the order of the journal, from the live state of its account (`Condition`) and the open
incidents. The steps have one shape: each looks at a `Case` and either settles it or leaves it to the next. Nothing
here touches the disk: `Walk` appends what was decided.
"""

from collections.abc import Callable, Sequence
from typing import Final

from belfry.centre.draft import Draft
from belfry.centre.triage.beside import beside, path_evidence
from belfry.centre.triage.cancels import cancel
from belfry.centre.triage.case import Books, Case, Decided
from belfry.centre.triage.joining import annotate, heard_on_another_path, lift, log, open_or_join
from belfry.centre.triage.restores import restore
from belfry.centre.triage.unknown import UnknownAccounts
from belfry.domain import condition as live
from belfry.domain.codes import Codes
from belfry.domain.condition import Condition, Repeats
from belfry.domain.facts import Received
from belfry.domain.kinds import Kinds
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey
from belfry.domain.site import Account
from belfry.domain.verdict import judge, quality
from belfry.ports import Accounts

Step = Callable[[Case], Decided | None]

_NOTHING: Final = Condition()


class Triage:
    """Remembers the live state of every account that has spoken."""

    def __init__(self, *, accounts: Accounts, kinds: Kinds, codes: Codes, rules: Rules) -> None:
        self._books = Books(accounts, kinds, codes, rules)
        self.conditions: dict[AccountKey, Condition] = {}
        self._steps: Sequence[Step] = (
            UnknownAccounts().step,
            heard_on_another_path,
            restore,
            cancel,
            lift,
            annotate,
            log,
            open_or_join,
        )

    def observe(self, position: int, signal: Received) -> Repeats:
        """Fold a signal into the live state of its account; once for each, also after a restart."""
        key = signal.account_key
        if key is None:
            return _once(position, signal)
        condition = self.conditions.get(key)
        if condition is None:
            condition = self.conditions[key] = Condition()
        return live.observe(condition, signal, position, self._books.rules)

    def keyed(self, key: AccountKey) -> bool:
        """An authenticated frame of this account was kept before."""
        condition = self.conditions.get(key)
        return condition is not None and condition.authenticated

    def decide(self, position: int, signal: Received, draft: Draft, *, observed: bool = False) -> Decided:
        """Settle one signal. `observed`: its account's state already knows it (a decision made again)."""
        case = self._case(position, signal, draft, observed=observed)
        for step in self._steps:
            decided = step(case)
            if decided is not None:
                return [*decided, *beside(case, decided)]
        raise AssertionError(f"no step settled the signal at {position}")

    def _case(self, position: int, signal: Received, draft: Draft, *, observed: bool) -> Case:
        books, key = self._books, signal.account_key
        condition = self.conditions.get(key, _NOTHING) if key is not None else _NOTHING
        open_here = draft.of_account(key) if key is not None else ()
        account = self._account(signal, key)
        verdict = judge(
            signal,
            account=account,
            condition=condition,
            open_here=open_here,
            kinds=books.kinds,
            codes=books.codes,
            rules=books.rules,
        )
        verdict = path_evidence(signal, condition, verdict, books.kinds)
        marks = quality(signal, books.rules)
        if not observed and live.doubled(condition, signal, books.rules) is not None:
            marks = (*marks, "doubled")
        repeats = _once(position, signal) if observed else self.observe(position, signal)
        if key is not None:
            condition = self.conditions.get(key, _NOTHING)
        return Case(position, signal, key, account, condition, repeats, verdict, open_here, marks, draft, books)

    def _account(self, signal: Received, key: AccountKey | None) -> Account | None:
        if signal.account_id is not None:
            return self._books.accounts.by_id(signal.account_id)
        return None if key is None else self._books.accounts.by_key(key)


def _once(position: int, signal: Received) -> Repeats:
    return Repeats(position, signal.path, signal.received_at, signal.received_at)
