"""Signals at sites with something registered: code rules, zones, areas of other customers - said by panels."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from belfry.domain.facts import Effect, Joined, Logged
from belfry.domain.incident import State
from belfry.domain.premises import Area, CodeRule, Hazard, SiteParts, Zone
from belfry.domain.signal import Wire
from belfry.domain.site import Account
from tests.centre.kit import SITES, Room, room

MALL: Final = (
    *SITES,
    Account(id="mall", account="7000", type="shop", name="Mall"),
    Account(id="baker", account="7001", type="shop", name="Baker"),
)
PARTED: Final = SiteParts(
    areas=(Area(number="1", name="Halls"), Area(number="2", name="Baker", sub_account="baker")),
    zones=(Zone(number="21", area="2", name="Oven"), Zone(number="30", area="1", outdoor=True)),
)


def registered(centre: Room, account: str, parts: SiteParts) -> None:
    centre.book.put_parts(account, parts)


def shown(centre: Room) -> Sequence[tuple[str, str | None, str]]:
    return [(one.kind, one.account_id, one.state) for one in centre.incidents()]


async def test_a_rule_of_the_site_decides_and_the_incident_says_so() -> None:
    async with room() as centre:
        rule = CodeRule(wire=Wire.SIA, code="BA", zone="4", kind="PROP.ALARM.SAFE")
        registered(centre, "shop", SiteParts(codes=(rule,)))
        await centre.say("BA", zone="4")
        (incident,) = centre.incidents()
        assert (incident.kind, incident.priority) == ("PROP.ALARM.SAFE", 1)
        assert incident.reasons[-1] == "rule of the site for SIA BA, zone 4"


async def test_a_logged_code_still_shows_in_the_log_with_its_rule() -> None:
    async with room() as centre:
        registered(centre, "shop", SiteParts(codes=(CodeRule(wire=Wire.SIA, code="WA", act="log"),)))
        await centre.say("WA", zone="4")
        assert centre.incidents() == []
        (logged,) = await centre.logged()
        assert logged.reasons[-1] == "rule of the site for SIA WA"


async def test_a_general_alarm_of_a_fire_zone_is_confirmed_by_a_second_detector() -> None:
    async with room() as centre:
        registered(centre, "school", SiteParts(zones=(Zone(number="7", hazard=Hazard.FIRE),)))
        await centre.say("1140", "1001", zone="007")
        assert centre.kinds() == [("FIRE.ALARM.AUTO", 1)]
        await centre.say("1111", "1001", zone="008")
        assert centre.kinds() == [("FIRE.ALARM.CONF", 1)]


async def test_an_outdoor_zone_ends_no_wait_and_confirms_nothing() -> None:
    async with room() as centre:
        registered(centre, "shop", SiteParts(zones=(Zone(number="9", outdoor=True),)))
        await centre.say("BG", zone="4")
        await centre.say("BA", zone="9")
        pending = next(one for one in centre.incidents() if one.zone == "4")
        assert (pending.state, pending.priority) == (State.PENDING, 3)
        await centre.say("BG", zone="9")
        assert pending.state is State.PENDING
        await centre.say("BG", zone="5")
        assert (pending.state, pending.priority) == (State.WAITING, 2)


async def test_an_outdoor_alarm_and_a_lost_path_confirm_nothing() -> None:
    async with room() as centre:
        registered(centre, "shop", SiteParts(zones=(Zone(number="9", outdoor=True),)))
        await centre.say("CL")
        await centre.say("BA", zone="9")
        await centre.say("YC", zone="0")
        assert "PROP.ALARM.INTR.CONF" not in {kind for kind, _ in centre.kinds()}
        await centre.say("BA", zone="4")
        assert "PROP.ALARM.INTR.CONF" in {kind for kind, _ in centre.kinds()}


# -- areas of other customers -----------------------------------------------------------------------------------------


async def test_an_area_of_another_customer_makes_its_own_incidents_under_that_account() -> None:
    async with room(MALL) as centre:
        registered(centre, "mall", PARTED)
        await centre.say("BA", "7000", area="1", zone="10")
        await centre.say("BA", "7000", area="2", zone="21")
        await centre.say("BA", "7000", area="2", zone="22")
        assert sorted(shown(centre)) == [
            ("PROP.ALARM.INTR", "baker", "waiting"),
            ("PROP.ALARM.INTR", "mall", "waiting"),
        ]
        baker = next(one for one in centre.incidents() if one.account_id == "baker")
        assert baker.account is not None
        assert baker.via is not None
        assert (baker.account.account, baker.via.account, baker.signals_seq) == ("7001", "7000", 2)


async def test_the_panels_line_and_power_stay_with_the_main_account() -> None:
    async with room(MALL) as centre:
        registered(centre, "mall", PARTED)
        await centre.say("YC", "7000", area="2", zone="0")
        await centre.say("YT", "7000", area="2", zone="0")
        assert {account for _, account, _ in shown(centre)} == {"mall"}


async def test_a_restore_finds_the_incident_of_the_other_customer_also_where_it_names_no_area() -> None:
    async with room(MALL) as centre:
        registered(centre, "mall", PARTED)
        await centre.say("TA", "7000", area="2", zone="21")
        await centre.say("TH", "7000", area=None, zone="21")
        (incident,) = centre.incidents()
        assert (incident.account_id, incident.restored) == ("baker", True)


async def test_a_cancel_in_one_area_leaves_the_other_customers_alarm_as_it_is() -> None:
    async with room(MALL) as centre:
        registered(centre, "mall", PARTED)
        await centre.say("BA", "7000", area="1", zone="10")
        await centre.say("BA", "7000", area="2", zone="21")
        centre.wait(seconds=30)
        await centre.say("BC", "7000", area="2")
        assert {one.account_id: one.cancelled for one in centre.incidents()} == {"mall": False, "baker": True}


async def test_the_loss_of_the_shared_line_confirms_the_other_customers_alarm() -> None:
    async with room(MALL) as centre:
        registered(centre, "mall", PARTED)
        await centre.say("CL", "7000", area="2")
        await centre.say("BA", "7000", area="2", zone="21")
        await centre.say("YC", "7000", area="0", zone="0")
        found = {one.account_id: one.kind for one in centre.incidents()}
        assert found == {"baker": "PROP.ALARM.INTR.CONF", "mall": "TECH.COMMS.PATH"}


async def test_a_flood_of_a_shared_panel_is_told_of_the_panel() -> None:
    async with room(MALL) as centre:
        registered(centre, "mall", PARTED)
        for zone in range(102):
            await centre.say("BA", "7000", area="2", zone=f"{zone:03}")
        assert ("TECH.RUNAWAY", "mall", "waiting") in shown(centre)


async def test_an_area_whose_account_is_gone_stays_with_the_panels_own() -> None:
    async with room() as centre:
        registered(centre, "shop", SiteParts(areas=(Area(number="2", sub_account="gone"),)))
        await centre.say("BA", area="2", zone="21")
        (incident,) = centre.incidents()
        assert (incident.account_id, incident.via) == ("shop", None)
        assert not [fact for fact in await centre.facts() if isinstance(fact, Logged)]


# -- late, doubled, wrong clocks, unknown numbers: the same with something registered ---------------------------------


async def test_a_late_alarm_of_another_customers_area_is_flagged_and_opens_there() -> None:
    async with room(MALL) as centre:
        registered(centre, "mall", PARTED)
        await centre.say("BA", "7000", area="2", zone="21", occurred_at=centre.now - timedelta(minutes=20))
        (incident,) = centre.incidents()
        assert (incident.account_id, incident.flags) == ("baker", ("late",))


async def test_an_alarm_of_another_customers_area_on_path_b_is_heard_once() -> None:
    async with room(MALL) as centre:
        registered(centre, "mall", PARTED)
        await centre.say("BA", "7000", area="2", zone="21")
        centre.wait(seconds=10)
        await centre.say("BA", "7000", area="2", zone="21", path="udp")
        (incident,) = centre.incidents()
        assert (incident.account_id, incident.signals_seq, incident.open_points) == ("baker", 2, 1)
        (joined,) = [fact for fact in await centre.facts() if isinstance(fact, Joined)]
        assert joined.effect is Effect.CONTEXT


async def test_a_rule_that_delays_keeps_no_alarm_of_a_wrong_clock_from_being_flagged() -> None:
    async with room() as centre:
        registered(centre, "shop", SiteParts(codes=(CodeRule(wire=Wire.SIA, code="BA", pending_s=45),)))
        await centre.say("BA", zone="4", quirks=("clock",))
        (incident,) = centre.incidents()
        assert (incident.state, incident.flags) == (State.PENDING, ("clock",))


async def test_a_number_that_nobody_registered_has_no_rules_and_names_the_near_ones() -> None:
    async with room() as centre:
        registered(centre, "near", SiteParts(codes=(CodeRule(wire=Wire.SIA, code="BA", act="log"),)))
        await centre.say("BA", "4712", zone="4")
        (incident,) = centre.incidents()
        assert incident.account_id is None
        assert "near: 4721" in incident.reasons


async def test_what_two_lines_of_one_batch_say_of_another_customers_area_is_one_incident() -> None:
    async with room(MALL) as centre:
        registered(centre, "mall", PARTED)
        signals = [centre.signal("BA", "7000", area="2", zone=f"{zone:03}") for zone in range(21, 41)]
        await asyncio.gather(*(centre.keep(signal) for signal in signals))
        (incident,) = centre.incidents()
        assert (incident.account_id, incident.signals_seq, incident.open_points) == ("baker", 20, 20)
