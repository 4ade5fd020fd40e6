"""One TOML file becomes one frozen value. Everything has a default; a key nobody knows stops the start.

`shape` says what the keys are and their limits, `reading` turns text into that shape and names every mistake.
"""

from belfry.settings.reading import SettingsError, load, parse, part
from belfry.settings.shape import Console, ReceiverTable, Retention, Settings, host_port

__all__ = [
    "Console",
    "ReceiverTable",
    "Retention",
    "Settings",
    "SettingsError",
    "host_port",
    "load",
    "parse",
    "part",
]
