"""What the registry says of paths and tests: intervals, categories, alternatives, providers, a fixed local time."""

from datetime import UTC, datetime, timedelta

from belfry.domain.facts import Downtime
from belfry.domain.premises import SiteParts, Technology, TransmissionPath
from belfry.domain.presets import Rules
from belfry.domain.schedules import Interval, Schedule, ScheduleKind
from tests.centre.silent_town import Town, site, sites

WEEK = tuple(range(7))
IP = TransmissionPath(name="tcp", technology=Technology.IP, interval_s=90, provider="Northnet")
MOBILE = TransmissionPath(
    name="udp", technology=Technology.MOBILE, alternative=True, interval_s=3_600, provider="Mobilo"
)


def town(*paths: TransmissionPath, count: int = 1, **fields: object) -> Town:
    accounts = sites(count, supervision_s=None, **fields)
    one = Town(accounts)
    for account in accounts:
        one.book.put_parts(account.id, SiteParts(paths=paths))
    one.supervision = one.new()
    return one


async def test_a_path_is_lost_after_its_own_interval() -> None:
    one = town(IP, TransmissionPath(name="udp", interval_s=600))
    one.poll(0)
    one.poll(0, path="udp")
    assert await one.step(seconds=189) == []
    assert await one.step(seconds=1) == [("0000", "COMMS.PATH", "trouble", "tcp")]
    assert await one.step(seconds=709) == []
    assert await one.step(seconds=1) == [("0000", "COMMS.LOST", "trouble", "udp")]


async def test_a_categorys_reporting_time_is_its_window() -> None:
    one = town(TransmissionPath(name="tcp", category="SP4"))
    one.poll(0)
    assert await one.step(seconds=179) == []
    assert await one.step(seconds=1) == [("0000", "COMMS.LOST", "trouble", "tcp")]


async def test_a_path_of_a_category_that_reports_at_over_half_its_window_is_warned_of() -> None:
    one = town(TransmissionPath(name="tcp", category="SP3"))
    for _ in range(8):
        one.poll(0)
        assert await one.step(seconds=1_000) == []
    (slow,) = one.supervision.slow()
    assert (slow.observed, slow.window) == (timedelta(seconds=1_000), timedelta(seconds=1_800))
    quick = town(TransmissionPath(name="tcp", category="SP3"))
    for _ in range(8):
        quick.poll(0)
        assert await quick.step(seconds=900) == []
    assert quick.supervision.slow() == []


async def test_a_path_that_the_registry_does_not_name_is_not_supervised() -> None:
    one = town(IP)
    for _ in range(4):
        one.poll(0, path="udp")
        one.poll(0)
        assert await one.step(seconds=90) == []
    one.poll(0)
    assert await one.step(seconds=190) == [("0000", "COMMS.LOST", "trouble", "tcp")]


async def test_without_the_primary_the_alternatives_window_shrinks_to_the_primarys() -> None:
    one = town(IP, MOBILE)
    one.poll(0)
    one.poll(0, path="udp")
    assert await one.step(seconds=190) == [("0000", "COMMS.PATH", "trouble", "tcp")]
    assert await one.step(seconds=189) == []
    assert await one.step(seconds=1) == [("0000", "COMMS.LOST", "trouble", "udp")]


async def test_while_the_primary_works_the_alternative_keeps_its_own_window() -> None:
    one = town(IP, MOBILE)
    one.poll(0, path="udp")
    assert await one.steps(5_399, polling=[0]) == []
    assert ("0000", "COMMS.PATH", "trouble", "udp") in await one.steps(3, polling=[0])


async def test_the_first_path_heard_is_no_primary_where_the_registry_says_otherwise() -> None:
    one = town(IP, MOBILE)
    one.poll(0, path="udp")
    one.poll(0)
    assert await one.step(seconds=190) == [("0000", "COMMS.PATH", "trouble", "tcp")]


async def test_paths_may_be_named_with_their_receiver() -> None:
    one = town(TransmissionPath(name="panels/tcp", interval_s=90), TransmissionPath(name="radio/tcp", interval_s=90))
    one.poll(0, receiver="panels")
    one.poll(0, receiver="radio")
    await one.step(seconds=100)
    one.poll(0, receiver="panels")
    assert await one.step(seconds=90) == [("0000", "COMMS.PATH", "trouble", "radio/tcp")]


async def test_a_path_that_is_taken_out_of_the_registry_is_owed_nothing() -> None:
    one = town(IP, TransmissionPath(name="udp", interval_s=90))
    one.poll(0)
    one.poll(0, path="udp")
    await one.step(seconds=100)
    one.poll(0)
    assert await one.step(seconds=90) == [("0000", "COMMS.PATH", "trouble", "udp")]
    one.book.put_parts("site0", SiteParts(paths=(IP,)))
    one.supervision.changed("site0")
    assert one.supervision.lost_count == 0
    one.poll(0)
    assert await one.step(seconds=100) == []


