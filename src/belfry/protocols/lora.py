"""What LoRa devices say once a codec has decoded them: fields by name, whatever network server brought them.

A field is read where it is listed, else its name alone is told. What is absent is nothing: servers leave out what is
zero, false or empty, and so do devices that say only what changed; no codec listed here promises more. Of numbers the
unit is the one that codecs share; they are alarms by a rule of the site alone.
Source: Milesight-IoT/SensorDecoders (EM300-SLD/ZLD, GS524N, WS101, VS series), EQUIPMENT 5.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from belfry.domain.reading import Observed, PointState, Reading, Switch
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.fields import Dropped
from belfry.protocols.common.values import number
from belfry.protocols.common.words import is_of_people
from belfry.protocols.telling import active

MAIN: Final = ""


class Field(Struct, frozen=True):
    """What a field watches, and which point of the device it is: the device itself, or `<device>/<part>`."""

    observed: Observed
    part: str = MAIN
    switch: Switch | None = None
    only_begins: bool = False
    """Nobody says its end; every message of it is another one."""


_SMOKE, _WATER = Field(Observed.SMOKE), Field(Observed.WATER)
_DOOR = Field(Observed.INPUT)
_PANIC = Field(Observed.PANIC, only_begins=True)
_FALL = Field(Observed.FALL, "fall", Switch.FALL, only_begins=True)
_MOTION = Field(Observed.MOTION, "motion", Switch.MOTION)

FIELDS: Final[Mapping[str, Field]] = {
    "smoke": _SMOKE, "smoke_alarm": _SMOKE, "smoke_status": _SMOKE,
    "fire": Field(Observed.FIRE), "fire_alarm": Field(Observed.FIRE),
    "heat_alarm": Field(Observed.HEAT, "heat"), "temperature_alarm": Field(Observed.HEAT, "heat"),
    "gas": Field(Observed.GAS), "gas_alarm": Field(Observed.GAS), "gas_status": Field(Observed.GAS),
    "co_alarm": Field(Observed.CO, "co"), "carbon_monoxide": Field(Observed.CO, "co"),
    "leakage_status": _WATER, "leakage": _WATER, "leak": _WATER, "water_leak": _WATER, "water_leakage": _WATER,
    "leak_detected": _WATER, "flood": _WATER,
    "sos": _PANIC, "panic": _PANIC, "emergency": _PANIC, "sos_status": _PANIC,
    "fall": _FALL, "fall_detected": _FALL,
    "door": _DOOR, "door_status": _DOOR, "magnet_status": _DOOR, "contact": _DOOR, "open": _DOOR, "door_open": _DOOR,
    "motion": _MOTION, "pir": _MOTION, "pir_status": _MOTION,
    "tamper": Field(Observed.TAMPER, "tamper"), "tamper_status": Field(Observed.TAMPER, "tamper"),
    "low_battery": Field(Observed.BATTERY, "battery-low"), "battery_low": Field(Observed.BATTERY, "battery-low"),
    "fault": Field(Observed.FAULT, "fault"), "sensor_fault": Field(Observed.FAULT, "fault"),
    "mains_lost": Field(Observed.POWER, "power"), "power_lost": Field(Observed.POWER, "power"),
}  # fmt: skip

NUMBERS: Final[Mapping[str, tuple[str, str | None]]] = {
    "battery": ("battery", "%"), "battery_level": ("battery", "%"),
    "temperature": ("temperature", "C"), "humidity": ("humidity", "%"), "pressure": ("pressure", "hPa"),
    "co2": ("co2", "ppm"), "co": ("co-value", "ppm"), "distance": ("distance", "mm"), "level": ("level", None),
}  # fmt: skip
"""Which point a number is, and in which unit."""

STATES: Final[Mapping[str, bool]] = {
    "leak": True, "leaking": True, "alarm": True, "alarming": True, "triggered": True, "trigger": True, "open": True,
    "opened": True, "tampered": True, "uninstalled": True, "removed": True, "detected": True, "pressed": True,
    "low": True, "fault": True, "lost": True, "wet": True, "sos": True,
    "normal": False, "no leak": False, "none": False, "close": False, "closed": False, "installed": False,
    "idle": False, "not detected": False, "released": False, "ok": False, "dry": False, "clear": False,
}  # fmt: skip

MESSAGE_TYPE: Final = "message_type"
SMOKE_MESSAGES: Final[Mapping[str, tuple[Observed, str, PointState]]] = {
    "alarm": (Observed.SMOKE, MAIN, PointState.ACTIVE),
    "normal": (Observed.SMOKE, MAIN, PointState.INACTIVE),
    "low battery": (Observed.BATTERY, "battery-low", PointState.ACTIVE),
    "failover": (Observed.FAULT, "fault", PointState.ACTIVE),
    "fault": (Observed.FAULT, "fault", PointState.ACTIVE),
    "removed": (Observed.TAMPER, "tamper", PointState.ACTIVE),
    "installed": (Observed.TAMPER, "tamper", PointState.INACTIVE),
    "test": (Observed.TEST, "test", PointState.PULSE),
    "alarm test": (Observed.TEST, "test", PointState.PULSE),
    "smoke alarm test": (Observed.TEST, "test", PointState.PULSE),
    "temperature alarm test": (Observed.TEST, "test", PointState.PULSE),
}
"""Of smoke detectors that say one of these words a message (GS524N), or its number."""
MESSAGE_NUMBERS: Final[Mapping[int, str]] = {
    1: "alarm", 4: "low battery", 5: "failover", 7: "normal", 10: "removed", 11: "installed", 14: "test", 15: "test",
}  # fmt: skip
SILENT: Final = frozenset({"silent", "mute", "muted", "2"})
"""The sounder was silenced; the alarm has not ended for that."""


BUTTONS: Final = frozenset({"press", "button", "button_event", "button_status"})
PRESSES: Final = frozenset({"short", "long", "double", "single", "triple", "pressed"})
"""What a button says: an input, whose meaning the site's own table tells, by the kind of press."""


