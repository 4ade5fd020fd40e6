"""Where rules meet: doubled paths, several points, set periods, races, floods. Each was once wrong."""

from datetime import timedelta

from belfry.centre.board import expect_of
from belfry.centre.marks import NO_MARKS
from belfry.centre.received import as_received
from belfry.centre.runaway_ends import RunawayEnds
from belfry.domain.facts import (
    Closed,
    Effect,
    Entry,
    Held,
    Joined,
    Opened,
    Part,
    Retention,
    Sealed,
    Taken,
    incident_subject,
)
from belfry.domain.incident import Incident, State
from belfry.domain.presets import Rules
from belfry.domain.signal import Arrival, Receipt
from tests.centre.kit import START, Room, room


async def act(centre: Room, incident: Incident, fact: Taken | Held | Closed) -> None:
    """An operator's act, stored and folded as the desk does."""
    entry = Entry(id=centre.chance(16), subject=incident_subject(incident.id), at=centre.now, facts=(fact,))
    positions = await centre.journal.append([entry], expect_of(incident))
    centre.board.fold(positions[0], entry)


async def close(centre: Room, incident: Incident) -> None:
    await act(centre, incident, Taken(incident=incident.id, by="anna", seen_upto=incident.signals_seq))
    await act(centre, incident, Closed(incident=incident.id, by="anna", disposition="genuine"))


# -- heard on another path


async def test_a_hold_up_pressed_again_after_closing_opens_also_on_another_path() -> None:
    async with room() as centre:
        await centre.say("1122", "3003", zone="3")
        await close(centre, centre.incidents()[0])
        centre.wait(seconds=90)
        await centre.say("1122", "3003", zone="3", path="udp")
        assert centre.kinds() == [("PERS.ALARM.HOLDUP", 1)]


async def test_an_alarm_after_its_restore_is_news_on_any_path() -> None:
    async with room() as centre:
        for code, path in (("BA", "tcp"), ("BA", "udp"), ("BR", "tcp")):
            await centre.say(code, zone="4", path=path)
            centre.wait(seconds=5)
        centre.wait(seconds=60)
        await centre.say("BA", zone="4", path="tcp")
        (incident,) = centre.incidents()
        assert not incident.restored


async def test_a_path_that_says_it_again_begins_a_new_occurrence() -> None:
    async with room() as centre:
        for path in ("tcp", "udp", "tcp"):
            await centre.say("BA", zone="4", path=path)
            centre.wait(seconds=30)
        said = [fact.reasons[-1] for fact in await centre.facts() if isinstance(fact, Joined)]
        assert said[0] == "also heard on udp"
        assert "also heard" not in said[1]


# -- restores


async def test_one_path_that_is_back_says_nothing_of_the_others() -> None:
    async with room() as centre:
        for part in ("tcp", "udp"):
            await centre.keep(centre.own("TECH.COMMS.PATH", "2002", "trouble", part))
        await centre.keep(centre.own("TECH.COMMS.PATH", "2002", "trouble_restore", "tcp"))
        assert [one.group for one in centre.incidents()] == ["panels//2002|path|udp"]


async def test_a_path_that_is_back_by_whatever_code_confirms_and_forbids_nothing_any_more() -> None:
    async with room() as centre:
        for lost, back in (("YS", "YK"), ("YC", "YK"), ("NC", "NR"), ("NT", "NR"), ("LT", "LR"), ("1351", "3351")):
            await centre.say(lost, zone="0")
            await centre.say(back, zone="0")
        assert centre.incidents() == []
        await centre.say("CL")
        await centre.say("BA", zone="1")
        assert ("PROP.ALARM.INTR", 2) in centre.kinds()
        centre.wait(seconds=20)
        await centre.say("1406")
        assert ("PROP.ALARM.INTR", 4) in centre.kinds()


async def test_a_line_that_is_back_brings_no_radio_path_back() -> None:
    async with room() as centre:
        for code in ("1351", "1352"):
            await centre.say(code, zone="000")
        await centre.say("3351", zone="000")
        assert [(one.newest[0].code, one.restored) for one in centre.incidents()] == [("1352", False)]
        await centre.say("3352", zone="000")
        assert centre.incidents() == []


async def test_a_second_point_takes_the_incident_out_of_the_automatic() -> None:
    async with room() as centre:
        await centre.say("CL")
        for code, zone in (("BG", "1"), ("BG", "2"), ("BR", "1"), ("BR", "2")):
            await centre.say(code, zone=zone)
        assert [(one.kind, one.priority, one.state) for one in centre.incidents()] == [
            ("PROP.ALARM.INTR", 2, State.WAITING)
        ]


