"""Many silent at once are one outage, and nobody who matters by himself is folded into it (RULES 3, mass fold)."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.outage_area import area_of
from belfry.domain.presets import Rules
from belfry.domain.signal import Method
from belfry.domain.site import Account
from tests.centre.silent_town import RECEIVER, Told, Town, site, sites

BEGINS = ("", "OUTAGE", "trouble", f"receiver/{RECEIVER}")
ENDS = ("", "OUTAGE", "trouble_restore", f"receiver/{RECEIVER}")


async def polling_town(accounts: Sequence[Account], **rules: int) -> Town:
    """Every site polled within the last 90 s, evenly spread."""
    town = Town(accounts, Rules(**rules))
    for number in range(len(accounts)):
        town.wait(seconds=90 / len(accounts))
        town.poll(number, prefix=accounts[number].prefix)
    assert await town.step() == []
    return town


def alone(told: Sequence[Told]) -> list[int]:
    return [int(account) for account, kind, state, _ in told if kind == "COMMS.LOST" and state == "trouble"]


async def test_many_lost_within_a_minute_are_one_outage_that_counts() -> None:
    town = await polling_town(sites(100))
    assert await town.steps(200) == [BEGINS]
    (outage,) = town.supervision.outages()
    assert (outage.part, outage.silent, outage.folded) == (f"receiver/{RECEIVER}", 100, 100)
    assert town.supervision.lost_count == 100
    assert {lost.outage for lost in town.supervision.lost()} == {outage.part}
    (signal,) = town.said
    assert (signal.method, signal.receiver, signal.account, signal.subtype) == (Method.SYSTEM, RECEIVER, None, "outage")


async def test_fewer_than_the_least_number_are_lost_one_by_one_and_at_once() -> None:
    town = await polling_town(sites(100))
    assert alone(await town.steps(190, polling=range(19, 100))) == list(range(19))


async def test_five_in_a_hundred_are_needed_where_that_is_more() -> None:
    town = await polling_town(sites(1_000), mass_least=20)
    told = await town.steps(250, polling=range(49, 1_000))
    assert sorted(alone(told)) == list(range(49))
    town = await polling_town(sites(1_000), mass_least=20)
    assert await town.steps(250, polling=range(50, 1_000)) == [BEGINS]


async def test_where_an_outage_is_unlikely_a_lost_path_is_said_within_a_second() -> None:
    town = await polling_town(sites(500))
    town.wait(seconds=0.5)
    town.poll(7)
    assert await town.steps(189, polling=[number for number in range(500) if number != 7]) == []
    assert alone(await town.steps(1)) == [7]


async def test_where_it_is_likely_a_lost_path_waits_a_minute_at_most() -> None:
    """All are late as the first is lost, then all but that one speak after all."""
    town = await polling_town(sites(100))
    told = await town.steps(102)
    assert told == [], "the first is lost and all others are late"
    assert town.supervision.lost_count > 0
    lost = {int(one.account_id.removeprefix("site")) for one in town.supervision.lost()}
    others = [number for number in range(100) if number not in lost]
    town.poll(*others)
    assert set(alone(await town.steps(1, polling=others))) == lost, "nothing is likely any more"


async def test_who_speaks_while_its_loss_is_held_back_was_never_lost() -> None:
    town = await polling_town(sites(100))
    await town.steps(105)
    assert town.supervision.lost_count > 0
    town.poll(*range(100))
    assert await town.steps(60, polling=range(100)) == []
    assert town.supervision.lost_count == 0


async def test_a_prefix_that_stands_out_is_the_cause_and_the_rest_of_the_receiver_is_not() -> None:
    accounts = [site(number, prefix="A" if number < 60 else "B") for number in range(200)]
    town = await polling_town(accounts)
    for _ in range(260):
        town.wait(seconds=1)
        second = int(town.now.timestamp())
        town.poll(*(number for number in range(61, 200) if (second + number) % 90 == 0), prefix="B")
        await town.supervision.step(town.now)
    assert sorted(town.told()) == [("", "OUTAGE", "trouble", "prefix/A"), ("0060", "COMMS.LOST", "trouble", "tcp")]


async def test_where_all_prefixes_suffer_alike_the_receiver_is_the_cause() -> None:
    town = await polling_town([site(number, prefix="AB"[number % 2]) for number in range(200)])
    assert await town.steps(260) == [BEGINS]


# -- areas

TOWN_A = {"latitude": 47.37, "longitude": 8.54}
TOWN_B = {"latitude": 46.95, "longitude": 7.44}


async def test_a_power_cut_in_one_part_of_the_country_is_named_by_its_area() -> None:
    """Of 400 sites of two prefixes the 60 of one town fall silent, and one of another town."""
    accounts = [site(number, prefix="AB"[number % 2], **(TOWN_A if number < 60 else TOWN_B)) for number in range(400)]
    town = await polling_town(accounts)
    for _ in range(260):
        town.wait(seconds=1)
        second = int(town.now.timestamp())
        alive = [number for number in range(61, 400) if (second + number) % 90 == 0]
        for prefix, parity in (("A", 0), ("B", 1)):
            town.poll(*(number for number in alive if number % 2 == parity), prefix=prefix)
        await town.supervision.step(town.now)
    told = sorted(town.told())
    area = area_of(accounts[0])
    assert told == [("", "OUTAGE", "trouble", f"area/{area}"), ("0060", "COMMS.LOST", "trouble", "tcp")]
    (outage,) = town.supervision.outages()
    assert (outage.silent, outage.folded) == (60, 60)


async def test_a_receiver_that_fails_everywhere_is_named_and_none_of_its_areas() -> None:
    accounts = [site(number, latitude=46 + number % 8, longitude=8.0) for number in range(400)]
    town = await polling_town(accounts)
    assert await town.steps(260) == [BEGINS]


async def test_an_area_counts_where_what_else_they_share_stays_below_its_own_number() -> None:
    """Half of a town and a part of all others, spread over a minute: 30 of the town's 40 and 15 of the other 860."""
    accounts = [site(number, **(TOWN_A if number < 40 else TOWN_B)) for number in range(900)]
    town = await polling_town(accounts, mass_least=25)
    silent = {*range(30), *range(885, 900)}
    told = await town.steps(300, polling=[number for number in range(900) if number not in silent])
    assert ("", "OUTAGE", "trouble", f"area/{area_of(accounts[0])}") in told
    assert alone(told) == list(range(885, 900))


