"""A room that works together: who is ready is handed the next one, supervisors see the room and act on many at once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from belfry.domain.bulk import Why
from belfry.ports.staff import Role
from tests.stories.kit import Desk, Row, Town, told, until, until_told


class Told:
    """What a console was told of its own person, the newest of each event."""

    def __init__(self) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {}

    async def read(self, lines: AsyncIterator[str]) -> None:
        event = ""
        async for line in lines:
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event in ("duty", "bulk"):
                self.events.setdefault(event, []).append(json.loads(value))
            elif not line:
                event = ""

    @property
    def duty(self) -> dict[str, Any]:
        return self.events["duty"][-1]


@asynccontextmanager
async def at_a_console(desk: Desk) -> AsyncIterator[Told]:
    """His stream, until the end of the block, when his browser dies."""
    heard = Told()
    async with desk.client.stream("GET", "/stream", timeout=None) as response:
        reading = asyncio.create_task(heard.read(response.aiter_lines()))
        try:
            await until(lambda: "duty" in heard.events)
            yield heard
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def say(desk: Desk, what: str) -> dict[str, Any]:
    answer = await desk.post(f"/desk/{what}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def holders(desk: Desk) -> dict[str, str | None]:
    return {row["account"]: row["taken_by"] for row in await desk.incidents("open")}


async def close(desk: Desk, row: Row) -> None:
    await desk.skip_all(row["id"])
    now = await desk.detail(row["id"])
    words = {"disposition": "false_alarm", "cause": "animal", "seen_upto": now["signals_seq"], "reason": "a cat"}
    await desk.act(row["id"], "close", **words)


async def bulk(desk: Desk, **words: Any) -> dict[str, Any]:
    body = {
        "id": "one-act-on-many",
        "act": "close",
        "disposition": "technical_fault",
        "cause": "equipment_defect",
        **words,
    }
    answer = await desk.post("/incidents/bulk", **body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_who_is_ready_is_handed_the_next_one_and_no_two_get_the_same(town: Town) -> None:
    anna, bert = await town.operator("anna"), await town.operator("bert")
    async with at_a_console(anna) as hers, at_a_console(bert) as his:
        for one in (anna, bert):
            assert (await say(one, "ready"))["duty"] == "ready"
        for role in ("shop", "office", "bakery"):
            await town.say(role, "1134", "001")
        await until(lambda: hers.duty["handed"] is not None and his.duty["handed"] is not None)
        assert hers.duty["handed"] != his.duty["handed"]
        held = await holders(anna)
        assert sorted(map(str, held.values())) == ["None", "anna", "bert"]

        mine = await anna.detail(hers.duty["handed"])
        await close(anna, mine)
        await until(lambda: hers.duty["handed"] is None)
        assert hers.duty["grace_until"] is not None
        town.clock.wait(seconds=19)
        await town.settled()
        assert "None" in {str(name) for name in (await holders(anna)).values()}
        town.clock.wait(seconds=1)
        await until(lambda: hers.duty["handed"] is not None)
        assert sorted(map(str, (await holders(anna)).values())) == ["anna", "bert"]


async def test_a_break_keeps_what_one_has_and_brings_nothing_more(town: Town) -> None:
    anna = await town.operator("anna")
    async with at_a_console(anna) as hers:
        await say(anna, "ready")
        await town.say("shop", "1134", "001")
        await until(lambda: hers.duty["handed"] is not None)
        await say(anna, "pause")
        await town.say("office", "1134", "001")
        await town.settled()
        assert await holders(anna) == {"2002": "anna", "4721": None}
        assert (await anna.get("/desk"))["duty"] == "paused"


async def test_what_lies_goes_back_and_its_operator_is_asked_whether_he_is_there(town: Town) -> None:
    anna = await town.operator("anna")
    async with at_a_console(anna) as hers:
        await say(anna, "ready")
        await town.say("shop", "1134", "001")
        await until(lambda: hers.duty["handed"] is not None)
        town.clock.wait(seconds=121)
        await until(lambda: hers.duty["duty"] == "paused")
        assert hers.duty["why"] == "idle"
        town.clock.wait(seconds=30)
        await town.settled()
        assert await holders(anna) == {"2002": None}


async def test_an_alarm_of_a_browser_that_died_is_handed_to_the_other_one(town: Town) -> None:
    anna, bert = await town.operator("anna"), await town.operator("bert")
    async with AsyncExitStack() as room:
        his = await room.enter_async_context(at_a_console(bert))
        async with at_a_console(anna) as hers:
            await say(anna, "ready")
            await town.say("shop", "1134", "001")
            await until(lambda: hers.duty["handed"] is not None)
            await say(bert, "ready")
        await until(lambda: "anna" not in town.centre.deadlines.consoles)
        town.clock.wait(seconds=31)
        await until(lambda: his.duty["handed"] is not None)
        assert await holders(bert) == {"2002": "bert"}


async def test_who_is_trained_for_it_is_handed_it_first(town: Town) -> None:
    anna, bert = await town.operator("anna"), await town.operator("bert")
    boss = await town.operator("boss", Role.SUPERVISOR)
    for name, skills in (("anna", ["medical", "care", "care_voice"]), ("bert", ["intrusion"])):
        answer = await boss.client.put(f"/abilities/{name}", json={"skills": skills, "speaks": ["de"]})
        assert answer.status_code == 200, answer.text
    assert (await anna.client.get("/abilities")).status_code == 403
    refused = await boss.client.put("/abilities/anna", json={"skills": ["riot"], "speaks": []})
    assert refused.status_code == 400

    async def known() -> bool:
        return bool(town.centre.feed.abilities("bert").skills)

    await until_told(known)
    async with at_a_console(anna) as hers, at_a_console(bert) as his:
        await say(anna, "ready")
        await say(bert, "ready")
        await town.say("shop", "1134", "001")
        await until(lambda: his.duty["handed"] is not None)
        await town.say("office", "1134", "001")
        await until(lambda: hers.duty["handed"] is not None)
    assert await holders(boss) == {"2002": "bert", "4721": "anna"}


async def test_the_board_shows_the_room_and_warns_when_nobody_is_ready(town: Town) -> None:
    anna = await town.operator("anna")
    boss = await town.operator("boss", Role.SUPERVISOR)
    assert (await anna.client.get("/floor")).status_code == 403
    assert (await boss.get("/floor"))["warnings"] == ["nobody_here"]
    async with at_a_console(anna) as hers:
        await say(anna, "ready")
        await town.say("shop", "1134", "001")
        await until(lambda: hers.duty["handed"] is not None)
        await town.say("bank", "1122", "001")
        town.clock.wait(seconds=65)
        floor = await boss.get("/floor")
        assert floor["warnings"] == []
        (person,) = floor["people"]
        assert (person["name"], person["presence"], person["free"]) == ("anna", "ready", False)
        assert [one["priority"] for one in person["holds"]] == [2]
        urgent = floor["oldest"][0]
        assert (urgent["waiting"], urgent["overdue"]) == (1, True)
        assert ("take", "missed", None) in {(one["clock"], one["stage"], one["by"]) for one in floor["clocks"]}
        assert floor["missed_count"] >= 1
        await anna.act(person["holds"][0]["id"], "skip", step=await first_owed(anna, person), reason="no answer there")
        assert [one["by"] for one in (await boss.get("/floor"))["skipped"]] == ["anna"]
        await say(anna, "pause")
        assert (await boss.get("/floor"))["warnings"] == ["nobody_ready"]


async def first_owed(desk: Desk, person: dict[str, Any]) -> str:
    owed: list[str] = (await desk.plan(person["holds"][0]["id"]))["owed"]
    return owed[0]


async def test_many_are_closed_with_honest_counts(town: Town) -> None:
    boss, anna = await town.operator("boss", Role.SUPERVISOR), await town.operator("anna")
    for role in ("shop", "office", "bakery"):
        await town.say(role, "1300", "000")
    await town.say("library", "1134", "001")
    await town.say("bank", "1122", "001")
    rows = {row["account"]: row for row in await boss.incidents("open")}
    await anna.act(rows["2002"]["id"], "take")

    found = {"states": ["waiting", "taken"]}
    shown = await bulk(boss, filter=found, preview=True)
    groups = {group["reason"]: group["count"] for group in shown["refused"]}
    assert (shown["matched"], shown["done"]) == (5, 2)
    assert groups == {Why.PRIORITY_1: 1, Why.OWES_STEPS: 1, Why.TAKEN: 1}
    act = {"filter": found, "upto": shown["upto"], "expect_count": shown["matched"]}
    assert (
        await boss.post("/incidents/bulk", id="no-reason-said", act="close", disposition="test", **act)
    ).status_code == 400
    why = {"disposition": "technical_fault", "reason": "the receiver was at fault"}
    body = {"id": "one-act-on-many", "act": "close", **act, **why}
    assert (await anna.post("/incidents/bulk", **body)).status_code == 403

    async with at_a_console(boss) as his:
        done = await bulk(boss, **act, reason="the receiver was at fault")
        await until(lambda: "bulk" in his.events and his.events["bulk"][-1]["state"] == "done")
    assert (done["matched"], done["done"], done["refused"]) == (5, 2, shown["refused"])
    assert sorted(told(row) for row in await boss.incidents("closed")) == [
        "TECH.FAULT 4 closed 4721",
        "TECH.FAULT 4 closed 5601",
    ]
    closed = await boss.detail(rows["4721"]["id"])
    assert closed["timeline"][-1]["text"] == "the receiver was at fault"
    assert closed["timeline"][-1]["data"]["bulk"] == "one-act-on-many"

    again = await bulk(boss, **act, reason="the receiver was at fault")
    assert (again["done"], again["refused"]) == (done["done"], done["refused"])
    assert await holders(boss) == {"3003": None, "5101": None, "2002": "anna"}


async def test_the_same_act_after_a_restart_is_counted_and_not_done_again(town: Town) -> None:
    boss = await town.operator("boss", Role.SUPERVISOR)
    for role in ("shop", "office"):
        await town.say(role, "1300", "000")
    shown = await bulk(boss, filter={"kinds": ["TECH"]}, preview=True)
    seen = {"upto": shown["upto"], "expect_count": 2}
    act = {"filter": {"kinds": ["TECH"]}, **seen, "reason": "the receiver was at fault"}
    assert (await bulk(boss, **act))["done"] == 2
    await town.restart()
    boss = await town.operator("boss", Role.SUPERVISOR)
    await town.say("bakery", "1300", "000")
    again = await bulk(boss, **act)
    assert (again["matched"], again["done"], again["refused"]) == (2, 2, [])
    assert await holders(boss) == {"5601": None}
