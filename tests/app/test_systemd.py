"""systemd hears when the centre takes alarms in, that it lives, and that it stops: over a real socket, from a real
process."""

import asyncio
import configparser
import os
import shlex
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.app.systemd import Systemd
from tests.app.child import DEADLINE_S, furnish, serving, token

CONTRIB: Final = Path(__file__).resolve().parents[2] / "contrib"


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    """A socket as systemd has it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind(str(tmp_path / "notify"))
        one.setblocking(False)
        yield one


def address(heard: socket.socket) -> str:
    return str(heard.getsockname())


async def words(heard: socket.socket) -> str:
    async with asyncio.timeout(DEADLINE_S):
        return (await asyncio.get_running_loop().sock_recv(heard, 4_096)).decode()


async def test_a_served_centre_says_that_it_is_ready_that_it_lives_and_that_it_stops(
    tmp_path: Path, heard: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = furnish(tmp_path / "house")
    monkeypatch.setenv("NOTIFY_SOCKET", address(heard))
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    async with serving(config, token(config)) as served:
        assert (await words(heard)).startswith("READY=1\n")
        assert await words(heard) == "WATCHDOG=1"
        assert await words(heard) == "WATCHDOG=1"
        served.process.send_signal(signal.SIGTERM)
        while (said := await words(heard)) == "WATCHDOG=1":
            pass
        assert said == "STOPPING=1"
        assert (await served.end()).code == 0


async def test_without_a_watchdog_nobody_is_kept_busy(heard: socket.socket) -> None:
    systemd = Systemd.of({"NOTIFY_SOCKET": address(heard)})
    await systemd.beat()
    systemd.ready()
    assert (await words(heard)).startswith("READY=1")


def test_a_watchdog_for_another_process_is_not_ours() -> None:
    told = {"NOTIFY_SOCKET": "/run/systemd/notify", "WATCHDOG_USEC": "30000000"}
    assert Systemd.of(told, pid=7).watchdog_s == 15
    assert Systemd.of({**told, "WATCHDOG_PID": "7"}, pid=7).watchdog_s == 15
    assert Systemd.of({**told, "WATCHDOG_PID": "8"}, pid=7).watchdog_s is None


def test_a_socket_without_a_file_is_named_by_its_null_byte() -> None:
    assert Systemd.of({"NOTIFY_SOCKET": "@belfry"}).address == "\0belfry"


def test_where_nobody_listens_nothing_happens(tmp_path: Path) -> None:
    systemd = Systemd.of({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    systemd.ready()
    systemd.stopping()


@given(st.dictionaries(st.sampled_from(["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]), st.text(max_size=20)))
def test_no_environment_keeps_a_centre_from_starting(environment: dict[str, str]) -> None:
    Systemd.of(environment, pid=os.getpid())


@pytest.mark.parametrize("file", sorted(one.name for one in CONTRIB.glob("belfry*")))
def test_the_unit_files_can_be_read_and_call_commands_that_exist(file: str) -> None:
    from typer.main import get_command

    from belfry.cli import app

    text = (CONTRIB / file).read_text(encoding="utf-8")
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their capitals
    unit.read_string(text)
    assert unit.has_section("Unit")
    commands = getattr(get_command(app), "commands")  # noqa: B009 - a group has them, its type does not say so
    for line in text.splitlines():
        if line.startswith(("ExecStart=", "ExecStartPre=")):
            program, command, *options = shlex.split(line.partition("=")[2])
            assert program == "/opt/belfry/bin/belfry"
            known = {option for parameter in commands[command].params for option in parameter.opts}
            assert {one for one in options if one.startswith("--")} <= known