async def test_an_intrusion_confirmed_by_path_loss_is_never_closed_by_rule() -> None:
    async with room() as centre:
        await centre.say("CL")
        for code, zone in (("BG", "1"), ("YC", "0"), ("BR", "1")):
            await centre.say(code, zone=zone)
        confirmed = next(one for one in centre.incidents() if one.kind == "PROP.ALARM.INTR.CONF")
        assert (confirmed.auto_close, confirmed.life) == ("never", True)


async def test_a_restore_of_a_closed_incident_names_the_newest() -> None:
    async with room() as centre:
        for _ in range(2):
            await centre.say("1101", "4004", zone="7")
            await close(centre, centre.incidents()[0])
        newest = next(iter(centre.board.closed()))
        await centre.say("3101", "4004", zone="7")
        assert (await centre.logged())[-1].incident == newest.id


async def test_a_restore_wakes_what_is_held_until_the_next_signal() -> None:
    async with room() as centre:
        await centre.say("1111", "1001", zone="7")
        incident = centre.incidents()[0]
        await act(centre, incident, Taken(incident=incident.id, by="anna", seen_upto=1))
        until = centre.now + timedelta(minutes=5)
        await act(centre, incident, Held(incident=incident.id, by="anna", until=until, on="signal"))
        await centre.say("3111", "1001", zone="7")
        assert incident.state is State.WAITING


# -- operators and rules at once


async def test_the_rule_never_closes_what_somebody_has_just_taken() -> None:
    async with room() as centre:
        await centre.say("DL", zone="1")
        (incident,) = centre.incidents()
        taken = Taken(incident=incident.id, by="anna", seen_upto=1)
        entry = Entry(id=centre.chance(16), subject=incident_subject(incident.id), at=centre.now, facts=(taken,))
        await centre.journal.append([entry], expect_of(incident))  # triage has not heard of it
        await centre.say("DH", zone="1")
        assert (incident.state, incident.taken_by, incident.restored) == (State.TAKEN, "anna", True)


async def test_tamper_does_not_take_a_pending_incident_from_whom_it_is_taken_by() -> None:
    async with room() as centre:
        await centre.say("BG", zone="1")
        (incident,) = centre.incidents()
        taken = Taken(incident=incident.id, by="anna", seen_upto=1)
        entry = Entry(id=centre.chance(16), subject=incident_subject(incident.id), at=centre.now, facts=(taken,))
        await centre.journal.append([entry], expect_of(incident))
        await centre.say("TA", zone="9")
        assert (incident.state, incident.taken_by) == (State.TAKEN, "anna")


async def test_a_stale_write_beside_is_decided_again_and_the_signal_settled_once() -> None:
    async with room() as centre:
        await centre.say("CL")
        await centre.say("BA", zone="1")
        (incident,) = centre.incidents()
        taken = Taken(incident=incident.id, by="anna", seen_upto=1)
        entry = Entry(id=centre.chance(16), subject=incident_subject(incident.id), at=centre.now, facts=(taken,))
        await centre.journal.append([entry], expect_of(incident))
        await centre.say("YC", zone="0")
        assert (incident.kind, incident.taken_by) == ("PROP.ALARM.INTR.CONF", "anna")
        opened = [fact.kind for fact in await centre.facts() if isinstance(fact, Opened)]
        assert opened == ["PROP.ALARM.INTR", "TECH.COMMS.PATH"]


# -- cancels


async def test_a_safe_in_alarm_is_a_second_point_for_a_cancel() -> None:
    async with room() as centre:
        await centre.say("1130", zone="1")
        await centre.say("1133", zone="2")
        await centre.say("1406", zone="5")
        assert not any(one.cancelled for one in centre.incidents())


async def test_a_disarm_from_before_the_alarm_cancels_nothing() -> None:
    async with room() as centre:
        await centre.say("BA", zone="1", occurred_at=START)
        centre.wait(seconds=10)
        await centre.say("OP", occurred_at=START - timedelta(hours=2))
        (incident,) = centre.incidents()
        assert not incident.cancelled


async def test_an_alarm_after_a_cancel_is_not_cancelled() -> None:
    async with room() as centre:
        await centre.say("BG", zone="1")
        await centre.say("BC")
        await centre.say("BG", zone="2")
        assert not any(one.cancelled or "cancelled" in one.flags for one in centre.incidents() if one.priority == 2)


# -- armed, and when


async def test_a_clock_in_the_future_does_not_freeze_the_arm_state() -> None:
    async with room() as centre:
        await centre.say("OP", occurred_at=START + timedelta(days=400))
        centre.wait(minutes=1)
        await centre.say("CL")
        await centre.say("1137", zone="1")
        assert centre.kinds() == [("PROP.TAMPER", 2)]


