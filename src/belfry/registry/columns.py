"""The columns of an account sheet: what each may hold, and what is said when it does not.

Every column is one row of `COLUMNS`; `docs/accounts.md` documents each, and a test compares. The value of a secret
column appears in no message. `sheets.forms` has the columns of all other sheets, of the same cells.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from belfry.domain import account_checks as limits
from belfry.domain.account_checks import UNSPECIFIED as UNSPECIFIED
from belfry.domain.account_checks import account_types as account_types
from belfry.domain.site import TimeWindow

NO_KEY: Final = "none"
HEX_DIGITS: Final = (32, 48, 64)
TEXT_CHARACTERS: Final = (16, 24, 32)
DECIMALS: Final = 12


class Unfit(ValueError):
    """A cell that cannot be used; the message says what is wanted."""


def plainly(value: object) -> str:
    """Return a value as the cell that `Column.read` makes it of."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            # Twelve decimals of a degree are a ten-thousandth of a millimetre.
            return format(Decimal(repr(round(value, DECIMALS))), "f")
        case _:
            return str(value)


def key_text(keys: tuple[bytes, ...]) -> str:
    return "; ".join(f"hex:{one.hex()}" for one in keys) if keys else NO_KEY


@dataclass(frozen=True, slots=True)
class Column:
    """`read` turns a cell that is not empty into a value of `field`, or raises Unfit; `write` turns it back."""

    field: str
    read: Callable[[str], object]
    write: Callable[[Any], str] = plainly
    secret: bool = False


def number_of_account(cell: str) -> str:
    return _pattern(cell, limits.NUMBER, "1 to 32 letters, digits or _ . : -, as the panel sends it")


def prefix(cell: str) -> str:
    return _pattern(cell, limits.PREFIX, "1 to 16 letters or digits, as the panel sends it after L")


def label(cell: str) -> str:
    return _pattern(cell, limits.LABEL, "1 to 60 letters, digits or _ . -")


def receiver_name(cell: str) -> str:
    return _pattern(cell, limits.RECEIVER, "at most 60 characters without /, a name from the settings")


def language(cell: str) -> str:
    return _pattern(cell, limits.LANGUAGE, "a language such as en or de-CH")


