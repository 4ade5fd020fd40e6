"""Signals leave for software under an agreement, over real sockets: what is agreed, every line once and in order - and
nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import structs

from belfry.app import automation, health, upkeep
from belfry.ports.staff import Role
from belfry.registry import Registry
from belfry.settings import AutomationTable, Settings
from belfry.simulator.software import Mood, Software
from tests.stories.kit import Row, Town, open_town, until, until_told
from tests.stories.test_on_test import furnish, put_on

QUICK: dict[str, Any] = {"answer_within_s": 0.1, "retry_least_s": 0.02, "retry_most_s": 0.02, "heartbeat_s": 0.2}
FIELDS = ["account", "area", "zone", "code"]


@pytest.fixture(autouse=True)
def rounds_come_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automation, "LOOK", timedelta(seconds=0.02))
    monkeypatch.setattr(health, "LOOK", timedelta(seconds=0.05))
    monkeypatch.setattr(upkeep, "REGISTRY_LOOK", timedelta(seconds=0.02))


async def agree(town: Town, **changes: Any) -> str:
    """An agreement that an administrator makes over the API; returns its id."""
    boss = await town.operator("boss", Role.ADMINISTRATOR)
    body = {
        "partner": "City fire brigade",
        "kinds": ["FIRE", "PROP"],
        "fields": FIELDS,
        "why": "They come",
        "ends": (town.clock.now + timedelta(days=30)).isoformat(),
    }
    answer = await boss.post("/agreements", **body | changes)
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


async def end(town: Town, agreement: str) -> None:
    boss = await town.operator("boss", Role.ADMINISTRATOR)
    assert (await boss.post(f"/agreements/{agreement}/end")).status_code == 200


async def link(town: Town) -> Row:
    (found,) = (await (await town.program()).get("/centre"))["automation"]
    told: Row = found
    return told


@asynccontextmanager
async def handing(
    folder: Path, software: Software, words: dict[str, Any] | None = None, **agreed: Any
) -> AsyncIterator[Town]:
    """A town with an agreement and a link to the software, which listens."""
    made: list[str] = []

    def change(settings: Settings) -> Settings:
        table = AutomationTable(
            name="brigade", address=software.address, agreement=made[0] if made else "none", **QUICK | (words or {})
        )
        return structs.replace(settings, automation=(table,))

    await software.listen()
    try:
        async with open_town(folder, change=change) as town:
            made.append(await agree(town, **agreed))
            town.settings = change(town.settings)
            await town.restart()
            await until(lambda: software.heartbeats > 0)
            yield town
    finally:
        await software.close()


@asynccontextmanager
async def a_town(folder: Path, **agreed: Any) -> AsyncIterator[tuple[Town, Software]]:
    software = Software()
    async with handing(folder, software, **agreed) as town:
        yield town, software


def said(software: Software) -> list[str]:
    return [line.raw.decode() for line in software.taken]


def taken(software: Software, count: int) -> Callable[[], bool]:
    return lambda: len(software.taken) >= count


async def all_handed(town: Town) -> None:
    """Everything that was decided was looked at, and handed where it may."""
    await town.settled()

    async def is_done() -> bool:
        return bool((await link(town))["behind"] == 0)

    await until_told(is_done)


async def test_what_is_agreed_leaves_and_nothing_else_does(tmp_path: Path) -> None:
    async with a_town(tmp_path) as (town, software):
        await town.say("shop", "1110", "007", text="Kunigunde's room")
        await town.say("bank", "1122", "003")  # a hold-up: no person's alarm is agreed
        await town.say("care", "1101", "012")  # medical
        await town.say("office", "1301")  # no kind of TECH is agreed
        await town.say("shop", "3401", "005")  # who closed it
        await town.say("4712", "1110", "002")  # nobody knows the number
        await town.say("shop", "1A1", "009")  # a code of no list stays in the room
        await town.say("shop", "3110", "007")
        await town.say("kiosk", "1130", "002")
        await all_handed(town)
        shop, kiosk = town.player.role("shop"), town.player.role("kiosk")
        assert said(software) == [f"5011 18{shop}E11001007", f"5011 18{shop}R11001007", f"5011 18{kiosk}E13001002"]
        assert b"Kunigunde" not in software.bytes
        assert (await link(town))["handed"] == 3


async def test_a_field_that_is_not_agreed_is_in_no_line(tmp_path: Path) -> None:
    async with a_town(tmp_path, fields=["code"], kinds=["FIRE"]) as (town, software):
        await town.say("shop", "1110", "007")
        await all_handed(town)
        assert said(software) == ["5011 180000E11000000"]
        assert town.player.role("shop").encode() not in software.bytes


async def test_person_kinds_leave_where_that_is_agreed_in_so_many_words(tmp_path: Path) -> None:
    async with a_town(tmp_path, kinds=["PERS"], person=True) as (town, software):
        await town.say("bank", "1122", "003")
        await town.say("shop", "1110", "007")
        await all_handed(town)
        assert [line.account for line in software.taken] == [town.player.role("bank")]


async def test_the_holder_of_a_site_is_told_nothing_while_a_silent_alarm_is_open_there(tmp_path: Path) -> None:
    software = Software()
    agreed = {"kinds": ["PERS", "FIRE"], "person": True}
    async with handing(tmp_path, software, {"audience": "holder"}, **agreed) as town:
        await town.say("bank", "1122", "003")
        await town.say("bank", "1110", "001")
        await town.say("shop", "1110", "007")
        await all_handed(town)
        assert [line.account for line in software.taken] == [town.player.role("shop")]


async def test_what_is_on_test_does_not_leave(tmp_path: Path) -> None:
    async with a_town(tmp_path) as (town, software):
        anna = await town.operator("anna")
        await put_on(anna, await furnish(town, "workshop"))
        await town.say("workshop", "1130", "001")
        await town.say("shop", "1110", "007")
        await all_handed(town)
        assert [line.account for line in software.taken] == [town.player.role("shop")]


async def test_software_that_was_away_gets_every_line_once_and_in_order(tmp_path: Path) -> None:
    async with a_town(tmp_path) as (town, software):
        anna = await town.operator("anna")
        await town.say("shop", "1110", "001")
        await until(taken(software, 1))
        await software.close()
        for zone in range(2, 9):
            await town.say("shop", "1110", f"{zone:03}")

        async def told(restored: bool) -> bool:
            rows = [row for row in await anna.incidents("open") if row["kind"] == "TECH.CENTRE"]
            return [("restored" in row["flags"]) for row in rows] == [restored]

        await until_told(lambda: told(False))
        assert (await link(town))["state"] == "away"
        await software.listen()
        await until(taken(software, 8))
        await until_told(lambda: told(True))
        await all_handed(town)
        assert [line.data[-3:] for line in software.taken] == [f"{zone:03}".encode() for zone in range(1, 9)]
        assert ((await link(town))["state"], (await link(town))["handed"]) == ("handing", 8)


@pytest.mark.parametrize("mood", [Mood.REFUSES, Mood.SILENT])
async def test_a_line_that_is_not_taken_is_said_again_before_the_next(tmp_path: Path, mood: Mood) -> None:
    async with a_town(tmp_path) as (town, software):
        moody = [mood] * 5
        software.mood = lambda line: moody.pop() if line.account != "0000" and moody else Mood.TAKES
        for zone in (1, 2):
            await town.say("shop", "1110", f"{zone:03}")
        await until(taken(software, 2))
        await all_handed(town)
        assert [line.data[-3:] for line in software.heard] == [b"001"] * 6 + [b"002"]
        assert [line.data[-3:] for line in software.taken] == [b"001", b"002"]


async def test_a_late_acknowledgement_counts_for_no_other_line(tmp_path: Path) -> None:
    """Its answer to the first try was lost; the next line waits until nothing is owed for it."""
    async with a_town(tmp_path) as (town, software):
        moody = [Mood.TAKES, Mood.TAKES_SILENTLY]
        software.mood = lambda line: moody.pop() if line.account != "0000" and moody else Mood.TAKES
        for zone in (1, 2):
            await town.say("shop", "1110", f"{zone:03}")
        await all_handed(town)
        assert [line.data[-3:] for line in software.taken] == [b"001", b"001", b"002"]


async def test_nothing_leaves_once_the_agreement_is_ended(tmp_path: Path) -> None:
    async with a_town(tmp_path) as (town, software):
        await town.say("shop", "1110", "001")
        await until(taken(software, 1))
        software.mood = lambda _: Mood.SILENT
        await town.say("shop", "1110", "002")  # is tried, and waits
        await until(lambda: len(software.heard) > 1)
        await end(town, (await link(town))["agreement"])

        async def rests() -> bool:
            return bool((await link(town))["state"] == "resting")

        await until_told(rests)
        await all_handed(town)
        software.mood = lambda _: Mood.TAKES
        before = software.bytes
        await town.say("shop", "1110", "003")
        await all_handed(town)
        await asyncio.sleep(0)
        assert software.bytes == before
        assert len(software.taken) == 1
        anna = await town.operator("anna")
        assert "TECH.CENTRE" not in [
            row["kind"] for row in await anna.incidents("open") if "restored" not in row["flags"]
        ]


async def test_nothing_leaves_once_the_agreement_is_over_by_itself(tmp_path: Path) -> None:
    async with a_town(tmp_path) as (town, software):
        town.clock.wait(days=31)
        await town.say("shop", "1110", "001")
        await all_handed(town)
        assert (said(software), (await link(town))["state"]) == ([], "resting")


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    async with a_town(tmp_path) as (town, software):
        await town.say("shop", "1110", "001")
        await until(taken(software, 1))
        await software.close()
        await town.say("shop", "1110", "002")
        await town.restart()
        await town.say("shop", "1110", "003")
        await software.listen()
        await until(taken(software, 3))
        await all_handed(town)
        assert [line.data[-3:] for line in software.taken] == [b"001", b"002", b"003"]


async def test_software_may_call_us_and_speak_dc07(tmp_path: Path) -> None:
    software = Software("dc07")
    words = {"form": "dc07", "address": None, "listen": "127.0.0.1:0"}
    made: list[str] = []

    def change(settings: Settings) -> Settings:
        table = AutomationTable(name="brigade", agreement=made[0] if made else "none", **QUICK | words)
        return structs.replace(settings, automation=(table,))

    async with open_town(tmp_path, change=change) as town:
        made.append(await agree(town, fields=[*FIELDS, "kind"]))
        town.settings = change(town.settings)
        await town.restart()

        async def call() -> None:
            while True:
                await software.call(town.centre.automation.ways[0].listening)

        calling = asyncio.create_task(call())
        await until(lambda: software.heartbeats > 0)
        await town.say("shop", "1110", "001")
        await until(taken(software, 1))
        software.hang_up()
        await town.say("shop", "1110", "002")
        await until(taken(software, 2))
        await all_handed(town)
        calling.cancel()
        shop = town.player.role("shop").encode()
        assert [line.data for line in software.taken] == [
            b"#%b|1110 01 001|AFIRE.ALARM.AUTO" % shop,
            b"#%b|1110 01 002|AFIRE.ALARM.CONF" % shop,
        ]


async def test_a_service_hands_in_signals_reads_nothing_and_ends_with_its_agreement(tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        agreement = await agree(town)
        registry = await asyncio.to_thread(Registry.open, town.settings.registry_at, clock=town.clock)
        secret = registry.tokens.issue_for_service(agreement, hours=None, by="test")
        registry.close()
        async with httpx.AsyncClient(
            base_url=f"{town.url}api/v1", headers={"Authorization": f"Bearer {secret}"}
        ) as api:
            body = {"account": town.player.role("shop"), "code": "FA", "zone": "7", "receiver": "panels"}
            assert (await api.post("/signals", json=body)).status_code == 202
            for path in ("/signals", "/incidents", "/accounts", "/agreements", "/centre", "/stream", "/users"):
                assert (await api.get(path)).status_code == 403, path
            await end(town, agreement)
            assert (await api.post("/signals", json=body)).status_code == 401
        await town.settled()
        anna = await town.operator("anna")
        assert [row["kind"] for row in await anna.incidents("open")] == ["FIRE.ALARM.AUTO"]
