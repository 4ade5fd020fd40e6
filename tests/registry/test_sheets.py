"""Sheets of what belongs to accounts: all or nothing over all files, and every mistake told by row and column."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.domain.contacts import WeekWindow
from belfry.domain.premises import Hazard
from belfry.domain.schedules import OpeningWindow
from belfry.domain.site_file import SiteChange, SiteFile
from belfry.ports.sheets import ImportReport, OutcomeDiffers, SheetKind
from belfry.ports.staff import Role
from belfry.registry import Registry
from belfry.registry.sheet import Sheet, parse_sheet
from belfry.registry.sheets.forms import FORMS
from belfry.registry.sheets.profiles import ProfileRefused, built_in, listed, parse_profile, translate
from belfry.registry.sheets.propose import likely_kind, profile_text, propose
from belfry.registry.sheets.rows import first_rows
from belfry.registry.words import WordKeys, WordTable
from tests.registry.conftest import IN_A_FILE

ACCOUNTS = "account,name\n1,one\n2,two\n"
KEYS = WordKeys(words=b"w" * 32, access=b"a" * 32)


def sheet(kind: str, content: str | bytes, profile: str | None = None) -> Sheet:
    how = None if profile is None else translate(built_in(profile), SheetKind(kind))
    return parse_sheet(content, kind=SheetKind(kind), name=kind, translate=how)


def bring(registry: Registry, *, more: dict[str, Any] | None = None, **sheets: str | bytes) -> ImportReport:
    return registry.bring([sheet(kind, content) for kind, content in sheets.items()], by="test", **(more or {}))


def site(registry: Registry, number: str = "1") -> SiteFile:
    (found,) = (account.id for account in registry.accounts() if account.account == number)
    file = registry.site(found)
    assert file is not None
    return file


def told(report: ImportReport) -> list[str]:
    return [str(problem) for problem in report.problems]


# -- all or nothing ---------------------------------------------------------------------------------------------------


@IN_A_FILE
def test_one_bad_row_in_a_hundred_thousand_keeps_everything_out_and_is_named(registry: Registry) -> None:
    rows = [f"{number:06},Site {number},shop" for number in range(100_000)]
    rows[77_777] = "077777,Site,shoop"
    report = bring(registry, accounts="account,name,type\n" + "\n".join(rows) + "\n")
    assert (report.rows, len(report.problems), report.added) == (100_000, 1, 0)
    assert told(report)[0].startswith("row 77779, type: 'shoop' wants one of dwelling, ")
    assert registry.accounts() == []
    assert registry.changes(0) == []


def test_several_files_come_in_together_or_not_at_all(registry: Registry) -> None:
    zones = "account,zone,hazard\n1,1,fire\n2,1,gas\n3,1,fire\n"
    report = bring(registry, zones=zones, accounts=ACCOUNTS)
    assert told(report) == ["zones, row 4, account: there is no account '3'"]
    assert registry.accounts() == []
    report = bring(registry, zones=zones, accounts=ACCOUNTS + "3,three\n")
    assert (report.added, report.accounts, told(report)) == (6, 3, [])
    assert site(registry, "3").parts.zones[0].hazard is Hazard.FIRE


def test_a_dry_run_of_several_files_knows_accounts_that_come_with_them(registry: Registry) -> None:
    report = bring(registry, accounts=ACCOUNTS, areas="account,area\n1,5\n", more={"dry_run": True})
    assert (report.added, told(report), registry.accounts()) == (3, [], [])


def test_each_account_gets_one_change_row_whatever_came_of_it(registry: Registry) -> None:
    bring(registry, accounts=ACCOUNTS, zones="account,zone\n1,1\n1,2\n", contacts="account,name\n1,Anna\n")
    assert [change.fields for change in registry.changes(0)] == [("added",), ("added",)]
    bring(registry, zones="account,zone,name\n1,1,Door\n")
    last = registry.changes(0)[-1]
    assert (last.table, last.fields, last.version) == ("account", ("zones",), 2)
    assert site(registry).version == 2


def test_what_would_do_something_else_than_the_dry_run_is_not_done(registry: Registry) -> None:
    bring(registry, accounts=ACCOUNTS)
    zones = "account,zone,name\n1,1,Door\n"
    dry = bring(registry, zones=zones, more={"dry_run": True})
    bring(registry, zones="account,zone,name\n2,1,Gate\n")
    assert bring(registry, zones=zones, more={"dry_run": True}).outcome == dry.outcome
    bring(registry, zones="account,zone,name\n1,1,Gate\n")
    with pytest.raises(OutcomeDiffers):
        bring(registry, zones=zones, more={"expect": dry.outcome})
    assert site(registry).parts.zones[0].name == "Gate"


# -- beside others who write ------------------------------------------------------------------------------------------


@pytest.fixture
def meanwhile(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], object]]]:
    """What others do while an import is made ready: each is done once, where the import asks for an id.

    They write by the same registry. Whoever waited for the import there would wait for ever: it goes on behind them.
    """
    monkeypatch.setattr("belfry.registry.sheets.bring.BESIDE", 0)
    acts: list[Callable[[], object]] = []
    chance = registry.store.chance

    def chance_after_others(count: int) -> bytes:
        if acts:
            acts.pop(0)()
        return chance(count)

    importing = Registry(dataclasses.replace(registry.store, chance=chance_after_others), PasswordHasher())
    monkeypatch.setattr(registry, "bring", importing.bring)
    yield acts
    assert not acts, "everybody got through"


def rename(registry: Registry, number: str, name: str) -> Callable[[], object]:
    def act() -> object:
        file = site(registry, number)
        return registry.edit(file.account.id, SiteChange(account={"name": name}), version=file.version, by="bert")

    return act


def test_others_write_while_a_large_import_is_made_ready(
    registry: Registry, meanwhile: list[Callable[[], object]]
) -> None:
    bring(registry, accounts=ACCOUNTS)
    meanwhile += [rename(registry, "1", "renamed"), lambda: registry.users.add("Eve", Role.OPERATOR, "x" * 12, by="t")]
    report = bring(registry, contacts="account,name\n2,Anna\n2,Bert\n2,Carl\n")
    assert (report.added, site(registry, "1").account.name) == (3, "renamed")
    assert [contact.name for contact in site(registry, "2").contacts] == ["Anna", "Bert", "Carl"]
    assert [change.by for change in registry.changes(0)] == ["test", "test", "bert", "t", "test"]


def test_what_was_changed_under_an_import_is_read_again_and_nothing_is_lost(
    registry: Registry, meanwhile: list[Callable[[], object]]
) -> None:
    bring(registry, accounts=ACCOUNTS)
    meanwhile += [rename(registry, "2", "renamed")]
    report = bring(registry, contacts="account,name\n2,Anna\n2,Bert\n")
    file = site(registry, "2")
    assert (report.added, file.account.name, file.version) == (2, "renamed", 3)
    assert [contact.name for contact in file.contacts] == ["Anna", "Bert"]


def test_an_account_that_came_meanwhile_is_changed_and_not_added_twice(
    registry: Registry, meanwhile: list[Callable[[], object]]
) -> None:
    meanwhile += [lambda: registry.add({"account": "2", "address": "Quay 1"}, by="bert")]
    report = bring(registry, accounts=ACCOUNTS)
    assert (report.added, report.changed) == (1, 1)
    assert (site(registry, "2").account.name, site(registry, "2").account.address) == ("two", "Quay 1")


def test_an_import_that_others_outrun_again_and_again_takes_its_turn_first(
    registry: Registry, meanwhile: list[Callable[[], object]]
) -> None:
    bring(registry, accounts=ACCOUNTS)
    meanwhile += [rename(registry, "2", name) for name in ("a", "b", "c")]
    assert bring(registry, contacts="account,name\n2,Anna\n").added == 1
    file = site(registry, "2")
    assert (file.account.name, len(file.contacts), file.version) == ("c", 1, 5)


def test_a_dry_run_that_does_not_hold_any_more_is_found_out_beside_too(
    registry: Registry, meanwhile: list[Callable[[], object]]
) -> None:
    bring(registry, accounts=ACCOUNTS)
    contacts = "account,name\n2,Anna\n"
    expected = bring(registry, contacts=contacts, more={"dry_run": True}).outcome
    meanwhile += [rename(registry, "2", "renamed")]
    with pytest.raises(OutcomeDiffers):
        bring(registry, contacts=contacts, more={"expect": expected})
    assert site(registry, "2").contacts == ()


@pytest.mark.parametrize("beside", [True, False])
def test_it_is_the_same_import_made_ready_beside_or_not(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, *, beside: bool
) -> None:
    monkeypatch.setattr("belfry.registry.sheets.bring.BESIDE", 0 if beside else 1_000)
    bring(
        registry, accounts=ACCOUNTS, zones="account,zone\n1,1\n1,2\n",
        contacts="account,name,phone_1\n1,Anna,+41 44 111\n1,Bert,\n",
    )  # fmt: skip
    first = site(registry)
    WordTable(registry.store, KEYS).set(first.account.id, first.contacts[1].id, "sunflower", duress=False, by="test")
    sheets = {"accounts": "account,name\n1,uno\n3,three\n", "zones": "account,zone,name\n1,2,Door\n3,1,Gate\n"}
    people = "account,name,phone_1\n1,Anna,+41 44 222\n"
    report = bring(registry, **sheets, contacts=people, more={"replace": True})
    assert (report.added, report.changed, report.removed, report.accounts) == (2, 3, 2, 2)
    file = site(registry)
    assert (file.account.name, file.version, [zone.name for zone in file.parts.zones]) == ("uno", 2, ["Door"])
    assert [one.number for contact in file.contacts for one in contact.numbers] == ["+41 44 222"]
    assert [found.account for found in registry.search("44 222").items] == ["1"]
    assert registry.search("44 111").items == []
    assert [(change.fields, change.version) for change in registry.changes(0)][-2:] == [
        (("name", "zones", "contacts"), 2), (("added",), 1),
    ]  # fmt: skip
    bring(registry, contacts="account,name\n1,Bert\n")
    assert not any(contact.has_word for contact in site(registry).contacts), "his word went with him"


# -- a second time ----------------------------------------------------------------------------------------------------


def test_rows_change_what_they_have_columns_for_and_leave_the_rest(registry: Registry) -> None:
    bring(registry, accounts=ACCOUNTS, zones="account,zone,area,name,hazard\n1,1,1,Door,fire\n1,2,1,Cellar,gas\n")
    report = bring(registry, zones="account,zone,area,name\n1,1,1,Gate\n1,1,2,New\n")
    assert (report.added, report.changed, report.removed) == (1, 1, 0)
    assert [(zone.area, zone.number, zone.name, zone.hazard) for zone in site(registry).parts.zones] == [
        ("1", "1", "Gate", Hazard.FIRE), ("1", "2", "Cellar", Hazard.GAS), ("2", "1", "New", None),
    ]  # fmt: skip


def test_replace_takes_away_what_the_file_does_not_have_of_the_accounts_in_it(registry: Registry) -> None:
    bring(registry, accounts=ACCOUNTS, zones="account,zone\n1,1\n1,2\n2,1\n")
    report = bring(registry, zones="account,zone\n1,2\n", more={"replace": True})
    assert (report.removed, report.unchanged) == (1, 1)
    assert [zone.number for zone in site(registry).parts.zones] == ["2"]
    assert len(site(registry, "2").parts.zones) == 1


def test_a_contact_keeps_his_word_through_an_import_and_loses_it_with_his_leaving(registry: Registry) -> None:
    bring(registry, accounts=ACCOUNTS, contacts="account,name,phone_1\n1,Anna,+41 44 111\n1,Bert,\n")
    first = site(registry)
    WordTable(registry.store, KEYS).set(first.account.id, first.contacts[0].id, "sunflower", duress=False, by="test")
    bring(registry, contacts="account,name,phone_1\n1,Anna,+41 44 222\n")
    anna = site(registry).contacts[0]
    assert (anna.has_word, anna.numbers[0].number, anna.id) == (True, "+41 44 222", first.contacts[0].id)
    bring(registry, contacts="account,name\n1,Bert\n", more={"replace": True})
    bring(registry, contacts="account,name\n1,Anna\n")
    assert [(one.name, one.has_word) for one in site(registry).contacts] == [("Bert", False), ("Anna", False)]


def test_contacts_without_an_order_come_behind_those_that_are_there(registry: Registry) -> None:
    bring(registry, accounts=ACCOUNTS, contacts="account,name,order\n1,Anna,5\n")
    bring(registry, contacts="account,name\n1,Bert\n1,Cleo\n")
    assert [(one.name, one.order) for one in site(registry).contacts] == [("Anna", 5), ("Bert", 6), ("Cleo", 7)]


def test_a_schedule_is_made_of_all_its_rows(registry: Registry) -> None:
    content = (
        "account,schedule,days,opens_from,opens_until,closes_from,closes_until,first,last\n"
        "1,Shop,Mon-Fri,07:00,08:30,18:00,19:00,,\n1,Shop,Sat,08:00,09:00,12:00,13:00,,\n"
        "1,Shop,,,,,,2026-12-24,2026-12-26\n"
    )
    assert bring(registry, accounts=ACCOUNTS, schedules=content).ok
    (schedule,) = site(registry).parts.schedules
    assert schedule.openings[0] == OpeningWindow(
        days=(0, 1, 2, 3, 4), opens_from=420, opens_until=510, closes_from=1_080, closes_until=1_140
    )
    assert (len(schedule.openings), schedule.exceptions[0].openings) == (2, ())
    assert bring(registry, schedules=content).unchanged == 3


# -- mistakes ---------------------------------------------------------------------------------------------------------


@IN_A_FILE
@pytest.mark.parametrize(
    ("kind", "content", "problem"),
    [
        ("zones", "account,zone\n1,1\n1,1\n", "row 3, zone: '1' '1' is in row 2 already"),
        ("zones", "account,zone,hazard\n1,1,smoke\n", "row 2, hazard: 'smoke' wants one of fire, gas, "),
        ("zones", "account\n1\n", "row 1, zone: this column is missing"),
        ("areas", "account,area,sub_account\n1,1,9\n", "row 2, sub_account: there is no account '9'"),
        ("areas", "account,area,sub_account\n1,1,1\n", "row 2: account '1', areas[0].sub_account = "),
        ("paths", "account,path,category\n1,tcp,SP9\n", "row 2, category: 'SP9' wants one of SP1, "),
        ("codes", "account,wire,code,act\n1,sia,FA,log\n", "row 2: account '1', codes[0].act = 'log': wants nothing"),
        ("contacts", "account,name,phone_1\n1,Anna,none\n", "row 2, phone_1: 'none' wants a number as it is dialled"),
        ("contacts", "account,name,hours\n1,Anna,always\n", "row 2, hours: 'always' wants hours such as Mon-Fri"),
        ("contacts", "account,name,phone_1,phone_1_label\n1,A,,home\n", "row 2, phone_1: is empty beside a label"),
        ("schedules", "account,days,opens_from\n1,Mon,07:00\n", "row 2, opens_until: is empty: a window has all four"),
        ("schedules", "account,days,every_s\n1,,600\n", "row 2, days: is empty"),
        (
            "schedules",
            "account,days,every_s,kind\n1,Mon,600,tour\n1,Mon,600,tour\n",
            "row 2: account '1', schedules[0]",
        ),
        ("schedules", "account,days\n1,Mon\n", "row 2, days: is given beside a window, and only there"),
        ("schedules", "account,opens_from\n1,25:00\n", "row 2, opens_from: '25:00' wants a time from 00:00 to 24:00"),
        ("details", "account,parent\n1,1\n", "row 2: account '1', details.parent = "),
        ("agencies", "account,type,name,number\n1,choir,X,117\n", "row 2, type: 'choir' wants one of police, "),
    ],
)
def test_a_mistake_is_told_by_row_column_and_limit(registry: Registry, kind: str, content: str, problem: str) -> None:
    bring(registry, accounts=ACCOUNTS)
    report = registry.bring([sheet(kind, content)], by="test")
    assert any(one.startswith(problem) for one in told(report)), told(report)
    assert report.accounts == 0


def test_a_number_that_several_accounts_have_wants_a_receiver_or_prefix(registry: Registry) -> None:
    bring(registry, accounts="account,receiver\n1,east\n1,west\n2,east\n")
    report = bring(registry, zones="account,zone\n1,1\n2,1\n")
    assert told(report) == [
        "row 2, account: '1' is the number of 2 accounts; give receiver or prefix as they have them"
    ]
    assert bring(registry, zones="account,receiver,zone\n1,west,1\n").added == 1


def test_a_contact_without_a_number_is_warned_about(registry: Registry) -> None:
    bring(registry, accounts=ACCOUNTS)
    report = bring(registry, contacts="account,name,phone_1\n1,Anna,\n1,Bert,117\n")
    assert [str(one) for one in report.warnings] == [
        "row 2, phone_1: this contact has no number: he can only be met on site"
    ]


def test_a_site_that_is_part_of_itself_through_others_is_refused(registry: Registry) -> None:
    bring(registry, accounts=ACCOUNTS)
    report = bring(registry, details="account,parent\n1,2\n2,1\n")
    assert "wants a parent that is no part of it" in str(told(report))


# -- tenants ----------------------------------------------------------------------------------------------------------


def test_nobody_brings_in_for_another_tenant(registry: Registry) -> None:
    bring(registry, accounts="account,tenant\n1,north\n2,south\n")
    north = {"tenants": frozenset({"north"})}
    assert told(bring(registry, zones="account,zone\n1,1\n2,1\n", more=north)) == [
        "row 3, account: there is no account '2'"
    ]
    assert told(bring(registry, accounts="account,name\n2,Mine\n", more=north)) == [
        "row 2, account: '2' is taken; a receiver or prefix tells an account from another one of its number"
    ]
    assert told(bring(registry, accounts="account,tenant\n1,south\n3,\n", more=north)) == [
        "row 2, tenant: 'south' is none of yours, which are north"
    ]
    assert bring(registry, accounts="account,name\n3,New\n", more=north).ok
    assert site(registry, "3").account.tenant == "north"


def test_no_account_is_given_to_a_site_in_place_of_a_tenant(registry: Registry) -> None:
    bring(registry, accounts=ACCOUNTS)
    linked = site(registry).account.id
    report = bring(registry, accounts=f"account,tenant\n3,{linked}\n")
    assert told(report) == [f"row 2, tenant: '{linked}' wants a name that is no site's id"]
    report = bring(registry, accounts="account\n3\n", more={"tenants": frozenset({linked})})
    assert told(report) == ["row 2, tenant: '' is none of yours, which are none"]
    report = bring(registry, accounts="account\n3\n", more={"tenants": frozenset({linked, "north"})})
    assert (report.added, site(registry, "3").account.tenant) == (1, "north")


# -- forms of files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"account,zone,name\r\n0012,1,\"a, \"\"b\"\"\"\r\n",
        b"\xef\xbb\xbfaccount;zone;name\n'0012;1;\"a, \"\"b\"\"\"\n",
        "account\tzone\tname\n0012\t1\t\"a, \"\"b\"\"\"\n".encode("utf-16"),
        b"account|zone|name\n\n0012| 1 |\"a, \"\"b\"\"\"\n",
        b'[{"account": "0012", "zone": 1, "name": "a, \\"b\\""}]',
        b'{"kind": "zones", "rows": [{"account": "0012", "zone": "1", "name": "a, \\"b\\"", "area": null}]}',
    ],
)  # fmt: skip
def test_a_file_is_read_however_it_was_saved(content: bytes) -> None:
    read = sheet("zones", content)
    assert not read.problems
    (draft,) = read.drafts
    assert (draft.identity, read.given(draft)["name"]) == ((None, None, "0012"), 'a, "b"')


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[1]", "row 1: is no object of texts, numbers, true, false, null or lists of texts"),
        (b'[{"account": {"a": 1}}]', "row 1: is no object of texts"),
        (b'{"rows": 1}', "file: is no JSON list of objects"),
        (b"[" * 100_000, "file: is no JSON list of objects"),
        (b'account,zone\n1,"', "row 2: is no CSV"),
        (b"account,zone\n1,\xff\n", "file: is not UTF-8 in line 2"),
        (b"a," * 500 + b"\n", "row 1: has 501 columns, more than 400"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(content: bytes, problem: str) -> None:
    assert str(sheet("zones", content).problems[0]).startswith(problem)


@given(content=st.binary(max_size=400), kind=st.sampled_from(SheetKind))
@settings(deadline=None, max_examples=300)
def test_any_bytes_give_drafts_or_problems(content: bytes, kind: SheetKind) -> None:
    for start in (b"", ",".join(FORMS[kind].must).encode() + b"\n", b'[{"account":"1","x":'):
        read = parse_sheet(start + content, kind=kind)
        assert read.problems or read.rows == len(read.drafts)
        assert all(len(str(problem)) < 1_000 for problem in (*read.problems, *read.warnings))


# -- profiles ---------------------------------------------------------------------------------------------------------


def test_a_profile_maps_columns_values_times_and_encodings() -> None:
    raw = "Identnummer;Objekt;Straße;PLZ;Ort;Breite;Länge;Objektart\n0012;Müller;Weg 1;8000;Zürich;47,3;8,5;Büro\n"
    read = sheet("accounts", raw.encode("cp1252"), "semicolon_de")
    assert not read.problems
    given_ = read.given(read.drafts[0])
    assert (given_["name"], given_["address"], given_["latitude"]) == ("Müller", "Weg 1, 8000, Zürich", 47.3)
    assert (given_["type"], given_["time_zone"]) == ("office", "Europe/Berlin")


def test_a_profile_makes_windows_of_columns_for_days() -> None:
    raw = (
        "Acct No,Schedule,Mon Open,Mon Close,Tue Open,Tue Close,Fri Open,Fri Close\n"
        "12,Shop,8:00 AM,5:00 PM,8:00 AM,5:00 PM,6:00 PM,2:00 AM\n13,,,,,,,\n"
    )
    read = sheet("schedules", raw, "week_columns")
    assert not read.problems
    rows = [read.given(draft) for draft in read.drafts]
    assert [(row["days"], row["opens_from"], row["closes_until"]) for row in rows] == [
        ((0, 1), 420, 1_050),
        ((4,), 1_020, 1_590),
    ]


def test_a_value_that_a_profile_cannot_read_is_told_by_the_name_of_their_column() -> None:
    raw = "Acct No,Schedule,Mon Open,Mon Close\n12,Shop,8 o'clock,5:00 PM\n"
    (problem,) = sheet("schedules", raw, "week_columns").problems
    assert str(problem) == 'row 2, Mon Open: "8 o\'clock" wants the form %I:%M %p'


def test_every_profile_of_the_package_can_be_read() -> None:
    for one in listed():
        assert one.about
        assert {SheetKind.ACCOUNTS, SheetKind.ZONES, SheetKind.CONTACTS, SheetKind.SCHEDULES} <= set(one.kinds)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("colums = 1", "unknown field `colums`"),
        ('[zones.columns]\na = "zoen"', "zones has no column 'zoen'; did you mean zone?"),
        ('encoding = "klingon"', "encoding 'klingon' is unknown"),
        ("[", "profile: "),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(text: str, reason: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        parse_profile(text)
    assert reason in str(refused.value)


def test_columns_are_proposed_by_name_and_by_what_is_in_them(tmp_path: Path) -> None:
    raw = b"Acct No,Zone Nr,Partition,Zone Desc,Alarm Type,Colour,PIN\n0012,1,1,Front door,Burglary,red,1234\n"
    rows = first_rows(raw, None, 200)
    assert likely_kind(rows) is SheetKind.ZONES
    found = {one.header: one for one in propose(SheetKind.ZONES, rows)}
    assert {header: one.column for header, one in found.items()} == {
        "Acct No": "account", "Zone Nr": "zone", "Partition": "area", "Zone Desc": "name", "Alarm Type": "hazard",
        "Colour": None, "PIN": None,
    }  # fmt: skip
    assert (found["Colour"].samples, found["PIN"].samples) == (["red"], [])
    proposed = profile_text(SheetKind.ZONES, list(found.values()), rows)
    profile = parse_profile(proposed)
    assert profile.zones is not None
    assert profile.zones.values == {"hazard": {"Burglary": ""}}
    assert not parse_sheet(raw, kind=SheetKind.ZONES, translate=translate(profile, SheetKind.ZONES)).problems


def test_a_key_is_never_proposed_from_a_likeness() -> None:
    found = propose(SheetKind.ACCOUNTS, [["account", "keys", "Key no"], ["1", "ab" * 16, "77"]])
    assert [(one.column, one.samples) for one in found] == [("account", ["1"]), (None, []), (None, [])]


def test_hours_of_contacts_read_as_they_are_written() -> None:
    read = sheet("contacts", "account,name,hours\n1,A,daily 22:00-06:00; Sat holidays 10:00-24:00\n")
    assert read.given(read.drafts[0])["hours"] == (
        WeekWindow((0, 1, 2, 3, 4, 5, 6), 1_320, 360),
        WeekWindow((5, 7), 600, 1_440),
    )


# -- documents --------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "import.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", sorted(set(SheetKind) - {SheetKind.ACCOUNTS}))
def test_every_column_is_documented_and_no_other(kind: SheetKind) -> None:
    chapter = next(one for one in PAGE.split("\n### ") if f"\n`{kind}`. " in one)
    listed_ = re.findall(r"^\| `(\w+)`", chapter, re.MULTILINE)
    columns = [name for name in FORMS[kind].columns if not re.fullmatch(r"phone_[2-8].*", name)]
    assert listed_ == columns


def test_the_profile_on_the_page_can_be_read() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert parse_profile(example).zones is None


def test_every_profile_is_on_the_page() -> None:
    for one in listed():
        assert f"| `{one.name}` |" in PAGE
