"""Signals at their site, from the panel's frame to the desk: what the registry says of them, and nothing else."""

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec import structs

from belfry.domain.premises import Area, CodeRule, Hazard, Zone
from belfry.domain.signal import Wire
from belfry.domain.site_file import SiteChange
from belfry.ports.staff import Role
from tests.stories.kit import Desk, Row, Town, told, until


def site_id(town: Town, role: str) -> str:
    number = town.player.role(role)
    return next(one.id for one in town.centre.book.all() if one.account == number)


async def register(town: Town, role: str, **parts: Any) -> None:
    """Have an editor write parts of a site, and the centre read them."""
    site = site_id(town, role)
    file = await town.centre.sites.site(site)
    assert file is not None
    file = await town.centre.sites.edit(site, SiteChange(**parts), version=file.version, by="test")
    town.centre.book.put(file.account)
    town.centre.book.put_parts(site, file.parts)


async def lines(desk: Desk) -> Sequence[tuple[str, str | None]]:
    """The open incidents on a line each, with who has them."""
    return [(told(row), row["taken_by"] or row["held_by"]) for row in await desk.incidents("open")]


async def test_code_rules_and_zones_of_the_registry_decide_what_a_signal_becomes(town: Town) -> None:
    desk = await town.operator("anna")
    await register(
        town,
        "shop",
        codes=(
            CodeRule(wire=Wire.SIA, code="BA", zone="004", kind="PROP.ALARM.SAFE"),
            CodeRule(wire=Wire.SIA, code="WA", act="log"),
        ),
        zones=(
            Zone(number="004", name="Safe"),
            Zone(number="007", name="Store room", hazard=Hazard.FIRE),
        ),
    )
    await town.say("shop", "WA", "002")
    assert await desk.told() == []
    await town.say("shop", "BA", "004")
    (safe,) = await desk.incidents()
    assert (safe["kind"], safe["priority"], safe["zone_name"]) == ("PROP.ALARM.SAFE", 1, "Safe")
    assert (await desk.detail(safe["id"]))["reasons"][-1] == "rule of the site for SIA BA, zone 004"
    await town.say("shop", "UA", "007")
    assert await desk.told() == ["FIRE.ALARM.AUTO 1 waiting 2002", "PROP.ALARM.SAFE 1 waiting 2002"]

    await register(town, "kiosk", zones=(Zone(number="009", name="Yard", outdoor=True),))
    await town.say("kiosk", "BG", "003")
    await town.say("kiosk", "BG", "009")
    assert (await desk.told())[2:] == ["PROP.ALARM.INTR 3 pending 2003"]
    await town.say("kiosk", "BG", "004")
    assert (await desk.told())[2:] == ["PROP.ALARM.INTR 2 waiting 2003"]


