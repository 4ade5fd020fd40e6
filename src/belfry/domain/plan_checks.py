"""What may be kept as a plan: nothing unknown, nothing too long, no loop, no way that leads nowhere.

`check` gives what has to be mended, `warnings` what may be meant and is yet worth a look. Pure; whose plan it may be
(which tenants, accounts and types there are) is the registry's to judge.
"""

import re
from typing import Final

from belfry.domain.contacts import MINUTES_OF_DAY, CallList
from belfry.domain.flaws import Flaw, Flaws
from belfry.domain.kinds import Kind, Kinds
from belfry.domain.plan import (
    END,
    ID_MOST,
    NAME_MOST,
    OUTCOMES,
    STEPS_MOST,
    TEXT_MOST,
    WAIT_MOST_S,
    Level,
    Outcome,
    Plan,
    Step,
    StepType,
)
from belfry.domain.plan_graph import loop, met, tells_a_service, way_round
from belfry.domain.schedule_checks import ADDRESS, ADDRESS_WANTS
from belfry.domain.schedules import HOLIDAY

ADDED_MOST: Final = 10
"""Steps of a plan that only adds: what it is added to shall stay readable."""
KINDS_MOST: Final = 50
HOURS_MOST: Final = 64
AREAS_MOST: Final = 100
POLYGON_MOST: Final = 1_000
UNIT_MOST: Final = 60
OF_MOST: Final = 120
ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
ID_WANTS: Final = f"1 to {ID_MOST} of a-z, 0-9, - and _"
FIRE_ORDERS: Final = frozenset({"pass_at_once", "verify_90s", "verify_required"})
WAITS_ON: Final = ("signal", "restore", "arrival")

_FIELDS: Final = {
    "contacts": {StepType.CALL_CONTACT},
    "roles": {StepType.CALL_CONTACT},
    "arrival": {StepType.CALL_CONTACT, StepType.SEND, StepType.NOTIFY},
    "agency": {StepType.NOTIFY},
    "reference": {StepType.NOTIFY},
    "unit": {StepType.SEND},
    "wait_s": {StepType.WAIT},
    "on": {StepType.WAIT},
}
"""Which types of step have a field."""
_FROM_DEMANDED: Final = frozenset({Outcome.PASSED, Outcome.REFUSED})


def check(plan: Plan, kinds: Kinds, *, types: frozenset[str] = frozenset()) -> list[Flaw]:
    """Return every value that cannot be kept; none where all is well. `types` are the account types that there are."""
    flaws = Flaws()
    flaws.unless(ID.fullmatch(plan.id) is not None and len(plan.id) <= ID_MOST, "id", plan.id, ID_WANTS)
    flaws.line("name", plan.name, NAME_MOST, least=1)
    _check_level(plan, types, flaws)
    _check_when(plan, kinds, flaws)
    _check_steps(plan, flaws)
    if not flaws.found:
        _check_ways(plan, kinds, flaws)
    return flaws.found


def warnings(plan: Plan, kinds: Kinds) -> list[Flaw]:
    """What may be kept and yet is worth a look."""
    found: list[Flaw] = []
    if plan.level is not Level.CENTRE and not plan.adds and _tells_nobody(plan) and _first_priority(plan, kinds):
        found.append(Flaw("steps", "", "a demanded step that passes it to a service with its reference"))
    if not plan.adds and not any(step.do is not StepType.READ for step in plan.steps):
        found.append(Flaw("steps", "", "a step that somebody does, beside those that are read"))
    return found


def fitting_kinds(plan: Plan, kinds: Kinds) -> list[Kind]:
    """The kinds that a plan is for."""
    return [kind for kind in kinds.all() if fits_kind(plan, kind.code)]


def fits_kind(plan: Plan, code: str) -> bool:
    return not plan.when.kinds or any(covers(each, code) for each in plan.when.kinds)


def covers(prefix: str, code: str) -> bool:
    """Whether a code is the one named, or begins with it up to a dot; `=CODE` is that one alone."""
    if prefix.startswith("="):
        return code == prefix[1:]
    return code == prefix or code.startswith(f"{prefix}.")


def _check_level(plan: Plan, types: frozenset[str], flaws: Flaws) -> None:
    if plan.level is Level.CENTRE:
        flaws.unless(plan.of == "", "of", plan.of, "empty: it is the centre's")
        return
    flaws.line("of", plan.of, OF_MOST, least=1)
    if plan.level is Level.TYPE and types:
        flaws.unless(plan.of in types, "of", plan.of, "one of the account types")


