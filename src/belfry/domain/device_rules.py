"""What a device's reading means at its site: category, subtype and state, or why it means nothing (EQUIPMENT 7, 8).

Pure and without memory: whether the area is armed, whether it is news, and when a restore is due are asked elsewhere
(`domain.point_state`, `centre.devices`). A site's own table may say what an input or a number watches, and switch on
classes that are off; it can never unlock what a camera on public ground may not raise.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.reading import Observed, PointState, Reading, Switch, Target
from belfry.domain.signal import Category, SignalState


class Unmeant(StrEnum):
    """Why a reading raises nothing at its site. In words of ours, shown live while a device is put into service."""

    SWITCHED_OFF = "switched-off"
    """Its class counts only where the point's row switches it on."""
    PUBLIC_GROUND = "public-ground"
    """A camera that sees public ground raises fire, environment and technical kinds only."""
    NO_ROW = "no-row"
    """An input or a number, and no row says what it watches."""
    NO_LIMIT = "no-limit"
    """A number without a limit, or in a unit that its limit is not in."""
    OTHER_CLASS = "other-class"
    """An animal, or something that is nobody's concern."""
    NO_STATE = "no-state"
    """Missing or unknown: no alarm, and no end of one."""
    NO_ALARM = "no-alarm"
    """Told, and of no concern by itself."""


class Says(NamedTuple):
    """Category and subtype of what is said, and the states of its beginning and its end."""

    category: Category
    subtype: str
    begins: SignalState = SignalState.ALARM
    ends: SignalState | None = SignalState.RESTORE


class Meant(Struct, frozen=True, gc=False):
    """A reading that means something. `state` is what the point is, after inversion and limits."""

    observed: Observed
    says: Says
    state: PointState
    armed: bool | None = None
    """True: only while its area is armed, unknown counts as not armed. None: in any case. False: not while its area is
    known to be disarmed."""
    detection: bool = False
    """A human or a vehicle: one a minute, in no report by point."""
    life: bool = False
    """Said again every five minutes while it lasts, else every hour."""
    once: bool = False
    """Said once, and never again while it lasts: what the site's state follows."""


CAMERAS: Final = frozenset({DeviceWire.ISAPI, DeviceWire.ONVIF, DeviceWire.FRIGATE})
_FIRE: Final = frozenset({Observed.FIRE, Observed.SMOKE, Observed.HEAT})
_GAS: Final = frozenset({Observed.GAS, Observed.CO})
_INTRUDERS: Final = frozenset({Observed.INTRUSION, Observed.PERIMETER, Observed.MOTION})
_PEOPLE: Final = frozenset({Target.HUMAN, Target.VEHICLE})
_BY_ITS_ROW: Final = frozenset({Observed.INPUT, Observed.VALUE})
_ONCE: Final = frozenset({Observed.ARMING, Observed.TEST})
_LIFE: Final = _FIRE | _GAS | {Observed.PANIC, Observed.DURESS, Observed.MEDICAL, Observed.FALL}

_RENAMED: Final[Mapping[Observed, frozenset[Observed]]] = {
    Observed.FIRE: _FIRE,
    Observed.SMOKE: _FIRE,
    Observed.HEAT: _FIRE | {Observed.ENVIRONMENT},
    Observed.GAS: _GAS,
    Observed.PANIC: frozenset({Observed.DURESS, Observed.MEDICAL, Observed.FALL}),
    Observed.INTRUSION: frozenset({Observed.PERIMETER}),
    Observed.MOTION: frozenset({Observed.PERIMETER}),
    Observed.ENVIRONMENT: frozenset({Observed.IT, Observed.WATER, Observed.FAULT}),
    Observed.IT: frozenset({Observed.ENVIRONMENT, Observed.POWER, Observed.NETWORK, Observed.STORAGE, Observed.WATER}),
    Observed.FAULT: frozenset({Observed.IT, Observed.POWER, Observed.ENVIRONMENT}),
}
"""What a row may say better than the wire; beside these only inputs and numbers are the site's to name."""

PUBLIC_GROUND: Final = (
    _FIRE
    | _GAS
    | {
        Observed.WATER, Observed.ENVIRONMENT, Observed.IT, Observed.TAMPER, Observed.VIDEO_LOSS, Observed.FAULT,
        Observed.BATTERY, Observed.POWER, Observed.STORAGE, Observed.NETWORK, Observed.CLOCK, Observed.OFFLINE,
        Observed.SECURITY, Observed.UNREADABLE, Observed.UNLISTED, Observed.TEST,
    }
)  # fmt: skip
"""What a camera on public ground may raise at all (SCOPE, fences)."""

