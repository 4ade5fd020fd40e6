"""Sending units: one unit is never sent twice, both sides are told at once, and nobody is freed in silence."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from belfry.centre.dispatch import DispatchDesk, Send
from belfry.centre.units import UnitsNow
from belfry.domain.bulk import BulkAct, Why, refused
from belfry.domain.codec import encode
from belfry.domain.commands import Close, Conflict, Hold, Invalid, Merge, Staff, Take
from belfry.domain.dispatching import NotSent, Said, UnitBusy, UnitsThere
from belfry.domain.facts import Closed, Entry, Part, unit_subject
from belfry.domain.kinds import load
from belfry.domain.signal import Position
from belfry.domain.unit import Service, Shift, Station, Unit, UnitStatus, UnitType
from belfry.domain.unit_facts import StatusSet
from belfry.ports import Stored
from tests.centre.staffed import Room, staffed
from tests.domain.incidents import ANNA, BERT

CREW = Staff("cleo", "responder")
MATE = Staff("dora", "responder")


class Book:
    """The units of this test. Implements `ports.units.UnitBook`."""

    changes = 0

    def __init__(self, *units: Unit) -> None:
        self._units = {one.id: one for one in units}

    def by_id(self, unit_id: str) -> Unit | None:
        return self._units.get(unit_id)

    def by_sign(self, call_sign: str) -> Unit | None:
        return next((one for one in self._units.values() if one.call_sign == call_sign), None)

    def all(self) -> Sequence[Unit]:
        return list(self._units.values())

    def station(self, station_id: str) -> Station | None:
        return None

    def stations(self) -> Sequence[Station]:
        return ()

    def shifts(self, at: datetime) -> Sequence[Shift]:
        return ()


BOOK = Book(
    Unit(id="u1", call_sign="E1", type=UnitType.ENGINE, service=Service.FIRE),
    Unit(id="u2", call_sign="M21", type=UnitType.AMBULANCE, service=Service.EMS),
)


@pytest.fixture(params=["memory", "sqlite"])
async def room(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    async with staffed(request.param, tmp_path) as one:
        yield one


@pytest.fixture
async def desk(room: Room) -> DispatchDesk:
    made = a_desk(room)
    await made.sign_on("u1", "cleo", CREW)
    await made.sign_on("u2", "dora", MATE)
    return made


def a_desk(room: Room) -> DispatchDesk:
    return DispatchDesk(
        UnitsNow(), room.board, room.journal, room.seals, book=BOOK, kinds=load(), clock=room.clock, chance=room.chance
    )


async def facts_of(room: Room, unit: str) -> list[object]:
    stored = await room.journal.read(unit_subject(unit))
    return [fact for one in stored if isinstance(one, Stored) for fact in one.entry.facts]


async def test_a_unit_goes_its_way_and_both_sides_tell_it(room: Room, desk: DispatchDesk) -> None:
    incident = await room.open()
    await desk.send(incident.id, Send(unit="u1", eta_s=200, rank=1, way="distance"), ANNA)
    for status in (UnitStatus.ACCEPTED, UnitStatus.EN_ROUTE, UnitStatus.ON_SCENE):
        room.wait(seconds=60)
        await desk.say("u1", Said(status=status), CREW)
    (sent,) = room.incident().units
    assert (sent.status, list(sent.times)) == (UnitStatus.ON_SCENE, ["offered", "accepted", "en_route", "on_scene"])
    assert room.incident().arrived_at == sent.times["on_scene"]
    assert desk.now.get("u1").incident == incident.id
    await desk.say("u1", Said(status=UnitStatus.AVAILABLE_MOBILE), CREW)
    assert room.incident().units[0].left_at is not None
    assert (desk.now.get("u1").incident, desk.now.get("u1").status) == (None, UnitStatus.AVAILABLE_MOBILE)


async def test_of_two_dispatchers_who_send_one_unit_one_is_told_who_was_quicker(room: Room, desk: DispatchDesk) -> None:
    one, other = await room.open("i1"), await room.open("i2")
    outcomes = await asyncio.gather(
        desk.send(one.id, Send(unit="u1"), ANNA), desk.send(other.id, Send(unit="u1"), BERT), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], UnitBusy)
    units = [*room.incident(one.id).units, *room.incident(other.id).units]
    assert [unit.unit for unit in units] == ["u1"]


async def test_a_second_node_that_knows_an_older_state_is_refused_by_the_journal(
    room: Room, desk: DispatchDesk
) -> None:
    """The second desk folds nothing by itself here: only `expect` can tell it."""
    one, other = await room.open("i1"), await room.open("i2")
    late = a_desk(room)
    late.now.restore(desk.now.state())
    await desk.send(one.id, Send(unit="u1"), ANNA)
    with pytest.raises(UnitBusy):
        await late.send(other.id, Send(unit="u1"), BERT)
    assert room.incident(other.id).units == ()


async def test_what_a_phone_sends_five_times_is_written_once(room: Room, desk: DispatchDesk) -> None:
    incident = await room.open()
    await desk.send(incident.id, Send(unit="u1"), ANNA)
    before = len(await facts_of(room, "u1"))
    for _ in range(5):
        await desk.say("u1", Said(status=UnitStatus.EN_ROUTE), CREW)
    assert len(await facts_of(room, "u1")) == before + 1


async def test_who_accepts_after_the_release_is_told_so_and_stays_free(room: Room, desk: DispatchDesk) -> None:
    incident = await room.open()
    sent = await desk.send(incident.id, Send(unit="u1"), ANNA)
    await desk.release(incident.id, "u1", ANNA, reason="not needed")
    with pytest.raises(NotSent):
        await desk.say("u1", Said(status=UnitStatus.ACCEPTED, assignment=sent.assignment), CREW)
    assert desk.now.get("u1").incident is None
    assert room.incident().units[0].status is UnitStatus.CANCELLED


async def test_nobody_but_its_crew_frees_a_unit_with_a_patient(room: Room, desk: DispatchDesk) -> None:
    incident = await room.open()
    await desk.send(incident.id, Send(unit="u2"), ANNA)
    await desk.say("u2", Said(status=UnitStatus.TRANSPORTING), MATE)
    for tries in (
        desk.release(incident.id, "u2", ANNA),
        desk.say("u2", Said(status=UnitStatus.AVAILABLE_MOBILE), ANNA),
        desk.send((await room.open("i2")).id, Send(unit="u2", divert=True), ANNA),
        desk.sign_off("u2", "dora", MATE),
    ):
        with pytest.raises(Conflict):
            await tries
    assert desk.now.get("u2").status is UnitStatus.TRANSPORTING
    await desk.say("u2", Said(status=UnitStatus.AVAILABLE_MOBILE), MATE)
    assert desk.now.get("u2").incident is None


async def test_an_incident_is_not_closed_over_units_on_their_way_but_over_one_that_transports(
    room: Room, desk: DispatchDesk
) -> None:
    incident = await room.open()
    await room.act(Take(incident.version), ANNA)
    await desk.send(incident.id, Send(unit="u2"), ANNA)
    close = Close(room.incident().signals_seq, room.incident().version, "false_alarm", cause="unknown", reason="x")
    with pytest.raises(UnitsThere, match="M21"):
        await room.act(close, ANNA)
    await desk.say("u2", Said(status=UnitStatus.TRANSPORTING), MATE)
    await room.act(close, ANNA)
    assert desk.now.get("u2").incident == incident.id, "closing frees nobody who has a patient"
    await desk.say("u2", Said(status=UnitStatus.AT_DESTINATION), MATE)
    await desk.say("u2", Said(status=UnitStatus.AVAILABLE_MOBILE), MATE)
    assert desk.now.get("u2").incident is None


async def test_who_is_diverted_leaves_the_other_incident_in_the_same_breath(room: Room, desk: DispatchDesk) -> None:
    one, other = await room.open("i1"), await room.open("i2")
    await desk.send(one.id, Send(unit="u1"), ANNA)
    await desk.say("u1", Said(status=UnitStatus.EN_ROUTE), CREW)
    with pytest.raises(UnitBusy):
        await desk.send(other.id, Send(unit="u1"), ANNA)
    await desk.send(other.id, Send(unit="u1", divert=True, reason="graver"), ANNA)
    assert room.incident(one.id).units[0].left_at is not None
    assert [unit.unit for unit in room.incident(other.id).units] == ["u1"]
    assert desk.now.get("u1").incident == other.id


async def test_who_is_sent_in_the_moment_of_a_closing_is_free_again_and_the_dispatcher_is_told(
    room: Room, desk: DispatchDesk
) -> None:
    """The closing is durable, and this node has not heard of it: no `expect` of the unit can tell."""
    incident = await room.open()
    await room.write_unheard(Closed(incident=incident.id, by="bert", disposition="false_alarm", seen_upto=1))
    with pytest.raises(Conflict, match="closed"):
        await desk.send(incident.id, Send(unit="u1"), ANNA)
    assert desk.now.get("u1").incident is None
    (sent,) = room.incident().units
    assert (sent.status, sent.left_at is not None) == (UnitStatus.CANCELLED, True)


async def test_what_leads_is_not_closed_over_units_of_what_is_merged_into_it(room: Room, desk: DispatchDesk) -> None:
    lead, other = await room.open("i1"), await room.open("i2")
    await desk.send("i2", Send(unit="u1"), ANNA)
    for one in (lead, other):
        await room.act(Take(one.version), ANNA, one.id)
    await room.act(Merge(lead.id, room.incident("i2").version), ANNA, "i2")
    now = room.incident("i1")
    with pytest.raises(UnitsThere, match="E1"):
        await room.act(Close(now.signals_seq, now.version, "false_alarm", cause="unknown", reason="x"), ANNA)
    assert room.incident("i1").open
    assert room.incident("i2").open


async def test_a_unit_at_what_is_merged_wakes_what_leads_it(room: Room, desk: DispatchDesk) -> None:
    lead, other = await room.open("i1"), await room.open("i2")
    await desk.send("i2", Send(unit="u1"), ANNA)
    for one in (lead, other):
        await room.act(Take(one.version), ANNA, one.id)
    await room.act(Merge(lead.id, room.incident("i2").version), ANNA, "i2")
    await room.act(Hold(room.incident("i1").version, room.clock() + timedelta(minutes=4)), ANNA)
    before = room.incident("i1").merged
    await desk.say("u1", Said(status=UnitStatus.ON_SCENE), CREW)
    assert str(room.incident("i1").state) == "waiting"
    assert (room.incident("i1").merged, room.incident("i2").merged_into) == (before, "i1")


async def test_many_are_not_closed_over_a_unit_that_is_there(room: Room, desk: DispatchDesk) -> None:
    incident = await room.open()
    await room.act(Take(incident.version), ANNA)
    assert refused(room.incident(), BulkAct.CLOSE, "anna") is None
    await desk.send(incident.id, Send(unit="u1"), ANNA)
    assert refused(room.incident(), BulkAct.CLOSE, "anna") is Why.UNITS


async def test_a_patient_is_still_there_while_his_unit_is_late_or_in_distress(room: Room, desk: DispatchDesk) -> None:
    incident = await room.open()
    await desk.send(incident.id, Send(unit="u2"), ANNA)
    await desk.say("u2", Said(status=UnitStatus.TRANSPORTING), MATE)
    await desk.say("u2", Said(status=UnitStatus.DELAYED), MATE)
    with pytest.raises(Conflict, match="patient"):
        await desk.release(incident.id, "u2", ANNA)
    await desk.say("u2", Said(status=UnitStatus.DISTRESS), MATE)
    with pytest.raises(Conflict, match="patient"):
        await desk.say("u2", Said(status=UnitStatus.AVAILABLE_MOBILE), ANNA)
    await desk.say("u2", Said(status=UnitStatus.TRANSPORTING), ANNA)
    with pytest.raises(Conflict, match="patient"):
        await desk.say("u2", Said(status=UnitStatus.ON_SCENE), ANNA)


async def test_at_what_is_closed_nobody_works_on_without_a_patient(room: Room, desk: DispatchDesk) -> None:
    incident = await room.open()
    await desk.send(incident.id, Send(unit="u2"), ANNA)
    await desk.say("u2", Said(status=UnitStatus.TRANSPORTING), MATE)
    await room.write(Closed(incident=incident.id, by="anna", disposition="genuine", seen_upto=1))
    with pytest.raises(Conflict, match="closed"):
        await desk.say("u2", Said(status=UnitStatus.ON_SCENE), MATE)
    await desk.say("u2", Said(status=UnitStatus.AT_DESTINATION), MATE)
    assert (await desk.say("u2", Said(status=UnitStatus.AVAILABLE_MOBILE), MATE)).incident is None


async def test_one_person_who_signs_on_to_two_units_at_once_is_on_one(room: Room, desk: DispatchDesk) -> None:
    await desk.sign_off("u1", "cleo", CREW)
    both = await asyncio.gather(
        desk.sign_on("u1", "cleo", CREW), desk.sign_on("u2", "cleo", CREW), return_exceptions=True
    )
    assert [isinstance(one, Conflict) for one in both] == [False, True]
    assert all(one.user != "cleo" for one in desk.now.get("u2").crew)


async def test_a_unit_that_was_taken_out_of_the_registry_says_on_what_it_does(room: Room) -> None:
    gone = a_desk(room)
    await gone.sign_on("u1", "cleo", CREW)
    incident = await room.open()
    await gone.send(incident.id, Send(unit="u1"), ANNA)
    gone.book = Book()
    await gone.say("u1", Said(status=UnitStatus.ON_SCENE), CREW)
    with pytest.raises(UnitBusy):
        await gone.send((await room.open("i2")).id, Send(unit="u1", divert=True), ANNA)
    await gone.release(incident.id, "u1", ANNA)
    assert (await gone.sign_off("u1", "cleo", CREW)).on_duty is False


async def test_a_time_of_arrival_does_not_begin_a_status_anew(room: Room, desk: DispatchDesk) -> None:
    incident = await room.open()
    await desk.send(incident.id, Send(unit="u1"), ANNA)
    await desk.say("u1", Said(status=UnitStatus.EN_ROUTE), CREW)
    since = desk.now.get("u1").since
    room.wait(seconds=300)
    after = await desk.say("u1", Said(status=UnitStatus.EN_ROUTE, eta_s=600), CREW)
    assert after.since == since
    room.wait(seconds=300)
    assert (await desk.say("u1", Said(status=UnitStatus.ON_SCENE), CREW)).busy == timedelta(seconds=600)


async def test_after_a_clock_that_was_set_back_a_position_is_taken_again(room: Room, desk: DispatchDesk) -> None:
    now, here, there = room.clock(), Position(53.5, 9.9), Position(53.51, 9.9)
    assert desk.positions.say("u1", here, None, now + timedelta(hours=1))
    assert desk.positions.say("u1", there, None, now)
    known = desk.positions.of("u1", now)
    assert known is not None
    assert known.position == there


async def test_where_somebody_off_duty_is_stays_unknown(room: Room, desk: DispatchDesk) -> None:
    await desk.sign_off("u1", "cleo", CREW)
    with pytest.raises(Conflict):
        await desk.say("u1", Said(status=UnitStatus.ON_CALL, position=Position(53.5, 9.9)), CREW)
    assert desk.positions.of("u1", room.clock()) is None


async def test_distress_is_ended_by_the_room_alone(room: Room, desk: DispatchDesk) -> None:
    await desk.say("u1", Said(status=UnitStatus.DISTRESS), CREW)
    with pytest.raises(Conflict):
        await desk.say("u1", Said(status=UnitStatus.AVAILABLE_MOBILE), CREW)
    await desk.say("u1", Said(status=UnitStatus.AVAILABLE_MOBILE, reason="spoke with them"), ANNA)
    assert desk.now.get("u1").status is UnitStatus.AVAILABLE_MOBILE


async def test_nobody_is_with_two_units_and_a_busy_one_is_never_off_duty(room: Room, desk: DispatchDesk) -> None:
    with pytest.raises(Conflict, match="E1"):
        await desk.sign_on("u2", "cleo", CREW)
    incident = await room.open()
    await desk.send(incident.id, Send(unit="u1"), ANNA)
    with pytest.raises(Conflict, match="busy"):
        await desk.sign_off("u1", "cleo", CREW)
    await desk.release(incident.id, "u1", ANNA)
    assert (await desk.sign_off("u1", "cleo", CREW)).status is UnitStatus.OFF_DUTY
    with pytest.raises(UnitBusy, match="off duty"):
        await desk.send(incident.id, Send(unit="u1"), ANNA)


async def test_a_position_is_sealed_with_a_status_and_one_that_cannot_be_is_passed_over(
    room: Room, desk: DispatchDesk
) -> None:
    home, far = Position(53.5012345, 9.9876543), Position(-33.8, 151.2)
    await desk.say("u1", Said(status=UnitStatus.AVAILABLE_MOBILE, position=home), CREW)
    await desk.say("u1", Said(status=UnitStatus.STANDING_BY, position=far), CREW)
    await desk.say(
        "u1",
        Said(status=UnitStatus.AVAILABLE_MOBILE, position=home, occurred_at=room.clock() + timedelta(days=3)),
        CREW,
    )
    known = desk.positions.of("u1", room.clock())
    assert known is not None
    assert known.position == Position(53.5012, 9.9877)
    statuses = [fact for fact in await facts_of(room, "u1") if isinstance(fact, StatusSet)]
    assert [part.part for part in statuses[-1].sealed] == [Part.POSITION]
    assert statuses[-1].occurred_at is None
    assert b"53.50" not in await everything(room)
    with pytest.raises(Invalid, match="position"):
        await desk.say("u1", Said(status=UnitStatus.ON_CALL, position=Position(91.0, 0.0)), CREW)


async def test_what_is_kept_of_a_position_is_a_square_of_a_kilometre(room: Room, desk: DispatchDesk) -> None:
    await desk.say("u1", Said(status=UnitStatus.AVAILABLE_MOBILE, position=Position(53.5012345, 9.9876543)), CREW)
    (said,) = [fact for fact in await facts_of(room, "u1") if isinstance(fact, StatusSet) and fact.sealed]
    kept = (await room.seals.open(said.sealed))[Part.POSITION]
    assert kept is not None
    latitude, longitude = (float(part) for part in kept.split(","))
    assert (latitude, longitude) == (53.5034, 9.9833)
    now = desk.positions.of("u1", room.clock())
    assert now is not None
    assert now.position == Position(53.5012, 9.9877)  # as fine as sending needs, in memory and on duty alone


async def everything(room: Room) -> bytes:
    stored = await room.journal.read(unit_subject("u1"))
    entries: list[Entry] = [one.entry for one in stored if isinstance(one, Stored)]
    return b"".join(encode(entry) for entry in entries)


async def test_after_sign_off_nothing_of_a_position_is_left(room: Room, desk: DispatchDesk) -> None:
    await desk.say("u1", Said(status=UnitStatus.AVAILABLE_MOBILE, position=Position(53.5, 9.9)), CREW)
    await desk.sign_off("u1", "cleo", CREW)
    assert desk.positions.of("u1", room.clock()) is None


async def test_a_status_of_a_unit_wakes_an_incident_that_is_held(room: Room, desk: DispatchDesk) -> None:
    incident = await room.open()
    await room.act(Take(incident.version), ANNA)
    await desk.send(incident.id, Send(unit="u1"), ANNA)
    await room.act(Hold(room.incident().version, room.clock() + timedelta(minutes=4)), ANNA)
    await desk.say("u1", Said(status=UnitStatus.ON_SCENE), CREW)
    assert str(room.incident().state) == "waiting"
