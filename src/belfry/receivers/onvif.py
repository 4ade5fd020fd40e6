"""The ONVIF receiver: goes to devices, subscribes to their events and pulls them (PullPoint).

Devices that can post their notifications (`Notify`) send them to the HTTP receiver instead. A pull that brings nothing
is a heartbeat. A subscription tells the present state of everything when it begins, so what changed while a device was
out of reach is known again; what came and went meanwhile is not.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import ClassVar, Final

from belfry.domain.device import DeviceWire
from belfry.domain.reading import Disposition, Said
from belfry.ports import Accounts, Chance, Clock, Intake
from belfry.ports.devices import HearsDevices
from belfry.protocols.hint import Hint
from belfry.protocols.onvif import read
from belfry.receivers.camera_http import address, client_context
from belfry.receivers.fetching import Fetching, Seconds, Unwelcome, Visit, VisitSettings, read_apart
from belfry.receivers.limits import amount

try:
    from belfry.receivers.onvif_device import OnvifDevice
except ImportError as error:
    if (error.name or "").partition(".")[0] not in ("onvif", "zeep", "aiohttp"):
        raise
    raise ImportError("it wants the extra `onvif`: pip install 'belfry[onvif]'") from error

__all__ = ["OnvifReceiver", "OnvifSettings"]

ANSWER_WITHIN_S: Final = 15.0
"""Beyond the wait of a pull."""
AT_ONCE_S: Final = 0.2
"""A pull that is answered sooner, with nothing in it, was not waited for."""
OPEN: Final = Said(disposition=Disposition.IGNORE, heartbeat=True, reason="a subscription is there")
"""A sign of life: the next one comes with the first pull."""


class OnvifSettings(VisitSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of `[[receiver]] type = "onvif"`; `docs/receivers/onvif.md` documents them."""

    type: str = "onvif"
    name: str = "onvif"
    """Belongs to the devices that are registered at this receiver, so it should never change."""
    pull_s: Seconds = 30.0
    """How long a device waits for something to happen before it answers that nothing did."""
    subscription_s: Seconds = 600.0
    """How long a subscription lasts that is not renewed."""
    connect_within_s: Seconds = 20.0
    """For finding its services and subscribing, all together."""


class OnvifReceiver:
    """A door that opens outwards (`ports.Receiver`)."""

    Settings: ClassVar[type[OnvifSettings]] = OnvifSettings
    takes_devices: ClassVar[bool] = True

    def __init__(
        self,
        settings: OnvifSettings,
        intake: Intake,
        accounts: Accounts,
        clock: Clock,
        chance: Chance,
        *,
        devices: HearsDevices,
    ) -> None:
        self.name = settings.name
        self._settings, self._devices, self._clock = settings, devices, clock
        self._context: ssl.SSLContext | None = None
        self._unreadable = 0
        self._fetching = Fetching(self.name, devices, clock, chance, pace=settings, visit=self._visit)

    @property
    def listening(self) -> tuple[str, int]:
        """Nowhere: this door opens outwards, to as many devices as there are."""
        return "nowhere", 0

    async def start(self) -> None:
        """Begin to visit. Raises OSError naming setting and file where a certificate cannot be read."""
        settings = self._settings
        self._context = await asyncio.to_thread(
            client_context, settings.tls_ca, verify=settings.tls_verify, names=settings.tls_names
        )
        self._fetching.start()

    async def stop(self) -> None:
        """Let what was heard be kept, and end the subscriptions. Harmless twice."""
        await self._fetching.stop()

    def describe(self) -> Mapping[str, object]:
        return {
            "name": self.name,
            "type": "onvif",
            "listen": "nowhere",
            "devices": self._fetching.known,
            "connections": self._fetching.here,
            "messages": self._fetching.messages,
            "unkept": self._fetching.unkept,
            "unreadable": amount(self._unreadable),
        }

    async def _visit(self, visit: Visit) -> None:
        if visit.device.wire is not DeviceWire.ONVIF or self._context is None:
            raise Unwelcome("its wire is not onvif")
        settings = self._settings
        device = OnvifDevice(
            address(visit.device.host or ""),
            visit.login,
            self._context,
            within_s=settings.pull_s + ANSWER_WITHIN_S,
        )
        try:
            async with asyncio.timeout(settings.connect_within_s):
                await device.subscribe(settings.subscription_s)
            visit.opened()
            await self._fetching.keep(visit, OPEN)
            while True:
                await self._pull(visit, device)
        finally:
            await device.leave()

    async def _pull(self, visit: Visit, device: OnvifDevice) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        body = await device.pull(self._settings.pull_s)
        visit.heard()
        known = self._devices.book.by_id(visit.device.id) or visit.device
        said = await read_apart(read, body, Hint(points=known.points, now=self._clock()))
        self._unreadable += said.disposition is Disposition.REJECT
        await self._fetching.keep(visit, said)
        told_nothing = said.disposition in (Disposition.IGNORE, Disposition.REJECT)
        if told_nothing and loop.time() - began_s < AT_ONCE_S:
            # It does not wait as it was asked to: then we do, or it would be asked a thousand times a second.
            await asyncio.sleep(min(1.0, self._settings.pull_s))
