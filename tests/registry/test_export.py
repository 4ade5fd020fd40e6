"""What goes out comes in again: any registry, as CSV and as JSON, in an empty one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec
import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from belfry.domain.contacts import Absence, Authority, CallList, Contact, ContactRole, Number, WeekWindow
from belfry.domain.premises import Area, CodeRule, Hazard, Technology, TransmissionPath, Zone
from belfry.domain.schedules import Calendar, Interval, OpeningWindow, Schedule, ScheduleException, ScheduleKind
from belfry.domain.signal import Wire
from belfry.domain.site import TimeWindow
from belfry.domain.site_file import Agency, AgencyType, Response, RiskClass, SiteChange, SiteDetails, SiteFile
from belfry.ports.sheets import SheetForm, SheetKind
from belfry.registry import Registry, Unfit
from belfry.registry.columns import account_types
from belfry.registry.sheet import parse_sheet
from belfry.registry.sheets.plain import marked, unmarked

HASHER: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
CALENDARS: Final = ("zh", "ours.2026")

# -- any site ---------------------------------------------------------------------------------------------------------

_readable = st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp", "Zs"], include_characters=" ")
_line = st.text(_readable, max_size=30) | st.sampled_from(
    ["=1+1", "+41 44", "-x", "@a", "'=1", "' a", "007", "1E5", "'s-H"]
)
_name = _line.filter(bool)
_lines = st.text(_readable | st.sampled_from("\n\t"), max_size=60)
_label = st.text("abcAB01_.-", max_size=8)
_address = st.text("0123456789AbC_.:-", min_size=1, max_size=5)
_some_address = st.none() | _address
_number = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "+", "00", "(0)"]),
    st.integers(10, 10**12),
    st.sampled_from(["", ",,1#", " 5"]),
)
_days = st.lists(st.integers(0, 7), min_size=1, max_size=8, unique=True).map(tuple)
_minute = st.integers(0, 1_439)


@st.composite
def _openings(draw: st.DrawFn) -> OpeningWindow:
    at = sorted(draw(st.lists(st.integers(0, 1_439), min_size=4, max_size=4)))
    return OpeningWindow(
        days=draw(_days), opens_from=at[0], opens_until=at[1], closes_from=at[2],
        closes_until=draw(st.integers(at[3], at[0] + 1_439)), must_open=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def _intervals(draw: st.DrawFn) -> Interval:
    since = draw(_minute)
    return Interval(
        days=draw(_days), since=since, until=draw(st.integers(since + 1, 1_440)), every_s=draw(st.integers(60, 90_000)),
        grace_s=draw(st.integers(0, 900)),
    )  # fmt: skip


def _apart(windows: list[Any], kind: ScheduleKind) -> tuple[Any, ...]:
    """Windows of days that do not touch; a panel that tests knows no public holidays."""
    days = ((0, 1, 2), (4, 5) if kind is ScheduleKind.TEST else (4, 5, 7))
    return tuple(msgspec.structs.replace(one, days=some) for one, some in zip(windows, days, strict=False))


@st.composite
def _schedule(draw: st.DrawFn) -> Schedule:
    kind = draw(st.sampled_from(ScheduleKind))
    opening = kind is ScheduleKind.OPENING
    one = _openings() if opening else _intervals()
    window = {"openings" if opening else "intervals": st.lists(one, max_size=2).map(lambda two: _apart(two, kind))}
    always = {name: some.filter(bool) for name, some in window.items()}
    first = draw(st.lists(st.dates(date(2026, 1, 1), date(2030, 1, 1)), max_size=2, unique=True))
    exceptions = tuple(
        ScheduleException(first=day, last=day, label=draw(_line), **{name: draw(some) for name, some in window.items()})
        for day in first
    )
    own: dict[str, Any] = {name: draw(some) for name, some in always.items()}
    return Schedule(
        name=draw(_line), kind=kind, area=draw(_some_address), point=None if opening else draw(_some_address),
        holidays="" if kind is ScheduleKind.TEST else draw(st.sampled_from(["", *CALENDARS])), exceptions=exceptions,
        **own,
    )  # fmt: skip


def _unique(values: st.SearchStrategy[Any], key: Any, most: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=most, unique_by=key).map(tuple)


_phones = st.lists(st.builds(Number, _number, _line, st.booleans()), max_size=8).map(tuple)
_FROM, _TO = (datetime(year, 1, 1) for year in (2026, 2030))  # noqa: DTZ001  # hypothesis wants them so
_instants = st.datetimes(min_value=_FROM, max_value=_TO, timezones=st.just(UTC))
_absence = st.tuples(_instants, _instants).filter(lambda two: two[0] < two[1]).map(lambda two: Absence(*two))
_contact = st.builds(
    Contact, id=st.just(""), order=st.integers(1, 999), name=_name, role=st.sampled_from(ContactRole), numbers=_phones,
    language=st.sampled_from(["", "de-CH"]), lists=_unique(st.sampled_from(CallList), str),
    authority=_unique(st.sampled_from(Authority), str),
    hours=st.lists(st.builds(WeekWindow, _days, _minute, st.integers(0, 1_440)), max_size=3).map(tuple),
    absences=st.lists(_absence, max_size=2).map(tuple), panel_user=st.just("") | _address,
    has_word=st.just(False), has_duress=st.just(False),
)  # fmt: skip
_change = st.builds(
    SiteChange,
    account=st.just(None),
    details=st.builds(
        SiteDetails, parent=st.none(), notes=_lines, hazards=_lines, access=_lines, has_access_code=st.just(False),
        risk=st.sampled_from(RiskClass), installer=_line, service_contract=_line, premises=_phones,
    ),
    areas=_unique(st.builds(Area, number=_address, name=_line, sub_account=st.none()), lambda one: one.number),
    zones=_unique(
        st.builds(Zone, number=_address, area=_some_address, name=_line, hazard=st.none() | st.sampled_from(Hazard)),
        lambda one: (one.area, one.number),
    ),
    paths=_unique(
        st.builds(
            TransmissionPath, name=_name, label=_line, technology=st.none() | st.sampled_from(Technology),
            category=st.sampled_from([None, "SP3", "DP1"]), interval_s=st.none() | st.integers(5, 90_000),
            provider=_line,
        ),
        lambda one: one.name,
    ),
    codes=_unique(
        st.builds(
            CodeRule, wire=st.just(Wire.SIA), code=st.sampled_from(["BA", "YP"]), area=_some_address,
            zone=_some_address, act=st.just("log"), kind=st.none(), priority=st.none() | st.integers(1, 5),
            pending_s=st.none() | st.integers(0, 3_600),
        ),
        lambda one: (one.code, one.area, one.zone),
    ),
    schedules=st.lists(_schedule(), max_size=3).map(tuple),
    contacts=st.lists(_contact, max_size=4).map(tuple),
    agencies=st.lists(
        st.builds(
            Agency, id=st.just(""), type=st.sampled_from(AgencyType), name=_name, number=_number, permit=_line,
            response=st.sampled_from(Response), polygon=st.just(()),
        ), max_size=3,
    ).map(tuple),
)  # fmt: skip
_degrees = st.integers(-89_999_999, 89_999_999).map(lambda millionths: millionths / 1e6)
_account = st.fixed_dictionaries(
    {
        "account": st.text("0123456789AbF_.:-", min_size=1, max_size=6),
        "prefix": st.sampled_from([None, "1", "00L"]),
        "receiver": st.sampled_from([None, "panels", "-x", "=x"]),
        "name": _line,
        "address": _line,
        "latitude": _degrees,
        "longitude": _degrees,
        "time_zone": st.sampled_from(["UTC", "Europe/Zurich"]),
        "language": st.sampled_from(["en", "pt-BR"]),
        "tenant": _label,
        "type": st.sampled_from(list(account_types())),
        "keys": st.lists(st.binary(min_size=16, max_size=16), max_size=2).map(tuple),
        "window": st.sampled_from(TimeWindow),
        "supervision_s": st.none() | st.integers(5, 604_800),
        "test_s": st.none() | st.integers(60, 2_678_400),
        "care": st.booleans(),
        "cancel_closes": st.booleans(),
        "building": _label,
    }
)
_sites = st.lists(
    st.tuples(_account, _change), max_size=3,
    unique_by=lambda site: (site[0]["account"], site[0]["prefix"], site[0]["receiver"]),
)  # fmt: skip


def _opened(folder: str) -> Registry:
    registry = Registry.open(Path(folder), hasher=HASHER)
    for name in CALENDARS:
        registry.put_calendar(Calendar(name=name, days=(date(2026, 8, 1),)), by="test")
    return registry


def _filled(registry: Registry, sites: list[tuple[dict[str, Any], SiteChange]]) -> None:
    for fields, change in sites:
        file = registry.add(fields, by="test")
        try:
            registry.edit(file.account.id, change, version=file.version, by="test")
        except Unfit as unfit:
            raise AssertionError([str(flaw) for flaw in unfit.flaws]) from unfit


def _kept(registry: Registry) -> list[SiteFile]:
    """Every site without what is chance: ids, versions, and which of two contacts of one order was there first."""
    files = [registry.site(account.id) for account in registry.accounts()]
    return sorted((_plain(file) for file in files if file is not None), key=str)


def _plain(file: SiteFile) -> SiteFile:
    replace = msgspec.structs.replace
    return replace(
        file,
        account=replace(file.account, id=""),
        version=0,
        contacts=tuple(replace(one, id="") for one in file.contacts),
        agencies=tuple(replace(one, id="") for one in file.agencies),
        parts=replace(file.parts, schedules=tuple(replace(one, id="") for one in file.parts.schedules)),
    )


def _everything(registry: Registry, form: SheetForm) -> Iterator[tuple[SheetKind, bytes]]:
    for kind in SheetKind:
        yield kind, b"".join(registry.export(kind, form, with_keys=True))


@pytest.mark.parametrize("form", list(SheetForm))
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a registry takes minutes
    suppress_health_check=[HealthCheck.too_slow],
)
@given(sites=_sites)
def test_an_export_of_any_registry_makes_an_empty_one_the_same(form: SheetForm, sites: Any) -> None:
    with TemporaryDirectory() as folder:
        ours, theirs = _opened(f"{folder}/ours"), _opened(f"{folder}/theirs")
        try:
            _filled(ours, sites)
            sheets = [parse_sheet(content, kind=kind, name=kind) for kind, content in _everything(ours, form)]
            report = theirs.bring(sheets, by="test")
            assert list(report.problems) == []
            assert _kept(theirs) == _kept(ours)
            again = ours.bring(sheets, by="test")
            assert (again.added, again.changed, again.accounts) == (0, 0, 0)
        finally:
            ours.close()
            theirs.close()


# -- what is in it, and what is not -----------------------------------------------------------------------------------

KEY: Final = bytes(range(16))


@pytest.fixture
def town(registry: Registry) -> Registry:
    """Two sites of two tenants; the first has a key, a word, an access code and names that are formulas."""
    first = registry.add({"account": "0012", "name": "=cmd()", "tenant": "north", "keys": (KEY,)}, by="test")
    contact = Contact(order=1, name="-Anna", numbers=(Number("+41 44 123 45 67"),))
    registry.edit(first.account.id, SiteChange(contacts=(contact,)), version=1, by="test")
    registry.add({"account": "0013", "name": "'s-Gravenhage", "tenant": "south"}, by="test")
    return registry


def text_of(registry: Registry, kind: SheetKind, form: SheetForm = SheetForm.CSV, **more: Any) -> str:
    return b"".join(registry.export(kind, form, **more)).decode("utf-8-sig")


@pytest.mark.parametrize("form", list(SheetForm))
def test_keys_are_exported_only_when_asked_for(town: Registry, form: SheetForm) -> None:
    for kind in SheetKind:
        assert KEY.hex() not in text_of(town, kind, form)
    assert f"hex:{KEY.hex()}" in text_of(town, SheetKind.ACCOUNTS, form, with_keys=True)
    assert "key" not in text_of(town, SheetKind.ACCOUNTS).splitlines()[0].split(",")


def test_nothing_in_a_csv_runs_as_a_formula_and_no_zero_is_lost(town: Registry) -> None:
    accounts, contacts = (text_of(town, kind) for kind in (SheetKind.ACCOUNTS, SheetKind.CONTACTS))
    cells = [cell for line in (accounts + contacts).splitlines() for cell in line.split(",")]
    assert {"'0012", "'=cmd()", "'-Anna", "'+41 44 123 45 67", "'s-Gravenhage"} <= set(cells)
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "0"}]


def test_a_json_export_has_texts_as_they_are(town: Registry) -> None:
    told = msgspec.json.decode(text_of(town, SheetKind.CONTACTS, SheetForm.JSON))
    assert (told["kind"], told["rows"][0]["account"], told["rows"][0]["name"]) == ("contacts", "0012", "-Anna")
    assert (told["rows"][0]["order"], told["rows"][0]["phone_1_texts"]) == (1, None)


def test_an_export_has_the_accounts_of_one_s_own_tenants_alone(town: Registry) -> None:
    south = text_of(town, SheetKind.ACCOUNTS, tenants=frozenset({"south"}))
    assert "'0013" in south
    assert "'0012" not in south
    assert text_of(town, SheetKind.CONTACTS, tenants=frozenset({"south"})).count("\n") == 1
    (one,) = (account.id for account in town.accounts() if account.account == "0012")
    assert "'0012" in text_of(town, SheetKind.CONTACTS, tenants=frozenset({one}))


@given(st.text(_readable | st.sampled_from("'=+-@0123456789eE\t\r\n")))
def test_a_marked_text_reads_back_the_same(text: str) -> None:
    assert unmarked(marked(text)) == text


@given(st.text())
def test_a_marked_text_is_no_formula(text: str) -> None:
    assert marked(text)[:1] not in set("=+-@\t\r")
