"""Which plan an incident asks for, and why: pure, so that a dry run, the console and the journal say the same.

Of the plans that fit, the one of the nearest level counts: account, then account type, then tenant, then centre. Within
a level the one that names the kind most exactly counts, then one for a fire order, then one for certain hours, then the
first by its id. The others that fit are named as lying below. Plans chosen by area or place stand beside that: each of
them adds its steps behind those of the plan that counts, and none takes one away (SCOPE, fences).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

import msgspec
from msgspec import Struct, structs

from belfry.domain.contacts import WeekWindow
from belfry.domain.plan import END, Chosen, Level, Plan, PlanRef, Step
from belfry.domain.plan_checks import covers
from belfry.domain.polygon import holds
from belfry.domain.schedules import HOLIDAY
from belfry.domain.site_map import plain

STEPS_BYTES_MOST: Final = 48_000
"""Of all steps of an incident as they stand in its entry, which holds 65 535 bytes."""
BELOW_MOST: Final = 50

_NEARNESS: Final = {Level.ACCOUNT: 0, Level.TYPE: 1, Level.TENANT: 2, Level.CENTRE: 3}


class Case(Struct, frozen=True, kw_only=True):
    """What a plan is chosen by. `local` is the time by the site's own clock."""

    kind: str
    local: datetime
    areas: frozenset[str] = frozenset()
    place: tuple[float, float] | None = None
    """Latitude and longitude, WGS 84."""
    fire_order: str | None = None
    holidays: frozenset[date] = frozenset()


def choose(plans: Iterable[Plan], case: Case) -> tuple[Chosen, tuple[str, ...]]:
    """Return the steps asked for, and the reasons in words. `plans` are all that hold for the account."""
    fitting = [plan for plan in plans if fits(plan, case)]
    ranked = sorted((plan for plan in fitting if not plan.adds), key=lambda plan: _rank(plan, case.kind))
    adding = sorted((plan for plan in fitting if plan.adds), key=lambda plan: (-_NEARNESS[plan.level], plan.id))
    reasons: list[str] = []
    blocks: list[Sequence[Step]] = []
    refs: list[PlanRef] = []
    if ranked:
        blocks.append([bare(step) for step in ranked[0].steps])
        refs.append(ref(ranked[0]))
        reasons.append(f"{_named(ranked[0])} counts: {_why(ranked[0], case.kind)}")
    room = STEPS_BYTES_MOST - sum(map(_weight, blocks))
    for plan in adding:
        block = _prefixed(plan)
        if _weight(block) > room:
            reasons.append(f"{_named(plan)} is not added: there is no room for more steps")
            continue
        room -= _weight(block)
        blocks.append(block)
        refs.append(ref(plan))
        reasons.append(f"{_named(plan)} adds {len(block)}: {_why(plan, case.kind)}")
    below = tuple(ref(plan) for plan in ranked[1 : BELOW_MOST + 1])
    reasons += [f"{_named(plan)} lies below" for plan in ranked[1:6]]
    return Chosen(steps=_in_turn(blocks), refs=tuple(refs), below=below), tuple(reasons)


def fits(plan: Plan, case: Case) -> bool:
    when = plan.when
    if when.kinds and not any(covers(prefix, case.kind) for prefix in when.kinds):
        return False
    if when.fire_order and case.fire_order not in when.fire_order:
        return False
    if when.areas and {plain(area) for area in when.areas}.isdisjoint(map(plain, case.areas)):
        return False
    if when.polygon and (case.place is None or not holds(when.polygon, *case.place)):
        return False
    return not when.hours or within(when.hours, case.local, case.holidays)


def within(windows: Iterable[WeekWindow], local: datetime, holidays: Collection[date]) -> bool:
    """Whether a time of a site's own clock lies in one of some windows. A public holiday is no weekday."""
    today, minute = local.date(), local.hour * 60 + local.minute
    yesterday = today - timedelta(days=1)
    for window in windows:
        if window.until > window.since:
            if day_number(today, holidays) in window.days and window.since <= minute < window.until:
                return True
        elif (day_number(today, holidays) in window.days and minute >= window.since) or (
            day_number(yesterday, holidays) in window.days and minute < window.until
        ):
            return True
    return False


def day_number(day: date, holidays: Collection[date]) -> int:
    """0 Monday to 6 Sunday, 7 public holidays."""
    return HOLIDAY if day in holidays else day.weekday()


def local_time(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone)


def ref(plan: Plan) -> PlanRef:
    return PlanRef(plan.id, plan.version, plan.level)


def bare(step: Step) -> Step:
    """A step as it stands in the journal: without its text, which may be about people."""
    return structs.replace(step, text="")


def text_of(step_id: str, ref_of_first: PlanRef | None, plans: Mapping[str, Plan]) -> tuple[str, str, bool]:
    """The id of the plan that a step of an incident is from, its text, and whether that plan only adds; `plans` by id,
    in the versions of the incident. A step of a plan that adds is called `PLAN:STEP`."""
    prefix, colon, own = step_id.partition(":")
    plan_id = prefix if colon else ("" if ref_of_first is None else ref_of_first.id)
    plan = plans.get(plan_id)
    name = own if colon else step_id
    text = "" if plan is None else next((step.text for step in plan.steps if step.id == name), "")
    return plan_id, text, bool(colon)


def _rank(plan: Plan, kind: str) -> tuple[int, int, bool, bool, str]:
    exact = max((len(prefix) for prefix in plan.when.kinds if covers(prefix, kind)), default=0)
    return _NEARNESS[plan.level], -exact, not plan.when.fire_order, not plan.when.hours, plan.id


def _prefixed(plan: Plan) -> Sequence[Step]:
    """The steps of a plan that adds, named after it, so that no two plans have a step of the same id."""
    own = f"{plan.id}:"
    return [
        structs.replace(
            bare(step),
            id=own + step.id,
            then={outcome: to if to == END else own + to for outcome, to in step.then.items()},
        )
        for step in plan.steps
    ]


def _in_turn(blocks: Sequence[Sequence[Step]]) -> tuple[Step, ...]:
    """One block behind the other: what ends one of them leads to the next, so that none is passed by."""
    found: list[Step] = []
    for n, block in enumerate(blocks):
        behind = blocks[n + 1][0].id if n + 1 < len(blocks) else END
        for step in block:
            then = {outcome: behind if to == END else to for outcome, to in step.then.items()}
            found.append(step if then == step.then else structs.replace(step, then=then))
    return tuple(found)


def _weight(block: Sequence[Step]) -> int:
    return len(msgspec.json.encode(block))


def _named(plan: Plan) -> str:
    return f"{plan.id} {plan.version} of the {_OF[plan.level]}"


_OF: Final = {Level.CENTRE: "centre", Level.TENANT: "tenant", Level.TYPE: "account type", Level.ACCOUNT: "account"}


def _why(plan: Plan, kind: str) -> str:
    when = plan.when
    prefix = max((each for each in when.kinds if covers(each, kind)), key=len, default="")
    said = [f"for {prefix}" if prefix else "for every kind"]
    said += ["by its fire order"] if when.fire_order else []
    said += ["at this hour"] if when.hours else []
    said += ["in this area"] if when.areas else []
    said += ["at this place"] if when.polygon else []
    return ", ".join(said)
