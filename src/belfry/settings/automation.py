"""`[[automation]]`: software that is handed signals under an agreement."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from belfry.ports.automation import LinkSettings
from belfry.protocols.surgard import Head


class AutomationTable(LinkSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One link, and the agreement that lets anything out by it."""

    agreement: Annotated[str, Meta(min_length=1, max_length=60)]
    """Its id, as the console and the API name it."""
    audience: Literal["agency", "room", "holder"] = "agency"
    """Who reads it: others who help, another room of ours, or the holder of the site, who hears nothing of a silent
    alarm."""

    def __post_init__(self) -> None:
        super().__post_init__()
        Head(self.receiver, self.line)

    def link(self) -> LinkSettings:
        """The part that is about the wire."""
        return LinkSettings(**{key: getattr(self, key) for key in LinkSettings.__struct_fields__})


def check(tables: Sequence[AutomationTable]) -> None:
    """Judge the tables beside each other. Raises ValueError."""
    names = [one.name for one in tables]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"automation.name: {', '.join(twice)} is used twice")
