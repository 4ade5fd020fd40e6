"""Areas that an outage may silence: squares of the ground, by the coordinates of the registry (RULES 3, mass fold).

A power cut or a broken cable takes a part of a town, whoever the provider is. The squares are the same for everybody,
say nothing of who lives there, and are never smaller than a square kilometre.
"""

from math import floor
from typing import Final

from belfry.domain.earth import DEGREE_M, narrowed
from belfry.domain.presets import PRESETS, Rules
from belfry.domain.site import Account

LEAST_M: Final = 1_000


def area_of(account: Account, rules: Rules = PRESETS) -> str:
    """The middle of the square in which a site lies, latitude and longitude in degrees; empty where nobody knows."""
    if account.latitude is None or account.longitude is None:
        return ""
    height = max(rules.mass_area_m, LEAST_M) / DEGREE_M
    south = floor(account.latitude / height) * height
    middle = min(max(south + height / 2, -90.0), 90.0)
    width = height / narrowed(middle)
    return f"{middle:.3f},{(floor(account.longitude / width) + 0.5) * width:.3f}"
