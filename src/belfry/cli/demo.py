"""`belfry demo`: a whole centre with a small simulated town, on embedded stores in a folder that vanishes with it."""

import asyncio
import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from belfry.app import Along, Centre, run
from belfry.app.demo import OPERATORS, play, prepare
from belfry.app.demo_devices import with_devices
from belfry.app.demo_phones import phones, reached
from belfry.app.demo_station import station, with_station
from belfry.app.logs import set_up
from belfry.cli.serve import CANNOT_START
from belfry.cli.talk import fail


def demo(
    port: Annotated[int, typer.Option(help="Port of the console; 0 lets the system choose.", min=0, max=65535)] = 8440,
    panels: Annotated[int, typer.Option(help="Port of the panels; 0 lets the system choose.", min=0, max=65535)] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed plays the same night.")] = 1,
    accounts: Annotated[int, typer.Option(help="Sites of the town.", min=16, max=20_000)] = 120,
    rate: Annotated[float, typer.Option(help="Daily signals of the town, a second.", min=0.001, max=1_000)] = 0.5,
    seconds: Annotated[float | None, typer.Option(help="Stop by itself after this long.", min=1)] = None,
) -> None:
    """Run a centre with a simulated town: alarms come in within ten seconds."""
    set_up()
    with tempfile.TemporaryDirectory(prefix="belfry-demo-") as folder:
        telephones = phones(lambda name, title, body: typer.echo(f"{name}: {title}. {body.replace(chr(10), '. ')}"))
        settings = prepare(Path(folder), port=port, panels=panels, accounts=accounts, seed=seed)
        settings = with_station(with_devices(reached(settings, Path(folder), telephones)))

        async def greet(centre: Centre) -> None:
            assert centre.console is not None
            typer.echo(centre.console.url)
            typer.echo(
                "This is a demo: an invented town, kept nowhere. First browser: a supervisor; the next: operators."
            )
            host, bound = centre.receivers[0].listening
            typer.echo(f"panels: {host}:{bound} (DC-09, TCP and UDP)")
            if not no_browser:
                webbrowser.open(centre.console.url)

        async def town(centre: Centre) -> None:
            async with asyncio.TaskGroup() as living:
                living.create_task(telephones.serve())
                living.create_task(play(centre, accounts=accounts, seed=seed, rate=rate))
                living.create_task(station(centre))

        try:
            run(settings, Along(demo=OPERATORS, ready=greet, beside=town, seconds=seconds))
        except CANNOT_START as error:
            fail(str(error))
