"""Whom the centre may reach at a site, and what a silent alarm there forbids (RULES 2, silent sites).

While a silent kind is open nobody at the site may notice it: no call to the premises, and nothing by machine towards
the site and the people whom it named. Units are told, quietly; agencies and the room are told as ever.
"""

from enum import StrEnum
from typing import Final


class Audience(StrEnum):
    """Towards whom something leaves the centre."""

    PREMISES = "premises"
    CONTACT = "contact"
    HOLDER = "holder"
    """The holder of a site on a page or a device of his own."""
    UNIT = "unit"
    AGENCY = "agency"
    ROOM = "room"


class Channel(StrEnum):
    CALL = "call"
    SMS = "sms"
    PUSH = "push"
    PORTAL = "portal"
    SIREN = "siren"
    WEBHOOK = "webhook"


AT_THE_SITE: Final = frozenset({Audience.PREMISES, Audience.CONTACT, Audience.HOLDER})
"""Whoever may stand beside the one who pressed in silence. A person decides whether to call a contact; no machine."""

QUIETLY: Final = frozenset({Audience.UNIT})


def withheld(audience: Audience, channel: Channel, *, silent: bool) -> str | None:
    """Why something may not leave now; None: it may."""
    if not silent:
        return None
    if channel is Channel.SIREN:
        return "a silent alarm is open at the site: no siren"
    if audience is Audience.CONTACT and channel is Channel.CALL:
        return None  # spoken by a person, who knows that it is silent
    if audience in AT_THE_SITE:
        return f"a silent alarm is open at the site: nothing to {audience} by {channel}"
    return None
