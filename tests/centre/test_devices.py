"""The desk for devices: an alarm is an incident of its site, a repeat is none, and nothing is lost or hidden."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from belfry.centre.devices.listening import EVENTS_MOST
from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.reading import Disposition, Observed, PointState, Quality, Reading, Said, Target
from belfry.ports import Full
from belfry.ports.device_memory import Amount
from tests.centre.device_room import CAMERA, CELLAR, SMOKE, STREET, DeviceRoom, device_room, human, reading, smoke
from tests.centre.kit import START

HEARTBEAT = Said(disposition=Disposition.IGNORE, heartbeat=True)
REFUSED = Said(disposition=Disposition.REFUSE, dropped=("faces", "age"))
REJECTED = Said(disposition=Disposition.REJECT, reason="not readable")
UNLISTED = Said(disposition=Disposition.QUARANTINE, reason="unlisted type")


async def test_smoke_is_an_incident_of_the_site_and_its_end_restores_it() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke())
        assert centre.kinds() == [("FIRE.ALARM.AUTO", 1)]
        (incident,) = centre.centre.incidents()
        assert (incident.account_id, incident.zone) == ("care", "12")
        await centre.hear(SMOKE, smoke(PointState.INACTIVE))
        (incident,) = centre.centre.incidents()
        assert "restored" in incident.flags
        assert await centre.told() == ["fire detector alarm 12", "fire detector restore 12"]


async def test_a_second_detector_confirms_and_one_restores_its_own_alarm_alone() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke())
        await centre.hear(CELLAR, smoke())
        assert centre.kinds() == [("FIRE.ALARM.CONF", 1)]
        await centre.hear(CELLAR, smoke(PointState.INACTIVE))
        (incident,) = centre.centre.incidents()
        assert incident.open_points == 1
        assert "restored" not in incident.flags


async def test_a_device_and_the_panel_of_its_site_are_one_account() -> None:
    async with device_room() as centre:
        await centre.centre.say("FA", "4004", prefix="0", zone="3")
        await centre.hear(SMOKE, smoke())
        assert centre.kinds() == [("FIRE.ALARM.CONF", 1)]


async def test_a_repeat_is_no_news_but_a_fire_is_said_again_after_five_minutes() -> None:
    async with device_room() as centre:
        for _ in range(10):
            await centre.hear(SMOKE, smoke())
            centre.centre.wait(seconds=29)
        assert len(await centre.signals()) == 1
        centre.centre.wait(minutes=1)
        await centre.hear(SMOKE, smoke())
        first, again = await centre.signals()
        assert (first.quirks, again.quirks) == ((), ("repeated",))


async def test_what_is_no_life_hazard_is_said_again_after_an_hour() -> None:
    async with device_room() as centre:
        leak = reading(Observed.WATER, point="leak")
        await centre.hear(CELLAR, leak)
        centre.centre.wait(minutes=59)
        await centre.hear(CELLAR, leak)
        assert len(await centre.signals()) == 1
        centre.centre.wait(minutes=1)
        await centre.hear(CELLAR, leak)
        assert len(await centre.signals()) == 2


async def test_a_new_occurrence_always_passes() -> None:
    async with device_room() as centre:
        for once in ("event 1", "event 1", "event 2"):
            await centre.hear(SMOKE, smoke(once=once))
        assert len(await centre.signals()) == 2


async def test_an_alarm_after_its_end_always_passes() -> None:
    async with device_room() as centre:
        for state in (PointState.ACTIVE, PointState.INACTIVE, PointState.ACTIVE):
            await centre.hear(SMOKE, smoke(state))
        assert len(await centre.signals()) == 3


async def test_a_pulse_is_news_again_after_its_hold_time_and_claims_no_end() -> None:
    async with device_room() as centre:
        button = reading(Observed.PANIC, PointState.PULSE, point="action")
        await centre.hear(CELLAR, button)
        centre.centre.wait(seconds=59)
        await centre.hear(CELLAR, button)
        assert len(await centre.signals()) == 1
        centre.centre.wait(seconds=61)
        await centre.hear(CELLAR, button)
        assert await centre.told() == ["panic button alarm -"] * 2


@pytest.mark.parametrize(("of_row", "of_rule", "held_s"), [(None, 5, 5), (10, 5, 10), (None, None, 60)])
async def test_the_row_says_how_long_a_pulse_lasts_then_its_mapping_then_its_device(
    of_row: int | None, of_rule: int | None, held_s: int
) -> None:
    async with device_room() as centre:
        device = structs.replace(CELLAR, points=(DevicePoint(point="action", zone="9", hold_s=of_row),))
        centre.book.put(device)
        button = structs.replace(reading(Observed.PANIC, PointState.PULSE, point="action"), hold_s=of_rule)
        await centre.hear(device, button)
        centre.centre.wait(seconds=held_s - 1)
        await centre.hear(device, button)
        assert len(await centre.signals()) == 1
        centre.centre.wait(seconds=held_s + 1)
        await centre.hear(device, button)
        assert len(await centre.signals()) == 2


async def test_a_retained_state_raises_only_what_is_news() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke(sync=True))
        await centre.hear(SMOKE, smoke(sync=True))
        assert len(await centre.signals()) == 1


async def test_a_line_that_was_crossed_before_we_listened_raises_nothing() -> None:
    async with device_room() as centre:
        await centre.arm()
        crossed = reading(Observed.PERIMETER, PointState.PULSE, point="ch2", sync=True)
        await centre.hear(CAMERA, crossed)
        assert await centre.signals() == []


async def test_what_is_missing_ends_nothing() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke())
        await centre.hear(SMOKE, reading(Observed.BATTERY, PointState.INACTIVE, point="battery"))
        await centre.hear(SMOKE, reading(Observed.TAMPER, PointState.UNKNOWN, point="tamper"))
        assert await centre.told() == ["fire detector alarm 12"]


async def test_a_fire_without_a_state_counts_as_one() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke(PointState.UNKNOWN, quality=(Quality.STATE_MISSING,)))
        (one,) = await centre.signals()
        assert one.quirks == ("state-missing",)


async def test_a_pre_alarm_does_not_hide_the_alarm_that_follows_it() -> None:
    async with device_room() as centre:
        heat = reading(Observed.HEAT, PointState.PENDING)
        await centre.hear(CAMERA, heat)
        await centre.hear(CAMERA, structs.replace(heat, state=PointState.ACTIVE))
        await centre.hear(CAMERA, structs.replace(heat, state=PointState.INACTIVE))
        assert await centre.told() == [
            "fire pre pre_alarm 21",
            "fire detector alarm 21",
            "fire pre restore 21",
            "fire detector restore 21",
        ]


async def test_two_regions_of_one_zone_are_restored_by_the_last_of_them() -> None:
    async with device_room() as centre:
        regions = [reading(Observed.FIRE, point="ch1", part=part) for part in ("region 1", "region 4")]
        await centre.hear(CAMERA, *regions)
        await centre.hear(CAMERA, structs.replace(regions[0], state=PointState.INACTIVE))
        assert await centre.told() == ["fire detector alarm 21"] * 2
        await centre.hear(CAMERA, structs.replace(regions[1], state=PointState.INACTIVE))
        assert (await centre.told())[2:] == ["fire detector restore 21"]


# -- clocks


@pytest.mark.parametrize("years", [-7, 3])
async def test_a_clock_that_lies_is_marked_and_not_believed(years: int) -> None:
    async with device_room() as centre:
        wrong = START + timedelta(days=365 * years)
        await centre.hear(SMOKE, smoke(occurred_at=wrong))
        (one,) = await centre.signals()
        assert (one.occurred_at, one.received_at, one.quirks) == (None, START, ("device-clock",))


async def test_an_end_that_is_older_than_the_alarm_ends_nothing() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke(occurred_at=START))
        await centre.hear(SMOKE, smoke(PointState.INACTIVE, occurred_at=START - timedelta(seconds=5)))
        assert await centre.told() == ["fire detector alarm 12"]
        await centre.hear(SMOKE, smoke(PointState.INACTIVE, occurred_at=START + timedelta(seconds=5)))
        assert len(await centre.signals()) == 2


# -- people


async def test_a_human_is_detected_only_while_the_area_is_armed() -> None:
    async with device_room() as centre:
        await centre.hear(CAMERA, human())
        assert await centre.signals() == []
        await centre.arm(armed=False)
        await centre.hear(CAMERA, human())
        assert await centre.signals() == []
        await centre.arm(area="2")
        await centre.hear(CAMERA, human())
        assert await centre.signals() == []
        await centre.arm()
        await centre.hear(CAMERA, human())
        assert centre.kinds() == [("PROP.ALARM.VIDEO", 2)]


async def test_a_human_is_detected_once_a_minute_at_most() -> None:
    async with device_room() as centre:
        await centre.arm()
        for n in range(12):
            await centre.hear(CAMERA, human(once=f"track {n}"), human(PointState.INACTIVE))
            centre.centre.wait(seconds=10)
        alarms = [one for one in await centre.signals() if one.state == "alarm"]
        assert len(alarms) == 2


@pytest.mark.parametrize("end", ["in order", "crash"])
async def test_a_restart_is_no_new_minute_for_a_human(end: str) -> None:
    """What was saved tells of it after an end in order, and what the start reads of the journal after a crash."""
    async with device_room() as centre:
        await centre.arm()
        await centre.hear(CAMERA, human(once="track 1"), human(PointState.INACTIVE))
        await centre.restarts(saved=end == "in order", reads_journal=end == "crash")
        before = await centre.told()
        centre.centre.wait(seconds=30)
        await centre.hear(CAMERA, human(PointState.INACTIVE))
        await centre.hear(CAMERA, human(once="track 2"))
        await centre.hear(CAMERA, human(once="track 2"))
        assert await centre.told() == before
        centre.centre.wait(seconds=31)
        await centre.hear(CAMERA, human(once="track 2"))
        assert await centre.told() == [*before, "intrusion video alarm 21"]


async def test_a_restart_keeps_no_fire_back() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke(), smoke(PointState.INACTIVE))
        await centre.restarts(saved=True, reads_journal=True)
        await centre.hear(SMOKE, smoke())
        assert (await centre.told())[-1] == "fire detector alarm 12"
        assert len(await centre.told()) == 3


@given(
    speech=st.lists(
        st.tuples(
            st.sampled_from([PointState.ACTIVE, PointState.INACTIVE]),
            st.sampled_from(["", "save", "crash", "stop"]),
            st.sampled_from([1, 20, 59, 61]),
        ),
        max_size=12,
    )
)
@settings(max_examples=25, deadline=None)
async def test_no_restart_says_two_humans_in_a_minute_or_keeps_one_back_for_longer(
    speech: list[tuple[PointState, str, int]],
) -> None:
    async with device_room() as centre:
        await centre.arm()
        for n, (state, fault, seconds) in enumerate(speech):
            if fault == "save":
                await centre.desk.save()
            elif fault:
                await centre.restarts(saved=fault == "stop", reads_journal=True)
            centre.centre.wait(seconds=seconds)
            known = [one.received_at for one in await centre.signals() if one.state == "alarm"]
            await centre.hear(CAMERA, human(state, once=f"track {n}"))
            now = [one.received_at for one in await centre.signals() if one.state == "alarm"]
            if state is PointState.ACTIVE:
                is_soon = bool(known) and (centre.centre.now - known[-1]).total_seconds() < 60
                assert len(now) - len(known) == (not is_soon)


async def test_an_animal_is_nobodys_concern() -> None:
    async with device_room() as centre:
        await centre.arm()
        await centre.hear(CAMERA, reading(Observed.INTRUSION, target=Target.ANIMAL))
        assert await centre.signals() == []


async def test_a_camera_on_public_ground_raises_fire_and_nothing_of_people() -> None:
    async with device_room() as centre:
        await centre.arm()
        await centre.hear(STREET, human(), reading(Observed.PANIC), reading(Observed.INTRUSION))
        assert await centre.signals() == []
        await centre.hear(STREET, reading(Observed.FIRE), reading(Observed.TAMPER))
        assert sorted(centre.kinds()) == [("FIRE.ALARM.AUTO", 1), ("TECH.CAMERA", 4)]


async def test_motion_counts_where_its_row_switches_it_on_and_the_area_is_armed() -> None:
    async with device_room() as centre:
        await centre.hear(CAMERA, reading(Observed.MOTION, point="ch2"))
        assert await centre.signals() == []
        await centre.arm()
        await centre.hear(CAMERA, reading(Observed.MOTION, point="ch1"))
        assert await centre.signals() == []
        await centre.hear(CAMERA, reading(Observed.MOTION, point="ch2"))
        assert await centre.told() == ["intrusion zone alarm 22"]


async def test_a_door_is_no_log_of_who_comes_while_the_site_is_disarmed() -> None:
    async with device_room() as centre:
        door = Device(
            id="d9",
            account_id="shop",
            receiver="mqtt",
            wire=DeviceWire.ZIGBEE2MQTT,
            address="door",
            points=(DevicePoint(point="contact", area="1", zone="30"),),
        )
        centre.book.put(door)
        contact = reading(Observed.INTRUSION, point="contact")
        await centre.arm(armed=False)
        await centre.hear(door, contact)
        await centre.hear(door, structs.replace(contact, state=PointState.INACTIVE))
        assert await centre.signals() == []
        await centre.arm()
        await centre.hear(door, contact)
        assert centre.kinds() == [("PROP.ALARM.INTR", 2)]


async def test_a_refused_message_leaves_an_amount_and_nothing_else() -> None:
    async with device_room() as centre:
        before = centre.centre.journal.position
        for n in range(25):
            assert await centre.said(CAMERA, REFUSED) is None
            expected = Amount.SOME if n < 19 else Amount.MANY
            assert centre.desk.today(CAMERA.id).refused is expected
        assert centre.centre.journal.position == before
        await centre.desk.save()
        (day,) = await centre.memory.days(since=START.date())
        assert (day.device, day.day, day.refused) == (CAMERA.id, START.date(), Amount.MANY)
        assert "age" not in repr((centre.memory.states, centre.memory.kept_days))


async def test_what_was_refused_beside_an_alarm_is_an_amount_too() -> None:
    async with device_room() as centre:
        beside = Said(disposition=Disposition.ACCEPT, readings=(smoke(),), refused_in_part=True)
        await centre.said(SMOKE, beside)
        assert centre.kinds() == [("FIRE.ALARM.AUTO", 1)]
        day = centre.desk.today(SMOKE.id)
        assert (day.refused, day.stripped) == (Amount.SOME, Amount.NONE)


async def test_a_day_begins_with_nothing_refused() -> None:
    async with device_room() as centre:
        await centre.said(CAMERA, REFUSED)
        centre.centre.wait(days=1)
        assert centre.desk.today(CAMERA.id).refused is Amount.NONE


# -- inputs and numbers


def probe(**row: object) -> Device:
    return Device(
        id="d8",
        account_id="shop",
        receiver="mqtt",
        wire=DeviceWire.ESPHOME,
        address="boiler",
        points=(DevicePoint(point="in1", zone="40", **row),),  # type: ignore[arg-type]  # a test names fields by word
    )


async def test_an_input_means_what_its_row_says() -> None:
    async with device_room() as centre:
        device = probe(observed=Observed.GAS)
        centre.book.put(device)
        await centre.hear(device, reading(Observed.INPUT, point="in1"))
        assert centre.kinds() == [("FIRE.ALARM.GAS", 1)]


async def test_an_input_that_opens_in_alarm_is_inverted() -> None:
    async with device_room() as centre:
        device = probe(observed=Observed.WATER, inverted=True)
        centre.book.put(device)
        await centre.hear(device, reading(Observed.INPUT, point="in1"))
        assert await centre.signals() == []
        await centre.hear(device, reading(Observed.INPUT, PointState.INACTIVE, point="in1"))
        assert await centre.told() == ["water leak alarm 40"]


async def test_an_input_without_a_row_raises_nothing() -> None:
    async with device_room() as centre:
        await centre.hear(CELLAR, reading(Observed.INPUT, point="in1"))
        assert await centre.signals() == []


@pytest.mark.parametrize(
    ("value", "unit", "raises"), [(7.9, "C", False), (8.1, "C", True), (45.0, "F", False), (282.0, "K", True)]
)
async def test_a_number_is_an_alarm_beyond_its_limit_in_any_unit_of_temperature(
    value: float, unit: str, raises: bool
) -> None:
    async with device_room() as centre:
        device = probe(above=8.0, unit="C")
        centre.book.put(device)
        await centre.hear(device, reading(Observed.VALUE, PointState.UNKNOWN, point="in1", value=value, unit=unit))
        assert await centre.told() == (["environmental limits alarm 40"] if raises else [])


# -- trouble


async def test_an_unreadable_message_is_one_trouble_until_the_device_is_readable_again() -> None:
    async with device_room() as centre:
        await centre.said(CAMERA, REJECTED)
        await centre.said(CAMERA, REJECTED)
        assert centre.kinds() == [("TECH.FAULT", 4)]
        await centre.said(CAMERA, HEARTBEAT)
        assert await centre.told() == [
            "supervisory unreadable trouble -",
            "supervisory unreadable trouble_restore -",
        ]
        assert len(centre.centre.incidents()) == 1  # somebody has to look: a truncated alarm may have been in it


async def test_an_unlisted_type_is_a_trouble_that_a_heartbeat_does_not_end() -> None:
    async with device_room() as centre:
        await centre.said(CAMERA, UNLISTED)
        await centre.said(CAMERA, HEARTBEAT)
        assert await centre.told() == ["supervisory unlisted_type trouble -"]


async def test_a_reading_that_could_not_be_read_does_not_hide_the_others() -> None:
    async with device_room() as centre:
        await centre.hear(CAMERA, reading(Observed.UNREADABLE), reading(Observed.FIRE))
        assert sorted(centre.kinds()) == [("FIRE.ALARM.AUTO", 1), ("TECH.FAULT", 4)]


async def test_a_lost_smoke_detector_is_a_fault_of_the_fire_system() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke(PointState.INACTIVE))
        await centre.hear(SMOKE, reading(Observed.OFFLINE, point="availability"))
        assert centre.kinds() == [("FIRE.FAULT", 3)]
        await centre.hear(SMOKE, reading(Observed.OFFLINE, PointState.INACTIVE, point="availability"))
        assert centre.kinds() == []


# -- silence


async def quiet(centre: DeviceRoom, **span: float) -> None:
    """Time passes as the desk's own rounds see it."""
    until = centre.centre.now + timedelta(**span)
    while centre.centre.now < until:
        centre.centre.now = min(centre.centre.now + timedelta(seconds=9), until)
        await centre.desk.turn()
    await centre.settled()


