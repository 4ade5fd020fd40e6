"""What a site makes of a verdict: the most exact rule counts, and none quiets what threatens a life."""

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain import codes, kinds
from belfry.domain.condition import Condition
from belfry.domain.facts import Received
from belfry.domain.premises import HAZARD_OF, LIFE_HAZARDS, Area, CodeRule, Hazard, SiteParts, Zone
from belfry.domain.presets import Rules
from belfry.domain.signal import Method, Wire
from belfry.domain.site import Account
from belfry.domain.site_map import SiteMap
from belfry.domain.site_rules import at_site, hazard_of_kind
from belfry.domain.verdict import Verdict, judge

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
KINDS, CODES = kinds.load(), codes.load()
SITE: Final = Account(id="shop", account="2002", type="shop")


def a_signal(code: str, area: str | None = "1", zone: str | None = "7") -> Received:
    wire = Wire.CID if code.isdigit() else Wire.SIA
    meaning = CODES.meaning(wire, code)
    return Received(
        method=Method.EQUIPMENT,
        receiver="panels",
        received_at=NOW,
        account="2002",
        account_id="shop",
        area=area,
        zone=zone,
        wire=wire,
        code=code,
        category=meaning.category,
        subtype=meaning.subtype,
        state=meaning.state,
    )


def plainly(signal: Received) -> Verdict:
    return judge(
        signal, account=SITE, condition=Condition(), open_here=(), kinds=KINDS, codes=CODES, rules=Rules(), site=None
    )


def here(signal: Received, parts: SiteParts) -> Verdict:
    return at_site(plainly(signal), signal, SiteMap(parts), KINDS)


def a_rule(code: str, **fields: object) -> CodeRule:
    wire = Wire.CID if code.isdigit() else Wire.SIA
    return CodeRule(wire=wire, code=code, **fields)  # type: ignore[arg-type]  # a test names fields by word


@given(st.sets(st.sampled_from([("1", "7"), (None, "7"), ("1", None), (None, None), ("2", "7"), (None, "8")])))
def test_of_the_rules_that_fit_the_most_exact_one_counts(places: set[tuple[str | None, str | None]]) -> None:
    rules = [
        a_rule("BA", area=area, zone=zone, priority=n) for n, (area, zone) in enumerate(sorted(places, key=str), 1)
    ]
    wanted = next(
        (
            rule.priority
            for place in [("1", "7"), (None, "7"), ("1", None), (None, None)]
            for rule in rules
            if (rule.area, rule.zone) == place
        ),
        None,
    )
    verdict = here(a_signal("BA"), SiteParts(codes=tuple(rules)))
    assert verdict.priority == (plainly(a_signal("BA")).priority if wanted is None else wanted)
    assert any("rule of the site for SIA BA" in reason for reason in verdict.reasons) is (wanted is not None)


LISTED: Final = [(Wire.SIA, code) for code in CODES.listed(Wire.SIA)] + [
    (Wire.CID, f"1{code}") for code in CODES.listed(Wire.CID)
]


@given(
    st.sampled_from(LISTED),
    st.sampled_from([None, "log", "open_or_join"]),
    st.sampled_from([None, *(kind.code for kind in KINDS.all())]),
    st.sampled_from([None, 1, 2, 3, 4, 5]),
    st.sampled_from([None, 0, 60, 1800]),
)
def test_no_rule_quiets_or_lowers_what_threatens_a_life(
    code: tuple[Wire, str], act: str | None, kind: str | None, priority: int | None, pending_s: int | None
) -> None:
    signal = a_signal(code[1])
    before = plainly(signal)
    life = HAZARD_OF.get(signal.category) in LIFE_HAZARDS if signal.category else False
    if not life and not (before.kind is not None and before.kind.life):
        return
    rule = CodeRule(wire=code[0], code=code[1], act=act, kind=kind, priority=priority, pending_s=pending_s)
    after = here(signal, SiteParts(codes=(rule,)))
    if before.act == "open_or_join":
        assert after.act == "open_or_join"
    assert after.priority <= before.priority
    if before.kind is not None:
        assert after.kind is not None
        assert after.kind.life or not before.kind.life
        assert after.kind is before.kind or hazard_of_kind(after.kind.code) in (
            HAZARD_OF.get(signal.category) if signal.category else None,
            hazard_of_kind(before.kind.code),
        )
    if after.pending_s is not None and after.auto_close == "pending_then_restore":
        assert (before.pending_s, before.auto_close) == (after.pending_s, after.auto_close)