async def test_a_late_tamper_is_judged_by_the_set_period_that_it_comes_from() -> None:
    async with room() as centre:
        await centre.say("CL")
        centre.wait(hours=2)
        await centre.say("OP")
        centre.wait(minutes=5)
        await centre.say("1137", zone="1", occurred_at=centre.now - timedelta(minutes=30))
        assert centre.kinds() == [("PROP.TAMPER", 2)]


async def test_a_path_fault_of_an_earlier_set_period_confirms_nothing() -> None:
    async with room() as centre:
        await centre.say("YC", zone="0")
        centre.wait(days=3)
        await centre.say("CL")
        centre.wait(hours=2)
        await centre.say("BA", zone="1")
        assert ("PROP.ALARM.INTR", 2) in centre.kinds()


async def test_a_path_fault_of_this_set_period_leaves_no_alarm_pending() -> None:
    async with room() as centre:
        await centre.say("CL")
        await centre.say("YC", zone="0")
        await centre.say("BG", zone="1")
        assert all(one.state is State.WAITING for one in centre.incidents())


# -- points


async def test_a_pre_alarm_and_the_alarm_of_one_detector_confirm_nothing() -> None:
    async with room() as centre:
        await centre.say("1118", "1001", zone="7")
        await centre.say("1111", "1001", zone="7")
        assert "FIRE.ALARM.CONF" not in [kind for kind, _ in centre.kinds()]


async def test_a_second_detector_confirms_the_alarm_and_not_the_pre_alarm_before_it() -> None:
    async with room() as centre:
        await centre.say("FG", "1001", zone="1")
        centre.wait(seconds=20)
        await centre.say("FA", "1001", zone="1")
        await centre.say("FA", "1001", zone="2")
        assert centre.kinds() == [("FIRE.ALARM.CONF", 1), ("FIRE.ALARM.PRE", 2)]


async def test_the_same_point_again_ends_no_pending_wait_but_another_code_s_point_does() -> None:
    async with room() as centre:
        await centre.say("BG", zone="1")
        await centre.say("BG", zone="1")
        assert [one.state for one in centre.incidents()] == [State.PENDING]
        await centre.say("BA", zone="2")
        assert [one.state for one in centre.incidents()] == [State.WAITING] * 2


async def test_a_previously_reported_second_point_still_confirms() -> None:
    async with room() as centre:
        await centre.say("1111", "1001", zone="7")
        await centre.say("6115", "1001", zone="8", previous=True)
        assert centre.kinds() == [("FIRE.ALARM.CONF", 1)]


# -- runaway


async def test_a_new_set_period_ends_a_runaway() -> None:
    async with room() as centre:
        for _ in range(8):
            await centre.say("BA", zone="1")
            centre.wait(seconds=20)
        centre.wait(minutes=20)
        await close(centre, centre.incidents()[0])
        await centre.say("CL")
        await centre.say("BA", zone="1")
        assert centre.kinds() == [("PROP.ALARM.INTR", 2)]


async def test_a_repeat_that_is_only_logged_wakes_nobody() -> None:
    async with room() as centre:
        for _ in range(8):
            await centre.say("1302", zone="1")
            centre.wait(seconds=10)
        battery = centre.incidents()[0]
        await close(centre, battery)
        await centre.say("1111", zone="7")
        fire = centre.incidents()[0]
        await act(centre, fire, Taken(incident=fire.id, by="anna", seen_upto=1))
        await act(centre, fire, Held(incident=fire.id, by="anna", until=centre.now + timedelta(minutes=5)))
        await centre.say("1302", zone="1")
        assert fire.state is State.HELD


async def test_a_life_kind_that_goes_on_rings_at_3_10_30_and_every_five_minutes() -> None:
    async with room() as centre:
        rang = []
        for _ in range(12):
            await centre.say("1111", "1001", zone="7")
            rang.append(centre.incidents()[0].rings_at)
            centre.wait(seconds=1)
        assert [n + 1 for n in range(1, 12) if rang[n] != rang[n - 1]] == [3, 10]
        centre.wait(minutes=5)
        await centre.say("1111", "1001", zone="7")
        assert centre.incidents()[0].rings_at != rang[-1]


async def test_a_flood_is_told_again_only_after_it_was_quiet() -> None:
    async with room() as centre:
        for number in range(120):
            await centre.say("BA", zone=f"{number:03}")
        flood = next(one for one in centre.incidents() if one.kind == "TECH.RUNAWAY")
        await close(centre, flood)
        for number in range(20):
            await centre.say("BA", zone=f"{number:03}")
        assert "TECH.RUNAWAY" not in [kind for kind, _ in centre.kinds()]