async def test_a_device_that_is_not_heard_in_time_is_said_once_and_its_return_too() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke(PointState.INACTIVE))
        await quiet(centre, minutes=59)
        assert await centre.signals() == []
        await quiet(centre, minutes=30)
        assert await centre.told() == ["fire silent trouble 12"]
        assert centre.desk.now(SMOKE.id).lost_since is not None
        await centre.said(SMOKE, HEARTBEAT)
        assert (await centre.told())[1:] == ["fire silent trouble_restore 12"]
        assert centre.kinds() == []


async def test_our_own_absence_is_nobodys_silence() -> None:
    async with device_room() as centre:
        await centre.said(SMOKE, HEARTBEAT)
        centre.centre.wait(hours=5)
        await centre.desk.turn()
        assert await centre.signals() == []


async def test_a_device_that_was_never_heard_is_not_lost() -> None:
    async with device_room() as centre:
        await quiet(centre, hours=2)
        assert await centre.signals() == []


async def test_a_device_that_its_receiver_lost_is_said_unless_it_is_soon_back() -> None:
    async with device_room() as centre:
        await centre.desk.lost(CAMERA, centre.centre.now)
        await quiet(centre, seconds=50)
        await centre.said(CAMERA, HEARTBEAT)
        await quiet(centre, minutes=2)
        assert await centre.signals() == []
        await centre.desk.lost(CAMERA, centre.centre.now)
        await quiet(centre, minutes=2)
        assert await centre.told() == ["supervisory camera_silent trouble -"]


