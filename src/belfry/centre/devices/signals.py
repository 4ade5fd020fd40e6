"""From what a point raised to the signal of its site's account, with the device's id where a panel has a zone."""

from datetime import datetime
from typing import Final

from belfry.domain.device import Device, DevicePoint
from belfry.domain.point_state import Raised
from belfry.domain.reading import Quality, Reading
from belfry.domain.signal import AccountKey, Category, Method, Signal, SignalState

_EQUIPMENT: Final = Method.EQUIPMENT


def place(device: Device, row: DevicePoint | None) -> tuple[str | None, str | None]:
    """Area and zone of a point; of a device as a whole those that all its points share."""
    if row is not None:
        return row.area, row.zone
    areas, zones = {one.area for one in device.points}, {one.zone for one in device.points}
    return (areas.pop() if len(areas) == 1 else None), (zones.pop() if len(zones) == 1 else None)


def begins(
    device: Device,
    key: AccountKey,
    raised: Raised,
    state: SignalState,
    reading: Reading,
    at: datetime,
    *,
    again: bool,
    point: int | None = None,
) -> Signal:
    """The signal of a point that becomes active, or is so still (`again`). `point`: of one without a zone."""
    quirks = [quality.value for quality in reading.quality]
    if again and Quality.REPEATED not in reading.quality:
        quirks.append(Quality.REPEATED.value)
    return _signal(device, key, raised, state, at, occurred_at=reading.occurred_at, quirks=tuple(quirks), point=point)


def ends(
    device: Device, key: AccountKey, raised: Raised, reading: Reading | None, at: datetime, *, point: int | None = None
) -> Signal:
    """The signal of a point that is right again. `raised.ends` is not None."""
    occurred_at = None if reading is None else reading.occurred_at
    quirks = () if reading is None else tuple(quality.value for quality in reading.quality)
    state = SignalState(raised.ends or "restore")
    return _signal(device, key, raised, state, at, occurred_at=occurred_at, quirks=quirks, point=point)


def _signal(
    device: Device,
    key: AccountKey,
    raised: Raised,
    state: SignalState,
    at: datetime,
    *,
    occurred_at: datetime | None,
    quirks: tuple[str, ...],
    point: int | None = None,
) -> Signal:
    return Signal(
        method=_EQUIPMENT,
        receiver=key.receiver,
        received_at=at,
        occurred_at=occurred_at,
        prefix=key.prefix,
        account=key.account,
        area=raised.area,
        zone=raised.zone,
        category=Category(raised.category),
        subtype=raised.subtype,
        state=state,
        path=device.wire.value,
        device=device.id,
        point=point,
        quirks=quirks,
    )
