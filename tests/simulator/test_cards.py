"""What the demo keeps about its sites may be kept, is of the cast, and rings nobody's telephone."""

import re
from datetime import UTC, datetime

import pytest

from belfry.domain.premises import SiteParts
from belfry.domain.site import Account
from belfry.domain.site_checks import Neighbours, check
from belfry.domain.site_file import SiteDetails, SiteFile
from belfry.simulator.cards import SiteCard, cards
from belfry.simulator.town import CAST

CARDS = cards(datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC))
FICTION = re.compile(r"01632 960 ?\d{3}|07700 900 ?\d{3}")
"""Numbers that Ofcom keeps for drama."""


def file_of(card: SiteCard) -> SiteFile:
    change = card.change
    parts = SiteParts(
        areas=change.areas or (),
        zones=change.zones or (),
        paths=change.paths or (),
        codes=change.codes or (),
        schedules=change.schedules or (),
    )
    return SiteFile(
        account=Account(id="site", account="1001"),
        version=1,
        details=change.details or SiteDetails(),
        parts=parts,
        contacts=change.contacts or (),
        agencies=change.agencies or (),
    )


@pytest.mark.parametrize("role", CARDS)
def test_a_card_may_be_kept_and_is_of_the_cast(role: str) -> None:
    assert role in {site.role for site in CAST}
    assert check(file_of(CARDS[role]), Neighbours()) == []
    orders = {contact.order for contact in file_of(CARDS[role]).contacts}
    assert {*CARDS[role].words, *CARDS[role].duress} <= orders


@pytest.mark.parametrize("role", CARDS)
def test_a_number_of_the_demo_is_nobodys(role: str) -> None:
    file = file_of(CARDS[role])
    numbers = [number.number for contact in file.contacts for number in contact.numbers]
    numbers += [number.number for number in file.details.premises]
    numbers += [agency.number for agency in file.agencies]
    assert [one for one in numbers if FICTION.fullmatch(one) is None] == []
