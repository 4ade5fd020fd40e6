"""One message of a device in words, for `belfry decode` and its tests (DESIGN 5).

Shows what a site could get of the message at most: every point counts as configured and armed, every switch is on.
Nothing that was stripped is shown but the names of its fields.
"""

from collections.abc import Mapping
from typing import Final

from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.device_rules import Meant, Unmeant, means
from belfry.domain.reading import Disposition, Observed, PointState, Reading, Said, Switch
from belfry.domain.signal import Category, SignalState

PAYLOAD: Final = "payload"
"""Dropped whole: not so much as the names of its fields were read."""
_UNREAD: Final = frozenset({Disposition.REJECT, Disposition.REFUSE})
_EVERY_SWITCH: Final = frozenset(Switch)
_WIRES: Final = frozenset(DeviceWire)
_UNTOLD: Final[Mapping[Observed, tuple[Category, str]]] = {
    Observed.VALUE: (Category.ENVIRONMENTAL, "limits"),
    Observed.INTRUSION: (Category.INTRUSION, "zone"),
    Observed.PERIMETER: (Category.INTRUSION, "outdoor"),
    Observed.MOTION: (Category.INTRUSION, "zone"),
}
"""What a reading is about that means nothing by itself."""


def decoded(wire: str, said: Said) -> dict[str, object]:
    """The object that `belfry decode WIRE` prints of a message."""
    kept = said.disposition is Disposition.ACCEPT
    return {
        "disposition": said.disposition.value,
        "signals": [_signal(wire, said, reading) for reading in said.readings] if kept else [],
        "dropped": list(said.dropped) or ([PAYLOAD] if said.disposition in _UNREAD else []),
        "reason": said.reason,
        "heartbeat": said.heartbeat,
    }


def _signal(wire: str, said: Said, reading: Reading) -> dict[str, object]:
    """`account` is how the wire names the device, a hint at whose it is; `zone` is the point as the wire names it."""
    row = DevicePoint(point=reading.point, zone=reading.point, switches=_EVERY_SWITCH)
    device = Device(id="", account_id="", receiver="", wire=_wire(wire), address="", points=(row,))
    meant = means(reading, row, device)
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
