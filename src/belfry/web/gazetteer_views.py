"""Places as the API shows them."""

from collections.abc import Sequence

from msgspec import Struct

from belfry.ports.places import FoundPlace, GazetteerState


class PlaceList(Struct, frozen=True, kw_only=True):
    """`ignored`: words that no place has. `gazetteer` says whether addresses could be searched at all."""

    items: Sequence[FoundPlace]
    ignored: Sequence[str]
    gazetteer: GazetteerState
