"""The front desk: what the application remembers between requests, beside the house that it was made for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from msgspec import Struct

from belfry.centre.neighbours import Neighbours
from belfry.centre.silent import SilentSites
from belfry.web.attempts import Gate
from belfry.web.dry_runs import DryRuns
from belfry.web.ears import Ears
from belfry.web.house import House
from belfry.web.places import Places
from belfry.web.repeats import Said
from belfry.web.silences import Silences
from belfry.web.stream import Hub
from belfry.web.telling import Teller
from belfry.web.tenants import Tenants


class Page(Struct, frozen=True):
    """A file of the console."""

    content: bytes
    media_type: str
    cache: str


@dataclass(frozen=True, slots=True)
class Front:
    house: House
    teller: Teller
    silent: SilentSites
    """Where nobody may be reached now."""
    places: Places
    tenants: Tenants
    neighbours: Neighbours
    """Which open incidents stand beside each other."""
    silences: Silences
    hub: Hub
    pages: Mapping[str, Page]
    """The files of the built console by path."""
    visitors: Iterator[int]
    """Counts whom a demo signed in."""
    said: Said
    """Under Idempotency-Keys and by CloudEvents."""
    sign_ins: Gate
    """By name and source together, by name, and by source."""
    set_ups: Gate
    """By source."""
    technicians: Gate
    """By source, and all together."""
    dry_runs: DryRuns
    """Of sheets."""
    ears: Ears
    """Who listens to devices."""


def front(connection: ASGIConnection[Any, Any, Any, Any]) -> Front:
    found: Front = connection.app.state["front"]
    return found
