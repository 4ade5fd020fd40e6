"""`[[output]]`: sirens, pagers and doors that are told of incidents under an agreement."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, structs

from belfry.ports.output import OutputSettings
from belfry.settings.automation import AutomationTable


class OutputTable(OutputSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One link, and the agreement that lets anything out by it."""

    agreement: Annotated[str, Meta(min_length=1, max_length=60)]
    """Its id, as the console and the API name it."""
    channel: Literal["siren", "webhook"] = "siren"
    """What hangs on it, for the rules about silent sites: what can be heard or seen, or a program that reads it."""
    audience: Literal["agency", "room", "premises", "holder"] = "agency"
    """Who notices it: others who help, another room of ours, whoever is at the site, or its holder."""

    def link(self) -> OutputSettings:
        """The part that is about the wire."""
        return OutputSettings(**{key: getattr(self, key) for key in OutputSettings.__struct_fields__})

    def beside(self, folder: Path) -> "OutputTable":
        """Return the same table; files that it names count from `folder`."""

        def there(path: Path | None) -> Path | None:
            return None if path is None else folder / path

        return structs.replace(self, secret_file=there(self.secret_file), tls_ca=there(self.tls_ca))


def check(tables: Sequence[OutputTable], links: Sequence[AutomationTable]) -> None:
    """Judge the tables beside each other, and beside `[[automation]]`. Raises ValueError."""
    names = [one.name for one in tables] + [one.name for one in links]
    if twice := sorted({one.name for one in tables if names.count(one.name) > 1}):
        raise ValueError(f"output.name: {', '.join(twice)} is used twice, here or by [[automation]]")
