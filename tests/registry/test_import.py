"""Importing accounts: all or none, and every mistake told so that whoever keeps the sheet can mend it."""

import re
from pathlib import Path
from typing import Final

import msgspec
import pytest

from belfry.domain.site import Account, TimeWindow
from belfry.registry import ImportReport, Problem, Registry, parse_sheet, read_sheet
from belfry.registry.columns import COLUMNS, account_types
from tests.registry.conftest import everything_stored

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
HEX = "00112233445566778899aabbccddeeff"


def bring(registry: Registry, content: str, *, dry_run: bool = False) -> ImportReport:
    return registry.import_accounts(parse_sheet(content), dry_run=dry_run, by="test")


def the_problem(content: str) -> str:
    problems = parse_sheet(content).problems
    assert len(problems) == 1
    return str(problems[0])


def test_every_column_arrives(registry: Registry) -> None:
    report = bring(
        registry,
        "account,prefix,receiver,name,address,latitude,longitude,time_zone,language,tenant,type,key,window,"
        "supervision_s,test_s,care,audible_panic,high_risk,line_cut,cancel_closes,verify_fire,building\n"
        f'0012,1,panels,"Müller, Sohn",Quay 1,47.3769,-8.5417,Europe/Zurich,de-CH,north,care_home,{HEX},strict,'
        "90,86400,yes,NO,true,1,0,home_90s,B2\n",
    )
    assert report.ok
    assert report.added == 1
    (account,) = registry.accounts()
    assert account == Account(
        id=account.id, account="0012", prefix="1", receiver="panels", name="Müller, Sohn", address="Quay 1",
        latitude=47.3769, longitude=-8.5417, time_zone="Europe/Zurich", language="de-CH", tenant="north",
        type="care_home", keys=(bytes.fromhex(HEX),), window=TimeWindow.STRICT, supervision_s=90, test_s=86_400,
        care=True, audible_panic=False, high_risk=True, line_cut=True, cancel_closes=False, verify_fire="home_90s",
        building="B2",
    )  # fmt: skip
    assert re.fullmatch("a[a-z2-7]{16}", account.id)


def test_an_account_with_a_number_alone_has_every_default(registry: Registry) -> None:
    bring(registry, "account\n1234\n")
    (account,) = registry.accounts()
    assert account == Account(id=account.id, account="1234")


def test_there_is_a_column_for_every_field() -> None:
    assert {column.field for column in COLUMNS.values()} == {f.name for f in msgspec.structs.fields(Account)} - {"id"}


