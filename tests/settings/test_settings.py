"""The settings file: whole or not at all, and every mistake named so that it can be mended from the message alone."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pytest
from msgspec import Meta, Struct

from belfry.domain import facts
from belfry.settings import ReceiverTable, Settings, SettingsError, host_port, load, parse, part


class Dc09ish(Struct, frozen=True, kw_only=True):
    """What a plug-in's own settings may look like."""

    name: str = "panels"
    listen: str = "127.0.0.1:12009"
    keys: tuple[str, ...] = ()
    idle_s: Annotated[int, Meta(ge=1)] = 60


def problem(text: str) -> str:
    with pytest.raises(SettingsError) as refused:
        parse(text, file="belfry.toml")
    return str(refused.value)


def test_an_empty_file_is_the_default_centre() -> None:
    assert parse("") == Settings()


def test_every_key_of_the_example_arrives() -> None:
    settings = parse(
        """
        data = "store"
        name = "Harbour control"
        accounts = "accounts.csv"
        language = "fr"
        [console]
        listen = "[::1]:0"
        public_url = "https://alarms.example.org"
        trusted_proxies = ["10.0.0.0/8", "::1"]
        session_hours = 8
        [dialler]
        url = "https://pbx.example.org/call?to={number}"
        [[receiver]]
        type = "dc09"
        name = "panels"
        listen = "0.0.0.0:12009"
        keys = ["00"]
        [rules]
        replay_s = 60
        [retention]
        caller_days = 7
        """
    )
    assert settings.name == "Harbour control"
    assert settings.console.session_hours == 8
    assert settings.receiver[0].called == "panels"
    assert settings.receiver[0].rest == {"keys": ["00"]}
    assert settings.rules.replay_s == 60
    assert settings.retention.of(facts.Retention.CALLER) == timedelta(days=7)


def test_every_retention_class_has_a_period() -> None:
    for kept in facts.Retention:
        assert Settings().retention.of(kept) > timedelta(0)


def test_relative_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "belfry.toml"
    file.write_text('accounts = "a.csv"\n[console]\ntls_cert = "c.pem"\ntls_key = "/etc/k.pem"\n')
    settings = load(file)
    assert settings.data == tmp_path / "data"
    assert settings.accounts == tmp_path / "a.csv"
    assert settings.console.tls_cert == tmp_path / "c.pem"
    assert settings.console.tls_key == Path("/etc/k.pem")


