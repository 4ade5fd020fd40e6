"""Two rows that are one case: merged under the one that leads, heard there, closed there, and given back (RULES 2)."""

import asyncio
from typing import Any

from belfry.domain.unit import Service
from belfry.ports.staff import Role
from belfry.simulator import scenes
from tests.stories.field import on_duty
from tests.stories.kit import Desk, Row, Town, numbers_of, told, until, until_told
from tests.stories.screen import Screen, watching
from tests.stories.test_sites import card, change
from tests.stories.test_together import at_a_console, holders, say

FIRST, SECOND, THIRD = ("shop", "01"), ("kiosk", "01"), ("pharmacy", "01")


async def burglaries(town: Town, desk: Desk, *at: tuple[str, str], code: str = "1130") -> list[Row]:
    """One burglary at each of some sites, oldest first: the same hazard, and of nobody's site together."""
    for role, area in at:
        await town.panel(role).say(code, area=area, zone="001")
        await town.settled()
        town.clock.wait(seconds=1)
    return sorted(await desk.incidents("open"), key=lambda row: int(row["number"]))


async def taken(desk: Desk, row: Row) -> Row:
    return await desk.act(row["id"], "take")


async def merge(desk: Desk, row: Row, into: Row, **words: Any) -> Row:
    return await desk.act(row["id"], "merge", into=into["id"], **words)


def numbers(rows: list[Row]) -> list[int]:
    return [int(row["number"]) for row in rows]


async def heard_of(desk: Desk, lead: Row, signals: int) -> Row:
    """Wait until the leading one has heard of so many signals."""

    async def is_told() -> bool:
        return bool((await desk.detail(lead["id"]))["signals_seq"] == signals)

    await until_told(is_told)
    return await desk.detail(lead["id"])


async def heard_leads(desk: Desk, lead: Row, many: int) -> None:
    """Wait until it leads so many."""

    async def is_told() -> bool:
        return bool((await desk.detail(lead["id"]))["leads"] == many)

    await until_told(is_told)


async def refused(desk: Desk, row: Row, into: Row, **words: Any) -> tuple[int, str]:
    version = (await desk.detail(row["id"]))["version"]
    answer = await desk.post(f"/incidents/{row['id']}/merge", version=version, into=into["id"], **words)
    return answer.status_code, str(answer.json()["title"])


async def test_a_merged_row_leaves_the_queue_and_is_heard_and_seen_under_the_one_that_leads(town: Town) -> None:
    anna = await town.operator("anna")
    lead, other = await burglaries(town, anna, ("school", "01"), ("hotel", "01"), code="1110")
    await taken(anna, lead)

    shown = await merge(anna, other, lead)

    assert (shown["id"], shown["leads"], numbers(shown["merged"])) == (lead["id"], 1, [other["number"]])
    assert numbers(await anna.incidents("open")) == [lead["number"]]
    numbers_now = numbers_of((await anna.client.get(f"{town.url}metrics")).text)
    assert numbers_now['belfry_incidents{state="waiting"}'] == 0
    assert [(item["type"], item["of"]) for item in shown["timeline"] if item["of"]] == [
        ("opened", other["number"]),
        ("merged", other["number"]),
    ]
    under = await anna.detail(other["id"])
    assert (under["merged_into"], under["lead"]["number"]) == (lead["id"], lead["number"])
    assert under["acts"] == ["note", "unmerge"]
    assert set(under["clocks"].values()) == {None}, "its clocks count no more by themselves"

    await town.panel("hotel").say("1115", area="01", zone="002")
    heard = await heard_of(anna, lead, shown["signals_seq"] + 1)
    assert int(heard["rings"]) > int(shown["rings"]), "a second detector rings for whoever has the case"
    assert (shown["rank"], heard["rank"]) == (3, 2), "and makes it as grave"
    assert numbers(await anna.incidents("open")) == [lead["number"]]
    await town.pass_time(minutes=1)
    escalated = [item for item in (await anna.detail(other["id"]))["timeline"] if item["type"] == "escalated"]
    assert escalated == []


