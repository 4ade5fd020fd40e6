"""A book of devices in memory, and a desk that writes down what it heard: for the tests of receivers.

The desk hands every accepted reading to a real intake, one signal a reading, without states of points, repeats or armed
areas: a receiver's test is about its wire, about whose answer waits for the disk, and about what is asked again. What a
message raises is tested with the real desk (`belfry.centre.devices`).
"""

import asyncio
import hashlib
import hmac
from asyncio import Future
from collections.abc import Mapping as Table
from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from belfry.domain.device import Device, DeviceWire, Login
from belfry.domain.mapping import Mapping
from belfry.domain.reading import Disposition, PointState, Reading, Said
from belfry.domain.signal import Arrival, Category, Method, Receipt, Signal, SignalState
from belfry.ports import Intake
from belfry.ports.device_memory import DeviceDay, DeviceState
from belfry.ports.devices import Still


class MemoryBook:
    """`ports.devices.DeviceBook`: what the registry would know. `put` and `remove` are its change rows."""

    def __init__(
        self,
        devices: Sequence[Device] = (),
        *,
        secrets: Table[str, str] | None = None,
        logins: Table[str, Login] | None = None,
    ) -> None:
        """`secrets` and `logins` by the id of their device."""
        self._devices = {device.id: device for device in devices}
        self._secrets = dict(secrets or {})
        self._logins = dict(logins or {})
        self.by_name: dict[str, Mapping] = {}
        """Declarative mappings."""
        self._changes = 0

    def put(self, device: Device, *, secret: str | None = None, login: Login | None = None) -> None:
        self._devices[device.id] = device
        if secret is not None:
            self._secrets[device.id] = secret
        if login is not None:
            self._logins[device.id] = login
        self._changes += 1

    def remove(self, device_id: str) -> None:
        self._devices.pop(device_id, None)
        self._changes += 1

    def by_id(self, device_id: str) -> Device | None:
        return self._devices.get(device_id)

    def by_address(self, receiver: str, address: str) -> Device | None:
        return next((device for device in self.at(receiver) if device.address == address), None)

    def by_secret(self, receiver: str, secret: str) -> Device | None:
        said = hashlib.sha256(secret.encode()).digest()
        found = None
        for device in self.at(receiver):
            known = hashlib.sha256(self._secrets.get(device.id, "").encode()).digest()
            if hmac.compare_digest(said, known) and device.id in self._secrets:
                found = device
        return found

    def at(self, receiver: str) -> Sequence[Device]:
        return [device for device in self._devices.values() if device.receiver == receiver and device.enabled]

    def all(self) -> Sequence[Device]:
        return list(self._devices.values())

    def signing_key(self, device: Device) -> bytes:
        return hashlib.sha256(f"{device.id}/{device.secret_number}".encode()).digest()

    def mapping(self, name: str) -> Mapping | None:
        return self.by_name.get(name)

    def mappings(self) -> Sequence[Mapping]:
        return list(self.by_name.values())

    def login(self, device_id: str) -> Login | None:
        return self._logins.get(device_id)

    @property
    def changes(self) -> int:
        return self._changes


class MemoryDevices:
    """`ports.device_memory.DeviceMemory`: what the registry would keep. It survives a desk, not its process."""

    def __init__(self) -> None:
        self.states: dict[str, DeviceState] = {}
        self.kept_days: dict[tuple[str, date], DeviceDay] = {}

    async def load(self) -> Sequence[DeviceState]:
        return list(self.states.values())

    async def save(self, batch: Sequence[DeviceState]) -> None:
        self.states.update({row.device: row for row in batch})

    async def days(self, *, device: str | None = None, since: date) -> Sequence[DeviceDay]:
        rows = self.kept_days.values()
        return [row for row in rows if row.day >= since and device in (None, row.device)]

    async def save_days(self, batch: Sequence[DeviceDay]) -> None:
        self.kept_days.update({(row.device, row.day): row for row in batch})


class Heard(Struct, frozen=True):
    """One call of `hear`."""

    device: Device
    said: Said
    at: datetime


class Stranger(Struct, frozen=True):
    """One call of `stranger`."""

    receiver: str
    wire: DeviceWire
    said: Said | None
    at: datetime


class HeardDevices:
    """`ports.devices.HearsDevices`: remembers every call in order, and keeps accepted readings through `intake`."""

    def __init__(self, book: MemoryBook, intake: Intake | None = None) -> None:
        self._book, self._intake = book, intake
        self.heard: list[Heard] = []
        self.strangers: list[Stranger] = []
        self.losses: list[tuple[Device, datetime]] = []
        self.failing: Exception | None = None
        """What `hear` and `lost` raise meanwhile, as a full disk would; None: they keep."""

    @property
    def book(self) -> MemoryBook:
        return self._book

    def hear(self, device: Device, said: Said, at: datetime) -> "Future[Receipt | None]":
        self.heard.append(Heard(device, said, at))
        readings = said.readings if said.disposition is Disposition.ACCEPT else ()
        return self._keep(device, readings, at)

    def still(self, device: Device) -> Still | None:
        return None

    def again(self, still: Still, at: datetime) -> bool:
        return False

    def stranger(self, receiver: str, wire: DeviceWire, said: Said | None, at: datetime) -> None:
        self.strangers.append(Stranger(receiver, wire, said, at))

    def lost(self, device: Device, at: datetime) -> "Future[Receipt | None]":
        self.losses.append((device, at))
        return self._keep(device, (), at)

    def _keep(self, device: Device, readings: Sequence[Reading], at: datetime) -> "Future[Receipt | None]":
        answer: Future[Receipt | None] = asyncio.get_running_loop().create_future()
        if self.failing is not None:
            answer.set_exception(self.failing)
        elif self._intake is None or not readings:
            answer.set_result(None)
        else:
            signals = tuple(_signal(device, reading, at) for reading in readings)
            once = readings[0].once
            identity = None if once is None else f"{device.id}/{once}".encode()
            delivered = self._intake.deliver(Arrival(signals=signals, identity=identity))
            delivered.add_done_callback(lambda done: _pass_on(done, answer))
        return answer


def _pass_on(done: "Future[Receipt]", answer: "Future[Receipt | None]") -> None:
    if answer.done():
        return
    error = done.exception()
    if error is None:
        answer.set_result(done.result())
    else:
        answer.set_exception(error)


def _signal(device: Device, reading: Reading, at: datetime) -> Signal:
    row = device.point(reading.point)
    return Signal(
        method=Method.EQUIPMENT,
        receiver=device.receiver,
        received_at=at,
        occurred_at=reading.occurred_at,
        account=device.account_id,
        zone=None if row is None else row.zone,
        category=Category.OTHER,
        subtype="unlisted",
        state=SignalState.RESTORE if reading.state is PointState.INACTIVE else SignalState.ALARM,
        path=device.wire.value,
        device=device.id,
        quirks=tuple(quality.value for quality in reading.quality),
    )
