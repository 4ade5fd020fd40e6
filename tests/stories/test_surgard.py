"""A station's own alarm receiver: its lines become incidents, and nothing is lost when either of the two goes away."""

import asyncio
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from belfry.app import health
from belfry.app.demo_station import LAUNDRY, RECEIVERS, night, with_station
from belfry.receivers.surgard import SurgardReceiver
from belfry.settings import ReceiverTable, Settings
from belfry.simulator.station import Station, contact_id
from tests.app.child import furnish, serving, token
from tests.stories.kit import Town, open_town, until_told

ACK = b"\x06"
HEARTBEAT = b"1011           @    \x14"
SETTINGS = """\
data = "data"

[console]
listen = "127.0.0.1:0"

[[receiver]]
type = "surgard"
listen = "127.0.0.1:0"
"""
ROUNDS, EACH = 3, 12


def line(account: str, code: str = "E110", zone: int = 1) -> bytes:
    return f"5011 18{account}{code}01{zone:03}".encode() + b"\x14"


class Machine:
    """An alarm receiver: one line at a time, the same again until it is acknowledged."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self._wire: tuple[StreamReader, StreamWriter] | None = None

    async def say(self, said: bytes) -> bool:
        """Whether it was acknowledged; False: the other side is gone."""
        try:
            if self._wire is None:
                self._wire = await asyncio.open_connection(*self.address)
            reader, writer = self._wire
            writer.write(said)
            return await reader.readexactly(1) == ACK
        except (OSError, IncompleteReadError):
            await self.hang_up()
            return False

    async def hang_up(self) -> None:
        if self._wire is not None:
            self._wire[1].close()
            with suppress(OSError):
                await self._wire[1].wait_closed()
            self._wire = None


def with_receiver(settings: Settings) -> Settings:
    rest: dict[str, object] = {"listen": "127.0.0.1:0"}
    return structs.replace(
        settings, receiver=(*settings.receiver, ReceiverTable(type="surgard", name="old", rest=rest))
    )


def machine(town: Town, name: str = "old") -> Machine:
    receivers = [one for one in town.centre.receivers if isinstance(one, SurgardReceiver) and one.name == name]
    return Machine(receivers[0].listening)


async def test_a_line_is_an_incident_its_repeat_none_and_its_restore_ends_it(tmp_path: Path) -> None:
    async with open_town(tmp_path, change=with_receiver) as town:
        desk, old = await town.operator("anna"), machine(town)
        account = town.player.role("shop")
        assert await old.say(line(account))
        await old.hang_up()  # and does not know whether the answer was sent
        for said in (line(account), HEARTBEAT, line(account, "R110")):
            assert await old.say(said)
        await town.settled()
        (row,) = await desk.incidents("open")
        assert (row["kind"], row["zone"]) == ("FIRE.ALARM.AUTO", "001")
        assert [one["state"] for one in await desk.signals()] == ["alarm", "restore"]
        await old.hang_up()


async def test_what_nobody_knows_is_shown_without_its_words(tmp_path: Path) -> None:
    async with open_town(tmp_path, change=with_receiver) as town:
        desk, old = await town.operator("anna"), machine(town)
        assert await old.say(b"9011    1234Kunigunde\x14")
        await town.settled()
        (row,) = await desk.incidents("open")
        assert (row["kind"], row["account"]) == ("ADM.UNKNOWN", "0000")
        assert "Kunigunde" not in str(await desk.detail(row["id"]))
        await old.hang_up()


async def test_a_receiver_that_falls_silent_is_a_fault_until_it_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LOOK", timedelta(seconds=0.05))
    async with open_town(tmp_path, change=with_receiver) as town:
        desk, old = await town.operator("anna"), machine(town)
        town.clock.wait(seconds=91)

        async def told(restored: bool) -> bool:
            return [(row["kind"], "restored" in row["flags"]) for row in await desk.incidents("open")] == [
                ("TECH.CENTRE", restored)
            ]

        await until_told(lambda: told(False))
        assert await old.say(HEARTBEAT)
        await until_told(lambda: told(True))
        await old.hang_up()


async def test_a_killed_centre_has_every_line_that_it_acknowledged_once(tmp_path: Path) -> None:
    config = furnish(tmp_path, sites=16, settings=SETTINGS)
    secret = token(config)
    wanted = []
    unanswered: bytes | None = None
    for number in range(ROUNDS):
        async with serving(config, secret) as served:
            old = Machine(served.panels)
            if unanswered is not None:
                assert await old.say(unanswered)
            for zone in range(number * EACH, (number + 1) * EACH):
                assert await old.say(line("4321", zone=zone))
                wanted.append(f"{zone:03}")
            unanswered = line("8765", zone=number)
            dying = asyncio.create_task(old.say(unanswered))
            await asyncio.sleep(0)
            served.process.kill()
            if await dying:
                unanswered = None
            await served.end()
            await old.hang_up()
    async with serving(config, secret) as served:
        old = Machine(served.panels)
        assert unanswered is None or await old.say(unanswered)
        signals = [one for one in await served.signals() if one["method"] == "equipment"]
        assert [one["zone"] for one in signals if one["account"] == "4321"] == [
            zone if zone != "000" else None for zone in wanted
        ]
        late = [one["zone"] for one in signals if one["account"] == "8765"]
        assert late == [None, "001", "002"]
        await old.hang_up()


async def test_the_demos_town_has_a_laundry_behind_an_old_receiver(tmp_path: Path) -> None:
    async with open_town(tmp_path, change=with_station) as town:
        desk, old = await town.operator("anna"), Station()

        async def at_once(_: float) -> None:
            await town.settled()

        old.call(machine(town, RECEIVERS).address)
        await night(old, sleep=at_once)
        await town.settled()
        told = {(row["kind"], row["account"], row["zone"], row["state"]) for row in await desk.incidents()}
        assert told == {
            ("PROP.ALARM.INTR", LAUNDRY.account, "004", "waiting"),
            ("TECH.POWER", LAUNDRY.account, None, "closed"),
        }
        await old.close()


async def test_a_receiver_that_is_called_hands_on_each_line_once_over_a_line_that_is_cut(tmp_path: Path) -> None:
    """The station that does not exist waits until we call, is cut off in the middle, and says it again."""
    old = Station()
    host, port = await old.listen()
    quick: dict[str, object] = {"host": f"{host}:{port}", "retry_least_s": 0.05, "retry_most_s": 0.1}
    table = ReceiverTable(type="surgard", name="old", rest=quick)
    async with open_town(tmp_path, change=lambda one: structs.replace(one, receiver=(*one.receiver, table))) as town:
        desk = await town.operator("anna")
        account = town.player.role("shop")
        await old.say(contact_id(account, "E110", zone=1))
        old.hang_up()
        await old.say(contact_id(account, "R110", zone=1))
        await town.settled()
        assert [one["state"] for one in await desk.signals()] == ["alarm", "restore"]
    await old.close()
