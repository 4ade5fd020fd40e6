"""`belfry decode`: what did my panel, my camera, my broker send? Works on bytes alone, without settings or stores; with
`--config` a device's message is judged by the tables of its registry.

Exit code 0: every message was well; 1: a fault was found, and is told in its object; 2: the command was not understood.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from belfry.cli.registered import ConfigOption, DeviceOption, Registered
from belfry.domain.codes import load
from belfry.domain.reading import Disposition, Observed, Said
from belfry.protocols.dc09 import key_from_hex
from belfry.protocols.dc09.describe import describe
from belfry.protocols.decoded import Whose, decoded
from belfry.protocols.hint import NO_HINT, Hint
from belfry.protocols.located import LOCATION_READERS
from belfry.protocols.located import described as placed
from belfry.protocols.readers import READERS
from belfry.protocols.surgard.describe import describe as handed_on

INPUT_MAX_BYTES: Final = 16 * 1024 * 1024
"""Nobody reads more frames than that; a wrong file is named instead of filling the memory."""

STANDARD_INPUT: Final = "-"

EXAMPLE: Final = b'\n9EC40027"ADM-CID"0001L0#1002[#1002|1602 00 001]\r'.hex().upper()
"""A periodic test report, Contact ID 602."""

SURGARD_EXAMPLE: Final = b"5011 181234E13001015\x14".hex().upper()
"""A burglar alarm of account 1234 in zone 15, received by line 1 of receiver 01."""

Hex = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[HEX ... | -]", help="Frames or lines in hexadecimal digits; - reads one a line from standard input."
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILE ... | -]", help="One message a file; - reads one from standard input."),
]
Raw = Annotated[bool, typer.Option("--raw", help="Read bytes as they came from standard input, no hexadecimal.")]
AsJson = Annotated[bool, typer.Option("--json", help="One line an object, on a terminal too.")]

Told = tuple[bool, Mapping[str, object]]
"""Whether a message was well, and the object that says what it is."""

app = typer.Typer(help="Say what a device sent.", no_args_is_help=True)


@app.callback()
def decode() -> None:
    """Say what a device sent."""


# -- frames and lines, in hexadecimal digits ---------------------------------------------------------------------------


@app.command("dc09", epilog="Example: belfry decode dc09 " + EXAMPLE)
def dc09(
    frames: Hex = None,
    key: Annotated[str | None, typer.Option(metavar="HEX", help="AES key: 32, 48 or 64 hexadecimal digits.")] = None,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="The receiver's clock (RFC 3339) for the time window; without it none is checked."
        ),
    ] = None,
    raw: Raw = False,
    as_json: AsJson = False,
) -> None:
    """Say what an alarm panel sent: one JSON object a frame of SIA DC-09, with the answer that it would get."""
    secret = None if key is None else _key(key)
    clock = None if at is None else _time(at)
    codes = load()
    told = (one for wire in _wires(frames or [], raw=raw) for one in describe(wire, key=secret, at=clock, codes=codes))
    tell_each(((bool(one["valid"]), one) for one in told), as_json=as_json)


@app.command("surgard", epilog="Example: belfry decode surgard " + SURGARD_EXAMPLE)
def surgard(lines: Hex = None, raw: Raw = False, as_json: AsJson = False) -> None:
    """Say what an alarm receiver handed on: one JSON object a line of Sur-Gard or frame of DC-07, with its answer."""
    codes = load()
    told = (one for wire in _wires(lines or [], raw=raw) for one in handed_on(wire, codes=codes))
    tell_each(((bool(one["valid"]), one) for one in told), as_json=as_json)


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


# -- messages, one a file ----------------------------------------------------------------------------------------------

_ABOUT: Final = {
    "isapi": "Say what a camera or recorder sent over ISAPI: XML, JSON, or multipart with its MIME header.",
    "onvif": "Say what a camera sent over ONVIF: a Notify or a PullMessages answer.",
    "frigate": "Say what Frigate published: an object with topic, retain and payload or payload_text.",
    "zigbee2mqtt": "Say what Zigbee2MQTT published: an object with topic, retain and payload or payload_text.",
    "homeassistant": "Say what Home Assistant or ESPHome published: an object with topic, retain and payload.",
    "shelly": "Say what a Shelly of the second generation sent.",
    "smtp": "Say what a device's mail says.",
    "webhook": "Say what a monitoring system or gateway posted; which one, is found out.",
    "cap": "Say what a CAP 1.2 warning says.",
    "aml": "Say what a phone's Advanced Mobile Location message tells of the place.",
    "pidf-lo": "Say what a PIDF-LO document tells of the place.",
}


def _add(wire: str, read: Callable[[bytes], Told]) -> None:
    """The command of one wire; all of them have one shape."""

    def command(files: Files = None, as_json: AsJson = False) -> None:
        tell_each((read(body) for body in messages_of(files or [])), as_json=as_json)

    app.command(wire, help=_ABOUT[wire], epilog=f"Example: belfry decode {wire} FILE")(command)


def _add_device(wire: str) -> None:
    """The command of a wire of devices, whose tables a registry may have."""

    def command(
        files: Files = None, config: ConfigOption = None, device: DeviceOption = None, as_json: AsJson = False
    ) -> None:
        if device is not None and config is None:
            raise typer.BadParameter("wants --config beside it", param_hint="--device")
        registered = None if config is None else Registered.read(config, device)
        tell_each((_of_device(wire, body, registered) for body in messages_of(files or [])), as_json=as_json)

    app.command(wire, help=_ABOUT[wire], epilog=f"Example: belfry decode {wire} FILE")(command)


def _of_device(wire: str, body: bytes, registered: Registered | None) -> Told:
    said = READERS[wire](body, NO_HINT)
    if registered is None:
        return in_words(wire, said)
    speaker = registered.named or registered.whose(said.address)
    if speaker is not None:  # what it names a point by its table may have otherwise
        said = READERS[wire](body, Hint(points=speaker.points, channel_offset=speaker.channel_offset))
    return in_words(wire, said, registered.whose)


def in_words(wire: str, said: Said, whose: Whose | None = None) -> Told:
    """What a device said, and whether all of it could be read."""
    in_part = any(reading.observed is Observed.UNREADABLE for reading in said.readings)
    return said.disposition is not Disposition.REJECT and not in_part, decoded(wire, said, whose)


def _of_place(form: str, body: bytes) -> Told:
    told = placed(LOCATION_READERS[form], body)
    return bool(told["valid"]), told


def messages_of(files: list[Path]) -> Iterator[bytes]:
    """Yield the bytes of each message. A file that cannot be read is a mistake of the command."""
    if not files:
        raise typer.BadParameter("give a file with a message, or - for standard input", param_hint="FILE")
    for file in files:
        if str(file) == STANDARD_INPUT:
            yield _standard_input()
            continue
        try:
            with file.open("rb") as opened:
                body = opened.read(INPUT_MAX_BYTES + 1)
        except OSError as error:
            raise typer.BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from None
        if len(body) > INPUT_MAX_BYTES:
            raise typer.BadParameter(f"{file} is longer than {INPUT_MAX_BYTES} bytes", param_hint="FILE")
        yield body


for _wire in _ABOUT:
    if _wire == "cap":  # nobody's device
        _add(_wire, lambda body: in_words("cap", READERS["cap"](body, NO_HINT)))
    elif _wire in READERS:
        _add_device(_wire)
    elif _wire in LOCATION_READERS:
        _add(_wire, partial(_of_place, _wire))


def tell_each(told: Iterable[Told], *, as_json: bool) -> None:
    """Print an object as soon as it is known. Leaves with 1 after the last one where a message was not well."""
    indent = 2 if sys.stdout.isatty() and not as_json else None
    faults = 0
    for is_well, described in told:
        faults += not is_well
        typer.echo(json.dumps(described, ensure_ascii=False, indent=indent))
    if faults:
        raise typer.Exit(1)
