"""Guards' rounds, care accounts that fall quiet, and lone workers: who is missed is told once, and nobody else is."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from belfry.domain.schedules import Interval, Schedule, ScheduleKind
from belfry.domain.site_file import SiteChange
from tests.stories.kit import ROOMY, Clock, Desk, Town

WEEK: Final = tuple(range(7))
NIGHT: Final = datetime(2026, 3, 14, 22, 0, 0, tzinfo=UTC)
"""A Saturday; the town keeps London's time, which is UTC then."""
EVERY_S, GRACE_S = 300, 60


def wants(kind: ScheduleKind, point: str | None = None, *, name: str = "Night") -> Schedule:
    """Something is heard every five minutes, at the latest one later, from ten in the evening."""
    evening = Interval(days=WEEK, since=1_320, until=1_440, every_s=EVERY_S, grace_s=GRACE_S)
    return Schedule(name=name, kind=kind, point=point, intervals=(evening,))


@pytest.fixture
async def night(tmp_path: Path) -> AsyncIterator[Town]:
    town = Town(tmp_path, Clock(NIGHT), 16, ROOMY)
    await town.start()
    try:
        yield town
    finally:
        await town.stop()


async def expect(town: Town, role: str, *schedules: Schedule) -> str:
    """Give a site what it waits for; returns its id."""
    number = town.player.role(role)
    site = next(one.id for one in town.centre.book.all() if one.account == number)
    file = await town.centre.sites.site(site)
    assert file is not None
    file = await town.centre.sites.edit(site, SiteChange(schedules=schedules), version=file.version, by="test")
    town.centre.book.put_parts(site, file.parts)
    town.centre.schedules.changed(site)
    return site


async def overdue(desk: Desk) -> list[tuple[str, str, str | None]]:
    """Who is missed now: kind, account, and the point where one is meant."""
    board = await desk.get("/supervision")
    return sorted((one["kind"], one["account"], one["point"]) for one in board["overdue"])


async def test_a_guard_who_misses_one_check_point_is_missed_there_and_found_at_the_next_round(night: Town) -> None:
    town, anna = night, await night.operator("anna")
    gate, quay = wants(ScheduleKind.TOUR, "011", name="Gate"), wants(ScheduleKind.TOUR, "012", name="Quay")
    await expect(town, "depot", gate, quay)
    await town.pass_time(minutes=4)
    await town.say("depot", "1611", "011")  # his chip at the gate; he never comes to the quay
    assert await anna.told() == []

    await town.pass_time(minutes=2, seconds=1)
    assert await anna.told() == ["ADM.TOUR 3 waiting 5501"]
    (missed,) = await anna.incidents()
    assert missed["zone"] == "012"
    detail = await anna.detail(missed["id"])
    assert "its schedule wanted it by 22:06" in detail["reasons"]
    assert await overdue(anna) == [("ADM.TOUR", "5501", "012")]

    await town.restart()
    anna = await town.operator("anna")
    assert await anna.told() == ["ADM.TOUR 3 waiting 5501"], "and a restart says it no second time"
    await town.say("depot", "1611", "011")
    assert await overdue(anna) == [("ADM.TOUR", "5501", "012")], "another point is not the one that is missed"
    await town.say("depot", "1611", "012")
    await town.pass_time(seconds=2)
    (found,) = await anna.incidents()
    assert found["flags"] == ["restored"]
    assert await overdue(anna) == []
    assert [row["kind"] for row in await anna.incidents()] == ["ADM.TOUR"], "and nothing else happened"


async def test_a_round_is_no_alarm_that_a_guard_sets_off(night: Town) -> None:
    """An alarm at the check point says that something is wrong there, not that he has been there."""
    town, anna = night, await night.operator("anna")
    await expect(town, "depot", wants(ScheduleKind.TOUR, "011"))
    await town.pass_time(minutes=4)
    await town.say("depot", "1130", "011")
    await town.pass_time(minutes=2, seconds=2)
    assert sorted(row["kind"] for row in await anna.incidents()) == ["ADM.TOUR", "PROP.ALARM.INTR"]


async def test_only_an_enrolled_care_account_that_falls_quiet_is_about_a_person(night: Town) -> None:
    town, anna = night, await night.operator("anna")
    for role in ("farm", "home"):  # the farm is enrolled with the care service, the house in Mill Lane is not
        await expect(town, role, wants(ScheduleKind.ACTIVITY))
    await town.pass_time(minutes=4)
    for role in ("farm", "home"):
        await town.say(role, "1602")  # a test report is the panel's, nobody's activity
    assert await anna.told() == []

    await town.pass_time(minutes=2, seconds=1)
    assert sorted(await anna.told()) == ["MED.ALARM.INACTIVITY 2 waiting 5801", "TECH.NOACTIVITY 4 waiting 5701"]
    assert await overdue(anna) == [
        ("MED.ALARM.INACTIVITY", "5801", None),
        ("TECH.NOACTIVITY", "5701", None),
    ]

    for role in ("farm", "home"):
        await town.say(role, "1401", "001")
    await town.pass_time(seconds=2)
    by_kind = {row["kind"]: row for row in await anna.incidents()}
    assert by_kind["TECH.NOACTIVITY"]["state"] == "closed", "the house is heard again, and nobody has to do anything"
    person = by_kind["MED.ALARM.INACTIVITY"]
    assert (person["state"], person["flags"]) == ("waiting", ["restored"]), "a life kind is closed by a person alone"
    assert await overdue(anna) == []
    assert len(by_kind) == len(await anna.incidents()) == 2, "and nothing else happened"


async def test_a_lone_worker_is_missed_once_over_a_restart_and_a_care_call_is_about_welfare(night: Town) -> None:
    town, anna = night, await night.operator("anna")
    await expect(town, "workshop", wants(ScheduleKind.CHECK_IN, "005"))
    await expect(town, "farm", wants(ScheduleKind.CHECK_IN))
    await town.pass_time(minutes=4)
    await town.say("workshop", "1602", "005")
    await town.say("farm", "1602")
    await town.pass_time(minutes=5, seconds=59)
    assert await anna.told() == [], "both were heard in time"

    await town.say("workshop", "1602", "006")  # another's button
    await town.pass_time(seconds=3)
    rows = ["MED.WELFARE 2 waiting 5801", "PERS.LONE.MISSED 2 waiting 5301"]
    assert sorted(await anna.told()) == rows
    await town.restart()
    anna = await town.operator("anna")
    await town.pass_time(seconds=5)
    assert sorted(await anna.told()) == rows
    await town.say("workshop", "1602", "005")
    await town.pass_time(seconds=2)
    (worker,) = [row for row in await anna.incidents() if row["kind"] == "PERS.LONE.MISSED"]
    assert (worker["state"], worker["flags"]) == ("waiting", ["restored"]), "somebody still asks him how he is"
    assert len(await anna.incidents()) == 2, "and nothing else happened"
