"""`belfry decode dc09` reads whatever it is given: objects, or a sentence; never a trace back."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from belfry.cli import app
from tests.protocols.dc09.vectors import VECTORS

WIRES = st.lists(st.sampled_from([v.raw for v in VECTORS]) | st.binary(max_size=40), max_size=3).map(b"".join)


def told(*words: str, given: bytes) -> tuple[int, list[dict[str, object]], str]:
    """Exit code, the objects on standard output, and what was complained of."""
    result = CliRunner().invoke(app, ["decode", "dc09", *words], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


@settings(max_examples=60, deadline=None)
@given(wire=WIRES)
def test_any_bytes_are_told_the_same_raw_and_in_digits(wire: bytes) -> None:
    code, objects, complained = told("--raw", given=wire)
    assert (code == 0) is all(one["valid"] for one in objects)
    assert objects
    assert complained == ""
    assert told(wire.hex() or "0A", given=b"")[0] in (0, 1)
    if wire:
        assert told(wire.hex(), given=b"") == (code, objects, complained)


@settings(max_examples=40, deadline=None)
@given(lines=st.binary(max_size=200))
def test_lines_that_are_no_digits_are_wrong_usage_in_a_sentence(lines: bytes) -> None:
    code, _, complained = told("-", given=lines)
    assert code in (0, 1, 2)
    assert ("not in hexadecimal" in " ".join(complained.replace("│", " ").split())) is (code == 2)


@settings(max_examples=40, deadline=None)
@given(key=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=70))
def test_a_key_that_is_none_is_never_shown(key: str) -> None:
    code, _, complained = told("--key", key, "0A", given=b"")
    assert code in (1, 2)
    assert code == 1 or len(key) < 4 or key not in complained


def test_what_a_receiver_handed_on_is_said_with_its_answer() -> None:
    wire = b"1011           @    \x145011 181234E13001015\x14hello\x14"
    result = CliRunner().invoke(app, ["decode", "surgard", "--raw", "--json"], input=wire)
    assert result.exit_code == 1
    beat, alarm, bad = (json.loads(line) for line in result.stdout.splitlines())
    assert (beat["what"], beat["reply_hex"]) == ("heartbeat", "06")
    assert (alarm["prefix"], alarm["account"], alarm["events"][0]["kind"]) == ("011", "1234", "PROP.ALARM.INTR")
    assert (bad["valid"], bad["reply"], bad["reply_hex"]) == (False, "NAK", "15")
