"""RULES 1 and 2, said by panels and read from the board."""

from datetime import timedelta

import pytest

from belfry.domain.dispatch_facts import UnitSent, UnitTold
from belfry.domain.facts import Act, Closed, Joined, Opened, Received, Released, Taken
from belfry.domain.incident import State
from belfry.domain.plan import Step, StepType
from belfry.domain.signal import Method
from belfry.domain.step_facts import PlanChosen
from belfry.domain.unit import UnitStatus
from tests.centre.kit import SITES, START, room


async def test_a_smoke_detector_opens_an_automatic_fire_alarm() -> None:
    async with room() as centre:
        await centre.say("1111", "1001", zone="007")
        (incident,) = centre.incidents()
        assert (incident.kind, incident.priority, incident.rank) == ("FIRE.ALARM.AUTO", 1, 3)
        assert incident.state is State.WAITING
        assert incident.life
        assert incident.reasons == ("Contact ID 1111, Smoke detector in alarm",)


async def test_a_second_fire_point_confirms_and_rings_again() -> None:
    async with room() as centre:
        await centre.say("1111", "1001", zone="007")
        rang = centre.incidents()[0].rings_at
        centre.wait(seconds=20)
        await centre.say("1115", "1001", zone="020")
        (incident,) = centre.incidents()
        assert (incident.kind, incident.rank, incident.signals_seq) == ("FIRE.ALARM.CONF", 2, 2)
        assert incident.rings_at > rang
        assert "a second point confirms it" in incident.reasons


async def test_the_same_detector_again_confirms_nothing() -> None:
    async with room() as centre:
        await centre.say("1111", "1001", zone="007")
        await centre.say("1111", "1001", zone="007")
        assert centre.kinds() == [("FIRE.ALARM.AUTO", 1)]


async def test_the_school_fire_is_not_closed_by_silence_and_restore() -> None:
    async with room() as centre:
        for code, zone in (("1111", "007"), ("1115", "020"), ("1912", "000"), ("3111", "007"), ("3115", "020")):
            await centre.say(code, "1001", zone=zone)
            centre.wait(seconds=30)
        (incident,) = centre.incidents()
        assert incident.state is State.WAITING
        assert incident.restored
        assert incident.priority == 1
        assert incident.signals_seq == 5


async def test_sixty_pendants_are_sixty_incidents() -> None:
    async with room() as centre:
        for flat in range(60):
            await centre.say("1101", "4004", zone=f"{flat:03}")
        assert centre.kinds() == [("MED.ALARM.CARE", 1)] * 60


async def test_gas_and_fire_do_not_join() -> None:
    async with room() as centre:
        await centre.say("FA", "1001", zone="1")
        await centre.say("GA", "1001", zone="2")
        await centre.say("1162", "1001", zone="3")
        assert {kind for kind, _ in centre.kinds()} == {"FIRE.ALARM.AUTO", "FIRE.ALARM.GAS", "FIRE.ALARM.CO"}


async def test_two_intruder_points_then_a_cancel_do_not_drop() -> None:
    async with room() as centre:
        await centre.say("1134", zone="001")
        await centre.say("1132", zone="002")
        centre.wait(seconds=40)
        await centre.say("1406", zone="005")
        (incident,) = centre.incidents()
        assert (incident.kind, incident.priority, incident.cancelled) == ("PROP.ALARM.INTR", 2, False)
        assert incident.signals_seq == 3


async def test_one_point_and_a_cancel_drop_to_priority_4() -> None:
    async with room() as centre:
        await centre.say("1134", zone="001")
        centre.wait(seconds=40)
        await centre.say("1406", zone="005")
        (incident,) = centre.incidents()
        assert (incident.priority, incident.cancelled) == (4, True)
        assert incident.reasons == ("cancelled by a user after 40 s",)
        assert incident.open


