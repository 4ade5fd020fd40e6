"""Staffing over HTTP: quarter hours of a weekday out of the archive, for supervisors, of nobody."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from belfry.archive import SqlArchive
from belfry.centre.reports.staffing import HANDLED_MOST_S
from belfry.ports.archive import ClosedIncident, Folded
from belfry.ports.staff import Role
from tests.web.kit import START, Rig, centre
from tests.web.test_response_report import over

NOON = START.replace(hour=12, minute=5)
WEEK = timedelta(weeks=1)


def at(number: int, when: datetime, **more: Any) -> ClosedIncident:
    """Taken after 20 s and closed three minutes later."""
    taken = when + timedelta(seconds=20)
    fields = {"opened_at": when, "due_at": when, "first_taken_at": taken, "closed_at": taken + timedelta(minutes=3)}
    return msgspec.structs.replace(over(number), **{**fields, **more})


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[tuple[Rig, SqlArchive]]:
    archive = SqlArchive.open(tmp_path)
    async with centre(tmp_path, archive=archive) as rig:
        yield rig, archive
    await archive.close()


async def fold(archive: SqlArchive, *incidents: ClosedIncident) -> None:
    await archive.fold(Folded(upto=100, incidents={one.id: one for one in incidents}))


async def told(rig: Rig, **query: str) -> Any:
    answer = await rig.token(Role.SUPERVISOR).get("/staffing", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_quarter_hours_are_those_of_the_weekday_in_the_last_weeks(kept: tuple[Rig, SqlArchive]) -> None:
    rig, archive = kept
    every = [at(n, NOON - (1 + n % 8) * WEEK + timedelta(seconds=n)) for n in range(240)]
    await fold(
        archive,
        *every,
        at(900, NOON - 20 * WEEK),
        at(901, NOON - timedelta(days=1)),
        at(902, NOON - WEEK, training=True),
        at(903, NOON - WEEK, merged=True),
        at(904, NOON - WEEK, kind="PROP.ALARM.VIDEO"),
    )
    plan = await told(rig, day=str(START.weekday()), people="2")
    assert (plan["days"], plan["arrivals"], plan["handled"], plan["thin"]) == (8, 240, 241, False)
    assert plan["handling_s"] == 180
    assert [quarter["begins"] for quarter in plan["quarters"]] == list(range(0, 1_440, 15))
    noon, night = plan["quarters"][48], plan["quarters"][0]
    assert noon["per_hour"] == pytest.approx(240 / 8 * 4 / 3)
    assert noon["erlang"] == pytest.approx(2)
    assert noon["waiting"]["in_time"] >= 0.8
    assert noon["waiting"]["people"] >= noon["patient"]["people"] >= 2
    assert noon["given"]["wait_s"] is None
    assert (night["erlang"], night["waiting"]["people"], night["given"]["in_time"]) == (0, 1, 1)
    other = await told(rig, day=str((START.weekday() + 1) % 7))
    assert other["arrivals"] == 0


async def test_without_a_log_there_are_no_figures_and_it_says_so(kept: tuple[Rig, SqlArchive]) -> None:
    rig, _ = kept
    plan = await told(rig)
    assert (plan["handling_s"], plan["thin"], plan["weekday"]) == (None, True, START.weekday())
    assert plan["quarters"][0] == {
        **dict.fromkeys(["erlang", "waiting", "patient", "given"]),
        "begins": 0,
        "per_hour": 0,
    }


async def test_what_was_open_for_long_was_waited_for_and_not_worked_on(kept: tuple[Rig, SqlArchive]) -> None:
    rig, archive = kept
    await fold(archive, at(1, NOON - WEEK, closed_at=NOON - WEEK + timedelta(hours=20)))
    assert (await told(rig))["handling_s"] == HANDLED_MOST_S


async def test_it_is_for_supervisors_and_knows_no_person(kept: tuple[Rig, SqlArchive]) -> None:
    rig, archive = kept
    await fold(archive, at(1, NOON - WEEK, team="night"))
    for role in (Role.OPERATOR, Role.AUDITOR, Role.RESPONDER, Role.HOLDER):
        assert (await rig.token(role).get("/staffing")).status_code == 403
    answer = await rig.token(Role.SUPERVISOR).get("/staffing", params={"by": "person"})
    assert "night" not in answer.text


@pytest.mark.parametrize(
    "query", [{"day": "7"}, {"target": "100"}, {"within": "0"}, {"patience": "nan"}, {"people": "-1"}, {"weeks": "53"}]
)
async def test_what_cannot_be_is_refused(kept: tuple[Rig, SqlArchive], query: dict[str, str]) -> None:
    rig, _ = kept
    assert (await rig.token(Role.SUPERVISOR).get("/staffing", params=query)).status_code == 400