# -- the disk, and restarts


async def test_what_could_not_be_kept_is_raised_by_the_repeat() -> None:
    async with device_room() as centre:
        centre.full = True
        with pytest.raises(Full):
            await centre.hear(SMOKE, smoke())
        centre.full = False
        await centre.hear(SMOKE, smoke())
        assert await centre.told() == ["fire detector alarm 12"]


async def test_a_repeat_is_answered_no_sooner_than_what_it_repeats_is_kept() -> None:
    async with device_room() as centre:
        message = Said(disposition=Disposition.ACCEPT, readings=(smoke(),))
        first = centre.desk.hear(SMOKE, message, centre.centre.now)
        repeat = centre.desk.hear(SMOKE, message, centre.centre.now)
        assert not repeat.done()
        assert await first == await repeat
        assert len(await centre.signals()) == 1


async def test_states_survive_a_restart() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke())
        await centre.desk.save()
        centre.desk = centre.fresh()
        await centre.desk.load()
        await centre.hear(SMOKE, smoke())
        assert len(await centre.signals()) == 1
        await centre.hear(SMOKE, smoke(PointState.INACTIVE))
        assert await centre.told() == ["fire detector alarm 12", "fire detector restore 12"]


async def test_a_crash_that_forgets_the_state_loses_no_restore() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, smoke())
        centre.desk = centre.fresh()
        await centre.desk.load()
        await centre.hear(SMOKE, smoke(PointState.INACTIVE))
        assert await centre.told() == ["fire detector alarm 12", "fire detector restore 12"]