def test_every_column_is_documented_and_no_other() -> None:
    (section,) = re.findall(r"^## Columns\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(COLUMNS)
    for code in account_types():
        assert f"`{code}`" in PAGE


def test_the_sheet_on_the_page_can_be_imported(registry: Registry) -> None:
    (example,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    report = bring(registry, example)
    assert report.ok
    assert report.added == report.rows == 3


# -- a second time ----------------------------------------------------------------------------------------------------


def test_a_second_import_changes_only_what_it_has_columns_for(registry: Registry) -> None:
    bring(registry, "account,name,type\n1234,Harbour,shop\n5678,Mill,farm\n")
    before = {account.account: account.id for account in registry.accounts()}
    report = bring(registry, "account,name\n1234,Docks\n5678,Mill\n9999,New\n")
    assert (report.added, report.changed, report.unchanged) == (1, 1, 1)
    after = {account.account: account for account in registry.accounts()}
    assert (after["1234"].name, after["1234"].type) == ("Docks", "shop")
    assert {number: after[number].id for number in before} == before


def test_an_empty_cell_means_the_default(registry: Registry) -> None:
    bring(registry, "account,name,type,supervision_s\n1234,Harbour,shop,90\n")
    bring(registry, "account,name,type,supervision_s\n1234,,,\n")
    (account,) = registry.accounts()
    assert (account.name, account.type, account.supervision_s) == ("", "unspecified", None)


def test_an_empty_key_keeps_the_key_and_none_removes_it(registry: Registry) -> None:
    bring(registry, f"account,key\n1234,{HEX}\n")
    assert bring(registry, "account,key\n1234,\n").unchanged == 1
    assert registry.accounts()[0].keys == (bytes.fromhex(HEX),)
    assert bring(registry, "account,key\n1234,none\n").changed == 1
    assert registry.accounts()[0].keys == ()


def test_the_same_number_of_another_receiver_or_prefix_is_another_account(registry: Registry) -> None:
    assert bring(registry, "account,receiver,prefix\n1,,\n1,panels,\n1,panels,2\n1,,2\n").added == 4
    assert bring(registry, "account,receiver,prefix\n1,,\n1,panels,\n1,panels,2\n1,,2\n").unchanged == 4


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(registry: Registry) -> None:
    bring(registry, "account,name\n1,a\n")
    report = bring(registry, "account,name\n1,b\n2,c\n", dry_run=True)
    assert (report.added, report.changed, report.dry_run) == (1, 1, True)
    assert [account.name for account in registry.accounts()] == ["a"]
    assert len(registry.changes(0)) == 1


# -- mistakes ---------------------------------------------------------------------------------------------------------


def test_one_bad_row_keeps_all_out(registry: Registry) -> None:
    report = bring(registry, "account,type\n1,shop\n2,shoop\n3,shop\n")
    assert not report.ok
    assert report.added == 0
    assert registry.accounts() == []
    assert registry.changes(0) == []


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("name", "x" * 121, "wants at most 120 characters, in one line"),
        ("name", '"a\nb"', "wants at most 120 characters, in one line"),
        ("prefix", "a b", "wants 1 to 16 letters or digits, as the panel sends it after L"),
        ("receiver", "a/b", "wants at most 60 characters without /"),
        ("time_zone", "Europe/Zürich", "did you mean Europe/Zurich?"),
        ("time_zone", "../../etc/passwd", "wants a zone such as Europe/Zurich"),
        ("language", "german", "wants a language such as en or de-CH"),
        ("tenant", "a b", "wants 1 to 60 letters, digits or _ . -"),
        ("type", "carehome", "did you mean care_home?"),
        ("type", "church", "wants one of dwelling, "),
        ("window", "strikt", "wants one of standard, strict, wide, off; did you mean strict?"),
        ("supervision_s", "4", "wants whole seconds from 5 to 604800"),
        ("supervision_s", "90s", "wants whole seconds from 5 to 604800"),
        ("test_s", "2678401", "wants whole seconds from 60 to 2678400"),
        ("care", "maybe", "wants yes or no"),
        ("verify_fire", "home", "wants one of none, home_90s, authority_requires"),
    ],
)
def test_a_bad_cell_is_told_by_row_column_value_and_limit(column: str, cell: str, reason: str) -> None:
    told = the_problem(f"account,{column}\n1,\n2,{cell}\n")
    assert told.startswith(f"row 3, {column}: ")
    assert reason in told
    assert repr(cell.strip('"')[:40]) in told


@pytest.mark.parametrize("cell", ["91", "-90.1", "47,5", "1e1", "nan", "47.1N"])
def test_degrees_are_decimal_and_in_range(cell: str) -> None:
    assert "wants degrees from -90 to 90 with a decimal point" in the_problem(
        f"account;latitude;longitude\n1;{cell};8.1\n"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "file: is empty; its first line names the columns"),
        ("account,nmae\n1,x\n", "row 1, nmae: unknown column; did you mean name?"),
        ("account,name,name\n", "row 1, name: this column is there twice"),
        ("name\nx\n", "row 1, account: this column is missing"),
        ("account,latitude\n1,2\n", "row 1, latitude: latitude and longitude are given together"),
        ("account,latitude,longitude\n1,2,\n", "row 2, latitude: latitude and longitude are given together"),
        ("account,name\n1\n", "row 2: has 1 cells, the header has 2"),
        ("account\n1\n2\n1\n", "row 4, account: '1' is in row 2 already"),
        ("account,name\n,x\n", "row 2, account: is empty"),
        ("account\n1.2E+05\n", "row 2, account: '1.2E+05' wants 1 to 32 letters, digits"),
        ('account,name\n1,"x', "row 2: is no CSV: unexpected end of data"),
    ],
)
def test_a_bad_sheet_is_told(content: str, told: str) -> None:
    problems = [str(problem) for problem in parse_sheet(content).problems]
    assert any(problem.startswith(told) for problem in problems), problems


