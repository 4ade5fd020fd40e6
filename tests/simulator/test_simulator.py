"""Simulated panels speak as true ones do: what they send is what the protocol reads, in the order of the story."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from belfry.domain.site import TimeWindow
from belfry.protocols.dc09 import Frame, ack, decrypt, encrypted_ack, in_window, nak, parse
from belfry.simulator.panel import Line, Panel
from belfry.simulator.play import Player
from belfry.simulator.scenes import FIRST_MINUTE, SCENES, SCHOOL_FIRE
from belfry.simulator.town import CAST, as_rows, town

NOW = datetime(2026, 3, 14, 2, 14, tzinfo=UTC)
KEY = bytes(range(16))


class Ear:
    """A receiver that notes what it hears and answers as the standard says."""

    def __init__(self, key: bytes | None = None) -> None:
        self.key = key
        self.heard: list[Frame] = []
        self.deaf_for = 0

    def answer(self, raw: bytes) -> bytes | None:
        frame = parse(raw)
        assert isinstance(frame, Frame)
        if self.deaf_for:
            self.deaf_for -= 1
            return None
        if frame.encrypted and self.key is not None:
            opened = decrypt(frame, [self.key])
            assert isinstance(opened, tuple)
            frame = opened[0]
            if not in_window(frame.timestamp, NOW, TimeWindow.STANDARD):
                return nak(NOW)
            self.heard.append(frame)
            return encrypted_ack(frame, self.key, NOW, random.Random(1).randbytes)
        self.heard.append(frame)
        return ack(frame)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                answer = self.answer(await reader.readuntil(b"\r"))
                if answer is not None:
                    writer.write(answer)
        except asyncio.IncompleteReadError:
            writer.close()


@asynccontextmanager
async def listening(ear: Ear) -> AsyncIterator[Line]:
    server = await asyncio.start_server(ear.converse, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    async with server:
        yield Line(host, port, answer_within_s=0.2)


def panel(line: Line, **more: object) -> Panel:
    return Panel("1001", line, lambda: NOW, random.Random(7).randbytes, **more)  # type: ignore[arg-type]


async def test_a_plain_panel_says_contact_id_and_sia() -> None:
    ear = Ear()
    async with listening(ear) as line:
        one = panel(line)
        assert await one.say("1111", zone="007", text="Corridor") == "ACK"
        assert await one.say("BA", zone="004") == "ACK"
        await one.close()
    assert [(frame.token, frame.data, frame.xdata) for frame in ear.heard] == [
        ("ADM-CID", b"#1001|1111 01 007", (b"ICorridor",)),
        ("SIA-DCS", b"#1001|Nri1/BA4", ()),
    ]
    assert [frame.seq for frame in ear.heard] == ["0001", "0002"]


async def test_an_encrypted_panel_sets_its_clock_by_a_nak() -> None:
    ear = Ear(KEY)
    async with listening(ear) as line:
        one = panel(line, key=KEY, clock_off=timedelta(hours=2))
        assert await one.say("1111") == "ACK"
        await one.close()
    assert one.told.corrected == 1
    assert one.clock_off == timedelta(0)


async def test_a_stubborn_clock_stays_wrong() -> None:
    ear = Ear(KEY)
    async with listening(ear) as line:
        one = panel(line, key=KEY, clock_off=timedelta(hours=2), stubborn=True)
        assert await one.say("1111") == "NAK"
        await one.close()
    assert ear.heard == []


async def test_an_unanswered_frame_is_sent_again_with_the_same_sequence() -> None:
    ear = Ear()
    ear.deaf_for = 1
    async with listening(ear) as line:
        one = panel(line)
        assert await one.say("1111") == "ACK"
        await one.close()
    assert [frame.seq for frame in ear.heard] == ["0001"]


async def test_a_scene_says_its_steps_in_order() -> None:
    ear = Ear(bytes.fromhex(CAST[0].key))

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    async with listening(ear) as line:
        player = Player(CAST, line, seed=1, now=lambda: NOW, chance=random.Random(3).randbytes, sleep=at_once)
        await player.scene(SCHOOL_FIRE)
        await player.close()
    said = [frame.data.decode().split("|")[1].split()[0] for frame in ear.heard]
    assert said == ["1111", "1115", "1912", "3111", "3115"]
    assert player.told().acknowledged == 5


def test_the_same_seed_gives_the_same_town() -> None:
    assert town(200, 4) == town(200, 4)
    assert town(200, 4) != town(200, 5)
    assert len({site.account for site in town(2_000, 1)}) == 2_000


def test_every_role_of_a_scene_is_a_site_or_a_number() -> None:
    roles = {site.role for site in CAST}
    for scene in SCENES.values():
        for step in scene.steps:
            assert step.role in roles or step.role.isdigit()


def test_the_first_minute_of_the_demo_brings_a_dozen_alarms_and_one_within_ten_seconds() -> None:
    alarms = [
        (start + step.at_s, step.role)
        for start, scene in FIRST_MINUTE
        for step in scene.steps
        if step.code.startswith("1") and step.code[1] in "1345" and step.code != "1406"
    ]
    assert min(at for at, _ in alarms) < 10
    assert len({role for at, role in alarms if at < 60}) >= 12


@pytest.mark.parametrize("row", as_rows(CAST, "panels", 1), ids=lambda row: row["account"])
def test_every_site_is_a_row_for_the_import(row: dict[str, str]) -> None:
    assert row["name"]
    assert row["address"]
    assert row["receiver"] == "panels"