_TROUBLE: Final = (SignalState.TROUBLE, SignalState.TROUBLE_RESTORE)
_SAYS: Final[Mapping[Observed, Says]] = {
    Observed.FIRE: Says(Category.FIRE, "detector"),
    Observed.SMOKE: Says(Category.FIRE, "detector"),
    Observed.HEAT: Says(Category.FIRE, "detector"),
    Observed.GAS: Says(Category.GAS, "gas"),
    Observed.CO: Says(Category.GAS, "co"),
    Observed.WATER: Says(Category.WATER, "leak"),
    Observed.INTRUSION: Says(Category.INTRUSION, "zone"),
    Observed.MOTION: Says(Category.INTRUSION, "zone"),
    Observed.PERIMETER: Says(Category.INTRUSION, "outdoor"),
    Observed.PANIC: Says(Category.PANIC, "button"),
    Observed.DURESS: Says(Category.PANIC, "duress"),
    Observed.MEDICAL: Says(Category.MEDICAL, "button"),
    Observed.FALL: Says(Category.MEDICAL, "fall"),
    Observed.TAMPER: Says(Category.TAMPER, "enclosure"),
    Observed.VIDEO_LOSS: Says(Category.SUPERVISORY, "camera", *_TROUBLE),
    Observed.ENVIRONMENT: Says(Category.ENVIRONMENTAL, "limits"),
    Observed.IT: Says(Category.SUPERVISORY, "it", *_TROUBLE),
    Observed.INPUT: Says(Category.OTHER, "unknown"),
    Observed.ARMING: Says(Category.OPEN_CLOSE, "arm", SignalState.CLOSE, SignalState.OPEN),
    Observed.FAULT: Says(Category.SUPERVISORY, "device", *_TROUBLE),
    Observed.BATTERY: Says(Category.POWER, "device", *_TROUBLE),
    Observed.POWER: Says(Category.POWER, "supply", *_TROUBLE),
    Observed.STORAGE: Says(Category.SUPERVISORY, "it", *_TROUBLE),
    Observed.NETWORK: Says(Category.SUPERVISORY, "it", *_TROUBLE),
    Observed.CLOCK: Says(Category.SUPERVISORY, "clock", *_TROUBLE),
    Observed.SECURITY: Says(Category.SUPERVISORY, "logon", *_TROUBLE),
    Observed.TEST: Says(Category.TEST, "report", SignalState.TEST, None),
}
_VIDEO: Final = Says(Category.INTRUSION, "video")
_PRE: Final = Says(Category.FIRE, "pre", SignalState.PRE_ALARM)
_COVERED: Final = Says(Category.SUPERVISORY, "covered", *_TROUBLE)
_FIRE_FAULT: Final = Says(Category.FIRE, "system", *_TROUBLE)
_GAS_FAULT: Final = Says(Category.GAS, "system", *_TROUBLE)


def means(
    reading: Reading, row: DevicePoint | None, device: Device, seen: frozenset[Observed] = frozenset()
) -> Meant | Unmeant:
    """What a reading means at its site. `row` is that of its point, `seen` what the device told of before."""
    if reading.switch is not None and not (row is not None and reading.switch in row.switches):
        return Unmeant.SWITCHED_OFF
    if reading.observed is Observed.MOTION and reading.switch is None and not _switched(row, Switch.MOTION):
        return Unmeant.SWITCHED_OFF
    state = reading.state
    if row is not None and row.inverted and reading.observed in _BY_ITS_ROW:
        state = _INVERTED.get(state, state)
    observed = _observed(reading, row)
    if observed is None:
        return Unmeant.NO_ROW
    if reading.observed is Observed.VALUE:
        beyond = None if row is None else is_beyond(reading, row)
        if beyond is None:
            return Unmeant.NO_LIMIT
        beyond = beyond is not (row is not None and row.inverted)
        state = PointState.ACTIVE if beyond else PointState.INACTIVE
    return _at_site(reading, observed, state, device, seen)


def _at_site(
    reading: Reading, observed: Observed, state: PointState, device: Device, seen: frozenset[Observed]
) -> Meant | Unmeant:
    if device.public_ground and (observed not in PUBLIC_GROUND or reading.target in _PEOPLE):
        return Unmeant.PUBLIC_GROUND
    detection = observed in _INTRUDERS and reading.target in _PEOPLE
    if observed in _INTRUDERS and reading.target in (Target.ANIMAL, Target.OTHER):
        return Unmeant.OTHER_CLASS
    life = observed in _LIFE
    if state is PointState.UNKNOWN:
        # A fire, or somebody who needs help, is no less one because a field is missing.
        if not life:
            return Unmeant.NO_STATE
        state = PointState.ACTIVE
    says = _VIDEO if detection else _says(observed, device, seen)
    if says is None:
        return Unmeant.NO_ALARM
    if state is PointState.PENDING:
        if observed in _INTRUDERS:
            return Unmeant.NO_ALARM  # an entry delay
        if observed in _FIRE:
            says = _PRE
    armed = _armed(reading, observed, device)
    return Meant(observed, says, state, armed, detection, life, observed in _ONCE)