async def test_a_mall_and_its_shop_are_two_sites_on_one_panel(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    kiosk = site_id(town, "kiosk")
    await register(
        town, "shop", areas=(Area(number="1", name="Halls"), Area(number="2", name="Kiosk", sub_account=kiosk))
    )
    await town.say("shop", "BA", "003", area="1")
    await town.say("shop", "BA", "021", area="2")
    await town.say("shop", "YC", "000", area="2")
    assert await anna.told() == [
        "PROP.ALARM.INTR 2 waiting 2002",
        "PROP.ALARM.INTR 2 waiting 2003",
        "TECH.COMMS.PATH 3 waiting 2002",
    ]
    mine = (await anna.post("/incidents/next")).json()["incident"]
    his = (await boris.post("/incidents/next")).json()["incident"]
    assert (mine["account"], his["account"], his["area_name"]) == ("2002", "2003", "Kiosk")
    assert {who for line, who in await lines(anna) if line.endswith("2002")} == {"anna"}


async def test_two_who_take_at_once_what_is_open_at_one_site_end_with_one_owner(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    for code, zone in (("BA", "001"), ("FA", "007"), ("TA", "009")):
        await town.say("shop", code, zone)
    first, second, _ = await anna.incidents("open")
    answers = await asyncio.gather(
        anna.post(f"/incidents/{first['id']}/take", version=1), boris.post(f"/incidents/{second['id']}/take", version=1)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (owner,) = {who for _, who in await lines(anna)}
    holder, other = (anna, boris) if owner == "anna" else (boris, anna)

    await town.say("shop", "WA", "012")
    (new,) = await other.incidents("waiting")
    assert (await other.detail(new["id"]))["acts"] == ["takeover", "note"]
    assert (await other.post("/incidents/next")).status_code == 204
    assert (await holder.post("/incidents/next")).json()["incident"]["id"] == new["id"]
    await other.act(first["id"], "takeover", reason="the other one goes home")
    assert {who for _, who in await lines(anna)} == {other.name}
    await other.act(second["id"], "release")
    assert {who for _, who in await lines(anna)} == {None}
    assert len(await anna.incidents()) == 4


async def test_a_restore_that_is_owed_is_raised_after_a_restart_and_another_ends_by_itself(town: Town) -> None:
    desk = await town.operator("anna")

    async def close(row: Row) -> None:
        await desk.act(row["id"], "take")
        words = {"disposition": "technical_fault", "cause": "equipment_defect", "seen_upto": 1, "reason": "is replaced"}
        await desk.skip_all(row["id"])
        await desk.act(row["id"], "close", **words)

    await town.say("school", "1111", "007")
    await town.say("shop", "TA", "009")
    fire, tamper = await desk.incidents("open")
    await close(fire)
    await close(tamper)
    assert [row["id"] for row in (await desk.get("/follow-ups"))["items"]] == [fire["id"], tamper["id"]]
    town.clock.wait(hours=3)
    await town.say("shop", "TH", "009")
    assert [row["id"] for row in (await desk.get("/follow-ups"))["items"]] == [fire["id"]]

    await town.restart()
    town.clock.wait(hours=21, seconds=1)
    desk = await town.operator("anna")
    await until(lambda: any(one.kind == "ADM.RESTORE.OVERDUE" for one in town.centre.board.queue()))
    await town.settled()
    overdue = [row for row in await desk.incidents("open") if row["kind"].startswith("ADM")]
    assert [(told(row), row["previous"]) for row in overdue] == [("ADM.RESTORE.OVERDUE 3 waiting 1001", fire["id"])]
    assert (await desk.get("/follow-ups"))["items"] == []


async def test_while_a_hold_up_is_open_nobody_is_told_how_to_call_the_bank(town: Town) -> None:
    head = await town.operator("head", Role.SUPERVISOR)
    bank = site_id(town, "bank")
    card = await head.get(f"/accounts/{bank}")
    details = {**card["details"], "premises": [{"number": "+44 20 7946 0000"}]}
    answer = await head.client.patch(f"/accounts/{bank}", json={"version": card["version"], "details": details})
    assert answer.status_code == 200, answer.text
    await town.say("bank", "1301", "000")
    await town.say("bank", "1122", "003")
    rows = {row["kind"]: row for row in await head.incidents("open")}
    assert {row["silent_site"] for row in rows.values()} == {True}
    assert (await head.get(f"/accounts/{bank}"))["details"]["premises"] == []
    holdup = rows["PERS.ALARM.HOLDUP"]
    await head.act(holdup["id"], "take")
    await head.skip_all(holdup["id"])
    await head.act(holdup["id"], "close", disposition="genuine", cause="unknown", seen_upto=1)
    assert {row["silent_site"] for row in await head.incidents("open")} == {False}
    assert (await head.get(f"/accounts/{bank}"))["details"]["premises"][0]["number"] == "+44 20 7946 0000"


async def test_a_home_may_be_verified_and_a_school_is_passed_on_at_once(town: Town) -> None:
    desk = await town.operator("anna")
    home = town.centre.book.by_id(site_id(town, "kiosk"))
    assert home is not None
    town.centre.book.put(structs.replace(home, type="dwelling", verify_fire="home_90s"))
    await town.say("kiosk", "1111", "001")
    await town.say("school", "1111", "007")
    orders = {row["account"]: (row["fire_order"], row["clocks"]["told"]) for row in await desk.incidents()}
    assert orders["2003"][0] == "verify_90s"
    assert orders["1001"][0] == "pass_at_once"
    assert orders["2003"][1]["target_at"] == orders["2003"][1]["limit_at"] == orders["1001"][1]["limit_at"]
    assert orders["1001"][1]["target_at"] < orders["1001"][1]["limit_at"]
    await town.say("kiosk", "1111", "002")
    (confirmed,) = [row for row in await desk.incidents() if row["account"] == "2003"]
    assert told(confirmed) == "FIRE.ALARM.CONF 1 waiting 2003"
    assert confirmed["fire_order"] == "pass_at_once"


async def test_account_4712_for_4721_is_proposed_and_assigned(town: Town) -> None:
    desk = await town.operator("anna")
    office = next(one for one in town.centre.book.all() if one.account == "4721")
    panel = town.panel(next(site.role for site in town.sites if site.account == "4721"))
    panel.account, given = "4712", panel.account
    assert given == "4721"
    await panel.say("1130", zone="001")
    await town.settled()
    taken = (await desk.post("/incidents/next")).json()["incident"]
    assert [one["account_id"] for one in taken["proposals"]] == [office.id]
    assigned = await desk.act(taken["id"], "assign", account_id=office.id)
    assert (assigned["site"]["name"], assigned["account"]) == (office.name, "4712")
    assert [line["type"] for line in assigned["timeline"][-2:]] == ["assigned", "plan"]
    assert len(await desk.incidents()) == 1


async def test_a_panel_that_says_another_number_is_known_by_its_address(town: Town) -> None:
    desk = await town.operator("anna")
    await town.say("shop", "RP", "000")
    panel = town.panel("shop")
    panel.account = "9070"
    await panel.say("1130", zone="001")
    await town.settled()
    taken = (await desk.post("/incidents/next")).json()["incident"]
    assert [(one["account"], one["same_source"]) for one in taken["proposals"]] == [("2002", True)]
    assert "near: 2002, heard from the same address" in taken["reasons"]
    assert len(await desk.incidents()) == 1
