"""Openings, closings, check-ins and rounds: what is missed is said once, in time, and taken back by what was wanted."""

from asyncio import Future
from datetime import date, timedelta
from typing import Final

import msgspec
import pytest
from msgspec import structs

from belfry.centre.schedules import NoSuchSchedule, ScheduleState
from belfry.domain.facts import Downtime, Joined, Logged, Opened, Received
from belfry.domain.incident import State
from belfry.domain.premises import Area, SiteParts, Technology, TransmissionPath
from belfry.domain.presets import Rules
from belfry.domain.schedules import Interval, Schedule, ScheduleKind
from belfry.domain.signal import Arrival, Receipt
from tests.centre.hours import SCHEDULES, SHOP_HOURS, WEEK, hours, local, rounds, watched

LATE: Final = ["PROP.CLOSE.LATE 3 shop"]


async def test_a_closing_that_does_not_come_is_late_at_its_time_and_ended_by_the_closing() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        assert await shop.say("1401") == []
        assert await shop.to("2026-03-13T21:59:59") == []
        assert await shop.to("2026-03-13T22:00") == LATE
        assert await shop.to("2026-03-13T22:05") == LATE
        (late,) = shop.schedules.overdue()
        assert (late.kind, late.wanted_at, late.area) == ("PROP.CLOSE.LATE", local("2026-03-13T22:00"), None)

        assert await shop.say("3401") == []
        assert not shop.schedules.overdue()
        closed = next(shop.room.board.closed())
        assert (closed.kind, closed.disposition) == ("PROP.CLOSE.LATE", "restored")
        assert await shop.to("2026-03-14T07:00") == []


async def test_a_site_that_never_said_whether_it_is_set_is_not_late() -> None:
    async with watched() as shop:
        assert await shop.to("2026-03-13T22:30") == []


async def test_who_closes_in_time_hears_nothing() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        shop.room.now = local("2026-03-13T21:30")
        await shop.say("3401")
        assert await shop.to("2026-03-13T23:30") == []
        assert shop.schedules.overdue_count == 0


async def test_an_opening_that_does_not_come_is_late_and_ended_by_the_opening() -> None:
    async with watched() as shop:
        await shop.say("3401")
        assert await shop.to("2026-03-13T08:59:59") == []
        assert await shop.to("2026-03-13T09:00") == ["PROP.OPEN.LATE 4 shop"]
        shop.room.now = local("2026-03-13T09:20")
        assert await shop.say("1401") == []


async def test_nobody_has_to_open_on_a_holiday_or_where_the_site_may_stay_shut() -> None:
    async with watched({"shop": SiteParts(schedules=(hours(holidays="be"),))}, holidays={date(2026, 3, 13)}) as shop:
        await shop.say("3401")
        assert await shop.to("2026-03-13T10:00") == []
        assert await shop.to("2026-03-14T09:00") == ["PROP.OPEN.LATE 4 shop"]


async def test_an_opening_outside_the_schedule_is_irregular_and_one_inside_is_not() -> None:
    async with watched() as shop:
        await shop.say("3401")
        shop.room.now = local("2026-03-13T06:30")
        assert await shop.say("1401") == ["PROP.OPEN.IRREGULAR 2 shop"]
    async with watched() as shop:
        await shop.say("3401")
        shop.room.now = local("2026-03-13T07:45")
        assert await shop.say("1401") == []


async def test_a_site_without_a_schedule_may_open_at_any_time() -> None:
    async with watched() as kiosk:
        kiosk.room.now = local("2026-03-13T03:00")
        assert await kiosk.say("1401", "2003") == []


async def test_an_early_closing_is_logged_with_its_reason() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        shop.room.now = local("2026-03-13T15:00")
        assert await shop.say("3401") == []
        logged = (await shop.room.logged())[-1]
        assert "closed early: its schedule begins to close at 21:00" in logged.reasons


async def test_the_panels_own_late_and_our_schedules_raise_one_incident() -> None:
    for ours_first in (True, False):
        async with watched() as shop:
            shop.room.now = local("2026-03-13T08:00")
            await shop.say("1401")
            steps = [shop.to("2026-03-13T22:00")] if ours_first else []
            for step in steps:
                await step
            shop.room.now = max(shop.room.now, local("2026-03-13T21:59"))
            await shop.say("1454", area="01")
            assert await shop.to("2026-03-13T22:10") == LATE
            (incident,) = shop.room.incidents()
            assert incident.signals_seq == 2
            assert await shop.say("3401", area="1") == []