async def test_a_site_without_coordinates_shares_no_area_and_a_changed_one_shares_its_new_one() -> None:
    town = await polling_town([*sites(30), *[site(number, **TOWN_A) for number in range(30, 400)]])
    for number in range(30):
        town.book.put(site(number, **TOWN_B))
        town.supervision.changed(f"site{number}")
    told = await town.steps(260, polling=range(30, 400))
    assert told == [("", "OUTAGE", "trouble", f"area/{area_of(site(0, **TOWN_B))}")]


# -- never folded


async def test_open_incidents_armed_cut_lines_and_both_paths_lost_stand_for_themselves() -> None:
    accounts = [site(number, line_cut=number in (3, 4)) for number in range(100)]
    town = await polling_town(accounts)
    town.incidents = {"0002"}
    town.armed = {"0001", "0003"}
    town.poll(5, path="udp")
    town.wait(seconds=60)
    town.poll(5, path="udp")
    told = await town.steps(330)
    assert sorted(told) == [
        BEGINS,
        ("0002", "COMMS.LOST", "trouble", "tcp"),
        ("0003", "COMMS.LOST", "trouble", "tcp"),
        ("0005", "COMMS.LOST", "trouble", "udp"),
    ]


async def test_a_path_heard_after_an_outage_began_is_not_silent_because_of_it() -> None:
    town = await polling_town(sites(100))
    assert await town.steps(200) == [BEGINS]
    town.poll(7)
    assert await town.steps(189) == []
    assert await town.steps(2) == [("0007", "COMMS.LOST", "trouble", "tcp")]


