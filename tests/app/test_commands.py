"""`belfry serve`, `demo` and `simulate` as their users call them."""

import asyncio
import json
import signal
from pathlib import Path

import httpx
import pytest

from belfry.protocols.dc09 import build_frame
from tests.app.child import DEADLINE_S, SETTINGS, belfry, furnish, lines, serving, start, token


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_serve_ends_well_when_it_is_told_to_with_streams_open(tmp_path: Path, number: signal.Signals) -> None:
    config = furnish(tmp_path)
    async with serving(config, token(config)) as served:
        _, panel = await asyncio.open_connection(*served.panels)
        async with served.api.stream("GET", "/stream") as stream:
            chunks = stream.aiter_text()
            assert (await anext(chunks)).startswith("retry:")
            served.process.send_signal(number)
            async for _ in chunks:  # until the centre ends the stream
                pass
        ended = await served.end()
        panel.close()
    assert ended.code == 0
    assert "Traceback" not in ended.complained
    assert lines(ended.complained)[-1].endswith("centre stopped")


async def test_serve_tells_its_address_and_the_one_time_code_and_nothing_else(tmp_path: Path) -> None:
    config = furnish(tmp_path)
    async with serving(config, token(config)) as served:
        served.process.terminate()
        ended = await served.end()
    (code,) = lines(ended.said)  # the first line was the address
    assert code.startswith(f"no staff account yet: open {served.url}setup with the one-time code ")


async def test_what_was_acknowledged_before_the_end_is_there_after_a_start(tmp_path: Path) -> None:
    config = furnish(tmp_path)
    secret = token(config)
    async with serving(config, secret) as served:
        reader, writer = await asyncio.open_connection(*served.panels)
        writer.write(build_frame("ADM-CID", seq=1, account="2002", data="#2002|1134 01 001"))
        assert b'"ACK"' in await reader.readuntil(b"\r")
        served.process.terminate()
        await served.end()
        writer.close()
    async with serving(config, secret) as served:
        assert [(one["account"], one["zone"]) for one in await served.signals()] == [("2002", "001")]
        assert [row["kind"] for row in (await served.get("/incidents"))["items"]] == ["PROP.ALARM.INTR"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (f'dta = "x"\n{SETTINGS}', "unknown key dta; did you mean data?"),
        (SETTINGS.replace("dc09", "dc9"), "'dc9' is not installed; installed in belfry.receivers: "),
        (SETTINGS.replace("accounts.csv", "none.csv"), "none.csv"),
        ("data = [", "belfry.toml"),
    ],
    ids=["unknown key", "unknown receiver", "no accounts", "no TOML"],
)
async def test_serve_says_in_one_sentence_what_a_person_can_mend(tmp_path: Path, settings: str, told: str) -> None:
    ended = await belfry("serve", "--config", furnish(tmp_path, settings=settings))
    assert (ended.code, ended.said) == (1, "")
    assert "Traceback" not in ended.complained
    sentence = ended.complained[ended.complained.index("belfry: ") :]
    assert told in sentence


async def test_two_centres_do_not_share_a_folder(tmp_path: Path) -> None:
    config = furnish(tmp_path)
    async with serving(config, token(config)):
        ended = await belfry("serve", "--config", config)
    assert ended.code == 1
    assert "another process" in ended.complained
    assert "Traceback" not in ended.complained


async def test_the_demo_prints_its_address_first_and_ends_by_itself(tmp_path: Path) -> None:
    ended = await belfry("demo", "--port", "0", "--no-browser", "--seconds", "3", "--accounts", "40")
    assert ended.code == 0, ended.complained
    address, banner, panels = lines(ended.said)
    assert address.startswith("http://127.0.0.1:")
    assert "demo" in banner
    assert panels.startswith("panels: 127.0.0.1:")
    assert "Traceback" not in ended.complained
    assert "part failed" not in ended.complained


async def test_the_demo_signs_this_machine_in_and_soon_shows_an_incident() -> None:
    child = await start("demo", "--port", "0", "--no-browser", "--accounts", "40")
    assert child.stdout is not None
    async with asyncio.timeout(DEADLINE_S):
        url = (await child.stdout.readline()).decode().strip()
        async with httpx.AsyncClient(base_url=url) as browser:
            assert (await browser.get("/")).status_code == 200
            assert (await browser.get("/api/v1/session")).json()["demo"] is True
            while not (await browser.get("/api/v1/incidents")).json()["items"]:
                pass
        child.terminate()
        _, complained = await child.communicate()
    assert (child.returncode, b"Traceback" in complained) == (0, False)


async def test_simulate_plays_a_story_to_a_receiver_and_tells_what_it_answered(tmp_path: Path) -> None:
    config = furnish(tmp_path)
    async with serving(config, token(config)) as served:
        to = "{}:{}".format(*served.panels)
        bank = await belfry("simulate", "--to", to, "--scenario", "bank", "--json")
        assert (bank.code, json.loads(bank.said)["acknowledged"]) == (0, 1)
        noise = await belfry("simulate", "--to", to, "--rate", "200", "--seconds", "0.3", "--json")
        counts = json.loads(noise.said)
        assert noise.code == 0
        assert (counts["refused"], counts["silent"]) == (0, 0)
        assert len(await served.signals()) == 1 + counts["acknowledged"]
        wrong = await belfry("simulate", "--to", to, "--scenario", "wrong-key")
        assert wrong.code == 0
        assert len(await served.signals()) == 1 + counts["acknowledged"]


async def test_simulate_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    unknown = await belfry("simulate", "--to", "127.0.0.1:1", "--scenario", "carnival")
    assert (unknown.code, unknown.said) == (2, "")
    assert "no such story; there are " in unknown.complained
    nobody = await belfry("simulate", "--to", "127.0.0.1:1", "--scenario", "bank", "--json")
    assert (nobody.code, json.loads(nobody.said)["silent"]) == (1, 1)
    assert "Traceback" not in nobody.complained
