"""A site is put on test: signals are kept, ticked off and muted as far as asked - and nothing else happens."""

from typing import Any

import httpx

from belfry.domain.contacts import Authority, Contact, ContactRole
from belfry.domain.premises import Hazard, Zone
from belfry.domain.site_file import SiteChange
from belfry.simulator import scenes
from tests.stories.kit import Desk, Town, until

WORD, FORCED = "blue heron", "grey heron"


async def account_id(town: Town, role: str) -> str:
    """The registry's id of a site of the cast."""
    number = town.player.role(role)
    return next(one.id for one in town.centre.book.all() if one.account == number)


async def furnish(town: Town, role: str, zones: tuple[Zone, ...] = ()) -> str:
    """Give a site a contact with a word and a duress word, and zones."""
    site = await account_id(town, role)
    door = town.centre.sites
    contact = Contact(order=1, name="Head", role=ContactRole.MANAGER, authority=(Authority.ON_TEST,))
    file = await door.site(site)
    assert file is not None
    file = await door.edit(site, SiteChange(contacts=(contact,), zones=zones), version=file.version, by="test")
    words = town.centre.words
    await words.set(site, file.contacts[0].id, WORD, by="test")
    await words.set(site, file.contacts[0].id, FORCED, duress=True, by="test")
    town.centre.book.put_parts(site, file.parts)
    return site


async def put_on(desk: Desk, site: str, **more: Any) -> dict[str, Any]:
    answer = await desk.post("/tests", account_id=site, **{"minutes": 60, "word": WORD, **more})
    assert answer.status_code == 201, answer.text
    test: dict[str, Any] = answer.json()
    return test


async def listed(desk: Desk, state: str = "running") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await desk.get("/tests", state=state))["items"]
    return items


async def acts(desk: Desk, account: str) -> list[str]:
    return [one["act"] for one in await desk.signals(account)]


async def test_a_technicians_test_ticks_off_nineteen_of_twenty_and_zone_4_in_alarm_opens_at_its_end(
    town: Town,
) -> None:
    anna = await town.operator("anna")
    site = await furnish(town, "workshop")
    expected = [{"zone": f"{zone:03}"} for zone in range(1, 21)]
    test = await put_on(anna, site, expected=expected)
    for step in scenes.TECHNICIANS_TEST.steps:  # no deadline of anybody's lies between, so nobody waits for one
        town.clock.wait(seconds=3)
        await town.player.say(town.player.role("workshop"), step)
    await town.settled()
    assert await anna.told() == []
    (now,) = await listed(anna)
    assert (now["ticked"], now["missing"]) == (19, 1)
    assert [one["zone"] for one in now["expected"] if one["ticked_at"] is None] == ["020"]
    assert set(await acts(anna, now["account"])) == {"on_test"}

    ended = (await anna.post(f"/tests/{test['id']}/end")).json()
    await town.settled()
    assert (ended["still_in_alarm"], ended["ended_by"]) == (1, "anna")
    (row,) = await anna.incidents()
    assert (row["kind"], row["zone"], row["state"]) == ("PROP.ALARM.INTR", "004", "waiting")
    assert row["opened_at"] == now_text(town)
    detail = await anna.detail(row["id"])
    assert "still in alarm at the end of a test" in detail["reasons"]
    assert await listed(anna) == []


def now_text(town: Town) -> str:
    return town.clock.now.isoformat().replace("+00:00", "Z")


async def test_without_its_tick_a_fire_a_hold_up_and_a_silence_still_ring(town: Town) -> None:
    anna = await town.operator("anna")
    site = await furnish(town, "hotel")
    await put_on(anna, site)
    await town.panel("hotel").poll()
    await town.say("hotel", "1110", "001")
    await town.say("hotel", "1122", "002")
    await town.say("hotel", "1130", "003")
    await town.pass_time(seconds=120)
    told = sorted(line.split(" ")[0] for line in await anna.told())
    assert told == ["FIRE.ALARM.AUTO", "PERS.ALARM.HOLDUP", "TECH.COMMS.LOST"]
    assert (await acts(anna, "5401")).count("on_test") == 1