async def test_what_is_merged_wakes_the_case_that_is_held(town: Town) -> None:
    anna = await town.operator("anna")
    lead, other = await burglaries(town, anna, FIRST, SECOND)
    await taken(anna, lead)
    await merge(anna, other, lead)
    await anna.act(lead["id"], "hold", on="signal")
    await town.panel("kiosk").say("1130", area="01", zone="002")
    await heard_of(anna, lead, 2)
    (woken,) = await anna.incidents("open")
    assert (woken["number"], woken["state"]) == (lead["number"], "waiting")


async def test_a_case_that_is_held_until_its_restore_waits_for_all_that_is_merged_into_it(town: Town) -> None:
    anna = await town.operator("anna")
    lead, other = await burglaries(town, anna, ("school", "01"), ("hotel", "01"), code="1110")
    await taken(anna, lead)
    await merge(anna, other, lead)
    await anna.act(lead["id"], "hold", on="restore", reason="The brigade is there")
    await town.panel("school").say("3110", area="01", zone="001")
    await town.settled()
    held = await anna.detail(lead["id"])
    assert (held["state"], held["restore"]["open_points"]) == ("held", 1)
    await town.panel("hotel").say("3110", area="01", zone="001")
    await until(lambda: (one := town.centre.board.get(lead["id"])) is not None and one.state == "waiting")


async def test_closing_the_case_closes_all_of_it_and_no_signal_of_it_unseen(town: Town) -> None:
    anna = await town.operator("anna")
    lead, other = await burglaries(town, anna, FIRST, SECOND)
    await taken(anna, lead)
    shown = await merge(anna, other, lead)
    await anna.skip_all(lead["id"])
    await town.panel("kiosk").say("1130", area="01", zone="002")
    await heard_of(anna, lead, shown["signals_seq"] + 1)

    words = {"disposition": "genuine", "cause": "break_in", "reason": "Guard is there"}
    now = await anna.detail(lead["id"])
    unseen = await anna.post(
        f"/incidents/{lead['id']}/close", version=now["version"], seen_upto=shown["signals_seq"], **words
    )
    assert (unseen.status_code, unseen.json()["title"]) == (409, "1 signal unseen")
    assert (await anna.detail(other["id"]))["state"] == "taken"

    await anna.act(lead["id"], "close", seen_upto=now["signals_seq"], **words)
    over = {row["number"]: row for row in await anna.incidents("closed")}
    assert numbers(await anna.incidents("open")) == []
    assert {over[row["number"]]["disposition"] for row in (lead, other)} == {"genuine"}
    (closed,) = [item for item in (await anna.detail(other["id"]))["timeline"] if item["type"] == "closed"]
    assert closed["reasons"] == [f"closed with number {lead['number']}, into which it is merged"]


async def test_an_unmerged_one_is_whole_again_and_his_who_said_so_also_after_a_restart(town: Town) -> None:
    anna = await town.operator("anna")
    lead, other = await burglaries(town, anna, FIRST, SECOND)
    await taken(anna, lead)
    await merge(anna, other, lead)
    await town.panel("kiosk").say("1130", area="01", zone="002")
    await town.restart()

    anna = await town.operator("anna")
    assert numbers((await anna.detail(lead["id"]))["merged"]) == [other["number"]]
    await town.panel("kiosk").say("1130", area="01", zone="003")
    await heard_of(anna, lead, 3)
    back = await anna.act(other["id"], "unmerge", reason="Another door")
    assert (back["state"], back["taken_by"], back["merged_into"], back["signals_seq"]) == ("taken", "anna", None, 3)
    shown = await anna.detail(lead["id"])
    assert (shown["leads"], shown["merged"]) == (0, [])
    assert numbers(sorted(await anna.incidents("open"), key=lambda row: int(row["number"]))) == [
        lead["number"],
        other["number"],
    ]
    await town.panel("kiosk").say("1130", area="01", zone="004")
    await town.settled()
    assert (await anna.detail(lead["id"]))["signals_seq"] == 3
    assert (await anna.detail(other["id"]))["signals_seq"] == 4


