"""What an incident knows of the units and alerts about it."""

from datetime import UTC, datetime, timedelta

from belfry.domain.dispatch_facts import AlertAnswered, Alerted, Answer, Roll, RollCall, UnitSent, UnitTold
from belfry.domain.sent import accounted, alerted, answered, here, sent, told
from belfry.domain.unit import UnitStatus

T0 = datetime(2026, 3, 14, 2, 12, tzinfo=UTC)


def a_sent(assignment: str = "a1", eta_s: int | None = 240) -> UnitSent:
    return UnitSent(incident="i1", assignment=assignment, unit="u1", call_sign="E1", by="anna", eta_s=eta_s)


def says(status: UnitStatus, assignment: str = "a1", *, left: bool = False) -> UnitTold:
    return UnitTold(incident="i1", assignment=assignment, unit="u1", status=status, left=left)


def test_each_status_keeps_its_first_time_and_what_was_skipped_stays_empty() -> None:
    units = sent((), a_sent(), T0)
    units = told(units, says(UnitStatus.EN_ROUTE), T0 + timedelta(seconds=70))
    units = told(units, says(UnitStatus.ON_SCENE), T0 + timedelta(seconds=300))
    units = told(units, says(UnitStatus.EN_ROUTE), T0 + timedelta(seconds=310))  # a correction
    (one,) = units
    assert one.times == {
        "offered": T0,
        "en_route": T0 + timedelta(seconds=70),
        "on_scene": T0 + timedelta(seconds=300),
    }
    assert one.status is UnitStatus.EN_ROUTE
    assert one.eta_at == T0 + timedelta(seconds=240)


def test_a_unit_that_comes_a_second_time_is_another_assignment() -> None:
    units = told(sent((), a_sent("a1"), T0), says(UnitStatus.CANCELLED, "a1", left=True), T0)
    units = sent(units, a_sent("a2"), T0 + timedelta(minutes=5))
    assert [one.assignment for one in units] == ["a1", "a2"]
    assert [one.assignment for one in here(units)] == ["a2"]


def test_a_read_that_comes_late_takes_no_answer_back() -> None:
    alerts = alerted((), Alerted(incident="i1", alert="x", reach="group", to=("anna", "ben"), needs=1), T0)
    alerts = answered(alerts, AlertAnswered(incident="i1", alert="x", by="anna", answer=Answer.ACCEPTED))
    alerts = answered(alerts, AlertAnswered(incident="i1", alert="x", by="anna", answer=Answer.READ))
    alerts = answered(alerts, AlertAnswered(incident="i1", alert="x", by="ben", answer=Answer.READ))
    assert alerts[0].answers == {"anna": Answer.ACCEPTED, "ben": Answer.READ}
    assert alerts[0].accepted == 1


def test_a_later_round_of_an_alert_keeps_its_answers_and_its_first_people() -> None:
    alerts = alerted((), Alerted(incident="i1", alert="x", reach="nearest", to=("anna",), needs=1), T0)
    alerts = answered(alerts, AlertAnswered(incident="i1", alert="x", by="anna", answer=Answer.REFUSED))
    alerts = alerted(alerts, Alerted(incident="i1", alert="x", reach="nearest", to=("ben",), needs=1, again=True), T0)
    assert (alerts[0].to, alerts[0].answers) == (("anna", "ben"), {"anna": Answer.REFUSED})


def test_a_roll_call_begins_anew_with_each_call_and_who_answers_late_is_silent_no_more() -> None:
    def call(what: Roll, unit: str | None = None) -> RollCall:
        return RollCall(incident="i1", what=what, unit=unit)

    now = accounted(None, call(Roll.CALLED), T0)
    assert now is None, "none runs"
    for what, unit in ((Roll.STARTED, None), (Roll.CALLED, None), (Roll.SILENT, "u2"), (Roll.ANSWERED, "u1")):
        now = accounted(now, call(what, unit), T0)
    assert now is not None
    assert (now.answered, now.silent) == (("u1",), ("u2",))
    now = accounted(now, call(Roll.ANSWERED, "u2"), T0)
    assert now is not None
    assert (now.answered, now.silent) == (("u1", "u2"), ())
    now = accounted(now, call(Roll.CALLED), T0)
    assert now is not None
    assert (now.answered, now.silent) == ((), ())
