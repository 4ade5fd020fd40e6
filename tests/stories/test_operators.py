"""People at their desks: two at once, a cascade meanwhile, unseen signals, a stream that misses nothing."""

import asyncio
from typing import Any

import httpx

from belfry.protocols.dc09 import build_frame
from belfry.simulator import scenes
from tests.stories.kit import Town, told, until
from tests.stories.screen import Screen, watching


async def test_two_operators_at_once_one_gets_it_and_the_other_sees_who(town: Town) -> None:
    anna, boris = await town.operator("anna"), await town.operator("boris")
    await town.play(scenes.BANK)
    (row,) = await anna.incidents()
    answers = await asyncio.gather(*(desk.post(f"/incidents/{row['id']}/take", version=1) for desk in (anna, boris)))
    by_status = {answer.status_code: answer.json() for answer in answers}
    assert set(by_status) == {200, 409}
    winner = by_status[200]["taken_by"]
    assert by_status[409]["title"].startswith(f"Taken by {winner}")
    assert by_status[409]["incident"]["taken_by"] == winner
    assert [item["type"] for item in by_status[409]["incident"]["timeline"]] == ["opened", "taken", "plan"]


async def test_take_next_pressed_by_four_hands_out_four_different_ones_by_priority(town: Town) -> None:
    desks = [await town.operator(name) for name in ("anna", "boris", "chidi", "dana")]
    await town.play(scenes.TECHNICAL)
    answers = await asyncio.gather(*(desk.post("/incidents/next") for desk in desks))
    taken = [answer.json()["incident"] for answer in answers]
    assert {row["taken_by"] for row in taken} == {"anna", "boris", "chidi", "dana"}
    assert {row["kind"] for row in taken} == {"MED.ALARM.FALL", "FIRE.ALARM.GAS", "FIRE.ALARM.CO", "TECH.COLD"}


async def test_take_next_parks_lesser_work_for_a_priority_1(town: Town) -> None:
    anna = await town.operator("anna")
    await town.play(scenes.LATE_TO_CLOSE)
    (late,) = await anna.incidents()
    await anna.act(late["id"], "take")
    await town.play(scenes.BANK)
    answer = (await anna.post("/incidents/next")).json()
    assert (answer["incident"]["kind"], answer["parked"]) == ("PERS.ALARM.HOLDUP", [late["id"]])
    assert await anna.told() == ["PERS.ALARM.HOLDUP 1 taken 3003", "PROP.CLOSE.LATE 3 held 4721"]


