"""The four clocks as the API tells them, whom a missed one reaches, and holds that wake whatever the clock does."""

from datetime import datetime, timedelta
from typing import Any

from tests.stories.kit import START, Desk, Row, Town, until_told
from tests.stories.paging import escalations, pass_on


def spans(row: Row) -> dict[str, tuple[float, float, float | None] | None]:
    """Each clock: seconds from the opening to target, limit and end."""
    opened = datetime.fromisoformat(row["opened_at"])

    def since(at: str | None) -> float | None:
        return None if at is None else (datetime.fromisoformat(at) - opened).total_seconds()

    found: dict[str, Any] = {}
    for name, clock in row["clocks"].items():
        found[name] = None if clock is None else tuple(since(clock[at]) for at in ("target_at", "limit_at", "done_at"))
    return found


async def send(desk: Desk, incident: str, arrives_at: datetime) -> None:
    """A guard says when he will be there."""
    await desk.act(incident, "do", do="send", outcome="sent", arrives_at=arrives_at.isoformat())


async def reached(desk: Desk, incident: str) -> list[tuple[str, str]]:
    return [(clock, level) for clock, level, _ in escalations(await desk.detail(incident))]


async def test_a_fire_has_three_clocks_and_a_fourth_once_somebody_comes(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("school", "1111", "001")
    (row,) = await anna.incidents()
    assert spans(row) == {"take": (30, 60, None), "act": (60, 60, None), "told": (0, 90, None), "arrive": None}
    town.clock.wait(seconds=10)
    await anna.act(row["id"], "take")
    town.clock.wait(seconds=20)
    await pass_on(anna, row["id"])
    await send(anna, row["id"], START + timedelta(minutes=15))
    assert spans(await anna.detail(row["id"])) == {
        "take": (30, 60, 10),
        "act": (60, 60, 30),
        "told": (0, 90, 30),
        "arrive": (900, 1500, None),
    }
    for _ in range(12):
        town.clock.wait(minutes=1)
        await anna.act(row["id"], "note", text="On the line to the brigade")  # else it is given back meanwhile
    await anna.act(row["id"], "arrived")
    assert spans(await anna.detail(row["id"]))["arrive"] == (900, 1500, 750)


async def test_what_is_taken_and_left_alone_goes_to_the_next_operator_and_the_supervisor(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("school", "1111", "001")
    (row,) = await anna.incidents()
    town.clock.wait(seconds=5)
    await anna.act(row["id"], "take")
    await town.pass_time(seconds=50)
    assert await reached(anna, row["id"]) == []
    await town.pass_time(seconds=5)
    assert await reached(anna, row["id"]) == [("act", "next")]
    await anna.act(row["id"], "note", text="I have the brigade on the line")
    await town.pass_time(seconds=30)
    assert await reached(anna, row["id"]) == [("act", "next"), ("told", "next")]
    await pass_on(anna, row["id"])
    await town.pass_time(seconds=90)
    assert await reached(anna, row["id"]) == [("act", "next"), ("told", "next")]


async def test_whoever_takes_it_late_has_some_time_of_his_own(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("bank", "1122", "001")
    (row,) = await anna.incidents()
    await town.pass_time(seconds=85)
    await anna.act(row["id"], "take")
    before = await reached(anna, row["id"])
    await town.pass_time(seconds=29)
    assert await reached(anna, row["id"]) == before
    await town.pass_time(seconds=3)
    assert (await reached(anna, row["id"]))[len(before) :] == [("act", "next"), ("told", "next")]


async def test_a_contact_who_does_not_come_is_asked_after(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("shop", "1134", "001")
    (row,) = await anna.incidents()
    await anna.act(row["id"], "take")
    await send(anna, row["id"], town.clock() + timedelta(minutes=10))
    await anna.act(row["id"], "hold", until=(town.clock() + timedelta(minutes=14)).isoformat())
    await town.pass_time(minutes=10)
    assert await reached(anna, row["id"]) == [("arrive", "next")]
    await town.pass_time(minutes=3)
    assert (await anna.detail(row["id"]))["state"] == "held"
    assert await reached(anna, row["id"]) == [("arrive", "next")]
    await town.pass_time(minutes=1)
    assert (await anna.detail(row["id"]))["state"] == "waiting"
    await anna.act(row["id"], "take")
    await anna.act(row["id"], "arrived", given_up=True, reason="his car does not start")
    assert spans(await anna.detail(row["id"]))["arrive"] is None
    await town.pass_time(minutes=1)
    assert ("arrive", "supervisor") not in await reached(anna, row["id"])


async def test_whoever_presses_at_home_hears_a_voice_within_a_minute(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("care", "1101", "012")
    (row,) = await anna.incidents()
    assert spans(row) == {"take": (30, 60, None), "act": (60, 180, None), "told": None, "arrive": None}
    await anna.act(row["id"], "take")
    await town.pass_time(seconds=60)
    assert await reached(anna, row["id"]) == [("act", "next")]
    await anna.act(row["id"], "note", text="The flat on the second floor")  # a note is no voice
    assert spans(await anna.detail(row["id"]))["act"] == (60, 180, None)
    await anna.act(row["id"], "do", step="voice", outcome="reached")
    assert spans(await anna.detail(row["id"]))["act"] == (60, 180, 60)
    await town.pass_time(seconds=130)
    assert await reached(anna, row["id"]) == [("act", "next")]


async def test_a_closed_valve_wants_a_call_at_once_and_a_runner_within_two_hours(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("school", "1203", "001")
    (row,) = await anna.incidents()
    assert (row["kind"], spans(row)["act"], spans(row)["arrive"]) == (
        "FIRE.SUPERVISORY",
        (0, 180, None),
        (7_200, 7_200, None),
    )
    await town.say("shop", "1373", "001")
    fault = next(one for one in await anna.incidents() if one["kind"] == "FIRE.FAULT")
    assert spans(fault)["arrive"] == (14_400, 14_400, None)
    assert spans(fault)["act"] is None


# -- holds


async def test_a_hold_wakes_on_time_and_on_the_next_signal(town: Town) -> None:
    anna = await town.operator("anna")
    held = await hold(town, anna, "shop", minutes=5)
    await town.pass_time(minutes=4)
    assert (await anna.detail(held))["state"] == "held"
    await town.pass_time(minutes=1)
    assert (await anna.detail(held))["state"] == "waiting"
    await anna.act(held, "take")
    await anna.act(held, "hold", on="signal")
    town.clock.wait(seconds=30)
    await town.say("shop", "1132", "004")
    assert (await anna.detail(held))["state"] == "waiting"


async def test_a_clock_that_jumps_forward_during_a_hold_wakes_it(town: Town) -> None:
    anna = await town.operator("anna")
    held = await hold(town, anna, "shop", minutes=15)
    town.clock.wait(hours=3)
    await town.settled()
    assert (await anna.detail(held))["state"] == "waiting"


async def test_a_clock_that_is_set_back_during_a_hold_wakes_it_rather_than_never(town: Town) -> None:
    anna = await town.operator("anna")
    held = await hold(town, anna, "shop", minutes=15)
    await town.pass_time(seconds=30)
    town.clock.wait(hours=-3)

    async def woke() -> bool:
        return bool((await anna.detail(held))["state"] == "waiting")

    await until_told(woke)
    woken = [item for item in (await anna.detail(held))["timeline"] if item["type"] == "woken"]
    assert [item["reasons"] for item in woken] == [["the clock was set back while it waited"]]


async def test_a_hold_wakes_on_a_signal_whatever_the_clock_did_meanwhile(town: Town) -> None:
    anna = await town.operator("anna")
    held = await hold(town, anna, "shop", minutes=15)
    town.clock.wait(seconds=-40)  # too little to tell from a correction
    await town.settled()
    assert (await anna.detail(held))["state"] == "held"
    await town.say("shop", "1132", "004")
    assert (await anna.detail(held))["state"] == "waiting"


async def test_a_held_incident_never_overtakes_a_new_one(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    held = await hold(town, anna, "shop", minutes=5)
    await town.pass_time(minutes=4)
    await town.say("kiosk", "1134", "001")
    await town.pass_time(minutes=2)
    waiting = await anna.incidents("waiting")
    assert [row["id"] == held for row in waiting] == [False, True]
    assert waiting[1]["queued_at"] > waiting[0]["queued_at"] > waiting[1]["opened_at"]
    first = (await boris.post("/incidents/next")).json()["incident"]
    assert first["id"] != held
    await town.restart()
    anna = await town.operator("anna")
    assert [row["id"] == held for row in await anna.incidents("open")] == [False, True]


async def hold(town: Town, desk: Desk, role: str, *, minutes: int) -> str:
    """An intrusion alarm at a site, taken and held for some minutes; its id."""
    await town.say(role, "1134", "001")
    row = next(one for one in await desk.incidents("waiting"))
    await desk.act(row["id"], "take")
    until = (town.clock() + timedelta(minutes=minutes)).isoformat()
    await desk.act(row["id"], "hold", until=until)
    incident: str = row["id"]
    return incident