async def test_a_site_of_several_areas_is_closed_when_all_are() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401", area="1")
        await shop.say("1401", area="2")
        await shop.to("2026-03-13T22:00")
        assert await shop.say("3401", area="1") == LATE
        assert await shop.say("3401", area="2") == []


async def test_a_shop_in_a_mall_keeps_its_own_hours_over_the_malls_line() -> None:
    parts = {
        "plant": SiteParts(areas=(Area(number="1"), Area(number="2", sub_account="shop"))),
        "shop": SiteParts(schedules=(hours(),)),
    }
    async with watched(parts) as mall:
        mall.room.now = local("2026-03-13T08:00")
        await mall.say("1401", "5001", area="2")
        await mall.say("1401", "5001", area="1")
        assert await mall.to("2026-03-13T22:00") == LATE
        assert await mall.say("3401", "5001", area="1") == LATE
        assert await mall.say("3401", "5001", area="02") == []
        assert mall.schedules.overdue_count == 0
        mall.room.now = local("2026-03-14T03:00")
        assert await mall.say("1401", "5001", area="2") == ["PROP.OPEN.IRREGULAR 2 shop"]
        mall.new()
        mall.load()
        mall.room.now = local("2026-03-14T03:10")
        await mall.say("3401", "5001", area="2")
        mall.room.now = local("2026-03-14T08:00")
        await mall.say("1401", "5001", area="2")
        assert "PROP.CLOSE.LATE 3 shop" in await mall.to("2026-03-14T22:00")


async def test_an_area_with_hours_of_its_own_keeps_them() -> None:
    parts = {"shop": SiteParts(schedules=(hours(area="2"), hours(id="office", area="01", openings=())))}
    async with watched(parts) as shop:
        await shop.say("3401", area="1")
        await shop.say("3401", area="2")
        shop.room.now = local("2026-03-13T08:00")
        assert await shop.say("1401", area="2") == []
        assert await shop.say("1401", area="1") == ["PROP.OPEN.IRREGULAR 2 shop"]


async def test_a_closing_that_is_put_off_is_late_half_an_hour_later() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        await shop.to("2026-03-13T22:00")
        fact = shop.schedules.extension("shop", None, timedelta(minutes=30), "anna")
        assert (fact.due, fact.until) == (local("2026-03-13T22:00"), local("2026-03-13T22:30"))
        shop.schedules.moved(fact)
        assert shop.schedules.overdue_count == 0
        await shop.to("2026-03-13T22:29")
        assert shop.schedules.overdue_count == 0
        (incident,) = shop.room.incidents()
        assert incident.signals_seq == 1
        await shop.to("2026-03-13T22:30")
        assert shop.schedules.overdue_count == 1
        (incident,) = shop.room.incidents()
        assert incident.signals_seq == 2


async def test_a_closing_put_off_before_it_is_due_is_late_only_then_and_an_opening_meanwhile_is_regular() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        await shop.to("2026-03-13T21:50")
        shop.schedules.moved(shop.schedules.extension("shop", "hours", timedelta(minutes=30), "anna"))
        assert await shop.to("2026-03-13T22:10") == []
        await shop.say("3401")
        assert await shop.say("1401") == []
        assert await shop.to("2026-03-13T22:29:59") == []
        assert await shop.to("2026-03-13T22:30") == LATE
        shop.room.now = local("2026-03-13T22:40")
        await shop.say("3401")
        assert "PROP.OPEN.IRREGULAR 2 shop" in await shop.say("1401")


async def test_a_panel_that_puts_its_closing_off_moves_the_due_time() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        shop.room.now = local("2026-03-13T21:55")
        await shop.say("1464")
        assert await shop.to("2026-03-13T22:29") == []
        assert await shop.to("2026-03-13T22:30") == LATE


async def test_put_off_is_the_late_closing_and_no_opening_that_is_late() -> None:
    early = structs.replace(SHOP_HOURS, closes_from=1_200, closes_until=1_230)
    schedules = (hours(id="front", area="1"), hours(id="back", area="2", openings=(early,)))
    async with watched({"shop": SiteParts(schedules=schedules)}) as shop:
        await shop.say("3401", area="1")
        await shop.say("3401", area="2")
        shop.room.now = local("2026-03-13T08:30")
        await shop.say("1401", area="2")
        assert await shop.to("2026-03-13T09:00") == ["PROP.OPEN.LATE 4 shop"]
        fact = shop.schedules.extension("shop", None, timedelta(minutes=30), "anna")
        assert fact.schedule == "back", "the next to close; the late opening of the front has no closing to put off"
        shop.schedules.moved(shop.schedules.extension("shop", "front", timedelta(minutes=30), "anna"))
        assert [one.schedule for one in shop.schedules.overdue()] == ["front"], "it is still late to open"


