"""When an incident is given a plan, and by what it is chosen."""

from datetime import UTC, date, datetime

from msgspec import structs

from belfry.centre.plans import Planner, outdated
from belfry.domain.contacts import WeekWindow
from belfry.domain.facts import Assigned, Closed, Noted, OnIncident, Reclassified, Reopened, Taken
from belfry.domain.folding import fold
from belfry.domain.incident import Incident
from belfry.domain.plan import Level, Outcome, Plan, When
from belfry.domain.premises import SiteParts
from belfry.domain.schedules import Schedule
from belfry.domain.site import Account
from belfry.domain.step_facts import PlanChosen, StepDone
from belfry.registry.book import AccountBook
from belfry.registry.plan_door import PlanBook
from tests.domain.incidents import NOON, an_incident
from tests.domain.plans import HOLDER, POLICE, PREMISES, a_plan

SHOP = Account(id="shop", account="4711", type="shop", tenant="north", latitude=54.1, longitude=0.1)
ALONE = Account(id="alone", account="4712", time_zone="Pacific/Auckland")
CENTRE = a_plan(PREMISES, POLICE, id="centre", kinds=("PROP",))
ITS_OWN = a_plan(HOLDER, POLICE, id="own", level=Level.ACCOUNT, of="shop", kinds=("PROP",))
TAKEN = Taken(incident="i1", by="anna", seen_upto=1)


def planner(*plans: Plan, book: AccountBook | None = None, holidays: frozenset[date] = frozenset()) -> Planner:
    accounts = AccountBook((SHOP, ALONE)) if book is None else book
    return Planner(PlanBook(plans or (CENTRE, ITS_OWN)), accounts, holidays=lambda _: holidays)


def an_alarm(account: str | None = "shop", **opening: object) -> Incident:
    return an_incident(account_id=account, **opening)  # type: ignore[arg-type]


def chosen(one: Planner, incident: Incident, fact: OnIncident = TAKEN, now: datetime = NOON) -> list[str]:
    plans = [found for found in one.beside(incident, fact, now) if isinstance(found, PlanChosen)]
    return [ref.id for found in plans for ref in found.refs]


def begun(one: Planner, incident: Incident) -> Incident:
    fold(incident, [TAKEN, *one.beside(incident, TAKEN, NOON)], 2, NOON)
    return incident


def test_the_first_take_brings_the_plan_and_the_next_one_does_not() -> None:
    one = planner()
    incident = an_alarm()
    assert chosen(one, incident) == ["own"]
    assert chosen(one, begun(one, incident)) == []


def test_a_plan_comes_again_with_another_kind_or_another_account() -> None:
    one = planner()
    incident = begun(one, an_alarm())
    reclassified = Reclassified(
        incident="i1", by="anna", kind="PROP.THEFT", priority=3, rank=None, silent=False, life=False,
        restore="none", auto_close="none", was=incident.kind,
    )  # fmt: skip
    assert chosen(one, incident, reclassified) == ["own"]
    assert chosen(one, incident, Assigned(incident="i1", by="anna", account_id="alone")) == ["centre"]
    assert chosen(one, incident, Noted(incident="i1", by="anna")) == []


def test_what_nobody_ever_took_is_planned_when_it_is_taken_up_again() -> None:
    one, incident = planner(), an_alarm()
    fold(incident, [Closed(incident="i1", disposition="rule")], 2, NOON)
    assert chosen(one, incident, Reopened(incident="i1", by="anna")) == ["own"]


def test_an_incident_without_an_account_has_the_centres_plans_alone() -> None:
    assert chosen(planner(), an_alarm(None)) == ["centre"]
    assert chosen(planner(), an_alarm("no longer there")) == ["centre"]


def test_where_no_plan_fits_nothing_is_written() -> None:
    assert planner(a_plan(kinds=("FIRE",))).beside(an_alarm(), TAKEN, NOON) == ()


def test_a_signal_that_makes_it_something_else_makes_its_plan_outdated_until_it_has_another() -> None:
    one = planner(CENTRE, a_plan(POLICE, HOLDER, id="confirmed", kinds=("PROP.ALARM.INTR.CONF",)))
    incident = begun(one, an_alarm())
    done = StepDone(
        incident="i1", by="anna", do=POLICE.do, step="police", outcome=Outcome.PASSED, next="end", reference=True
    )
    fold(incident, [done], 3, NOON)
    assert not outdated(incident)
    assert one.anew(incident, NOON) == ()
    incident.kind = "PROP.ALARM.INTR.CONF"
    assert outdated(incident)
    (again,) = one.anew(incident, NOON)
    assert isinstance(again, PlanChosen)
    assert ([ref.id for ref in again.refs], again.leads) == (["confirmed"], {"police": "holder"})
    fold(incident, [again], 4, NOON)
    assert not outdated(incident)
    assert incident.plan is not None
    assert incident.plan.at == "holder"


def test_a_kind_for_which_there_is_no_plan_takes_the_old_one_away() -> None:
    one = planner(a_plan(PREMISES, POLICE, kinds=("PROP",)))
    incident = begun(one, an_alarm())
    incident.kind = "TECH.FAULT"
    (again,) = one.anew(incident, NOON)
    assert isinstance(again, PlanChosen)
    fold(incident, [again], 3, NOON)
    assert (incident.plan is not None and incident.plan.at, outdated(incident)) == (None, False)


def test_hours_are_those_of_the_site() -> None:
    nights = a_plan(id="night", when=When(kinds=("PROP",), hours=(WeekWindow((0,), 1_200, 360),)))
    one = planner(CENTRE, nights)
    monday_evening = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)  # half past nine in the evening in Auckland
    assert chosen(one, an_alarm("alone"), now=monday_evening) == ["night"]
    assert chosen(one, an_alarm("shop"), now=monday_evening) == ["centre"]


def test_public_holidays_are_those_that_the_schedules_of_the_site_name() -> None:
    book = AccountBook((SHOP,))
    book.put_parts("shop", SiteParts(schedules=(Schedule(id="s", name="Hours", holidays="north"),)))
    holiday = a_plan(id="feast", when=When(kinds=("PROP",), hours=(WeekWindow((7,)),)))
    assert chosen(planner(CENTRE, holiday, book=book, holidays=frozenset({NOON.date()})), an_alarm()) == ["feast"]
    assert chosen(planner(CENTRE, holiday, holidays=frozenset({NOON.date()})), an_alarm()) == ["centre"]


def test_a_place_adds_where_the_site_is_known_to_lie() -> None:
    here = a_plan(HOLDER, id="here", when=When(polygon=((54.0, 0.0), (55.0, 0.0), (55.0, 1.0), (54.0, 1.0))))
    one = planner(CENTRE, here)
    assert chosen(one, an_alarm("shop")) == ["centre", "here"]
    assert chosen(one, an_alarm("alone")) == ["centre"]


def test_a_time_zone_that_nobody_knows_is_no_reason_to_have_no_plan() -> None:
    book = AccountBook((structs.replace(SHOP, time_zone="Mars/Olympus"),))
    assert chosen(planner(book=book), an_alarm()) == ["own"]


def test_a_plan_is_changed_since_where_another_version_holds_or_none() -> None:
    book = PlanBook((CENTRE,))
    one = Planner(book, AccountBook((SHOP,)))
    incident = begun(one, an_alarm())
    assert not one.changed_since(incident)
    book.put(structs.replace(CENTRE, version=2))
    assert one.changed_since(incident)
    book.remove("centre")
    assert (one.changed_since(incident), one.current("centre")) == (True, None)
    assert not one.changed_since(an_alarm())