def _check_when(plan: Plan, kinds: Kinds, flaws: Flaws) -> None:
    when, codes = plan.when, [kind.code for kind in kinds.all()]
    flaws.at_most("when.kinds", len(when.kinds), KINDS_MOST)
    for n, prefix in enumerate(when.kinds):
        known = any(covers(prefix, code) for code in codes)
        flaws.unless(
            known,
            f"when.kinds[{n}]",
            prefix,
            "a kind of the closed list, or its beginning up to a dot; = before it: that one alone",
        )
    flaws.once("when.kinds", when.kinds)
    flaws.at_most("when.hours", len(when.hours), HOURS_MOST)
    for n, window in enumerate(when.hours):
        days = bool(window.days) and all(0 <= day <= HOLIDAY for day in window.days)
        wants = "at least one day, 0 Monday to 6 Sunday, 7 public holidays"
        flaws.unless(days, f"when.hours[{n}].days", list(window.days), wants)
        flaws.whole(f"when.hours[{n}].since", window.since, 0, MINUTES_OF_DAY - 1, "minutes")
        flaws.whole(f"when.hours[{n}].until", window.until, 0, MINUTES_OF_DAY, "minutes")
    flaws.at_most("when.areas", len(when.areas), AREAS_MOST)
    for n, area in enumerate(when.areas):
        flaws.pattern(f"when.areas[{n}]", area, ADDRESS, ADDRESS_WANTS)
    for n, order in enumerate(when.fire_order):
        flaws.unless(order in FIRE_ORDERS, f"when.fire_order[{n}]", order, f"one of {', '.join(sorted(FIRE_ORDERS))}")
    if when.polygon:
        flaws.unless(
            3 <= len(when.polygon) <= POLYGON_MOST, "when.polygon", len(when.polygon), f"3 to {POLYGON_MOST} corners"
        )
        on_earth = all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in when.polygon)
        flaws.unless(on_earth, "when.polygon", "", "latitude and longitude in turn, in degrees")


def _check_steps(plan: Plan, flaws: Flaws) -> None:
    most = ADDED_MOST if plan.adds else STEPS_MOST
    wants = f"1 to {most} steps" + (" in a plan that adds" if plan.adds else "")
    flaws.unless(1 <= len(plan.steps) <= most, "steps", len(plan.steps), wants)
    flaws.once("steps", [step.id for step in plan.steps])
    ids = {step.id for step in plan.steps} | {END}
    for n, step in enumerate(plan.steps):
        _check_step(step, f"steps[{n}]", ids, flaws)


def _check_step(step: Step, at: str, ids: set[str], flaws: Flaws) -> None:
    fits = ID.fullmatch(step.id) is not None and len(step.id) <= ID_MOST and step.id != END
    flaws.unless(fits, f"{at}.id", step.id, f"{ID_WANTS}; not {END}")
    flaws.text(f"{at}.text", step.text, TEXT_MOST)
    flaws.unless(bool(step.text.strip()), f"{at}.text", step.text, "words for who does it")
    for name, types in _FIELDS.items():
        given = getattr(step, name) not in (None, "", False, ())
        flaws.unless(not given or step.do in types, f"{at}.{name}", getattr(step, name), f"nothing: not of {step.do}")
    flaws.once(f"{at}.roles", step.roles)
    flaws.line(f"{at}.unit", step.unit, UNIT_MOST)
    if step.wait_s is not None:
        flaws.whole(f"{at}.wait_s", step.wait_s, 1, WAIT_MOST_S, "seconds")
    flaws.unless(step.on is None or step.on in WAITS_ON, f"{at}.on", step.on, f"one of {', '.join(WAITS_ON)}")
    if step.do is StepType.WAIT:
        flaws.unless(step.wait_s is not None or step.on is not None, f"{at}.wait_s", None, "how long, or what for")
    for outcome, target in step.then.items():
        flaws.unless(
            outcome in OUTCOMES[step.do], f"{at}.then.{outcome}", outcome, f"one of {', '.join(OUTCOMES[step.do])}"
        )
        flaws.unless(target in ids, f"{at}.then.{outcome}", target, f"the id of a step, or {END}")
    if step.do is StepType.NOTIFY and step.demanded:
        for outcome in step.then:
            wants = "no way on: it is demanded, and stays until a service took it over or refused it"
            flaws.unless(outcome in _FROM_DEMANDED, f"{at}.then.{outcome}", outcome, wants)


def _check_ways(plan: Plan, kinds: Kinds, flaws: Flaws) -> None:
    """Of a plan without other flaws."""
    circle = loop(plan.steps)
    if circle:
        n = next(n for n, step in enumerate(plan.steps) if step.id == circle[-1])
        flaws.unless(False, f"steps[{n}].then", " > ".join((*circle, circle[0])), "no loop")
        return
    found = met(plan.steps)
    for n, step in enumerate(plan.steps):
        flaws.unless(step.id in found, f"steps[{n}]", step.id, "a step to which some way leads")
    if plan.adds or plan.level is not Level.CENTRE or not _first_priority(plan, kinds):
        return
    if _tells_nobody(plan):
        wants = "a demanded step that passes it to a service with its reference: it is for kinds of priority 1"
        flaws.found.append(Flaw("steps", "", wants))
        return
    round_it = way_round(plan.steps)
    wants = "no way to the end on which nobody found out what it is and no service was told"
    flaws.unless(not round_it, "steps", " > ".join(round_it), wants)


def _tells_nobody(plan: Plan) -> bool:
    return not any(tells_a_service(step) for step in plan.steps)


def _first_priority(plan: Plan, kinds: Kinds) -> bool:
    return any(kind.priority == 1 for kind in fitting_kinds(plan, kinds))


def list_of(kind: str) -> CallList:
    """The call list of a kind's group, where a step names none."""
    if covers("FIRE", kind) or covers("ENV", kind):
        return CallList.FIRE
    if covers("MED", kind) or covers("RES", kind):
        return CallList.CARE
    if covers("PROP.OPEN", kind) or covers("PROP.CLOSE", kind) or covers("PROP.UNSECURED", kind):
        return CallList.OPEN_CLOSE
    return CallList.TECHNICAL if covers("TECH", kind) or covers("ADM", kind) else CallList.INTRUSION
