"""Whose silence is called first, whatever outage explains it: sites of fire, care and lifts (RULES 3, mass fold).

Asked of what the registry knows: the type of the account, whether a care service is enrolled, what its zones watch for,
and codes that mean an alarm of these here.
"""

from typing import Final

from belfry.domain.premises import Hazard, SiteParts
from belfry.domain.site import Account
from belfry.domain.verdict import life_sites

HAZARDS: Final = frozenset({Hazard.FIRE, Hazard.GAS, Hazard.MEDICAL})
KINDS: Final = ("FIRE.", "MED.", "RES.LIFT.")


def called_first(account: Account, parts: SiteParts) -> bool:
    """Whether a fire, somebody who needs help or somebody in a lift would be heard by nobody."""
    if account.care or account.type in life_sites():
        return True
    if any(zone.hazard in HAZARDS for zone in parts.zones):
        return True
    return any(rule.kind is not None and rule.kind.startswith(KINDS) for rule in parts.codes)