async def test_a_flood_that_is_over_is_said_so_and_closes_what_nobody_took() -> None:
    async with room() as centre:

        async def deliver(arrival: Arrival) -> Receipt:
            (signal,) = arrival.signals
            return Receipt(await centre.keep(as_received(signal, signal.site, (), NO_MARKS, 0)))

        ends = RunawayEnds(centre.board, centre.triage.conditions, deliver, rules=Rules(), clock=lambda: centre.now)
        for account in ("2002", "9999"):
            for number in range(120):
                await centre.say("BA", account, zone=f"{number:03}")
        untaken, taken = [one for one in centre.incidents() if one.kind == "TECH.RUNAWAY"]
        await act(centre, taken, Taken(incident=taken.id, by="anna", seen_upto=1))
        centre.wait(minutes=20)
        for number in range(120):
            await centre.say("BA", "2002", zone=f"{number:03}")
        centre.wait(minutes=15)
        await ends.look()
        assert (untaken.open, taken.state, "restored" in taken.flags) == (True, State.TAKEN, True)
        centre.wait(minutes=16)
        await ends.look()
        await ends.look()
        assert (untaken.state, untaken.disposition) == (State.CLOSED, "restored")
        restored = [fact for fact in await centre.facts() if isinstance(fact, Joined) and fact.effect is Effect.RESTORE]
        assert [fact.incident for fact in restored] == [taken.id, untaken.id]
        for number in range(120):
            await centre.say("BA", "9999", zone=f"{number:03}")
        assert (taken.restored, "restored" in taken.flags, taken.open_points) == (False, False, 1)


# -- unknown accounts


async def test_a_silent_alarm_of_an_unknown_account_does_not_ring_aloud() -> None:
    async with room() as centre:
        await centre.say("1301", "9999")
        await centre.say("1122", "9999", zone="1")
        silent = next(one for one in centre.incidents() if one.kind == "PERS.ALARM.HOLDUP")
        assert silent.silent
        assert len(centre.incidents()) == 2


async def test_another_hazard_of_an_unknown_account_rings_again() -> None:
    async with room() as centre:
        await centre.say("1101", "9999", zone="1")
        rang = centre.incidents()[0].rings_at
        await centre.say("1111", "9999", zone="2")
        assert centre.incidents()[0].rings_at > rang


async def test_unknown_accounts_with_rows_of_their_own_are_no_scanner_an_hour_later() -> None:
    async with room() as centre:
        numbers = [f"{9000 + n}" for n in range(9)]
        for number in numbers:
            await centre.say("BA", number, zone="1", source=b"one network")
            centre.wait(minutes=4)
        rows = len(centre.incidents())
        centre.wait(hours=2)
        for number in numbers:
            await centre.say("BA", number, zone="1", source=b"one network")
        assert rows == len(centre.incidents()) == len(numbers)


async def test_a_scanner_leaves_little_behind() -> None:
    async with room() as centre:
        entries = []
        for number in range(3_000):
            signal = centre.signal("BA", f"{number:06X}", zone="1", source=b"scan")
            entries.append(Entry(id=centre.chance(16), subject="account/x", at=centre.now, facts=(signal,)))
        for start in range(0, len(entries), 200):
            await centre.journal.append(entries[start : start + 200])
        await centre.settled(3_000)
        assert len(centre.incidents()) <= 6 + 1
        await centre.say("1111", "1001", zone="1")
        assert centre.incidents()[0].kind == "FIRE.ALARM.AUTO"


# -- the size of entries


async def test_a_frame_of_many_events_with_long_sealed_words_ends_nothing() -> None:
    """A hundred and twenty points of one frame, each with 80 characters of three bytes: more than one entry holds."""
    async with room() as centre:
        box = bytes(12 + 240 + 16)
        sealed = tuple(
            Sealed(part, Retention.SIGNAL, bytes(32), box) for part in (Part.ZONE_TEXT, Part.USER, Part.POSITION)
        )
        entries = []
        for number in range(120):
            signal = centre.signal("FA", "1001", zone=f"{number:03}", sealed=sealed)
            entries.append(Entry(id=centre.chance(16), subject="account/x", at=centre.now, facts=(signal,)))
        positions = await centre.journal.append(entries)
        await centre.settled(positions[-1])
        fire = next(one for one in centre.incidents() if one.kind.startswith("FIRE"))
        assert fire.signals_seq == 120


# -- who is keyed


async def test_a_token_of_the_api_keys_no_panel() -> None:
    async with room() as centre:
        await centre.say("1602", path="api", authenticated=True)
        key = centre.signal("1602").account_key
        assert key is not None
        assert not centre.triage.keyed(key)
        await centre.say("1602", authenticated=True)
        assert centre.triage.keyed(key)
