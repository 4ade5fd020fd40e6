"""Zigbee2MQTT: smoke, gas, leak, contact, keypad and availability, each the state of one device.

A keypad's PIN (`action_code`) goes first, before anything else is looked at. Booleans say true for alarm, except
`contact`, which says false for open. Only what a message names is read: absent and null are not false, and what a
keypad says of its own smoke contact is the keypad's alone. Who arms or disarms at a keypad only asks: whether the site
is armed says the panel.
Source: Koenkk/zigbee2mqtt.io docs/guide/usage/mqtt_topics_and_messages.md; EQUIPMENT 3.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from belfry.domain.reading import Disposition, Observed, PointState, Reading, Said, Switch
from belfry.protocols.common import jsons
from belfry.protocols.common.booleans import boolean
from belfry.protocols.common.fields import Dropped
from belfry.protocols.common.unreadable import Unreadable, never_raises
from belfry.protocols.common.values import number
from belfry.protocols.hint import Hint
from belfry.protocols.mqtt import (
    Published,
    accepted,
    addressed,
    ignored,
    offline,
    published,
    settled,
    state_word,
    unlisted,
    words,
)

TOPICS: Final = ("#",)
"""Names of devices may contain `/`, so nothing less will do; what is none of a device is ignored by its topic."""

BOOLEANS: Final[Mapping[str, Observed]] = {
    "smoke": Observed.SMOKE,
    "gas": Observed.GAS,
    "carbon_monoxide": Observed.CO,
    "water_leak": Observed.WATER,
    "contact": Observed.INTRUSION,
    "vibration": Observed.INTRUSION,
    "occupancy": Observed.MOTION,
    "sos": Observed.PANIC,
    "tamper": Observed.TAMPER,
    "battery_low": Observed.BATTERY,
    "trouble": Observed.FAULT,
    "test": Observed.TEST,
}
INVERTED: Final = frozenset({"contact"})
OCCUPANCY: Final = "occupancy"
SWITCHES: Final[Mapping[str, Switch]] = {OCCUPANCY: Switch.MOTION}

NUMBERS: Final[Mapping[str, str]] = {
    "battery": "%",
    "temperature": "C",
    "humidity": "%",
    "pressure": "hPa",
    "co2": "ppm",
}
PIN: Final = "action_code"
ACTION: Final = "action"

ACTIONS: Final[Mapping[str, Observed]] = {
    "emergency": Observed.PANIC,
    "panic": Observed.PANIC,
    "sos": Observed.PANIC,
    "fire": Observed.FIRE,
    "medical": Observed.MEDICAL,
}
REQUESTS: Final = words(
    """
    arm_all_zones arm_day_zones arm_night_zones arm_partial_zones disarm exit_delay entry_delay already_disarmed
    invalid_code not_ready
    """
)
"""A keypad asks to arm, or says how it was answered: no state of the site."""
BUTTONS: Final = re.compile(
    r"(?:(?:button_)?[1-9]_)?(?:single|double|triple|quadruple|many|hold|long|short|press|release|on|off|toggle)"
    r"(?:_(?:click|press|release|[1-9]))?"
)
"""What a button says: an input, whose meaning the site's own table tells."""

BRIDGE: Final = "bridge"
AVAILABILITY: Final = "availability"
COMMANDS: Final = frozenset({"set", "get", "action"})
GONE: Final[Mapping[str, bool]] = {"online": False, "offline": True}

GLANCE_MOST: Final = 2_048
"""Bytes of a message that a glance is enough for."""


@never_raises
def read(body: bytes, hint: Hint) -> Said:
    """Read one message; `hint.topic` is its whole topic."""
    message = published(body, hint)
    address = _address(message)
    return addressed(settled(_by_topic(message, address), message), address)


