"""`[push]`, `[quiet]` and `[[person]]`: how people on duty are reached by their own phones, and otherwise."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from belfry.domain import rota
from belfry.domain.contacts import WeekWindow

OTHER_WAYS_MOST: Final = 5


class PushTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[push]`: web push. The key is made by the centre."""

    subject: Annotated[str, Meta(max_length=200)] | None = None
    """mailto: or https: address by which a push service reaches whoever runs this; None: the console's public_url."""
    carries: Literal["place", "kind", "number"] = "place"
    persons: bool = True
    """Kinds of medical alarms and of persons too: only the phone can read it."""
    hosts: tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...] = ()
    """Push services of one's own network."""
    ca_file: Path | None = None
    """PEM file of authorities that are believed beside the system's, for those."""

    def __post_init__(self) -> None:
        if self.subject is not None and not self.subject.startswith(("mailto:", "https://")):
            raise ValueError(f"subject = {self.subject[:60]!r}: wants mailto:NAME@HOST or https://HOST")

    def beside(self, folder: Path) -> "PushTable":
        return self if self.ca_file is None else msgspec.structs.replace(self, ca_file=folder / self.ca_file)


class QuietTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[quiet]`: hours in which alerts of priority 4 and 5 wait."""

    hours: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.windows()

    def windows(self) -> Sequence[WeekWindow]:
        return tuple(rota.hours(text) for text in self.hours)


class PersonTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[person]]`: another way to one person on duty, where his phone has not said that it has an alert."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    notifier: Annotated[str, Meta(min_length=1, max_length=60)]
    after_s: Annotated[int, Meta(ge=0, le=3_600)] = 30

    @property
    def after(self) -> timedelta:
        return timedelta(seconds=self.after_s)


def check(persons: Sequence[PersonTable], notifiers: Sequence[str]) -> None:
    """Judge them beside the notifiers. Raises ValueError."""
    for one in persons:
        if one.notifier not in notifiers:
            known = ", ".join(notifiers) or "none"
            raise ValueError(f"person {one.name}: notifier = {one.notifier!r}: is no [[notifier]]; known: {known}")
    names = [one.name.casefold() for one in persons]
    if often := sorted({name for name in names if names.count(name) > OTHER_WAYS_MOST}):
        raise ValueError(f"person.name: {', '.join(often)} has more than {OTHER_WAYS_MOST} ways")