def test_rows_count_lines_of_the_file_even_behind_a_cell_of_two_lines() -> None:
    problems = parse_sheet('account,name\n1,"a\nb"\n\n2,ok\n3,"c\nd"\n').problems
    assert [problem.row for problem in problems] == [2, 6]


def test_all_problems_are_told_at_once_up_to_a_number(registry: Registry) -> None:
    report = bring(registry, "account,care\n" + "".join(f"{n},x\n" for n in range(250)))
    assert (len(report.problems), report.more_problems) == (200, 50)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_sheet_as_a_spreadsheet_saves_it_can_be_read(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "sheet.csv"
    file.write_bytes(b"\xef\xbb\xbf" + f"account{separator}name\r\n0012{separator} Harbour \r\n\r\n".encode())
    sheet = read_sheet(file)
    assert not sheet.problems
    assert sheet.drafts[0].values == ("0012", "Harbour")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in str(read_sheet(tmp_path / "none.csv").problems[0])
    (tmp_path / "latin.csv").write_bytes(b"account,name\n1,a\n2,M\xfcller\n")
    assert str(read_sheet(tmp_path / "latin.csv").problems[0]) == "file: is not UTF-8 in line 3; save it as CSV UTF-8"


def test_an_account_of_a_receiver_that_the_settings_do_not_have_is_warned_about_once() -> None:
    sheet = parse_sheet("account,receiver\n1,panels\n2,panel\n3,panel\n", receivers=["panels"])
    assert not sheet.problems
    assert sheet.warnings == [Problem(3, "receiver", "'panel' is not in the settings, which have panels")]


# -- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        (HEX, bytes.fromhex(HEX)),
        (HEX.upper(), bytes.fromhex(HEX)),
        (f"hex:{HEX}", bytes.fromhex(HEX)),
        ("ab" * 24, b"\xab" * 24),
        ("ab" * 32, b"\xab" * 32),
        ("text:sixteen letters", b"sixteen letters"),
        (f"text:{HEX}", HEX.encode()),
    ],
)
def test_a_key_is_read_as_it_is_written(registry: Registry, cell: str, key: bytes) -> None:
    if len(key) == 15:
        cell, key = f"{cell}!", key + b"!"
    assert bring(registry, f"account,key\n1,{cell}\n").ok
    assert registry.accounts()[0].keys == (key,)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("SECRETSECRETSECR", "these are 16; if the panel shows these 16 characters as its key, write text: before"),
        ("SECRET" * 4, "these are 24; if the panel shows these 24 characters as its key, write text: before"),
        ("SECRETSECRET" + HEX[:20], "these are 32; if the panel shows these 32 characters as its key"),
        ("SECRET", "wants 32, 48 or 64 hex digits, or text: and 16, 24 or 32 characters; these are 6"),
        ("text:SECRET", "after text: wants 16, 24 or 32 plain characters; these are 6"),
        ("hex:SECRETSECRETSECR", "wants 32, 48 or 64 hex digits, or text: and 16, 24 or 32 characters; these are 16"),
        (f"{HEX} {HEX}", "these are 65"),
    ],
)
def test_a_key_that_cannot_be_used_is_explained_and_never_shown(cell: str, told: str) -> None:
    problem = the_problem(f"account,key\n1,{cell}\n")
    assert problem.startswith("row 2, key: ")
    assert told in problem
    assert "SECRET" not in problem
    assert HEX not in problem


def test_a_key_that_could_be_meant_two_ways_is_warned_about_once() -> None:
    sheet = parse_sheet(f"account,key\n1,hex:{HEX}\n2,{HEX}\n3,{HEX}\n")
    assert [warning.row for warning in sheet.warnings] == [3]
    assert "(2 rows)" in sheet.warnings[0].reason
    assert HEX not in sheet.warnings[0].reason


def test_a_sheet_without_its_header_shows_nothing_of_its_first_row() -> None:
    assert HEX not in the_problem(f"1234,{HEX}\n")


def test_a_key_is_in_no_change_row(registry: Registry, tmp_path: Path) -> None:
    bring(registry, "account,key\n1,none\n")
    assert bytes.fromhex(HEX).hex().encode() not in everything_stored(tmp_path)
    bring(registry, f"account,key\n1,{HEX}\n")
    assert HEX not in str(registry.changes(0))
