"""The doors of devices: the book that knows them, and the desk at the centre that hears them.

A receiver for devices is built like any other, with one door more (`devices=`): it says so by `takes_devices = True`.
It finds out who speaks, has the message read by its protocol, and hands the desk what was `Said`. What that raises, and
whether anything is raised at all, is decided there: armed areas, states of points, repeats.
"""

from asyncio import Future
from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from msgspec import Struct

from belfry.domain.device import Device, DeviceWire, Login
from belfry.domain.flaws import Flaw
from belfry.domain.mapping import Mapping
from belfry.domain.reading import Said
from belfry.domain.signal import Receipt
from belfry.ports.device_memory import DeviceDay


class DeviceBook(Protocol):
    """The devices in memory, current as of the last change row."""

    def by_id(self, device_id: str) -> Device | None: ...

    def by_address(self, receiver: str, address: str) -> Device | None:
        """The device of an address at a receiver; addresses are compared as they are, letter by letter."""
        ...

    def by_secret(self, receiver: str, secret: str) -> Device | None:
        """The device whose secret this is, now. Takes as long for a wrong one."""
        ...

    def at(self, receiver: str) -> Sequence[Device]:
        """Every device of a receiver, enabled ones only."""
        ...

    def all(self) -> Sequence[Device]: ...

    def mappings(self) -> Sequence[Mapping]: ...

    def signing_key(self, device: Device) -> bytes:
        """32 bytes with which this device signs what it sends (HMAC-SHA-256), made from the house's own key."""
        ...

    def mapping(self, name: str) -> Mapping | None:
        """The declarative mapping of a name, as it is now."""
        ...

    def login(self, device_id: str) -> Login | None:
        """What we say to a device that we fetch from."""
        ...

    @property
    def changes(self) -> int:
        """Grows with every change: whoever fetches from devices looks again when it has."""
        ...


class Still(Protocol):
    """What stands for the last message of a device, where it changed nothing and the same again would change nothing
    either. Nothing can be seen in it: it is for `HearsDevices.again`."""


class HearsDevices(Protocol):
    """The centre's desk for devices."""

    @property
    def book(self) -> DeviceBook: ...

    def hear(self, device: Device, said: Said, at: datetime) -> "Future[Receipt | None]":
        """Take what a device said, at our time `at`. Resolves when everything of it that is kept is durable: only then
        may the wire be answered well. None: nothing had to be kept. Raises, in the future, what intake raises."""
        ...

    def still(self, device: Device) -> Still | None:
        """What stands for the message that was just heard of a device; None: the same again has to be heard."""
        ...

    def again(self, still: Still, at: datetime) -> bool:
        """A device says what `still` stands for, once more: True where that is all that has to be known, and the wire
        may be answered; False: it has to be read and heard."""
        ...

    def stranger(self, receiver: str, wire: DeviceWire, said: Said | None, at: datetime) -> None:
        """Somebody spoke whom the book does not know. Nothing is kept; whoever is putting a device into service at this
        receiver sees it live."""
        ...

    def lost(self, device: Device, at: datetime) -> "Future[Receipt | None]":
        """The receiver itself knows that a device is gone: its connection or its broker is."""
        ...


@runtime_checkable
class TakesDevices(Protocol):
    """A class of receivers that is built with (settings, intake, accounts, clock, chance, devices=HearsDevices)."""

    takes_devices: bool


class DeviceNow(Struct, frozen=True):
    """How a device is, as far as the centre's desk knows."""

    heard_at: datetime | None = None
    lost_since: datetime | None = None
    """Since when it is silent for too long."""
    faulty_since: datetime | None = None
    """Since when nothing readable, or nothing listed, came of it."""


class DeviceRefused(Exception):
    """DeviceRefused
    ├── NoSuchDevice     there is none of this id
    ├── DeviceChanged    somebody else changed it since it was seen
    ├── DeviceTaken      another device answers to this address at this receiver
    ├── DeviceUnfit      values that cannot be kept: carries every flaw
    ├── NoSuchMapping    there is none of this name
    ├── MappingChanged   somebody else changed it since it was seen
    └── MappingInUse     devices still name it
    """


class NoSuchDevice(DeviceRefused, LookupError):
    def __init__(self, device_id: str) -> None:
        super().__init__(f"there is no device {device_id!r}")


class DeviceChanged(DeviceRefused):
    def __init__(self, current: Device | None) -> None:
        super().__init__("the device was changed meanwhile")
        self.current = current


class DeviceTaken(DeviceRefused):
    """Says the receiver alone: whose the address is may be nobody's business."""

    def __init__(self, receiver: str) -> None:
        super().__init__(f"a device of receiver {receiver!r} has this address already")


class DeviceUnfit(DeviceRefused):
    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(map(str, flaws)))
        self.flaws = flaws


class NoSuchMapping(DeviceRefused, LookupError):
    def __init__(self, name: str) -> None:
        super().__init__(f"there is no mapping {name!r}")


class MappingChanged(DeviceRefused):
    def __init__(self, current: Mapping | None) -> None:
        super().__init__("the mapping was changed meanwhile")
        self.current = current


class MappingInUse(DeviceRefused):
    def __init__(self, name: str, devices: int) -> None:
        super().__init__(f"mapping {name!r} is named by {devices} devices")
        self.devices = devices


class Devices(Protocol):
    """The registry's door to devices. What is written is in `book` when a call returns."""

    @property
    def book(self) -> DeviceBook: ...

    async def days(self, *, device: str | None = None, since: date) -> Sequence[DeviceDay]:
        """What was refused and stripped, by day."""
        ...

    async def of_account(self, account_id: str) -> Sequence[Device]:
        """The devices of a site, those that are switched off too, by name."""
        ...

    async def add(self, device: Device, *, by: str) -> Device:
        """Keep a new device under a new id. Raises DeviceUnfit, DeviceTaken."""
        ...

    async def change(self, device: Device, *, by: str) -> Device:
        """Keep a device in place of the version that it names. Raises NoSuchDevice, DeviceChanged, DeviceUnfit,
        DeviceTaken. `secret_number` and what was proved stay as they are."""
        ...

    async def remove(self, device_id: str, version: int, *, by: str) -> None: ...

    async def secret(self, device_id: str, *, by: str) -> str:
        """Show what a device is known by in an address (`/d/<secret>`, `<secret>@...`); that it was shown is a change
        row."""
        ...

    async def renew_secret(self, device_id: str, *, by: str) -> str:
        """Give it a new one; the old one is dead at once."""
        ...

    async def set_login(self, device_id: str, login: Login | None, *, by: str) -> None: ...

    async def prove(self, device_id: str, point: str, at: datetime, *, by: str) -> Device:
        """Somebody saw this point's alarm arrive. Raises NoSuchDevice, LookupError for a point without a row."""
        ...

    async def put_mapping(self, mapping: Mapping, *, by: str) -> Mapping:
        """Keep a mapping: a new one has version 0, another replaces the version that it names. Raises DeviceUnfit,
        MappingChanged."""
        ...

    async def remove_mapping(self, name: str, version: int, *, by: str) -> None:
        """Raises NoSuchMapping, MappingChanged, MappingInUse."""
        ...
