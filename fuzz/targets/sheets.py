"""Every kind of sheet, plain and through a profile, is drafts that can be merged, or problems by row and column.

CSV and JSON; what a proposal makes of the same bytes is a profile that can be read.
"""

from collections.abc import Iterable

from belfry.ports.sheets import SheetKind
from belfry.registry.sheet import Sheet, parse_sheet
from belfry.registry.sheets.forms import FORMS
from belfry.registry.sheets.merge import merged
from belfry.registry.sheets.profiles import PLAIN, built_in, names, parse_profile, translate
from belfry.registry.sheets.propose import SAMPLED, profile_text, propose
from belfry.registry.sheets.rows import first_rows

PROBLEM_MOST = 1_000
KINDS = tuple(SheetKind)
PROFILES = (None, *names())

SEEDS = (
    "account,zone,area,name,hazard,outdoor\n1,1,,Door,fire,yes\n1,1,2,,gas,\n",
    'account;name;phone_1;hours;absences\n1;"A ""b""";+41 44;Mon-Fri 08:00-18:00;2026-01-01T00:00Z/2026-01-02T00:00Z\n',
    "account,schedule,days,opens_from,opens_until,closes_from,closes_until,first,last\n1,x,Mon,07:00,08:00,17:00,18:00,,\n",
    "Acct No,Schedule,Mon Open,Mon Close\n1,x,8:00 AM,2:00 AM\n",
    "Identnummer;Meldergruppe;Gefahr\n1;2;Brand\n",
    '[{"account":"1","zone":1,"name":null,"outdoor":true},{"account":"1"}]',
    '{"kind":"contacts","rows":[{"account":"1","name":"x","lists":["fire"],"order":1}]}',
    "account,path\n'1,'=x\n1,\"' a '\"\n",
    "account,wire,code\n1,sia,BA\n",
    "account,notes\n1,\"two\nlines\"\n",
)  # fmt: skip


def seeds() -> Iterable[bytes]:
    for number, seed in enumerate(SEEDS):
        for kind in range(len(KINDS)):
            yield bytes([kind, number % len(PROFILES)]) + seed.encode()
    yield bytes([3, 0]) + SEEDS[0].encode("utf-16")


def one_input(data: bytes) -> None:
    data = data.ljust(2, b"\0")
    kind, profile, content = KINDS[data[0] % len(KINDS)], PROFILES[data[1] % len(PROFILES)], data[2:]
    how = None if profile is None else translate(built_in(profile), kind, lenient=True)
    sheet = parse_sheet(content, ("panels",), kind=kind, translate=how)
    for problem in (*sheet.problems, *sheet.warnings):
        assert 0 < len(str(problem)) <= PROBLEM_MOST, "a problem as long as the file"
    if not sheet.problems:
        _merged(sheet)
    _proposed(kind, content)


def _merged(sheet: Sheet) -> None:
    """Rows of one account make a collection, and a second time they change nothing."""
    if sheet.kind in {SheetKind.ACCOUNTS, SheetKind.DETAILS}:
        return
    rows = [sheet.given(draft) for draft in sheet.drafts]
    once = merged(sheet.kind, (), rows).after
    again = merged(sheet.kind, once, rows)
    assert again.after == once
    assert again.counts["unchanged"] == len(rows)


def _proposed(kind: SheetKind, content: bytes) -> None:
    rows = first_rows(content, translate(PLAIN, kind, lenient=True), SAMPLED)
    matches = propose(kind, rows)
    taken = [one.column for one in matches if one.column and one.column not in {"address", "name"}]
    assert len(taken) == len(set(taken)), "two columns for one of ours"
    assert set(taken) <= {*FORMS[kind].columns, "opens", "closes"} | {one for one in taken if "_" in one}
    parse_profile(profile_text(kind, matches, rows))
