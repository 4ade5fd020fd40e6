"""Panels with a wrong clock or a wrong key, scanners, noise: each gets its defined answer, and nobody else is hurt."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Final

import pytest

from belfry.protocols.dc09 import build_frame
from belfry.simulator import scenes
from belfry.simulator.play import scanner
from tests.stories.kit import Town, told


async def test_a_wrong_clock_is_corrected_by_one_nak_and_the_alarm_is_in(town: Town) -> None:
    desk = await town.operator("anna")
    panel = town.panel("school")
    panel.clock_off = timedelta(hours=2)
    assert await town.say("school", "1111", "007") == "ACK"
    assert (panel.told.corrected, panel.told.acknowledged, panel.clock_off) == (1, 1, timedelta(0))
    assert await desk.told() == ["FIRE.ALARM.AUTO 1 waiting 1001"]
    assert len(await desk.signals()) == 1


async def test_a_dead_clock_keeps_no_fire_out_but_everything_that_a_replay_could_use(town: Town) -> None:
    desk = await town.operator("anna")
    panel = town.panel("school")
    panel.clock_off, panel.stubborn = timedelta(hours=-5), True
    assert await town.say("school", "1111", "007") == "ACK"
    assert (panel.told.corrected, panel.told.acknowledged) == (2, 1)
    assert await desk.told() == ["FIRE.ALARM.AUTO 1 waiting 1001 [clock]"]
    for code in ("1401", "3111", "1602", "1406"):  # opened, restored, tested, cancelled
        assert await town.say("school", code, "007") == "NAK"
    assert await panel.poll() == "NAK"
    assert await desk.told() == ["FIRE.ALARM.AUTO 1 waiting 1001 [clock]"]
    (signal,) = await desk.signals()
    assert (signal["code"], "clock" in signal["quality"]) == ("1111", True)


async def test_a_wrong_key_is_refused_and_leaves_no_signal(town: Town) -> None:
    desk = await town.operator("anna")
    panel = town.panel("school")
    right, panel.key = panel.key, bytes(range(16))
    assert await town.say("school", "1111", "007") == "NAK"
    assert (await desk.signals(), await desk.told()) == ([], [])
    panel.key = right
    assert await town.say("school", "1111", "007") == "ACK"
    assert await desk.told() == ["FIRE.ALARM.AUTO 1 waiting 1001"]


async def test_a_keyed_account_is_not_heard_in_the_clear(town: Town) -> None:
    desk = await town.operator("anna")
    town.panel("school").key = None
    assert await town.say("school", "1400", "001") == "DUH"
    assert await town.panel("school").poll() == "DUH"
    assert (await desk.signals(), await desk.told()) == ([], [])


async def test_a_scanner_fills_one_row_and_known_accounts_are_served(town: Town) -> None:
    desk = await town.operator("anna")
    await scanner(town.line, seed=1, now=town.clock)
    await town.settled()
    strangers = [f"PROP.ALARM.INTR 2 waiting {number:04X} [unknown_account]" for number in range(0xE000, 0xE005)]
    assert await desk.told() == [*strangers, "ADM.UNKNOWN 2 waiting None [unknown_account]"]
    folded = (await desk.incidents())[-1]
    assert folded["signals_seq"] == 25
    assert "many unknown accounts in a short time: folded into one" in (await desk.detail(folded["id"]))["reasons"]

    assert await town.play(scenes.SHOP_ONE_POINT) == ["ACK", "ACK"]
    assert (await desk.told())[-1] == "PROP.ALARM.INTR 4 waiting 2003 [cancelled]"
    assert len(await desk.incidents()) == 7


NOISE: Final = {
    "http": (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", True),
    "tls": (bytes.fromhex("16030100a5010000a1"), True),
    "a wrong CRC": (b'\n0000000C"NULL"0000L0#2002[]\r', True),
    "line feeds": (b"\n" * 5_000, True),
    "no end": (b"\nFFFF0FFF" + b"A" * 5_000, True),
    "faults without end": (b"\n00000000\r" * 50, False),
    "a film": (bytes(range(32, 256)) * 400, False),
}
"""What a stranger sends first, and whether the connection is still served after it."""


@pytest.mark.parametrize("name", NOISE)
async def test_noise_gets_no_answer_and_hurts_nobody(town: Town, name: str) -> None:
    noise, is_served = NOISE[name]
    desk = await town.operator("anna")
    frame = build_frame("ADM-CID", seq=1, account="2002", data="#2002|1134 01 001")
    reader, writer = await asyncio.open_connection(town.line.host, town.line.port)
    writer.write(noise)
    assert await town.say("kiosk", "1134", "001") == "ACK"  # on a line of its own, meanwhile
    writer.write(frame)
    answer = b""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        answer = await reader.readuntil(b"\r")
    writer.transport.abort()
    await town.settled()
    served = ["PROP.ALARM.INTR 2 waiting 2002"] if is_served else []
    assert (b'"ACK"0001L0#2002' in answer) is is_served
    assert sorted(await desk.told()) == [*served, "PROP.ALARM.INTR 2 waiting 2003"]


async def test_a_panel_that_reads_no_answers_delays_nobody_else(town: Town) -> None:
    desk = await town.operator("anna")
    polls = b"".join(build_frame("NULL", seq=n % 9_999 + 1, account="2002", at=town.clock()) for n in range(20_000))
    _, writer = await asyncio.open_connection(town.line.host, town.line.port)
    writer.write(polls)
    for zone in range(1, 21):
        assert await town.say("kiosk", "1134", f"{zone:03}") == "ACK"
    writer.transport.abort()
    (row,) = await desk.incidents()
    assert (told(row), row["signals_seq"]) == ("PROP.ALARM.INTR 2 waiting 2003", 20)