async def test_there_is_nothing_to_put_off_without_opening_hours() -> None:
    async with watched() as shop:
        for account in ("kiosk", "nobody"):
            with pytest.raises(NoSuchSchedule):
                shop.schedules.extension(account, None, timedelta(minutes=30), "anna")
        with pytest.raises(NoSuchSchedule):
            shop.schedules.extension("shop", "another", timedelta(minutes=30), "anna")


# -- clocks, restarts, full disks -------------------------------------------------------------------------------------


async def test_a_restart_says_nothing_twice_and_loses_nothing() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        await shop.to("2026-03-13T22:00")
        before = shop.room.journal.position
        shop.new()
        shop.load()
        await shop.to("2026-03-13T22:00:30")
        assert shop.room.journal.position == before
        assert shop.schedules.overdue_count == 1
        assert await shop.say("3401") == []


@pytest.mark.parametrize("snapshot", [True, False])
async def test_a_closing_that_was_late_long_ago_is_not_said_again_when_its_name_is_forgotten(snapshot: bool) -> None:
    """Saturday's closing, a restart on Monday in the night: intake knows names for a day."""
    async with watched(since="2026-03-14T08:00") as shop:
        await shop.say("1401")
        assert await shop.to("2026-03-14T22:00") == LATE
        before = shop.room.incidents()[-1].signals_seq
        state = shop.schedules.state()
        shop.room.now = local("2026-03-16T01:00")
        shop.names.clear()
        heard = [fact for fact in await shop.room.facts() if isinstance(fact, Received)]
        shop.new()
        if snapshot:
            shop.schedules.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=ScheduleState))
        for fact in () if snapshot else heard:
            shop.schedules.heard(fact)
        shop.load()
        assert await shop.to("2026-03-16T01:01") == LATE
        assert shop.room.incidents()[-1].signals_seq == before, "not a word more"
        (late,) = shop.schedules.overdue()
        assert late.wanted_at == local("2026-03-14T22:00")
        await shop.say("3401")
        assert shop.schedules.overdue() == []


async def test_a_closing_put_off_and_late_again_is_not_said_a_third_time_after_a_restart() -> None:
    async with watched(since="2026-03-14T08:00") as shop:
        await shop.say("1401")
        await shop.to("2026-03-14T22:00")
        put_off = shop.schedules.extension("shop", None, timedelta(minutes=30), "anna")
        shop.schedules.moved(put_off)
        await shop.to("2026-03-14T22:30")
        before = shop.room.incidents()[-1].signals_seq
        state = shop.schedules.state()
        shop.room.now = local("2026-03-16T01:00")
        shop.names.clear()
        shop.new()
        shop.schedules.restore(state)
        shop.schedules.load((), (put_off,))
        assert await shop.to("2026-03-16T01:01") == LATE
        assert shop.room.incidents()[-1].signals_seq == before


async def test_a_deadline_while_we_were_away_counts_from_our_return() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        shop.room.now = local("2026-03-13T22:20")
        shop.new()
        shop.load([Downtime(part="centre", since=local("2026-03-13T21:58"), until=local("2026-03-13T22:20"))])
        assert await shop.to("2026-03-13T22:24:59") == []
        assert await shop.to("2026-03-13T22:25") == LATE


async def test_a_machine_that_slept_gives_panels_time_to_say_it_again() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        await shop.to("2026-03-13T21:59")
        await shop.schedules.turn()
        shop.room.now = local("2026-03-13T22:30")
        await shop.schedules.turn()
        assert shop.open() == []
        assert await shop.to("2026-03-13T22:35") == LATE


async def test_a_clock_that_is_set_back_loses_no_deadline_and_says_none_twice() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        await shop.to("2026-03-13T22:00")
        await shop.schedules.turn()
        before = shop.room.journal.position
        shop.room.now = local("2026-03-13T20:00")
        await shop.schedules.turn()
        assert await shop.to("2026-03-13T22:10") == LATE
        assert shop.room.journal.position == before


async def test_a_full_disk_only_delays() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        shop.full = True
        assert await shop.to("2026-03-13T22:00") == []
        shop.full = False
        assert await shop.to("2026-03-13T22:00:05") == LATE