async def test_with_every_tick_they_are_kept_and_nobody_is_troubled(town: Town) -> None:
    anna = await town.operator("anna")
    site = await furnish(town, "hotel")
    test = await put_on(anna, site, ticks=["fire", "panic", "comms"])
    await town.panel("hotel").poll()
    await town.say("hotel", "1110", "001")
    await town.say("hotel", "3110", "001")
    await town.say("hotel", "1122", "002")
    await town.pass_time(seconds=120)
    assert await anna.told() == []
    assert await acts(anna, "5401") == ["on_test"] * 4
    await town.panel("hotel").poll()
    await town.pass_time(seconds=1)
    await anna.post(f"/tests/{test['id']}/end")
    await town.settled()
    assert await anna.told() == []


async def test_it_warns_and_then_ends_by_itself(town: Town) -> None:
    anna = await town.operator("anna")
    site = await furnish(town, "shop")
    await put_on(anna, site, minutes=20)
    town.clock.wait(minutes=11)
    await town.settled()
    assert (await listed(anna))[0]["stage"] == "warning"
    town.clock.wait(minutes=9)
    await until(lambda: not list(town.centre.triage.on_test.running()))
    await town.settled()
    (over,) = await listed(anna, "ended")
    assert (over["how"], over["ended_by"]) == ("time", None)
    await town.say("shop", "1134", "001")
    assert [line.split(" ")[0] for line in await anna.told()] == ["PROP.ALARM.INTR"]


async def test_a_scope_of_zones_mutes_those_and_an_unknown_zone_never(town: Town) -> None:
    anna = await town.operator("anna")
    zones = (Zone(number="001", hazard=Hazard.INTRUSION), Zone(number="002", hazard=Hazard.INTRUSION))
    site = await furnish(town, "shop", zones)
    await put_on(anna, site, scope={"reach": "only", "zones": ["001"]})
    await town.say("shop", "1134", "001")
    assert await anna.told() == []
    await town.say("shop", "1134", "009")
    await town.say("shop", "1134", "002")
    assert await acts(anna, "2002") == ["on_test", "open", "join"]


async def test_all_except_a_hazard_leaves_that_to_the_operators(town: Town) -> None:
    anna = await town.operator("anna")
    zones = (Zone(number="001", hazard=Hazard.INTRUSION), Zone(number="011", hazard=Hazard.WATER))
    site = await furnish(town, "museum", zones)
    await put_on(anna, site, scope={"reach": "all_except", "hazards": ["water"]})
    await town.say("museum", "1134", "001")
    await town.say("museum", "1154", "011")
    assert [line.split(" ")[0] for line in await anna.told()] == ["TECH.WATERLEAK"]


async def test_the_bank_manager_who_is_forced_hears_done_and_nothing_is_on_test(town: Town) -> None:
    """RULES 5, Bank."""
    anna = await town.operator("anna")
    site = await furnish(town, "bank")
    await town.play(scenes.BANK)
    answer = await anna.post("/tests", account_id=site, minutes=60, word=FORCED, ticks=["panic"])
    assert answer.status_code == 201
    assert answer.json()["stage"] == "running"
    await town.settled()
    assert await listed(anna, "all") == []
    assert await anna.told() == ["PERS.ALARM.HOLDUP 1 waiting 3003", "PERS.ALARM.DURESS 1 waiting 3003"]
    await town.say("bank", "1134", "007")
    assert len(await anna.incidents()) == 3


async def test_a_person_on_duty_or_on_the_phone_is_never_muted(town: Town) -> None:
    anna = await town.operator("anna")
    site = await furnish(town, "shop")
    await put_on(anna, site, ticks=["fire", "panic", "comms"])
    for kind in ("PERS.ALARM.PANIC", "FIRE.STRUCTURE"):
        answer = await anna.post("/calls", kind=kind, place={"site": site})
        assert answer.status_code in (202, 400), answer.text
    await town.settled()
    assert len(await anna.incidents()) >= 1


async def test_a_panels_own_test_mode_is_a_banner_and_over_eight_hours_a_disabled_panel(town: Town) -> None:
    anna = await town.operator("anna")
    site = await account_id(town, "shop")
    await town.say("shop", "1607")
    assert await listed(anna) == []
    assert [one["code"] for one in (await anna.get(f"/accounts/{site}/tests"))["panel"]] == ["607"]
    town.clock.wait(hours=8)
    await until(lambda: bool(list(town.centre.board.queue())))
    await town.settled()
    assert await anna.told() == ["TECH.DISABLED 3 waiting 2002"]
    await town.say("shop", "3607")
    assert await anna.told() == ["TECH.DISABLED 3 closed 2002 [restored]"]
    assert (await anna.get(f"/accounts/{site}/tests"))["panel"] == []


