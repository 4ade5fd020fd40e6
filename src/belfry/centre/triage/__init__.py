"""What becomes of a signal: a new incident, part of one that is open, or a line in the log - with its reasons.

One signal at a time, in the order of the journal, from the live state of its account (`Condition`) and the open
incidents. The steps have one shape: each looks at a `Case` and either settles it or leaves it to the next. Nothing
here touches the disk: `Walk` appends what was decided.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from msgspec import structs

from belfry.centre.draft import Draft
from belfry.centre.on_test import OnTest
from belfry.centre.runaways import Runaways
from belfry.centre.storms import Storms
from belfry.centre.triage.beside import OF_CONCERN, beside, path_evidence
from belfry.centre.triage.by_people import said_to
from belfry.centre.triage.cancels import cancel
from belfry.centre.triage.case import Books, Case, Decided, Decision, key_behind
from belfry.centre.triage.covered import as_tested, left_over, muted
from belfry.centre.triage.exercises import exercised
from belfry.centre.triage.joining import annotate, heard_on_another_path, lift, log, open_or_join
from belfry.centre.triage.openings import ENDS, Hours, NoHours, late_over
from belfry.centre.triage.restores import restore
from belfry.centre.triage.stormy import held_back
from belfry.centre.triage.unknown import UnknownAccounts
from belfry.domain import condition as live
from belfry.domain.codes import Codes
from belfry.domain.condition import Condition, Seen
from belfry.domain.facts import Received
from belfry.domain.incident import Incident
from belfry.domain.kinds import Kinds
from belfry.domain.premises import NO_PARTS
from belfry.domain.presets import Rules
from belfry.domain.signal import AccountKey, Method
from belfry.domain.site import Account
from belfry.domain.site_map import SiteMap, SiteMaps
from belfry.domain.site_rules import at_site, other_owner
from belfry.domain.verdict import judge, quality
from belfry.ports import Sites

Step = Callable[[Case], Decided | None]

STRANGERS_MOST: Final = 10_000
"""Unknown accounts whose live state is kept; a scanner invents more."""

_NOTHING: Final = Condition()
_SYSTEM: Final = Method.SYSTEM
_ALONE: Final = Seen()


class Triage:
    """Remembers the live state of every account that has spoken; of unknown ones the last STRANGERS_MOST."""

    def __init__(self, *, accounts: Sites, kinds: Kinds, codes: Codes, rules: Rules) -> None:
        self._books = Books(accounts, kinds, codes, rules)
        self.conditions: dict[AccountKey, Condition] = {}
        self.runaways = Runaways(self.conditions, rules)
        """The points that repeat themselves without end."""
        self.on_test = OnTest(accounts, codes)
        """What is on test; folded by the walk."""
        self.storms = Storms(codes)
        """What is held back; folded by the walk too."""
        self.hours: Hours = NoHours()
        """Who knows opening hours."""
        self._maps = SiteMaps()
        self._strangers: OrderedDict[AccountKey, None] = OrderedDict()
        unknown = UnknownAccounts()
        self._of_alarms: Sequence[Step] = (unknown.step, heard_on_another_path, open_or_join)
        """What is left of the steps for an alarm or a trouble that opens an incident or joins one."""
        self._steps: Sequence[Step] = (
            said_to,
            unknown.step,
            heard_on_another_path,
            restore,
            cancel,
            late_over,
            lift,
            annotate,
            log,
            open_or_join,
        )

    def observe(self, signal: Received) -> Seen:
        """Fold a signal into the live state of its account, once for each; what it returns is kept with the signal."""
        key = signal.account_key
        return _ALONE if key is None else self._observe(self._met(signal, key), key, signal)

    def _observe(self, condition: Condition, key: AccountKey, signal: Received) -> Seen:
        seen = live.observe(condition, signal, self._books.rules)
        if seen.runaway:
            self.runaways.note(key, signal)
        return seen

    def _met(self, signal: Received, key: AccountKey) -> Condition:
        condition = self.conditions.get(key)
        if condition is None:
            condition = self.conditions[key] = Condition()
        if signal.account_id is None:
            self._note_stranger(key)
        return condition

    def keyed(self, key: AccountKey) -> bool:
        """An authenticated frame of this account was kept before."""
        condition = self.conditions.get(key)
        return condition is not None and condition.authenticated

    def decide(
        self, position: int, signal: Received, draft: Draft, seen: Seen | None = None, after: str | None = None
    ) -> Decision:
        """Settle one signal. `seen` is what `observe` said of it, where that was done before; `after` the test or
        storm that had kept it from the operators, and is over."""
        if signal.training:
            return exercised(position, signal, draft, self._books.kinds)
        case = self._case(position, signal, draft, seen)
        if after is not None:
            case = left_over(case, after)
        test = self.on_test.covering(signal, position)
        if test is not None:
            if case.verdict.act == "open_or_join":
                return Decision([muted(case, test.id)], (), case.seen, case.key)
            decision = self._by_steps(case)
            return Decision(as_tested(case, test.id, decision.settled), decision.beside, case.seen, case.key)
        decision = self._by_steps(case)
        if self.storms and after is None:
            held = held_back(case, decision.settled, decision.beside, self.storms)
            if held is not None:
                draft.unuse(decision.settled)
                return Decision([held], decision.beside, case.seen, case.key)
        return decision

    def _by_steps(self, case: Case) -> Decision:
        signal, verdict = case.signal, case.verdict
        opens = verdict.act == "open_or_join" and verdict.kind is not None and signal.subtype != "after_alarm"
        for step in self._of_alarms if opens and signal.state in OF_CONCERN else self._steps:
            settled = step(case)
            if settled is not None:
                return Decision(settled, beside(case, settled), case.seen, case.key)
        raise AssertionError(f"no step settled the signal at {case.position}")

    def _case(self, position: int, signal: Received, draft: Draft, seen: Seen | None) -> Case:
        books, line = self._books, signal.account_key
        key = line
        accounts, kinds, codes, rules = books.accounts, books.kinds, books.codes, books.rules
        open_here: Sequence[Incident] = ()
        condition, account = _NOTHING, None
        if key is not None:
            condition, open_here = self.conditions.get(key, _NOTHING), draft.of_account(key)
        if signal.account_id is not None:
            account = accounts.by_id(signal.account_id)
        elif key is not None:
            account = accounts.by_key(key)
        site = via = None
        if account is not None and (parts := accounts.parts(account.id)) is not NO_PARTS:
            site = self._maps.of(account.id, parts)
            if site is not None and (owner := _owner(accounts, site, signal)) is not None:
                account, via, key = owner, key, None if key is None else key_behind(owner, key)
                open_here = () if key is None else draft.of_account(key)
        verdict = judge(
            signal,
            account=account,
            condition=condition,
            open_here=open_here,
            kinds=kinds,
            codes=codes,
            rules=rules,
            on_test=self.on_test.somebody(signal.account_id),
            mode_since=self.on_test.mode_since(line, signal),
            site=site,
            out_of_schedule=partial(self._out_of_schedule, signal, account),
        )
        asked = account is not None and (signal.state in ENDS or signal.method is _SYSTEM)
        if asked and account is not None and (remarks := self.hours.remarks(signal, account)):
            verdict = structs.replace(verdict, reasons=(*verdict.reasons, *remarks))
        if site is not None:
            verdict = at_site(verdict, signal, site, kinds)
        if condition.faults:
            verdict = path_evidence(signal, condition, verdict, kinds, rules, site)
        if seen is None:
            seen = _ALONE
            if line is not None:
                condition = self._met(signal, line)
                seen = self._observe(condition, line, signal)
        return Case(
            position,
            signal,
            key,
            account,
            condition,
            seen,
            verdict,
            open_here,
            quality(signal, rules),
            draft,
            books,
            site,
            via,
        )

    def _out_of_schedule(self, signal: Received, account: Account | None) -> bool:
        return account is not None and self.hours.out_of_schedule(signal, account)

    def _note_stranger(self, key: AccountKey) -> None:
        self._strangers.pop(key, None)
        self._strangers[key] = None
        if len(self._strangers) > STRANGERS_MOST:
            oldest, _ = self._strangers.popitem(last=False)
            if self._books.accounts.by_key(oldest) is None:
                self.conditions.pop(oldest, None)


def _owner(accounts: Sites, site: SiteMap, signal: Received) -> Account | None:
    """The other customer to whom the area belongs that a panel names; None: it is the panel's own account."""
    account_id = other_owner(site, signal)
    return None if account_id is None else accounts.by_id(account_id)