async def test_two_at_once_one_merges_and_the_other_is_told_and_there_is_never_a_chain(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    lead, other, third = await burglaries(town, anna, FIRST, SECOND, THIRD)
    await taken(anna, lead)
    await taken(boris, third)
    first = f"Take number {lead['number']} first: who has the leading one merges"
    assert await refused(boris, other, lead) == (409, first)
    assert await refused(anna, third, lead) == (409, "Taken by boris")

    answers = await asyncio.gather(
        anna.post(f"/incidents/{other['id']}/merge", version=1, into=lead["id"]),
        boris.post(f"/incidents/{other['id']}/merge", version=1, into=third["id"]),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner, into, loser = (anna, lead, boris) if answers[0].status_code == 200 else (boris, third, anna)
    assert (await anna.detail(other["id"]))["merged_into"] == into["id"]

    version = (await anna.detail(other["id"]))["version"]
    answer = await loser.post(f"/incidents/{other['id']}/unmerge", version=version)
    assert answer.status_code == 409
    assert answer.json()["title"] == f"Number {into['number']} leads it, and you have not taken that one"
    assert (await refused(winner, into, other))[1] == "It leads this case itself"
    answer = await loser.post(f"/incidents/{other['id']}/takeover", version=version, reason="Mine")
    assert answer.json()["title"] == f"It is merged into number {into['number']}, and is handled there"


async def test_into_a_merged_one_means_into_the_one_that_leads_it(town: Town) -> None:
    anna = await town.operator("anna")
    lead, other, third = await burglaries(town, anna, FIRST, SECOND, THIRD)
    await taken(anna, lead)
    await merge(anna, other, lead)
    shown = await merge(anna, third, other)
    assert (shown["id"], numbers(shown["merged"])) == (lead["id"], [other["number"], third["number"]])


async def test_what_is_graver_silent_or_another_hazard_wants_a_supervisor_and_his_reason(town: Town) -> None:
    anna, head = await town.operator("anna"), await town.operator("hilda", Role.SUPERVISOR)
    (lead,) = await burglaries(town, anna, FIRST)
    await town.say("bank", "1122", "001")
    (bank,) = [row for row in await anna.incidents("open") if row["silent"]]
    await taken(anna, lead)
    status, title = await refused(anna, bank, lead)
    assert (status, title.endswith("only a supervisor merges it, with a reason")) == (409, True)

    await head.act(lead["id"], "takeover", reason="Both are one gang")
    assert (await refused(head, bank, lead))[0] == 400
    shown = await merge(head, bank, lead, reason="Both are one gang")
    assert numbers(shown["merged"]) == [bank["number"]]
    assert (await head.detail(bank["id"]))["silent_site"], "nobody at the bank may notice it still"


async def test_what_is_of_two_tenants_is_never_one_case_not_even_for_a_supervisor(town: Town) -> None:
    head = await town.operator("hilda", Role.SUPERVISOR)
    for role, tenant in (("shop", "north"), ("kiosk", "south")):
        await change(head, await card(head, town, role), account={"tenant": tenant})
    book = town.centre.book
    await until(lambda: {"north", "south"} <= {one.tenant for one in book.all()})
    lead, other = await burglaries(town, head, FIRST, SECOND)
    await taken(head, lead)
    assert await refused(head, other, lead, reason="The same gang") == (
        409,
        "They belong to different tenants: each is handled for itself",
    )


async def test_a_screen_that_was_away_learns_that_a_row_was_merged(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    lead, other = await burglaries(town, anna, FIRST, SECOND)
    screen = Screen()
    async with watching(boris, screen):
        await taken(anna, lead)
        await until(lambda: screen.rows.get(lead["id"], {}).get("taken_by") == "anna")
    await merge(anna, other, lead)
    async with watching(boris, screen):
        await until(lambda: screen.rows.get(other["id"], {}).get("merged_into") == lead["id"])
        await until(lambda: screen.rows[lead["id"]]["leads"] == 1)
    assert [told(row) for row in await boris.incidents("open")] == ["PROP.ALARM.INTR 2 taken 2002"]


async def test_what_is_medical_stays_hidden_from_who_sees_the_case_that_it_is_merged_into(town: Town) -> None:
    head = await town.operator("hilda", Role.SUPERVISOR)
    responder = await on_duty(town, "rosa", Service.GUARD)
    (lead,) = await burglaries(town, head, FIRST)
    await town.play(scenes.CARE)
    medical = next(row for row in await head.incidents("open") if row["group"] == "MED")
    await taken(head, lead)
    await merge(head, medical, lead, reason="The burglar has hurt himself")
    await head.act(medical["id"], "note", text="He is diabetic")
    assert {item["of"] for item in (await head.detail(lead["id"]))["timeline"]} == {None, medical["number"]}
    assert (await head.post(f"/incidents/{lead['id']}/units", unit="rosa")).status_code == 200
    assert (await responder.post("/units/rosa/status", status="accepted")).status_code == 200

    for path in (f"/incidents/{lead['id']}", f"/incidents/{lead['id']}/timeline"):
        seen = await responder.client.get(path)
        assert seen.status_code == 200
        assert "diabetic" not in seen.text
        assert f'"{medical["id"]}"' not in seen.text
        lines = seen.json().get("timeline") or seen.json()["items"]
        assert {item["of"] for item in lines} == {None}


async def test_whoever_gave_the_case_back_has_nothing_and_is_handed_the_next_one(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    lead, other = await burglaries(town, anna, FIRST, SECOND)
    await taken(anna, lead)
    await merge(anna, other, lead)
    async with at_a_console(anna):
        await anna.act(lead["id"], "release")
        await boris.act(lead["id"], "take")
        await say(anna, "ready")
        town.clock.wait(minutes=1)
        await town.say("pharmacy", "1130", "001", area="01")

        async def is_handed() -> bool:
            return (await holders(anna))["5201"] == "anna"

        await until_told(is_handed)


async def test_a_case_that_ends_by_its_own_rule_gives_back_what_is_still_open_under_it(town: Town) -> None:
    anna = await town.operator("anna")
    lead, other = await burglaries(town, anna, ("school", "01"), ("shop", "01"), code="1301")
    await taken(anna, lead)
    await merge(anna, other, lead)
    await anna.act(lead["id"], "release")
    await town.panel("school").say("3301", area="01", zone="001")
    await town.settled()

    async def is_back() -> bool:
        return [told(row) for row in await anna.incidents("open")] == ["TECH.POWER 4 waiting 2002"]

    await until_told(is_back)
    over = await anna.detail(lead["id"])
    closed = next(item for item in over["timeline"] if item["type"] == "closed" and item["of"] is None)
    assert (over["state"], over["merged"], closed["by"]) == ("closed", [], None)
    assert (await anna.detail(other["id"]))["merged_into"] is None
    await anna.act(lead["id"], "reopen", reason="The power went again")
    await heard_leads(anna, lead, 0)
    await town.restart()
    anna = await town.operator("anna")
    assert [told(row) for row in await anna.incidents("open")] == [
        "TECH.POWER 4 taken 1001 [restored]",
        "TECH.POWER 4 waiting 2002",
    ]


async def test_who_reads_on_under_his_case_is_at_work_on_it(town: Town) -> None:
    anna = await town.operator("anna")
    lead, other = await burglaries(town, anna, FIRST, SECOND)
    await taken(anna, lead)
    await merge(anna, other, lead)
    idle_s = town.settings.rules.idle_release_s
    await town.pass_time(seconds=idle_s - 10)
    await anna.act(other["id"], "note", text="A car drove off")
    await town.pass_time(seconds=idle_s - 10)
    (row,) = await anna.incidents("open")
    assert row["taken_by"] == "anna"
    await town.pass_time(seconds=20)
    (row,) = await anna.incidents("open")
    assert row["taken_by"] is None


async def test_what_is_given_back_untouched_is_asked_for_all_that_its_plan_demands(town: Town) -> None:
    anna = await town.operator("anna")
    lead, other = await burglaries(town, anna, ("school", "01"), ("hotel", "01"), code="1110")
    await taken(anna, lead)
    await merge(anna, other, lead)
    back = await anna.act(other["id"], "unmerge")
    assert "brigade" in (await anna.plan(other["id"]))["owed"]
    closing = {"disposition": "false_alarm", "cause": "cooking", "seen_upto": back["signals_seq"], "reason": "Toast"}
    refused = await anna.post(f"/incidents/{other['id']}/close", version=back["version"], **closing)
    assert (refused.status_code, refused.json()["type"]) == (409, "belfry:owed")