def test_a_receiver_s_files_count_from_there_too(tmp_path: Path) -> None:
    file = tmp_path / "belfry.toml"
    file.write_text(
        '[[receiver]]\ntype = "mqtt"\nbroker = "mqtts://192.0.2.7"\ntls_ca = "ca.pem"\nuser = "a"\n'
        'password_file = "/etc/word"\nzigbee2mqtt = ["z"]\n'
    )
    (receiver,) = load(file).receiver
    assert receiver.rest["tls_ca"] == str(tmp_path / "ca.pem")
    assert receiver.rest["password_file"] == "/etc/word"
    assert receiver.rest["zigbee2mqtt"] == ["z"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dta = 'x'", "belfry.toml: unknown key dta; did you mean data?"),
        ("[console]\nlisen = 'x'", "belfry.toml: unknown key console.lisen; did you mean listen?"),
        ("[rules]\nlate = 1", "belfry.toml: unknown key rules.late; did you mean late_s?"),
        (
            "[retention]\nzzz = 1",
            "belfry.toml: unknown key retention.zzz; known here: caller_days, entry_days, incident_days,",
        ),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(text: str, message: str) -> None:
    assert problem(text).startswith(message)


def test_all_unknown_keys_are_named_at_once() -> None:
    assert len(problem("a = 1\nb = 2\n[console]\nc = 3").splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[console]\nsession_hours = 99", "console.session_hours = 99: Expected int <= 24"),
        ("[console]\nsession_hours = 'a'", "console.session_hours = 'a': Expected int, got str"),
        ("language = 'xx'", "language = 'xx': Expected one of "),
        ("data = 3", "data = 3: Expected str, a path"),
        ("console = 3", "console = 3: Expected object, got int"),
        ("name = ''", "name = '': Expected str of length >= 1"),
        ("[rules]\nreplay_s = -1", "rules.replay_s = -1: wants a number from 0 to 315360000"),
        ("[console]\nlisten = '8440'", "console: listen = '8440': wants HOST:PORT"),
        ("[console]\nlisten = '127.0.0.1:70000'", "port 0 to 65535"),
        ("[console]\ntls_cert = 'c.pem'", "console: tls_key is missing"),
        ("[console]\npublic_url = 'alarms.example.org'", "console: public_url = 'alarms.example.org': wants http(s)"),
        ("[dialler]\nurl = 'sip:anna@example.org'", "dialler: url = 'sip:anna@example.org': wants an address such as"),
        ("[dialler]\nurl = 'javascript:call({number})'", "dialler: url = 'javascript:call({number})': wants"),
        ("[dialler]\nurl = '{number}:1'", "dialler: url = '{number}:1': wants"),
        ("[dialler]\nurl = 'tel:{number}{number}'", "dialler: url = 'tel:{number}{number}': wants"),
        ("[console]\ntrusted_proxies = ['10.0.0.0/33']", "console: trusted_proxies: '10.0.0.0/33'"),
        ("[[receiver]]\nname = 'x'", "receiver[0]: Object missing required field type"),
        ("[[receiver]]\ntype = 'dc09'\nlisten = 'x'", "receiver[0]: listen = 'x': wants HOST:PORT"),
        ("[receiver]\ntype = 'dc09'", "wants [[receiver]] in double brackets"),
        ("[[receiver]]\ntype = 'dc09'\n[[receiver]]\ntype = 'dc09'", "dc09 is used twice"),
        ("data = ", "is not TOML: Invalid value (at end of document)"),
    ],
)
def test_a_bad_value_is_named_with_its_field_and_limit(text: str, message: str) -> None:
    assert problem(text).startswith("belfry.toml: ")
    assert message in problem(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = " + "9" * 5_000, "has a number that is too long"),
        ("name = " + "[" * 5_000, "is nested too deep"),
        ("name = " + "{a=" * 5_000, "is nested too deep"),
        ("[console]\npublic_url = 'http://[::1'", "public_url = 'http://[::1': wants http(s)://HOST[:PORT]"),
        ("[console]\npublic_url = 'http://a:99999'", "public_url = 'http://a:99999': wants http(s)://HOST[:PORT]"),
        ("[console]\nlisten = 'a..b:0'", "listen = 'a..b:0': wants HOST:PORT"),
        (f"[console]\nlisten = '{'a' * 64}:0'", "wants HOST:PORT"),
        (f"[console]\nlisten = 'a:{'1' * 5_000}'", "wants HOST:PORT"),
        ('data = "a\\u0000b"', "wants a path of at most 2048 bytes, in one line"),
        (f"data = '{'x' * 300}'", "wants no name of more than 200 bytes in a path"),
        ("k" * 5_000 + " = 1", " ... "),
        (f"[console]\npublic_url = '{'u' * 5_000}'", "wants http(s)://HOST[:PORT] without a path"),
        ("name = 0x" + "f" * 5_000, "name = (a number of many digits): Expected str"),
        ("[rules]\nreplay_s = " + "9" * 4_000, "rules.replay_s = a number of many digits: wants a number from 0 to"),
    ],
    ids=[
        *("digits", "arrays", "tables", "no address", "no port", "empty label", "long label", "long port"),
        *(
            "NUL in a path",
            "a long name",
            "a long key",
            "a long address",
            "hexadecimal digits",
            "digits that can be read",
        ),
    ],
)
def test_what_no_reader_can_bear_is_a_problem_in_words(text: str, message: str) -> None:
    said = problem(text)
    assert message in said
    assert len(said) < 1_100


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read: No such file"):
        load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"name = '\xe9'")
    with pytest.raises(SettingsError, match="is not UTF-8 at byte 8"):
        load(tmp_path / "latin.toml")
    (tmp_path / "long.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(SettingsError, match="is longer than"):
        load(tmp_path / "long.toml")


def a_receiver(**rest: object) -> ReceiverTable:
    return ReceiverTable(type="dc09", name="panels", rest=rest)


def test_a_plug_in_gets_its_table_as_its_own_settings() -> None:
    assert part(a_receiver(idle_s=5), Dc09ish) == Dc09ish(idle_s=5)
    assert part(ReceiverTable(type="dc09", listen="[::1]:1"), Dc09ish) == Dc09ish(name="dc09", listen="[::1]:1")


def test_a_plug_in_without_a_name_of_its_own_is_not_handed_one() -> None:
    class Bare(Struct, frozen=True):
        room: int = 1

    assert part(a_receiver(room=2), Bare) == Bare(2)


def test_an_unknown_key_of_a_plug_in_is_an_error_too() -> None:
    with pytest.raises(SettingsError, match=r"b\.toml: unknown key receiver\.panels\.idl_s; did you mean idle_s\?"):
        part(a_receiver(idl_s=5), Dc09ish, file="b.toml")
    with pytest.raises(SettingsError, match=r"receiver\.panels\.idle_s = 0: Expected int >= 1"):
        part(a_receiver(idle_s=0), Dc09ish)


def test_a_secret_is_never_shown() -> None:
    with pytest.raises(SettingsError) as refused:
        part(a_receiver(keys=[123456]), Dc09ish)
    assert "123456" not in str(refused.value)
    assert "receiver.panels.keys[0] = (not shown): Expected str, got int" in str(refused.value)


def test_host_and_port_of_both_families() -> None:
    assert host_port("127.0.0.1:0") == ("127.0.0.1", 0)
    assert host_port("[::]:443") == ("::", 443)
    with pytest.raises(ValueError, match="wants HOST:PORT"):
        host_port("::1:443")


REACHED = """
[[notifier]]
type = "apprise"
name = "sam"
url_file = "secrets/sam"
[[on_call]]
name = "Sam"
level = "supervisor"
notifier = "sam"
hours = ["mo-fr 06:00-18:00"]
[[shift]]
name = "day"
begins = "06:00"
[[operator_group]]
name = "north"
members = ["anna", "boris", "chloe", "dora", "emil"]
"""


def test_ways_out_the_rota_and_the_shifts_arrive(tmp_path: Path) -> None:
    file = tmp_path / "belfry.toml"
    file.write_text(REACHED)
    settings = load(file)
    assert settings.operator_group[0].team().members == ("anna", "boris", "chloe", "dora", "emil")
    assert settings.notifier[0].rest == {"url_file": str(tmp_path / "secrets/sam")}
    assert settings.on_call[0].row().hours[0].days == (0, 1, 2, 3, 4)
    assert settings.shift[0].shift().begins == 360


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (REACHED + REACHED, "notifier.name: sam is used twice"),
        (REACHED.replace('notifier = "sam"', 'notifier = "tom"'), "on_call Sam: notifier = 'tom': is no [[notifier]]"),
        (
            REACHED.replace('"supervisor"', '"boss"'),
            "on_call[0].level = 'boss': Expected one of desk, next, outside",
        ),
        (REACHED.replace('"supervisor"', '"room"'), "on_call.level = 'room': wants rules.room_1_s"),
        (REACHED.replace('"mo-fr', '"mx-fr'), "wants days of mo tu we th fr sa su"),
        (REACHED.replace('"06:00"', '"6"'), "begins = '6': wants a time such as '06:00'"),
        (REACHED + '[[shift]]\nname = "late"\nbegins = "06:00"', "two shifts begin at the same time"),
        (REACHED.replace(', "emil"', ""), "operator_group north: 4 members: wants at least 5"),
        ('time_zone = "Moon/Base"', "time_zone = 'Moon/Base': wants a name such as 'Europe/Berlin'"),
        ("[on_call]\nname = 'x'", "on_call: wants [[on_call]] in double brackets"),
    ],
)
def test_a_way_out_that_cannot_be_meant_is_named(text: str, message: str) -> None:
    assert message in problem(text)
