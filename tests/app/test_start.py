"""What keeps a centre from starting is said in one clear sentence, and blocks no later start."""

import asyncio
import socket
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from belfry.app import Centre
from belfry.app.demo import prepare
from belfry.cli.serve import CANNOT_START
from belfry.protocols.dc09 import build_frame
from belfry.settings import Console, ReceiverTable, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return prepare(tmp_path, port=0, panels=0, accounts=16, seed=1)


async def why_not(settings: Settings) -> str:
    """Why a centre with these settings does not start, as `belfry serve` says it."""
    centre: Centre | None = None
    try:
        centre = await Centre.open(settings)
        await centre.start()
    except CANNOT_START as error:
        return str(error)
    finally:
        if centre is not None:
            await centre.stop()
    return "it starts"


@contextmanager
def taken_port() -> Iterator[str]:
    """An address that somebody else listens on, over TCP and UDP."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen()
        udp.bind(tcp.getsockname())
        yield "{}:{}".format(*tcp.getsockname())


async def test_a_port_of_the_panels_that_is_in_use_is_named(settings: Settings) -> None:
    with taken_port() as address:
        table = ReceiverTable(type="dc09", name="panels", listen=address)
        said = await why_not(replace(settings, receiver=(table,)))
    assert said.startswith(f"receiver panels cannot listen: [Errno 98] {address}: ")
    assert "in use" in said
    assert await why_not(settings) == "it starts"


async def test_a_port_of_the_console_that_is_in_use_is_named(settings: Settings) -> None:
    with taken_port() as address:
        said = await why_not(replace(settings, console=Console(listen=address)))
    assert said.startswith(f"the console cannot listen on {address}")
    assert "in use" in said
    assert await why_not(settings) == "it starts"


async def test_a_data_folder_that_another_centre_has_is_named(settings: Settings) -> None:
    first = await Centre.open(settings)
    try:
        await first.start()
        said = await why_not(settings)
    finally:
        await first.stop()
    assert str(settings.data) in said
    assert "another process" in said
    assert await why_not(settings) == "it starts"


def journal_of_tomorrow(data: Path) -> None:
    with closing(sqlite3.connect(data / "journal.sqlite3")) as database:
        database.execute("update meta set value = 99 where name = 'schema'")
        database.commit()


def keys_of_tomorrow(data: Path) -> None:
    with closing(sqlite3.connect(data / "keys.sqlite3")) as database:
        database.execute("update meta set value = 99 where name = 'layout'")
        database.commit()


def registry_of_tomorrow(data: Path) -> None:
    with closing(sqlite3.connect(data / "registry.sqlite3")) as database:
        database.execute("update alembic_version set version_num = 'r9999'")
        database.commit()


def no_instance_key(data: Path) -> None:
    (data / "instance.key").unlink()


def no_keys(data: Path) -> None:
    (data / "keys.sqlite3").unlink()


def garbage(data: Path) -> None:
    (data / "journal.sqlite3").write_bytes(b"garbage, and enough of it" * 2_000)


@pytest.mark.parametrize(
    ("spoil", "file", "told"),
    [
        (journal_of_tomorrow, "journal.sqlite3", "schema 99"),
        (keys_of_tomorrow, "keys.sqlite3", "layout 99"),
        (registry_of_tomorrow, "registry.sqlite3", "newer"),
        (no_instance_key, "instance.key", "is missing"),
        (no_keys, "keys.sqlite3", "is missing"),
        (garbage, "", "not a database"),
    ],
)
async def test_stores_that_this_program_cannot_use_are_named_and_left_alone(
    settings: Settings, spoil: Callable[[Path], None], file: str, told: str
) -> None:
    await with_centre(settings, say_much)
    spoil(settings.data)
    before = {path.name: path.read_bytes() for path in settings.data.iterdir()}
    said = await why_not(settings)
    assert str(settings.data) in said
    assert file in said
    assert told in said
    after = {path.name: path.read_bytes() for path in settings.data.iterdir()}
    assert {name for name in before if before[name] != after.get(name)} == set()


async def test_a_receiver_that_is_not_installed_is_told_with_what_is(settings: Settings) -> None:
    said = await why_not(replace(settings, receiver=(ReceiverTable(type="dc9"),)))
    assert said.startswith("'dc9' is not installed; installed in belfry.receivers: ")
    assert "dc09" in said.rpartition(": ")[2].split(", ")


async def test_a_sheet_with_mistakes_is_told_by_row_and_column_and_nothing_of_it_counts(settings: Settings) -> None:
    assert settings.accounts is not None
    good = settings.accounts.read_text(encoding="utf-8")
    settings.accounts.write_text("account,name,care\n1001,School,perhaps\n1002,Shop,yes\n1002,Twice,no\n")
    said = await why_not(settings)
    assert said.startswith(f"accounts = {settings.accounts}: nothing imported, 2 mistakes\n")
    assert "row 2, care: 'perhaps' wants yes or no" in said
    assert "row 4" in said
    settings.accounts.write_text(good, encoding="utf-8")
    assert await why_not(settings) == "it starts"


async def say_much(centre: Centre, _: httpx.AsyncClient) -> None:
    """Fill the journal with more than a first start has."""
    frames = [build_frame("ADM-CID", seq=n, account="2002", data=f"#2002|1134 01 {n:03}") for n in range(1, 200)]
    reader, writer = await asyncio.open_connection(*centre.receivers[0].listening)
    writer.write(b"".join(frames))
    for __ in frames:
        assert b'"ACK"' in await reader.readuntil(b"\r")
    writer.close()
    await writer.wait_closed()


async def with_centre(settings: Settings, use: Callable[[Centre, httpx.AsyncClient], Awaitable[None]]) -> None:
    centre = await Centre.open(settings)
    try:
        await centre.start()
        assert centre.console is not None
        async with httpx.AsyncClient(base_url=f"{centre.console.url}api/v1") as client:
            await use(centre, client)
    finally:
        await centre.stop()


async def test_a_centre_without_users_is_set_up_with_the_code_that_it_printed(settings: Settings) -> None:
    words = {"name": "Anna", "password": "correct horse battery"}

    async def set_up(centre: Centre, client: httpx.AsyncClient) -> None:
        assert centre.setup_code is not None
        assert (await client.get("/setup")).json() == {"needed": True}
        wrong = await client.post("/setup", json={"code": "guessed", **words})
        assert (wrong.status_code, wrong.json()["field"]) == (400, "code")
        made = await client.post("/setup", json={"code": centre.setup_code, **words})
        assert (made.status_code, made.json()) == (201, {"name": "Anna", "role": "administrator"})
        again = await client.post("/setup", json={"code": centre.setup_code, "name": "Eve", "password": "x" * 12})
        assert again.status_code == 409
        assert (await client.post("/session", json=words)).status_code == 200

    async def go_on(centre: Centre, client: httpx.AsyncClient) -> None:
        assert centre.setup_code is None
        assert (await client.get("/setup")).json() == {"needed": False}
        assert (await client.post("/session", json=words)).status_code == 200

    await with_centre(settings, set_up)
    await with_centre(settings, go_on)


async def test_every_start_has_a_code_of_its_own(settings: Settings) -> None:
    codes: list[str | None] = []

    async def note(centre: Centre, _: httpx.AsyncClient) -> None:
        codes.append(centre.setup_code)

    await with_centre(settings, note)
    await with_centre(settings, note)
    assert len(set(codes)) == 2


async def test_a_centre_can_be_stopped_in_any_state(settings: Settings) -> None:
    await (await Centre.open(settings)).stop()
    centre = await Centre.open(settings)
    starting = asyncio.create_task(centre.start())
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    await centre.stop()
    assert await why_not(settings) == "it starts"