def readings(
    decoded: Mapping[str, object], device: str, dropped: Dropped, *at: str, mark: str | None = None
) -> Iterator[Reading]:
    """Yield what the fields of a decoded message say, numbers last. `at` is the path to them, for the names of what was
    dropped; `mark` what a repeat of the message shares."""
    numbers: list[Reading] = []
    for key, value in decoded.items():
        name = key.strip().lower().replace("-", "_")
        if name == MESSAGE_TYPE:
            yield from _message(value, device, mark)
        elif name in FIELDS:
            yield from _field(FIELDS[name], value, device, mark)
        elif name in BUTTONS and isinstance(value, str) and _word(value) in PRESSES:
            point = f"{device}/{_word(value)}"
            yield Reading(observed=Observed.INPUT, point=point, state=PointState.PULSE, once=mark)
        elif name in NUMBERS and (measured := number(value)) is not None:
            part, unit = NUMBERS[name]
            point = f"{device}/{part}"
            numbers.append(
                Reading(observed=Observed.VALUE, point=point, state=PointState.UNKNOWN, value=measured, unit=unit)
            )
        else:
            dropped.add(*at, key)
    yield from numbers


def _field(field: Field, value: object, device: str, mark: str | None) -> Iterator[Reading]:
    state = _state(value)
    if state is None and value in (None, ""):
        return  # absent: neither begins nor ends anything
    only_begins = field.only_begins and state is PointState.ACTIVE
    if field.only_begins and not only_begins:
        return
    yield Reading(
        observed=field.observed,
        point=_point(device, field.part),
        state=PointState.PULSE if only_begins else (state or PointState.UNKNOWN),
        switch=field.switch,
        once=mark if only_begins else None,
    )


def is_refused(decoded: Mapping[str, object]) -> bool:
    """Whether a device counts people: nothing else of it is believed to be harmless."""
    return any(is_of_people(key, camera=True) for key in decoded)


def _message(value: object, device: str, mark: str | None) -> Iterator[Reading]:
    said = MESSAGE_NUMBERS.get(int(value)) if isinstance(value, int | float) and 0 <= value < 256 else value
    listed = SMOKE_MESSAGES.get(_word(said)) if isinstance(said, str) else None
    if listed is not None:
        observed, part, state = listed
        pulse = mark if state is PointState.PULSE else None
        yield Reading(observed=observed, point=_point(device, part), state=state, once=pulse)
    elif not _is_silent(value):
        yield Reading(observed=Observed.UNLISTED, point=device, state=PointState.PULSE)


def _is_silent(value: object) -> bool:
    return _word(str(value)) in SILENT if isinstance(value, str | int) else False


def _state(value: object) -> PointState | None:
    told = boolean(value)
    if told is None and isinstance(value, str):
        told = STATES.get(_word(value))
    return None if told is None else active(told)


def _word(text: str) -> str:
    return " ".join(text[:40].lower().replace("_", " ").replace("-", " ").split())


def _point(device: str, part: str) -> str:
    return device if part == MAIN else f"{device}/{part}"
