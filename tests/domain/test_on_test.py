"""What a test mutes, and above all what it never does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain import codes
from belfry.domain.facts import (
    HowEnded,
    OnTestBegan,
    OnTestEnded,
    OnTestExpects,
    OnTestExtended,
    Received,
)
from belfry.domain.muting import Asked, Asker, Expected, Heard, Proof, Reach, Scope, Tick, mutes
from belfry.domain.on_test import Session, Stage, begun, covers, fold, longest, rest, stage, still_in_alarm, take
from belfry.domain.panel_modes import begins, ends
from belfry.domain.premises import NO_PARTS, Hazard, SiteParts, Zone
from belfry.domain.presets import Rules
from belfry.domain.signal import Category, Method, SignalState, Wire

NOW = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
ASKED = Asked(Asker.TECHNICIAN, Proof.CODE, code="ABCD")
PARTS = SiteParts(
    zones=(
        Zone(number="001", area="1", hazard=Hazard.INTRUSION),
        Zone(number="002", area="1", hazard=Hazard.INTRUSION),
        Zone(number="003", area="2", hazard=Hazard.FIRE),
        Zone(number="004", area="2"),
    )
)
ALL_TICKS = tuple(Tick)


def began(scope: Scope = Scope(), ticks: tuple[Tick, ...] = (), expected: tuple[Expected, ...] = ()) -> Session:  # noqa: B008
    fact = OnTestBegan(
        test="t1",
        account_id="shop",
        scope=scope,
        ticks=ticks,
        asked=ASKED,
        by="anna",
        since=NOW,
        until=NOW + timedelta(hours=1),
        expected=expected,
    )
    return begun(fact, 10, NOW)


def said(code: str = "1130", zone: str | None = "001", area: str | None = "1", **fields: object) -> Received:
    wire = Wire.CID if code.isdigit() else Wire.SIA
    meaning = codes.load().meaning(wire, code)
    values: dict[str, object] = {
        "method": Method.EQUIPMENT,
        "receiver": "panels",
        "received_at": NOW + timedelta(minutes=1),
        "account": "2002",
        "account_id": "shop",
        "area": area,
        "zone": zone,
        "wire": wire,
        "code": code,
        "category": meaning.category,
        "subtype": meaning.subtype,
        "state": meaning.state,
    }
    return Received(**{**values, **fields})  # type: ignore[arg-type]  # a test names fields by word


SCOPES = st.builds(
    Scope,
    st.just(Reach.SITE),
) | st.builds(
    Scope,
    st.sampled_from([Reach.ONLY, Reach.ALL_EXCEPT]),
    st.lists(st.sampled_from(["1", "2", "3"]), unique=True).map(tuple),
    st.lists(st.sampled_from(["001", "002", "003", "004"]), unique=True).map(tuple),
    st.lists(st.sampled_from(list(Hazard)), unique=True).map(tuple),
)
TICKS = st.lists(st.sampled_from(list(Tick)), unique=True)
HEARD = st.builds(
    Heard,
    st.sampled_from(list(Method)),
    st.sampled_from([None, "0", "1", "2", "3"]),
    st.sampled_from([None, "000", "001", "002", "003", "004", "99"]),
    st.sampled_from([None, *Category]),
    st.sampled_from([None, "zone", "unlisted", "detector"]),
    st.sampled_from([None, *SignalState]),
)
LIFE = {Category.FIRE, Category.GAS, Category.PANIC, Category.MEDICAL}


@given(scope=SCOPES, ticks=TICKS, heard=HEARD)
def test_what_threatens_a_life_is_muted_only_with_its_own_tick(scope: Scope, ticks: list[Tick], heard: Heard) -> None:
    if not mutes(scope, ticks, heard, PARTS):
        return
    if heard.category in (Category.FIRE, Category.GAS) or (heard.zone == "003" and heard.area in (None, "0", "2")):
        assert Tick.FIRE in ticks or heard.method is Method.SYSTEM or heard.category is Category.COMMUNICATION
    if heard.category in (Category.PANIC, Category.MEDICAL):
        assert Tick.PANIC in ticks
    if heard.category is Category.COMMUNICATION or heard.method is Method.SYSTEM:
        assert Tick.COMMS in ticks


@given(scope=SCOPES, heard=HEARD)
def test_nothing_outside_its_scope_is_ever_muted(scope: Scope, heard: Heard) -> None:
    if not mutes(scope, ALL_TICKS, heard, PARTS) or scope.reach is Reach.SITE:
        return
    assert heard.zone != "99", "a zone that nobody registered lies in the whole site's scope alone"
    zone_in, area_in = heard.zone in scope.zones, heard.area in scope.areas
    if scope.reach is Reach.ALL_EXCEPT:
        assert not area_in
        assert not zone_in
    elif not scope.hazards and heard.area not in (None, "0"):
        assert zone_in or area_in


@given(scope=SCOPES, ticks=TICKS, heard=HEARD)
def test_a_person_is_never_muted(scope: Scope, ticks: list[Tick], heard: Heard) -> None:
    for method in (Method.CALL, Method.DUTY):
        spoken = Heard(method, heard.area, heard.zone, heard.category, heard.subtype, heard.state)
        assert not mutes(scope, ticks, spoken, PARTS)


@given(scope=SCOPES, heard=HEARD)
def test_without_any_tick_no_life_hazard_is_muted(scope: Scope, heard: Heard) -> None:
    if heard.category in LIFE or heard.category is Category.COMMUNICATION:
        assert not mutes(scope, (), heard, PARTS)


@pytest.mark.parametrize("code", ["1199", "1140", "UA", "1646"])
def test_an_alarm_of_which_nobody_can_say_what_it_means_wants_every_life_tick(code: str) -> None:
    signal = said(code)
    if signal.state not in (SignalState.ALARM, SignalState.UNVERIFIED):
        return
    assert not covers(began(ticks=(Tick.FIRE,)), signal, 11, PARTS)
    assert not covers(began(ticks=(Tick.PANIC,)), signal, 11, PARTS)
    assert covers(began(ticks=(Tick.FIRE, Tick.PANIC)), signal, 11, PARTS)


def test_the_whole_site_covers_intrusion_and_even_a_zone_that_nobody_registered() -> None:
    session = began()
    assert covers(session, said("1130"), 11, PARTS)
    assert covers(session, said("1130", "099"), 11, NO_PARTS)
    assert not covers(began(Scope(Reach.ONLY, zones=("001",))), said("1130", "099"), 11, PARTS)
    assert not covers(began(Scope(Reach.ALL_EXCEPT, zones=("001",))), said("1130", "099"), 11, PARTS)


def test_a_fire_detector_that_says_intrusion_and_the_other_way_round_want_the_fire_tick() -> None:
    assert not covers(began(), said("1130", "003", "2"), 11, PARTS)
    assert not covers(began(), said("1110", "001"), 11, PARTS)
    ticked = began(ticks=(Tick.FIRE,))
    assert covers(ticked, said("1130", "003", "2"), 11, PARTS)
    assert covers(ticked, said("1110", "001"), 11, PARTS)


def test_a_test_of_intrusion_mutes_no_fire_of_an_intrusion_zone_even_where_fire_is_ticked() -> None:
    session = began(Scope(Reach.ONLY, hazards=(Hazard.INTRUSION,)), (Tick.FIRE,))
    assert covers(session, said("1130"), 11, PARTS)
    assert not covers(session, said("1110", "001"), 11, PARTS)


def test_it_covers_neither_another_account_nor_what_came_before_or_after() -> None:
    session = began()
    assert not covers(session, said(account_id="bank"), 11, PARTS)
    assert not covers(session, said(), 9, PARTS)
    assert not covers(session, said(received_at=NOW + timedelta(hours=1)), 11, PARTS)
    fold(session, OnTestEnded(test="t1", how=HowEnded.OPERATOR, by="anna"), 12, NOW)
    assert not covers(session, said(), 13, PARTS)


def test_numbers_are_the_same_however_many_zeros_stand_before_them() -> None:
    session = began(Scope(Reach.ONLY, zones=("001",)))
    assert covers(session, said(zone="1"), 11, PARTS)
    assert not covers(session, said(zone="100"), 11, PARTS)
    assert covers(began(Scope(Reach.ONLY, areas=("01",))), said(zone="2", area="1"), 11, PARTS)


# -- sessions ---------------------------------------------------------------------------------------------------------


def hear(session: Session, position: int, signal: Received, *, in_alarm: bool = True) -> None:
    if signal.state is SignalState.RESTORE:
        rest(session, position, signal)
    take(session, position, signal, in_alarm=in_alarm, name=None)


def test_signals_that_were_expected_are_ticked_off_and_the_missing_ones_named() -> None:
    session = began(expected=(Expected(zone="1"), Expected(zone="2", code="BA"), Expected(zone="4", area="2")))
    hear(session, 11, said("1130", "001"))
    hear(session, 12, said("1130", "002"))
    assert [one.name for one in session.missing] == ["zone 2 code BA", "area 2 zone 4"]
    hear(session, 13, said("BA", "002"))
    hear(session, 14, said("1130", "004", "2"))
    assert session.missing == ()
    assert session.ticked[0] == NOW + timedelta(minutes=1)


def test_a_list_that_is_changed_meanwhile_counts_what_came_before() -> None:
    session = began()
    hear(session, 11, said("1130", "001"))
    fold(session, OnTestExpects(test="t1", expected=(Expected(zone="1"), Expected(zone="2")), by="anna"), 12, NOW)
    assert [one.name for one in session.missing] == ["zone 2"]


def test_a_restore_alone_ticks_nothing() -> None:
    session = began(expected=(Expected(zone="1"),))
    hear(session, 11, said("3130", "001"), in_alarm=False)
    assert len(session.missing) == 1


def test_what_is_still_in_alarm_is_what_no_later_restore_of_its_point_ended() -> None:
    session, lists = began(), codes.load()
    hear(session, 11, said("1130", "001"))
    hear(session, 12, said("1130", "002"))
    hear(session, 13, said("3130", "001"), in_alarm=False)
    assert list(still_in_alarm(session, lists)) == [12]
    hear(session, 14, said("1130", "001"))
    assert list(still_in_alarm(session, lists)) == [12, 14] or list(still_in_alarm(session, lists)) == [14, 12]
    hear(session, 15, said("3130", None), in_alarm=False)
    assert not still_in_alarm(session, lists)


@given(st.permutations([11, 12, 13, 14]))
def test_the_order_in_which_it_hears_of_them_changes_nothing(order: list[int]) -> None:
    story = {
        11: said("1130", "001"),
        12: said("1130", "002"),
        13: said("3130", "001"),
        14: said("1134", "001"),
    }
    session = began()
    for position in order:
        hear(session, position, story[position], in_alarm=position != 13)
    assert set(still_in_alarm(session, codes.load())) == {12, 14}


def test_it_warns_before_its_end_and_an_extension_moves_both() -> None:
    session, rules = began(), Rules()
    assert stage(session, NOW + timedelta(minutes=49), rules) is Stage.RUNNING
    assert stage(session, NOW + timedelta(minutes=50), rules) is Stage.WARNING
    until = NOW + timedelta(hours=2)
    fold(session, OnTestExtended(test="t1", until=until, asked=ASKED, by="anna"), 11, NOW)
    assert stage(session, NOW + timedelta(minutes=50), rules) is Stage.RUNNING
    fold(session, OnTestEnded(test="t1", how=HowEnded.TIME), 12, until)
    assert stage(session, until, rules) is Stage.ENDED
    fold(session, OnTestExtended(test="t1", until=until, asked=ASKED, by="anna"), 13, until)
    assert session.ended_at == until


def test_an_owner_has_an_hour_a_technician_eight_and_a_supervisor_more() -> None:
    rules = Rules()
    assert [longest(asker, rules) for asker in Asker] == [timedelta(hours=1), timedelta(hours=8), timedelta(days=7)]


# -- a panel's own modes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "end", "mode"),
    [("TS", "TE", "TS"), ("FI", "FK", "FI"), ("LB", "LX", "LB"), ("1607", "3607", "607"), ("1627", "1628", "627")],
)
def test_a_mode_begins_by_its_code_and_ends_by_its_pair(begin: str, end: str, mode: str) -> None:
    lists = codes.load()
    assert begins(said(begin), lists) == mode
    assert ends(said(end), lists) == {mode}
    assert begins(said(end), lists) is None
    assert not ends(said(begin), lists)


def test_other_codes_begin_and_end_no_mode() -> None:
    assert begins(said("1130"), codes.load()) is None
    assert not ends(said("3130"), codes.load())
