"""What becomes of a signal: a new incident, part of one that is open, or a line in the log - with its reasons.

One signal at a time, in the order of the journal, from the live state of its account (`Condition`) and the open
incidents. The steps have one shape: each looks at a `Case` and either settles it or leaves it to the next. Nothing
here touches the disk: `Walk` appends what was decided.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from msgspec import structs

from belfry.centre.draft import Draft
from belfry.domain import condition as live
from belfry.domain.codes import Codes
from belfry.domain.condition import Condition, Repeats
from belfry.domain.correlation import family, group_key, may_join, within_reach
from belfry.domain.facts import Act, Brief, Closed, Due, Effect, Joined, Logged, OnIncident, Opened, Point, Received
from belfry.domain.incident import Incident, State
from belfry.domain.kinds import Kinds
from belfry.domain.nearness import near_accounts
from belfry.domain.presets import Rules
from belfry.domain.restoring import restored_points
from belfry.domain.signal import RESTORING, AccountKey, Category, Method, SignalState
from belfry.domain.site import Account
from belfry.domain.verdict import ALARMS, TROUBLES, Verdict, judge, quality, unknown_priority
from belfry.ports import Accounts

RINGS_AGAIN_AT: Final = frozenset({3, 10, 30})
"""A life kind rings again at these repeats of one point (RULES 3, runaway)."""

Decided = Sequence[OnIncident | Logged]


@dataclass(frozen=True, slots=True)
class Case:
    """One signal with all that triage knows when it looks at it."""

    position: int
    signal: Received
    key: AccountKey | None
    account: Account | None
    condition: Condition
    repeats: Repeats
    verdict: Verdict
    open_here: Sequence[Incident]
    marks: tuple[str, ...]
    draft: Draft

    @property
    def unknown(self) -> bool:
        return self.account is None and self.signal.method is Method.EQUIPMENT

    @property
    def now(self) -> datetime:
        return self.signal.received_at

    def brief(self) -> Brief:
        s = self.signal
        return Brief(
            position=self.position,
            method=s.method,
            received_at=s.received_at,
            occurred_at=s.occurred_at,
            area=s.area,
            zone=s.zone,
            wire=s.wire,
            code=s.code,
            category=s.category,
            subtype=s.subtype,
            state=s.state,
            path=s.path,
            quality=self.marks,
            sealed=s.sealed,
        )

    def log(
        self, *reasons: str, act: Act = Act.LOG, incident: str | None = None, marks: tuple[str, ...] = ()
    ) -> Logged:
        kind = None if self.verdict.kind is None else self.verdict.kind.code
        return Logged(
            signal=self.position,
            act=act,
            kind=kind,
            incident=incident,
            quality=(*self.marks, *marks),
            reasons=(*self.verdict.reasons, *reasons),
        )


class Triage:
    """Remembers the live state of every account that has spoken."""

    def __init__(self, *, accounts: Accounts, kinds: Kinds, codes: Codes, rules: Rules) -> None:
        self._accounts, self._kinds, self._codes, self._rules = accounts, kinds, codes, rules
        self.conditions: dict[AccountKey, Condition] = {}
        self._new_unknown: deque[tuple[datetime, str, bytes, AccountKey]] = deque()
        self._steps: Sequence[Callable[[Case], Decided | None]] = (
            self._unknown_account,
            self._heard_on_another_path,
            self._restore,
            self._cancel,
            self._lift,
            self._annotate,
            self._log,
            self._open_or_join,
        )

    def observe(self, position: int, signal: Received) -> Repeats:
        """Fold a signal into the live state of its account; once for each, also after a restart."""
        key = signal.account_key
        if key is None:
            return Repeats(position, signal.path, signal.received_at, signal.received_at)
        condition = self.conditions.get(key)
        if condition is None:
            condition = self.conditions[key] = Condition()
        return live.observe(condition, signal, position, self._rules)

    def keyed(self, key: AccountKey) -> bool:
        condition = self.conditions.get(key)
        return condition is not None and condition.authenticated

    def decide(self, position: int, signal: Received, draft: Draft, *, observed: bool = False) -> Decided:
        """Settle one signal. `observed`: its account's state already knows it (a decision made again)."""
        key = signal.account_key
        account = self._account(signal, key)
        condition = self.conditions.get(key, _NOTHING) if key is not None else _NOTHING
        open_here = draft.of_account(key) if key is not None else ()
        verdict = judge(
            signal,
            account=account,
            condition=condition,
            open_here=open_here,
            kinds=self._kinds,
            codes=self._codes,
            rules=self._rules,
        )
        marks = quality(signal, self._rules)
        twin = None if observed else live.doubled(condition, signal, self._rules)
        if twin is not None:
            marks = (*marks, "doubled")
        evidence = self._path_evidence(signal, condition, verdict)
        repeats = (
            Repeats(position, signal.path, signal.received_at, signal.received_at)
            if observed
            else self.observe(position, signal)
        )
        case = Case(position, signal, key, account, condition, repeats, evidence, open_here, marks, draft)
        for step in self._steps:
            decided = step(case)
            if decided is not None:
                return [*decided, *self._beside(case, decided)]
        raise AssertionError(f"no step settled the signal at {position}")

    def _account(self, signal: Received, key: AccountKey | None) -> Account | None:
        if signal.account_id is not None:
            return self._accounts.by_id(signal.account_id)
        return None if key is None else self._accounts.by_key(key)

    # -- steps

    def _unknown_account(self, case: Case) -> Decided | None:
        """Nobody's account: one incident of its own, tests and polls only to the list (RULES 2, unknown account)."""
        if not case.unknown or case.key is None:
            return None
        if case.verdict.act != "open_or_join" or case.verdict.kind is None:
            return [case.log("the account is not commissioned", marks=("unknown_account",))]
        folded = self._too_many_unknown(case)
        group = f"{case.signal.receiver}|unknown" if folded else f"{_who(case.key)}|unknown"
        here = case.draft.in_group(group) if folded else [i for i in case.open_here if i.group == group]
        priority = unknown_priority(case.signal)
        near = near_accounts(case.key, self._accounts)
        reasons = (
            *case.verdict.reasons,
            "many unknown accounts in a short time: folded into one" if folded else "no such account is registered",
            *(f"near: {number}" for number in near),
        )
        if here:
            return [self._join_unknown(case, here[0], priority, reasons)]
        kind = self._kinds["ADM.UNKNOWN"] if folded else case.verdict.kind
        return [
            self._opened(
                case,
                kind=kind.code,
                priority=priority,
                group=group,
                flags=("unknown_account",),
                reasons=reasons,
                account=None if folded else case.key,
                restore="none",
            )
        ]

    def _join_unknown(self, case: Case, incident: Incident, priority: int, reasons: tuple[str, ...]) -> Joined:
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

    def _too_many_unknown(self, case: Case) -> bool:
        """Over 5 new from one address in ten minutes, or 50 from a receiver in an hour: scanners will come."""
        assert case.key is not None
        while self._new_unknown and case.now - self._new_unknown[0][0] > timedelta(hours=1):
            self._new_unknown.popleft()
        if all(key != case.key for _, _, _, key in self._new_unknown):
            self._new_unknown.append((case.now, case.signal.receiver, case.signal.source, case.key))
        recent = case.now - timedelta(minutes=10)
        same_source = sum(
            at >= recent and source == case.signal.source != b"" for at, _, source, _ in self._new_unknown
        )
        hour = sum(receiver == case.signal.receiver for _, receiver, _, _ in self._new_unknown)
        return same_source > self._rules.unknown_per_source or hour > self._rules.unknown_per_hour

    def _heard_on_another_path(self, case: Case) -> Decided | None:
        """The same on path B just after: context, never a second incident."""
        if "doubled" not in case.marks:
            return None
        said = f"also heard on {case.signal.path}"
        for incident in case.open_here:
            if any(brief.code == case.signal.code and brief.zone == case.signal.zone for brief in incident.newest):
                return [self._context(case, incident, said)]
        return [case.log(said)]

    def _restore(self, case: Case) -> Decided | None:
        """A restore matches code and point, never lowers a priority, never closes life kinds or intrusion by itself."""
        if case.signal.state not in RESTORING:
            return None
        decided: list[OnIncident | Logged] = []
        for incident in case.open_here if case.key is not None else self._of_part(case):
            points = restored_points(case.signal, incident, self._codes)
            if points:
                decided += self._restored(case, incident, points)
        if decided:
            return decided
        closed = self._closed_before(case)
        if closed is not None:
            return [case.log(f"restore of incident {closed.number}, already closed", incident=closed.id)]
        return [case.log("nothing of it is open")]

    def _of_part(self, case: Case) -> Sequence[Incident]:
        if case.verdict.kind is None:
            return ()
        group = group_key(case.verdict.kind, case.signal)
        return case.draft.in_group(group) if group is not None else ()

    def _restored(self, case: Case, incident: Incident, points: tuple[Point, ...]) -> list[OnIncident]:
        left = incident.open_points - len(points)
        words = "everything here is restored" if left == 0 else f"{left} still in alarm"
        facts: list[OnIncident] = [
            Joined(
                incident=incident.id,
                signal=case.brief(),
                effect=Effect.RESTORE,
                restored=points,
                flags=("restored",) if left == 0 else (),
                reasons=(f"restore: {words}",),
            )
        ]
        untaken = incident.state in (State.PENDING, State.WAITING)
        if left == 0 and untaken and not incident.life and incident.auto_close in _CLOSED_BY_RESTORE:
            facts.append(
                Closed(
                    incident=incident.id,
                    disposition="restored",
                    seen_upto=incident.signals_seq + 1,
                    reasons=("restored before anybody took it",),
                )
            )
        return facts

    def _closed_before(self, case: Case) -> Incident | None:
        kind = self._alarm_kind(case)
        group = None if kind is None else group_key(self._kinds[kind], case.signal, building=_building(case))
        return None if group is None else case.draft.last_of_group(group)

    def _alarm_kind(self, case: Case) -> str | None:
        """The kind that the alarm of this restore would have had."""
        signal = case.signal
        if signal.wire is None or signal.code is None:
            return None
        for code in self._codes.restores(signal.wire, signal.code):
            rule = self._codes.rule(signal.wire, code if signal.wire == "sia" else f"1{code}")
            if rule.kind is not None:
                return rule.kind
        return None

    def _cancel(self, case: Case) -> Decided | None:
        """A valid cancel or disarm: intrusion only, in time, one point only, nothing else wrong (RULES 2, cancel)."""
        if not _cancels(case.signal):
            return None
        for incident in case.open_here:
            if family(incident.kind) != "intrusion" or incident.cancelled:
                continue
            if case.signal.area and incident.area and case.signal.area != incident.area:
                continue
            return self._cancelled(case, incident)
        return None

    def _cancelled(self, case: Case, incident: Incident) -> Decided:
        after = case.now - incident.opened_at
        refused = self._why_no_cancel(case, incident, after)
        said = f"cancelled by a user after {after.total_seconds():.0f} s"
        if refused is not None:
            return [self._context(case, incident, f"{said}, no drop: {refused}")]
        facts: list[OnIncident] = [
            Joined(
                incident=incident.id,
                signal=case.brief(),
                effect=Effect.CANCEL,
                priority=4,
                flags=("cancelled",),
                reasons=(said,),
            )
        ]
        untaken = incident.state in (State.PENDING, State.WAITING)
        if untaken and case.account is not None and case.account.cancel_closes:
            facts.append(
                Closed(
                    incident=incident.id,
                    disposition="cancelled",
                    cause="user_mistake",
                    seen_upto=incident.signals_seq + 1,
                    reasons=(said, "the account opted in to closing by a valid cancel"),
                )
            )
        return facts

    def _why_no_cancel(self, case: Case, incident: Incident, after: timedelta) -> str | None:
        others = {family(other.kind) for other in case.open_here}
        checks = (
            (after <= timedelta(seconds=self._rules.cancel_s), "later than five minutes after the first alarm"),
            (
                len(incident.in_alarm) == 1 and not incident.more_points,
                f"{len(incident.in_alarm)} points were in alarm",
            ),
            (incident.kind != "PROP.ALARM.INTR.CONF", "the alarm is confirmed"),
            (not others & {"PROP.TAMPER", "TECH.TAMPER"}, "tamper at the site"),
            (not live.path_faults(case.condition) and "path" not in others, "a transmission path is lost"),
            (not others & {"panic", "hold-up", "duress"}, "a panic alarm is open"),
            (case.account is not None and not case.account.high_risk, "the account is of high risk"),
        )
        return next((why for holds, why in checks if not holds), None)

    def _lift(self, case: Case) -> Decided | None:
        """`More help asked for` lifts the site's incident to priority 1 (RULES 1, 646)."""
        if case.verdict.act != "annotate" or case.verdict.priority != 1 or not case.open_here:
            return None
        incident = min(case.open_here, key=lambda one: one.order)
        lifted = Joined(
            incident=incident.id,
            signal=case.brief(),
            priority=1 if incident.priority > 1 else None,
            rank=incident.rank,
            state=State.WAITING,
            rings=True,
            flags=("more_help",),
            reasons=case.verdict.reasons,
        )
        return [lifted]

    def _annotate(self, case: Case) -> Decided | None:
        """Context for an open incident of the same hazard; without one, a line in the log."""
        if case.verdict.act not in ("annotate", "banner"):
            return None
        if case.verdict.act == "banner":
            return [case.log(act=Act.BANNER)]
        for incident in case.open_here:
            if _same_hazard(case.signal, incident):
                return [self._context(case, incident)]
        return [case.log("nothing of it is open")]

    def _log(self, case: Case) -> Decided | None:
        if case.verdict.act == "open_or_join" and case.verdict.kind is not None:
            return None
        return [case.log()]

    def _open_or_join(self, case: Case) -> Decided:
        verdict = case.verdict
        assert verdict.kind is not None
        group = group_key(verdict.kind, case.signal, building=_building(case))
        same = self._same_group(case, group)
        for incident in same:
            if case.signal.previous:
                return [self._context(case, incident, "still present, reported before")]
            if verdict.second_point or may_join(incident, verdict.kind, verdict.priority):
                return [self._joined(case, incident)]
        if case.repeats.runaway and not verdict.kind.life:
            return [case.log(f"repeating: {case.repeats.count} times", marks=("runaway",))]
        reasons = verdict.reasons
        if case.signal.previous:
            reasons = (*reasons, "first report never seen")
        return [self._opened_by_verdict(case, group, reasons)]

    def _same_group(self, case: Case, group: str | None) -> Sequence[Incident]:
        if group is None:
            return ()
        listed = case.open_here if case.key is not None else case.draft.in_group(group)
        since = live.arm_changed_at(case.condition, case.signal.area)
        return [
            incident
            for incident in listed
            if incident.group == group and within_reach(incident, case.now, set_since=since, rules=self._rules)
        ]

    # -- what is written

    def _joined(self, case: Case, incident: Incident) -> Joined:
        verdict = case.verdict
        assert verdict.kind is not None
        raised = verdict.second_point and (verdict.kind.code != incident.kind or verdict.priority < incident.priority)
        again = verdict.kind.life and case.repeats.count in RINGS_AGAIN_AT
        return Joined(
            incident=incident.id,
            signal=case.brief(),
            kind=verdict.kind.code if raised else None,
            priority=min(verdict.priority, incident.priority) if raised else None,
            rank=verdict.rank if raised else None,
            restore=verdict.restore if raised else None,
            state=State.WAITING if incident.state in (State.PENDING, State.HELD) else None,
            rings=raised or again or incident.state is State.HELD,
            flags=("runaway",) if case.repeats.runaway else (),
            reasons=verdict.reasons,
        )

    def _context(self, case: Case, incident: Incident, *reasons: str) -> Joined:
        return Joined(
            incident=incident.id,
            signal=case.brief(),
            effect=Effect.CONTEXT,
            reasons=(*case.verdict.reasons, *reasons),
        )

    def _opened_by_verdict(self, case: Case, group: str | None, reasons: tuple[str, ...]) -> Opened:
        verdict = case.verdict
        assert verdict.kind is not None
        waits = verdict.pending_s is not None and verdict.auto_close == "pending_then_restore"
        until = case.now + timedelta(seconds=verdict.pending_s or 0) if waits else None
        flags = tuple(mark for mark in case.marks if mark in ("late", "clock"))
        return self._opened(
            case,
            kind=verdict.kind.code,
            priority=verdict.priority,
            group=group,
            flags=flags,
            reasons=reasons,
            account=case.key,
            restore=verdict.restore,
            rank=verdict.rank,
            auto_close=verdict.auto_close,
            pending_until=until,
        )

    def _opened(
        self,
        case: Case,
        *,
        kind: str,
        priority: int,
        group: str | None,
        flags: tuple[str, ...],
        reasons: tuple[str, ...],
        account: AccountKey | None,
        restore: str,
        rank: int | None = None,
        auto_close: str = "never",
        pending_until: datetime | None = None,
        suffix: str = "",
    ) -> Opened:
        policy = self._kinds[kind]
        previous = None if group is None else case.draft.last_of_group(group)
        return Opened(
            incident=f"i{case.position}{suffix}",
            number=case.draft.next_number(),
            kind=kind,
            priority=priority,
            rank=rank,
            state=State.WAITING if pending_until is None else State.PENDING,
            signal=case.brief(),
            account=account,
            account_id=case.signal.account_id,
            group=group,
            silent=policy.silent,
            life=policy.life,
            restore=restore,
            auto_close=auto_close,
            pending_until=pending_until,
            previous=None if previous is None or previous.open else previous.id,
            flags=flags,
            reasons=reasons,
        )

    # -- what a signal does beside its own incident

    def _path_evidence(self, signal: Received, condition: Condition, verdict: Verdict) -> Verdict:
        """Alarm and path fault in one set period count as confirmed (RULES 2, path loss is evidence)."""
        if verdict.kind is None or verdict.kind.code != "PROP.ALARM.INTR" or not verdict.armed:
            return verdict
        if not live.path_faults(condition) or verdict.pending_s is not None:
            return verdict
        kind = self._kinds["PROP.ALARM.INTR.CONF"]
        return _replaced(verdict, kind.code, self._kinds, "a transmission path is lost in the same set period")

    def _beside(self, case: Case, decided: Decided) -> Sequence[OnIncident]:
        """Tamper or path loss ends a pending wait and confirms an intrusion; a new alarm wakes what is held."""
        signal, facts = case.signal, list[OnIncident]()
        if case.unknown or not case.open_here or signal.state not in ALARMS | TROUBLES:
            return self._runaway_account(case)
        tamper = signal.category is Category.TAMPER
        path = signal.category is Category.COMMUNICATION and signal.subtype in ("path", "jam")
        settled = {fact.incident for fact in decided}
        for incident in case.open_here:
            if incident.id in settled:
                continue
            if incident.state is State.PENDING and (tamper or path):
                facts.append(Due(incident=incident.id, reasons=("tamper or path loss at the account",)))
            elif incident.state is State.HELD:
                facts.append(Due(incident=incident.id, reasons=("a new alarm or trouble at the site",)))
            if path and self._confirms(case, incident):
                facts.append(self._confirmed_by_path(case, incident))
        return [*facts, *self._runaway_account(case)]

    def _confirms(self, case: Case, incident: Incident) -> bool:
        since = live.arm_changed_at(case.condition, incident.area)
        return (
            incident.kind == "PROP.ALARM.INTR"
            and live.is_armed(case.condition, incident.area)
            and within_reach(incident, case.now, set_since=since, rules=self._rules)
        )

    def _confirmed_by_path(self, case: Case, incident: Incident) -> Joined:
        kind = self._kinds["PROP.ALARM.INTR.CONF"]
        return Joined(
            incident=incident.id,
            signal=case.brief(),
            effect=Effect.CONTEXT,
            kind=kind.code,
            priority=kind.priority,
            rank=kind.rank,
            state=State.WAITING if incident.state is State.HELD else None,
            rings=True,
            reasons=("alarm and path loss in one set period count as confirmed",),
        )

    def _runaway_account(self, case: Case) -> Sequence[Opened]:
        """Over 100 a minute from an account: a person is told once (RULES 3, runaway)."""
        if case.key is None or case.condition.minute_count != self._rules.runaway_account_per_minute + 1:
            return ()
        group = f"{_who(case.key)}|TECH.RUNAWAY"
        if any(incident.group == group for incident in case.open_here):
            return ()
        kind = self._kinds["TECH.RUNAWAY"]
        said = f"more than {self._rules.runaway_account_per_minute} signals in a minute"
        opened = self._opened(
            case,
            kind=kind.code,
            priority=kind.priority,
            group=group,
            flags=("runaway",),
            reasons=(said,),
            account=case.key,
            restore=kind.restore,
            suffix="r",
        )
        return [opened]


_CLOSED_BY_RESTORE: Final = frozenset({"by_restore", "pending_then_restore"})

_NOTHING: Final = Condition()


def _cancels(signal: Received) -> bool:
    after_alarm = signal.category is Category.OPEN_CLOSE and signal.subtype == "after_alarm"
    return signal.state in (SignalState.CANCEL, SignalState.OPEN) or after_alarm


def _same_hazard(signal: Received, incident: Incident) -> bool:
    """A signal that only annotates belongs to an incident of its own category; a cancel belongs to any."""
    if signal.state in (SignalState.CANCEL, SignalState.ABORT):
        return True
    return incident.first.category == signal.category


def _who(key: AccountKey) -> str:
    return f"{key.receiver}/{key.prefix or ''}/{key.account}"


def _building(case: Case) -> str:
    return "" if case.account is None else case.account.building


def _replaced(verdict: Verdict, code: str, kinds: Kinds, reason: str) -> Verdict:
    kind = kinds[code]
    return structs.replace(
        verdict, kind=kind, priority=kind.priority, rank=kind.rank, reasons=(*verdict.reasons, reason)
    )
