"""`[[report]]`: reports that are made by themselves and sent to somebody of the rota, once for each span."""

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from belfry.settings.reaching import OnCallTable

_AT: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class ReportTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[report]]`: which report, how often, at what time and to whom."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$(?!\n)")]
    """Belongs to what was sent, so it should never change: small letters, digits and `-`."""
    which: Literal["load", "accounts", "response"]
    to: Annotated[str, Meta(min_length=1, max_length=60)]
    """The name of a row of `[[on_call]]`."""
    every: Literal["day", "week", "month"] = "month"
    at: str = "06:00"
    """When it is due on the day behind its span, by `time_zone`."""

    def __post_init__(self) -> None:
        if _AT.fullmatch(self.at) is None:
            raise ValueError(f"at = {self.at!r}: wants a time such as '06:00'")

    @property
    def at_minute(self) -> int:
        return int(self.at[:2]) * 60 + int(self.at[3:])


def check(reports: Sequence[ReportTable], on_call: Sequence[OnCallTable]) -> None:
    """Judge the tables beside each other. Raises ValueError."""
    names = [one.name for one in reports]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"report.name: {', '.join(twice)} is used twice")
    known = [row.name for row in on_call]
    for one in reports:
        if one.to not in known:
            listed = ", ".join(known) or "none"
            raise ValueError(f"report {one.name}: to = {one.to!r}: is no [[on_call]]; known: {listed}")
