"""Whom a kind reaches: whoever is off duty or not to know of it never is, however the crews are put together."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from belfry.domain import chains, kinds
from belfry.domain.alerting import GROUP, NEAREST, OnDuty, is_over, may_be_told, whom
from belfry.domain.chains import Chain, ChainStep
from belfry.domain.sent import Alert
from belfry.domain.unit import AWAY, SHIELDED, Service, Unit, UnitStatus, UnitType
from tests.domain.incidents import an_incident

KINDS: Final = kinds.load()
NOW: Final = datetime(2026, 3, 14, tzinfo=UTC)


@st.composite
def crews(draw: st.DrawFn) -> list[OnDuty]:
    found: list[OnDuty] = []
    for number in range(draw(st.integers(0, 12))):
        unit = Unit(
            id=f"u{number}",
            call_sign=f"U{number}",
            type=UnitType.TEAM,
            service=draw(st.sampled_from(list(Service))),
            tenant=draw(st.sampled_from(["", "north", "south"])),
            enabled=draw(st.booleans()),
        )
        crew = tuple(f"{number}-{one}" for one in range(draw(st.integers(0, 3))))
        status = draw(st.sampled_from(list(UnitStatus)))
        far = draw(st.none() | st.floats(0, 9_000))
        found.append(OnDuty(unit=unit, status=status, crew=crew, far=far))
    return found


@given(
    there=crews(),
    kind=st.sampled_from(KINDS.all()),
    tenant=st.sampled_from([None, "north"]),
    nearest=st.integers(1, 4),
    known=st.integers(0, 5),
)
def test_nobody_is_reached_but_crews_on_duty_of_services_that_lead_the_kind_and_may_know_of_it(
    there: list[OnDuty], kind: kinds.Kind, tenant: str | None, nearest: int, known: int
) -> None:
    told = [name for one in there for name in one.crew][:known]
    reach = whom(kind, there, tenant=tenant, told=told, nearest=nearest)
    of = {name: one for one in there for name in one.crew}
    assert len(set(reach.to)) == len(reach.to)
    for name in reach.to:
        one = of[name]
        assert one.status not in AWAY
        assert one.unit.enabled
        assert str(one.unit.service) in kind.lead
        assert not (kind.audience and one.unit.service in SHIELDED)
        assert tenant is None or one.unit.tenant in ("", tenant)
        assert name not in told
    assert reach.quiet == kind.silent
    if kind.reach == NEAREST:
        assert len(reach.units) <= nearest
    if kind.reach not in (GROUP, NEAREST):
        assert reach.to == ()
    if kind.reach == GROUP:
        able = [one for one in there if one.status not in AWAY and may_be_told(kind, one.unit, tenant)]
        assert {name for one in able for name in one.crew} - set(told) == set(reach.to)


def test_the_nearest_are_those_that_are_there_first_and_unknown_ways_come_last() -> None:
    kind = KINDS["MED.CARDIAC"]
    there = [
        OnDuty(
            unit=Unit(id=sign, call_sign=sign, type=UnitType.AMBULANCE, service=Service.EMS),
            status=UnitStatus.AVAILABLE_STATION,
            crew=(sign.lower(),),
            far=far,
        )
        for sign, far in (("A", None), ("B", 300.0), ("C", 60.0), ("D", 120.0))
    ]
    assert whom(kind, there, tenant=None, nearest=3).to == ("c", "d", "b")
    assert whom(kind, there, tenant=None, nearest=3, told=("c", "d", "b")).to == ("a",)


def test_the_longest_beginning_of_a_kind_chooses_the_chain_and_rounds_follow_in_order() -> None:
    fire = Chain(name="fire", kinds=("FIRE",), step=(ChainStep(who="again", after_s=30, repeat=1),))
    smoke = Chain(name="smoke", kinds=("FIRE.SMOKE",), needs=4)
    every = Chain(name="every")
    several = (every, fire, smoke)
    assert chains.chain_of("FIRE.STRUCT", several) is fire
    assert chains.chain_of("FIRE.SMOKE", several) is smoke
    assert chains.chain_of("MED.ARREST", several) is every
    assert chains.chain_of("MED.ARREST", ()) is chains.DEFAULT
    assert chains.named("lost", several) is chains.DEFAULT
    assert [(one.who, one.after_s) for one in chains.rounds(fire)] == [("again", 30), ("again", 30)]


def test_who_is_told_once_more_of_something_graver_answers_once() -> None:
    def alert(name: str, second: int, *to: str, assignment: str | None = None) -> Alert:
        return Alert(alert=name, at=NOW + timedelta(seconds=second), to=to, assignment=assignment, needs=1)

    first, graver, other = alert("r0", 0, "cleo", "dora"), alert("r1", 20, "cleo", "dora", "eve"), alert("r2", 0, "gus")
    incident = an_incident()
    incident.alerts = (first, other, graver)
    assert is_over(first, incident) == "told_again"
    assert is_over(graver, incident) is None
    assert is_over(other, incident) is None, "gus was not told again"