def _armed(reading: Reading, observed: Observed, device: Device) -> bool | None:
    """Which armed state a reading asks for."""
    if observed not in _INTRUDERS:
        return None
    if reading.target in _PEOPLE or reading.switch is not None or observed is Observed.MOTION:
        return True
    return None if _is_panel(reading, device) else False


def _is_panel(reading: Reading, device: Device) -> bool:
    """Whether an alarm panel says it, by way of a hub: its zones are armed by itself, and some of them always are."""
    if device.wire is DeviceWire.ISAPI:
        return reading.point.startswith(("zone", "partition"))  # Contact ID of a hub, `protocols.isapi`
    return device.wire is DeviceWire.HOMEASSISTANT


def _switched(row: DevicePoint | None, switch: Switch) -> bool:
    return row is not None and switch in row.switches


_INVERTED: Final = {PointState.ACTIVE: PointState.INACTIVE, PointState.INACTIVE: PointState.ACTIVE}


def _observed(reading: Reading, row: DevicePoint | None) -> Observed | None:
    """What the point watches: as the wire says it, or better by its row; None where only a row could tell."""
    told = None if row is None else row.observed
    if reading.observed is Observed.VALUE:
        return told or (None if row is None else Observed.ENVIRONMENT)
    if reading.observed is Observed.INPUT:
        # A zone without a meaning is `an alarm, not told of what`: its registered hazard says it in triage.
        return told or (None if row is None or row.zone is None else Observed.INPUT)
    if told is not None and told in _RENAMED.get(reading.observed, ()):
        return told
    return reading.observed


def _says(observed: Observed, device: Device, seen: frozenset[Observed]) -> Says | None:
    if observed is Observed.TAMPER and device.public_ground:  # TAMPER of an armed area is a property kind
        return _COVERED
    if observed is Observed.STORAGE and device.wire in CAMERAS:
        return _SAYS[Observed.VIDEO_LOSS]
    if observed is Observed.FAULT:
        return {Category.FIRE: _FIRE_FAULT, Category.GAS: _GAS_FAULT}.get(guards(device, seen), _SAYS[observed])
    if observed in _OF_DEVICE:
        return of_device(device, _OF_DEVICE[observed], seen)
    return _SAYS.get(observed)


_OF_DEVICE: Final = {
    Observed.OFFLINE: "lost",
    Observed.UNREADABLE: "unreadable",
    Observed.UNLISTED: "unlisted_type",
}


def of_device(device: Device, what: str, seen: frozenset[Observed] = frozenset()) -> Says:
    """What is said of a whole device - `lost`, `silent`, `unreadable`, `unlisted_type` - by what it guards."""
    category = guards(device, seen)
    if category is Category.SUPERVISORY and device.wire in CAMERAS and what in ("lost", "silent"):
        what = f"camera_{what}"
    return Says(category, what, *_TROUBLE)


def guards(device: Device, seen: frozenset[Observed] = frozenset()) -> Category:
    """FIRE or GAS where a detector of it is lost with the device, by its table or by what it has told of before
    (`seen`; a camera may have heard somebody else's alarm, so of cameras the table alone counts); else SUPERVISORY."""
    watched: set[Observed | None] = {row.observed for row in device.points}
    if device.wire not in CAMERAS:
        watched |= seen
    if not watched.isdisjoint(_FIRE):
        return Category.FIRE
    return Category.SUPERVISORY if watched.isdisjoint(_GAS) else Category.GAS


# -- numbers ----------------------------------------------------------------------------------------------------------


def is_beyond(reading: Reading, row: DevicePoint) -> bool | None:
    """Whether a number is beyond the limits of its row; None: no limit, no number, or another unit."""
    if reading.value is None or (row.above is None and row.below is None):
        return None
    value = reading.value
    if row.unit is not None and reading.unit is not None:
        converted = convert(value, reading.unit, row.unit)
        if converted is None:
            return None
        value = converted
    if value != value:  # not a number
        return None
    return (row.above is not None and value > row.above) or (row.below is not None and value < row.below)


def convert(value: float, unit: str, into: str) -> float | None:
    """A temperature in another unit; None where the units measure different things."""
    if unit == into:
        return value
    if unit not in _TO_CELSIUS or into not in _TO_CELSIUS:
        return _scaled(value, unit, into)
    factor, offset = _TO_CELSIUS[unit]
    celsius = (value - offset) / factor
    factor, offset = _TO_CELSIUS[into]
    return celsius * factor + offset


_TO_CELSIUS: Final = {"C": (1.0, 0.0), "K": (1.0, 273.15), "F": (1.8, 32.0)}
_PASCAL: Final = {"Pa": 1.0, "hPa": 100.0, "bar": 100_000.0}
_METRE: Final = {"m": 1.0, "mm": 0.001}


def _scaled(value: float, unit: str, into: str) -> float | None:
    for scale in (_PASCAL, _METRE):
        if unit in scale and into in scale:
            return value * scale[unit] / scale[into]
    return None
