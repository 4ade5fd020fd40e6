"""The demo has a fire station, a guard company, an ambulance and a nurse on call at work."""

from pathlib import Path

from belfry.app.demo_units import UNITS, units
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
