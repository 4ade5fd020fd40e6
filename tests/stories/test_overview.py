"""What the overview of a supervisor shows: who is silent, who was never heard, whose panel is odd."""

import pytest

from belfry.ports.staff import Role
from tests.stories.kit import Town

PATH_SILENT_S = 51.0
"""Over twice the interval of 20 s and ten seconds: the hotel's."""


async def test_who_fell_silent_is_listed_by_name_and_who_was_never_heard_too(town: Town) -> None:
    desk = await town.operator("anna")
    nothing = {"lost": 0, "not_commissioned": 16, "slow": 0, "outages": 0, "overdue": 0, "scheduled": 0}
    assert (await desk.get("/supervision"))["totals"] == nothing
    assert await town.panel("hotel").poll() == "ACK"
    heard_at = town.clock()
    assert await town.panel("0999").poll() == "ACK"  # an account of nobody
    await town.pass_time(seconds=PATH_SILENT_S)

    said = await desk.get("/supervision")
    assert said["totals"] == {"lost": 1, "not_commissioned": 16, "slow": 0, "outages": 0, "overdue": 0, "scheduled": 0}
    (lost,) = said["lost"]
    assert (lost["account"], lost["path"], lost["kind"], lost["outage"]) == ("5401", "tcp", "TECH.COMMS.LOST", None)
    assert lost["site"]["id"] == lost["account_id"]
    assert lost["heard_at"] == heard_at.isoformat().replace("+00:00", "Z") < lost["since"]
    stranger, *known = said["not_commissioned"]
    assert (stranger["account"], stranger["account_id"], stranger["receiver"]) == ("0999", None, "panels")
    assert len(known) == 15
    assert all(one["account_id"] and one["name"] and one["heard_at"] is None for one in known)

    assert await town.panel("hotel").poll() == "ACK"
    await town.pass_time(seconds=1)
    assert (await desk.get("/supervision"))["lost"] == []


async def test_a_panel_that_differs_from_the_standard_is_found_by_its_quirks(town: Town) -> None:
    desk = await town.operator("anna")
    panel = town.panel("school")
    assert (await desk.get("/accounts", quirks=True))["items"] == []
    panel.clock_off, panel.stubborn = -(town.clock() - town.clock().replace(year=2020)), True
    assert await town.say("school", "1111", "007") == "ACK"
    (odd,) = (await desk.get("/accounts", quirks=True))["items"]
    assert (odd["account"], "clock" in odd["quirks"]) == ("1001", True)
    everybody = (await desk.get("/accounts"))["items"]
    assert [one["account"] for one in everybody if one["quirks"]] == ["1001"]


@pytest.mark.parametrize("role", [Role.RESPONDER, Role.INSTALLER, Role.AUDITOR])
async def test_where_nobody_would_hear_an_alarm_is_told_in_the_room_alone(town: Town, role: Role) -> None:
    desk = await town.program(role)
    assert (await desk.client.get("/supervision")).status_code == 403
