"""What `belfry check` finds: of which part, how bad, and what it is."""

from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Finding(Struct, frozen=True):
    part: str
    state: State
    detail: str
