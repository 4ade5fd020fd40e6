"""Silence is a signal: who is lost and back, which clock that is, and what a restart must not change (RULES 3)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain.facts import Downtime
from belfry.domain.presets import Rules
from belfry.domain.signal import Category, Method, SignalState
from tests.centre.silent_town import RECEIVER, START, Told, Town, site, sites

DAY = 86_400


async def test_a_path_silent_for_its_window_is_lost_and_its_next_frame_restores_it() -> None:
    town = Town([site(1)])
    town.poll(1)
    assert await town.step(seconds=189.9) == []
    assert await town.step(seconds=0.1) == [("0001", "COMMS.LOST", "trouble", "tcp")]
    assert await town.step(seconds=500) == []
    town.poll(1)
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble_restore", "tcp")]
    assert await town.step(seconds=188) == []
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble", "tcp")]


async def test_what_is_said_is_a_signal_of_the_centre_itself_about_the_account() -> None:
    town = Town([site(1, prefix="A0")])
    town.poll(1, prefix="A0")
    await town.step(seconds=190)
    (signal,) = town.said
    assert (signal.method, signal.receiver, signal.prefix, signal.account) == (Method.SYSTEM, RECEIVER, "A0", "0001")
    assert (signal.category, signal.subtype, signal.state) == (Category.COMMUNICATION, "path", SignalState.TROUBLE)
    assert signal.received_at == town.now
    assert not signal.authenticated, "else the account would count as keyed"


async def test_polling_in_time_says_nothing() -> None:
    town = Town(sites(3))
    assert await town.steps(600, polling=range(3)) == []
    assert town.supervision.lost_count == 0


async def test_an_account_never_heard_is_not_commissioned_and_not_overdue() -> None:
    town = Town(sites(3))
    town.poll(1)
    assert await town.step(days=3) == [("0001", "COMMS.LOST", "trouble", "tcp")]
    assert [one.account for one in town.supervision.not_commissioned()] == ["0000", "0002"]
    assert town.supervision.not_commissioned_count == 2


async def test_an_unknown_account_that_polls_is_listed_as_not_commissioned_and_never_lost() -> None:
    town = Town([])
    for number in range(1_500):
        town.poll(number)
    assert await town.step(days=3) == []
    assert town.supervision.not_commissioned_count == 1_000, "scanners fill no memory"
    assert town.supervision.not_commissioned(1)[0].account == "1499"


async def test_a_plain_frame_of_a_keyed_account_keeps_no_clock_going() -> None:
    town = Town([site(1, keys=(b"k" * 16,), test_s=DAY)])
    town.poll(1)
    town.hear(1)
    assert town.supervision.not_commissioned_count == 1
    town.poll(1, authenticated=True)
    town.wait(seconds=100)
    town.poll(1)
    assert await town.step(seconds=90) == [("0001", "COMMS.LOST", "trouble", "tcp")]
    town.poll(1)
    assert await town.step(seconds=1) == []
    town.hear(1, authenticated=True)
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble_restore", "tcp")]


async def test_an_account_without_an_interval_is_heard_and_never_lost() -> None:
    town = Town([site(1, supervision_s=None)])
    town.poll(1)
    assert await town.step(days=30) == []
    assert town.supervision.not_commissioned() == []


# -- the panel's own clock


async def test_polls_never_prove_the_panel_behind_the_communicator() -> None:
    town = Town([site(1, test_s=DAY, supervision_s=3_600)])
    town.hear(1, "RP")
    said = []
    for _ in range(26):
        town.poll(1)
        said += await town.step(hours=1)
    assert said == [("0001", "TEST.MISSED", "trouble", "panel")]
    town.hear(1, "NULL")
    assert await town.step(seconds=1) == []
    town.hear(1, "602")
    assert await town.step(seconds=1) == [("0001", "TEST.MISSED", "trouble_restore", "panel")]
    assert [signal.subtype for signal in town.said] == ["test", "test"]


async def test_a_panel_that_only_ever_polled_misses_its_first_test() -> None:
    town = Town([site(1, test_s=DAY, supervision_s=3_600)])
    said = []
    for _ in range(26):
        town.poll(1)
        said += await town.step(hours=1)
    assert said == [("0001", "TEST.MISSED", "trouble", "panel")]


async def test_a_missed_test_behind_a_lost_path_is_said_by_the_path_alone() -> None:
    town = Town([site(1, test_s=DAY)])
    town.hear(1)
    assert await town.step(seconds=190) == [("0001", "COMMS.LOST", "trouble", "tcp")]
    assert await town.step(hours=40) == []
    town.poll(1)
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble_restore", "tcp")]


async def test_any_signal_of_the_panel_is_a_proof_and_a_call_is_none() -> None:
    town = Town([site(1, test_s=3_600, supervision_s=None)])
    town.hear(1, "BA")
    town.wait(minutes=80)
    town.hear(1, "BA", method=Method.CALL)
    assert await town.step(minutes=10) == [("0001", "TEST.MISSED", "trouble", "panel")]


# -- two paths


async def two_paths(**fields: object) -> Town:
    """An account that polls on tcp first, and on udp as well."""
    town = Town([site(1, **fields)])
    town.poll(1)
    for _ in range(2):
        town.poll(1, path="udp")
        town.wait(seconds=60)
        town.poll(1)
    return town


async def test_one_of_two_paths_lost_is_a_path_and_the_last_one_is_all() -> None:
    town = await two_paths()
    assert await town.step(seconds=190) == [("0001", "COMMS.PATH", "trouble", "tcp")]
    assert await town.step(seconds=189) == [], "the alternative's window is the primary's from that instant"
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble", "udp")]


async def test_the_alternative_may_be_slow_while_the_primary_works() -> None:
    town = await two_paths()
    said = await town.steps(3_600, polling=[1])
    assert said == []
    for _ in range(22 * 60):
        town.poll(1)
        said += await town.step(minutes=1)
    assert said == []
    for _ in range(3 * 60):
        town.poll(1)
        said += await town.step(minutes=1)
    assert said == [("0001", "COMMS.PATH", "trouble", "udp")]


async def test_an_alternative_that_reports_in_the_short_window_keeps_the_account_alive() -> None:
    town = await two_paths()
    assert await town.step(seconds=190) == [("0001", "COMMS.PATH", "trouble", "tcp")]
    for _ in range(20):
        town.poll(1, path="udp")
        assert await town.step(seconds=180) == []
    town.poll(1)
    assert await town.step(seconds=1) == [("0001", "COMMS.PATH", "trouble_restore", "tcp")]
    said = []
    for _ in range(60):
        town.poll(1)
        said += await town.step(seconds=180)
    assert said == [], "with the primary back the alternative has its own window again"


async def test_the_first_path_that_is_back_takes_back_that_all_are_lost() -> None:
    town = await two_paths()
    await town.step(seconds=190)
    await town.step(seconds=190)
    town.poll(1)
    assert await town.step(seconds=1) == [
        ("0001", "COMMS.PATH", "trouble_restore", "tcp"),
        ("0001", "COMMS.LOST", "trouble_restore", "udp"),
        ("0001", "COMMS.PATH", "trouble", "udp"),
    ]
    town.poll(1, path="udp")
    assert await town.step(seconds=1) == [("0001", "COMMS.PATH", "trouble_restore", "udp")]


async def test_of_two_paths_found_lost_at_once_one_is_a_path_and_one_is_all() -> None:
    town = await two_paths()
    assert await town.step(days=3) == [
        ("0001", "COMMS.PATH", "trouble", "tcp"),
        ("0001", "COMMS.LOST", "trouble", "udp"),
    ]


async def test_frames_of_one_path_do_not_keep_the_other_alive() -> None:
    town = await two_paths()
    said = []
    for _ in range(4):
        town.poll(1, path="udp")
        town.hear(1, path="udp")
        said += await town.step(seconds=60)
    assert said == [("0001", "COMMS.PATH", "trouble", "tcp")]


@pytest.mark.parametrize("times", [1, 3])
async def test_a_stray_poll_or_a_signal_on_another_way_makes_no_path(times: int) -> None:
    town = Town([site(1)])
    town.poll(1)
    for _ in range(times):
        town.poll(1, path="udp")
        town.hear(1, "BA", path="api")
        town.wait(seconds=5)
    assert await town.step(seconds=190) == [("0001", "COMMS.LOST", "trouble", "tcp")]
    town.hear(1, "BA", path="api")
    assert await town.step(seconds=190) == []


# -- when saying fails


async def test_a_full_journal_delays_what_is_said_and_forgets_nothing() -> None:
    town = Town([site(1), site(2)])
    town.poll(1, 2)
    town.full = True
    assert await town.step(seconds=190) == []
    town.poll(2)
    town.full = False
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble", "tcp")], "2 is back before it was said"
    town.full = True
    town.poll(1)
    assert await town.step(seconds=1) == []
    town.full = False
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble_restore", "tcp")]


# -- our own downtime


async def test_our_downtime_is_nobodys_silence() -> None:
    town = Town(sites(3))
    town.poll(0, 1, 2)
    await town.step(seconds=100)
    down = await town.restart(down=7_200)
    assert down == Downtime(part="centre", since=START + timedelta(seconds=100), until=town.now)
    assert await town.step(seconds=89) == []
    town.poll(1)
    assert await town.step(seconds=1) == [
        ("0000", "COMMS.LOST", "trouble", "tcp"),
        ("0002", "COMMS.LOST", "trouble", "tcp"),
    ]


async def test_a_restart_does_not_hide_a_panel_that_was_silent_before() -> None:
    town = Town([site(1, supervision_s=DAY)])
    town.poll(1)
    said: list[Told] = []
    for _ in range(27):
        said += await town.step(hours=1)
        await town.restart(down=30)
    assert said == [("0001", "COMMS.LOST", "trouble", "tcp")]


async def test_downtimes_of_earlier_starts_count_for_who_was_not_heard_since() -> None:
    town = Town([site(1, supervision_s=3_600)])
    town.poll(1)
    town.wait(minutes=70)
    first = await town.restart(down=1_200)
    assert first is not None
    town.wait(minutes=5)
    await town.restart(down=1_200, downs=[first])
    assert await town.step(minutes=14) == [], "70 and 5 and 14 minutes of 90 were silence"
    assert await town.step(minutes=1) == [("0001", "COMMS.LOST", "trouble", "tcp")]


async def test_a_report_that_fell_due_while_we_were_away_is_excused() -> None:
    town = Town([site(1, supervision_s=3_600)])
    town.poll(1)
    town.wait(minutes=59)
    await town.restart(down=120)
    assert await town.step(minutes=89) == []
    assert await town.step(minutes=1) == [("0001", "COMMS.LOST", "trouble", "tcp")]


async def test_a_hundred_accounts_whose_supervision_is_new_are_not_overdue_at_once() -> None:
    town = Town(sites(100, supervision_s=None))
    for number in range(100):
        town.poll(number)
    await town.step(days=2)
    for number in range(100):
        town.book.put(site(number))
    await town.restart(down=60)
    assert await town.step(seconds=180) == []
    assert town.supervision.lost_count == 0
    await town.restart(down=60)
    assert [told[1] for told in await town.step(seconds=190)] == ["OUTAGE"], "one more start excuses nobody again"


async def test_a_pause_of_ours_is_credited_while_we_run() -> None:
    town = Town([site(1)])
    town.poll(1)
    town.wait(seconds=100)
    before = town.now
    town.wait(hours=1)
    town.supervision.was_down(before, town.now)
    assert await town.step(seconds=89) == []
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble", "tcp")]


async def test_a_machine_that_slept_finds_nobody_silent() -> None:
    town = Town([site(1)])
    for _ in range(100):
        town.wait(seconds=1)
        await town.supervision.turn()
    town.poll(1)
    town.wait(hours=1)
    await town.supervision.turn()
    assert town.told() == []
    for _ in range(190):
        town.wait(seconds=1)
        await town.supervision.turn()
    assert town.told() == [("0001", "COMMS.LOST", "trouble", "tcp")]


async def test_times_are_saved_within_ten_seconds_and_what_was_said_at_once() -> None:
    town = Town([site(1)])
    town.poll(1)
    for _ in range(10):
        town.wait(seconds=1)
        await town.supervision.turn()
    assert town.table.rows["site1", "tcp"].heard_at == START
    for _ in range(180):
        town.wait(seconds=1)
        await town.supervision.turn()
    assert town.told() == [("0001", "COMMS.LOST", "trouble", "tcp")]
    assert "LOST" in town.table.rows["site1", "tcp"].state


async def test_a_store_that_fails_stops_no_supervision() -> None:
    town = Town([site(1)])
    town.poll(1)
    town.table.fails = True
    for _ in range(190):
        town.wait(seconds=1)
        await town.supervision.turn()
    assert town.told() == [("0001", "COMMS.LOST", "trouble", "tcp")]
    town.table.fails = False
    town.wait(seconds=5)
    await town.supervision.turn()
    assert "LOST" in town.table.rows["site1", "tcp"].state


# -- restart


async def test_what_was_lost_is_not_said_again_after_a_restart_and_its_restore_is_said() -> None:
    town = Town([site(1, test_s=DAY, receiver=None)])
    town.hear(1)
    await town.step(seconds=190)
    assert len(town.told()) == 0
    await town.restart(down=60)
    assert await town.step(days=2) == []
    (lost,) = town.supervision.lost()
    assert (lost.account_id, lost.path, lost.kind) == ("site1", "tcp", "TECH.COMMS.LOST")
    assert lost.heard_at == START
    town.poll(1)
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble_restore", "tcp")]
    assert town.said[-1].receiver == RECEIVER


async def test_two_paths_are_still_two_after_a_restart() -> None:
    town = await two_paths()
    await town.restart(down=10)
    assert await town.step(seconds=190) == [("0001", "COMMS.PATH", "trouble", "tcp")]
    await town.restart(down=10)
    assert await town.step(seconds=200) == [("0001", "COMMS.LOST", "trouble", "udp")]


@pytest.mark.parametrize("corridor", [True, False])
async def test_a_crash_between_saying_and_saving_says_nothing_twice(corridor: bool) -> None:
    town = Town([site(1), site(2)])
    town.poll(1, 2)
    await town.supervision.save()
    assert len(await town.step(seconds=190)) == 2
    await town.restart(crash=True, down=5)
    if corridor:
        town.replay()
    assert await town.step(seconds=600) == []
    town.poll(1)
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble_restore", "tcp")]
    await town.restart(crash=True, down=5)
    town.replay()
    town.poll(1)
    assert await town.step(seconds=1) == []


async def test_signals_read_again_after_a_restart_bring_nobody_back() -> None:
    town = Town([site(1)])
    town.hear(1)
    before = town.now
    await town.step(seconds=190)
    await town.restart(down=5)
    town.hear(1, received_at=before)
    town.hear(1, received_at=before - timedelta(hours=1))
    assert await town.step(seconds=1) == []
    town.hear(1)
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble_restore", "tcp")]


async def test_a_signal_that_was_kept_before_the_loss_and_heard_of_after_it_counts() -> None:
    town = Town([site(1)])
    town.hear(1)
    town.wait(seconds=189)
    kept_at = town.now
    await town.step(seconds=1)
    town.hear(1, received_at=kept_at)
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble_restore", "tcp")]


async def test_only_what_changed_is_saved_and_what_was_not_saved_stays_to_be_saved() -> None:
    town = Town(sites(10))
    town.poll(*range(10))
    town.table.fails = True
    with pytest.raises(OSError, match="no room"):
        await town.supervision.save()
    town.table.fails = False
    town.poll(3)
    await town.supervision.save()
    assert town.table.batches == [10, 1], "ten paths, and when we were last here"
    town.poll(3, 4, 4)
    await town.supervision.save()
    assert town.table.batches[2:] == [2, 1]


async def test_a_typical_row_keeps_no_more_than_its_time() -> None:
    town = Town([site(1, receiver=RECEIVER)])
    town.poll(1)
    await town.supervision.save()
    assert town.table.rows["site1", "tcp"].state == ""


# -- the registry


async def test_a_shorter_interval_counts_from_the_change() -> None:
    town = Town([site(1, supervision_s=DAY)])
    town.poll(1)
    await town.step(hours=1)
    town.book.put(site(1))
    town.supervision.changed("site1")
    assert await town.step(seconds=189) == []
    assert await town.step(seconds=1) == [("0001", "COMMS.LOST", "trouble", "tcp")]


async def test_an_account_that_left_the_registry_is_forgotten() -> None:
    town = Town(sites(3))
    town.poll(0, 1, 2)
    await town.step(seconds=100)
    town.poll(2)
    assert len(await town.step(seconds=90)) == 2
    for number in (1, 2):
        town.book.remove(f"site{number}")
        town.supervision.changed(f"site{number}")
    assert await town.step(days=1) == []
    assert [lost.account_id for lost in town.supervision.lost()] == ["site0"]
    await town.restart()
    assert town.supervision.lost_count == 1


async def test_a_panel_that_polls_too_slowly_is_warned_of_before_it_is_lost() -> None:
    town = Town(sites(2))
    for second in range(0, 1_201, 30):
        town.poll(*([0] if second % 150 == 0 else []), *([1] if second % 90 == 0 else []))
        await town.step(seconds=30)
    assert town.told() == []
    (slow,) = town.supervision.slow()
    assert (slow.account_id, slow.observed, slow.window) == ("site0", timedelta(seconds=150), timedelta(seconds=190))
    assert (town.supervision.slow_count, town.supervision.slow(0)) == (1, [])
    for _ in range(12):
        town.poll(0)
        await town.step(seconds=90)
    assert town.supervision.slow() == []


async def test_a_list_may_be_asked_for_its_first_alone_and_the_count_is_of_all() -> None:
    town = Town(sites(5))
    for number in range(3):
        town.poll(number)
        await town.step(seconds=1)
    await town.step(seconds=200)
    watch = town.supervision
    assert [one.account_id for one in watch.lost(2)] == ["site0", "site1"]
    assert [one.account for one in watch.not_commissioned(1)] == ["0003"]
    assert (watch.lost_count, watch.not_commissioned_count) == (3, 2)


# -- against a model


class Model:
    """Silence counts from the last poll; our downtime is added, and excuses once who was due in it. Said once each."""

    def __init__(self) -> None:
        self.from_s: dict[int, float] = {}
        self.excused: set[int] = set()
        self.lost: set[int] = set()

    def poll(self, number: int, now_s: float) -> None:
        self.from_s[number] = now_s
        self.excused.discard(number)

    def away(self, went_s: float, now_s: float) -> None:
        for number, at_s in self.from_s.items():
            if number not in self.excused and went_s <= at_s + 90 <= now_s:
                self.from_s[number] = now_s
                self.excused.add(number)
            elif went_s < at_s + 190:
                self.from_s[number] += now_s - went_s

    def says(self, now_s: float) -> set[tuple[str, int]]:
        overdue = {number for number, at_s in self.from_s.items() if now_s >= at_s + 190}
        said = {("trouble", number) for number in overdue - self.lost}
        said |= {("trouble_restore", number) for number in self.lost - overdue}
        self.lost = overdue
        return said


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("poll"), st.integers(0, 3)),
            st.tuples(st.just("wait"), st.sampled_from([1, 20, 89, 90, 189, 190, 191, 400])),
            st.tuples(st.just("restart"), st.sampled_from([0, 30, 600])),
        ),
        max_size=60,
    )
)
async def test_who_is_lost_is_who_was_not_heard_within_the_window(acts: list[tuple[str, int]]) -> None:
    town, model = Town(sites(4), Rules(mass_least=100)), Model()
    downs: list[Downtime] = []
    for act, value in acts:
        match act:
            case "poll":
                town.poll(value)
                model.poll(value, town.now.timestamp())
            case "wait":
                town.wait(seconds=value)
            case _:
                went_s = town.now.timestamp()
                down = await town.restart(down=value, downs=downs)
                assert down is not None
                downs.append(down)
                if value:
                    model.away(went_s, town.now.timestamp())
        told = await town.step()
        assert sorted((state, int(account)) for account, _, state, _ in told) == sorted(
            model.says(town.now.timestamp())
        )
        assert {one.account_id for one in town.supervision.lost()} == {f"site{number}" for number in model.lost}
