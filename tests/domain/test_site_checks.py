"""What may be kept about a site: each limit told with field and value, and all of them at once."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.domain import codes, kinds
from belfry.domain.account_checks import with_fields
from belfry.domain.contacts import Absence, Contact, Number, WeekWindow
from belfry.domain.premises import Area, CodeRule, SiteParts, TransmissionPath, Zone
from belfry.domain.rule_checks import family, life_hazard
from belfry.domain.schedules import Interval, OpeningWindow, Schedule, ScheduleException, ScheduleKind
from belfry.domain.signal import Wire
from belfry.domain.site import Account
from belfry.domain.site_checks import Flaw, Neighbours, check, check_district, warnings
from belfry.domain.site_file import Agency, AgencyType, SiteDetails, SiteFile

ACCOUNT = Account(id="a1", account="1234", tenant="north")
BESIDE = Neighbours(
    tenants={"a2": "north", "a3": "south", "a4": "north"},
    parents={"a2": None, "a4": "a1"},
    calendars=frozenset({"zurich"}),
)
ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)


def a_file(**what: Any) -> SiteFile:
    parts = SiteParts(**{name: what.pop(name) for name in SiteParts.__struct_fields__ if name in what})
    return SiteFile(**{"account": ACCOUNT, "version": 1, "details": SiteDetails(), "parts": parts, **what})


def flaws_of(beside: Neighbours = BESIDE, **what: Any) -> Sequence[Flaw]:
    return check(a_file(**what), beside)


def an_opening(
    *days: int, opens: tuple[int, int] = (420, 480), closes: tuple[int, int] = (1_080, 1_200)
) -> OpeningWindow:
    return OpeningWindow(
        days=days, opens_from=opens[0], opens_until=opens[1], closes_from=closes[0], closes_until=closes[1]
    )


def nightly_test(*days: int, holidays: str = "") -> Schedule:
    """A panel's own test at two in the night."""
    return Schedule(kind=ScheduleKind.TEST, intervals=(Interval(days=days or (0,), since=120),), holidays=holidays)


def test_a_site_of_everything_in_its_limits_has_no_flaw() -> None:
    assert (
        flaws_of(
            details=SiteDetails(parent="a2", notes="two\nlines", premises=(Number("+41 (0)44 123 45 67"),)),
            areas=(Area(number="1"), Area(number="2", sub_account="a2")),
            zones=(Zone(number="1", area="1"), Zone(number="1", area="2"), Zone(number="1")),
            paths=(TransmissionPath(name="panels/tcp", category="DP4", interval_s=90),),
            codes=(CodeRule(wire=Wire.SIA, code="BA", act="log"), CodeRule(wire=Wire.CID, code="1130", priority=1)),
            schedules=(
                Schedule(openings=(an_opening(0, 1, 2, 3, 4), an_opening(5, closes=(720, 800))), holidays="zurich"),
                Schedule(kind=ScheduleKind.CHECK_IN, intervals=(Interval(days=ALL_DAYS, every_s=3_600),)),
            ),
            contacts=(Contact(order=1, name="A", hours=(WeekWindow((0, 7), 1_320, 360),)),),
            agencies=(Agency(type=AgencyType.POLICE, name="Post 4", number="117"),),
        )
        == []
    )


@pytest.mark.parametrize(
    ("fields", "field", "wants"),
    [
        ({"account": "12 34"}, "account.account", "1 to 32 letters"),
        ({"prefix": "a/b"}, "account.prefix", "1 to 16 letters"),
        ({"receiver": "x/y"}, "account.receiver", "without /"),
        ({"name": "x" * 121}, "account.name", "at most 120 characters in one line"),
        ({"address": "a\nb"}, "account.address", "at most 300 characters in one line"),
        ({"time_zone": "Europe/Zürich"}, "account.time_zone", "a zone as Europe/Zurich"),
        ({"time_zone": "../../etc/passwd"}, "account.time_zone", "a zone"),
        ({"language": "german"}, "account.language", "such as en or de-CH"),
        ({"tenant": "a b"}, "account.tenant", "at most 60 letters"),
        ({"type": "church"}, "account.type", "one of dwelling, "),
        ({"verify_fire": "home"}, "account.verify_fire", "one of none, home_90s"),
        ({"latitude": 47.0}, "account.latitude", "together or neither"),
        ({"latitude": 91, "longitude": 0}, "account.latitude", "-90 to 90"),
        ({"latitude": 0, "longitude": float("nan")}, "account.longitude", "-180 to 180"),
        ({"supervision_s": 4}, "account.supervision_s", "5 to 604800 seconds"),
        ({"test_s": 59}, "account.test_s", "60 to 2678400 seconds"),
        ({"care": "yes"}, "account.care", "`bool`"),
        ({"window": "wider"}, "account.window", "Invalid enum value"),
        ({"id": "a9"}, "account.id", "one of account, prefix"),
        ({"nmae": "x"}, "account.nmae", "one of account, prefix"),
    ],
)
def test_a_field_that_cannot_be_kept_is_told_with_its_limit(fields: dict[str, object], field: str, wants: str) -> None:
    account, found = with_fields(ACCOUNT, fields)
    told = [*found, *flaws_of(account=account)]
    assert [flaw.field for flaw in told] == [field]
    assert wants in told[0].wants