@pytest.mark.parametrize(
    ("account", "before", "wait_s", "why"),
    [
        ("2002", [], 301, "not within five minutes"),
        ("3003", [], 40, "high risk"),
        ("2002", [("TA", "9")], 40, "tamper"),
        ("2002", [("YC", "0")], 40, "path"),
        ("2002", [("PA", "8")], 40, "panic"),
    ],
)
async def test_a_cancel_is_not_believed_when(
    account: str, before: list[tuple[str, str]], wait_s: int, why: str
) -> None:
    async with room() as centre:
        await centre.say("BA", account, zone="001")
        for code, zone in before:
            await centre.say(code, account, zone=zone)
        centre.wait(seconds=wait_s)
        await centre.say("BC", account)
        intrusion = next(one for one in centre.incidents() if one.kind.startswith("PROP.ALARM"))
        assert not intrusion.cancelled
        said = [fact.reasons for fact in await centre.facts() if isinstance(fact, Joined)]
        assert any(why in reason for reasons in said for reason in reasons)


async def test_an_account_that_opted_in_is_closed_by_a_valid_cancel() -> None:
    async with room() as centre:
        await centre.say("BA", "5005", zone="001")
        centre.wait(seconds=30)
        await centre.say("OP", "5005")
        assert centre.incidents() == []
        (closed,) = centre.board.closed()
        assert (closed.disposition, closed.closed_by) == ("cancelled", None)


async def test_a_hold_up_is_silent_and_never_joins_a_loud_one() -> None:
    async with room() as centre:
        await centre.say("1123", "3003", zone="1")
        await centre.say("1122", "3003", zone="1")
        loud, silent = sorted(centre.incidents(), key=lambda one: one.number)
        assert (loud.silent, silent.silent) == (False, True)
        assert silent.kind == "PERS.ALARM.HOLDUP"


async def test_a_mains_failure_waits_and_its_restore_closes_it_unseen() -> None:
    async with room() as centre:
        await centre.say("1301")
        (incident,) = centre.incidents()
        assert incident.state is State.PENDING
        assert incident.pending_until == START + timedelta(minutes=30)
        centre.wait(minutes=5)
        await centre.say("3301")
        assert centre.incidents() == []


async def test_a_restore_closes_nothing_whose_plan_still_demands_a_step_of_who_had_it() -> None:
    demanded = Step(id="holder", do=StepType.CALL_CONTACT, demanded=True)
    for steps, left in (((demanded,), [State.WAITING]), ((), [])):
        async with room() as centre:
            await centre.say("1301")
            (incident,) = centre.incidents()
            await centre.write(Taken(incident=incident.id, by="anna", seen_upto=1))
            await centre.write(PlanChosen(incident=incident.id, steps=steps, refs=()))
            await centre.write(Released(incident=incident.id, by="anna"))
            await centre.say("3301")
            assert [one.state for one in centre.incidents()] == left
            if not left:
                (over,) = [fact for fact in await centre.facts() if isinstance(fact, Closed)]
                assert over.reasons == ("restored while nobody had it",)


async def test_a_restore_and_a_cancel_close_nothing_where_a_unit_is_on_its_way() -> None:
    for account, alarm, end in (("2002", "1301", "3301"), ("5005", "BA", "BC")):
        for gone in (False, True):
            async with room() as centre:
                await centre.say(alarm, account, zone="001")
                (incident,) = centre.incidents()
                sent = UnitSent(incident=incident.id, assignment="a1", unit="u1", call_sign="E1", by="anna")
                told = UnitTold(
                    incident=incident.id, assignment="a1", unit="u1", status=UnitStatus.CANCELLED, left=True
                )
                await centre.write(sent)
                if gone:
                    await centre.write(told)
                centre.wait(seconds=30)
                await centre.say(end, account, zone="001")
                assert [one.id for one in centre.incidents()] == ([] if gone else [incident.id])


async def test_a_mains_failure_where_people_sleep_waits_five_minutes() -> None:
    async with room() as centre:
        await centre.say("1301", "1001")
        (incident,) = centre.incidents()
        assert incident.pending_until == START + timedelta(minutes=5)


async def test_mains_and_battery_together_are_priority_2() -> None:
    async with room() as centre:
        await centre.say("1301")
        await centre.say("1302")
        assert ("TECH.POWER", 2) in centre.kinds()


async def test_tamper_ends_the_pending_wait_of_the_site() -> None:
    async with room() as centre:
        await centre.say("BG", zone="4")
        assert centre.incidents()[0].state is State.PENDING
        await centre.say("TA", zone="9")
        assert all(one.state is State.WAITING for one in centre.incidents())