async def test_a_cascade_of_300_signals_never_blocks_an_act(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("shop", "1134", "000")
    (row,) = await anna.incidents()
    frames = [
        build_frame("ADM-CID", seq=10 + zone, account="2002", data=f"#2002|1134 01 {zone:03}") for zone in range(1, 301)
    ]
    cascade = asyncio.create_task(send(town, frames))
    acts: list[tuple[str, dict[str, Any]]] = []
    version = 1
    while not cascade.done():
        for act, words in (
            ("take", {"version": version}),
            ("note", {"text": "Guard is on the way"}),
            ("hold", {"version": version + 1, "on": "signal", "reason": "waits for the guard"}),
        ):
            answer = await anna.post(f"/incidents/{row['id']}/{act}", **words)
            assert answer.status_code == 200, (act, answer.text)
            acts.append((act, answer.json()))
        version = acts[-1][1]["version"]
    assert await cascade == 300
    await town.settled()

    found = await anna.detail(row["id"])
    assert found["signals_seq"] == 301
    noted = sum(act == "note" for act, _ in acts)
    assert len(acts) == 3 * noted > 0
    lines = found["timeline"]
    while found["timeline_before"] is not None:
        found = await anna.get(f"/incidents/{row['id']}/timeline", before=found["timeline_before"])
        lines, found = [*found["items"], *lines], {"timeline_before": found["next"]}
    assert sum(item["type"] == "note" for item in lines) == noted
    assert sum(item["type"] == "taken" for item in lines) == noted
    assert sum(item["signal"] is not None for item in lines) == 301
    kinds = [row["kind"] for row in await anna.incidents()]
    assert kinds == ["PROP.ALARM.INTR", "TECH.RUNAWAY"]


async def send(town: Town, frames: list[bytes]) -> int:
    """Send frames on one connection, ten ahead of their answers; returns how many were acknowledged."""
    reader, writer = await asyncio.open_connection(town.line.host, town.line.port)
    acknowledged = 0
    for number, frame in enumerate(frames):
        writer.write(frame)
        if number >= 10:
            acknowledged += b'"ACK"' in await reader.readuntil(b"\r")
    while acknowledged < len(frames):
        acknowledged += b'"ACK"' in await reader.readuntil(b"\r")
    writer.close()
    await writer.wait_closed()
    return acknowledged


async def test_closing_is_refused_while_signals_are_unseen(town: Town) -> None:
    anna = await town.operator("anna")
    await town.say("shop", "1134", "001")
    (row,) = await anna.incidents()
    taken = await anna.act(row["id"], "take")
    await town.say("shop", "1132", "004")
    await town.say("shop", "1132", "005")

    closing = {"disposition": "false_alarm", "cause": "animal"}
    asked = {**closing, "version": taken["version"], "seen_upto": taken["signals_seq"]}
    refused = await anna.post(f"/incidents/{row['id']}/close", **asked)
    assert (refused.status_code, refused.json()["title"]) == (409, "2 signals unseen")
    assert refused.json()["incident"]["state"] == "taken"

    await anna.skip_all(row["id"])
    closed = await anna.act(row["id"], "close", **closing, seen_upto=3)
    assert told(closed) == "PROP.ALARM.INTR 2 closed 2002"
    await town.say("shop", "1134", "001")
    after = await anna.incidents("open")
    assert [(told(one), one["previous"]) for one in after] == [("PROP.ALARM.INTR 2 waiting 2002", row["id"])]


async def test_what_an_operator_leaves_goes_back_to_the_queue_with_its_age(town: Town) -> None:
    anna = await town.operator("anna")
    await town.play(scenes.BANK)
    (row,) = await anna.incidents()
    await anna.act(row["id"], "take")
    town.clock.wait(seconds=121)
    found: list[dict[str, Any]] = []
    while [told(one) for one in found] != ["PERS.ALARM.HOLDUP 1 waiting 3003"]:
        found = await anna.incidents()
    assert found[0]["opened_at"] == row["opened_at"]
    assert (await anna.detail(row["id"]))["timeline"][-1]["data"] == {"reason": "idle"}


async def test_a_screen_shows_what_happens_and_misses_nothing_while_it_was_away(town: Town) -> None:
    anna, screen = await town.operator("anna"), Screen()
    async with watching(anna, screen):
        await town.play(scenes.CARE)
        await until(lambda: len(screen.rows) == 2)
    await town.play(scenes.TECHNICAL)
    await town.play(scenes.SHOP)
    async with watching(anna, screen):
        await until(lambda: len(screen.rows) == 11)
        await town.say("shop", "1132", "009")
        await until(lambda: any(row["account"] == "2002" and row["signals_seq"] == 4 for row in screen.rows.values()))
    assert screen.told == sorted(await anna.told())
    assert screen.ids == sorted(screen.ids)
    assert len(screen.updates) == len(set(screen.updates))


async def test_a_screen_goes_on_over_a_restart_of_the_centre(town: Town) -> None:
    screen = Screen()
    async with watching(await town.operator("anna"), screen):
        await town.play(scenes.CARE)
        await until(lambda: len(screen.rows) == 2)
    await town.play(scenes.BANK)
    await town.restart()
    anna = await town.operator("anna")
    await town.play(scenes.LATE_TO_CLOSE)
    async with watching(anna, screen):
        await until(lambda: len(screen.rows) == 4)
    assert screen.told == sorted(await anna.told())
    assert len(screen.updates) == len(set(screen.updates))


async def test_an_operator_whose_password_is_wrong_gets_nothing(town: Town) -> None:
    await town.operator("anna")
    async with httpx.AsyncClient(base_url=f"{town.url}api/v1") as client:
        refused = await client.post("/session", json={"name": "anna", "password": "guessed"})
        assert refused.status_code == 401
        assert (await client.get("/incidents")).status_code == 401