SPEECH = st.lists(
    st.tuples(
        st.sampled_from([PointState.ACTIVE, PointState.INACTIVE]), st.sampled_from(["", "full", "crash", "save"])
    ),
    max_size=12,
)


@given(speech=SPEECH)
@settings(max_examples=25, deadline=None)
async def test_whatever_the_disk_does_every_alarm_and_its_end_is_kept_once(
    speech: list[tuple[PointState, str]],
) -> None:
    """The device says again what got no good answer; the desk crashes with or without having saved."""
    async with device_room() as centre:
        expected, is_open = [], False
        for state, fault in speech:
            if fault == "full":
                centre.full = True
                with suppress(Full):
                    await centre.hear(SMOKE, smoke(state))
                centre.full = False
            if fault == "save":
                await centre.desk.save()
            if fault == "crash":
                centre.desk = centre.fresh()
                await centre.desk.load()
            await centre.hear(SMOKE, smoke(state))
            if (state is PointState.ACTIVE) is not is_open:
                is_open = not is_open
                expected.append("fire detector alarm 12" if is_open else "fire detector restore 12")
        told = await centre.told()
        # A crash may say an alarm once more; it loses none, and no end.
        assert [one for n, one in enumerate(told) if n == 0 or told[n - 1] != one] == expected