def text(limit: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if len(cell) > limit or not cell.isprintable():
            raise Unfit(f"wants at most {limit} characters, in one line")
        return cell

    return read


def degrees(limit: int) -> Callable[[str], float]:
    def read(cell: str) -> float:
        if not re.fullmatch(r"-?\d{1,3}(\.\d{1,12})?", cell) or abs(float(cell)) > limit:
            raise Unfit(f"wants degrees from -{limit} to {limit} with a decimal point, such as 47.3769")
        return float(cell)

    return read


def seconds(least: int, most: int) -> Callable[[str], int]:
    return whole(least, most, "whole seconds")


def yes_no(cell: str) -> bool:
    match cell.lower():
        case "yes" | "true" | "1":
            return True
        case "no" | "false" | "0":
            return False
        case _:
            raise Unfit("wants yes or no")


def choice(cell: str, among: Collection[str]) -> str:
    for known in among:  # gives the table's own text, so that a million rows share it
        if cell == known:
            return known
    raise Unfit(f"wants one of {', '.join(among)}{_nearest(cell, among)}")


@dataclass(frozen=True, slots=True)
class OneOf:
    """Reads one of a closed list."""

    among: tuple[str, ...]
    make: Callable[[str], object] = str

    def __call__(self, cell: str) -> object:
        return self.make(choice(cell, self.among))


def one_of(kind: type[StrEnum]) -> OneOf:
    return OneOf(tuple(member.value for member in kind), kind)


def lines(limit: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        found = cell.replace("\r\n", "\n").replace("\r", "\n")
        if len(found) > limit or not all(part.isprintable() for part in re.split(r"[\n\t]", found)):
            raise Unfit(f"wants at most {limit} readable characters, which may be several lines")
        return found

    return read


def whole(least: int, most: int, what: str = "a whole number") -> Callable[[str], int]:
    def read(cell: str) -> int:
        if not re.fullmatch(r"\d{1,9}", cell, re.ASCII) or not least <= int(cell) <= most:
            raise Unfit(f"wants {what} from {least} to {most}")
        return int(cell)

    return read


@cache
def time_zone(cell: str) -> str:
    try:
        return ZoneInfo(cell).key
    except (ValueError, OSError, LookupError):
        raise Unfit(f"wants a zone such as Europe/Zurich{_nearest(cell, available_timezones())}") from None


def key(cell: str) -> tuple[bytes, ...]:
    """Read an AES key: hex digits, `hex:` and hex digits, `text:` and characters, or `none`.

    The same 32 characters could be meant either way (protocols, 1.4), so bare ones are always hex digits.
    """
    if cell == NO_KEY:
        return ()
    if cell.startswith("hex:") and "; hex:" in cell:  # several, as an export with keys writes them
        return tuple(one for part in cell.split("; ") for one in key(part))
    form, colon, rest = cell.partition(":")
    if colon and form == "text":
        if len(rest) not in TEXT_CHARACTERS or not (rest.isascii() and rest.isprintable()):
            raise Unfit(f"after text: wants 16, 24 or 32 plain characters; these are {len(rest)}")
        return (rest.encode("ascii"),)
    digits = rest if colon and form == "hex" else cell
    if len(digits) in HEX_DIGITS and re.fullmatch(r"[0-9A-Fa-f]+", digits):
        return (bytes.fromhex(digits),)
    hint = ""
    if not colon and len(cell) in TEXT_CHARACTERS:
        hint = f"; if the panel shows these {len(cell)} characters as its key, write text: before them"
    raise Unfit(f"wants 32, 48 or 64 hex digits, or text: and 16, 24 or 32 characters; these are {len(digits)}{hint}")


def is_ambiguous_key(cell: str) -> bool:
    """32 bare hex digits: 128 bits in hex, or the 32 characters of a 256-bit key?"""
    return re.fullmatch(r"[0-9A-Fa-f]{32}", cell) is not None


COLUMNS: Final[Mapping[str, Column]] = {
    "account": Column("account", number_of_account),
    "prefix": Column("prefix", prefix),
    "receiver": Column("receiver", receiver_name),
    "name": Column("name", text(limits.NAME_MOST)),
    "address": Column("address", text(limits.ADDRESS_MOST)),
    "latitude": Column("latitude", degrees(90)),
    "longitude": Column("longitude", degrees(180)),
    "time_zone": Column("time_zone", time_zone),
    "language": Column("language", language),
    "tenant": Column("tenant", label),
    "type": Column("type", OneOf((*account_types(), UNSPECIFIED))),
    "key": Column("keys", key, key_text, secret=True),
    "window": Column("window", one_of(TimeWindow)),
    "supervision_s": Column("supervision_s", seconds(*limits.SUPERVISION_S)),
    "test_s": Column("test_s", seconds(*limits.TEST_S)),
    "care": Column("care", yes_no),
    "audible_panic": Column("audible_panic", yes_no),
    "high_risk": Column("high_risk", yes_no),
    "line_cut": Column("line_cut", yes_no),
    "cancel_closes": Column("cancel_closes", yes_no),
    "verify_fire": Column("verify_fire", OneOf(limits.VERIFY_FIRE)),
    "building": Column("building", label),
}


def nearest_column(name: str, known: Collection[str]) -> str:
    return _nearest(name, known) or f"; known: {', '.join(known)}"


def _nearest(cell: str, known: Collection[str]) -> str:
    near = get_close_matches(cell, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""


def pattern(wanted: str, wants: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        return _pattern(cell, wanted, wants)

    return read


def _pattern(cell: str, pattern: str | re.Pattern[str], wants: str) -> str:
    if not re.fullmatch(pattern, cell) or not cell.isprintable():
        raise Unfit(f"wants {wants}")
    return cell
