"""Who speaks on a topic, and in which language: a message goes to its reader, and what it said to the desk of devices.

Knows no socket. The book's devices are found by their topics, the longest first; below a prefix of the settings those
that nobody registered speak as well, and are shown live to whoever is putting a device into service. No topic and no
body is in any log or error.

Sensors say all day that all is well. Such a message is recognised at a glance, and costs a fifth of one that is read.
"""

import asyncio
from asyncio import Future
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

from belfry.domain.device import Device, DeviceWire
from belfry.domain.reading import Observed, Said
from belfry.domain.signal import Receipt
from belfry.ports import Clock
from belfry.ports.devices import HearsDevices, Still
from belfry.protocols import esphome, frigate, homeassistant, shelly, zigbee2mqtt
from belfry.protocols.common.unreadable import rejected
from belfry.protocols.hint import Hint
from belfry.protocols.mqtt import TOPIC_MOST, addressed
from belfry.protocols.readers import READERS
from belfry.receivers.mqtt_settings import MqttSettings

BELOW_A_PREFIX: Final[Mapping[DeviceWire, Sequence[str]]] = {
    DeviceWire.FRIGATE: frigate.TOPICS,
    DeviceWire.ZIGBEE2MQTT: zigbee2mqtt.TOPICS,
    DeviceWire.HOMEASSISTANT: homeassistant.TOPICS,
    DeviceWire.ESPHOME: esphome.TOPICS,
    DeviceWire.SHELLY: shelly.TOPICS,
}
OWN: Final[Mapping[DeviceWire, Sequence[str]]] = {
    DeviceWire.FRIGATE: frigate.TOPICS,
    DeviceWire.ZIGBEE2MQTT: ("", "availability"),
    DeviceWire.HOMEASSISTANT: ("", "state"),
    DeviceWire.ESPHOME: esphome.OWN_TOPICS,
    DeviceWire.SHELLY: shelly.OWN_TOPICS,
}
"""Topics of one device below its address; of any other language its address itself is the topic."""
ADDRESSED: Final = frozenset(OWN)
"""Languages whose readers say by the topic who speaks. Of the others it is whoever has the longest address above it."""

BRIDGE: Final = "/bridge"

Heard = Future[Receipt | None]


class Glance(Protocol):
    """What two messages of a topic that are not retained have in common where they say the same; None: read it."""

    def __call__(self, body: bytes, *, numbers: bool) -> tuple[object, ...] | None: ...


GLANCES: Final[Mapping[DeviceWire, Glance]] = {DeviceWire.ZIGBEE2MQTT: zigbee2mqtt.glance}
LASTS_MOST: Final = 20_000
"""Topics of which the last message is known."""


class Last(Struct, frozen=True, gc=False):
    """What was said last on a topic, where the same again changes nothing."""

    glance: Glance
    numbers: bool
    said: tuple[object, ...]
    still: Still

    def __repr__(self) -> str:
        return "Last(...)"