def glance(body: bytes, *, numbers: bool) -> tuple[object, ...] | None:
    """Return what two messages of one topic, neither of them retained, have in common where they say the same: the
    booleans and, if `numbers`, the numbers, and nothing but such. None: it has to be read, since something is pressed,
    or put in other words. Names of what is stripped are not compared."""
    if len(body) > GLANCE_MOST:
        return None
    try:
        told = jsons.parse_object(body)
    except Unreadable:
        return None
    if PIN in told or ACTION in told:
        return None
    states, measured = tuple(map(told.get, BOOLEANS)), tuple(map(told.get, NUMBERS)) if numbers else ()
    if any(one is not None and type(one) not in _NUMBERS for one in measured):
        return None
    try:
        return (*states, *measured) if _PLAIN.issuperset(states) else None
    except TypeError:  # a list or an object, where a boolean is due
        return None


_PLAIN: Final = frozenset({True, False, None})
_NUMBERS: Final = frozenset({int, float})


def _address(message: Published) -> str | None:
    """The topic of the device; that of the bridge is `<prefix>/bridge`."""
    at_end = message.topic[-1] in COMMANDS or message.topic[-1] == AVAILABILITY or message.ends(BRIDGE, "state")
    return message.above(1 if at_end else 0)


@never_raises
def _by_topic(message: Published, address: str | None) -> Said:
    last = message.topic[-1]
    if message.ends(BRIDGE, "state") or last == AVAILABILITY:
        return _availability(message, address)
    if BRIDGE in message.topic[1:-1] or last == BRIDGE or last in COMMANDS:
        return ignored("of no concern", address=address)
    if not message.body.strip():
        return ignored("empty", address=address)
    return _state(message, address)


def _availability(message: Published, address: str | None) -> Said:
    said = GONE.get(state_word(message.body) or "")
    return unlisted(address=address) if said is None else accepted([offline(AVAILABILITY, said)], address=address)


def _state(message: Published, address: str | None) -> Said:
    told, dropped = jsons.parse_object(message.body), Dropped()
    if PIN in told:
        del told[PIN]
        dropped.add(PIN)
    is_keypad = ACTION in told
    readings: list[Reading] = []
    numbers: list[Reading] = []
    for key, value in told.items():
        if (observed := BOOLEANS.get(key)) is not None:
            said = boolean(value)
            # A keypad's occupancy sees the hand that types.
            if said is not None and not (is_keypad and key == OCCUPANCY):
                state = PointState.ACTIVE if said != (key in INVERTED) else PointState.INACTIVE
                readings.append(Reading(observed=observed, point=key, state=state, switch=SWITCHES.get(key)))
        elif (unit := NUMBERS.get(key)) is not None:
            measured = number(value)
            if measured is not None:
                one = Reading(observed=Observed.VALUE, point=key, state=PointState.UNKNOWN, value=measured, unit=unit)
                numbers.append(one)
        elif key != ACTION:
            dropped.add(key)
    readings += _action(told.get(ACTION))
    readings += numbers
    return _said(readings, is_keypad=is_keypad, address=address, dropped=dropped)


def _said(readings: list[Reading], *, is_keypad: bool, address: str | None, dropped: Dropped) -> Said:
    """What happened is accepted. A keypad repeats all its states with every key that is pressed: while all is well in
    them, they need nobody."""
    if not readings:
        return ignored("nothing that is listed", address=address, dropped=dropped.names(), heartbeat=True)
    calm = all(one.state is PointState.INACTIVE or one.observed is Observed.VALUE for one in readings)
    if is_keypad and calm:
        return Said(
            disposition=Disposition.IGNORE,
            readings=tuple(readings),
            dropped=dropped.names(),
            reason="a keypad's states, all well",
            address=address,
        )
    return accepted(readings, address=address, dropped=dropped.names())


def _action(action: object) -> Iterator[Reading]:
    """What was pressed. An empty action is none, and a request to arm is no state of the site."""
    if not isinstance(action, str) or not action or action in REQUESTS:
        return
    if action in ACTIONS:
        yield Reading(observed=ACTIONS[action], point=f"{ACTION}/{action}", state=PointState.PULSE)
    elif BUTTONS.fullmatch(action):
        yield Reading(observed=Observed.INPUT, point=f"{ACTION}/{action}", state=PointState.PULSE)
    else:
        yield Reading(observed=Observed.UNLISTED, point=ACTION, state=PointState.PULSE)