async def test_a_second_point_ends_the_pending_wait_at_priority_2() -> None:
    async with room() as centre:
        await centre.say("BG", zone="4")
        assert centre.kinds() == [("PROP.ALARM.INTR", 3)]
        await centre.say("BG", zone="5")
        (incident,) = centre.incidents()
        assert (incident.priority, incident.state, incident.signals_seq) == (2, State.WAITING, 2)


async def test_alarm_and_path_loss_in_one_set_period_count_as_confirmed() -> None:
    async with room() as centre:
        await centre.say("CL")
        centre.wait(hours=3)
        await centre.say("BA", zone="4")
        await centre.say("YC", zone="0")
        assert ("PROP.ALARM.INTR.CONF", 1) in centre.kinds()
        assert len(centre.kinds()) == 2


async def test_path_loss_before_the_alarm_counts_as_well() -> None:
    async with room() as centre:
        await centre.say("CL")
        await centre.say("YC", zone="0")
        await centre.say("BA", zone="4")
        assert ("PROP.ALARM.INTR.CONF", 1) in centre.kinds()


async def test_an_intrusion_after_a_new_set_period_is_its_own() -> None:
    async with room() as centre:
        await centre.say("CL")
        await centre.say("BA", zone="4")
        centre.wait(minutes=10)
        await centre.say("OP")
        centre.wait(minutes=10)
        await centre.say("CL")
        centre.wait(minutes=10)
        await centre.say("BA", zone="4")
        assert [one.kind for one in centre.incidents()] == ["PROP.ALARM.INTR", "PROP.ALARM.INTR"]


async def test_tamper_while_armed_is_an_alarm_and_while_disarmed_a_fault() -> None:
    async with room() as centre:
        await centre.say("1137", zone="1")
        assert centre.kinds() == [("TECH.TAMPER", 3)]
        await centre.say("3401")
        await centre.say("1137", zone="2")
        assert ("PROP.TAMPER", 2) in centre.kinds()


async def test_a_restore_without_a_point_restores_all_of_its_code_in_the_area() -> None:
    async with room() as centre:
        await centre.say("1130", zone="001")
        await centre.say("1130", zone="002")
        await centre.say("3130", zone="000")
        (incident,) = centre.incidents()
        assert incident.restored
        assert incident.state is State.WAITING


async def test_a_restore_of_another_code_restores_nothing() -> None:
    async with room() as centre:
        await centre.say("1130", zone="001")
        await centre.say("3131", zone="001")
        (incident,) = centre.incidents()
        assert not incident.restored
        assert incident.signals_seq == 1


async def test_a_previously_reported_condition_updates_and_does_not_open_twice() -> None:
    async with room() as centre:
        await centre.say("6130", zone="001", previous=True)
        (incident,) = centre.incidents()
        assert "first report never seen" in incident.reasons
        await centre.say("6130", zone="001", previous=True)
        (incident,) = centre.incidents()
        assert incident.signals_seq == 2


async def test_the_same_alarm_on_another_path_is_context() -> None:
    async with room() as centre:
        await centre.say("BA", zone="4")
        centre.wait(seconds=5)
        await centre.say("BA", zone="4", path="udp")
        (incident,) = centre.incidents()
        assert incident.signals_seq == 2
        joined = [fact for fact in await centre.facts() if isinstance(fact, Joined)]
        assert joined[0].reasons[-1] == "also heard on udp"


async def test_a_late_alarm_is_flagged_and_still_opens() -> None:
    async with room() as centre:
        await centre.say("FA", "1001", zone="1", occurred_at=START - timedelta(minutes=40))
        (incident,) = centre.incidents()
        assert incident.flags == ("late",)


async def test_an_unlisted_code_is_shown_and_kept() -> None:
    async with room() as centre:
        await centre.say("QQ", zone="99")
        assert centre.kinds() == [("ADM.UNKNOWN", 4)]


async def test_an_unknown_account_is_one_incident_with_its_near_numbers() -> None:
    async with room() as centre:
        await centre.say("BA", "4712", zone="1")
        await centre.say("BA", "4712", zone="2")
        (incident,) = centre.incidents()
        assert incident.flags == ("unknown_account",)
        assert (incident.priority, incident.signals_seq) == (2, 2)
        assert "near: 4721" in incident.reasons


