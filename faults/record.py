"""What panels sent and what they were told: an append-only file of JSON lines, written as it happens.

The record knows nothing of the centre. A line is written before a frame leaves (`sent`) and after its answer came
(`acknowledged`), so a frame that was kept without an answer is known here as sent, and nothing that a panel was told is
missing. Each signal has a name of its own, made of what the journal keeps of a frame: account, code and zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import msgspec


class Name(NamedTuple):
    """Tells a signal from every other one of a run. The zone as the journal keeps it."""

    account: str
    code: str
    zone: str

    def __str__(self) -> str:
        return f"account {self.account}, {self.code} zone {self.zone}"


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the file. `frame` is hexadecimal and left out where the bytes were sent before."""

    what: str
    """`sent` or `acknowledged`."""
    account: str
    code: str
    zone: str
    sequence: int
    at: float
    """Seconds since the epoch, by the clock of the panels."""
    over: str = ""
    """`tcp` or `udp`."""
    frame: str = ""


@dataclass(slots=True)
class Told:
    """One signal as its panel knows it."""

    sequence: int
    sent: list[float] = field(default_factory=list)
    """When each try left; more than one where it was repeated."""
    frames: list[bytes] = field(default_factory=list)
    """The bytes of the tries, each once."""
    acknowledged: float | None = None


class Record:
    """Write with `sent` and `acknowledged`; `read` gives what any record says."""

    def __init__(self, file: Path) -> None:
        self._out = file.open("ab", buffering=0)
        self._encode = msgspec.json.Encoder().encode

    def sent(self, name: Name, sequence: int, *, at: float, over: str, frame: bytes = b"") -> None:
        self._write(Line("sent", *name, sequence, at, over, frame.hex()))

    def acknowledged(self, name: Name, sequence: int, *, at: float, over: str) -> None:
        self._write(Line("acknowledged", *name, sequence, at, over))

    def _write(self, line: Line) -> None:
        self._out.write(self._encode(line) + b"\n")

    def close(self) -> None:
        self._out.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read(file: Path) -> dict[Name, Told]:
    """Return every signal of a record by its name. Raises msgspec.DecodeError where a line is none."""
    told: dict[Name, Told] = {}
    for line in _lines(file):
        name = Name(line.account, line.code, line.zone)
        known = told.setdefault(name, Told(line.sequence))
        if line.what == "acknowledged":
            known.acknowledged = line.at
            continue
        known.sent.append(line.at)
        if line.frame:
            known.frames.append(bytes.fromhex(line.frame))
    return told


def _lines(file: Path) -> Iterator[Line]:
    decode = msgspec.json.Decoder(Line).decode
    with file.open("rb") as lines:
        for line in lines:
            yield decode(line)
