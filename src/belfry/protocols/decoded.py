"""One message of a device in words, for `belfry decode` and its tests (DESIGN 5).

Shows what a site could get of the message at most: every point counts as configured and armed, every switch is on. With
the devices of a registry, what it means by their own tables. Nothing that was stripped is shown but the names of its
fields.
"""

from collections.abc import Callable, Mapping
from typing import Final

from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.device_rules import Meant, Unmeant, means
from belfry.domain.reading import Disposition, Observed, PointState, Reading, Said, Switch
from belfry.domain.signal import Category, SignalState

PAYLOAD: Final = "payload"
"""Dropped whole: not so much as the names of its fields were read."""
_UNREAD: Final = frozenset({Disposition.REJECT, Disposition.REFUSE})
NO_DEVICE: Final = "no-device"
"""Nobody is registered at the address of what it says."""
_EVERY_SWITCH: Final = frozenset(Switch)
_WIRES: Final = frozenset(DeviceWire)
_UNTOLD: Final[Mapping[Observed, tuple[Category, str]]] = {
    Observed.VALUE: (Category.ENVIRONMENTAL, "limits"),
    Observed.INTRUSION: (Category.INTRUSION, "zone"),
    Observed.PERIMETER: (Category.INTRUSION, "outdoor"),
    Observed.MOTION: (Category.INTRUSION, "zone"),
}
"""What a reading is about that means nothing by itself."""


Whose = Callable[[str | None], Device | None]
"""The registered device of an address; of None, or of one that nobody registered, the one that was named, if any."""


def decoded(wire: str, said: Said, whose: Whose | None = None) -> dict[str, object]:
    """The object that `belfry decode WIRE` prints of a message."""
    kept = said.disposition is Disposition.ACCEPT
    return {
        "disposition": said.disposition.value,
        "signals": [_signal(wire, said, reading, whose) for reading in said.readings] if kept else [],
        "dropped": list(said.dropped) or ([PAYLOAD] if said.disposition in _UNREAD else []),
        "reason": said.reason,
        "heartbeat": said.heartbeat,
    }


def _signal(wire: str, said: Said, reading: Reading, whose: Whose | None) -> dict[str, object]:
    """`account` is how the wire names the device, a hint at whose it is; `zone` is the point as the wire names it."""
    if whose is not None:
        return _at_site(said, reading, whose(reading.address or said.address))
    row = DevicePoint(point=reading.point, zone=reading.point, switches=_EVERY_SWITCH)
    device = Device(id="", account_id="", receiver="", wire=_wire(wire), address="", points=(row,))
    return _in_words(said, reading, means(reading, row, device))


def _at_site(said: Said, reading: Reading, device: Device | None) -> dict[str, object]:
    """The same by a device's own table. `armed`: true: only while its area is armed, false: not while it is known to be
    disarmed; `unmeant`: why it raises nothing."""
    row = None if device is None else device.point(reading.point)
    meant = Unmeant.NO_ROW if device is None else means(reading, row, device)
    return {
        **_in_words(said, reading, meant),
        "device": None if device is None else device.id,
        "area": None if row is None else row.area,
        "site_zone": None if row is None else row.zone,
        "armed": meant.armed if isinstance(meant, Meant) else None,
        "unmeant": NO_DEVICE if device is None else meant.value if isinstance(meant, Unmeant) else None,
    }


def _in_words(said: Said, reading: Reading, meant: Meant | Unmeant) -> dict[str, object]:
    category, subtype, state = _meaning(reading, meant)
    return {
        "category": category.value,
        "subtype": subtype,
        "state": state.value,
        "observed": reading.observed.value,
        "point_state": (meant.state if isinstance(meant, Meant) else reading.state).value,
        "account": reading.address or said.address,
        "zone": reading.point,
        "occurred_at": None if reading.occurred_at is None else reading.occurred_at.isoformat().replace("+00:00", "Z"),
        "target": None if reading.target is None else reading.target.value,
        "value": reading.value,
        "unit": reading.unit,
        "switch": None if reading.switch is None else reading.switch.value,
        "sync": reading.sync,
        "quality": [quality.value for quality in reading.quality],
    }


def _meaning(reading: Reading, meant: Meant | Unmeant) -> tuple[Category, str, SignalState]:
    if isinstance(meant, Unmeant):
        category, subtype = _UNTOLD.get(reading.observed, (Category.OTHER, "unlisted"))
        pending = reading.state is PointState.PENDING
        return category, subtype, SignalState.PRE_ALARM if pending else SignalState.STATUS
    ends = meant.state is PointState.INACTIVE
    says = meant.says
    return says.category, says.subtype, (says.ends or SignalState.STATUS) if ends else says.begins


def _wire(name: str) -> DeviceWire:
    return DeviceWire(name) if name in _WIRES else DeviceWire.MAPPING
