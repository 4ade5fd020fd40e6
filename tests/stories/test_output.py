"""Sirens, pagers and doors are told of incidents under an agreement, over real sockets: what is agreed, signed, each
repeat known by its id - and nothing else."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiomqtt
import msgspec
import pytest
from msgspec import structs

from belfry.app import automation, health, upkeep
from belfry.notify.webhook import signature
from belfry.ports.output import Why
from belfry.settings import OutputTable, Settings
from tests.notify.far_end import FarEnd, Mood
from tests.receivers.brokers import Amqtt
from tests.receivers.house import certificate
from tests.stories.kit import Desk, Row, Town, open_town, until, until_told
from tests.stories.test_automation import agree, end, link
from tests.stories.test_training import begun, exercise_rows

KEY = "k" * 32
QUICK: dict[str, Any] = {"answer_within_s": 10.0, "retry_least_s": 0.02, "retry_most_s": 0.05, "private": True}
FIELDS = ["kind", "account", "area", "zone", "received_at"]


@pytest.fixture(autouse=True)
def rounds_come_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automation, "LOOK", timedelta(seconds=0.02))
    monkeypatch.setattr(health, "LOOK", timedelta(seconds=0.05))
    monkeypatch.setattr(upkeep, "REGISTRY_LOOK", timedelta(seconds=0.02))
    monkeypatch.setenv("SIREN_KEY", KEY)


@asynccontextmanager
async def telling(folder: Path, words: dict[str, Any], **agreed: Any) -> AsyncIterator[Town]:
    """A town with an agreement and an output."""
    made: list[str] = []

    def change(settings: Settings) -> Settings:
        table = OutputTable(name="siren", agreement=made[0] if made else "none", **QUICK | words)
        return structs.replace(settings, output=(table,))

    async with open_town(folder, change=change) as town:
        made.append(await agree(town, **{"fields": FIELDS} | agreed))
        town.settings = change(town.settings)
        await town.restart()
        yield town


def hook(url: str, **words: Any) -> dict[str, Any]:
    return {"type": "webhook", "address": url, "secret_env": "SIREN_KEY"} | words


@asynccontextmanager
async def a_siren(
    folder: Path, words: dict[str, Any] | None = None, **agreed: Any
) -> AsyncIterator[tuple[Town, FarEnd]]:
    far = FarEnd()
    await far.listen()
    try:
        async with telling(folder, hook(far.url, **words or {}), **agreed) as town:
            yield town, far
    finally:
        await far.close()


async def all_told(town: Town) -> None:
    await town.settled()

    async def is_done() -> bool:
        return bool((await link(town))["behind"] == 0)

    await until_told(is_done)


async def is_away(town: Town) -> None:
    async def away() -> bool:
        return bool((await link(town))["state"] == "away")

    await until_told(away)


async def closed(desk: Desk, kind: str) -> None:
    (row,) = [one for one in await desk.incidents("open") if one["kind"] == kind]
    taken = await desk.act(row["id"], "take")
    await desk.skip_all(row["id"])
    words = {"disposition": "user_error", "reason": "no restore yet"}
    await desk.act(row["id"], "close", seen_upto=taken["signals_seq"], **words)


def taken(far: FarEnd, count: int) -> Callable[[], bool]:
    return lambda: len(far.taken) >= count


async def test_openings_and_closings_leave_signed_with_what_is_agreed_and_nothing_else(tmp_path: Path) -> None:
    async with a_siren(tmp_path) as (town, far):
        anna = await town.operator("anna")
        await town.say("shop", "1110", "007", text="Kunigunde's room")
        await town.say("shop", "1110", "008")  # joins: nobody is told twice
        await town.say("bank", "1122", "003")  # a hold-up: no person's alarm is agreed
        await town.say("care", "1101", "012")  # medical
        await town.say("office", "1301")  # no kind of TECH is agreed
        await town.say("4712", "1110", "002")  # nobody knows the number
        await town.say("shop", "1A1", "009")  # a code of no list stays in the room
        await begun(anna, "school-fire")  # an exercise
        await exercise_rows(anna, 1)
        await town.say("kiosk", "1130", "002")
        await closed(anna, "FIRE.ALARM.CONF")
        await all_told(town)
        fire, burglary, over = (one.said for one in far.taken)
        shop, kiosk = town.player.role("shop"), town.player.role("kiosk")
        assert {key: fire[key] for key in ("state", "account", "zone")} == {
            "state": "opened", "account": shop, "zone": "007",
        }  # fmt: skip
        assert fire["kind"].startswith("FIRE.ALARM.")
        assert (burglary["account"], burglary["state"]) == (kiosk, "opened")
        assert set(over) == {"id", "incident", "state", "at"}
        assert (over["incident"], over["state"]) == (fire["incident"], "closed")
        assert len({fire["id"], burglary["id"], over["id"]}) == 3
        assert len({fire["incident"], burglary["incident"]}) == 2
        (row,) = await anna.incidents("closed")
        for one in far.heard:
            assert b"Kunigunde" not in one.body
            assert row["id"] not in one.said.values(), "our own ids stay here"
            stamp = one.headers["x-belfry-timestamp"]
            assert one.headers["x-belfry-signature"] == f"sha256={signature(KEY.encode(), stamp, one.body)}"
            assert (one.target, one.headers["idempotency-key"]) == ("/siren?north", one.said["id"])
        assert ((await link(town))["handed"], (await link(town))["form"]) == (3, "webhook")


MISBEHAVES = [
    [Mood.FAILS, Mood.BUSY, Mood.HANGS_UP],
    [Mood.SILENT, Mood.BABBLES, Mood.ENDLESS_HEAD],
    [Mood.ELSEWHERE, Mood.GONE],
]


@pytest.mark.parametrize("moods", MISBEHAVES, ids=lambda moods: moods[0].name)
async def test_what_is_not_taken_is_a_fault_and_is_said_again_with_the_same_id(
    tmp_path: Path, moods: list[Mood]
) -> None:
    patience = {"answer_within_s": 0.5} if Mood.SILENT in moods else {}
    async with a_siren(tmp_path, {"retry_least_s": 0.1, "retry_most_s": 0.2} | patience) as (town, far):
        anna = await town.operator("anna")

        async def told(restored: bool) -> bool:
            rows = [row for row in await anna.incidents("open") if row["kind"] == "TECH.CENTRE"]
            return [("restored" in row["flags"]) for row in rows] == [restored]

        far.moods = moods * 6
        await town.say("shop", "1110", "001")
        await until(lambda: len(far.heard) >= len(moods))
        await until_told(lambda: told(False))
        now = await link(town)
        assert (now["state"], now["handed"]) == ("away", 0)
        assert now["why"] in {why.value for why in Why}
        far.moods = [Mood.ENDLESS_BODY, Mood.CONTINUES]
        await town.say("kiosk", "1130", "001")
        await until(taken(far, 2))
        await until_told(lambda: told(True))
        await all_told(town)
        said = [one.said["id"] for one in far.heard]
        assert said == sorted(said, key=said.index), "in order, and never again what was behind"
        assert list(dict.fromkeys(said)) == list(dict.fromkeys(one.said["id"] for one in far.taken))
        assert len(set(said)) == 2
        assert "/elsewhere" not in {one.target for one in far.heard}


async def test_nothing_leaves_once_the_agreement_is_ended(tmp_path: Path) -> None:
    async with a_siren(tmp_path) as (town, far):
        far.moods = [Mood.FAILS] * 1_000
        await town.say("shop", "1110", "001")  # is tried, and waits
        await until(lambda: len(far.heard) > 1)
        await end(town, (await link(town))["agreement"])
        await all_told(town)
        said, far.moods = len(far.heard), []
        await town.say("kiosk", "1130", "001")
        await all_told(town)
        assert (len(far.heard), far.taken, (await link(town))["state"]) == (said, [], "resting")


async def test_no_siren_sounds_at_a_silent_site(tmp_path: Path) -> None:
    async with a_siren(tmp_path, kinds=["PERS", "FIRE", "PROP"], person=True) as (town, far):
        await town.say("bank", "1122", "003")  # in silence
        await town.say("bank", "1110", "001")
        await town.say("shop", "1110", "001")
        await all_told(town)
        assert [one.said["account"] for one in far.taken] == [town.player.role("shop")]


async def test_what_is_over_when_it_can_leave_sounds_nowhere_and_a_restart_goes_on(tmp_path: Path) -> None:
    async with a_siren(tmp_path) as (town, far):
        anna = await town.operator("anna")
        await town.say("kiosk", "1130", "001")
        await until(taken(far, 1))
        await far.close()
        await town.say("shop", "1110", "001")
        await is_away(town)
        await closed(anna, "FIRE.ALARM.AUTO")
        await town.restart()
        await town.say("library", "1130", "001")
        await far.listen()
        await until(taken(far, 3))
        await all_told(town)
        states = [(one.said["state"], one.said.get("account")) for one in far.taken]
        kiosk, library = town.player.role("kiosk"), town.player.role("library")
        assert states == [("opened", kiosk), ("closed", None), ("opened", library)]


@pytest.mark.parametrize("meant", [False, True])
async def test_nobody_is_told_at_an_address_or_behind_a_certificate_that_is_not_meant(
    tmp_path: Path, meant: bool
) -> None:
    """Here on this machine; once that is meant, behind a certificate that nobody vouches for."""
    (tmp_path / "far").mkdir()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate(tmp_path / "far"))
    far = FarEnd(context)
    await far.listen()
    try:
        async with telling(tmp_path, hook(far.url, private=meant)) as town:
            await town.say("shop", "1110", "001")
            await is_away(town)
            assert (await link(town))["why"] == ("certificate" if meant else "address")
            assert (far.heard, far.calls) == ([], 0), "not even a handshake came to its end"
            if meant:
                (table,) = town.settings.output
                known = structs.replace(table, tls_ca=tmp_path / "far" / "door.pem")
                town.settings = structs.replace(town.settings, output=(known,))
                await town.restart()
                await until(taken(far, 1))
                await all_told(town)
    finally:
        await far.close()


async def test_a_broker_is_told_and_one_that_was_away_gets_what_waited(tmp_path: Path) -> None:
    broker, heard = Amqtt(), list[Row]()
    await broker.start()

    async def listen() -> None:
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            await client.subscribe("station/+", qos=1)
            there.set()
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                assert (str(message.topic), message.qos, message.retain) == ("station/siren", 1, False)
                heard.append(msgspec.json.decode(message.payload))

    there = asyncio.Event()
    listening = asyncio.create_task(listen())
    await there.wait()
    words = {"type": "mqtt", "address": f"mqtt://127.0.0.1:{broker.port}", "topic": "station/siren"}
    async with telling(tmp_path, words | {"answer_within_s": 3.0, "away_after_s": 0.1}) as town:
        await town.say("shop", "1110", "001")
        await until(lambda: len(heard) == 1)
        await broker.stop()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await town.say("kiosk", "1130", "001")
        await is_away(town)
        await broker.start()  # whoever listened there comes back too late, as after any restart of it
        await all_told(town)
        assert (await link(town))["handed"] == 2, "acknowledged since the broker came back"
        await end(town, (await link(town))["agreement"])
        await town.say("library", "1130", "001")
        await all_told(town)
        assert (await link(town))["state"] == "resting"
    await broker.stop()
    assert [one["account"] for one in heard] == [town.player.role("shop")]
