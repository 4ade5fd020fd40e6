"""The account sheet: every row an account that can be stored and read back, or problems by row and column."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Final

from argon2 import PasswordHasher

from belfry.registry import Registry
from belfry.registry.sheet import Sheet, parse_sheet

PROBLEM_MOST = 1_000
IMPORTS_EACH = 200
HEADER = (
    "account,prefix,receiver,name,address,latitude,longitude,time_zone,language,tenant,type,key,window,supervision_s,"
    "test_s,care,audible_panic,high_risk,line_cut,cancel_closes,verify_fire,building\n"
)
SEEDS = (
    "",
    "account\n1234\n",
    HEADER + "1234,0,panels,School,Mill Lane 1,52.1,13.2,Europe/Berlin,de,t,school,"
    "00112233445566778899aabbccddeeff,standard,600,90000,yes,no,1,0,true,none,b1\n",
    "account;key\n1;text:sixteen letters.\n2;none\n3;hex:zz\n",
    'account\tname\n1\t"a ""quoted"" name"\n1\ttwice\n',
    "account,latitude,longitude\n1,91,0\n2,1e3,nan\n3,-0,\n",
    "acount,name\n1,a\n",
    'account,name\n1,"open\n',
    "\ufeffaccount,time_zone\n1,../../etc/passwd\n2,Europe\n3,/etc/localtime\n",
    "account,supervision_s,test_s\n1,4,60\n2,604801,\n",
    "account,name\n1,a\x00b\n2,\u202e\n",
)

FOLDER = Path(mkdtemp(prefix="belfry-fuzz-"))
_registry: Final[list[Registry]] = []


def seeds() -> Iterable[bytes]:
    return (seed.encode() for seed in SEEDS)


def one_input(data: bytes) -> None:
    try:
        text = BytesIO(data).read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return  # `read_sheet` says in which line
    sheet = parse_sheet(text, ("panels", "api"))
    for problem in (*sheet.problems, *sheet.warnings):
        assert 0 < len(str(problem)) <= PROBLEM_MOST, "a problem as long as the file"
    assert len(sheet.drafts) <= data.count(b"\n") + data.count(b"\r") + 1
    if sheet.drafts and not sheet.problems:
        _stored(sheet)


def close() -> None:
    for registry in _registry[:1]:
        registry.close()
    _registry.clear()
    rmtree(FOLDER, ignore_errors=True)


def _stored(sheet: Sheet) -> None:
    """What was read can be stored, and a second time it changes nothing."""
    if len(_registry) > IMPORTS_EACH:
        close()
    if not _registry:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        FOLDER.mkdir(exist_ok=True)
        _registry.append(Registry.open(FOLDER, hasher=hasher))
    _registry.append(_registry[0])
    first = _registry[0].import_accounts(sheet, by="fuzz")
    if not first.ok:  # a sheet of another tenant came before, with the same number
        assert all("is taken" in one.reason for one in first.problems), "good alone, and refused for something else"
        return
    assert first.rows == len(sheet.drafts)
    again = _registry[0].import_accounts(sheet, dry_run=True, by="fuzz")
    assert again.unchanged == again.rows, "what was stored is not what was read"
