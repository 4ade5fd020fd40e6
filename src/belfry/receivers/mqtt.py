"""The MQTT receiver: a client of the site's or the station's own broker, at QoS 1 in a session that the broker keeps.

Owns the connection and its way back: what came while we were away is sent when we are here again, and nothing is
acknowledged before it is kept. Who speaks and in which language is the desk's (`mqtt_desk`), what it means nobody's.
"""

import asyncio
import ssl
from asyncio import Task
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Final

import aiomqtt
import structlog

from belfry.ports import Accounts, Chance, Clock, Intake
from belfry.ports.devices import HearsDevices
from belfry.receivers.limits import amount
from belfry.receivers.mqtt_desk import MqttDesk
from belfry.receivers.mqtt_flow import Flow, Known
from belfry.receivers.mqtt_link import OFFLINE, ONLINE, QOS, Link
from belfry.receivers.mqtt_settings import MqttSettings

__all__ = ["MqttReceiver", "MqttSettings"]

log = structlog.get_logger()

STOP_GRACE_S: Final = 5.0
"""How long a stop waits for what is on its way to the disk, so that it is acknowledged."""
WHY_MOST: Final = 200


class MqttReceiver:
    """A door for devices that speak through a broker (`ports.Receiver`)."""

    Settings: ClassVar[type[MqttSettings]] = MqttSettings
    takes_devices: ClassVar[bool] = True

    def __init__(
        self,
        settings: MqttSettings,
        intake: Intake,
        accounts: Accounts,
        clock: Clock,
        chance: Chance,
        *,
        devices: HearsDevices,
    ) -> None:
        self.name = settings.name
        self._settings, self._devices, self._clock, self._chance = settings, devices, clock, chance
        self._desk = MqttDesk(settings, devices, clock)
        self._known = Known()
        self._context: ssl.SSLContext | None = None
        self._task: Task[None] | None = None
        self._stopping = asyncio.Event()
        self._news = asyncio.Event()
        self._link: Link | None = None
        self._flow: Flow | None = None
        self._away: datetime | None = None
        self._why = ""
        self._messages = self._unkept = self._refused = self._connections = 0

    @property
    def listening(self) -> tuple[str, int]:
        """Host and port of the broker: this door opens outwards."""
        return self._settings.address()

    async def start(self) -> None:
        """Begin to connect; a broker that is not there yet is waited for. Raises OSError, naming setting and file,
        where a certificate or the pass-word cannot be read."""
        settings = self._settings
        if settings.is_tls:
            self._context = await asyncio.to_thread(_context, settings.tls_ca, settings.tls_cert, settings.tls_key)
        await self._password()
        self._away = self._clock()
        self._task = asyncio.create_task(self._run(), name=f"mqtt {self.name}")

    async def stop(self) -> None:
        """Let what is being kept be acknowledged within `STOP_GRACE_S`, and say good-bye. Harmless twice."""
        self._stopping.set()
        if self._task is not None:
            await self._task
            self._task = None

    async def connected(self) -> None:
        """Wait until everything is subscribed."""
        while self._away is not None:
            self._news.clear()
            await self._news.wait()

    async def lost(self) -> None:
        """Wait until the broker is known to be gone."""
        while self._away is None:
            self._news.clear()
            await self._news.wait()

    async def tried(self) -> None:
        """Wait until a connection has failed."""
        while not self._why:
            self._news.clear()
            await self._news.wait()

    def away_since(self) -> datetime | None:
        """Since when the broker is gone, where that is a fault by now; None: it is there, or was a moment ago."""
        away = self._away
        if away is None or self._clock() - away < timedelta(seconds=self._settings.away_after_s):
            return None
        return away

    def describe(self) -> Mapping[str, object]:
        return {
            "name": self.name,
            "type": "mqtt",
            "listen": "{}:{}".format(*self._settings.address()),
            "connected": self._away is None,
            "away_since": None if self._away is None else self._away.isoformat(),
            "connections": int(self._away is None),
            "connected_so_often": self._connections,
            "messages": self._messages + (0 if self._flow is None else self._flow.messages),
            "repeats": self._desk.repeats,
            "in_flight": 0 if self._flow is None else len(self._flow),
            "unkept": self._unkept,
            "subscriptions_refused": self._refused,
            "strangers": amount(self._desk.strangers),
            "strays": amount(self._desk.strays),
            "too_long": amount(self._desk.too_long),
        }

    # -- the way to the broker

    async def _run(self) -> None:
        """One link after the other, with a pause between them that grows while there is none."""
        settings, wait_s = self._settings, self._settings.retry_least_s
        while not self._stopping.is_set():
            connections = self._connections
            try:
                await self._converse()
                why = "the broker is gone"
            except (aiomqtt.MqttError, OSError, ValueError) as error:
                why = str(error) or type(error).__name__
            if self._stopping.is_set():
                return
            if self._connections > connections:
                wait_s = settings.retry_least_s
            self._lost(why)
            share = 0.5 + self._chance(1)[0] / 512
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait_s * share)
            wait_s = min(wait_s * 2, settings.retry_most_s)

    async def _converse(self) -> None:
        """One link from its beginning to its end. Raises aiomqtt.MqttError, OSError."""
        settings = self._settings
        flow = Flow(self.name, self._desk, self._known, most=settings.in_flight_most, unkept=self._could_not_keep)
        link = Link(settings, self._context, await self._password(), flow.take)
        flow.begin(link)
        self._flow, self._link = flow, link
        try:
            async with link:
                await self._listen(link)
                await self._settle(flow, link)
        finally:
            flow.end()
            link.drop()  # whatever is left of it
            self._messages += flow.messages
            self._flow = self._link = None

    async def _listen(self, link: Link) -> None:
        """Keep what is wanted subscribed until the broker is gone or the receiver stops. Raises aiomqtt.MqttError."""
        keeping = asyncio.create_task(self._keep_subscribed(link))
        tasks = (keeping, asyncio.create_task(link.gone()), asyncio.create_task(self._stopping.wait()))
        try:
            # Who waits for a broker's word on a subscription must hear at once that there is no broker any more.
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if keeping.done():
                keeping.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_subscribed(self, link: Link) -> None:
        subscribed: list[str] = []
        changes: int | None = None
        while True:
            if self._devices.book.changes != changes:
                changes = self._devices.book.changes
                subscribed = await self._subscribe(link, subscribed)
            await asyncio.sleep(self._settings.look_every_s)

    async def _subscribe(self, link: Link, before: Sequence[str]) -> list[str]:
        wanted = self._desk.filters()
        await link.unsubscribe_all(sorted(set(before) - set(wanted)))
        self._refused = await link.subscribe_all([topic for topic in wanted if topic not in set(before)])
        if self._refused:
            log.error("the broker refuses subscriptions", receiver=self.name, count=self._refused)
        if self._away is not None:
            await self._here(link)
        return wanted

    async def _here(self, link: Link) -> None:
        status = self._settings.status
        if status is not None:
            await link.publish(status, ONLINE, QOS, retain=True)
        self._connections += 1
        self._away, self._why = None, ""
        log.info("a broker is connected", receiver=self.name, at="{}:{}".format(*self.listening))
        self._news.set()

    async def _settle(self, flow: Flow, link: Link) -> None:
        """Of a stop: wait for what is on its way to the disk, and say that we go."""
        if not self._stopping.is_set() or link.is_gone:
            return
        link.pause()
        if waiting := flow.waiting():
            await asyncio.wait(waiting, timeout=STOP_GRACE_S)
            await asyncio.sleep(0)  # they are acknowledged in callbacks
        link.answer()
        status = self._settings.status
        link.resume()
        if status is not None:
            with suppress(aiomqtt.MqttError):
                await link.publish(status, OFFLINE, QOS, retain=True)

    def _lost(self, why: str) -> None:
        if self._away is None:
            self._away = self._clock()
        if why != self._why:
            self._why = why
            log.warning("a broker is away", receiver=self.name, at="{}:{}".format(*self.listening), why=why[:WHY_MOST])
        self._news.set()

    def _could_not_keep(self) -> None:
        self._unkept += 1
        if self._link is not None:
            self._link.drop()

    async def _password(self) -> str | None:
        try:
            return await asyncio.to_thread(self._settings.secret)
        except (OSError, ValueError) as error:
            raise OSError(f"password_file = {self._settings.password_file} cannot be read") from error


def _context(ca: Path | None, cert: Path | None, key: Path | None) -> ssl.SSLContext:
    """A context for a client that checks the broker's name. Raises OSError naming setting and file."""
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ValueError) as error:
        raise OSError(f"tls_ca = {ca} is no certificate in PEM, or cannot be read") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert is not None:
        try:
            context.load_cert_chain(cert, key, password=lambda: b"")  # nobody is there to type one
        except (OSError, ValueError) as error:
            raise OSError(f"tls_cert = {cert} and tls_key = {key} are no certificate and its own key in PEM") from error
    return context
