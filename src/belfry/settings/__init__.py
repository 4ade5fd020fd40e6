"""One TOML file becomes one frozen value. Everything has a default; a key nobody knows stops the start.

`shape` says what the keys are and their limits, `reading` turns text into that shape and names every mistake.
"""

from belfry.settings.automation import AutomationTable
from belfry.settings.mapping import MapTable
from belfry.settings.output import OutputTable
from belfry.settings.reaching import NotifierTable, OnCallTable, ShiftTable, TeamTable
from belfry.settings.reading import SettingsError, load, notifier_part, parse, part
from belfry.settings.reporting import ReportTable
from belfry.settings.shape import Console, ReceiverTable, Retention, Settings, host_port

__all__ = [
    "AutomationTable",
    "Console",
    "MapTable",
    "NotifierTable",
    "OnCallTable",
    "OutputTable",
    "ReceiverTable",
    "ReportTable",
    "Retention",
    "Settings",
    "SettingsError",
    "ShiftTable",
    "TeamTable",
    "host_port",
    "load",
    "notifier_part",
    "parse",
    "part",
]
