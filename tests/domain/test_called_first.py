"""Whose silence is called first: fire, care and lifts."""

import pytest

from belfry.domain.called_first import called_first
from belfry.domain.premises import NO_PARTS, CodeRule, Hazard, SiteParts, Zone
from belfry.domain.signal import Wire
from belfry.domain.site import Account


def an_account(**fields: object) -> Account:
    return Account(**{"id": "a", "account": "1", "type": "shop", **fields})  # type: ignore[arg-type]  # named by word


@pytest.mark.parametrize(
    ("account", "parts"),
    [
        (an_account(type="hospital"), NO_PARTS),
        (an_account(care=True), NO_PARTS),
        (an_account(), SiteParts(zones=(Zone(number="1", hazard=Hazard.FIRE),))),
        (an_account(), SiteParts(zones=(Zone(number="1"), Zone(number="2", hazard=Hazard.GAS)))),
        (an_account(), SiteParts(zones=(Zone(number="1", hazard=Hazard.MEDICAL),))),
        (an_account(), SiteParts(codes=(CodeRule(wire=Wire.CID, code="1140", kind="RES.LIFT.ALARM"),))),
        (an_account(), SiteParts(codes=(CodeRule(wire=Wire.SIA, code="UA", kind="FIRE.ALARM.AUTO"),))),
    ],
)
def test_a_site_of_fire_care_or_a_lift_is_called_first(account: Account, parts: SiteParts) -> None:
    assert called_first(account, parts)


@pytest.mark.parametrize(
    "parts",
    [
        NO_PARTS,
        SiteParts(zones=(Zone(number="1", hazard=Hazard.INTRUSION), Zone(number="2", hazard=Hazard.PANIC))),
        SiteParts(codes=(CodeRule(wire=Wire.CID, code="1150", act="log"),)),
    ],
)
def test_a_shop_that_watches_for_burglars_is_not(parts: SiteParts) -> None:
    assert not called_first(an_account(), parts)
