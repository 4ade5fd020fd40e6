"""From the bytes of a CAP message to a warning of closed lists, times and places."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeVar

from lxml import etree
from msgspec import Struct

from belfry.domain.polygon import Corner, box
from belfry.domain.reading import Disposition, Said
from belfry.domain.warning import (
    CORNERS_MOST,
    SHAPES_MOST,
    Certainty,
    MessageType,
    PublicWarning,
    Severity,
    Urgency,
    WarningArea,
    WarningCategory,
)
from belfry.protocols.cap import rules, schema
from belfry.protocols.cap.signature import Trust, verified
from belfry.protocols.common import xml
from belfry.protocols.common.unreadable import OUR_FAULT, Unreadable, rejected
from belfry.protocols.hint import Hint

E = TypeVar("E", bound=StrEnum)

LIMITS: Final = xml.XmlLimits(most_bytes=schema.MOST_BYTES)
NO_TRUST: Final = Trust()
_TYPES: Final = {"Alert": MessageType.ALERT, "Update": MessageType.UPDATE, "Cancel": MessageType.CANCEL}
_INFO: Final = f"{{{schema.NAMESPACE}}}info"
_AREA: Final = f"{{{schema.NAMESPACE}}}area"
_ORDER: Final = (Severity.EXTREME, Severity.SEVERE, Severity.MODERATE, Severity.MINOR, Severity.UNKNOWN)


class Heard(Struct, frozen=True):
    """What became of a message; `warning` only where it is accepted."""

    said: Said
    warning: PublicWarning | None = None


def read(body: bytes, *, trust: Trust = NO_TRUST, now: datetime | None = None) -> Heard:
    """Read one CAP 1.2 message. Takes any bytes and never raises."""
    try:
        return _read(body, trust, now)
    except Unreadable as error:
        return Heard(rejected(str(error)))
    except Exception:  # the net below every reader: no message stops the receiver
        return Heard(rejected(OUR_FAULT))


def read_by_hint(body: bytes, hint: Hint) -> Said:
    """The same as readers of other wires are called."""
    return read(body, now=hint.now).said


def _read(body: bytes, trust: Trust, now: datetime | None) -> Heard:
    xml.parse(body, LIMITS)  # refuses document types, depths and sizes before anything else looks at it
    root = schema.parse(body)
    schema.check(root)
    rules.check(root)
    signed, is_trusted = verified(root, trust, now)
    if rules.is_refused(signed):
        return Heard(Said(disposition=Disposition.REFUSE, reason="an event that is not carried"))
    if rules.text(signed, "status") != "Actual":
        return Heard(Said(disposition=Disposition.IGNORE, reason="its status is not Actual"))
    kind = _TYPES.get(rules.text(signed, "msgType") or "")
    if kind is None:
        return Heard(Said(disposition=Disposition.IGNORE, reason="it only answers another message"))
    return Heard(Said(disposition=Disposition.ACCEPT), _warning(signed, kind, is_trusted))


def _warning(alert: etree._Element, kind: MessageType, is_trusted: bool) -> PublicWarning:
    infos = list(alert.iterfind(_INFO))
    severities = [_of(Severity, rules.text(info, "severity")) for info in infos]
    worst = min(range(len(infos)), key=lambda n: _ORDER.index(severities[n]), default=None)
    info = None if worst is None else infos[worst]
    sent = rules.text(alert, "sent") or ""
    said = {
        name: _of(shape, None if info is None else rules.text(info, name))
        for name, shape in (("urgency", Urgency), ("severity", Severity), ("certainty", Certainty))
    }
    ends = [_time(found) for one in infos if (found := rules.text(one, "expires"))]
    return PublicWarning(
        key=_key(rules.text(alert, "sender"), rules.text(alert, "identifier"), sent),
        type=kind,
        sent=_time(sent),
        refers_to=_references(rules.text(alert, "references") or ""),
        categories=_categories(infos),
        urgency=Urgency(said["urgency"]),
        severity=Severity(said["severity"]),
        certainty=Certainty(said["certainty"]),
        begins=None if info is None else _begins(info),
        expires=max(ends) if ends and len(ends) == len(infos) else None,
        area=_area(infos),
        signed=is_trusted,
    )


def _begins(info: etree._Element) -> datetime | None:
    written = rules.text(info, "onset") or rules.text(info, "effective")
    return None if not written else _time(written)


def _area(infos: Sequence[etree._Element]) -> WarningArea:
    """Every place once: infos in two languages have the same ones."""
    areas = [area for info in infos for area in info.iterfind(_AREA)]
    polygons = list(dict.fromkeys(rules.corners(one) for area in areas for one in rules.texts(area, "polygon")))
    circles = tuple(dict.fromkeys(rules.circle(one) for area in areas for one in rules.texts(area, "circle")))
    if len(polygons) + len(circles) > SHAPES_MOST:
        raise Unreadable(f"at most {SHAPES_MOST} polygons and circles")
    if sum(map(len, polygons)) > CORNERS_MOST:
        polygons = [_box(polygon) for polygon in polygons]
    return WarningArea(tuple(polygons), circles)


def _box(polygon: Sequence[Corner]) -> tuple[Corner, ...]:
    south, north, west, east = box(polygon)
    return (south, west), (north, west), (north, east), (south, east)


def _categories(infos: Sequence[etree._Element]) -> tuple[WarningCategory, ...]:
    named = [_of(WarningCategory, one) for info in infos for one in rules.texts(info, "category")]
    return tuple(dict.fromkeys(named))


def _references(written: str) -> tuple[str, ...]:
    return tuple(_key(*reference.split(",", 2)) for reference in written.split())


def _key(sender: str | None, identifier: str | None, sent: str) -> str:
    """What names a message, without its words."""
    return sha256(f"{sender}\n{identifier}\n{_time(sent).isoformat()}".encode()).hexdigest()[:32]


def _time(written: str) -> datetime:
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable("a time is none") from None


def _of(shape: type[E], written: str | None) -> E:
    """A value of a closed list, as CAP writes it; the schema has seen that it is one."""
    return shape((written or "Unknown").lower())
