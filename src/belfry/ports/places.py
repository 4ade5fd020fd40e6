"""The door to the gazetteer: where an address, a street, a crossing, a place is. Nothing of it is about people.

It lies beside the other stores and is none of them: it is imported whole, holds nothing that the journal knows, and a
centre without it, or with a damaged one, runs.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

from belfry.domain.signal import Position

LIMIT_MOST: Final = 50


class PlaceKind(StrEnum):
    """What was found."""

    ADDRESS = "address"
    STREET = "street"
    CROSSING = "crossing"
    PLACE = "place"
    CHECK_POINT = "check_point"
    SITE = "site"
    """A registered site; the web adds those that the asker may see."""
    POSITION = "position"
    """Coordinates that were typed."""


class GazetteerState(StrEnum):
    READY = "ready"
    NONE = "none"
    """None was imported."""
    DAMAGED = "damaged"
    """The file cannot be read; it has to be imported again."""
    NEWER = "newer"
    """It was made by a newer version of this program."""
    SLOW = "slow"
    """This question took too long and was given up."""


class FoundPlace(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A place. `exact` False: near what was asked for; `asked` says for what, as a house number that is not known."""

    kind: PlaceKind
    label: str
    """One line: `Linden Walk 2, AN1 2DA Anderby`."""
    latitude: float
    longitude: float
    name: str = ""
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    place: str = ""
    code: str = ""
    """What the plate of a check point says."""
    site: str | None = None
    """The account id of a site."""
    exact: bool = True
    asked: str = ""
    distance_m: int | None = None
    """From where it was asked to be near."""


class PlacesFound(Struct, frozen=True, kw_only=True):
    """The best first. `ignored`: words that no place has."""

    items: Sequence[FoundPlace] = ()
    ignored: Sequence[str] = ()
    state: GazetteerState = GazetteerState.READY


class GazetteerNow(Struct, frozen=True, kw_only=True):
    """What is imported."""

    state: GazetteerState
    imported_at: datetime | None = None
    addresses: int = 0
    streets: int = 0
    places: int = 0
    crossings: int = 0
    files: Sequence[str] = ()
    """Names of the files, without their folders."""


class Gazetteer(Protocol):
    """Asked off the loop; raises nothing: what went wrong is the answer's `state`."""

    async def search(self, text: str, *, near: Position | None, limit: int) -> PlacesFound:
        """Find places by words in any order; by coordinates too. `limit` at most LIMIT_MOST."""
        ...

    async def nearest(self, near: Position, *, limit: int) -> PlacesFound:
        """Return the addresses that are nearest, within some kilometres."""
        ...

    async def now(self) -> GazetteerNow: ...
