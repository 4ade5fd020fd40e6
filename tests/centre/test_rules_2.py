"""RULES 2, cancel and pending, line by line: what a panel says, and what becomes of it."""

import pytest

from belfry.domain.facts import Effect, Joined
from belfry.domain.incident import State
from belfry.domain.premises import Area, CodeRule, SiteParts
from belfry.domain.signal import Wire
from belfry.domain.site import Account
from tests.centre.kit import SITES, room


@pytest.mark.parametrize("code", ["BC", "OC", "OP", "OR", "1406", "1458"])
async def test_every_cancel_and_disarming_after_an_alarm_lowers_one_point(code: str) -> None:
    async with room() as centre:
        await centre.say("BA", zone="001")
        centre.wait(seconds=40)
        await centre.say(code)
        (incident,) = centre.incidents()
        assert (incident.priority, incident.cancelled, incident.state) == (4, True, State.WAITING)


@pytest.mark.parametrize("code", ["AB", "CR", "1459", "CL"])
async def test_what_is_no_cancel_lowers_nothing(code: str) -> None:
    async with room() as centre:
        await centre.say("BA", zone="001")
        await centre.say(code)
        (incident,) = centre.incidents()
        assert (incident.priority, incident.cancelled) == (2, False)


async def test_an_abort_is_a_line_in_the_log() -> None:
    async with room() as centre:
        await centre.say("AB")
        assert centre.incidents() == []
        (logged,) = await centre.logged()
        assert logged.reasons == ("SIA AB, Panel held an alarm back on request: abort",)


@pytest.mark.parametrize("code", ["CR", "1459"])
async def test_armed_shortly_before_is_part_of_the_alarms_story(code: str) -> None:
    async with room() as centre:
        await centre.say("BA", zone="001")
        await centre.say(code)
        (incident,) = centre.incidents()
        assert incident.signals_seq == 2
        (joined,) = [fact for fact in await centre.facts() if isinstance(fact, Joined)]
        assert joined.effect is Effect.CONTEXT


@pytest.mark.parametrize("code", ["EA", "EE", "EZ", "1374", "1457"])
async def test_an_exit_error_waits_two_minutes_and_a_cancel_meanwhile_closes_it(code: str) -> None:
    async with room() as centre:
        await centre.say(code, zone=None if code in ("EE", "1457") else "004")
        (incident,) = centre.incidents()
        assert (incident.state, incident.priority) == (State.PENDING, 3)
        assert incident.pending_until is not None
        assert (incident.pending_until - centre.now).total_seconds() == 120
        centre.wait(seconds=30)
        await centre.say("OP")
        assert centre.incidents() == []
        (closed,) = centre.board.closed()
        assert (closed.disposition, closed.closed_by) == ("cancelled", None)


async def test_a_cancel_at_a_site_of_high_risk_closes_nothing_that_is_pending() -> None:
    async with room() as centre:
        await centre.say("EA", "3003", zone="004")
        await centre.say("OP", "3003")
        (incident,) = centre.incidents()
        assert (incident.state, incident.cancelled) == (State.PENDING, False)


async def test_one_exit_error_said_of_its_zone_and_of_its_user_is_no_second_point() -> None:
    async with room() as centre:
        await centre.say("1374", zone="004")
        await centre.say("1457", zone=None)
        (incident,) = centre.incidents()
        assert (incident.state, incident.priority, incident.signals_seq) == (State.PENDING, 3, 2)
        await centre.say("1374", zone="005")
        assert (incident.state, incident.priority) == (State.WAITING, 2)


@pytest.mark.parametrize("evidence", [("BG", "5"), ("BA", "5"), ("TA", "9"), ("YC", "0")])
async def test_a_second_point_a_tamper_and_a_lost_path_end_the_wait(evidence: tuple[str, str]) -> None:
    async with room() as centre:
        await centre.say("EA", zone="004")
        await centre.say(evidence[0], zone=evidence[1])
        assert State.PENDING not in {one.state for one in centre.incidents()}


async def test_an_entry_delay_of_the_site_is_a_wait_that_a_disarming_ends() -> None:
    async with room() as centre:
        rule = CodeRule(wire=Wire.CID, code="1134", pending_s=45)
        centre.book.put_parts("shop", SiteParts(codes=(rule,)))
        await centre.say("1134", zone="001")
        (incident,) = centre.incidents()
        assert incident.state is State.PENDING
        await centre.say("OP")
        assert centre.incidents() == []
        await centre.say("1134", zone="001")
        await centre.say("1132", zone="002")
        assert [one.state for one in centre.incidents()] == [State.WAITING]


async def test_a_life_kind_is_never_closed_by_a_cancel() -> None:
    async with room() as centre:
        await centre.say("FA", "5005", zone="001")
        await centre.say("PA", "5005", zone="002")
        await centre.say("OP", "5005")
        await centre.say("BC", "5005")
        assert {one.state for one in centre.incidents()} == {State.WAITING}
        assert not any(one.cancelled for one in centre.incidents())


async def test_tamper_at_a_shared_panel_keeps_the_other_customers_alarm_up() -> None:
    async with room((*SITES, Account(id="baker", account="7001"))) as centre:
        centre.book.put_parts("shop", SiteParts(areas=(Area(number="2", sub_account="baker"),)))
        await centre.say("TA", zone="9")
        await centre.say("BA", area="2", zone="21")
        await centre.say("BC", area="2")
        baker = next(one for one in centre.incidents() if one.account_id == "baker")
        assert (baker.priority, baker.cancelled) == (2, False)


@pytest.mark.parametrize(("first", "kind"), [("1133", "PROP.ALARM.SAFE"), ("BV", "PROP.ALARM.INTR.CONF")])
async def test_a_second_point_never_takes_back_what_is_more(first: str, kind: str) -> None:
    async with room() as centre:
        await centre.say(first, zone="004")
        await centre.say("BG", zone="005")
        (incident,) = centre.incidents()
        assert (incident.kind, incident.priority, incident.signals_seq) == (kind, 1, 2)
