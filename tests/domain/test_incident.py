"""The fold of an incident: what each fact leaves behind, and that the table of moves is the whole of it."""

from typing import Final

import pytest
from msgspec import structs

from belfry.domain.facts import (
    AccessShown,
    Closed,
    Due,
    Effect,
    Escalated,
    Held,
    IncidentState,
    Noted,
    OnIncident,
    Reclassified,
    Released,
    Reopened,
    Taken,
)
from belfry.domain.folding import NEWEST_SIGNALS, POINTS_MOST, fold, point_of
from belfry.domain.incident import NEXT, Move, State
from tests.domain.incidents import NOON, a_joining, a_pending, a_restore, a_signal, after, an_incident, an_opening

TAKEN: Final = Taken(incident="i1", by="anna", seen_upto=1)
HELD: Final = Held(incident="i1", by="anna", until=after(300), on="signal")
RELEASED: Final = Released(incident="i1", by="anna")
CLOSED: Final = Closed(incident="i1", by="anna", disposition="genuine", seen_upto=1)
REOPENED: Final = Reopened(incident="i1", by="bert")
RECLASSIFIED: Final = Reclassified(incident="i1", by="anna", kind="PROP.BURGLARY", priority=1, rank=4)
DUE: Final = Due(incident="i1")

FACT_OF: Final[dict[Move, OnIncident]] = {
    Move.FALL_DUE: DUE,
    Move.TAKE: TAKEN,
    Move.TAKE_OVER: Taken(incident="i1", by="bert", seen_upto=1, over="anna"),
    Move.RELEASE: RELEASED,
    Move.HOLD: HELD,
    Move.WAKE: DUE,
    Move.CLOSE: CLOSED,
    Move.CLOSE_BY_RULE: structs.replace(CLOSED, by=None),
    Move.CLOSE_WITH_MANY: structs.replace(CLOSED, bulk="b1"),
    Move.REOPEN: REOPENED,
}
WAY_TO: Final[dict[State, tuple[OnIncident, ...]]] = {
    State.PENDING: (),
    State.WAITING: (DUE,),
    State.TAKEN: (TAKEN,),
    State.HELD: (TAKEN, HELD),
    State.CLOSED: (TAKEN, CLOSED),
}


@pytest.mark.parametrize(("state", "move"), NEXT, ids=str)
def test_each_move_of_the_table_leads_where_it_says(state: State, move: Move) -> None:
    incident = an_incident(*WAY_TO[state], state=IncidentState.PENDING, pending_until=after(120))
    assert incident.state is state
    fold(incident, [FACT_OF[move]], incident.head + 1, after(60))
    assert incident.state is NEXT[state, move]


def test_every_state_is_reached_and_left() -> None:
    assert set(NEXT.values()) | {State.PENDING} == set(State)
    assert {state for state, _ in NEXT} == set(State)
    assert {move for _, move in NEXT} == set(Move)


def test_hearing_an_entry_twice_changes_nothing() -> None:
    incident = an_incident(TAKEN)
    before = structs.asdict(incident)
    fold(incident, [CLOSED], incident.head, after(60))
    assert structs.asdict(incident) == before


def test_facts_of_an_incident_that_never_opened_give_none() -> None:
    assert fold(None, [TAKEN], 7, NOON) is None


def test_people_raise_the_version_and_signals_their_own_number() -> None:
    incident = an_incident(a_joining(), a_joining())
    assert (incident.version, incident.signals_seq) == (1, 3)
    for fact, version in ((TAKEN, 2), (RECLASSIFIED, 3), (HELD, 4), (TAKEN, 5), (CLOSED, 6), (REOPENED, 7)):
        fold(incident, [fact], incident.head + 1, after(1))
        assert incident.version == version
    fold(incident, [Noted(incident="i1", by="bert"), DUE], incident.head + 1, after(2))
    assert (incident.version, incident.signals_seq) == (7, 3)


def test_its_row_carries_the_newest_signals_only() -> None:
    incident = an_incident(*[a_joining(position=number) for number in range(2, 9)])
    assert [signal.position for signal in incident.newest] == [6, 7, 8]
    assert len(incident.newest) == NEWEST_SIGNALS
    assert incident.first.position == 1


def test_a_release_keeps_age_and_first_take_and_prefers_nobody() -> None:
    incident = an_incident(TAKEN)
    fold(incident, [RELEASED], 3, after(60))
    assert incident.opened_at == NOON
    assert incident.first_taken_at == NOON
    assert incident.waiting_since == after(60)
    assert incident.taken_by is None
    assert incident.held_by is None


def test_a_wake_remembers_who_held_it_until_it_is_taken() -> None:
    incident = an_incident(TAKEN, HELD)
    fold(incident, [DUE], 4, after(300))
    assert (incident.state, incident.held_by, incident.held_until) == (State.WAITING, "anna", None)
    assert incident.rings_at == 4
    fold(incident, [TAKEN], 5, after(301))
    assert incident.held_by is None


