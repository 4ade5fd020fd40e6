"""Answers about one's own phones."""

from msgspec import Struct

from belfry.web.views import Instant


class PhoneView(Struct, frozen=True, kw_only=True):
    """A browser that was registered for alerts. Its endpoint is told to nobody."""

    id: str
    label: str
    added_at: Instant


class PushView(Struct, frozen=True, kw_only=True):
    """`public_key`: what the browser subscribes with (`applicationServerKey`), URL-safe base64."""

    public_key: str
    phones: list[PhoneView]


class PhoneTried(Struct, frozen=True, kw_only=True):
    """`why`: a word where its push service did not take it."""

    taken: bool
    why: str | None
