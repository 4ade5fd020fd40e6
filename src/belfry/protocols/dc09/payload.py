"""What stands in a frame's data: SIA DC-03 blocks (`SIA-DCS`) or Contact ID (`ADM-CID`, DC-05).

DC-03 is read by its tokens, not by its slashes: panels leave them out, and a slash may stand in a zone's text. Codes
are kept whether a list knows them or not. Environmental, control, program, listen-in and audio blocks are not read.
"""

import re
from typing import Final

from msgspec import Struct

from belfry.domain.signal import Wire
from belfry.protocols.dc09.frame import Quirk

PAYLOADS: Final = {"SIA-DCS": Wire.SIA, "ADM-CID": Wire.CID}
"""The tokens whose payload we read."""

LISTED_PAYLOADS: Final = frozenset(
    {
        *("SIA-PUL", "ACR-SF", "ADM-41E", "ADM-42E", "ADM-HS", "DSC-43", "FBI-SF", "ITI-I"),
        *("SCN-S8", "SCN-S16", "SCN-S24", "SCT", "SES-SS", "SIA-S2K", "SK-FSK1", "SK-FSK2"),
    }
)
"""The other tokens of the standard's annex: answered with DUH like an unknown one, named by `decode`."""

POLLS: Final = frozenset({"NULL", "XNM"})
"""Link tests; XNM is the extended one of 2026."""

ANSWERS: Final = frozenset({"ACK", "NAK", "DUH", "RSP"})
"""What receivers say; a receiver never answers them."""


class Event(Struct, frozen=True, gc=False):
    """One event of a payload, as the panel wrote it."""

    code: str
    """`BA`, or qualifier and code of Contact ID: `1130`."""
    address: str = ""
    """Zone or user, as the code has it; leading zeros kept."""
    area: str | None = None
    user: str | None = None
    text: str | None = None
    account: str | None = None
    """The account that the payload names, where it names one."""
    old: bool = False


class Payload(Struct, frozen=True, gc=False):
    events: tuple[Event, ...]
    quirks: tuple[str, ...] = ()


_CID: Final = re.compile(
    r"\s*(?:[0-9A-F]{3,16}\s+)??(?:(?:18|98)\s+)?([0-9][0-9A-F]{3})(\s*)([0-9A-F]{2})(\s*)([0-9A-F]{3})(?:\s*[0-9A-F])?\s*"
)
_CID_MAX: Final = 60
"""The dial-up form with 16 account digits has 37 characters; a longer block is something else."""
_ACCOUNT: Final = re.compile(r"#([0-9A-Fa-f]{1,16})")
_TOKEN: Final = re.compile(
    r"(?P<modifier>[a-z]{2})(?P<value>[^/^|A-Za-z]*)"
    r"|(?P<code>[A-Z]{2})(?P<address>[0-9A-F]*)(?:\*[^/^|]*)?"
    r"|\^(?P<text>[^^]*)\^?"
    r"|.",
    re.DOTALL,
)

BLOCKS_MAX: Final = 64
"""Most blocks read of one frame; a frame of 4 095 bytes with more is no alarm report."""

EVENTS_MAX: Final = 256
"""Most events taken of one frame: what one append of the journal holds."""


def read(wire: Wire, data: bytes) -> Payload:
    """Return the events of a frame's data. No events and the quirk `payload` where no code could be read."""
    return _contact_id(data) if wire is Wire.CID else _dc03(data)


def decode_text(raw: bytes) -> str:
    """UTF-8 (2026) where it is that, else Windows-1252 (2013); an undefined byte becomes a replacement sign."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _contact_id(data: bytes) -> Payload:
    """`QXYZ GG CCC`, also without gaps or with the dial-up head `ACCT 18` and check digit."""
    events: list[Event] = []
    quirks: list[str] = []
    account: str | None = None
    for block in decode_text(data).split("|", BLOCKS_MAX)[:BLOCKS_MAX]:
        if named := _ACCOUNT.fullmatch(block):
            account = named[1]
        elif len(block) <= _CID_MAX and (match := _CID.fullmatch(block)):
            code, gap, area, gap_too, address = match.groups()
            if (gap, gap_too) != (" ", " ") or len(block) != len("1130 01 001"):
                quirks.append(Quirk.SPACING)
            events.append(Event(code, address, area, account=account))
        elif block[:1] == "A" and events:
            events[-1] = _with_text(events[-1], block[1:])
    return _payload(events, quirks)


def _dc03(data: bytes) -> Payload:
    events: list[Event] = []
    quirks: list[str] = []
    account: str | None = None
    for block in _blocks(decode_text(data)):
        if block[:1] in "NO" and len(block) > 1:
            found, late = _events(block[1:], account=account, old=block[0] == "O")
            events.extend(found[: EVENTS_MAX - len(events)])
            quirks.extend([Quirk.LATE_MODIFIERS] * late)
        elif block[:1] == "A" and events:
            events[-1] = _with_text(events[-1], block[1:])
        elif named := _ACCOUNT.fullmatch(block):
            account = named[1]
    if any(event.old for event in events):
        quirks.append(Quirk.OLD_EVENT)
    return _payload(events, quirks)


def _blocks(text: str) -> list[str]:
    """Cut at `|`, but not inside `^...^`."""
    blocks: list[str] = [""]
    for index, part in enumerate(text.split("^")):
        if index % 2:
            blocks[-1] += f"^{part}^"
        else:
            first, *others = part.split("|")
            blocks[-1] += first
            blocks.extend(others)
    return blocks[:BLOCKS_MAX]


def _events(packets: str, *, account: str | None, old: bool) -> tuple[list[Event], bool]:
    """The events behind one function letter; whether modifiers stood behind the event that they belong to.

    Modifiers stay in force for the events that follow them.
    """
    events: list[Event] = []
    force: dict[str, str] = {}
    pending: dict[str, str] = {}
    after_event = False
    for match in _TOKEN.finditer(packets):
        modifier, value, code, address, text = match.group("modifier", "value", "code", "address", "text")
        if modifier is not None:
            pending[modifier] = value
            after_event = False
        elif code is not None:
            force |= pending
            pending.clear()
            events.append(Event(code, address, force.get("ri"), force.get("id"), account=account, old=old))
            after_event = True
        elif text is not None and events and after_event:  # behind a modifier it names the area, not the zone
            events[-1] = _with_text(events[-1], text)
    late = bool(events) and not pending.keys().isdisjoint(("ri", "id"))
    if late:
        events = [_completed(event, pending) for event in events]
    return events, late


def _completed(event: Event, modifiers: dict[str, str]) -> Event:
    return Event(
        event.code,
        event.address,
        modifiers.get("ri") if event.area is None else event.area,
        modifiers.get("id") if event.user is None else event.user,
        event.text,
        event.account,
        event.old,
    )


def _with_text(event: Event, text: str) -> Event:
    return Event(event.code, event.address, event.area, event.user, text, event.account, event.old)


def _payload(events: list[Event], quirks: list[str]) -> Payload:
    return Payload(tuple(events), tuple(dict.fromkeys(quirks if events else (*quirks, Quirk.PAYLOAD))))