def test_a_refused_rule_says_why() -> None:
    verdict = here(a_signal("FA"), SiteParts(codes=(a_rule("FA", act="log"),)))
    assert (verdict.act, verdict.kind and verdict.kind.code) == ("open_or_join", "FIRE.ALARM.AUTO")
    assert verdict.reasons[-1] == "rule of the site for SIA FA is not applied: it would quiet what threatens a life"


def test_a_life_code_may_be_another_kind_of_the_same_hazard() -> None:
    verdict = here(a_signal("FA"), SiteParts(codes=(a_rule("FA", zone="7", kind="FIRE.ALARM.MANUAL"),)))
    assert verdict.kind is not None
    assert (verdict.kind.code, verdict.priority) == ("FIRE.ALARM.MANUAL", 1)


def test_a_rule_may_log_what_threatens_nobody_and_delay_it() -> None:
    parts = SiteParts(codes=(a_rule("BA", area="2", act="log"), a_rule("TA", pending_s=300)))
    assert here(a_signal("BA", area="2"), parts).act == "log"
    assert here(a_signal("BA", area="1"), parts).act == "open_or_join"
    delayed = here(a_signal("TA"), parts)
    assert (delayed.pending_s, delayed.auto_close) == (300, "pending_then_restore")


def test_a_rule_never_touches_a_restore() -> None:
    signal = a_signal("BR")
    assert here(signal, SiteParts(codes=(a_rule("BR", kind="PROP.ALARM.INTR", act="open_or_join"),))) == plainly(signal)


@pytest.mark.parametrize(
    ("hazard", "kind"),
    [(Hazard.FIRE, "FIRE.ALARM.AUTO"), (Hazard.MEDICAL, "MED.ALARM"), (Hazard.WATER, "TECH.WATERLEAK")],
)
def test_a_generic_alarm_takes_the_hazard_of_its_zone(hazard: Hazard, kind: str) -> None:
    parts = SiteParts(zones=(Zone(number="7", hazard=hazard),))
    verdict = here(a_signal("1140", zone="007"), parts)
    assert verdict.kind is not None
    assert verdict.kind.code == kind
    assert verdict.reasons[-1] == f"its zone is registered for {hazard}"


def test_an_unlisted_code_stays_unknown_whatever_its_zone_is() -> None:
    parts = SiteParts(zones=(Zone(number="7", hazard=Hazard.FIRE),))
    verdict = here(a_signal("1199"), parts)
    assert verdict.kind is not None
    assert verdict.kind.code == "ADM.UNKNOWN"


def test_a_zone_is_found_with_and_without_its_leading_zeros_and_by_its_area_first() -> None:
    site = SiteMap(SiteParts(zones=(Zone(number="7", name="any"), Zone(number="007", area="02", name="second"))))
    found = [site.zone(area, number) for area, number in (("1", "07"), ("2", "7"), (None, "7"), ("1", "8"), ("1", "0"))]
    assert [zone and zone.name for zone in found] == ["any", "second", "any", None, None]


def test_a_zone_tells_its_area_where_the_panel_names_none() -> None:
    parts = SiteParts(
        areas=(Area(number="1"), Area(number="2", sub_account="other")), zones=(Zone(number="7", area="2"),)
    )
    site = SiteMap(parts)
    assert [site.sub_account(*at) for at in (("2", None), ("1", "7"), (None, "7"), ("00", "007"))] == [
        "other",
        None,
        "other",
        "other",
    ]