async def test_programming_on_test_is_expected_and_otherwise_told(town: Town) -> None:
    anna = await town.operator("anna")
    site = await furnish(town, "shop")
    await put_on(anna, site)
    await town.say("shop", "1306")
    assert await anna.told() == []
    await town.say("museum", "1306")
    assert [line.split(" ")[0] for line in await anna.told()] == ["TECH.PROGRAM"]


async def test_restarted_in_the_middle_of_a_test_it_goes_on(town: Town) -> None:
    anna = await town.operator("anna")
    site = await furnish(town, "shop")
    await put_on(anna, site, expected=[{"zone": "001"}, {"zone": "002"}])
    await town.say("shop", "1134", "001")
    await town.restart()
    anna = await town.operator("anna")
    (test,) = await listed(anna)
    assert (test["ticked"], test["missing"]) == (1, 1)
    await town.say("shop", "1134", "002")
    assert await anna.told() == []
    town.clock.wait(hours=2)
    await until(lambda: not list(town.centre.triage.on_test.running()))
    await town.settled()
    (row,) = await anna.incidents()
    assert row["restore"]["open_points"] == 2


async def test_a_technician_on_his_phone_sees_zones_come_in_and_ends_it_himself(town: Town) -> None:
    anna = await town.operator("anna")
    site = await furnish(town, "shop")
    code = (await anna.post("/technician-codes", account_id=site, minutes=120)).json()["code"]
    async with httpx.AsyncClient(base_url=f"{town.url}api/v1") as phone:
        assert (await phone.post("/technician/session", json={"code": code})).status_code == 200
        body = {"minutes": 60, "expected": [{"zone": "1"}, {"zone": "2"}]}
        assert (await phone.post("/technician/test", json=body)).status_code == 200
        await town.say("shop", "1134", "001")
        page = (await phone.get("/technician")).json()
        assert [one["zone"] for one in page["test"]["expected"] if one["ticked_at"] is None] == ["2"]
        town.clock.wait(minutes=51)
        await town.settled()
        assert (await phone.get("/technician")).json()["test"]["stage"] == "warning"
        assert (await phone.post("/technician/extend", json={"minutes": 30})).json()["test"]["stage"] == "running"
        assert await anna.told() == []
        assert (await phone.post("/technician/end")).json()["test"]["still_in_alarm"] == 1
    await town.settled()
    assert [line.split(" ")[0] for line in await anna.told()] == ["PROP.ALARM.INTR"]


async def test_a_forced_technician_is_shown_the_same_page_after_a_restart_and_nothing_is_on_test(town: Town) -> None:
    anna = await town.operator("anna")
    site = await furnish(town, "shop")
    code = (await anna.post("/technician-codes", account_id=site, minutes=120)).json()["forced"]
    async with httpx.AsyncClient(base_url=f"{town.url}api/v1") as phone:
        assert (await phone.post("/technician/session", json={"code": code})).status_code == 200
        body = {"minutes": 60, "expected": [{"zone": "1"}, {"zone": "2"}]}
        assert (await phone.post("/technician/test", json=body)).status_code == 200
        await town.say("shop", "1134", "001")
        before = (await phone.get("/technician")).json()
        cookies = phone.cookies
    await town.restart()
    anna = await town.operator("anna")
    async with httpx.AsyncClient(base_url=f"{town.url}api/v1", cookies=cookies) as phone:
        after = (await phone.get("/technician")).json()
        assert after["test"] == before["test"]
        assert (after["test"]["ticked"], after["test"]["missing"]) == (1, 1)
        too_long = await phone.post("/technician/extend", json={"minutes": 10_000})
        assert too_long.status_code == 200, "no longer than his code is good, as for any other"
        ended = (await phone.post("/technician/end")).json()["test"]
        assert (ended["stage"], ended["how"], ended["ended_by"]) == ("ended", "technician", "technician")
    await town.settled()
    assert await listed(anna) == []
    rows = sorted(line.split(" ")[0] for line in await anna.told())
    assert rows == ["PERS.ALARM.DURESS", "PROP.ALARM.INTR"]
