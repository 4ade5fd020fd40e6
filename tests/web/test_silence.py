"""What supervision keeps is shown to the room, in lists that end and with numbers that do not lie."""

from datetime import timedelta
from pathlib import Path

import pytest

from belfry.centre.supervision import OutageNow, Silent, Slow, Uncommissioned
from belfry.ports.staff import Role
from belfry.web.house import Silence
from belfry.web.silences import LISTED_MOST
from tests.web.kit import START, Rig, centre

MINUTE = timedelta(minutes=1)


def silence(most: int) -> Silence:
    """A centre in which 700 sites fell silent together, and a little else is wrong."""
    lost = [Silent("shop", "tcp", START, START - MINUTE, "TECH.COMMS.LOST", None)]
    lost += [Silent(f"gone{n}", "udp", START, None, "TECH.OUTAGE", "prefix/panels/0") for n in range(699)]
    return Silence(
        lost=lost[:most],
        lost_count=len(lost),
        not_commissioned=[
            Uncommissioned("panels", "0", "0999", None, "", START),
            Uncommissioned(None, None, "1001", "school", "School", None),
        ],
        not_commissioned_count=2,
        slow=[Slow("school", "panel", 2 * MINUTE, 3 * MINUTE)],
        slow_count=1,
        outages=[OutageNow("prefix/panels/0", START, 690, 699)],
        outage_count=1,
    )


async def test_each_list_ends_and_says_how_many_there_are(tmp_path: Path) -> None:
    async with centre(tmp_path, silence=silence) as rig:
        said = (await rig.token().get("/supervision")).json()
    assert (len(said["lost"]), LISTED_MOST) == (500, 500)
    assert said["totals"] == {
        "lost": 700,
        "not_commissioned": 2,
        "slow": 1,
        "outages": 1,
        "overdue": 0,
        "scheduled": 0,
    }
    shop, other = said["lost"][:2]
    assert (shop["account"], shop["site"]["name"], shop["kind"]) == ("2002", "Shop", "TECH.COMMS.LOST")
    assert (shop["since"], shop["heard_at"]) == ("2026-03-14T02:14:00Z", "2026-03-14T02:13:00Z")
    assert (other["account"], other["site"], other["outage"]) == (None, None, "prefix/panels/0")
    assert [one["account_id"] for one in said["not_commissioned"]] == [None, "school"]
    (slow,) = said["slow"]
    assert (slow["site"]["name"], slow["path"], slow["observed_s"], slow["window_s"]) == ("School", "panel", 120, 180)
    assert said["outages"] == [
        {"part": "prefix/panels/0", "since": "2026-03-14T02:14:00Z", "silent": 690, "folded": 699, "incident": None}
    ]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SERVICE}))
async def test_where_nobody_would_hear_an_alarm_is_told_in_the_room_alone(rig: Rig, role: Role) -> None:
    room = {Role.OPERATOR, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMINISTRATOR}
    answer = await rig.token(role).get("/supervision")
    assert answer.status_code == (200 if role in room else 403)


async def test_accounts_say_their_panels_quirks_and_can_be_asked_for_them(tmp_path: Path) -> None:
    async with centre(tmp_path, quirks=lambda: {"care": ["clock", "port-key"], "shop": ["clock"]}) as rig:
        client = rig.token(Role.INSTALLER)
        everybody = (await client.get("/accounts")).json()["items"]
        odd = (await client.get("/accounts?quirks=true&limit=1")).json()
        rest = (await client.get("/accounts", params={"quirks": True, "after": odd["next"]})).json()
    assert {one["id"]: one["quirks"] for one in everybody} == {
        "school": [],
        "shop": ["clock"],
        "care": ["clock", "port-key"],
    }
    assert [one["id"] for one in odd["items"] + rest["items"]] == ["shop", "care"]
