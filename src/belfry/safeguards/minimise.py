"""The second net: what of a signal may be kept at all, whatever an edge let through (SCOPE, fences).

Every edge minimises by itself, since it knows its wire. This net knows no wire: it holds the fences that all signals
have in common, so that one careless edge, or one written by somebody else, opens no hole. A signal that passes
unchanged is handed back as it is. What does not fit is dropped, never guessed; nothing is refused, since a signal
with half of its parts gone is still an alarm.
"""

from functools import cache, lru_cache
from typing import Final, TypeVar

from msgspec import structs

from belfry.domain.codes import load
from belfry.domain.signal import Caller, Category, Method, Position, Signal, SignalState, Wire

ADDRESS_MAX: Final = 16
"""Characters of an account, prefix, area, zone or user number. A longer one is dropped: cut, it would be another."""
DEVICE_MAX: Final = 32
"""Characters of a device's id, which is ours and opaque."""
CODE_MAX: Final = 4
"""Letters and digits of a code, the Contact ID qualifier included."""
QUIRKS_MAX: Final = 8
QUIRK_NAME_MAX: Final = 32
ZONE_TEXT_MAX: Final = 80
NOTE_MAX: Final = 2_000
PLACE_TEXT_MAX: Final = 200
CALLER_NAME_MAX: Final = 200
CALLER_NUMBER_MAX: Final = 40

LOCATED_CATEGORIES: Final = frozenset({Category.FIRE, Category.MEDICAL, Category.PANIC})
ALARM_STATES: Final = frozenset(
    {SignalState.ALARM, SignalState.VERIFIED, SignalState.UNVERIFIED, SignalState.PRE_ALARM}
)
"""Coordinates of a machine are kept only where both hold: somebody is in need, and help must find the place."""

_EQUIPMENT: Final = Method.EQUIPMENT
"""At hand: an enumeration looks each member up anew."""

_UNKNOWN_TO_MACHINES: Final = ("kind", "site", "part", "count", "by", "of_call", "place_text", "caller")

ACCESS: Final = "access"
"""Subtype of what a door or its reader reports: that it happened, never which door or who."""
UNLISTED: Final = "unlisted"
"""Subtype of what no list of ours names."""

_DIGITS: Final = frozenset("0123456789")
_HEXADECIMAL: Final = _DIGITS | frozenset("ABCDEFabcdef")
_ADDRESS: Final = _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-")
_QUIRK: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")

Changes = dict[str, object]
T = TypeVar("T")


def minimise(signal: Signal) -> Signal:
    """Return `signal` without what must not be kept of its method."""
    if is_bare(signal):
        return signal
    changes: Changes = {}
    _shapes(signal, changes)
    match signal.method:
        case Method.EQUIPMENT:
            _equipment(signal, changes)
        case Method.DUTY | Method.CALL:
            _person(signal, changes)
        case Method.SYSTEM:
            _drop(signal, changes, "user", "text", "position", "place_text", "caller", "by", "of_call")
    return structs.replace(signal, **changes) if changes else signal


def is_bare(signal: Signal) -> bool:
    """Whether a machine said no more than codes and numbers: nothing of it is to be dropped, and nothing to be sealed.

    The same fences as below in one look, since nearly every signal is of this kind; False says nothing.
    """
    zone = signal.zone
    return (
        signal.method is _EQUIPMENT
        and signal.text is None
        and signal.user is None
        and signal.position is None
        and signal.device is None
        and not signal.quirks
        and not _says_more_than_a_machine(signal)
        and (zone is None or _is_address(zone))
        and _is_usual(signal.prefix, signal.account)
        and _is_plain(signal.path, signal.area, signal.wire, signal.code, signal.subtype)
    )


@lru_cache(maxsize=16_384)
def _is_usual(prefix: str | None, account: str | None) -> bool:
    return _is_address(prefix) and _is_address(account)


@lru_cache(maxsize=4_096)
def _is_plain(path: str | None, area: str | None, wire: Wire | None, code: str | None, subtype: str | None) -> bool:
    return (
        (path is None or _is_name(path, ADDRESS_MAX))
        and _is_address(area)
        and (code is None or (wire is not None and _is_code(code)))
        and (subtype is None or (subtype in _listed_subtypes() and subtype != ACCESS))
    )


# -- every method -----------------------------------------------------------------------------------------------------


def _shapes(signal: Signal, changes: Changes) -> None:
    """Numbers of a site are short and printable; names of quirks and paths are ours. None of them is a text."""
    if not (_is_address(signal.account) and _is_address(signal.prefix)):
        # An account belongs to its prefix: half of the pair would be somebody else's.
        _drop(signal, changes, "account", "prefix")
    if not _is_address(signal.area):
        changes["area"] = None
    if not _is_address(signal.zone):
        changes["zone"] = None
    if signal.path is not None and not _is_name(signal.path, ADDRESS_MAX):
        changes["path"] = None
    if signal.device is not None and not (signal.method is _EQUIPMENT and _is_name(signal.device, DEVICE_MAX)):
        changes["device"] = None
    if signal.quirks:
        quirks = tuple(quirk for quirk in signal.quirks if _is_name(quirk, QUIRK_NAME_MAX))[:QUIRKS_MAX]
        if quirks != signal.quirks:
            changes["quirks"] = quirks
    if signal.position is not None and not _is_on_earth(signal.position):
        changes["position"] = None