def test_a_joined_signal_wakes_only_where_triage_says_so() -> None:
    incident = an_incident(TAKEN, HELD)
    fold(incident, [a_joining(effect=Effect.RESTORE)], 4, after(1))
    assert incident.state is State.HELD
    fold(incident, [a_joining(state=IncidentState.WAITING, rings=True)], 5, after(2))
    assert (incident.state, incident.waiting_since, incident.rings_at) == (State.WAITING, after(2), 5)


def test_a_taken_one_stays_taken_while_signals_join() -> None:
    incident = an_incident(TAKEN, a_joining(state=IncidentState.WAITING))
    assert (incident.state, incident.taken_by) == (State.TAKEN, "anna")


def test_it_is_restored_once_every_point_is() -> None:
    first, second = point_of(a_signal()), point_of(a_signal(zone="2"))
    incident = an_incident(a_joining(), a_restore(first))
    assert (incident.restored, incident.open_points) == (False, 1)
    fold(incident, [a_restore(second)], 4, after(1))
    assert (incident.restored, incident.open_points) == (True, 0)


def test_a_hostile_panel_cannot_fill_the_memory_and_is_never_restored() -> None:
    joinings = [a_joining(signal=a_signal(number, zone=str(number))) for number in range(2, POINTS_MOST + 3)]
    incident = an_incident(*joinings)
    assert len(incident.in_alarm) == POINTS_MOST
    fold(incident, [a_restore(*incident.in_alarm)], incident.head + 1, after(1))
    assert not incident.restored


def test_a_rise_of_priority_is_stamped_and_is_told_anew() -> None:
    incident = an_incident(priority=3)
    fold(incident, [Escalated(incident="i1", clock="take", level="desk")], 2, after(70))
    fold(incident, [a_joining(kind="PROP.ALARM.INTR.CONF", priority=1, rank=4)], 3, after(80))
    assert (incident.kind, incident.priority, incident.rank) == ("PROP.ALARM.INTR.CONF", 1, 4)
    assert (incident.raised_at, incident.escalated) == (after(80), ())


def test_a_fall_of_priority_is_no_rise() -> None:
    assert an_incident(a_joining(priority=4)).raised_at is None


def test_the_first_act_is_the_first_after_a_take() -> None:
    incident = an_incident(Noted(incident="i1", by="bert"))
    assert incident.first_act_at is None
    fold(incident, [TAKEN], 3, after(10))
    assert incident.first_act_at is None
    fold(incident, [Noted(incident="i1", by="anna")], 4, after(20))
    fold(incident, [CLOSED], 5, after(30))
    assert incident.first_act_at == after(20)


def test_parking_is_no_act() -> None:
    incident = an_incident(TAKEN, structs.replace(HELD, reason="parked"))
    assert incident.parked
    assert incident.first_act_at is None


def test_a_plan_that_a_map_on_the_way_shows_is_no_act_and_a_look_at_the_way_in_is() -> None:
    look = AccessShown(incident="i1", by="cleo", account_id="a1", floor_plan="p1")
    incident = an_incident(TAKEN, look)
    assert incident.first_act_at is None
    fold(incident, [structs.replace(look, floor_plan=None)], 9, after(40))
    assert incident.first_act_at == after(40)


def test_a_delay_that_ends_stands_in_the_queue_from_then_on_and_rings() -> None:
    incident = a_pending()
    assert (incident.due_at, incident.waiting_since) == (None, None)
    fold(incident, [DUE], 2, after(120))
    assert (incident.due_at, incident.waiting_since, incident.rings_at) == (after(120), after(120), 2)
    assert incident.opened_at == NOON


def test_closing_and_reopening_leave_nothing_behind() -> None:
    incident = an_incident(TAKEN, CLOSED)
    assert (incident.closed_by, incident.disposition, incident.taken_by) == ("anna", "genuine", None)
    fold(incident, [REOPENED], 4, after(60))
    assert (incident.state, incident.taken_by, incident.taken_at) == (State.TAKEN, "bert", after(60))
    assert (incident.closed_at, incident.closed_by, incident.disposition) == (None, None, None)


def test_the_queue_is_by_priority_then_rank_then_age() -> None:
    places: list[tuple[str, int, int | None, int]] = [
        ("old 2", 2, None, 0),
        ("mayday", 1, 1, 50),
        ("old fire", 1, 3, 10),
        ("new fire", 1, 3, 20),
        ("old 1", 1, None, 0),
    ]
    rows = [
        an_incident(incident=name, priority=priority, rank=rank, number=number, signal=a_signal(at=after(age)))
        for number, (name, priority, rank, age) in enumerate(places)
    ]
    in_order = [row.id for row in sorted(rows, key=lambda row: row.order)]
    assert in_order == ["mayday", "old fire", "new fire", "old 1", "old 2"]


def test_an_opening_with_a_signal_is_the_first_of_its_signals() -> None:
    incident = an_incident()
    assert (incident.signals_seq, incident.version, incident.head) == (1, 1, 1)
    assert incident.id == an_opening().incident
