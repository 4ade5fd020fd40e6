"""`belfry decode`: what did my panel send? Works on bytes alone, without settings, stores or a running centre.

Exit code 0: every frame was well; 1: a fault was found, and is told in its object; 2: the command was not understood.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from belfry.domain.codes import load
from belfry.protocols.dc09 import key_from_hex
from belfry.protocols.dc09.describe import describe

INPUT_MAX_BYTES: Final = 16 * 1024 * 1024
"""Nobody reads more frames than that; a wrong file is named instead of filling the memory."""

STANDARD_INPUT: Final = "-"

EXAMPLE: Final = b'\n9EC40027"ADM-CID"0001L0#1002[#1002|1602 00 001]\r'.hex().upper()
"""A periodic test report, Contact ID 602."""

app = typer.Typer(help="Say what a device sent.", no_args_is_help=True)


@app.callback()
def decode() -> None:
    """Say what a device sent."""


@app.command(
    "dc09",
    epilog="Example: belfry decode dc09 " + EXAMPLE,
)
def dc09(
    frames: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[HEX ... | -]", help="Frames in hexadecimal digits; - reads one a line from standard input."
        ),
    ] = None,
    key: Annotated[str | None, typer.Option(metavar="HEX", help="AES key: 32, 48 or 64 hexadecimal digits.")] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="The receiver's clock (RFC 3339) for the time window; without it none is checked."
        ),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Read bytes as they came from standard input, no hexadecimal.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line an object, on a terminal too.")] = False,
) -> None:
    """Say what an alarm panel sent: one JSON object a frame of SIA DC-09, with the answer that it would get."""
    secret = None if key is None else _key(key)
    clock = None if at is None else _time(at)
    codes = load()
    indent = 2 if sys.stdout.isatty() and not as_json else None
    faults = 0
    for wire in _wires(frames or [], raw=raw):
        for described in describe(wire, key=secret, at=clock, codes=codes):
            faults += not described["valid"]
            typer.echo(json.dumps(described, ensure_ascii=False, indent=indent))
    if faults:
        raise typer.Exit(1)


def _wires(frames: list[str], *, raw: bool) -> Iterator[bytes]:
    """Yield the bytes of each frame given, or of standard input."""
    if raw:
        if frames not in ([], [STANDARD_INPUT]):
            raise typer.BadParameter("--raw reads bytes from standard input; leave the frames out", param_hint="HEX")
        yield _standard_input()
        return
    if not frames:
        raise typer.BadParameter("give a frame in hexadecimal digits, or - for standard input", param_hint="HEX")
    for text in frames:
        if text == STANDARD_INPUT:
            lines = _standard_input().decode("ascii", "replace").splitlines()
            yield from (_bytes(line) for line in lines if line.strip())
        else:
            yield _bytes(text)


def _standard_input() -> bytes:
    content = sys.stdin.buffer.read(INPUT_MAX_BYTES + 1)
    if len(content) > INPUT_MAX_BYTES:
        raise typer.BadParameter(f"standard input is longer than {INPUT_MAX_BYTES} bytes", param_hint="-")
    return content


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise typer.BadParameter(f"{text[:40]!r} is not in hexadecimal digits", param_hint="HEX") from None


def _key(text: str) -> bytes:
    try:
        return key_from_hex(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--key") from None


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time such as 2026-03-14T08:00:05Z", param_hint="--at") from None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
