"""The centre stops in the middle and another one goes on in the same folder: nothing is lost, nothing rings twice."""

import asyncio
from datetime import timedelta
from typing import Any, Final

import pytest

from belfry.app import snapshot
from belfry.protocols.dc09 import build_frame
from belfry.simulator import scenes
from belfry.simulator.town import CAST
from tests.stories.kit import Desk, Town

SCHOOL_KEY: Final = bytes.fromhex(next(site.key for site in CAST if site.role == "school"))


async def exchange(town: Town, frame: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(town.line.host, town.line.port)
    writer.write(frame)
    answer = await reader.readuntil(b"\r")
    writer.close()
    await writer.wait_closed()
    return answer


async def everything(desk: Desk) -> dict[str, Any]:
    """What an operator can know: every row in its order, every story, every signal."""
    rows = await desk.incidents()
    stories = [await desk.detail(row["id"]) for row in rows]
    return {"rows": rows, "stories": stories, "signals": await desk.signals()}


async def a_busy_night(town: Town, anna: Desk) -> None:
    """Incidents in every state, with notes, reasons and a closed one."""
    await town.play(scenes.TECHNICAL)
    await town.play(scenes.SHOP)
    await town.play(scenes.BANK)
    await town.play(scenes.UNKNOWN)
    rows = {row["account"]: row for row in await anna.incidents()}
    taken = await anna.act(rows["2002"]["id"], "take")
    await anna.act(rows["2002"]["id"], "note", text="Keyholder does not answer")
    await anna.skip_all(rows["2002"]["id"])
    await anna.act(
        rows["2002"]["id"], "close", disposition="false_alarm", cause="animal", seen_upto=taken["signals_seq"]
    )
    await anna.act(rows["5201"]["id"], "take")
    later = (town.clock() + timedelta(minutes=10)).isoformat()
    await anna.act(rows["5201"]["id"], "hold", until=later, on="signal", reason="technician on the way")
    await anna.act(rows["3003"]["id"], "take")


@pytest.mark.parametrize("with_snapshot", [True, False], ids=["from the snapshot", "from the first entry"])
async def test_after_a_restart_everything_is_as_it_was(town: Town, with_snapshot: bool) -> None:
    anna = await town.operator("anna")
    await a_busy_night(town, anna)
    before = await everything(anna)
    states = {row["state"] for row in before["rows"]}
    assert states == {"pending", "waiting", "taken", "held", "closed"}

    await town.stop()
    saved = town.settings.data / snapshot.FILE
    assert saved.exists()
    if not with_snapshot:
        saved.unlink()
    await town.start()

    assert await everything(await town.operator("anna")) == before


async def test_life_goes_on_after_a_restart(town: Town) -> None:
    """Grouping, restores, cancels and numbers go on from what was before."""
    anna = await town.operator("anna")
    await town.say("school", "1111", "007")
    await town.say("kiosk", "1134", "001")
    await town.restart()
    anna = await town.operator("anna")
    await town.say("school", "1115", "021")
    await town.say("kiosk", "1406", "002")
    await town.say("bank", "1122")
    assert await anna.told() == [
        "PERS.ALARM.HOLDUP 1 waiting 3003",
        "FIRE.ALARM.CONF 1 waiting 1001",
        "PROP.ALARM.INTR 4 waiting 2003 [cancelled]",
    ]
    assert sorted(row["number"] for row in await anna.incidents()) == [1, 2, 3]


@pytest.mark.parametrize("with_snapshot", [True, False], ids=["from the snapshot", "from the first entry"])
async def test_frames_that_are_sent_again_after_a_restart_raise_nothing(town: Town, with_snapshot: bool) -> None:
    at = town.clock()
    frames = [
        build_frame("ADM-CID", seq=7, account="2002", data="#2002|1134 01 001"),
        build_frame("ADM-CID", seq=8, account="1001", data="#1001|1111 01 007", at=at, key=SCHOOL_KEY),
        build_frame("SIA-DCS", seq=9, account="5601", data="#5601|Nri1/GA003", at=at),
    ]
    first = [await exchange(town, frame) for frame in frames]
    await town.settled()
    before = await everything(await town.operator("anna"))
    await town.stop()
    if not with_snapshot:
        (town.settings.data / snapshot.FILE).unlink()
    await town.start()

    again = [await exchange(town, frame) for frame in frames for _ in range(2)]
    await town.settled()
    assert [answer for answer in again if b'"ACK"' in answer] == [first[0]] * 2 + [first[2]] * 2
    assert sum(b'"*ACK"' in answer for answer in again) == 2
    assert await everything(await town.operator("anna")) == before


@pytest.mark.parametrize("with_snapshot", [True, False], ids=["from the snapshot", "from the first entry"])
async def test_a_report_with_the_same_key_is_one_report_also_after_a_restart(town: Town, with_snapshot: bool) -> None:
    said = {"kind": "PROP.UNSECURED", "place": {"text": "30 Quay Street, yard"}, "note": "Side door open"}
    key = {"Idempotency-Key": "round-12"}
    guard = await town.operator("gus")
    first = await guard.client.post("/reports", json=said, headers=key)
    assert first.status_code == 202
    await town.settled()
    await town.stop()
    if not with_snapshot:
        (town.settings.data / snapshot.FILE).unlink()
    await town.start()
    guard = await town.operator("gus")
    again = await guard.client.post("/reports", json=said, headers=key)
    assert (again.status_code, again.json()) == (202, first.json())
    await town.settled()
    assert len(await guard.incidents()) == 1
    other = await guard.client.post("/reports", json=said, headers={"Idempotency-Key": "round-13"})
    assert other.json() != first.json()


async def test_a_hold_that_ends_while_the_centre_is_down_ends_at_its_start(town: Town) -> None:
    anna = await town.operator("anna")
    await town.play(scenes.LATE_TO_CLOSE)
    (row,) = await anna.incidents()
    await anna.act(row["id"], "take")
    await anna.act(row["id"], "hold", until=(town.clock() + timedelta(minutes=5)).isoformat())
    await town.stop()
    town.clock.wait(minutes=6)
    await town.start()
    anna = await town.operator("anna")
    while await anna.told() != ["PROP.CLOSE.LATE 3 waiting 4721"]:
        pass
    assert (await anna.detail(row["id"]))["timeline"][-1]["type"] == "woken"


async def test_a_damaged_snapshot_is_left_aside(town: Town) -> None:
    anna = await town.operator("anna")
    await a_busy_night(town, anna)
    before = await everything(anna)
    await town.stop()
    saved = town.settings.data / snapshot.FILE
    saved.write_bytes(saved.read_bytes()[:-100])
    await town.start()
    assert await everything(await town.operator("anna")) == before
