"""A centre that burnt down while units were out goes on from its backup: who is on duty and sent where, who was told,
pictures, plans and phones; what may have left in the life that is lost says so; what was erased stays erased."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from msgspec import structs

from belfry.app.keeping.backup import back_up
from belfry.app.keeping.restore import restore
from belfry.ports.staff import Role
from belfry.settings import Settings
from belfry.settings.alerting import PushTable
from belfry.simulator.push_service import HOST
from tests.stories.kit import ROOMY, SITES, Clock, Desk, Row, Town, until, until_told
from tests.stories.test_alerts import a_unit, alerts, on_duty, report, told
from tests.stories.test_field import a_picture, upload
from tests.stories.test_push import registered, until_stage, with_phones

HERE: Final = {"latitude": 54.0712, "longitude": -0.2113}
REPEAT: Final = "May be a repeat."


@asynccontextmanager
async def elsewhere(place: Path, of: Town, kept: Path, clock: Clock) -> AsyncIterator[Town]:
    """Another machine, to which the instance key was carried by hand."""
    data = place / "data"
    data.mkdir(parents=True, mode=0o700)
    shutil.copy2(of.settings.data / "instance.key", data / "instance.key")
    await restore(structs.replace(Settings(), data=data), kept / "backup", kept / "keys", now=clock())

    def change(settings: Settings) -> Settings:
        return structs.replace(settings, push=PushTable(hosts=(HOST,), ca_file=of.settings.push.ca_file))

    town = Town(place, clock, SITES, ROOMY, change)
    await town.start()
    try:
        yield town
    finally:
        await town.stop()


async def looked_at(desk: Desk, incident: str, picture: str) -> int:
    answer = await desk.post(f"/incidents/{incident}/pictures/{picture}/look", purpose="handling")
    return answer.status_code


async def test_who_was_sent_is_sent_still_and_a_push_that_may_have_left_says_so(tmp_path: Path) -> None:
    async with with_phones(tmp_path / "old") as (town, service):
        room, boss = await town.operator("anna"), await town.operator("bea", Role.SUPERVISOR)
        engine, ladder = await a_unit(town, "E1"), await a_unit(town, "L1")
        cleo, dora = await on_duty(town, "cleo", engine), await on_duty(town, "dora", ladder)
        phones = {one.name: await registered(one, service) for one in (cleo, dora)}
        phones["dora"].answers = [503]
        site = (await boss.get("/accounts"))["items"][0]["id"]
        floor = await upload(boss, f"/accounts/{site}/floor-plans?label=Ground", a_picture())
        assert floor.status_code == 201, floor.text
        await report(cleo, "FIRE.STRUCT", note="Flames", place={"position": HERE})
        (mine, _) = await told(cleo, dora)
        incident = mine["incident"]
        await until_stage(room, incident, cleo="sent", dora="failed")
        await room.act(incident, "take")
        picture = (await upload(room, f"/incidents/{incident}/pictures", a_picture())).json()["id"]
        assert (await room.post(f"/incidents/{incident}/units", unit=engine)).status_code == 200
        await until(lambda: len(phones["cleo"].got) == 2)

        async def settled_alerts() -> bool:
            return len(await alerts(cleo)) == 2 and not any(
                str(one.stage) == "tried" for one in town.centre.notices.newest(9)
            )

        await until_told(settled_alerts)
        units: list[Row] = (await room.get("/units"))["items"]
        plans = await boss.get(f"/accounts/{site}/floor-plans")
        back_up(town.settings, tmp_path / "backup", tmp_path / "keys", now=town.clock())

        await town.pass_time(seconds=12)  # and this life is lost
        await until(lambda: len(phones["dora"].got) == 1)
        assert phones["dora"].got[0]["body"].endswith(REPEAT) is False
        sent = next(one for one in await alerts(cleo) if one["assignment"])
        assert (await cleo.post(f"/me/alerts/{sent['alert']}", answer="accepted")).status_code == 200
        await town.stop()
        before, now = {name: len(one.got) for name, one in phones.items()}, town.clock.now
        try:
            async with elsewhere(tmp_path / "new", town, tmp_path, Clock(now + timedelta(minutes=5))) as again:
                room, boss = await again.operator("anna"), await again.operator("bea", Role.SUPERVISOR)
                cleo = await again.operator("cleo", Role.RESPONDER)
                there: list[Row] = (await room.get("/units"))["items"]
                same = ("id", "status", "since", "crew", "incident", "assignment", "sent")
                assert [[one[name] for name in same] for one in there] == [
                    [one[name] for name in same] for one in units
                ]
                assert sent["alert"] in [one["alert"] for one in await alerts(cleo)], "what he answered is asked again"
                assert await boss.get(f"/accounts/{site}/floor-plans") == plans
                assert await looked_at(room, incident, picture) == 200
                await until(lambda: len(phones["dora"].got) > before["dora"])
                assert phones["dora"].got[-1]["body"].endswith(REPEAT)
                assert phones["dora"].got[-1]["again"] is True
                repeats = [one for one in phones["cleo"].got[before["cleo"] :] if one["why"] == "alert"]
                assert [one.get("again") for one in repeats] == [True] * len(repeats)

            late = Clock(now + timedelta(hours=80))  # the backup's keys are as old as the backup
            async with elsewhere(tmp_path / "late", town, tmp_path, late) as again:
                room = await again.operator("anna")
                assert await looked_at(room, incident, picture) in (403, 410)
                row = await room.detail(incident)
                assert "Flames" in str(row), "what lives longer can be read"
                stores = again.centre._stores
                known = again.centre.board.get(incident)
                assert known is not None
                page = await stores.journal.page(known.pictures[0].position - 1, 1)
                sealed = page[0].entry.facts[0].sealed  # type: ignore[union-attr]  # the picture's own fact
                assert await stores.keys.get([one.key for one in sealed]) == {}
        finally:
            await town.start()  # its own end stops it once more
