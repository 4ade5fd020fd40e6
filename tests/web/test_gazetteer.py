"""`GET /places`: who may ask, what comes back, and what where there is no gazetteer or a damaged one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from belfry.domain.unit import Service, Unit, UnitType
from belfry.gazetteer import FILE, SqliteGazetteer, build
from belfry.ports.staff import Role
from belfry.simulator.gazetteer import write_gazetteer
from tests.web.kit import PASSWORD, START, Rig, centre


@asynccontextmanager
async def town(folder: Path, *, furnished: bool = True) -> AsyncIterator[Rig]:
    if furnished:
        write_gazetteer(folder / "town.csv")
        build([folder / "town.csv"], folder / FILE, now=START)
    gazetteer = SqliteGazetteer(folder)
    async with centre(folder, gazetteer=gazetteer) as rig:
        yield rig
    await gazetteer.close()


async def test_the_room_finds_an_address_near_the_caller(tmp_path: Path) -> None:
    async with town(tmp_path) as rig:
        answer = await rig.token(Role.OPERATOR).get("/places?q=2 lindne walk&near=54.0725,-0.2108&limit=3")
    told = answer.json()
    assert (answer.status_code, told["gazetteer"], told["ignored"]) == (200, "ready", [])
    assert (told["items"][0]["label"], told["items"][0]["kind"]) == ("Linden Walk 2, AN1 2DD Anderby", "address")


async def test_near_alone_gives_the_nearest_address_and_nothing_at_all_is_refused(tmp_path: Path) -> None:
    async with town(tmp_path) as rig:
        operator = rig.token(Role.OPERATOR)
        near = await operator.get("/places?near=54.0725,-0.2108&limit=1")
        refused = [await operator.get(path) for path in ("/places", "/places?near=here", "/places?near=91,0&q=mill")]
    assert [one["kind"] for one in near.json()["items"]] == ["address"]
    assert [one.status_code for one in refused] == [400, 400, 400]


async def test_without_a_gazetteer_coordinates_are_found_all_the_same(tmp_path: Path) -> None:
    async with town(tmp_path, furnished=False) as rig:
        answer = await rig.token(Role.OPERATOR).get("/places?q=54.0725 -0.2108")
    assert answer.json()["gazetteer"] == "none"
    assert [one["kind"] for one in answer.json()["items"]] == ["position"]


async def test_a_damaged_gazetteer_is_told_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1_000)
    async with town(tmp_path, furnished=False) as rig:
        answer = await rig.token(Role.OPERATOR).get("/places?q=mill lane")
    assert (answer.status_code, answer.json()["gazetteer"], answer.json()["items"]) == (200, "damaged", [])


async def test_a_responder_asks_while_on_duty_only_and_is_told_of_no_site(tmp_path: Path) -> None:
    async with town(tmp_path) as rig:
        rig.registry.users.add("rhea", Role.RESPONDER, PASSWORD, by="test")
        rhea = await rig.browser("rhea")
        before = await rhea.get("/places?q=mill lane")
        unit = await rig.units.put_unit(
            Unit(id="", call_sign="E 1", type=UnitType.ENGINE, service=Service.FIRE), by="test"
        )
        assert (await rhea.post(f"/units/{unit.id}/crew", json={})).status_code == 200
        during = await rhea.get("/places?q=mill lane")
    assert (before.status_code, before.json()["type"]) == (403, "belfry:off-duty")
    assert {one["street"] for one in during.json()["items"]} == {"Mill Lane"}


async def test_the_code_of_a_plate_is_the_place_of_a_report_wherever_it_was_read(tmp_path: Path) -> None:
    async with town(tmp_path) as rig:
        crew = rig.token(Role.RESPONDER)
        told = [
            await crew.post("/reports", json={"kind": "FIRE.SMOKE", "place": {"code": code}})
            for code in ("cp-03", "CP 99")
        ]
        assert [one.status_code for one in told] == [202, 202], "a code that nobody knows is no reason to lose a report"
        await rig.settled()
        items = (await rig.token(Role.OPERATOR).get("/incidents?state=open")).json()["items"]
    assert {one["place"] for one in items} == {"Dock gate 1, Dock Road, Anderby", "CP 99"}


async def test_who_has_no_business_with_places_is_refused(tmp_path: Path) -> None:
    async with town(tmp_path) as rig:
        for role in (Role.INSTALLER, Role.HOLDER, Role.AUDITOR, Role.OVERSEER):
            assert (await rig.token(role).get("/places?q=mill")).status_code == 403