async def test_a_message_delivered_again_after_a_crash_is_the_same_signal() -> None:
    async with device_room() as centre:
        first = await centre.hear(SMOKE, smoke(once="event 1"))
        centre.desk = centre.fresh()
        await centre.desk.load()
        again = await centre.hear(SMOKE, smoke(once="event 1"))
        assert first is not None
        assert again is not None
        assert again.repeated
        assert len(await centre.signals()) == 1


async def test_no_name_of_a_point_and_of_an_occurrence_is_saved() -> None:
    async with device_room() as centre:
        await centre.hear(CELLAR, reading(Observed.SMOKE, point="attic of somebody", once="event 77"))
        await centre.desk.save()
        assert "attic" not in repr(centre.memory.states)
        assert "event 77" not in repr(centre.memory.states)
        assert "attic" not in repr(await centre.centre.facts())


# -- whole messages


async def test_one_message_for_several_devices_is_each_ones_own() -> None:
    async with device_room() as centre:
        bridge = Device(id="d7", account_id="care", receiver="mqtt", wire=DeviceWire.ZIGBEE2MQTT, address="bridge")
        centre.book.put(bridge)
        said = (smoke(address="hall_smoke"), smoke(address="cellar_smoke"))
        await centre.hear(bridge, *said)
        assert [one.device for one in await centre.signals()] == ["d1", "d2"]


