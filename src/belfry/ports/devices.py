"""The doors of devices: the book that knows them, and the desk at the centre that hears them.

A receiver for devices is built like any other, with one door more (`devices=`): it says so by `takes_devices = True`.
It finds out who speaks, has the message read by its protocol, and hands the desk what was `Said`. What that raises, and
whether anything is raised at all, is decided there: armed areas, states of points, repeats.
"""

from asyncio import Future
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from belfry.domain.device import Device, DeviceWire, Login
from belfry.domain.reading import Said
from belfry.domain.signal import Receipt


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

    def signing_key(self, device: Device) -> bytes:
        """32 bytes with which this device signs what it sends (HMAC-SHA-256), made from the house's own key."""
        ...

    def login(self, device_id: str) -> Login | None:
        """What we say to a device that we fetch from."""
        ...

    @property
    def changes(self) -> int:
        """Grows with every change: whoever fetches from devices looks again when it has."""
        ...


class HearsDevices(Protocol):
    """The centre's desk for devices."""

    @property
    def book(self) -> DeviceBook: ...

    def hear(self, device: Device, said: Said, at: datetime) -> "Future[Receipt | None]":
        """Take what a device said, at our time `at`. Resolves when everything of it that is kept is durable: only then
        may the wire be answered well. None: nothing had to be kept. Raises, in the future, what intake raises."""
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
