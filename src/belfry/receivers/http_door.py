"""What a device's HTTP request gets: who speaks, what it says, and an answer once that is kept. Knows no socket.

    /d/<secret>   the device whose secret this is; a signature beside it is checked where there is one
    /s/<id>       the device with this id, believed for its signature alone

Whoever is not known gets the same 404, whatever was wrong. The address of a request is a secret and its body describes
people: neither is in any log, answer or error.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog

from belfry.domain.device import Device, DeviceWire
from belfry.domain.reading import Disposition, Said
from belfry.ports import Accounts, Clock
from belfry.ports.devices import HearsDevices
from belfry.protocols.hint import Hint
from belfry.protocols.readers import READERS
from belfry.receivers import http_signature as signature
from belfry.receivers.http_answers import (
    KEPT,
    TOO_OFTEN,
    UNKEPT,
    UNKNOWN,
    Answer,
    Bodies,
    headers_of,
    send_answer,
)
from belfry.receivers.http_settings import HttpSettings
from belfry.receivers.limits import Rates, source_of
from belfry.receivers.speaking import spoken

log = structlog.get_logger()

THREAD_FROM_BYTES: Final = 262_144
"""A body from here on is read beside the loop: it takes milliseconds, and panels wait."""
QUERY_MOST: Final = 32
KEPT_WITHIN_S: Final = 30.0
"""A device that waits longer for its answer has hung up; it asks again."""

BY_GET: Final = {DeviceWire.SHELLY: "shelly-hook"}
"""Wires whose hooks are bare GETs, and who reads their query."""
OVER_HTTP: Final = frozenset(
    {
        DeviceWire.ISAPI,
        DeviceWire.ONVIF,
        DeviceWire.SHELLY,
        DeviceWire.ALERTMANAGER,
        DeviceWire.GRAFANA,
        DeviceWire.CLOUDEVENTS,
        DeviceWire.SENSORTHINGS,
        DeviceWire.CHIRPSTACK,
        DeviceWire.THINGS_STACK,
        DeviceWire.MAPPING,
    }
)
_XML: Final = frozenset({DeviceWire.ISAPI, DeviceWire.ONVIF})
_NO_JSON: Final = ("multipart/", "image/", "video/", "audio/", "application/x-www-form-urlencoded")


class HttpDoor:
    """An ASGI application for one receiver."""

    def __init__(self, settings: HttpSettings, devices: HearsDevices, accounts: Accounts, clock: Clock) -> None:
        self._settings, self._devices, self._accounts, self._clock = settings, devices, accounts, clock
        self._rates = Rates(settings.requests_per_source_per_s)
        self._bodies = Bodies(settings.body_most_bytes, settings.bodies_most_bytes)
        self._signed: set[str] = set()
        """Devices that have signed since the start; they are never believed unsigned again."""
        self._is_failing = False
        self.heard = self.strangers = self.unkept = 0
        self._too_often = 0

    @property
    def turned_away(self) -> int:
        return self._too_often + self._bodies.turned_away

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except Exception as error:  # its text may hold a piece of the message
            log.error("a device's request failed", receiver=self._settings.name, error=type(error).__name__)
            answer = UNKEPT
        if answer.status:
            await send_answer(send, answer)

    async def _answer(self, scope: Any, receive: Any) -> Answer:
        source = source_of(scope.get("client"))
        if not self._rates.allows(source, asyncio.get_running_loop().time()):
            self._too_often += 1
            return TOO_OFTEN
        how, _, name = scope["path"].removeprefix("/").partition("/")
        name = name.removesuffix("/")
        if how == "d":
            return await self._by_secret(name, scope, receive)
        if how == "s":
            return await self._by_signature(name, scope, receive)
        return self._unknown()

    async def _by_secret(self, secret: str, scope: Any, receive: Any) -> Answer:
        device = self._devices.book.by_secret(self._settings.name, secret)
        if device is None:
            return self._unknown()
        headers = headers_of(scope)
        if (refused := _unfit(device, scope["method"], headers)) is not None:
            return refused
        body = await self._bodies.read(receive, headers)
        if isinstance(body, Answer):
            return body
        if scope["method"] == "GET" or not signature.is_there(headers):
            if self._settings.signed_only or device.id in self._signed:
                return Answer(
                    401, "this device signs its messages, and this one has no signature", "X-Belfry-Signature"
                )
        elif not self._is_signed(device, headers, body):
            return Answer(401, "the signature is not that of this body", "X-Belfry-Signature")
        return await self._hear(device, scope, headers, body)

    async def _by_signature(self, device_id: str, scope: Any, receive: Any) -> Answer:
        device = self._devices.book.by_id(device_id)
        if device is not None and not (device.enabled and device.receiver == self._settings.name):
            device = None
        headers = headers_of(scope)
        if not signature.is_there(headers) or scope["method"] not in ("POST", "PUT"):
            return self._unknown()
        body = await self._bodies.read(receive, headers)
        if isinstance(body, Answer):
            return body
        if device is None:
            signature.is_right(bytes(32), headers, body, self._clock())  # takes as long
            return self._unknown()
        if not self._is_signed(device, headers, body):
            return self._unknown()
        if (refused := _unfit(device, scope["method"], headers)) is not None:
            return refused
        return await self._hear(device, scope, headers, body)

    def _unknown(self) -> Answer:
        self.strangers += 1
        return UNKNOWN

    def _is_signed(self, device: Device, headers: Mapping[str, str], body: bytes) -> bool:
        if not signature.is_right(self._devices.book.signing_key(device), headers, body, self._clock()):
            return False
        self._signed.add(device.id)
        return True

    async def _hear(self, device: Device, scope: Any, headers: Mapping[str, str], body: bytes) -> Answer:
        now = self._clock()
        hint = Hint(
            media_type=headers.get("content-type", ""),
            headers={name: value for name, value in headers.items() if name.startswith("ce-")},
            query=_query(scope["query_string"]),
            points=device.points,
            mapping=None if device.mapping is None else self._devices.book.mapping(device.mapping),
            channel_offset=device.channel_offset,
            now=now,
        )
        name = BY_GET[device.wire] if scope["method"] == "GET" else device.wire.value
        if len(body) < THREAD_FROM_BYTES:
            said = read(name, body, hint)
        else:
            said = await asyncio.to_thread(read, name, body, hint)
        try:
            async with asyncio.timeout(KEPT_WITHIN_S):
                for speaker, told in spoken(device, said, self._devices.book, self._accounts):
                    await asyncio.shield(self._devices.hear(speaker, told, now))
        except Exception as error:  # whatever it was, nothing good may be said
            self.unkept += 1
            if not self._is_failing:  # said once, until something is kept again
                log.warning("a device's message was not kept", receiver=self._settings.name, error=type(error).__name__)
            self._is_failing = True
            return UNKEPT
        self.heard += 1
        self._is_failing = False
        if said.disposition is Disposition.REJECT and device.wire not in _XML:
            return Answer(400, said.reason, "body")
        return KEPT  # a camera may send again what it is told is bad, without end; the fault is kept


def read(name: str, body: bytes, hint: Hint) -> Said:
    """Have a message read; a reader that fails is our fault, and its device is told no more than that."""
    try:
        return READERS[name](body, hint)
    except Exception as error:
        log.error("a reader failed", wire=name, error=type(error).__name__)
        return Said(disposition=Disposition.REJECT, reason="it could not be read")


def _unfit(device: Device, method: str, headers: Mapping[str, str]) -> Answer | None:
    """Why a request cannot be a message of this device, before anything of its body is read."""
    wire = device.wire
    if wire not in OVER_HTTP or wire.value not in READERS:
        return Answer(400, "the wire of this device does not come over HTTP", "wire")
    if method == "OPTIONS" and wire is DeviceWire.CLOUDEVENTS and "webhook-request-origin" in headers:
        return Answer(200, headers=((b"allow", b"POST"), (b"webhook-allowed-origin", b"*")))
    allowed = "GET, POST, PUT" if wire in BY_GET else "POST, PUT"
    if method not in allowed.split(", "):
        return Answer(405, f"a message comes by {allowed}", headers=((b"allow", allowed.encode()),))
    if headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        return Answer(415, "a message is sent as it is, not packed", "Content-Encoding", ((b"accept-encoding", b""),))
    if wire not in _XML and headers.get("content-type", "").strip().lower().startswith(_NO_JSON):
        return Answer(415, "a message of this device is JSON", "Content-Type")
    return None


def _query(raw: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        pairs = parse_qsl(raw.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=QUERY_MOST)
    except ValueError:
        return found
    for name, value in pairs:
        found.setdefault(name, value)
    return found
