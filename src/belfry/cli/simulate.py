"""`belfry simulate`: panels that are none, against any DC-09 receiver that one is allowed to load."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from belfry.cli.talk import USAGE, AsJson, fail, tell
from belfry.protocols.dc09 import key_from_hex
from belfry.settings.shape import host_port
from belfry.simulator.panel import Line, Told
from belfry.simulator.play import Player, scanner
from belfry.simulator.scenes import SCENES
from belfry.simulator.town import town

NOISE = "town"
SCANNER = "scanner"
WRONG_CLOCK = "wrong-clock"
WRONG_KEY = "wrong-key"
SILENT = "falls-silent"
OUTAGE = "provider-outage"
STORIES = (NOISE, *SCENES, SCANNER, WRONG_CLOCK, WRONG_KEY, SILENT, OUTAGE)
REFUSED_ON_PURPOSE = frozenset({WRONG_CLOCK, WRONG_KEY, SCANNER})
"""Stories in which a panel is rightly refused: no fault of the receiver."""


def simulate(
    to: Annotated[str, typer.Option(help="HOST:PORT of the receiver.", show_default=False)],
    accounts: Annotated[int, typer.Option(help="Accounts that speak.", min=1, max=100_000)] = 50,
    rate: Annotated[float, typer.Option(help="Signals a second, all accounts together.", min=0.001, max=50_000)] = 1.0,
    scenario: Annotated[str, typer.Option(help=f"One of: {', '.join(STORIES)}.")] = NOISE,
    seconds: Annotated[float, typer.Option(help="How long the town speaks.", min=0.1, max=86_400)] = 60.0,
    key: Annotated[str | None, typer.Option(help="AES key, hex: panels without one of their own encrypt.")] = None,
    udp: Annotated[bool, typer.Option("--udp", help="Every panel speaks UDP.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed says the same.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Send true DC-09 frames: a town's daily signals, or one of the stories."""
    if scenario not in STORIES:
        fail(f"--scenario {scenario}: no such story; there are {', '.join(STORIES)}", USAGE)
    try:
        host, port = host_port(to)
        aes = None if key is None else key_from_hex(key)
    except ValueError as error:
        fail(str(error), USAGE)
    line = Line(host, port, udp=udp)
    told = asyncio.run(_play(line, scenario, accounts=accounts, rate=rate, seconds=seconds, seed=seed, key=aes))
    _report(told, as_json=as_json)
    if scenario not in REFUSED_ON_PURPOSE and (told.silent or told.refused):
        raise typer.Exit(1)


async def _play(
    line: Line, scenario: str, *, accounts: int, rate: float, seconds: float, seed: int, key: bytes | None
) -> Told:
    player = Player(town(accounts, seed), line, seed=seed, now=_now, chance=secrets.token_bytes, key=key)
    try:
        match scenario:
            case "town":
                await player.noise(rate, until=timedelta(seconds=seconds))
            case "scanner":
                await scanner(line, seed=seed, now=_now)
            case "wrong-clock":
                panel = player.panel(player.role("school"))
                panel.clock_off, panel.stubborn = timedelta(hours=2), True
                await panel.say("1111", zone="007")
            case "wrong-key":
                panel = player.panel(player.role("school"))
                panel.key = bytes(16)
                await panel.say("1111", zone="007")
            case "falls-silent" | "provider-outage":
                await _polls_with(player, scenario, seconds)
            case _:
                await player.scene(SCENES[scenario])
    except TimeoutError:
        pass
    finally:
        await player.close()
    return player.told()


async def _polls_with(player: Player, scenario: str, seconds: float) -> None:
    """Panels poll, and from half-time on one of them, or all of a provider's, do not. Ends by its time-out."""
    half = seconds / 2
    async with asyncio.timeout(seconds), asyncio.TaskGroup() as stories:
        stories.create_task(player.polls())
        if scenario == SILENT:
            stories.create_task(player.falls_silent("jeweller", after_s=half))
        else:
            stories.create_task(player.outage(after_s=half, lasts_s=half))


def _report(told: Told, *, as_json: bool) -> None:
    counts = {
        "acknowledged": told.acknowledged,
        "corrected": told.corrected,
        "refused": told.refused,
        "silent": told.silent,
    }
    if as_json:
        tell(counts)
    else:
        typer.echo(", ".join(f"{number} {name}" for name, number in counts.items()))


def _now() -> datetime:
    return datetime.now(UTC)
