"""The other way round: what an alarm receiver prints, said by us to software that waits for it.

A line holds what was agreed and nothing else: a place of a layout that has nothing to say is left out, or says none.
What cannot be said whole in a form is not said at all; no code is replaced by one that means something near.

Source: the automation protocol chapters of the installation manuals of Sur-Gard MLR2 and MLR2000; ANSI/SIA DC-07.
"""

import re
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from belfry.domain.signal import Wire
from belfry.protocols.dc09.reply import envelope
from belfry.protocols.dc09.stamp import stamp
from belfry.protocols.surgard.line import OWN_ACCOUNT
from belfry.protocols.surgard.lines import END

SEQUENCE_MOST: Final = 9_999
"""Of DC-07; 0000 is nobody's, and behind the last comes 0001."""

_RECEIVER: Final = re.compile(r"[0-9A-F]{2}")
_LINE: Final = re.compile(r"[0-9A-Z]{1,3}")
_PREFIX: Final = re.compile(r"([0-9A-F]{2})([0-9A-F]{1,3})")
_ACCOUNTS: Final = {Wire.SIA: re.compile(r"[0-9A-F]{1,16}"), Wire.CID: re.compile(r"[0-9A-F]{3,10}")}
_CODES: Final = {Wire.SIA: re.compile(r"[A-Z]{2}"), Wire.CID: re.compile(r"[136][0-9A-F]{3}")}
_QUALIFIERS: Final = {"1": "E", "3": "R", "6": "P"}
_KIND: Final = re.compile(r"[A-Z0-9_.]{1,40}")
_DIGITS: Final = re.compile(r"[0-9]{1,4}")
_HEX: Final = re.compile(r"[0-9A-F]{1,6}")


class Head(Struct, frozen=True):
    """The numbers by which we are known where a prefix is none of a receiver. Raises ValueError."""

    receiver: str = "01"
    line: str = "1"

    def __post_init__(self) -> None:
        if _RECEIVER.fullmatch(self.receiver) is None:
            raise ValueError(f"receiver = {self.receiver!r}: wants two digits, such as '01'")
        if _LINE.fullmatch(self.line) is None:
            raise ValueError(f"line = {self.line!r}: wants one to three digits, such as '1'")

    def of(self, prefix: str | None) -> "Head":
        """The numbers that an account's prefix names (`011`), else our own."""
        named = _PREFIX.fullmatch(prefix or "")
        return self if named is None else Head(named[1], named[2])


class Outward(Struct, frozen=True, kw_only=True):
    """What is said of one signal. None: not known, or not agreed."""

    wire: Wire
    code: str
    """`BA`, or qualifier and code of Contact ID: `1130`."""
    previous: bool = False
    account: str | None = None
    prefix: str | None = None
    area: str | None = None
    zone: str | None = None
    kind: str | None = None
    at: datetime | None = None


def line_of(said: Outward, head: Head) -> bytes | None:
    """Return a line with its end; None where this form cannot say it. Contact ID has no place for a kind."""
    if not _is_sayable(said):
        return None
    own = head.of(said.prefix)
    number = f"{own.receiver}{own.line}"
    if said.wire is Wire.CID:
        qualifier = "P" if said.previous else _QUALIFIERS[said.code[0]]
        body = f"5{number} 18{_account(said)}{qualifier}{said.code[1:]}{_places(said.area, 2)}{_places(said.zone, 3)}"
    else:
        body = f"S{number}[#{_account(said)}|{_dc03(said)}]"
    clock = "" if said.at is None else f"{said.at.astimezone(UTC):%H:%M:%S-%d/%m}"
    return f"{body}{clock}".encode("ascii") + END


def frame_of(said: Outward, head: Head, sequence: int) -> bytes | None:
    """Return a frame of DC-07 from LF to CR; None where this form cannot say it. `sequence` is 1 to 9 999."""
    if not _is_sayable(said):
        return None
    if said.wire is Wire.CID:
        code = f"6{said.code[1:]}" if said.previous else said.code
        data = f"{code} {_places(said.area, 2)} {_places(said.zone, 3)}{_kind(said)}"
    else:
        data = _dc03(said)
    token = "ADM-CID" if said.wire is Wire.CID else "SIA-DCS"
    clock = b"" if said.at is None else b"_" + stamp(said.at)
    return envelope(_frame_head(token, head.of(said.prefix), sequence) + f"#{_account(said)}|{data}]".encode() + clock)


def heartbeat(head: Head) -> bytes:
    """Return the line that says only that we are here."""
    return f"1{head.receiver}{head.line}           @    ".encode("ascii") + END


def null_frame(head: Head, sequence: int) -> bytes:
    """The same in DC-07."""
    return envelope(_frame_head("NULL", head, sequence) + b"]")


def _frame_head(token: str, head: Head, sequence: int) -> bytes:
    return f'"{token}"{sequence:04d}R{head.receiver}L{head.line}['.encode("ascii")


def _is_sayable(said: Outward) -> bool:
    code = _CODES[said.wire].fullmatch(said.code) is not None
    return code and (said.account is None or _ACCOUNTS[said.wire].fullmatch(said.account) is not None)


def _account(said: Outward) -> str:
    """Whose account may not be said is said as the receiver's own."""
    return OWN_ACCOUNT if said.account is None else said.account


def _places(number: str | None, most: int) -> str:
    """A number of Contact ID; zeros mean none, also where a number does not fit: a cut one would be another's."""
    fits = number is not None and _HEX.fullmatch(number) is not None and len(number) <= most
    return (number or "").rjust(most, "0") if fits else "0" * most


def _dc03(said: Outward) -> str:
    area = f"ri{said.area}/" if said.area is not None and _DIGITS.fullmatch(said.area) else ""
    zone = said.zone if said.zone is not None and _HEX.fullmatch(said.zone) else ""
    return f"{'O' if said.previous else 'N'}{area}{said.code}{zone}{_kind(said)}"


def _kind(said: Outward) -> str:
    return f"|A{said.kind}" if said.kind is not None and _KIND.fullmatch(said.kind) else ""