@pytest.mark.parametrize("refused", ["tenant", "wire", "receiver", "off"])
async def test_nobody_raises_or_ends_an_alarm_of_a_device_he_may_not_speak_for(refused: str) -> None:
    async with device_room() as centre:
        bridge = Device(id="d7", account_id="care", receiver="mqtt", wire=DeviceWire.ZIGBEE2MQTT, address="bridge")
        theirs = structs.replace(SMOKE, id="d8", account_id="shop", address="their_smoke", hold_s=1)
        changed: dict[str, dict[str, object]] = {
            "tenant": {},
            "wire": {"wire": DeviceWire.SHELLY},
            "receiver": {"receiver": "another"},
            "off": {"enabled": False},
        }
        theirs = structs.replace(theirs, **changed[refused])
        if refused == "tenant":
            shop = centre.centre.book.by_id("shop")
            assert shop is not None
            centre.centre.book.put(structs.replace(shop, tenant="another"))
        centre.book.put(bridge)
        centre.book.put(theirs)
        await centre.hear(theirs, smoke())
        before = await centre.signals(theirs)
        await centre.hear(bridge, smoke(PointState.INACTIVE, address=theirs.address))
        await centre.hear(bridge, smoke(once="another", address=theirs.address))
        assert await centre.signals(theirs) == before
        assert [(one.device, one.state) for one in await centre.signals(bridge)] == [("d7", "alarm")]


