"""A silent site notices nothing: no leave to reach it by machine, and no way out without leave."""

from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Final

import pytest

import belfry
from belfry.centre.silent import SilentSites, Withheld
from belfry.domain.facts import Closed
from belfry.domain.premises import Area, SiteParts
from belfry.domain.reach import AT_THE_SITE, Audience, Channel
from belfry.domain.site import Account
from belfry.ports.leave import LASTS, Leave, NoLeave
from tests.centre.kit import SITES, START, Room, room

MALL: Final = (*SITES, Account(id="mall", account="7000"), Account(id="bank2", account="7001"))


def silence_of(centre: Room) -> SilentSites:
    return SilentSites(centre.board, centre.book, lambda: centre.now)


async def test_while_a_silent_alarm_is_open_every_incident_of_the_site_is_of_a_silent_site() -> None:
    async with room() as centre:
        silence = silence_of(centre)
        await centre.say("1301", "3003")
        (mains,) = centre.incidents()
        assert not silence.of(mains)
        await centre.say("1122", "3003")
        assert all(silence.of(one) for one in centre.incidents())
        assert silence.is_silent("bank")
        assert not silence.is_silent("shop")
        holdup = next(one for one in centre.incidents() if one.silent)
        await centre.write(Closed(incident=holdup.id, by="anna", disposition="genuine"))
        assert not silence.of(mains)


@pytest.mark.parametrize(("audience", "channel"), list(product(Audience, Channel)))
async def test_nothing_leaves_by_machine_towards_a_silent_site(audience: Audience, channel: Channel) -> None:
    async with room() as centre:
        silence = silence_of(centre)
        assert silence.may_reach("bank", audience, channel).quiet is False
        await centre.say("1122", "3003")
        forbidden = channel is Channel.SIREN or (
            audience in AT_THE_SITE and (audience, channel) != (Audience.CONTACT, Channel.CALL)
        )
        if forbidden:
            with pytest.raises(Withheld, match="a silent alarm is open at the site"):
                silence.may_reach("bank", audience, channel)
        else:
            assert silence.may_reach("bank", audience, channel).quiet is (audience is Audience.UNIT)
        silence.may_reach("shop", audience, channel)


async def test_a_silent_alarm_in_an_area_of_another_customer_silences_the_panels_site_too() -> None:
    async with room(MALL) as centre:
        centre.book.put_parts("mall", SiteParts(areas=(Area(number="2", sub_account="bank2"),)))
        await centre.say("1122", "7000", area="02")
        silence = silence_of(centre)
        assert (silence.is_silent("bank2"), silence.is_silent("mall"), silence.is_silent("shop")) == (True, True, False)


async def test_a_leave_is_for_one_sending_and_some_seconds() -> None:
    async with room() as centre:
        leave = silence_of(centre).may_reach("bank", Audience.CONTACT, Channel.SMS)
        with pytest.raises(NoLeave, match="it is for contact by sms"):
            leave.spend(Audience.PREMISES, Channel.SMS, centre.now)
        leave.spend(Audience.CONTACT, Channel.SMS, centre.now)
        with pytest.raises(NoLeave, match="it is spent"):
            leave.spend(Audience.CONTACT, Channel.SMS, centre.now)
        old = silence_of(centre).may_reach("bank", Audience.CONTACT, Channel.SMS)
        with pytest.raises(NoLeave, match="too old"):
            old.spend(Audience.CONTACT, Channel.SMS, centre.now + LASTS + timedelta(milliseconds=1))


def test_nobody_makes_a_leave_but_the_place_that_knows_who_is_silent() -> None:
    with pytest.raises(TypeError, match=r"given by centre\.silent alone"):
        Leave(
            object(),  # type: ignore[arg-type]  # that is the promise
            account_id="bank",
            audience=Audience.CONTACT,
            channel=Channel.SMS,
            quiet=False,
            at=START,
        )
    root = Path(belfry.__file__).parent
    named = {str(path.relative_to(root)) for path in root.rglob("*.py") if "GIVER" in path.read_text(encoding="utf-8")}
    assert named == {"ports/leave.py", "centre/silent.py"}