def test_a_key_is_in_no_flaw() -> None:
    secret = b"0123456789"
    account, found = with_fields(ACCOUNT, {"keys": [secret]})
    assert [str(flaw) for flaw in (*found, *flaws_of(account=account))] == [
        "account.keys: wants 16, 24 or 32 bytes each"
    ]
    _, found = with_fields(ACCOUNT, {"keys": "swordfish"})
    assert "swordfish" not in str(found[0])


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ({"areas": (Area(number="1"), Area(number="1"))}, "areas[1] = '1': wants to be there once"),
        ({"areas": (Area(number="1", sub_account="a3"),)}, "areas[0].sub_account = 'a3': wants another account"),
        ({"areas": (Area(number="1", sub_account="a1"),)}, "areas[0].sub_account = 'a1': wants another account"),
        ({"zones": (Zone(number="x" * 17),)}, "wants 1 to 16 letters, digits"),
        ({"zones": (Zone(number="1", name="x" * 81),)}, "at most 80 characters in one line"),
        ({"zones": (Zone(number="1"),) * 2}, "zones[1] = ('', '1'): wants to be there once"),
        ({"paths": (TransmissionPath(name="tcp", category="DP5"),)}, "paths[0].category = 'DP5': wants one of SP1"),
        ({"paths": (TransmissionPath(name="tcp", interval_s=0),)}, "interval_s = 0: wants 5 to 604800 seconds"),
        ({"codes": (CodeRule(wire=Wire.SIA, code="BA"),)}, "codes[0] = 'BA': wants an act, a kind"),
        ({"codes": (CodeRule(wire=Wire.CID, code="130", act="log"),)}, "codes[0].code = '130': wants a qualifier"),
        ({"codes": (CodeRule(wire=Wire.SIA, code="BA", kind="PROP.NEW"),)}, "a kind of the closed list"),
        ({"codes": (CodeRule(wire=Wire.SIA, code="BA", kind="PERS.THREAT"),)}, "that equipment may raise"),
        ({"codes": (CodeRule(wire=Wire.SIA, code="BA", act="drop"),)}, "wants one of open_or_join, log"),
        ({"codes": (CodeRule(wire=Wire.SIA, code="BA", priority=0),)}, "codes[0].priority = 0: wants 1 to 5"),
        ({"schedules": (Schedule(openings=()),)}, "at least one window"),
        ({"schedules": (Schedule(openings=(an_opening(0),), holidays="bern"),)}, "a calendar that is kept: zurich"),
        ({"schedules": (nightly_test(holidays="zurich"),)}, "holidays = 'zurich': wants none: a panel tests"),
        ({"schedules": (nightly_test(0, 7),)}, "intervals[0].days = [0, 7]: wants 0 to 6: a panel tests on holidays"),
        ({"schedules": (Schedule(openings=(an_opening(),)),)}, "openings[0].days = 'none': wants at least one day"),
        ({"schedules": (Schedule(openings=(an_opening(8),)),)}, "0 Monday to 6 Sunday, 7 public holidays"),
        ({"schedules": (Schedule(openings=(an_opening(0, opens=(480, 420)),)),)}, "opens_until = 420: wants 480"),
        ({"schedules": (Schedule(openings=(an_opening(0), an_opening(0, 1))),)}, "windows that do not overlap"),
        ({"schedules": (Schedule(intervals=(Interval(days=(0,)),)),)}, "none: opening has openings"),
        ({"contacts": (Contact(order=0, name="A"),)}, "contacts[0].order = 0: wants 1 to 999"),
        ({"contacts": (Contact(order=1, name=""),)}, "contacts[0].name = '': wants 1 to 120 characters"),
        ({"contacts": (Contact(order=1, name="A", numbers=(Number("call me"),)),)}, "a number as it is dialled"),
        ({"contacts": (Contact(order=1, name="A", hours=(WeekWindow(()),)),)}, "at least one day"),
        ({"agencies": (Agency(type=AgencyType.POLICE, name="P", number=""),)}, "agencies[0].number = '': wants"),
        ({"details": SiteDetails(notes="x" * 2_001)}, "at most 2000 readable characters"),
        ({"details": SiteDetails(parent="a1")}, "details.parent = 'a1': wants another account of the same tenant"),
        ({"details": SiteDetails(parent="a3")}, "details.parent = 'a3': wants another account of the same tenant"),
        ({"details": SiteDetails(parent="a4")}, "details.parent = 'a4': wants a parent that is no part of it"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_told_by_field_value_and_limit(what: dict[str, Any], told: str) -> None:
    found = [str(flaw) for flaw in flaws_of(**what)]
    assert len(found) == 1, found
    assert told in found[0]


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = flaws_of(
        account=msgspec.structs.replace(ACCOUNT, time_zone="Moon", language="x"),
        zones=(Zone(number=""),),
        contacts=(Contact(order=1, name="A"), Contact(order=-1, name="B")),
    )
    assert [flaw.field for flaw in found] == [
        "account.time_zone",
        "account.language",
        "zones[0].number",
        "contacts[1].order",
    ]


def test_a_site_of_another_tenant_is_refused_as_one_that_does_not_exist() -> None:
    there = flaws_of(details=SiteDetails(parent="a3"))
    nowhere = flaws_of(details=SiteDetails(parent="zz"))
    assert [flaw.wants for flaw in there] == [flaw.wants for flaw in nowhere]


def test_a_site_that_others_are_part_of_keeps_its_tenant() -> None:
    beside = msgspec.structs.replace(BESIDE, below=frozenset({"north"}))
    assert flaws_of(beside) == []
    moved = msgspec.structs.replace(ACCOUNT, tenant="south")
    assert [flaw.field for flaw in flaws_of(beside, account=moved)] == ["account.tenant"]


def test_a_contact_whom_nobody_can_call_is_kept_and_warned_about() -> None:
    file = a_file(
        contacts=(Contact(order=1, name="A"),), areas=(Area(number="1"),), zones=(Zone(number="4", area="2"),)
    )
    assert check(file, BESIDE) == []
    assert [flaw.field for flaw in warnings(file)] == ["contacts[0].numbers", "zones[0].area"]


def test_hours_on_holidays_without_a_calendar_are_warned_about() -> None:
    hours = (WeekWindow(days=(0, 7)),)
    contacts = (Contact(order=1, name="A", numbers=(Number("112"),), hours=hours),)
    assert [flaw.field for flaw in warnings(a_file(contacts=contacts))] == ["contacts[0].hours"]
    opening = OpeningWindow(days=(0,), opens_from=1, opens_until=2, closes_from=3, closes_until=4)
    with_calendar = (Schedule(openings=(opening,), holidays="zurich"),)
    assert warnings(a_file(contacts=contacts, schedules=with_calendar)) == []


def test_absences_are_instants_in_their_order() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    contact = Contact(order=1, name="A", absences=(Absence(at, at), Absence(at, at.replace(day=2))))
    assert [flaw.field for flaw in flaws_of(contacts=(contact,))] == ["contacts[0].absences[0].until"]


def test_a_window_of_an_exception_needs_no_days_and_an_empty_one_is_shut() -> None:
    day = date(2026, 12, 24)
    exceptions = (
        ScheduleException(first=day, last=day),
        ScheduleException(first=day, last=day, openings=(an_opening(),)),
        ScheduleException(first=day, last=date(2026, 12, 23)),
    )
    schedule = Schedule(openings=(an_opening(0),), exceptions=exceptions)
    assert [flaw.field for flaw in flaws_of(schedules=(schedule,))] == ["schedules[0].exceptions[2].last"]


@pytest.mark.parametrize(
    ("polygon", "fits"),
    [
        (((47.0, 8.0), (47.0, 9.0), (48.0, 9.0)), True),
        (((47.0, 8.0), (47.0, 9.0)), False),
        (((47.0, 8.0), (47.0, 9.0), (91.0, 9.0)), False),
        (((47.0, 8.0), (47.0, 9.0), (float("nan"), 9.0)), False),
    ],
)
def test_a_district_is_a_polygon_on_earth(polygon: Any, fits: bool) -> None:
    assert (not check_district(Agency(type=AgencyType.POLICE, name="P", number="117", polygon=polygon))) == fits


# -- the fence of code rules ------------------------------------------------------------------------------------------

LISTED = [(wire, code) for wire in (Wire.SIA, Wire.CID) for code in dict.fromkeys(codes.load().listed(wire))]
CODES = st.sampled_from(LISTED).flatmap(
    lambda one: st.tuples(
        st.just(one[0]), st.just(one[1]) if one[0] is Wire.SIA else st.sampled_from("136").map(lambda q: q + one[1])
    )
)
KINDS = st.sampled_from([kind.code for kind in kinds.load().all()])


@given(
    CODES,
    st.none() | st.sampled_from(["open_or_join", "log"]),
    st.none() | KINDS,
    st.none() | st.integers(1, 5),
    st.none() | st.integers(0, 600),
)
def test_no_rule_quiets_or_lowers_what_threatens_a_life(
    code: tuple[Wire, str], act: str | None, kind: str | None, priority: int | None, pending_s: int | None
) -> None:
    rule = CodeRule(wire=code[0], code=code[1], act=act, kind=kind, priority=priority, pending_s=pending_s)
    hazard = life_hazard(*code)
    if flaws_of(codes=(rule,)) or hazard is None:
        return
    assert (act, priority, pending_s) == (None, None, None)
    assert kind in family(hazard)
    own = [row.rule for row in codes.load().rows(*code) if row.rule.kind is not None]
    assert kinds.load()[str(kind)].priority <= min(one.priority or 5 for one in own)
    assert all(kinds.load()[str(one.kind)].silent for one in own) <= kinds.load()[str(kind)].silent


def test_the_fence_leaves_another_kind_of_the_same_hazard() -> None:
    assert flaws_of(codes=(CodeRule(wire=Wire.SIA, code="FA", kind="FIRE.ALARM.MANUAL"),)) == []
    assert flaws_of(codes=(CodeRule(wire=Wire.CID, code="1151", kind="FIRE.ALARM.CO"),)) == []
    assert flaws_of(codes=(CodeRule(wire=Wire.CID, code="1100", kind="MED.ALARM.FALL"),)) == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("FA", "TECH.FAULT"),
        ("FA", "FIRE.FAULT"),
        ("FA", "MED.ALARM"),
        ("HA", "PERS.ALARM.HOLDUP.AUD"),
        ("FB", "TECH.FAULT"),
    ],
)
def test_the_fence_refuses_less_and_other_and_louder(code: str, kind: str) -> None:
    found = flaws_of(codes=(CodeRule(wire=Wire.SIA, code=code, kind=kind),))
    assert [flaw.field for flaw in found] == ["codes[0].kind"]


