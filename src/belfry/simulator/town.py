"""Who lives in the simulated town: a cast of sites that the scenes know by role, and as many neighbours as wanted.

Everything is invented: names, streets and numbers belong to nobody. The same seed gives the same sites; they lie at
their addresses in `belfry.simulator.land`.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from belfry.simulator.land import At
from belfry.simulator.land import town as lie_of_the_land
from belfry.simulator.land.ground import MIDDLE as MIDDLE

TIME_ZONE: Final = "Europe/London"


@dataclass(frozen=True, slots=True)
class Site:
    """A site and how its panel speaks. `key` is an AES key in hexadecimal digits."""

    account: str
    name: str
    address: str
    type: str
    role: str = ""
    key: str = ""
    udp: bool = False
    polls_s: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)
    """More columns of the account."""


_KEY_1: Final = "8c1f0a5bd2e94763a1b0c9d8e7f65443"
_KEY_2: Final = "2b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfe"
_YES: Final = "yes"

CAST: Final[Sequence[Site]] = (
    Site("1001", "Linden School", "2 Linden Walk", "school", "school", key=_KEY_1),
    Site("2002", "Corner Shop Averill", "41 Market Street", "shop", "shop"),
    Site("2003", "Station Kiosk", "1 Station Yard", "shop", "kiosk", udp=True),
    Site("3003", "Savings Bank", "7 Market Place", "bank_or_valuables", "bank", key=_KEY_2,
          extra={"high_risk": _YES, "line_cut": _YES}),
    Site("3004", "Jeweller Pell", "9 Market Place", "bank_or_valuables", "jeweller", polls_s=20,
          extra={"high_risk": _YES, "line_cut": _YES}),
    Site("4004", "Harbour Court, 60 flats", "12 Harbour Road", "multi_dwelling", "care", extra={"care": _YES}),
    Site("4721", "Solicitors Finch & Rowe", "3 Chapel Lane", "office", "office"),
    Site("5101", "Town Library", "18 Chapel Lane", "public_assembly", "library"),
    Site("5102", "Fishing Museum", "4 Quay Street", "public_assembly", "museum", udp=True),
    Site("5201", "Pharmacy Anderby", "22 Market Street", "shop", "pharmacy"),
    Site("5301", "Boat Workshop Sands", "30 Quay Street", "industry", "workshop"),
    Site("5401", "Seaview Hotel", "1 Esplanade", "hotel", "hotel", polls_s=20),
    Site("5501", "Parcel Depot North", "5 Ring Road", "industry", "depot", udp=True),
    Site("5601", "Bakery Thorne", "15 Mill Lane", "shop", "bakery"),
    Site("5701", "Private house, Mill Lane", "27 Mill Lane", "dwelling", "home", udp=True),
    Site("5801", "Upper Farm", "Upper Farm, Hill Road", "dwelling", "farm", extra={"care": _YES}),
)  # fmt: skip

_NAMES: Final = (
    ("Hardware", "shop"), ("Garage", "industry"), ("Dental practice", "office"), ("Private house", "dwelling"),
    ("Bookshop", "shop"), ("Warehouse", "industry"), ("Cold store", "industry"), ("Restaurant", "public_assembly"),
    ("Estate office", "office"), ("Guest house", "hotel"), ("Printing works", "industry"), ("Grocery", "shop"),
)  # fmt: skip

FIRST_NEIGHBOUR: Final = 0x6000


def neighbours(count: int, seed: int) -> Sequence[Site]:
    """More sites, each with a number of its own; every fifth polls, every third speaks UDP."""
    dice = random.Random(seed)
    addresses = [address for address in houses() if address[0].isdigit()]
    found = []
    for n in range(count):
        name, kind = dice.choice(_NAMES)
        address = dice.choice(addresses)
        number, _, street = address.partition(" ")
        found.append(
            Site(
                f"{FIRST_NEIGHBOUR + n:04X}",
                f"{name} {street.split()[0]} {number}",
                address,
                kind,
                udp=n % 3 == 2,
                polls_s=30 if n % 5 == 0 else 0,
            )
        )
    return found


def town(count: int, seed: int) -> Sequence[Site]:
    """The cast, and neighbours up to `count` sites in all."""
    return (*CAST, *neighbours(max(0, count - len(CAST)), seed))


@cache
def houses() -> Mapping[str, At]:
    """Where every address of the town is: `2 Linden Walk`, `Upper Farm, Hill Road`."""
    return {
        f"{house.number} {street.name}" if house.number else f"{house.name}, {street.name}": house.at
        for street in lie_of_the_land().streets
        for house in street.houses
    }


def as_rows(sites: Sequence[Site], receiver: str, seed: int) -> Sequence[Mapping[str, str]]:
    """The sites as rows of `belfry import accounts`. One at an address that the town has not lies anywhere in it."""
    dice = random.Random(seed)
    rows = []
    for site in sites:
        somewhere = MIDDLE[0] + dice.uniform(-0.015, 0.015), MIDDLE[1] + dice.uniform(-0.025, 0.025)
        latitude, longitude = houses().get(site.address, somewhere)
        row = {
            "account": site.account,
            "name": site.name,
            "address": site.address,
            "latitude": f"{latitude:.5f}",
            "longitude": f"{longitude:.5f}",
            "time_zone": TIME_ZONE,
            "language": "en",
            "type": site.type,
            "receiver": receiver,
            "key": site.key,
            "supervision_s": str(site.polls_s) if site.polls_s else "",
            **dict(site.extra),
        }
        rows.append(row)
    return rows
