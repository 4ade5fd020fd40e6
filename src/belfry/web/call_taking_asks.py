"""What the API is asked about calls that are being taken."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from belfry.domain.call_taking import NAME_MOST, NUMBER_MOST, PEOPLE_MOST, PLACE_MOST
from belfry.domain.commands import NOTE_MOST
from belfry.web.asks import Ask, Reason

_Id = Annotated[str, Meta(min_length=1, max_length=60)]


class CallPlaceBody(Ask, frozen=True, kw_only=True):
    """Where the caller is: words, a position, the id of a site, or several of them."""

    text: Annotated[str, Meta(min_length=1, max_length=PLACE_MOST)] | None = None
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    site: _Id | None = None
    source: Literal["typed", "gazetteer", "site", "map"] = "typed"


class CallerSaidBody(Ask, frozen=True, kw_only=True):
    """In the caller's words; sealed, never searched."""

    name: Annotated[str, Meta(max_length=NAME_MOST)] | None = None
    number: Annotated[str, Meta(max_length=NUMBER_MOST)] | None = None


class CallChangeBody(Ask, frozen=True, kw_only=True):
    """What is said anew; what is left out stays as it was, null empties it. `seen` as the call was shown."""

    seen: Annotated[str, Meta(max_length=20, pattern="^[0-9]+$")]
    place: CallPlaceBody | UnsetType | None = UNSET
    tree: _Id | UnsetType | None = UNSET
    kind: _Id | UnsetType | None = UNSET
    """Picked by hand, over the tree."""
    answers: Mapping[str, str] | UnsetType = UNSET
    """All of them, by question."""
    people: Annotated[int, Meta(ge=0, le=PEOPLE_MOST)] | UnsetType | None = UNSET
    dangers: Annotated[list[str], Meta(max_length=20)] | UnsetType = UNSET
    help: bool | UnsetType = UNSET
    """Somebody has to come, whatever it is."""
    priority: Annotated[int, Meta(ge=1, le=5)] | UnsetType | None = UNSET
    """Other than the answers say, with a `reason`; null: as they say."""
    reason: Reason | None = None
    caller: CallerSaidBody | UnsetType | None = UNSET
    note: Annotated[str, Meta(max_length=NOTE_MOST)] | UnsetType | None = UNSET


class CallJoinBody(Ask, frozen=True, kw_only=True):
    """The open incident that the call is about; null: none after all."""

    incident: _Id | None


class CallEndBody(Ask, frozen=True, kw_only=True):
    """`mistake`: begun by mistake, and nothing was said."""

    how: Literal["done", "hung_up", "mistake"] = "done"
