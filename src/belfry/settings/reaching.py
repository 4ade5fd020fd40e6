"""`[[notifier]]`, `[[on_call]]`, `[[shift]]` and `[[operator_group]]`: ways out to people, whom an escalation reaches,
and the shifts and groups that reports are made by.

Where a notifier sends to is a secret: it stands in the environment or in a file of its own, never in the settings.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from belfry.domain import rota
from belfry.domain.percentiles import Shift
from belfry.domain.teams import Team

Text = Annotated[str, Meta(min_length=1, max_length=rota.NAME_MOST)]

_BEGINS: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class NotifierTable(Struct, frozen=True, kw_only=True):
    """`[[notifier]]`: the keys that every way out has. `rest` holds the others for the plug-in to judge."""

    type: Text
    """Entry-point name in the group `belfry.notifiers`."""
    name: Text
    """What `[[on_call]]` calls it."""
    carries: Literal["place", "kind", "number"] = "place"
    """How much a push says of an incident: its kind and its place, its kind alone, or its number alone."""
    persons: bool = False
    """It may carry kinds of medical alarms and of persons; else those go by number alone."""
    rest: Mapping[str, object] = {}

    @property
    def table(self) -> Mapping[str, object]:
        """What the plug-in gets."""
        return {**self.rest, "name": self.name}

    def beside(self, folder: Path) -> "NotifierTable":
        """Return the same table; what a key that ends in `_file` names counts from `folder`."""
        rest = {
            key: str(folder / value) if key.endswith("_file") and isinstance(value, str) else value
            for key, value in self.rest.items()
        }
        return msgspec.structs.replace(self, rest=rest)


class OnCallTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[on_call]]`: one person or room, and when."""

    name: Text
    """What the staff call it. Shown in the story of every incident that it was told of."""
    level: Literal["desk", "next", "supervisor", "room", "outside", "report"]
    notifier: Text
    hours: tuple[str, ...] = ()
    """Such as `mo-fr 06:00-18:00`, by `time_zone`; empty: always."""
    kinds: tuple[str, ...] = ()
    """Codes of kinds or their beginnings, up to a dot; empty: all."""

    def __post_init__(self) -> None:
        self.row()

    def row(self) -> rota.OnCall:
        windows = tuple(rota.hours(text) for text in self.hours)
        row = rota.OnCall(
            name=self.name, level=self.level, notifier=self.notifier, hours=windows, kinds=tuple(self.kinds)
        )
        rota.check(row)
        return row


class TeamTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[operator_group]]`: operators whose figures a report tells together, five at least."""

    name: Text
    members: tuple[Text, ...]
    """Names of staff accounts."""

    def team(self) -> Team:
        return Team(self.name, self.members)


class ShiftTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[shift]]`: one shift of the day. It lasts until the next one begins."""

    name: Text
    begins: str
    """`06:00`, by `time_zone`."""

    def __post_init__(self) -> None:
        if _BEGINS.fullmatch(self.begins) is None:
            raise ValueError(f"begins = {self.begins!r}: wants a time such as '06:00'")

    def shift(self) -> Shift:
        return Shift(self.name, int(self.begins[:2]) * 60 + int(self.begins[3:]))


def check(notifiers: Sequence[NotifierTable], on_call: Sequence[OnCallTable], shifts: Sequence[ShiftTable]) -> None:
    """Judge the tables beside each other. Raises ValueError."""
    names = [one.name for one in notifiers]
    for key, several in (("notifier", names), ("shift", [one.name for one in shifts])):
        if twice := sorted({name for name in several if several.count(name) > 1}):
            raise ValueError(f"{key}.name: {', '.join(twice)} is used twice")
    for row in on_call:
        if row.notifier not in names:
            known = ", ".join(names) or "none"
            raise ValueError(f"on_call {row.name}: notifier = {row.notifier!r}: is no [[notifier]]; known: {known}")
    begins = [one.begins for one in shifts]
    if len(set(begins)) < len(begins):
        raise ValueError("shift.begins: two shifts begin at the same time")