# -- afterwards


async def test_an_outage_is_over_when_most_are_back_and_no_one_of_them_is_said() -> None:
    town = await polling_town(sites(100))
    await town.steps(200)
    town.poll(*range(50))
    assert await town.step(seconds=1) == []
    town.poll(50)
    assert await town.step(seconds=1) == [ENDS]
    assert town.supervision.outages() == []


async def test_stragglers_become_incidents_one_window_after_recovery() -> None:
    town = await polling_town(sites(100))
    await town.steps(200)
    town.poll(*range(60))
    assert await town.step(seconds=1) == [ENDS]
    town.poll(60)
    assert await town.steps(189, polling=range(61)) == []
    told = await town.steps(1, polling=range(61))
    assert sorted(alone(told)) == list(range(61, 100)), "over twenty, and not folded again"
    town.poll(99)
    assert await town.step(seconds=1) == [("0099", "COMMS.LOST", "trouble_restore", "tcp")]


async def test_a_second_outage_after_the_first_is_said_again() -> None:
    town = await polling_town(sites(100))
    await town.steps(200)
    town.poll(*range(100))
    assert await town.step(seconds=1) == [ENDS]
    assert await town.steps(200) == [BEGINS]


async def test_an_outage_lives_through_a_restart() -> None:
    town = await polling_town(sites(100))
    await town.steps(200)
    await town.restart(down=30)
    town.replay()
    assert await town.steps(400) == []
    assert town.supervision.lost_count == 100
    town.poll(*range(60))
    assert await town.step(seconds=1) == [ENDS]
    assert sorted(alone(await town.steps(190, polling=range(60)))) == list(range(60, 100))


async def test_an_outage_that_was_said_just_before_a_crash_ends_as_well() -> None:
    town = await polling_town(sites(100))
    await town.supervision.save()
    await town.steps(200)
    await town.restart(down=5, crash=True)
    town.replay()
    town.poll(*range(100))
    assert await town.step(seconds=1) == [ENDS]


async def test_a_full_journal_delays_an_outage_and_says_no_one_instead() -> None:
    town = await polling_town(sites(100))
    town.full = True
    assert await town.steps(150) == []
    town.full = False
    assert BEGINS in await town.steps(1)


async def test_a_thousand_sites_fall_silent_and_two_rows_are_seen() -> None:
    """RULES 5, provider outage: thousands silent, one armed jeweller with its line cut."""
    accounts = [*sites(1_000), site(1_000, line_cut=True)]
    town = await polling_town(accounts)
    town.armed = {"1000"}
    assert sorted(await town.steps(200)) == [BEGINS, ("1000", "COMMS.LOST", "trouble", "tcp")]


@pytest.mark.parametrize("count", [30, 200])
@given(data=st.data())
async def test_every_silent_path_is_said_once_or_folded_and_every_fold_ends(count: int, data: st.DataObject) -> None:
    """Whatever falls silent and comes back: what is said balances, and in the end nobody is lost."""
    town = await polling_town(sites(count))
    for _ in range(data.draw(st.integers(1, 3))):
        silent = data.draw(st.sets(st.integers(0, count - 1)))
        for _ in range(data.draw(st.integers(1, 8))):
            town.poll(*(number for number in range(count) if number not in silent))
            await town.step(seconds=45)
    for _ in range(3):
        town.poll(*range(count))
        await town.step(seconds=45)
    assert town.supervision.lost_count == 0
    assert town.supervision.outages() == []
    open_now: dict[tuple[str | None, str | None], str | None] = {}
    for signal in town.said:
        about = (signal.account, signal.part)
        if signal.state == "trouble":
            assert about not in open_now, "said twice"
            open_now[about] = signal.kind
        else:
            assert open_now.pop(about) == signal.kind
    assert open_now == {}
