"""Whom a step has called: the list's order, who cannot be called now, rounds."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from belfry.domain.call_list import Callee, able, called_list, calls, listed, next_of, round_of, why_not
from belfry.domain.contacts import Absence, CallList, Contact, ContactRole, Number, WeekWindow
from belfry.domain.plan import Outcome, Step, StepType
from belfry.domain.plan_run import Deed
from tests.domain.plans import HOLDER

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Europe/Berlin"))
NUMBER = (Number("+49 30 1234"),)


def contact(name: str, order: int = 1, **fields: object) -> Contact:
    return Contact(**{"id": name, "order": order, "name": name, "numbers": NUMBER, **fields})  # type: ignore[arg-type]


def call(name: str, outcome: Outcome = Outcome.NO_ANSWER) -> Deed:
    return Deed(1, MONDAY, "anna", StepType.CALL_CONTACT, step="holder", outcome=outcome, contact=name)


def test_a_list_is_called_in_the_sites_own_order_and_only_its_own() -> None:
    people = [
        contact("b", 2),
        contact("a", 2, lists=(CallList.FIRE, CallList.CARE)),
        contact("c", 1, lists=(CallList.TECHNICAL,)),
        contact("d", 1, role=ContactRole.GUARD),
    ]
    assert [one.id for one in listed(people, CallList.FIRE)] == ["d", "a", "b"]
    assert [one.id for one in listed(people, CallList.FIRE, (ContactRole.GUARD,))] == ["d"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, None),
        ({"numbers": ()}, "no_number"),
        ({"absences": (Absence(MONDAY, MONDAY + timedelta(hours=1)),)}, "absent"),
        ({"absences": (Absence(MONDAY - timedelta(hours=1), MONDAY),)}, None),
        ({"hours": (WeekWindow((0,), 480, 600),)}, None),
        ({"hours": (WeekWindow((0,), 600, 900),)}, "hours"),
        ({"hours": (WeekWindow((6,), 1_320, 600),)}, None),
    ],
)
def test_who_is_away_or_outside_his_hours_cannot_be_called(fields: dict[str, object], why: str | None) -> None:
    assert why_not(contact("a", **fields), MONDAY) == why  # type: ignore[arg-type]  # a test names fields by word


def test_a_public_holiday_is_no_weekday() -> None:
    weekday = contact("a", hours=(WeekWindow((0,), 480, 600),))
    assert why_not(weekday, MONDAY, (date(2026, 11, 23),)) == "hours"


def test_whoever_was_tried_least_comes_next_and_a_round_is_over_when_everybody_was_tried() -> None:
    people = [contact("a"), contact("b", 2), contact("c", 3, numbers=())]
    deeds: list[Deed] = []
    order = []
    for _ in range(6):
        standing = calls(people, deeds, MONDAY)
        (first,) = [one.contact.id for one in standing if one.next]
        order.append((first, round_of(standing)))
        deeds.append(call(first))
    assert order == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3), ("b", 3)]
    assert next_of(calls(people, deeds, MONDAY)) is None
    assert able(calls(people, deeds, MONDAY)) == ("a", "b")


def test_who_refused_is_called_no_more() -> None:
    people = [contact("a"), contact("b", 2)]
    standing = calls(people, [call("a", Outcome.REFUSED), call("b")], MONDAY)
    assert [one.contact.id for one in standing if one.next] == ["b"]


def test_without_anybody_to_call_there_is_no_round() -> None:
    assert round_of(()) == 0
    assert round_of([Callee(contact("a"), "absent", 0)]) == 0


@pytest.mark.parametrize(
    ("kind", "which"),
    [
        ("FIRE.ALARM.AUTO", CallList.FIRE),
        ("PROP.ALARM.INTR", CallList.INTRUSION),
        ("PROP.CLOSE.LATE", CallList.OPEN_CLOSE),
        ("MED.ALARM.CARE", CallList.CARE),
        ("TECH.FAULT", CallList.TECHNICAL),
        ("PERS.ALARM.PANIC", CallList.INTRUSION),
    ],
)
def test_a_step_that_names_no_list_has_the_one_of_the_kinds_group(kind: str, which: CallList) -> None:
    assert called_list(HOLDER, kind) is which
    assert called_list(Step(id="a", do=StepType.CALL_CONTACT, contacts=CallList.CARE), kind) is CallList.CARE
