"""Looking ahead over a real centre: what the free units reach, with turn-out, and where one had better wait."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from belfry.domain.unit import Service, Station, Unit, UnitType
from belfry.ports.archive import Folded
from belfry.ports.staff import Role
from tests.stories.kit import Desk, Town, open_town
from tests.web.test_response_report import over

WEST, EAST = (50.105, 8.605), (50.105, 8.755)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path) as opened:
        yield opened


async def station(town: Town, name: str, at: tuple[float, float], **more: Any) -> str:
    made = await town.centre.units.put_station(
        Station(id="", name=name, latitude=at[0], longitude=at[1], **more), by="test"
    )
    return made.id


async def engine(town: Town, sign: str, at: str, who: str, service: Service = Service.FIRE) -> Desk:
    unit = Unit(id="", call_sign=sign, service=service, type=UnitType.ENGINE, station=at)
    made = await town.centre.units.put_unit(unit, by="test")
    crew = await town.operator(who, Role.RESPONDER)
    assert (await crew.post(f"/units/{made.id}/crew")).status_code == 200
    return crew


async def test_what_is_free_is_what_covers_and_a_move_is_offered_and_not_made(town: Town) -> None:
    room = await town.operator("anna")
    west = await station(town, "West", WEST)
    await station(town, "East", EAST, stand_by=True)
    nobody = await room.get("/cover")
    assert (nobody["free"], nobody["share"], nobody["moves"]) == (0, 0, None)
    await engine(town, "E1", west, "cleo")
    await engine(town, "E2", west, "dora")
    await engine(town, "G1", west, "gus", Service.GUARD)
    seen = await room.get("/cover", minutes=8, moves=1)
    assert (seen["free"], seen["how"], seen["fell_back"]) == (2, ["straight"], None)
    assert {cell["unit"] for cell in seen["cells"]} == {"E1", None}
    nearest = min(cell["seconds"] for cell in seen["cells"] if cell["unit"])
    assert nearest >= 60, "turning out takes a minute"
    (move,) = seen["moves"]["items"]
    assert (move["to"], seen["moves"]["proven"], seen["moves"]["lost"]) == ("East", True, 0)
    assert seen["moves"]["after"] > seen["moves"]["before"] == seen["share"]
    units = (await room.get("/units"))["items"]
    assert {one["status"] for one in units} == {"available_station"}, "a person decides"


async def test_a_unit_that_is_sent_covers_nothing(town: Town) -> None:
    room = await town.operator("anna")
    await engine(town, "E1", await station(town, "West", WEST), "cleo")
    assert (await room.get("/cover"))["share"] > 0
    await town.say("school", "1110", zone="007")
    (row,) = await room.incidents("waiting")
    assert (await room.post(f"/incidents/{row['id']}/units", unit="E1")).status_code == 200
    assert ((await room.get("/cover"))["free"], (await room.get("/cover"))["share"]) == (0, 0)


async def test_each_service_is_told_of_its_own_load_and_guards_of_none(town: Town) -> None:
    room = await town.operator("anna")
    school = next(one for one in (await room.get("/accounts"))["items"] if one["latitude"] is not None)["id"]
    ended = town.clock() - timedelta(days=3)
    kinds = ["FIRE.ALARM.AUTO"] * 12 + ["PROP.ALARM.INTR"] * 40 + ["PERS.ALARM.HOLDUP"] * 40 + ["MED.ALARM.CARE"] * 7
    folded = {
        f"i{n}": msgspec.structs.replace(over(n, kind=kind), id=f"i{n}", account_id=school, closed_at=ended)
        for n, kind in enumerate(kinds)
    }
    archive = town.centre._stores.archive
    await archive.fold(Folded(upto=await archive.position() + 1, incidents=dict(folded)))

    async def loads(service: str) -> tuple[list[int], int, int]:
        said = await room.get("/cover", service=service)
        return [cell["load"] for cell in said["cells"] if cell["load"] is not None], said["elsewhere"], said["medical"]

    assert await loads("fire") == ([12], 0, 0)
    assert await loads("guard") == await loads("police") == ([], 0, 0)
    assert await loads("ems") == ([], 0, 7)


async def test_it_is_for_the_room(town: Town) -> None:
    crew = await town.operator("cleo", Role.RESPONDER)
    room = await town.operator("anna")
    assert [(await one.client.get("/cover")).status_code for one in (crew, room)] == [403, 200]
    for bad in ("minutes=0", "minutes=31", "service=mayor", "moves=6"):
        assert (await room.client.get(f"/cover?{bad}")).status_code == 400