async def test_a_provider_is_named_as_the_cause_of_an_outage() -> None:
    accounts = sites(60, supervision_s=None)
    one = Town(accounts)
    for number, account in enumerate(accounts):
        provider = "Northnet" if number < 30 else "Southnet"
        path = TransmissionPath(name="tcp", interval_s=90, provider=provider)
        one.book.put_parts(account.id, SiteParts(paths=(path,)))
    one.supervision = one.new()
    one.poll(*range(60))
    await one.step(seconds=100)
    one.poll(*range(30, 60))
    assert await one.step(seconds=90) == [("", "OUTAGE", "trouble", "provider/Northnet")]
    await one.restart()
    one.replay()
    (outage,) = one.supervision.outages()
    assert (outage.part, outage.silent) == ("provider/Northnet", 30)
    one.poll(*range(60))
    assert ("", "OUTAGE", "trouble_restore", "provider/Northnet") in await one.step(seconds=1)


async def test_an_outage_that_grows_is_said_again_when_it_has_doubled_or_a_minute_later() -> None:
    one = Town(sites(100))
    one.poll(*range(100))
    await one.step(seconds=60)
    one.poll(*range(30, 100))
    assert await one.step(seconds=130) == [("", "OUTAGE", "trouble", "receiver/panels")]
    assert one.said[-1].count == 30
    await one.steps(61)
    assert one.counts == [100]
    assert await one.steps(200) == []
    assert one.counts == [100]


# -- tests at a fixed local time --------------------------------------------------------------------------------------


def nightly_town(*, since: int = 120, zone: str = "Europe/Zurich", **rules: int) -> Town:
    """A panel that tests at two in the night of its site."""
    one = Town([site(0, supervision_s=None, time_zone=zone)], Rules(**rules))
    nightly = Schedule(id="test", kind=ScheduleKind.TEST, intervals=(Interval(days=WEEK, since=since),))
    one.book.put_parts("site0", SiteParts(schedules=(nightly,)))
    one.now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    one.supervision = one.new()
    return one


async def test_a_test_at_a_fixed_local_time_is_missed_half_an_hour_later() -> None:
    one = nightly_town()
    one.now = datetime(2026, 3, 27, 12, tzinfo=UTC)
    one.hear(0)
    one.now = datetime(2026, 3, 28, 1, 29, 59, tzinfo=UTC)
    assert await one.step() == []
    assert await one.step(seconds=1) == [("0000", "TEST.MISSED", "trouble", "panel")]
    one.hear(0)
    assert await one.step(seconds=1) == [("0000", "TEST.MISSED", "trouble_restore", "panel")]


async def test_how_late_a_fixed_test_may_be_is_a_setting() -> None:
    one = nightly_town(test_margin_s=600)
    one.now = datetime(2026, 3, 27, 12, tzinfo=UTC)
    one.hear(0)
    one.now = datetime(2026, 3, 28, 1, 9, 59, tzinfo=UTC)
    assert await one.step() == []
    assert await one.step(seconds=1) == [("0000", "TEST.MISSED", "trouble", "panel")]


async def test_a_fixed_test_keeps_the_sites_clock_over_the_missing_hour() -> None:
    one = nightly_town(since=150)
    one.now = datetime(2026, 3, 28, 1, 35, tzinfo=UTC)
    one.hear(0)
    one.now = datetime(2026, 3, 29, 1, 29, 59, tzinfo=UTC)  # 02:30 does not exist: due at 03:00 summer time
    assert await one.step() == []
    assert await one.step(seconds=1) == [("0000", "TEST.MISSED", "trouble", "panel")]


async def test_a_fixed_test_due_while_we_were_away_is_excused_once() -> None:
    one = nightly_town()
    one.hear(0)
    nights = [
        Downtime(
            part="centre",
            since=datetime(2026, 3, day, 0, 50, tzinfo=UTC),
            until=datetime(2026, 3, day, 1, 10, tzinfo=UTC),
        )
        for day in (11, 12)
    ]
    one.now = datetime(2026, 3, 11, 1, 10, tzinfo=UTC)
    await one.restart(downs=nights[:1])
    assert await one.step(minutes=60) == []
    one.now = datetime(2026, 3, 12, 1, 10, tzinfo=UTC)
    await one.restart(downs=nights)
    one.now = datetime(2026, 3, 12, 1, 29, 59, tzinfo=UTC)
    assert await one.step() == []
    assert await one.step(seconds=1) == [("0000", "TEST.MISSED", "trouble", "panel")]


async def test_any_event_of_the_panel_proves_it_and_a_poll_does_not() -> None:
    one = nightly_town()
    one.hear(0)
    one.now = datetime(2026, 3, 11, 0, 50, tzinfo=UTC)
    one.hear(0, code="BA")
    one.now = datetime(2026, 3, 11, 1, 45, tzinfo=UTC)
    assert await one.step() == []
    one.now = datetime(2026, 3, 12, 1, 20, tzinfo=UTC)
    one.poll(0)
    one.now = datetime(2026, 3, 12, 1, 30, tzinfo=UTC)
    assert await one.step() == [("0000", "TEST.MISSED", "trouble", "panel")]
