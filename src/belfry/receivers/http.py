"""The HTTP receiver: a listener of its own for devices and monitoring systems, never the console's port.

The listener owns sockets, TLS and limits (`http_listener`). Who speaks and what is answered is the door's
(`http_door`), what it means nobody's here.
"""

from collections.abc import Mapping
from typing import ClassVar

from belfry.ports import Accounts, Chance, Clock, Intake
from belfry.ports.devices import HearsDevices
from belfry.receivers.http_door import HttpDoor
from belfry.receivers.http_listener import HttpListener
from belfry.receivers.http_settings import HttpSettings
from belfry.receivers.limits import amount
from belfry.receivers.tls import unusable

__all__ = ["HttpReceiver", "HttpSettings"]


class HttpReceiver:
    """A door for devices over HTTP (`ports.Receiver`)."""

    Settings: ClassVar[type[HttpSettings]] = HttpSettings
    takes_devices: ClassVar[bool] = True

    def __init__(
        self,
        settings: HttpSettings,
        intake: Intake,
        accounts: Accounts,
        clock: Clock,
        chance: Chance,
        *,
        devices: HearsDevices,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._door = HttpDoor(settings, devices, accounts, clock)
        self._listener = HttpListener(settings, self._door)

    @staticmethod
    def examine(settings: HttpSettings) -> str | None:
        """Return why it could not start with these settings, without listening (`belfry check`)."""
        return unusable(settings.tls_cert, settings.tls_key, client_ca=settings.tls_client_ca)

    @property
    def listening(self) -> tuple[str, int]:
        """Host and port as bound. Raises RuntimeError before `start`."""
        if self._listener.bound is None:
            raise RuntimeError(f"receiver {self.name} does not listen yet")
        return self._listener.bound

    async def start(self) -> None:
        """Listen. Raises OSError with the address, or with setting and file of a certificate, where it cannot."""
        await self._listener.start()

    async def stop(self) -> None:
        """Close the door, let what is being kept be answered, and hang up. Harmless twice."""
        await self._listener.stop()

    def describe(self) -> Mapping[str, object]:
        door, listener = self._door, self._listener
        return {
            "name": self.name,
            "type": "http",
            "listen": "{}:{}".format(*listener.bound) if listener.bound else self._settings.listen,
            "connections": listener.connections,
            "tls": self._settings.tls_cert is not None,
            "messages": door.heard,
            "unkept": door.unkept,
            "strangers": amount(door.strangers),
            "turned_away": amount(door.turned_away + listener.turned_away),
        }