async def test_a_schedule_that_changes_counts_from_then() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        await shop.to("2026-03-13T15:00")
        shorter = hours(openings=tuple(_closes(one, 840, 900) for one in hours().openings))
        shop.room.book.put_parts("shop", SiteParts(schedules=(shorter,)))
        shop.schedules.changed("shop")
        assert await shop.to("2026-03-13T22:10") == []  # 15:00 had passed when it was made
        shop.room.book.put_parts("shop", SiteParts())
        shop.schedules.changed("shop")
        assert await shop.to("2026-03-14T22:10") == []
        assert shop.schedules.count == 0


def _closes(window: object, since: int, until: int) -> object:
    from msgspec import structs

    return structs.replace(window, closes_from=since, closes_until=until)  # type: ignore[type-var]


# -- after a night alarm ----------------------------------------------------------------------------------------------


async def test_a_site_left_unset_after_a_night_alarm_is_unsecured() -> None:
    async with watched() as shop:
        await shop.say("3401")
        await shop.to("2026-03-14T02:00")
        await shop.say("1130", zone="004")
        shop.room.now = local("2026-03-14T02:01")
        await shop.say("1401")
        assert await shop.to("2026-03-14T02:30:59") == ["PROP.ALARM.INTR 4 shop"]
        assert await shop.to("2026-03-14T02:31") == ["PROP.ALARM.INTR 4 shop", "PROP.UNSECURED 4 shop"]
        await shop.say("3401")
        unsecured = shop.room.incidents()[-1]
        assert "restored" in unsecured.flags


async def test_how_long_a_site_may_stay_unset_and_what_a_panel_puts_off_are_settings() -> None:
    async with watched(rules=Rules(unsecured_s=600, closing_extension_s=900)) as shop:
        await shop.say("3401")
        await shop.to("2026-03-14T02:00")
        await shop.say("1130", zone="004")
        await shop.say("1401")
        assert await shop.to("2026-03-14T02:10") == ["PROP.ALARM.INTR 4 shop", "PROP.UNSECURED 4 shop"]
        shop.room.now = local("2026-03-14T21:55")
        await shop.say("1464")
        assert "PROP.CLOSE.LATE 3 shop" not in await shop.to("2026-03-14T22:14")
        assert "PROP.CLOSE.LATE 3 shop" in await shop.to("2026-03-14T22:15")


async def test_a_site_set_again_after_a_night_alarm_is_not() -> None:
    async with watched() as shop:
        await shop.say("3401")
        await shop.to("2026-03-14T02:00")
        await shop.say("1130", zone="004")
        shop.room.now = local("2026-03-14T02:01")
        await shop.say("1401")
        shop.room.now = local("2026-03-14T02:20")
        await shop.say("3401")
        assert await shop.to("2026-03-14T03:00") == ["PROP.ALARM.INTR 4 shop"]


async def test_unset_after_an_alarm_survives_a_restart_and_day_is_no_night() -> None:
    async with watched() as kiosk:
        await kiosk.say("3401", "2003")
        await kiosk.to("2026-03-14T02:00")
        await kiosk.say("1130", "2003", zone="004")
        await kiosk.say("1401", "2003")
        kiosk.new()
        kiosk.load()
        assert await kiosk.to("2026-03-14T02:30") == ["PROP.ALARM.INTR 4 kiosk", "PROP.UNSECURED 4 kiosk"]
    async with watched() as kiosk:
        await kiosk.say("3401", "2003")
        await kiosk.to("2026-03-14T14:00")
        await kiosk.say("1130", "2003", zone="004")
        await kiosk.say("1401", "2003")
        assert await kiosk.to("2026-03-14T14:40") == ["PROP.ALARM.INTR 4 kiosk"]


# -- check-ins --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "kind", "missed"),
    [
        ("plant", ScheduleKind.CHECK_IN, "PERS.LONE.MISSED 2 plant"),
        ("plant", ScheduleKind.TOUR, "ADM.TOUR 3 plant"),
        ("care", ScheduleKind.CHECK_IN, "MED.WELFARE 2 care"),
        ("care", ScheduleKind.ACTIVITY, "MED.ALARM.INACTIVITY 2 care"),
        ("farm", ScheduleKind.ACTIVITY, "TECH.NOACTIVITY 4 farm"),
    ],
)
async def test_a_check_in_that_does_not_come_has_the_kind_of_its_schedule(
    account: str, kind: ScheduleKind, missed: str
) -> None:
    async with watched({account: SiteParts(schedules=(rounds(kind),))}) as site:
        assert await site.to("2026-03-13T23:04:59") == []
        assert await site.to("2026-03-13T23:05") == [missed]
        assert await site.to("2026-03-14T04:30") == [missed]  # said once in a watch


