"""Percentiles over HTTP: from the archive, of what one may know of, honest where there is nothing."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from belfry.archive import SqlArchive
from belfry.ports.archive import ClosedIncident, Folded
from belfry.ports.staff import Role
from tests.web.kit import START, Rig, centre

MONTH = {"from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}


def over(number: int, *, kind: str = "FIRE.ALARM.AUTO", taken_s: float | None = 20, **more: Any) -> ClosedIncident:
    opened = START
    taken_at: datetime | None = None if taken_s is None else opened + timedelta(seconds=taken_s)
    fields: dict[str, Any] = {
        "id": f"i{number}",
        "number": number,
        "kind": kind,
        "priority": 1,
        "method": "equipment",
        "account_id": "school",
        "life": True,
        "silent": False,
        "opened_at": opened,
        "due_at": opened,
        "first_taken_at": taken_at,
        "first_act_at": taken_at,
        "closed_at": opened + timedelta(minutes=10),
        "signals": 1,
        "acts": 2,
        "disposition": "false_alarm",
        "cause": None,
        "by_rule": False,
    }
    return ClosedIncident(**{**fields, **more})


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[tuple[Rig, SqlArchive]]:
    archive = SqlArchive.open(tmp_path)
    async with centre(tmp_path, archive=archive) as rig:
        yield rig, archive
    await archive.close()


async def fold(archive: SqlArchive, *incidents: ClosedIncident) -> None:
    await archive.fold(Folded(upto=100, incidents={one.id: one for one in incidents}))


async def report(rig: Rig, role: Role = Role.SUPERVISOR, **query: str) -> Any:
    answer = await rig.token(role).get("/reports/response", params={**MONTH, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_clock_of_each_priority_and_the_whole(kept: tuple[Rig, SqlArchive]) -> None:
    rig, archive = kept
    told = START + timedelta(seconds=80)
    await fold(archive, *(over(n, taken_s=n, told_at=told) for n in range(1, 11)), over(11, priority=3, taken_s=100))
    said = await report(rig)
    assert [(group["key"], group["incidents"]) for group in said["groups"]] == [("1", 10), ("3", 1), ("", 11)]
    first = {one["clock"]: one for one in said["groups"][0]["figures"]}
    assert (first["take"]["count"], first["take"]["p80"], first["take"]["p98_5"]) == (10, 8, 10)
    assert (first["told"]["p80"], first["told"]["in_limit"]) == (80, 1)
    assert first["arrive"] == {
        **dict.fromkeys(["p80", "p90", "p95", "p98_5", "longest", "in_target", "in_limit"]),
        "clock": "arrive",
        "count": 0,
        "never": 0,
    }
    assert said["ranks"] == [80, 90, 95, 98.5]


async def test_by_kind_it_has_labels_and_by_shift_names(kept: tuple[Rig, SqlArchive]) -> None:
    rig, archive = kept
    await fold(archive, over(1))
    (kind, _) = (await report(rig, by="kind"))["groups"]
    assert (kind["key"], kind["label"]) == ("FIRE.ALARM.AUTO", "Automatic fire alarm, unconfirmed")
    (shift, _) = (await report(rig, by="shift"))["groups"]
    assert shift["key"] == "night"


async def test_a_month_without_a_single_incident_is_said_honestly(kept: tuple[Rig, SqlArchive]) -> None:
    rig, _ = kept
    said = await report(rig)
    (whole,) = said["groups"]
    assert (whole["incidents"], said["left_out"]) == (0, 0)
    assert {(one["count"], one["p80"], one["in_target"]) for one in whole["figures"]} == {(0, None, None)}


async def test_exercises_and_what_nobody_had_are_left_out_and_counted(kept: tuple[Rig, SqlArchive]) -> None:
    rig, archive = kept
    untaken = over(3, taken_s=None, by_rule=True)
    await fold(archive, over(1, training=True), over(2, merged=True), untaken, over(4, taken_s=None))
    said = await report(rig)
    assert (said["groups"][-1]["incidents"], said["left_out"]) == (1, 3)
    assert said["groups"][-1]["figures"][0]["never"] == 1


async def test_only_what_was_closed_in_between_counts(kept: tuple[Rig, SqlArchive]) -> None:
    rig, archive = kept
    await fold(archive, over(1), over(2, closed_at=START + timedelta(days=60)))
    assert (await report(rig))["groups"][-1]["incidents"] == 1


async def test_who_may_not_know_of_medical_incidents_learns_nothing_of_them(kept: tuple[Rig, SqlArchive]) -> None:
    rig, archive = kept
    await fold(archive, over(1), over(2, kind="MED.ALARM.CARE"))
    assert (await report(rig))["groups"][-1]["incidents"] == 2
    assert (await report(rig, Role.AUDITOR))["groups"][-1]["incidents"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-04-01T00:00:00Z"}, "until"),
        ({"from": "2026-03-01T00:00:00"}, "from"),
        ({"by": "operator"}, "by"),
    ],
    ids=["backwards", "no zone", "never by person"],
)
async def test_what_cannot_be_asked_is_refused_by_field(
    kept: tuple[Rig, SqlArchive], query: dict[str, str], field: str
) -> None:
    rig, _ = kept
    answer = await rig.token(Role.SUPERVISOR).get("/reports/response", params={**MONTH, **query})
    assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
