"""Whether the queue is true: everything acknowledged is kept once, and every incident is on the board or over.

Three witnesses are compared: what panels were told, what the API shows, and what the journal's file holds when it is
folded anew.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from belfry.centre.board import Board
from belfry.journal.sqlite import SqliteJournal
from belfry.ports import Stored
from endurance.console import Row
from endurance.house import House
from endurance.town import Said

PAGE: Final = 1_000
ITSELF: Final = "TECH.CENTRE"

Open = dict[str, tuple[str, int]]
"""State and version of each open incident, by its id."""


async def listed(house: House, path: str, **query: Any) -> Sequence[Mapping[str, Any]]:
    """Every item of a list of the API."""
    items: list[Mapping[str, Any]] = []
    query["limit"] = PAGE
    while True:
        page = await house.get(path, **query)
        items += page["items"]
        if page["next"] is None:
            return items
        query["after"] = page["next"]


async def open_of(house: House) -> Open:
    """The queue as the API lists it, without what the centre raised about itself: it was killed on purpose."""
    return {
        one["id"]: (one["state"], one["version"])
        for one in await listed(house, "/incidents", state="open")
        if one["kind"] != ITSELF
    }


async def folded(data: Path) -> Open:
    """The queue as the journal's file tells it, folded from its first entry. The centre must have ended."""
    journal = await SqliteJournal.open(data)
    board = Board()
    try:
        after = 0
        while entries := await journal.page(after, PAGE):
            for stored in entries:
                if isinstance(stored, Stored):
                    board.fold(stored.position, stored.entry)
            after = entries[-1].position
    finally:
        await journal.close()
    return {one.id: (str(one.state), one.version) for one in board.queue() if one.kind != ITSELF}


async def mistakes(house: House, start: int, acknowledged: Said, unsure: Said) -> Sequence[str]:
    """What is not as panels were told, from a position on: a signal missing or there twice, unsettled, in no incident.

    Accounts that nobody recorded (scanners, the supervision's own) are not counted.
    """
    signals = await listed(house, "/signals", after=str(start))
    kept: Said = Counter()
    incidents: set[str] = set()
    found: list[str] = []
    for signal in signals:
        kept[signal["account"] or "", signal["code"] or ""] += 1
        if signal["incident"] is not None:
            incidents.add(signal["incident"])
        elif signal["state"] == "alarm" and signal["act"] not in (None, "log"):
            found.append(f"signal {signal['position']} is {signal['act']} in no incident")
        if signal["act"] is None:
            found.append(f"signal {signal['position']} is not settled")
    for what, times in acknowledged.items():
        if not times <= kept[what] <= times + unsure[what]:
            found.append(f"{what} was acknowledged {times} times and is kept {kept[what]} times")
    return [*found, *await _lost(house, incidents)]


async def _lost(house: House, incidents: set[str]) -> Sequence[str]:
    """Incidents that are neither on the board nor closed, and those on the board that no signal names."""
    waiting = {one["id"]: one for one in await listed(house, "/incidents", state="open")}
    found = [f"incident {one} is open and no signal is in it" for one in waiting.keys() - incidents]
    over = {one["id"] for one in await listed(house, "/incidents", state="closed")}
    for one in incidents - waiting.keys() - over:
        state = (await house.get(f"/incidents/{one}"))["state"]
        if state != "closed":
            found.append(f"incident {one} is {state} and not in the queue")
    return found


def unlike(console: Mapping[str, Row], queue: Sequence[Mapping[str, Any]], told: int) -> Sequence[str]:
    """Where a console that was told up to a position shows another queue than the API listed before."""
    found = []
    for item in queue:
        row = console.get(item["id"])
        if int(item["updated"]) <= told and (row is None or int(row.updated) < int(item["updated"])):
            found.append(f"incident {item['id']}: the console shows it as of {row and row.updated}")
    return found