async def test_a_check_in_counts_however_it_comes_and_an_alarm_is_none() -> None:
    async with watched({"plant": SiteParts(schedules=(rounds(),))}) as plant:
        for when, code in (("22:50", "1602"), ("23:45", "1401")):
            await plant.to(f"2026-03-13T{when}")
            await plant.say(code, "5001")
        await plant.to("2026-03-14T00:40")
        await plant.report("plant")
        await plant.to("2026-03-14T01:30")
        await plant.say("1301", "5001")
        assert "PERS.LONE.MISSED 2 plant" not in await plant.to("2026-03-14T01:44:59")
        assert "PERS.LONE.MISSED 2 plant" in await plant.to("2026-03-14T01:45")


async def test_who_was_missed_and_checks_in_is_told_and_the_incident_stays_with_a_person() -> None:
    async with watched({"plant": SiteParts(schedules=(rounds(),))}) as plant:
        await plant.to("2026-03-13T23:05")
        await plant.say("1602", "5001")
        (incident,) = plant.room.incidents()
        assert (incident.state, incident.flags) == (State.WAITING, ("restored",))
        assert plant.schedules.overdue_count == 0
        await plant.to("2026-03-14T00:09")
        (incident,) = plant.room.incidents()
        assert incident.signals_seq == 2
        await plant.to("2026-03-14T00:10")
        assert plant.schedules.overdue_count == 1


async def test_a_site_that_changes_while_its_return_is_said_is_missed_no_longer() -> None:
    """The registry is read beside the journal's disk: a change may come in while what was said is being kept."""
    async with watched({"plant": SiteParts(schedules=(rounds(),))}) as plant:
        deliver = plant.deliver

        def deliver_beside_a_change(arrival: Arrival) -> Future[Receipt]:
            plant.schedules.changed("plant")
            return deliver(arrival)

        plant.deliver = deliver_beside_a_change  # type: ignore[method-assign]
        plant.new()
        plant.load()
        await plant.to("2026-03-13T23:05")
        assert plant.schedules.overdue_count == 1
        await plant.say("1602", "5001")
        (incident,) = plant.room.incidents()
        assert (incident.flags, plant.schedules.overdue_count) == (("restored",), 0)


async def test_a_site_that_changes_before_its_return_is_said_is_told_all_the_same() -> None:
    async with watched({"plant": SiteParts(schedules=(rounds(),))}) as plant:
        await plant.to("2026-03-13T23:05")
        signal = plant.room.signal("1602", "5001")
        await plant.room.keep(signal)
        plant.schedules.heard(signal)
        plant.schedules.changed("plant")
        await plant.at(plant.room.now)
        (incident,) = plant.room.incidents()
        assert (incident.flags, plant.schedules.overdue_count) == (("restored",), 0)


async def test_a_check_point_must_be_the_one_that_was_agreed() -> None:
    async with watched({"plant": SiteParts(schedules=(rounds(ScheduleKind.TOUR, "7"),))}) as plant:
        await plant.to("2026-03-13T22:50")
        await plant.say("1602", "5001", zone="008")
        assert await plant.to("2026-03-13T23:05") == ["ADM.TOUR 3 plant"]
        await plant.say("1602", "5001", zone="007")
        assert plant.schedules.overdue_count == 0


async def test_a_test_report_is_nobodys_activity() -> None:
    day = Schedule(id="day", kind=ScheduleKind.ACTIVITY, intervals=(Interval(days=WEEK, every_s=86_400),))
    async with watched({"care": SiteParts(schedules=(day,))}) as care:
        await care.to("2026-03-13T12:00")
        await care.say("1642", "4004", zone="001")
        await care.to("2026-03-13T20:00")
        await care.say("1602", "4004")
        assert await care.to("2026-03-14T12:04:59") == []
        assert await care.to("2026-03-14T12:05") == ["MED.ALARM.INACTIVITY 2 care"]


