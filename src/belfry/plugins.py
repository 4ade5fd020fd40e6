"""Parts by name: receivers, journals and notifiers come through entry points, the built-in ones too.

A part named in the settings that is not installed, or cannot be loaded, stops the start: the error says what is
installed. Nothing is loaded that nobody named.
"""

from collections.abc import Mapping
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from msgspec import Struct


class Group(StrEnum):
    """The entry-point groups, `[project.entry-points."..."]` of the part's package."""

    RECEIVERS = "belfry.receivers"
    JOURNALS = "belfry.journals"
    NOTIFIERS = "belfry.notifiers"


class PluginError(Exception):
    """A part cannot be had: not installed, installed twice, or broken. Names the part, the cause and what is there."""


def installed(group: Group) -> Mapping[str, tuple[EntryPoint, ...]]:
    """Return what is installed in a group, by name. More than one under a name means two packages claim it."""
    found: dict[str, dict[str, EntryPoint]] = {}
    for entry in entry_points(group=group.value):
        # A checkout and its wheel may both be on the path; the same value is the same part.
        found.setdefault(entry.name, {})[entry.value] = entry
    return {name: tuple(entries[value] for value in sorted(entries)) for name, entries in sorted(found.items())}


def load(group: Group, name: str) -> Any:
    """Return the object behind an entry point. Raises PluginError."""
    there = installed(group)
    listing = f"installed in {group}: {', '.join(there) or 'nothing'}"
    entries = there.get(name, ())
    if not entries:
        raise PluginError(f"{name!r} is not installed; {listing}")
    if len(entries) > 1:
        claims = " and ".join(f"{entry.value} ({entry.dist.name if entry.dist else '?'})" for entry in entries)
        raise PluginError(f"{name!r} is claimed twice, by {claims}; uninstall one")
    try:
        return entries[0].load()
    except Exception as error:  # a part of somebody else may raise anything while it is imported
        raise PluginError(
            f"{name!r} ({entries[0].value}) cannot be loaded: {type(error).__name__}: {error}; {listing}"
        ) from error


def load_journal(name: str, address: str | None) -> Any:
    """Return the class of a journal, which has `examine(address)` where it can be elsewhere. Raises PluginError."""
    part = load(Group.JOURNALS, name)
    if address is not None and not hasattr(part, "examine"):
        raise PluginError(f"{name!r} is a journal in the folder of the data and takes no address: journal = {name!r}")
    return part


def settings_of(group: Group, name: str, part: object) -> type[Struct]:
    """Return the class `Settings` of a loaded part, which judges its table in the settings. Raises PluginError."""
    shape = getattr(part, "Settings", None)
    if not (isinstance(shape, type) and issubclass(shape, Struct)):
        raise PluginError(f"{name!r} in {group} has no msgspec Struct called Settings, so its settings cannot be read")
    return shape
