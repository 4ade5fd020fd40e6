"""`belfry decode dc09`: every vector gives exactly what it expects, on standard output, with the right exit code."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from belfry.cli.decode import app
from tests.protocols.dc09.vectors import VECTORS, Vector, vector

OUR_OWN_WORDS = {"name", "listed", "subtype", "state", "kind", "priority", "act"}


def run(*words: str, given: bytes = b"", code: int = 0) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["dc09", *words], input=given)
    assert result.exit_code == code, result.output
    return [json.loads(line) for line in result.stdout.splitlines()] if code < 2 else []


def words_of(case: Vector) -> list[str]:
    key = [] if case.key is None else ["--key", case.key.hex()]
    at = [] if case.at is None else ["--at", case.at.isoformat()]
    return [*key, *at, case.raw.hex()]


@pytest.mark.parametrize("case", [v for v in VECTORS if "stream" not in v.expect], ids=lambda case: case.name)
def test_a_vector_is_told_as_it_expects(case: Vector) -> None:
    (found,) = run(*words_of(case), code=0 if case.expect["valid"] else 1)
    for event in found.get("events", []):
        assert event.keys() >= OUR_OWN_WORDS
    found["events"] = [
        {name: value for name, value in event.items() if name not in OUR_OWN_WORDS} for event in found.get("events", [])
    ]
    expected = {name: value for name, value in case.expect.items() if name != "reply_also"}
    assert {name: found.get(name, "absent") for name in expected} == expected


def test_an_event_says_what_the_centre_would_do_with_it() -> None:
    (found,) = run(vector("sia-cat-FA").raw.hex())
    (event,) = found["events"]
    assert (event["kind"], event["priority"], event["act"], event["state"], event["subtype"]) == (
        "FIRE.ALARM.AUTO",
        1,
        "open_or_join",
        "alarm",
        "detector",
    )


def test_standard_input_has_one_frame_a_line() -> None:
    lines = "\n".join(vector(name).raw.hex() for name in ("sia-burglary", "cid-perimeter", "stream-two-frames"))
    assert [found["seq"] for found in run("-", given=lines.encode())] == ["0001", "0001", "0501", "0502"]


def test_raw_bytes_come_as_they_are() -> None:
    raw = vector("stream-two-frames").raw
    assert [found["seq"] for found in run("--raw", given=raw)] == ["0501", "0502"]
    assert [found["seq"] for found in run("--raw", "-", "--json", given=raw)] == ["0501", "0502"]


def test_one_bad_frame_among_good_ones_is_told_in_its_place() -> None:
    good, bad = vector("sia-burglary").raw, vector("crc-digit-changed").raw
    found = run(good.hex(), (bad + good).hex(), code=1)
    assert [one["error"] for one in found] == [None, "crc", None]


@pytest.mark.parametrize(
    "words",
    [[], ["xyz"], ["0A0"], ["--key", "00", "0A0D"], ["--at", "now", "0A0D"], ["--raw", "0A0D"], ["--no-such", "0A0D"]],
)
def test_what_is_not_understood_is_usage(words: list[str]) -> None:
    run(*words, code=2)


def test_a_wrong_key_is_never_printed() -> None:
    result = CliRunner().invoke(app, ["dc09", "--key", "5ecre7", "0A0D"])
    assert "5ecre7" not in result.output
