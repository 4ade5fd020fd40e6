"""The keys of `[[receiver]] type = "mqtt"`, each with its default; `docs/receivers/mqtt.md` documents them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from belfry.domain.device import DeviceWire

Seconds = Annotated[float, Meta(gt=0, le=3_600)]
Count = Annotated[int, Meta(ge=1, le=10_000)]
Bytes = Annotated[int, Meta(ge=1_024, le=16 << 20)]

PORTS: Final = {"mqtt": 1_883, "mqtts": 8_883}
PREFIX_MOST: Final = 200
SHOWN: Final = 60
"""Characters of a bad value that its problem repeats."""


class MqttSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which broker, who we are to it, and which language is spoken below which prefix."""

    type: str = "mqtt"
    name: str = "mqtt"
    """Belongs to the devices that are registered at this receiver, so it should never change."""
    broker: str = "mqtt://127.0.0.1:1883"
    """`mqtts://` is TLS; without a port 1883 or 8883."""
    user: str | None = None
    password: str | None = None
    password_file: Path | None = None
    """A file with the pass-word in its first line, instead of `password`; read anew at every connection."""
    client_id: str | None = None
    """What the broker keeps for us is kept under this name, so it should never change; None: `belfry-<name>`."""
    version: Literal["3.1.1", "5"] = "3.1.1"
    """Of MQTT. With 5 the broker itself keeps back what is too long or too much at once."""
    session_days: Annotated[int, Meta(ge=1, le=365)] = 7
    """Of version 5: how long the broker keeps what comes while we are away. With 3.1.1 its own settings say."""

    tls_ca: Path | None = None
    """Certificates in PEM that may sign the broker's; None: those of the system."""
    tls_cert: Path | None = None
    """Our own certificate, where the broker asks for one."""
    tls_key: Path | None = None

    frigate: tuple[str, ...] = ()
    zigbee2mqtt: tuple[str, ...] = ()
    homeassistant: tuple[str, ...] = ()
    esphome: tuple[str, ...] = ()
    shelly: tuple[str, ...] = ()
    """Prefixes of topics below which everything speaks this language. Devices of the book need none: their own topics
    are subscribed by themselves."""
    status_topic: str | None = None
    """Where we say, retained, that we are `online`, and the broker that we are `offline` (last will); empty: nowhere;
    None: `belfry/<name>/status`."""

    payload_most_bytes: Bytes = 262_144
    """Of one message; a longer one is a fault of its device, and nothing of it is read."""
    in_flight_most: Count = 256
    """Messages on their way to the disk; beyond it nothing is read from the broker."""
    keepalive_s: Annotated[int, Meta(ge=5, le=3_600)] = 30
    connect_within_s: Seconds = 10.0
    retry_least_s: Annotated[float, Meta(gt=0, le=60)] = 1.0
    """How long after a lost connection the next is tried; twice that after each that fails,"""
    retry_most_s: Seconds = 30.0
    """and never more than this. A part of each is left to chance."""
    away_after_s: Annotated[float, Meta(ge=0, le=3_600)] = 30.0
    """A broker that is gone for so long is a fault of the centre's own."""
    look_every_s: Seconds = 2.0
    """How soon a device that was registered is subscribed."""

    def __post_init__(self) -> None:
        self.address()
        if self.password is not None and self.password_file is not None:
            raise ValueError("password_file: wants no password beside it")
        if self.user is None and (self.password is not None or self.password_file is not None):
            raise ValueError("user: is missing beside the password")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert: wants tls_key beside it, and the other way round")
        if not self.is_tls and (self.tls_ca or self.tls_cert):
            raise ValueError("tls_ca, tls_cert: want a broker that begins with mqtts://")
        for wire, prefix in self.prefixes():
            if not _is_prefix(prefix):
                raise ValueError(
                    f"{wire.value} = {prefix[:SHOWN]!r}: wants a topic such as 'site/one', without + and #"
                )
        if self.status_topic and not _is_prefix(self.status_topic):
            raise ValueError(f"status_topic = {self.status_topic[:SHOWN]!r}: wants a topic without + and #")

    def __repr__(self) -> str:
        return f"MqttSettings(name={self.name!r})"

    @property
    def is_tls(self) -> bool:
        return self.broker.startswith("mqtts:")

    @property
    def identifier(self) -> str:
        return self.client_id or f"belfry-{self.name}"

    @property
    def status(self) -> str | None:
        """The topic of our own status; None: there is none."""
        return f"belfry/{self.name}/status" if self.status_topic is None else self.status_topic or None

    def address(self) -> tuple[str, int]:
        """Host and port of the broker. Raises ValueError, without what may be a secret in it."""
        try:
            parts = urlsplit(self.broker)
            port = parts.port
        except ValueError:
            raise ValueError("broker: wants mqtt://HOST:PORT or mqtts://HOST:PORT") from None
        if parts.username is not None or parts.password is not None:
            raise ValueError("broker: wants user and password in keys of their own")
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("broker: wants mqtt://HOST:PORT or mqtts://HOST:PORT")
        return parts.hostname, port or PORTS[parts.scheme]

    def prefixes(self) -> Iterator[tuple[DeviceWire, str]]:
        """Yield each prefix with its language."""
        for wire in (
            DeviceWire.FRIGATE,
            DeviceWire.ZIGBEE2MQTT,
            DeviceWire.HOMEASSISTANT,
            DeviceWire.ESPHOME,
            DeviceWire.SHELLY,
        ):
            prefixes: tuple[str, ...] = getattr(self, wire.value)
            for prefix in prefixes:
                yield wire, prefix

    def secret(self) -> str | None:
        """The pass-word. Raises OSError where its file cannot be read."""
        if self.password_file is None:
            return self.password
        with self.password_file.open("r", encoding="utf-8") as file:
            return file.readline().strip("\r\n")


def _is_prefix(topic: str) -> bool:
    whole = 0 < len(topic) <= PREFIX_MOST and topic.isprintable() and not topic.startswith(("/", "$"))
    return whole and not topic.endswith("/") and "+" not in topic and "#" not in topic
