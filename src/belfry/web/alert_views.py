"""Answers about alerts: what somebody on duty was told, and who was reached how."""

from msgspec import Struct

from belfry.web.views import Instant


class AlertView(Struct, frozen=True, kw_only=True):
    """An alert, as one of its people sees it. `place`: the site's name and address, or what is known of the place.
    Never a note. `over`: it is withdrawn, and nothing more is asked of anybody."""

    alert: str
    incident: str
    number: int
    kind: str
    label: str
    priority: int
    place: str | None
    latitude: float | None
    longitude: float | None
    """Of the site."""
    at: Instant
    assignment: str | None
    """Of one's own unit, where somebody sent it."""
    unit: str | None
    call_sign: str | None
    needs: int
    """So many have to accept; 0: nobody has to."""
    accepted: int
    taken_by: list[str]
    """Call signs of those who accepted, and of units that are on their way or there."""
    answer: str | None
    """One's own: read, accepted or refused."""
    quiet: bool
    """No sound: somebody there must not notice."""
    over: bool = False


class MyAlerts(Struct, frozen=True, kw_only=True):
    """The newest first; empty for whoever is off duty."""

    items: list[AlertView]
    next: str | None = None


class ReachedView(Struct, frozen=True, kw_only=True):
    """One person of an alert. `stage`: how far it came with him - asked, tried, sent, delivered, failed, given_up,
    dropped, or his answer: read, accepted, refused. `ways`: push, sms, call ..., in the order of asking."""

    name: str
    stage: str
    at: Instant
    ways: list[str]
    reason: str | None = None


class AlertStateView(Struct, frozen=True, kw_only=True):
    alert: str
    at: Instant
    reach: str
    assignment: str | None
    call_sign: str | None
    needs: int
    accepted: int
    rounds: int
    over: str | None
    """Why nobody is called any more: closed, merged, called_back; enough: so many accepted."""
    people: list[ReachedView]


class AlertStates(Struct, frozen=True, kw_only=True):
    """Whom an incident reached, and how: the newest alert first."""

    items: list[AlertStateView]
    next: str | None = None