async def test_an_unknown_account_names_who_was_heard_from_its_address() -> None:
    async with room() as centre:
        await centre.say("BA", "8888", zone="1", near=("shop", "gone since"))
        (incident,) = centre.incidents()
        assert incident.near == ("shop", "gone since")
        assert incident.reasons[-1] == "near: 2002, heard from the same address"


async def test_life_from_an_unknown_account_is_priority_1_also_when_it_comes_second() -> None:
    async with room() as centre:
        await centre.say("BA", "9999", zone="1")
        await centre.say("FA", "9999", zone="2")
        assert centre.kinds() == [("FIRE.ALARM.AUTO", 1)]


async def test_a_test_of_an_unknown_account_opens_nothing() -> None:
    async with room() as centre:
        await centre.say("RP", "9999")
        assert centre.incidents() == []
        (logged,) = await centre.logged()
        assert "unknown_account" in logged.quality


async def test_a_scanner_is_folded_and_known_accounts_are_served() -> None:
    async with room() as centre:
        for number in range(40):
            await centre.say("BA", f"8{number:03}", zone="1", source=b"scan")
        await centre.say("FA", "1001", zone="1")
        unknown = [one for one in centre.incidents() if "unknown_account" in one.flags]
        assert len(unknown) == 6
        assert centre.incidents()[0].kind == "FIRE.ALARM.AUTO"


async def test_tests_openings_and_closings_are_logged() -> None:
    async with room() as centre:
        for code in ("RP", "1602", "OP", "CL", "3401", "BB"):
            await centre.say(code)
        assert centre.incidents() == []
        assert [one.act for one in await centre.logged()] == [Act.LOG] * 6


async def test_a_detector_that_runs_away_does_not_hide_its_neighbour() -> None:
    async with room() as centre:
        for _ in range(20):
            await centre.say("1154", zone="7")
            await centre.say("3154", zone="7")
            centre.wait(seconds=2)
        await centre.say("1111", zone="9")
        assert centre.incidents()[0].kind == "FIRE.ALARM.AUTO"
        assert sum(kind == "TECH.WATERLEAK" for kind, _ in centre.kinds()) == 1


async def test_a_flooding_account_tells_a_person_once() -> None:
    async with room() as centre:
        for number in range(150):
            await centre.say("BA", zone=f"{number:03}")
        assert sorted(kind for kind, _ in centre.kinds()) == ["PROP.ALARM.INTR", "TECH.RUNAWAY"]


async def test_calls_never_join_by_themselves() -> None:
    async with room() as centre:
        for _ in range(2):
            call = Received(method=Method.CALL, receiver="api", received_at=centre.now, kind="FIRE.STRUCT", by="anna")
            await centre.keep(call)
        assert centre.kinds() == [("FIRE.STRUCT", 1)] * 2


async def test_the_centre_s_own_path_loss_opens_and_restores() -> None:
    async with room() as centre:
        await centre.keep(centre.own("TECH.COMMS.LOST", "2002", "trouble", "tcp"))
        assert centre.kinds() == [("TECH.COMMS.LOST", 2)]
        await centre.keep(centre.own("TECH.COMMS.LOST", "2002", "trouble_restore", "tcp"))
        assert centre.incidents() == []


async def test_a_silent_armed_bank_stays_until_a_person_closes_it() -> None:
    async with room() as centre:
        await centre.say("CL", "3003")
        for state in ("trouble", "trouble_restore"):
            await centre.keep(centre.own("TECH.COMMS.LOST", "3003", state, "tcp"))
        (incident,) = centre.incidents()
        assert (incident.priority, incident.restored, incident.auto_close) == (1, True, "never")


async def test_every_signal_is_settled_by_exactly_one_fact() -> None:
    async with room() as centre:
        said = [
            await centre.say(code, zone="1") for code in ("BA", "BR", "RP", "FA", "FR", "OP", "QQ", "AT", "LB", "TA")
        ]
        facts = await centre.facts()
        settled = [f.signal.position for f in facts if isinstance(f, Opened | Joined)]
        settled += [logged.signal for logged in await centre.logged()]
        assert sorted(set(settled)) == said


def test_the_sites_of_these_tests_are_distinct() -> None:
    assert len({site.account for site in SITES}) == len(SITES)
