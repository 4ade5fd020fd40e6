"""A centre with a desk for devices: the real intake, journal, walk and rules; readings in, incidents out."""

import asyncio
import itertools
from asyncio import Future
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from belfry.centre.devices import Asks, DeviceDesk
from belfry.centre.intake import Intake
from belfry.centre.seals import Seals
from belfry.domain.device import Device, DevicePoint, DeviceWire
from belfry.domain.facts import Received
from belfry.domain.reading import Disposition, Observed, PointState, Reading, Said, Switch, Target
from belfry.domain.signal import Arrival, Receipt
from belfry.keys.memory import MemoryKeyStore
from belfry.ports import Full
from belfry.testing.devices import MemoryBook, MemoryDevices
from tests.centre.kit import RECEIVER, Room, room

SMOKE = Device(
    id="d1",
    account_id="care",
    receiver="mqtt",
    wire=DeviceWire.ZIGBEE2MQTT,
    address="hall_smoke",
    points=(DevicePoint(point="smoke", area="1", zone="12"),),
    interval_s=3_600,
)
CELLAR = Device(id="d2", account_id="care", receiver="mqtt", wire=DeviceWire.ZIGBEE2MQTT, address="cellar_smoke")
CAMERA = Device(
    id="d3",
    account_id="shop",
    receiver="cameras",
    wire=DeviceWire.ISAPI,
    address="02:00:00:00:00:01",
    points=(
        DevicePoint(point="ch1", area="1", zone="21"),
        DevicePoint(point="ch2", area="1", zone="22", switches=frozenset({Switch.MOTION, Switch.LINE})),
    ),
)
STREET = Device(
    id="d4", account_id="shop", receiver="cameras", wire=DeviceWire.ONVIF, address="street", public_ground=True
)


class DeviceRoom:
    """Devices speak at a clock that only the test moves."""

    def __init__(self, centre: Room, keys: MemoryKeyStore) -> None:
        self.centre = centre
        self.book = MemoryBook([SMOKE, CELLAR, CAMERA, STREET])
        self.memory = MemoryDevices()
        self.full = False
        self.intake = Intake(
            journal=centre.journal,
            accounts=centre.book,
            seals=Seals(keys, centre.chance, lambda: centre.now),
            keys=keys,
            replay=centre.replay,
            on_poll=lambda poll: None,
            is_keyed=lambda key: False,
            clock=lambda: centre.now,
            chance=centre.chance,
        )
        self.desk = self.fresh()

    def fresh(self) -> DeviceDesk:
        """A desk as after a restart; `load` it."""
        asks = Asks(conditions=self.centre.triage.conditions, open_of=self.centre.board.of_account, panels=(RECEIVER,))
        return DeviceDesk(
            self.book,
            self.centre.book,
            self._deliver,
            memory=self.memory,
            asks=asks,
            clock=lambda: self.centre.now,
        )

    def _deliver(self, arrival: Arrival) -> Future[Receipt]:
        if not self.full:
            return self.intake.deliver(arrival)
        failed: Future[Receipt] = asyncio.get_running_loop().create_future()
        failed.set_exception(Full("no room on the disk"))
        return failed

    async def restarts(self, *, saved: bool, reads_journal: bool) -> None:
        """The desk ends, in order or not, and another one takes up its work."""
        if saved:
            await self.desk.save()
        self.desk = self.fresh()
        if reads_journal:
            for fact in await self.centre.facts():
                if isinstance(fact, Received):
                    self.desk.heard(fact)
        await self.desk.load()

    async def hear(self, device: Device, *readings: Reading, at: datetime | None = None) -> Receipt | None:
        return await self.said(device, Said(disposition=Disposition.ACCEPT, readings=readings), at)

    async def said(self, device: Device, said: Said, at: datetime | None = None) -> Receipt | None:
        receipt = await self.desk.hear(device, said, at or self.centre.now)
        await self.settled()
        return receipt

    async def arm(self, account: str = "2002", *, armed: bool = True, area: str | None = "1") -> None:
        """The site's panel says that an area is armed, or no longer."""
        signal = self.centre.signal("CL" if armed else "OP", account, prefix="0", area=area)
        await self.centre.keep(signal)
        self.desk.heard(signal)

    async def settled(self) -> None:
        await self.centre.settled(self.centre.journal.position)

    async def signals(self, device: Device | None = None) -> list[Received]:
        """What is in the journal of devices, in order."""
        facts = [fact for fact in await self.centre.facts() if isinstance(fact, Received) and fact.device is not None]
        return facts if device is None else [fact for fact in facts if fact.device == device.id]

    async def told(self, device: Device | None = None) -> list[str]:
        """The same on one line each."""
        return [f"{one.category} {one.subtype} {one.state} {one.zone or '-'}" for one in await self.signals(device)]

    def kinds(self) -> list[tuple[str, int]]:
        return self.centre.kinds()


def reading(observed: Observed, state: PointState = PointState.ACTIVE, point: str = "", **fields: object) -> Reading:
    named = point or {Observed.SMOKE: "smoke"}.get(observed, "ch1")
    return Reading(observed=observed, point=named, state=state, **fields)  # type: ignore[arg-type]  # by word


def smoke(state: PointState = PointState.ACTIVE, **fields: object) -> Reading:
    return reading(Observed.SMOKE, state, **fields)  # type: ignore[arg-type]  # by word


def human(state: PointState = PointState.ACTIVE, **fields: object) -> Reading:
    return reading(Observed.INTRUSION, state, target=Target.HUMAN, **fields)  # type: ignore[arg-type]  # by word


@asynccontextmanager
async def device_room() -> AsyncIterator[DeviceRoom]:
    days = itertools.count(1)
    keys = MemoryKeyStore(lambda n: next(days).to_bytes(n, "big"))
    async with room() as centre:
        one = DeviceRoom(centre, keys)
        await one.intake.prepare()
        await one.desk.load()
        yield one
        await one.intake.settle()
    await keys.close()
