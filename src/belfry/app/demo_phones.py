"""Whom the demo's town reaches outside the console: telephones on loopback, shown on the terminal."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from belfry.settings import NotifierTable, OnCallTable, Settings
from belfry.simulator.telephone import Telephones
from belfry.simulator.town import TIME_ZONE

SUPERVISOR: Final = "Sofia's phone"
ROOM: Final = "Anderby fire station"
OUTSIDE: Final = "Duty phone"
ROOM_AFTER_S: Final = 75


def phones(show: Callable[[str, str, str], None]) -> Telephones:
    return Telephones((SUPERVISOR, ROOM, OUTSIDE), show)


def reached(settings: Settings, folder: Path, telephones: Telephones) -> Settings:
    """Return settings in which missed deadlines reach these telephones; their addresses are files in the folder."""
    levels = {SUPERVISOR: "supervisor", ROOM: "room", OUTSIDE: "outside"}
    notifiers, rows = [], []
    for number, (name, level) in enumerate(levels.items()):
        file = folder / f"phone-{number}"
        file.write_text(telephones.address(name), encoding="utf-8")
        notifiers.append(NotifierTable(type="apprise", name=name, rest={"url_file": str(file)}))
        rows.append(OnCallTable(name=name, level=level, notifier=name))  # type: ignore[arg-type]  # one of the levels
    return msgspec.structs.replace(
        settings,
        time_zone=TIME_ZONE,
        notifier=tuple(notifiers),
        on_call=tuple(rows),
        rules=msgspec.structs.replace(settings.rules, room_1_s=ROOM_AFTER_S),
    )
