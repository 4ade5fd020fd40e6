"""Which plan an incident is given, and when: with its first take, in the same entry; again when it became something
else, or another account's.

Everything is asked of memory: the plans of a site are found by whose they are, so that a take with a hundred thousand
accounts waits no longer than with one. Intake asks nothing here. What a plan goes past by itself is written down in the
same way (`domain.plan_by_itself`).
"""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import structs

from belfry.domain.facts import Assigned, OnIncident, Reclassified, Reopened, Taken, WordChecked
from belfry.domain.fire_order import order_of
from belfry.domain.folding import fold
from belfry.domain.incident import Incident
from belfry.domain.plan import Plan, Step
from belfry.domain.plan_by_itself import answered, passed
from belfry.domain.plan_choice import Case, choose
from belfry.domain.plan_run import leads
from belfry.domain.site import Account
from belfry.domain.step_facts import PlanChosen, StepDone, Unmerged
from belfry.ports import Sites
from belfry.ports.plans import PlanBook

AREAS_MOST: Final = 256
"""Areas of an incident that plans are chosen by."""


@lru_cache(maxsize=1_024)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # of a registry that was written elsewhere
        return UTC


class Planner:
    """Chooses plans. `silent` says whether nobody at the site of an incident may notice anything now."""

    def __init__(
        self,
        book: PlanBook,
        accounts: Sites,
        *,
        holidays: Callable[[str], Collection[date]] = lambda _: (),
        silent: Callable[[Incident], bool] = lambda _: False,
    ) -> None:
        self._book, self._accounts, self._holidays = book, accounts, holidays
        self.silent = silent

    def beside(self, incident: Incident, fact: OnIncident, now: datetime) -> tuple[PlanChosen | StepDone, ...]:
        """What is written down behind a fact, in its entry: the plan where it is the first take, or another one where
        the fact makes it something else; and what the plan goes past by itself then. `incident` is as it was before the
        fact."""
        chosen = self._plan_beside(incident, fact, now)
        said = answered(incident, fact) if isinstance(fact, WordChecked) else None
        written = (*chosen, *(() if said is None else (said,)))
        return (*written, *_passed_after(incident, (fact, *written), now))

    def _plan_beside(self, incident: Incident, fact: OnIncident, now: datetime) -> tuple[PlanChosen, ...]:
        match fact:
            case Taken() | Reopened() if incident.plan is None:
                return self._chosen(incident, now)
            case Unmerged(by=str()) if incident.plan is None:  # it was never taken but under another one
                return self._chosen(incident, now)
            case Reclassified() if incident.plan is not None:
                return self._chosen(structs.replace(incident, kind=fact.kind), now)
            case Assigned() if incident.plan is not None:
                order = fact.fire_order or incident.fire_order
                return self._chosen(structs.replace(incident, account_id=fact.account_id, fire_order=order), now)
            case _:
                return ()

    def anew(self, incident: Incident, now: datetime) -> tuple[PlanChosen | StepDone, ...]:
        """Another plan, where signals have made an incident something else since its plan was chosen; and the waits
        that what came has ended."""
        chosen = self._chosen(incident, now) if outdated(incident) else ()
        return (*chosen, *_passed_after(incident, chosen, now))

    def changed_since(self, incident: Incident) -> bool:
        """Whether a plan that the incident follows is another one by now."""
        return incident.plan is not None and any(self.current(ref.id) != ref.version for ref in incident.plan.refs)

    def current(self, plan_id: str) -> int | None:
        """The version that holds now; None: there is no such plan any more."""
        plan = self._book.get(plan_id)
        return None if plan is None else plan.version

    def plans_of(self, account: Account | None) -> Collection[Plan]:
        """All that hold for an account, whatever they are for."""
        return list(self._book.fitting(account))

    def case_of(self, incident: Incident, now: datetime) -> Case:
        """What a plan is chosen by, as the incident is now."""
        order = order_of(incident)
        areas = {incident.area, *(point.area for point in list(incident.in_alarm)[:AREAS_MOST])}
        return self.case(
            incident.kind,
            self.account_of(incident.account_id),
            now,
            areas=frozenset(area for area in areas if area is not None),
            fire_order=None if order is None else str(order),
        )

    def case(
        self,
        kind: str,
        account: Account | None,
        now: datetime,
        *,
        areas: frozenset[str] = frozenset(),
        fire_order: str | None = None,
    ) -> Case:
        """The same for an incident that there is none of."""
        place = None
        if account is not None and account.latitude is not None and account.longitude is not None:
            place = (account.latitude, account.longitude)
        return Case(
            kind=kind,
            local=now.astimezone(_zone("UTC" if account is None else account.time_zone)),
            areas=areas,
            place=place,
            fire_order=fire_order,
            holidays=frozenset() if account is None else self._holidays_of(account),
        )

    def account_of(self, account_id: str | None) -> Account | None:
        return None if account_id is None else self._accounts.by_id(account_id)

    def _holidays_of(self, account: Account) -> frozenset[date]:
        calendars = {one.holidays for one in self._accounts.parts(account.id).schedules if one.holidays}
        return frozenset(day for calendar in calendars for day in self._holidays(calendar))

    def _chosen(self, incident: Incident, now: datetime) -> tuple[PlanChosen, ...]:
        """None where no plan fits and none was there."""
        plans = self._book.fitting(self.account_of(incident.account_id))
        chosen, reasons = choose(plans, self.case_of(incident, now))
        if not chosen.steps and incident.plan is None:
            return ()
        fact = PlanChosen(
            incident=incident.id,
            steps=chosen.steps,
            refs=chosen.refs,
            below=chosen.below,
            reasons=reasons,
            kind=incident.kind,
            account_id=incident.account_id,
            leads=_kept(incident, chosen.steps),
        )
        return (fact,)


def _passed_after(incident: Incident, facts: Sequence[OnIncident], now: datetime) -> Sequence[StepDone]:
    """The waits that are over once some facts are written. Nothing of the incident itself is changed."""
    if facts:
        after = fold(structs.replace(incident, in_alarm=dict(incident.in_alarm)), facts, incident.head + 1, now)
        return () if after is None else passed(after, now)
    return passed(incident, now)


def outdated(incident: Incident) -> bool:
    """Whether an open incident became something else, or another account's, since its plan was chosen. Asked of every
    signal that joins, so it is short."""
    plan = incident.plan
    if plan is None or not incident.open:
        return False
    return plan.kind != incident.kind or plan.account_id != incident.account_id


def _kept(incident: Incident, steps: tuple[Step, ...]) -> dict[str, str]:
    """Where those steps lead in the new plan that were done in the one before."""
    before = {} if incident.plan is None else incident.plan.settled
    outcomes = {deed.step: deed.outcome for deed in incident.deeds if deed.outcome is not None}
    return {step.id: leads(steps, n, outcomes.get(step.id)) for n, step in enumerate(steps) if step.id in before}
