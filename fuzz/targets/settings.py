"""The settings file: settings, or problems in whole sentences, none as long as the file."""

from collections.abc import Iterable
from pathlib import Path

from belfry.receivers.dc09_settings import Dc09Settings
from belfry.settings import SettingsError, part
from belfry.settings.reading import parse

PROBLEM_MOST = 2_000

SEEDS = (
    "",
    'name = "A"\n[console]\nlisten = "[::1]:8440"\nsession_hours = 12\npublic_url = "https://a.b"\n',
    '[[receiver]]\ntype = "dc09"\nname = "p"\nlisten = "127.0.0.1:0"\nkeys = ["00112233445566778899aabbccddeeff"]\n',
    '[[receiver]]\ntype = "dc09"\nkeys = [{ text = "sixteen letters." }, { hex = "zz" }]\nmax_unreadable = 0\n',
    '[[receiver]]\ntype = "dc09"\nidle_timeout_s = nan\nmax_connections = -1\n',
    "[rules]\nidempotency_s = -1\n[retention]\ncaller_days = 0\nincident_days = 9999999\n",
    'nmae = "typo"\n[consoel]\nlisten = 5\n',
    '[console]\ntrusted_proxies = ["10.0.0.0/8", "x/99"]\ntls_cert = "a"\n',
    "[console]\npublic_url = 'http://[::1'\n",
    "receiver = [1, 2]\n[retention]\n",
    "a = 2026-03-14T02:14:00Z\nb = 0x" + "f" * 300 + "\nc = 1_000\n",
    "name = " + "9" * 5_000,
    "name = " + "[" * 500 + "]" * 500,
    'name = "\\ud800"\n',
)


def seeds() -> Iterable[bytes]:
    return (seed.encode("utf-8", "surrogatepass") for seed in SEEDS)


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "ignore")
    try:
        settings = parse(text)
    except SettingsError as error:
        _problems(error)
        return
    settings.beside(Path("folder"))
    for table in settings.receiver:
        try:
            part(table, Dc09Settings).port_keys()
        except SettingsError as error:
            _problems(error)


def _problems(error: SettingsError) -> None:
    assert error.problems
    for problem in error.problems:
        assert problem.strip()
        assert len(problem) <= PROBLEM_MOST, "a problem as long as the file"
        assert "Traceback" not in problem