async def test_a_device_that_was_moved_raises_at_its_new_site_alone() -> None:
    async with device_room() as centre:
        await centre.hear(SMOKE, reading(Observed.BATTERY, point="battery"), smoke())
        moved = structs.replace(SMOKE, account_id="shop")
        centre.book.put(moved)
        await centre.hear(moved, smoke())
        await centre.hear(moved, smoke(PointState.INACTIVE))
        told = [(one.account_id, one.subtype, one.state) for one in await centre.signals()]
        assert told == [
            ("care", "device", "trouble"),
            ("care", "detector", "alarm"),
            ("shop", "detector", "alarm"),
            ("shop", "detector", "restore"),
        ]


async def test_a_device_that_is_switched_off_raises_nothing() -> None:
    async with device_room() as centre:
        centre.book.put(structs.replace(SMOKE, enabled=False))
        await centre.hear(SMOKE, smoke())
        assert await centre.signals() == []


# -- listening


async def test_who_listens_sees_what_came_and_what_became_of_it() -> None:
    async with device_room() as centre:
        listening = centre.desk.listen(receiver="cameras")
        await centre.hear(CAMERA, human(), reading(Observed.FIRE))
        await centre.hear(SMOKE, smoke())
        centre.desk.stranger("cameras", DeviceWire.ISAPI, Said(disposition=Disposition.ACCEPT), START)
        event, stranger = listening.take()
        assert [one.became for one in event.readings] == ["unarmed", "begins"]
        assert (event.device, stranger.device) == (CAMERA.id, None)


async def test_names_of_no_list_are_counted_and_not_shown() -> None:
    async with device_room() as centre:
        listening = centre.desk.listen(device=CAMERA.id)
        await centre.said(CAMERA, Said(disposition=Disposition.ACCEPT, dropped=("name_of_somebody",)))
        (event,) = listening.take()
        assert (event.dropped, event.dropped_others) == ((), 1)


async def test_listening_is_bounded_and_ends_by_itself() -> None:
    async with device_room() as centre:
        listening = centre.desk.listen(device=CAMERA.id)
        for _ in range(EVENTS_MOST + 5):
            await centre.said(CAMERA, HEARTBEAT)
        assert (len(listening.take()), listening.lost) == (EVENTS_MOST, 5)
        centre.centre.wait(minutes=31)
        await centre.desk.turn()
        assert listening.closed
        await listening.wait()


def test_a_reading_has_no_room_for_words() -> None:
    """What is free in a reading is a point's name, a digest or an address: none of them reaches a signal."""
    words = {name for name, kind in Reading.__annotations__.items() if kind in (str, str | None)}
    assert words == {"point", "unit", "once", "part", "address"}