class MqttDesk:
    """One for a receiver."""

    def __init__(self, settings: MqttSettings, devices: HearsDevices, clock: Clock) -> None:
        self._settings, self._devices, self._clock = settings, devices, clock
        self._seen: int | None = None
        """Which state of the book `_wires` is of."""
        self._wires: dict[str, DeviceWire] = {}
        self._lasts: dict[str, Last] = {}
        """By topic."""
        self.strangers = self.strays = self.too_long = self.repeats = 0

    def filters(self) -> list[str]:
        """What has to be subscribed, each once; what a prefix covers is not subscribed a second time."""
        wanted: dict[str, None] = {}
        prefixes = list(self._settings.prefixes())
        for wire, prefix in prefixes:
            wanted.update((f"{prefix}/{topic}", None) for topic in BELOW_A_PREFIX[wire])
        for device in self._devices.book.at(self._settings.name):
            if not _is_subscribable(device.address):
                continue
            if device.wire is DeviceWire.ZIGBEE2MQTT and _is_below(device.address, device.wire, prefixes):
                continue
            own = OWN.get(device.wire, ("",))
            if device.wire is DeviceWire.FRIGATE:
                own = _of_frigate(device, [one for one in prefixes if one[0] is device.wire])
            wanted.update((f"{device.address}/{topic}" if topic else device.address, None) for topic in own)
        return list(wanted)

    def again(self, topic: str, body: bytes) -> bool:
        """Whether a message, which is not retained, says what its topic said last, and that changes nothing: it may be
        acknowledged. False: `hear` it."""
        last = self._lasts.get(topic)
        if last is None or last.glance(body, numbers=last.numbers) != last.said:
            return False
        is_again = self._devices.again(last.still, self._clock())
        self.repeats += is_again
        return is_again

    def hear(self, topic: str, body: bytes, *, retain: bool) -> Heard | None:
        """Take a message; the future resolves when it is kept, and only then may it be acknowledged. None: at once."""
        wire = self._wire(topic) if len(topic) <= TOPIC_MOST else None
        if wire is None or (read := READERS.get(wire.value)) is None:
            self.strays += 1  # of a subscription that the broker remembers and nobody needs any more
            return None
        at = self._clock()
        hint = Hint(topic=topic, retain=retain, now=at) if wire in ADDRESSED else self._hint(topic, wire, retain, at)
        if len(body) > self._settings.payload_most_bytes:
            self.too_long += 1
            whose = read(b"", hint).address
            said = addressed(rejected(f"a message of more than {self._settings.payload_most_bytes} bytes"), whose)
        else:
            said = read(body, hint)
        speakers = self._speakers(topic, wire, said)
        spoken = [self._devices.hear(device, said, at) for device in speakers]
        self._note(topic, None if retain or len(speakers) != 1 else speakers[0], body)
        if not spoken:
            self.strangers += 1
            self._devices.stranger(self._settings.name, wire, said, at)
            return None
        return spoken[0] if len(spoken) == 1 else _all(spoken)

    def _hint(self, topic: str, wire: DeviceWire, retain: bool, at: datetime) -> Hint:
        """What a reader has to know that finds nothing of its device in the topic: its table, and its mapping."""
        device = next(self._above(topic, wire), None)
        if device is None:
            return Hint(topic=topic, retain=retain, now=at)
        named = None if device.mapping is None else self._devices.book.mapping(device.mapping)
        return Hint(topic=topic, retain=retain, now=at, points=device.points, mapping=named)

    def _note(self, topic: str, device: Device | None, body: bytes) -> None:
        """Remember what a device just said on a topic, where it may say the same again; None: somebody else spoke."""
        glance = None if device is None else GLANCES.get(device.wire)
        still = None if glance is None or device is None else self._devices.still(device)
        if glance is None or still is None or device is None:
            self._lasts.pop(topic, None)
            return
        numbers = any(row.above is not None or row.below is not None for row in device.points)
        said = glance(body, numbers=numbers)
        if said is None:
            self._lasts.pop(topic, None)
            return
        if len(self._lasts) >= LASTS_MOST:
            self._lasts.clear()  # devices come and go; it fills again by itself
        self._lasts[topic] = Last(glance, numbers, said, still)

    # -- who speaks

    def _speakers(self, topic: str, wire: DeviceWire, said: Said) -> Sequence[Device]:
        """The device that speaks; of a gateway that nobody registered and that is gone, all that are behind it."""
        own = said.readings[0].address if said.readings else None
        if own is not None and any(reading.address != own for reading in said.readings):
            own = None
        for address in (said.address,) if own is None else (own, said.address):
            device = None if address is None else self._device(address, wire)
            if device is not None:
                return (device,)
        if wire not in ADDRESSED:
            return tuple(self._above(topic, wire))[:1]
        if own is None and said.address is not None and _is_of_all(said):
            base = said.address.removesuffix(BRIDGE)
            if wire is DeviceWire.FRIGATE or base != said.address:
                return self._below(base, wire)
        return ()

    def _device(self, address: str, wire: DeviceWire) -> Device | None:
        device = self._devices.book.by_address(self._settings.name, address)
        return device if device is not None and device.enabled and device.wire is wire else None

    def _above(self, topic: str, wire: DeviceWire) -> Iterator[Device]:
        for path in _paths(topic):
            device = self._device(path, wire)
            if device is not None:
                yield device

    def _below(self, base: str, wire: DeviceWire) -> Sequence[Device]:
        at = self._devices.book.at(self._settings.name)
        return [device for device in at if device.wire is wire and device.address.startswith(f"{base}/")]

    def _wire(self, topic: str) -> DeviceWire | None:
        """The language of a topic: that of the longest address or prefix that it lies below."""
        book = self._devices.book
        if (changes := book.changes) != self._seen:
            self._seen = changes
            self._wires = {prefix: wire for wire, prefix in self._settings.prefixes()}
            self._wires.update((device.address, device.wire) for device in book.at(self._settings.name))
        wires = self._wires
        for path in _paths(topic):
            if (wire := wires.get(path)) is not None:
                return wire
        return None


def _paths(topic: str) -> Iterator[str]:
    """Yield a topic and every topic above it, the longest first."""
    yield topic
    while (cut := topic.rfind("/")) > 0:
        topic = topic[:cut]
        yield topic


def _is_subscribable(address: str) -> bool:
    """A device's address is typed by people: what would subscribe more than itself is not subscribed."""
    return bool(address) and "+" not in address and "#" not in address and "\0" not in address and address[0] != "$"


def _is_below(address: str, wire: DeviceWire, prefixes: Sequence[tuple[DeviceWire, str]]) -> bool:
    return any(own is wire and address.startswith(f"{prefix}/") for own, prefix in prefixes)


def _of_frigate(device: Device, prefixes: Sequence[tuple[DeviceWire, str]]) -> Sequence[str]:
    """A Frigate's own topics; a camera that is a device of its own speaks through its Frigate's."""
    return () if _is_below(device.address, device.wire, prefixes) else OWN[DeviceWire.FRIGATE]


def _is_of_all(said: Said) -> bool:
    return bool(said.readings) and all(reading.observed is Observed.OFFLINE for reading in said.readings)


def _all(spoken: Sequence[Heard]) -> Heard:
    """One future for several: the last receipt, or the first error."""
    return asyncio.ensure_future(_gathered(spoken))


async def _gathered(spoken: Sequence[Heard]) -> Receipt | None:
    receipts = await asyncio.gather(*spoken)
    return next((receipt for receipt in reversed(receipts) if receipt is not None), None)
