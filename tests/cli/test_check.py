"""`belfry check`: every fault found, nothing started, nothing changed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Final

import pytest
import typer
from msgspec import structs
from sqlalchemy import text
from typer.testing import CliRunner

from belfry.cli.check import check
from belfry.domain.agreement import AgreedField, Agreement
from belfry.journal.sqlite import SqliteJournal
from belfry.keys.sqlite import SqliteKeyStore
from belfry.protocols.pmtiles import archive
from belfry.registry import Registry
from belfry.sql import writing

app: Final = typer.Typer()
app.command()(check)

Check = Callable[[str], tuple[int, dict[str, list[tuple[str, str]]]]]


@pytest.fixture
def checked(tmp_path: Path) -> Check:
    """Check a settings text: exit code, and `(state, detail)` by part."""

    def run(settings: str) -> tuple[int, dict[str, list[tuple[str, str]]]]:
        config = tmp_path / "belfry.toml"
        config.write_text(settings)
        result = CliRunner().invoke(app, ["--config", str(config), "--json"])
        told = json.loads(result.stdout)
        assert told["ok"] == (result.exit_code == 0)
        found: dict[str, list[tuple[str, str]]] = {}
        for item in told["items"]:
            found.setdefault(item["part"], []).append((item["state"], item["detail"]))
        return result.exit_code, found

    return run


GOOD: Final = 'accounts = "a.csv"\n[[receiver]]\ntype = "dc09"\nname = "panels"\nlisten = "127.0.0.1:12009"\n'


def test_a_good_file_is_well_and_nothing_was_made(checked: Check, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("account\n1\n")
    code, found = checked(GOOD)
    assert code == 0
    assert {state for findings in found.values() for state, _ in findings} == {"ok"}
    assert found["receiver panels"] == [("ok", "dc09 on 127.0.0.1:12009")]
    assert {file.name for file in tmp_path.iterdir()} == {"a.csv", "belfry.toml"}


@pytest.mark.parametrize("door", ["http", "smtp"])
def test_a_certificate_that_a_receiver_cannot_use_is_found(checked: Check, tmp_path: Path, door: str) -> None:
    text = f'[[receiver]]\ntype = "{door}"\nname = "door"\nlisten = "127.0.0.1:0"\ntls_cert = "{tmp_path}/door.pem"\n'
    code, found = checked(text)
    assert code == 1
    assert found["receiver door"] == [
        ("fault", f"tls_cert = {tmp_path}/door.pem cannot be read: No such file or directory")
    ]


def test_a_person_reads_a_line_for_each_part(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("account\n1\n")
    (tmp_path / "belfry.toml").write_text(GOOD)
    result = CliRunner().invoke(app, ["--config", str(tmp_path / "belfry.toml")])
    assert "ok       receiver panels: dc09 on 127.0.0.1:12009\n" in result.stdout


@pytest.mark.parametrize(
    ("settings", "part", "told"),
    [
        ("dta = 1\nnme = 2", "settings", "unknown key dta; did you mean data?"),
        ('journal = "sqlit"', "journal", "'sqlit' is not installed; installed in belfry.journals: memory, nats"),
        ('[[receiver]]\ntype = "dc9"', "receiver dc9", "'dc9' is not installed; installed in belfry.receivers: "),
        ('[[receiver]]\ntype = "dc09"\nkyes = []', "receiver dc09", "receiver.dc09.kyes; did you mean keys?"),
        ('[[receiver]]\ntype = "dc09"\nlisten = "127.0.0.1:8440"', "receiver dc09", "is taken by the console"),
        ('accounts = "none.csv"', "accounts", "none.csv cannot be read"),
        ('[console]\ntls_cert = "c.pem"\ntls_key = "k.pem"', "console", "c.pem cannot be read: No such file"),
        ('data = "belfry.toml"', "data", "is no folder"),
    ],
)
def test_a_fault_is_found(checked: Check, settings: str, part: str, told: str) -> None:
    code, found = checked(settings)
    assert code == 1
    assert any(state == "fault" and told in detail for state, detail in found[part]), found


@pytest.mark.parametrize(
    ("settings", "part", "told"),
    [
        ("", "receiver", "none in the settings"),
        ('[console]\nlisten = "0.0.0.0:8440"', "console", "open to the network without TLS"),
        ('data = "."', "data", "can be read by others"),
    ],
)
def test_what_is_only_unwise_is_a_warning(checked: Check, tmp_path: Path, settings: str, part: str, told: str) -> None:
    tmp_path.chmod(0o755)
    code, found = checked(settings)
    assert code == 0
    assert any(state == "warning" and told in detail for state, detail in found[part]), found


def test_a_bad_sheet_is_found(checked: Check, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("account,care\n1,perhaps\n")
    code, found = checked('accounts = "a.csv"')
    assert code == 1
    assert found["accounts"] == [("fault", "row 2, care: 'perhaps' wants yes or no")]


async def test_the_key_store_and_its_instance_key_are_looked_at(checked: Check, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    await (await SqliteKeyStore.open(data, token_bytes)).close()
    assert checked("")[1]["keys"] == [("ok", "the instance key is there")]
    (data / "instance.key").unlink()
    code, found = checked("")
    assert code == 1
    assert "instance.key is missing" in found["keys"][0][1]
    assert not (data / "instance.key").exists()


async def test_the_journal_is_looked_at_while_a_server_holds_it(checked: Check, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    journal = await SqliteJournal.open(data)
    assert checked("")[1]["journal"] == [("ok", "sqlite")]
    await journal.close()
    (data / "journal.sqlite3").write_bytes(b"garbage, and enough of it" * 200)
    assert ("fault", f"{data}/journal.sqlite3 cannot be used: file is not a database") in checked("")[1]["journal"]


def test_the_registry_is_looked_at(checked: Check, tmp_path: Path) -> None:
    registry = Registry.open(tmp_path / "data")
    assert checked("")[1]["registry"] == [("ok", "whole")]
    with writing(registry.store.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    registry.close()
    assert checked("")[1]["registry"] == [("fault", "was written by a newer version of this program")]
    (tmp_path / "data" / "registry.sqlite3").write_bytes(b"garbage, and enough of it" * 200)
    code, found = checked("")
    assert code == 1
    assert "cannot be used: file is not a database" in found["registry"][0][1]


def test_a_database_that_does_not_answer_is_told_without_its_password(checked: Check) -> None:
    code, found = checked('database = "postgresql://u:hunter2@127.0.0.1:1/d"')
    assert code == 1
    assert found["registry"][0][0] == "fault"
    assert "postgresql://u:***@127.0.0.1:1/d cannot be used" in found["registry"][0][1]
    code, found = checked('database = "mysql://u:hunter2@h/d"')
    assert code == 1
    assert "database: wants an address such as 'postgresql://HOST/DATABASE'" in found["settings"][0][1]
    assert "hunter2" not in repr(found)


PAGING: Final = """
[[notifier]]
type = "apprise"
name = "sam"
url_file = "sam.url"
[[on_call]]
name = "Sam"
level = "supervisor"
notifier = "sam"
"""


def test_a_way_out_is_made_and_nothing_is_sent(checked: Check, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("account\n1\n")
    secret = tmp_path / "sam.url"
    secret.write_text("json://sam:secret-word@127.0.0.1:1/ring\n")
    secret.chmod(0o600)
    code, found = checked(GOOD + PAGING)
    assert (code, found["notifier sam"]) == (0, [("ok", "apprise, as push")])
    secret.chmod(0o644)
    code, found = checked(GOOD + PAGING)
    ((state, detail),) = found["notifier sam"]
    assert (code, state) == (0, "warning")
    assert "can be read by others" in detail
    assert "secret-word" not in detail


@pytest.mark.parametrize(
    ("settings", "part", "state", "detail"),
    [
        (PAGING, "notifier sam", "fault", "sam.url cannot be read: No such file"),
        (PAGING.replace('"apprise"', '"pigeon"'), "notifier sam", "fault", "'pigeon' is not installed"),
        (PAGING.replace("url_file", "url"), "notifier sam", "fault", "unknown key notifier.sam.url"),
        (PAGING.replace('notifier = "sam"', 'notifier = "tom"'), "settings", "fault", "'tom': is no [[notifier]]"),
        (PAGING.replace('"supervisor"', '"room"'), "settings", "fault", "wants rules.room_1_s"),
        (PAGING + 'hours = ["mo 25:00-26:00"]', "settings", "fault", "wants times from 00:00 to 24:00"),
    ],
    ids=["no file", "no such type", "an address in the settings", "no such notifier", "no such room", "no such hour"],
)
def test_a_way_out_that_cannot_be_had_is_named(
    checked: Check, tmp_path: Path, settings: str, part: str, state: str, detail: str
) -> None:
    (tmp_path / "a.csv").write_text("account\n1\n")
    code, found = checked(GOOD + settings)
    assert code == 1
    assert any(found_state == state and detail in said for found_state, said in found[part]), found


def test_a_map_that_cannot_be_shown_is_said_and_is_no_fault(checked: Check, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("account\n1\n")
    mapped = f'{GOOD}\n[map]\ntiles = "town.pmtiles"\n'
    code, found = checked(mapped)
    assert (code, found["map"][0][0]) == (0, "warning")
    assert "there is no such file" in found["map"][0][1]
    (tmp_path / "town.pmtiles").write_bytes(b"no tiles")
    assert "it is no PMTiles file" in checked(mapped)[1]["map"][0][1]
    tile = archive({(0, 0, 0): b"land"}, {}, south_west=(0.0, 0.0), north_east=(1.0, 1.0))
    (tmp_path / "town.pmtiles").write_bytes(tile)
    assert checked(mapped)[1]["map"] == [("ok", "town.pmtiles")]
    style = {"sources": {"a": {"tiles": ["https://tiles.example/{z}/{x}/{y}"]}}, "layers": []}
    (tmp_path / "style.json").write_text(json.dumps(style))
    assert "allow_remote" in checked(f'{mapped}style = "style.json"\n')[1]["map"][0][1]
    allowed = checked(f'{mapped}style = "style.json"\nallow_remote = true\n')
    assert allowed[1]["map"] == [("ok", "town.pmtiles; operators' browsers ask https://tiles.example")]


AGREED: Final = Agreement(
    partner="City fire brigade",
    kinds=("FIRE",),
    fields=(AgreedField.KIND,),
    why="They come",
    begins=datetime(2020, 1, 1, tzinfo=UTC),
    ends=datetime(2999, 1, 1, tzinfo=UTC),
)
LONG_OVER: Final = datetime(2021, 1, 1, tzinfo=UTC)


def siren(agreement: str, **words: str) -> str:
    keys = {"type": "webhook", "address": "https://siren.example/", "secret_file": "siren.key"} | words
    lines = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    return f'[[output]]\nname = "siren"\nagreement = "{agreement}"\n{lines}'


async def test_what_leaves_by_machine_wants_an_agreement_that_holds_and_its_secret(
    checked: Check, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("account\n1\n")
    (tmp_path / "siren.key").write_text("k" * 32)
    (tmp_path / "siren.key").chmod(0o600)
    assert checked(GOOD + siren("g1"))[1]["output siren"] == [("warning", "agreement g1 is not known: nothing leaves")]
    (tmp_path / "data").mkdir(mode=0o700)
    registry = Registry.open(tmp_path / "data")
    door = registry.agreements_door()
    ids = [(await door.make(structs.replace(AGREED, ends=ends), by="ada")).id for ends in (AGREED.ends, LONG_OVER)]
    registry.close()
    code, found = checked(GOOD + siren(ids[0]))
    assert (code, found["output siren"]) == (0, [("ok", "agreed with City fire brigade until 2999-01-01 00:00 UTC")])
    link = f'[[automation]]\nname = "old"\nagreement = "{ids[1]}"\nlisten = "127.0.0.1:12009"\n'
    code, found = checked(GOOD + link)
    assert sorted(found["automation old"]) == [
        ("fault", "127.0.0.1:12009 is taken by panels"),
        ("warning", "the agreement with City fire brigade is over: nothing leaves"),
    ]
    (tmp_path / "siren.key").chmod(0o644)
    assert "can be read by others" in checked(GOOD + siren(ids[0]))[1]["output siren"][1][1]
    (tmp_path / "siren.key").write_text("short")
    ((_, _), (state, detail)) = checked(GOOD + siren(ids[0]))[1]["output siren"]
    assert (state, "wants 16 characters" in detail, "short" in detail) == ("fault", True, False)
    assert checked(GOOD + siren(ids[0], tls_ca="no.pem"))[1]["output siren"][1][0] == "fault"