def _is_address(number: str | None) -> bool:
    """Digits, hexadecimal ones, or letters beside a digit (`K2-07`): how panels number, and no word."""
    return number is None or (0 < len(number) <= ADDRESS_MAX and _is_short_address(number))


@lru_cache(maxsize=16_384)
def _is_short_address(number: str) -> bool:
    """Asked four times for every signal, of the same few thousand numbers."""
    if not _ADDRESS.issuperset(number):
        return False
    return len(number) == 1 or _HEXADECIMAL.issuperset(number) or not _DIGITS.isdisjoint(number)


def _is_name(name: str, most: int) -> bool:
    return 0 < len(name) <= most and _QUIRK.issuperset(name)


def _is_on_earth(position: Position) -> bool:
    """Also False for what is no number: every comparison with it is."""
    return -90 <= position.latitude <= 90 and -180 <= position.longitude <= 180


# -- equipment --------------------------------------------------------------------------------------------------------


def _equipment(signal: Signal, changes: Changes) -> None:
    """A machine names no kind, no caller and no place in words, and of its words only a panel's zone text is kept."""
    if _says_more_than_a_machine(signal):
        _drop(signal, changes, *_UNKNOWN_TO_MACHINES)
    if signal.code is not None and (signal.wire is None or not _is_code(signal.code)):
        changes["code"] = None
    if signal.subtype is not None and signal.subtype not in _listed_subtypes():
        changes["subtype"] = UNLISTED
    if signal.subtype == ACCESS:
        _drop(signal, changes, "zone", "user", "text")
    if UNLISTED in (signal.subtype, changes.get("subtype")):
        _drop(signal, changes, "user", "text")
    if signal.user is not None and not _is_user_number(signal.user):
        changes["user"] = None
    if signal.text is not None and "text" not in changes:
        # Zone texts are a panel's; what has no code of a panel's list has none.
        _keep(signal, changes, "text", None if signal.wire is None else _line(signal.text, ZONE_TEXT_MAX))
    if signal.position is not None and not (signal.category in LOCATED_CATEGORIES and signal.state in ALARM_STATES):
        changes["position"] = None


def _is_code(code: str) -> bool:
    return 0 < len(code) <= CODE_MAX and code.isascii() and code.isalnum()


def _is_user_number(user: str) -> bool:
    """Digits, or what a panel that counts in sixteens sends: never a name."""
    return 0 < len(user) <= ADDRESS_MAX and _HEXADECIMAL.issuperset(user)


@cache
def _listed_subtypes() -> frozenset[str]:
    return load().subtypes


# -- people -----------------------------------------------------------------------------------------------------------


def _person(signal: Signal, changes: Changes) -> None:
    """Somebody on duty or on the phone says a kind, a place and a note; only a call has a caller."""
    _drop(signal, changes, "wire", "code", "category", "subtype", "state", "user", "part", "count")
    if signal.text is not None:
        _keep(signal, changes, "text", _lines(signal.text, NOTE_MAX))
    if signal.place_text is not None:
        _keep(signal, changes, "place_text", _line(signal.place_text, PLACE_TEXT_MAX))
    if signal.caller is not None:
        _keep(signal, changes, "caller", _caller(signal.caller) if signal.method is Method.CALL else None)


def _caller(caller: Caller) -> Caller | None:
    name = None if caller.name is None else _line(caller.name, CALLER_NAME_MAX)
    number = None if caller.number is None else _line(caller.number, CALLER_NUMBER_MAX)
    return None if name is None and number is None else Caller(name, number)


# -- texts ------------------------------------------------------------------------------------------------------------


def _line(text: str, most: int) -> str | None:
    """At most so many characters on one line. Control characters go, also the ones that turn the reading direction."""
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else " " for sign in text)
    return text.strip()[:most].rstrip() or None


def _lines(text: str, most: int) -> str | None:
    """The same for a note, which may have several lines."""
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text.replace("\r\n", "\n"))
    return text.strip()[:most].rstrip() or None


# -- changes ----------------------------------------------------------------------------------------------------------


def _drop(signal: Signal, changes: Changes, *names: str) -> None:
    for name in names:
        if getattr(signal, name) is not None:
            changes[name] = None


def _says_more_than_a_machine(signal: Signal) -> bool:
    """Whether anything of `_UNKNOWN_TO_MACHINES` is there; written out, since every signal of a panel passes here."""
    return not (
        signal.kind is None
        and signal.site is None
        and signal.part is None
        and signal.count is None
        and signal.by is None
        and signal.of_call is None
        and signal.place_text is None
        and signal.caller is None
    )


def _keep(signal: Signal, changes: Changes, name: str, kept: T) -> None:
    if kept != getattr(signal, name):
        changes[name] = kept