async def test_check_ins_survive_a_restart_and_our_own_absence_is_nobodys_silence() -> None:
    async with watched({"plant": SiteParts(schedules=(rounds(),))}) as plant:
        await plant.to("2026-03-13T22:30")
        await plant.say("1602", "5001")
        state = plant.schedules.state()
        plant.room.now = local("2026-03-13T23:20")
        plant.new().restore(state)
        plant.load([Downtime(part="centre", since=local("2026-03-13T23:00"), until=local("2026-03-13T23:20"))])
        assert await plant.to("2026-03-13T23:54") == []
        assert await plant.to("2026-03-13T23:55") == ["PERS.LONE.MISSED 2 plant"]
        state = plant.schedules.state()
        plant.new().restore(state)
        plant.load()
        assert plant.schedules.overdue_count == 1
        await plant.say("1602", "5001")
        assert plant.schedules.overdue_count == 0


async def test_without_a_snapshot_check_ins_are_folded_again_from_the_journal() -> None:
    async with watched({"plant": SiteParts(schedules=(rounds(),))}) as plant:
        await plant.to("2026-03-13T22:30")
        await plant.say("1602", "5001")
        plant.room.now = local("2026-03-13T23:20")
        await plant.refold()
        assert await plant.to("2026-03-13T23:34:59") == []
        assert await plant.to("2026-03-13T23:35") == ["PERS.LONE.MISSED 2 plant"]
        await plant.refold()
        assert plant.schedules.overdue_count == 1
        assert await plant.to("2026-03-14T00:05") == ["PERS.LONE.MISSED 2 plant"]
        (incident,) = plant.room.incidents()
        assert incident.signals_seq == 1


# -- both paths -------------------------------------------------------------------------------------------------------


async def test_a_trouble_that_leaves_no_technology_is_all_paths_lost() -> None:
    paths = (
        TransmissionPath(name="panels/tcp", technology=Technology.IP),
        TransmissionPath(name="radio/tcp", technology=Technology.RADIO, alternative=True),
    )
    async with watched({"shop": SiteParts(paths=paths)}) as shop:
        assert await shop.say("1353", path="x") == ["TECH.COMMS.PATH 3 shop"]
        assert await shop.say("NT", path="x") == ["TECH.COMMS.LOST 2 shop", "TECH.COMMS.PATH 3 shop"]
    async with watched({"shop": SiteParts(paths=paths)}) as shop:
        await shop.say("1353", path="tcp")
        assert await shop.say("NT", path="tcp") == ["TECH.COMMS.PATH 3 shop", "TECH.COMMS.PATH 3 shop"]


# -- lists ------------------------------------------------------------------------------------------------------------


async def test_what_comes_next_is_listed_the_soonest_first() -> None:
    parts = {**SCHEDULES, "plant": SiteParts(schedules=(rounds(),))}
    async with watched(parts) as town:
        await town.schedules.step(town.room.now)
        listed = [(one.account_id, one.what, one.at) for one in town.schedules.due_next(10)]
        assert listed == [
            ("shop", "open", local("2026-03-13T09:00")),
            ("plant", "check_in", local("2026-03-13T23:05")),
        ]
        town.room.now = local("2026-03-13T08:00")
        await town.say("1401")
        town.schedules.moved(town.schedules.extension("shop", None, timedelta(hours=1), "anna"))
        await town.to("2026-03-13T12:00")
        (closing, _) = town.schedules.due_next(10)
        assert (closing.what, closing.at, closing.moved) == ("close", local("2026-03-13T23:00"), True)


async def test_a_closing_that_was_put_off_is_listed_so_at_once() -> None:
    """Also before its schedule is looked at again, half a second later."""
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        await shop.to("2026-03-13T22:10")
        shop.schedules.moved(shop.schedules.extension("shop", None, timedelta(minutes=30), "anna"))
        until = local("2026-03-13T22:40")
        (closing,) = shop.schedules.due_next(10)
        assert (closing.what, closing.at, closing.moved) == ("close", until, True)
        await shop.at(shop.room.now)
        (closing,) = shop.schedules.due_next(10)
        assert (closing.what, closing.at, closing.moved) == ("close", until, True)


async def test_everything_said_of_a_late_closing_stands_in_its_facts() -> None:
    async with watched() as shop:
        shop.room.now = local("2026-03-13T08:00")
        await shop.say("1401")
        await shop.to("2026-03-13T22:00")
        await shop.say("3401")
        (opened,) = [fact for fact in await shop.room.facts() if isinstance(fact, Opened)]
        assert opened.reasons == ("Closing missed: raised by the centre itself", "its schedule wanted it by 22:00")
        told = [type(fact).__name__ for fact in await shop.room.facts() if isinstance(fact, (Opened, Joined, Logged))]
        assert told == ["Logged", "Opened", "Joined"]
