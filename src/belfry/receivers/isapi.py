"""The ISAPI receiver: goes to cameras, recorders and panels, and listens to their alertStream.

For devices that cannot call us, or should not have to. Those that can send their alarms to the HTTP receiver instead.
The stream has no acknowledgements: what happens while a device cannot be reached is lost, so that it cannot be reached
is told (`lost_after_s`). What it says meanwhile waits: nothing more is read before the last thing is kept.
"""

import asyncio
import ssl
from collections.abc import Mapping
from typing import ClassVar, Final

from belfry.domain.device import Device, DeviceWire
from belfry.domain.reading import Disposition, Said
from belfry.ports import Accounts, Chance, Clock, Intake
from belfry.ports.devices import HearsDevices
from belfry.protocols.common.multipart import ENDLESS, Part, Splitter, boundary_of, media_type
from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.hint import Hint
from belfry.protocols.isapi import read
from belfry.protocols.isapi.message import is_whole
from belfry.receivers.camera_http import Stream, address, client_context, opened
from belfry.receivers.fetching import Fetching, Gone, Seconds, Unwelcome, Visit, VisitSettings, read_apart
from belfry.receivers.limits import amount

__all__ = ["IsapiReceiver", "IsapiSettings"]

PATH: Final = "/ISAPI/Event/notification/alertStream"
USUAL_BOUNDARY: Final = "boundary"
"""Of devices that declare none."""
OPEN: Final = Said(disposition=Disposition.IGNORE, heartbeat=True, reason="its stream is open")
"""A sign of life: the next one may be minutes away."""


class IsapiSettings(VisitSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of `[[receiver]] type = "isapi"`; `docs/receivers/isapi.md` documents them."""

    type: str = "isapi"
    name: str = "cameras"
    """Belongs to the devices that are registered at this receiver, so it should never change."""
    connect_within_s: Seconds = 10.0
    silent_after_s: Seconds = 90.0
    """A stream on which nothing comes for so long, not even a heartbeat, is hung up and opened again."""


class IsapiReceiver:
    """A door that opens outwards (`ports.Receiver`)."""

    Settings: ClassVar[type[IsapiSettings]] = IsapiSettings
    takes_devices: ClassVar[bool] = True

    def __init__(
        self,
        settings: IsapiSettings,
        intake: Intake,
        accounts: Accounts,
        clock: Clock,
        chance: Chance,
        *,
        devices: HearsDevices,
    ) -> None:
        self.name = settings.name
        self._settings, self._devices, self._clock, self._chance = settings, devices, clock, chance
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
        """Let what was heard be kept, and hang up. Harmless twice."""
        await self._fetching.stop()

    def describe(self) -> Mapping[str, object]:
        return {
            "name": self.name,
            "type": "isapi",
            "listen": "nowhere",
            "devices": self._fetching.known,
            "connections": self._fetching.here,
            "messages": self._fetching.messages,
            "unkept": self._fetching.unkept,
            "unreadable": amount(self._unreadable),
        }

    # -- one visit

    async def _visit(self, visit: Visit) -> None:
        device = visit.device
        if device.wire is not DeviceWire.ISAPI or self._context is None:
            raise Unwelcome("its wire is not isapi")
        async with opened(
            address(device.host or ""),
            PATH,
            login=visit.login,
            chance=self._chance,
            context=self._context,
            within_s=self._settings.connect_within_s,
        ) as stream:
            await self._listen(visit, stream)

    async def _listen(self, visit: Visit, stream: Stream) -> None:
        declared = stream.header("content-type")
        if not media_type(declared).startswith("multipart/"):
            raise Unwelcome("it answers with something else than a stream of alarms")
        visit.opened()
        await self._fetching.keep(visit, OPEN)
        try:
            splitter = Splitter(boundary_of(declared) or USUAL_BOUNDARY, ENDLESS, whole=is_whole)
            pieces = aiter(stream.body)
            while True:
                try:
                    async with asyncio.timeout(self._settings.silent_after_s):
                        piece = await anext(pieces, None)
                except TimeoutError:
                    raise Gone("it says nothing any more") from None
                if piece is None:
                    break
                await self._hear(visit, splitter.feed(piece))
        except Unreadable as error:
            self._unreadable += 1
            await self._fetching.keep(visit, Said(disposition=Disposition.REJECT, reason=str(error)))
            raise Gone("its stream cannot be read") from None

    async def _hear(self, visit: Visit, parts: list[Part]) -> None:
        for part in parts:
            visit.heard()
            if not part.kept or not part.body.strip():
                continue  # a picture, or nothing
            said = await read_apart(read, part.body, self._hint(visit.device, part))
            self._unreadable += said.disposition is Disposition.REJECT
            await self._fetching.keep(visit, said)

    def _hint(self, device: Device, part: Part) -> Hint:
        now = self._devices.book.by_id(device.id) or device
        return Hint(
            media_type=part.headers.get("content-type", ""),
            points=now.points,
            channel_offset=now.channel_offset,
            now=self._clock(),
        )
