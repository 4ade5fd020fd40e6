"""The laundry of the demo's town: its panel still rings an old alarm receiver, which hands on to us (Sur-Gard)."""

import asyncio
import csv
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from msgspec import structs

from belfry.app.centre import Centre
from belfry.settings import ReceiverTable, Settings
from belfry.simulator.station import Station, contact_id, heartbeat
from belfry.simulator.town import Site, as_rows

RECEIVERS: Final = "receivers"
LAUNDRY: Final = Site("0412", "Laundry Quayside", "9 Quay Street", "industry", "laundry")
HEARTBEAT_S: Final = 30.0

NIGHT: Final = (
    (34.0, contact_id(LAUNDRY.account, "E130", zone=4)),
    (21.0, contact_id(LAUNDRY.account, "R130", zone=4)),
    (75.0, contact_id(LAUNDRY.account, "E301")),
    (90.0, contact_id(LAUNDRY.account, "R301")),
)
"""Somebody is at the back door, and is gone; later the power of the panel fails and comes back. Seconds before each."""

Sleep = Callable[[float], Awaitable[object]]


def with_station(settings: Settings) -> Settings:
    """The settings of the town with the laundry among its sites, and a door where the old receiver calls."""
    if settings.accounts is None:
        return settings
    _add(settings.accounts)
    table = ReceiverTable(type="surgard", name=RECEIVERS, listen="127.0.0.1:0", rest={"prefix": False})
    return structs.replace(settings, receiver=(*settings.receiver, table))


def _add(file: Path) -> None:
    (row,) = as_rows([LAUNDRY], RECEIVERS, seed=0)
    with file.open(newline="", encoding="utf-8") as text:
        columns = next(csv.reader(text))
    with file.open("a", newline="", encoding="utf-8") as out:
        csv.DictWriter(out, columns, restval="", extrasaction="ignore").writerow(row)


async def station(centre: Centre) -> None:
    """Let the old receiver call, speak and stay; nothing where the town has no door for it."""
    where = next((one.listening for one in centre.receivers if one.name == RECEIVERS), None)
    if where is None:
        return
    old = Station()
    old.call(where)
    try:
        async with asyncio.TaskGroup() as living:
            living.create_task(_beat(old))
            living.create_task(night(old))
    finally:
        await old.close()


async def night(old: Station, *, sleep: Sleep = asyncio.sleep) -> None:
    """What the laundry's panel says."""
    for pause_s, line in NIGHT:
        await sleep(pause_s)
        await old.say(line)


async def _beat(old: Station) -> None:
    while True:
        await old.say(heartbeat())
        await asyncio.sleep(HEARTBEAT_S)
