"""A service knows once a unit of it accepted; sent is not told, and another service's unit tells it nothing."""

from typing import Any

from belfry.domain.clocks import ARRIVE, TOLD, clocks
from belfry.domain.dispatch_facts import UnitSent, UnitTold
from belfry.domain.facts import Taken
from belfry.domain.folding import fold
from belfry.domain.incident import Incident
from belfry.domain.plan import Level, Outcome, PlanRef, Step, StepType
from belfry.domain.plan_by_itself import passed
from belfry.domain.plan_run import owed
from belfry.domain.presets import PRESETS
from belfry.domain.site_file import AgencyType
from belfry.domain.step_facts import PlanChosen
from belfry.domain.unit import Service, UnitStatus
from tests.domain.incidents import after, an_incident

BRIGADE = Step(id="brigade", do=StepType.NOTIFY, text="Tell", agency=AgencyType.BRIGADE, demanded=True, reference=True)
LOOK = Step(id="look", do=StepType.CALL_CONTACT, text="Call")
FIRE: dict[str, Any] = {"kind": "FIRE.ALARM", "priority": 1}


def at_fire(*steps: Step) -> Incident:
    incident = an_incident(Taken(incident="i1", by="anna", seen_upto=1), at=after(10), **FIRE)
    fold(incident, [PlanChosen(incident="i1", steps=steps, refs=(PlanRef("one", 1, Level.CENTRE),))], 3, after(10))
    return incident


def send(incident: Incident, seconds: int, service: Service | None = Service.FIRE, eta_s: int | None = None) -> None:
    fact = UnitSent(incident="i1", assignment="a1", unit="u1", call_sign="E1", by="anna", service=service, eta_s=eta_s)
    fold(incident, [fact], incident.head + 1, after(seconds))


def say(incident: Incident, status: UnitStatus, seconds: int, *, left: bool = False) -> None:
    fact = UnitTold(incident="i1", assignment="a1", unit="u1", status=status, left=left)
    fold(incident, [fact], incident.head + 1, after(seconds))


def test_the_service_is_told_when_its_unit_accepts_and_not_when_it_is_sent() -> None:
    incident = at_fire(BRIGADE, LOOK)
    send(incident, 20)
    assert clocks(incident, PRESETS)[TOLD].done_at is None
    say(incident, UnitStatus.ACCEPTED, 30)
    assert clocks(incident, PRESETS)[TOLD].done_at == after(30)
    say(incident, UnitStatus.CANCELLED, 40, left=True)
    assert clocks(incident, PRESETS)[TOLD].done_at == after(30), "who was called back knew all the same"


def test_a_step_that_wants_the_service_told_is_passed_by_itself_with_the_call_sign() -> None:
    incident = at_fire(BRIGADE, LOOK)
    send(incident, 20)
    assert passed(incident, after(25)) == []
    say(incident, UnitStatus.EN_ROUTE, 30)
    (fact,) = passed(incident, after(31))
    assert (fact.by, fact.step, fact.outcome, fact.next) == (None, "brigade", Outcome.PASSED, "look")
    assert fact.reasons == ("E1 accepted",)
    fold(incident, [fact], incident.head + 1, after(31))
    assert incident.plan is not None
    assert "brigade" not in [step.id for step in owed(incident.plan)]
    assert clocks(incident, PRESETS)[TOLD].done_at == after(30)


def test_a_unit_of_another_service_tells_it_nothing() -> None:
    for service in (Service.EMS, Service.GUARD, None):
        incident = at_fire(BRIGADE)
        send(incident, 20, service)
        say(incident, UnitStatus.ACCEPTED, 30)
        assert clocks(incident, PRESETS)[TOLD].done_at is None
        assert passed(incident, after(31)) == []


def test_who_is_to_be_there_is_awaited_by_the_time_that_he_gave_until_somebody_is() -> None:
    incident = at_fire(LOOK)
    send(incident, 20, eta_s=300)
    assert ARRIVE not in clocks(incident, PRESETS), "nobody has accepted"
    say(incident, UnitStatus.EN_ROUTE, 30)
    clock = clocks(incident, PRESETS)[ARRIVE]
    assert (clock.target_at, clock.done_at) == (after(320), None)
    say(incident, UnitStatus.ON_SCENE, 350)
    clock = clocks(incident, PRESETS)[ARRIVE]
    assert (clock.target_at, clock.done_at) == (after(320), after(350))