# -- windows ----------------------------------------------------------------------------------------------------------

DAYS = st.lists(st.integers(0, 7), min_size=1, max_size=3, unique=True).map(tuple)
QUARTERS = st.integers(0, 96).map(lambda n: 15 * n)
OPENINGS = st.lists(
    st.builds(
        lambda days, times: OpeningWindow(
            days=days, opens_from=times[0], opens_until=times[1], closes_from=times[2], closes_until=times[3]
        ),
        DAYS,
        st.lists(st.integers(0, 128).map(lambda n: 15 * n), min_size=4, max_size=4).map(sorted),
    ),
    min_size=1,
    max_size=4,
)


def quarters(windows: Sequence[OpeningWindow], days: Sequence[int]) -> list[int]:
    """Every quarter of an hour of a week in which a window holds, once for each window."""
    return [
        (day * 1_440 + minute) % 10_080
        for window in windows
        for day in window.days
        if day in days
        for minute in range(window.opens_from, window.closes_until, 15)
    ]


@given(OPENINGS)
def test_of_windows_that_are_kept_no_two_hold_at_once(openings: list[OpeningWindow]) -> None:
    found = flaws_of(schedules=(Schedule(openings=tuple(openings)),))
    week, holidays = quarters(openings, range(7)), quarters(openings, [7])
    once = len(set(week)) == len(week) and len(set(holidays)) == len(holidays)
    if not found:
        assert once
    elif all("overlap" in flaw.wants for flaw in found):
        assert not once


TEXTS = st.text(max_size=130)
ADDRESSES = st.text(alphabet="019aZ_. \n/", max_size=18)


@given(
    st.builds(Zone, number=ADDRESSES, area=st.none() | ADDRESSES, name=TEXTS),
    st.builds(Contact, order=st.integers(-5, 1_005), name=TEXTS, language=TEXTS, panel_user=ADDRESSES),
    st.builds(SiteDetails, notes=TEXTS, installer=TEXTS, parent=st.none() | st.sampled_from(["a1", "a2", "a3", "a4"])),
)
def test_whatever_is_typed_is_kept_or_told(zone: Zone, contact: Contact, details: SiteDetails) -> None:
    for flaw in flaws_of(zones=(zone,), contacts=(contact,), details=details):
        assert flaw.field.partition("[")[0].partition(".")[0] in {"zones", "contacts", "details"}
        assert flaw.wants
        assert len(flaw.value) <= 60


def test_what_cannot_be_seen_is_in_no_field() -> None:
    for name in ("account", "receiver", "name", "tenant", "building"):
        account, _ = with_fields(ACCOUNT, {name: "a\u200bb"})
        assert [flaw.field for flaw in flaws_of(account=account)] == [f"account.{name}"]
