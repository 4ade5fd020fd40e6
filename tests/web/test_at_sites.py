"""What an incident has to do with its site, over HTTP: names, silence, one owner, what is owed, whose a number is."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from msgspec import structs

from belfry.domain.premises import Area, SiteParts, Zone
from belfry.domain.site import Account
from belfry.journal.sqlite import SqliteJournal
from belfry.keys.memory import MemoryKeyStore
from belfry.ports.staff import Role
from tests.web.kit import PASSWORD, Rig, centre
from tests.web.sites_kit import card, change, site, supervisor

NUMBERS: Final = [{"number": "+49 30 7654321", "label": "desk"}]


async def act(client: httpx.AsyncClient, incident: str, name: str, **words: Any) -> httpx.Response:
    if name != "note" and "version" not in words:
        words["version"] = (await told(client, incident))["version"]
    return await client.post(f"/incidents/{incident}/{name}", json=words)


async def told(client: httpx.AsyncClient, incident: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/incidents/{incident}")).json()
    return found


async def holder_of(rig: Rig, account_id: str) -> httpx.AsyncClient:
    """The holder of a site at his own page."""
    rig.registry.users.add("hanna", Role.HOLDER, PASSWORD, by="test", tenants=[account_id])
    return await rig.browser("hanna")


async def rows(client: httpx.AsyncClient, path: str = "/incidents?state=open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(path)).json()["items"]
    return found


# -- names ------------------------------------------------------------------------------------------------------------


async def test_rows_and_details_name_area_and_zone_as_the_registry_does(rig: Rig) -> None:
    parts = SiteParts(areas=(Area(number="1", name="Ground floor"),), zones=(Zone(number="12", name="Kitchen window"),))
    rig.book.put_parts("shop", parts)
    client = rig.token()
    incident = await rig.alarm(client, zone="012")
    for found in ((await rows(client))[0], await told(client, incident)):
        assert (found["area_name"], found["zone_name"]) == ("Ground floor", "Kitchen window")


async def test_a_list_of_what_is_over_names_no_part_of_a_site(rig: Rig) -> None:
    rig.book.put_parts("shop", SiteParts(zones=(Zone(number="12", name="Kitchen window"),)))
    client = rig.token(name="anna")
    incident = await rig.alarm(client)
    await act(client, incident, "take")
    await act(client, incident, "close", disposition="test", seen_upto=1)
    (row,) = await rows(client, "/incidents?state=closed")
    assert (row["site"], row["zone_name"]) == (None, None)
    assert (await told(client, incident))["zone_name"] == "Kitchen window"


async def test_a_shared_panels_names_stand_at_the_incident_of_the_other_customer(rig: Rig) -> None:
    parts = SiteParts(
        areas=(Area(number="2", name="Bakery", sub_account="school"),), zones=(Zone(number="12", name="Oven"),)
    )
    rig.book.put_parts("shop", parts)
    client = rig.token()
    incident = await rig.alarm(client, area="2")
    found = await told(client, incident)
    assert (found["site"]["id"], found["account"]) == ("school", "1001")
    assert (found["area_name"], found["zone_name"]) == ("Bakery", "Oven")


# -- one owner --------------------------------------------------------------------------------------------------------


async def test_the_others_of_the_site_are_shown_and_taken_together(rig: Rig) -> None:
    anna, bert, robot = await rig.browser("anna"), await rig.browser("bert"), rig.token(name="robot")
    intrusion = await rig.alarm(robot)
    fault = await rig.alarm(robot, "YT")
    elsewhere = await rig.alarm(robot, "BA", "1001")
    assert [one["id"] for one in (await told(anna, intrusion))["siblings"]] == [fault]
    taken = (await act(anna, intrusion, "take")).json()
    assert [(one["id"], one["taken_by"]) for one in taken["siblings"]] == [(fault, "anna")]
    assert (await told(bert, elsewhere))["state"] == "waiting"
    new = await rig.alarm(robot, "FA")
    found = await told(bert, new)
    assert (found["state"], found["site_owner"], found["acts"]) == ("waiting", "anna", ["takeover", "note"])
    refused = await act(bert, new, "take")
    assert (refused.status_code, refused.json()["title"]) == (
        409,
        "anna handles the site: take it over, with a reason",
    )
    moved = (await act(bert, new, "takeover", reason="anna went home")).json()
    assert {one["taken_by"] for one in moved["siblings"]} == {"bert"}
    released = (await act(bert, fault, "release")).json()
    assert {one["state"] for one in (released, *released["siblings"])} == {"waiting"}


async def test_of_two_who_take_different_incidents_of_a_site_one_has_both(rig: Rig) -> None:
    anna, bert, robot = await rig.browser("anna"), await rig.browser("bert"), rig.token(name="robot")
    one, other = await rig.alarm(robot), await rig.alarm(robot, "YT")
    answers = await asyncio.gather(act(anna, one, "take", version=1), act(bert, other, "take", version=1))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len({row["taken_by"] for row in await rows(anna)}) == 1


# -- silent sites -----------------------------------------------------------------------------------------------------


async def test_a_silent_site_shows_no_number_of_the_premises_and_loses_none(rig: Rig) -> None:
    sofia = supervisor(rig)
    mill = site(rig)
    kept = await change(sofia, mill, details={"premises": NUMBERS, "notes": "ring twice"})
    assert kept.status_code == 200, kept.text
    assert (await card(sofia, mill))["details"]["premises"]
    robot = rig.token(name="robot")
    mains = await rig.alarm(robot, "AT", "7001")
    holdup = await rig.alarm(robot, "HA", "7001")
    assert (await told(sofia, mains))["silent_site"] is True
    shown = await card(sofia, mill)
    assert (shown["silent_site"], shown["details"].get("premises", [])) == (True, [])
    edited = await change(sofia, mill, details={"notes": "ring once", "premises": []})
    assert edited.status_code == 200, edited.text
    await act(sofia, holdup, "take")
    closed = await act(sofia, holdup, "close", disposition="genuine", seen_upto=1)
    assert closed.status_code == 200, closed.text
    shown = await card(sofia, mill)
    assert (shown["silent_site"], shown["details"]["notes"]) == (False, "ring once")
    assert [one["number"] for one in shown["details"]["premises"]] == ["+49 30 7654321"]
    assert (await told(sofia, mains))["silent_site"] is False


async def test_a_number_that_was_changed_while_the_site_fell_silent_is_kept(rig: Rig) -> None:
    sofia = supervisor(rig)
    mill = site(rig)
    await change(sofia, mill, details={"premises": NUMBERS})
    version = (await card(sofia, mill))["version"]
    await rig.alarm(rig.token(name="robot"), "HA", "7001")
    typed = {"premises": [{"number": "+49 30 1111111"}]}
    answer = await change(sofia, mill, version=version, details=typed)
    assert (answer.status_code, answer.json()["details"].get("premises", [])) == (200, [])
    file = rig.registry.site(mill)
    assert file is not None
    assert [one.number for one in file.details.premises] == ["+49 30 1111111"]


async def test_the_holder_is_not_told_that_his_site_is_silent(rig: Rig) -> None:
    sofia = supervisor(rig)
    mill = site(rig)
    await change(sofia, mill, details={"premises": NUMBERS})
    holder = await holder_of(rig, mill)
    before = await card(holder, mill)
    await rig.alarm(rig.token(name="robot"), "HA", "7001")
    after = await card(holder, mill)
    assert (after["silent_site"], after["details"]) == (False, before["details"])
    assert after["details"]["premises"]


async def test_rows_of_a_site_are_told_again_when_it_falls_silent(rig: Rig) -> None:
    robot = rig.token(name="robot")
    mains = await rig.alarm(robot, "AT")
    await rig.alarm(robot, "HA")
    found = {row["id"]: row["silent_site"] for row in await rows(robot)}
    assert set(found.values()) == {True}
    assert mains in found


# -- what is owed after closing ---------------------------------------------------------------------------------------


async def closed_unrestored(rig: Rig, client: httpx.AsyncClient, **words: Any) -> str:
    incident = await rig.alarm(client, "FA", "1001")
    await act(client, incident, "take")
    answer = await act(
        client, incident, "close", disposition="technical_fault", seen_upto=1, reason="detector is replaced", **words
    )
    assert answer.status_code == 200, answer.text
    return incident


async def looked(rig: Rig) -> None:
    await rig.deadlines.step(rig.now)
    await rig.settled()


async def test_what_is_closed_unrestored_is_followed_up_and_raised_when_overdue(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await closed_unrestored(rig, client, follow_up=(rig.now + timedelta(hours=2)).isoformat())
    assert [row["id"] for row in await rows(client, "/follow-ups")] == [incident]
    rig.wait(hours=1, minutes=59)
    await looked(rig)
    assert await rows(client) == []
    rig.wait(minutes=1)
    await looked(rig)
    (overdue,) = await rows(client)
    assert (overdue["kind"], overdue["priority"], overdue["previous"]) == ("ADM.RESTORE.OVERDUE", 3, incident)
    assert overdue["site"]["id"] == "school"
    found = await told(client, overdue["id"])
    number = (await told(client, incident))["number"]
    assert f"incident {number} was closed, and the restore that it needs has not come in time" in found["reasons"]
    assert await rows(client, "/follow-ups") == []
    assert [item["type"] for item in (await told(client, incident))["timeline"]][-1] == "overdue"
    rig.wait(hours=30)
    await looked(rig)
    assert len(await rows(rig.token())) == 1


async def test_a_restore_in_time_ends_the_follow_up_and_troubles_nobody(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await closed_unrestored(rig, client)
    rig.wait(hours=3)
    answer = await client.post("/signals", json={"account": "1001", "code": "FR", "area": "1", "zone": "12"})
    assert answer.status_code == 202
    await rig.settled()
    assert await rows(client, "/follow-ups") == []
    found = await told(client, incident)
    assert (found["state"], found["follow_up_at"], found["restore"]["restored"]) == ("closed", None, True)
    assert found["timeline"][-1]["type"] == "mended"
    rig.wait(hours=30)
    await looked(rig)
    assert await rows(rig.token()) == []


@pytest.mark.parametrize(("hours", "status"), [(-1, 400), (25, 400), (24, 200)])
async def test_a_follow_up_lies_within_a_day(rig: Rig, hours: int, status: int) -> None:
    client = rig.token(name="anna")
    incident = await rig.alarm(client, "FA", "1001")
    await act(client, incident, "take")
    words = {"disposition": "test", "seen_upto": 1, "reason": "tested"}
    answer = await act(client, incident, "close", **words, follow_up=(rig.now + timedelta(hours=hours)).isoformat())
    assert answer.status_code == status


async def test_the_card_of_the_site_says_what_is_owed(rig: Rig) -> None:
    sofia = supervisor(rig)
    mill = site(rig)
    incident = await rig.alarm(rig.token(name="robot"), "FA", "7001")
    await act(sofia, incident, "take")
    closed = await act(sofia, incident, "close", disposition="test", seen_upto=1, reason="detector is replaced")
    assert closed.status_code == 200, closed.text
    shown = await card(sofia, mill)
    assert ([row["id"] for row in shown["owed"]], shown["incidents"]) == ([incident], [])
    assert (await card(await holder_of(rig, mill), mill))["owed"] == []


async def test_reopening_ends_the_follow_up(rig: Rig) -> None:
    client = rig.token(name="anna")
    incident = await closed_unrestored(rig, client)
    await act(client, incident, "reopen", reason="was not over")
    assert await rows(client, "/follow-ups") == []
    rig.wait(hours=30)
    await rig.deadlines.step(rig.now)
    assert "ADM.RESTORE.OVERDUE" not in {row["kind"] for row in await rows(rig.token())}


async def test_a_killed_centre_raises_what_is_overdue_once(tmp_path: Path) -> None:
    """Killed between the raising and its being written down: the next one says it again, and it is raised once."""
    keys = await MemoryKeyStore.open(lambda n: b"\1" * n)
    async with centre(tmp_path, await SqliteJournal.open(tmp_path), keys) as rig:
        client = rig.token(name="anna")
        incident = await closed_unrestored(rig, client)
        rig.wait(hours=25)
        closed = rig.board.get(incident)
        assert closed is not None
        await rig.deadlines._raise([(closed, [object()])], rig.now)  # type: ignore[list-item]  # as far as the kill let it
        await rig.settled()
        now = rig.now
    journal = await SqliteJournal.open(tmp_path)
    async with centre(tmp_path, journal, keys) as rig:
        rig.now = now + timedelta(minutes=5)
        rig.deadlines = type(rig.deadlines)(
            rig.board,
            journal,
            rules=rig.rules,
            clock=rig.clock,
            chance=rig.chance,
            deliver=rig.intake.deliver,
        )
        client = rig.token(name="anna")
        assert [row["id"] for row in await rows(client, "/follow-ups")] == [incident]
        await looked(rig)
        assert [row["kind"] for row in await rows(client)] == ["ADM.RESTORE.OVERDUE"]
        assert await rows(client, "/follow-ups") == []


# -- whose number -----------------------------------------------------------------------------------------------------


async def test_a_near_number_is_proposed_and_assigned_and_may_be_changed(rig: Rig) -> None:
    rig.book.put(Account(id="office", account="4721", type="office", name="Office", address="Park 3"))
    client, robot = rig.token(name="anna"), rig.token(name="robot")
    incident = await rig.alarm(robot, "BA", "4712")
    found = await told(client, incident)
    assert [(one["account_id"], one["account"], one["name"]) for one in found["proposals"]] == [
        ("office", "4721", "Office")
    ]
    assert "assign" not in found["acts"]
    taken = (await act(client, incident, "take")).json()
    assert "assign" in taken["acts"]
    assigned = await act(client, incident, "assign", account_id="office", reason="typed wrong at the panel")
    assert assigned.status_code == 200, assigned.text
    assert (assigned.json()["site"]["name"], assigned.json()["account"]) == ("Office", "4712")
    line = assigned.json()["timeline"][-1]
    assert (line["type"], line["by"], line["text"]) == ("assigned", "anna", "typed wrong at the panel")
    changed = await act(client, incident, "assign", account_id="shop")
    assert changed.json()["site"]["name"] == "Shop"
    await rig.alarm(robot, "BA", "4712", zone="13")
    assert (await told(client, incident))["signals_seq"] == 2


async def test_an_assigned_incident_is_handled_with_its_site(rig: Rig) -> None:
    anna, bert, robot = await rig.browser("anna"), await rig.browser("bert"), rig.token(name="robot")
    known, unknown = await rig.alarm(robot, "BA", "2002"), await rig.alarm(robot, "BA", "2020")
    await act(bert, known, "take")
    await act(anna, unknown, "take")
    assert (await act(anna, unknown, "assign", account_id="shop")).status_code == 200
    assert {row["taken_by"] for row in await rows(anna)} == {"bert"}


async def test_only_an_unknown_number_is_assigned_and_only_to_a_site_that_there_is(rig: Rig) -> None:
    client = rig.token(name="anna")
    known = await rig.alarm(client)
    await act(client, known, "take")
    assert (await act(client, known, "assign", account_id="school")).status_code == 409
    unknown = await rig.alarm(client, "BA", "9999")
    await act(client, unknown, "take")
    refused = await act(client, unknown, "assign", account_id="nowhere")
    assert (refused.status_code, refused.json()["field"]) == (400, "account_id")


# -- fire order -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "code", "order", "wait_s"),
    [
        ({"type": "office"}, "FA", "pass_at_once", 0),
        ({"type": "dwelling", "verify_fire": "home_90s"}, "FA", "verify_90s", 90),
        ({"type": "dwelling", "verify_fire": "home_90s"}, "1115", "pass_at_once", 0),
        ({"type": "dwelling", "verify_fire": "home_90s"}, "GA", "pass_at_once", 0),
        ({"type": "office", "verify_fire": "home_90s"}, "FA", "pass_at_once", 0),
        ({"type": "office", "verify_fire": "authority_requires"}, "FA", "verify_required", 90),
    ],
)
async def test_a_fire_says_when_it_is_passed_on(
    rig: Rig, of: dict[str, str], code: str, order: str, wait_s: int
) -> None:
    shop = rig.book.by_id("shop")
    assert shop is not None
    rig.book.put(structs.replace(shop, **of))
    client = rig.token()
    found = await told(client, await rig.alarm(client, code))
    clock = found["clocks"]["told"]
    assert found["fire_order"] == order
    assert clock["target_at"] == (rig.now + timedelta(seconds=wait_s)).isoformat().replace("+00:00", "Z")
    assert clock["limit_at"] == (rig.now + timedelta(seconds=90)).isoformat().replace("+00:00", "Z")


async def test_a_second_detector_ends_the_verifying(rig: Rig) -> None:
    shop = rig.book.by_id("shop")
    assert shop is not None
    rig.book.put(structs.replace(shop, type="dwelling", verify_fire="home_90s"))
    client = rig.token()
    incident = await rig.alarm(client, "FA")
    assert (await told(client, incident))["fire_order"] == "verify_90s"
    await rig.alarm(client, "FA", zone="13")
    assert (await told(client, incident))["fire_order"] == "pass_at_once"


async def test_what_is_no_fire_has_no_such_clock(rig: Rig) -> None:
    client = rig.token()
    found = await told(client, await rig.alarm(client))
    assert (found["fire_order"], found["clocks"]["told"]) == (None, None)
