"""The demo has a fire station, a guard company, an ambulance and a nurse on call at work."""

from pathlib import Path

from belfry.app.demo_units import UNITS, units
from belfry.app.demo_work import Field, step
from belfry.domain.unit import FREE, UnitStatus
from belfry.ports.staff import Role
from tests.stories.kit import open_town


async def test_who_comes_is_in_the_rota_signed_on_and_free(tmp_path: Path) -> None:
    async with open_town(tmp_path, count=16) as town:
        await units(town.centre, now=town.clock)
        await units(town.centre, now=town.clock)
        head = await town.operator("head", Role.SUPERVISOR)
        fleet = await head.get("/fleet")
        assert [one["call_sign"] for one in fleet["units"]] == sorted(one.call_sign for one in UNITS)
        assert {one["station"] for one in fleet["units"]} == {one["id"] for one in fleet["stations"]}
        crews = {one.call_sign: sorted(one.crew) for one in UNITS}
        rota: dict[str, list[str]] = {}
        for shift in (await head.get("/shifts"))["items"]:
            if shift["since"] <= town.clock().isoformat():
                rota.setdefault(shift["call_sign"], []).append(shift["user"])
        assert {sign: sorted(names) for sign, names in rota.items()} == crews
        now = {one["call_sign"]: one for one in (await head.get("/units"))["items"]}
        assert {sign: sorted(each["user"] for each in one["crew"]) for sign, one in now.items()} == crews
        assert {UnitStatus(one["status"]) for one in now.values()} <= FREE
        assert now["N 1"]["status"] == "on_call"


async def test_who_is_sent_goes_there_works_and_comes_home_and_patrols_go_round(tmp_path: Path) -> None:
    async with open_town(tmp_path, count=16) as town:
        await units(town.centre, now=town.clock)
        head = await town.operator("head", Role.SUPERVISOR)
        await town.say("school", "1110", "007")
        (fire,) = await head.incidents("waiting")
        assert (await head.post(f"/incidents/{fire['id']}/units", unit="E 1")).status_code == 200
        here, seen, rounds = Field(), set[str](), set[tuple[float, float]]()
        for unit in town.centre.units.book.all():
            await step(town.centre, here, unit, town.centre.dispatch.now.get(unit.id), town.clock())
        spots = {one["call_sign"]: one["where"] for one in (await head.get("/units"))["items"]}
        assert None not in spots.values(), "the station, the guards and the nurse on call stand on the map"
        assert len({(one["latitude"], one["longitude"]) for one in spots.values()}) == len(spots), "beside each other"
        for _ in range(400):
            town.clock.wait(seconds=2)
            for unit in town.centre.units.book.all():
                await step(town.centre, here, unit, town.centre.dispatch.now.get(unit.id), town.clock())
            now = {one["call_sign"]: one for one in (await head.get("/units"))["items"]}
            seen.add(now["E 1"]["status"])
            if now["G 1"]["where"] is not None:
                rounds.add((now["G 1"]["where"]["latitude"], now["G 1"]["where"]["longitude"]))
            if now["E 1"]["status"] == "available_station" and "on_scene" in seen:
                break
        assert seen == {"offered", "accepted", "en_route", "on_scene", "available_mobile", "available_station"}
        assert not any(one["where"]["old"] for one in (await head.get("/units"))["items"])
        (sent,) = (await head.get(f"/incidents/{fire['id']}/units"))["items"]
        assert sent["left_at"] is not None
        assert len(rounds) > 5
