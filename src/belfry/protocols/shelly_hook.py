"""Shelly's webhooks: a GET whose whole message stands in the query that its owner wrote into the device.

    /d/<secret>?event=smoke.alarm&cid=0

The words are those of the second generation's own events; owners of older ones write them down the same way. Nothing
else of the query is read but a number, `value`.
Source: shelly-api-docs, Gen2, Webhook component; EQUIPMENT 5.
"""

from collections.abc import Mapping
from typing import Final

from belfry.domain.reading import Observed, PointState, Reading, Said
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.values import number, whole
from belfry.protocols.common.words import is_of_people
from belfry.protocols.hint import Hint
from belfry.protocols.telling import accepted, ignored, refused, unlisted

_ON, _OFF, _PULSE = PointState.ACTIVE, PointState.INACTIVE, PointState.PULSE

EVENTS: Final[Mapping[str, tuple[Observed, PointState]]] = {
    "smoke.alarm": (Observed.SMOKE, _ON), "smoke.alarm_off": (Observed.SMOKE, _OFF),
    "smoke.alarm_test": (Observed.TEST, _PULSE),
    "flood.alarm": (Observed.WATER, _ON), "flood.alarm_off": (Observed.WATER, _OFF),
    "flood.cable_unplugged": (Observed.FAULT, _ON), "flood.cable_plugged": (Observed.FAULT, _OFF),
    "gas.alarm_mild": (Observed.GAS, _ON), "gas.alarm_heavy": (Observed.GAS, _ON),
    "gas.alarm_off": (Observed.GAS, _OFF),
    "input.toggle_on": (Observed.INPUT, _ON), "input.toggle_off": (Observed.INPUT, _OFF),
    "input.button_push": (Observed.INPUT, _PULSE), "input.button_longpush": (Observed.INPUT, _PULSE),
    "input.button_doublepush": (Observed.INPUT, _PULSE), "input.button_triplepush": (Observed.INPUT, _PULSE),
    "door.open": (Observed.INPUT, _ON), "door.close": (Observed.INPUT, _OFF),
    "devicepower.low": (Observed.BATTERY, _ON),
}  # fmt: skip
NUMBERS: Final[Mapping[str, str]] = {
    "temperature.change": "C", "temperature.measurement": "C", "humidity.change": "%", "humidity.measurement": "%",
    "voltmeter.change": "V", "voltmeter.measurement": "V",
}  # fmt: skip
"""With `value=` in this unit."""
ALIVE: Final = frozenset({"sys.online", "wifi.connected", "switch.on", "switch.off"})

READ: Final = frozenset({"event", "cid", "value"})


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read the query of a hook; its body is empty, and not looked at."""
    event = hint.query.get("event", "").strip().lower()
    dropped = tuple(sorted(key[:40] for key in hint.query if key not in READ and key.isidentifier()))
    if not event:
        raise Unreadable("a hook without event=")
    if is_of_people(event, camera=True):
        return refused()
    if event in ALIVE:
        return ignored("of no concern", dropped, heartbeat=True)
    component = whole(hint.query.get("cid", "0"))
    if component is None or not 0 <= component < 1_000:
        raise Unreadable("a hook with a cid= that is no number of a component")
    point = f"{event.partition('.')[0]}:{component}"
    if event in NUMBERS:
        value = number(hint.query.get("value"))
        if value is None:
            raise Unreadable("a hook of a number without value=")
        reading = Reading(
            observed=Observed.VALUE, point=point, state=PointState.UNKNOWN, value=value, unit=NUMBERS[event]
        )
        return accepted([reading], dropped)
    if event not in EVENTS:
        return unlisted(dropped)
    observed, state = EVENTS[event]
    return accepted([Reading(observed=observed, point=point, state=state)], dropped)
