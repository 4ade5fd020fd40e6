"""The doors of incident output: that an incident is open, or over, said to sirens, pagers and doors that an agreement
names (`domain.agreement`).

What passes here is made of agreed fields alone; there is no place in it for words, people, places or sealed parts.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Protocol
from urllib.parse import SplitResult, urlsplit

from msgspec import Meta, Struct

from belfry.domain.reach import Channel
from belfry.domain.signal import Wire
from belfry.ports.automation import Way
from belfry.ports.leave import Leave

Seconds = Annotated[float, Meta(gt=0, le=600)]

SCHEMES: Final = {"webhook": ("https", "http"), "mqtt": ("mqtts", "mqtt")}
PORTS: Final = {"https": 443, "http": 80, "mqtts": 8_883, "mqtt": 1_883}
TOPIC_MOST: Final = 200


class ToldState(StrEnum):
    OPENED = "opened"
    CLOSED = "closed"


class Why(StrEnum):
    """Why a try was in vain."""

    UNREACHABLE = "unreachable"
    ADDRESS = "address"
    """It is none that may be reached: of a private network, or of no host."""
    CERTIFICATE = "certificate"
    NO_ANSWER = "no_answer"
    NO_HTTP = "no_http"
    ELSEWHERE = "elsewhere"
    """It sends elsewhere, which is not followed."""
    REFUSED = "refused"
    BUSY = "busy"
    """It cannot take it now, and says so."""


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message, field by field as it leaves. None: not known, not agreed, or of a closing, which names no more than
    what it closes."""

    id: str
    """Of this message: a repeat has the same."""
    incident: str
    """What the opening and the closing of one incident share, under one agreement."""
    state: ToldState
    at: datetime | None = None
    """When its first signal came in, or when it was closed."""
    kind: str | None = None
    account: str | None = None
    prefix: str | None = None
    area: str | None = None
    zone: str | None = None
    wire: Wire | None = None
    """The list that `code` is of."""
    code: str | None = None


class OutputSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[output]]`, as far as it is about the wire."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    """Belongs to how far it has come, so it should never change."""
    type: Literal["webhook", "mqtt"]
    address: str
    """`https://HOST/PATH` of who is called, or `mqtts://HOST:PORT` of a broker."""
    private: bool = False
    """Addresses of private networks and of this machine are meant, too; only there `http:` and `mqtt:` are."""
    secret_env: str | None = None
    """Environment variable with the key of the signature, or the pass-word at the broker."""
    secret_file: Path | None = None
    """File with the same in its first line."""
    user: str | None = None
    """Of mqtt: who we are to the broker."""
    topic: str | None = None
    """Of mqtt: where it is published."""
    tls_ca: Path | None = None
    """Certificates in PEM that may sign theirs; None: those of the system."""
    answer_within_s: Seconds = 10.0
    """From the first packet to the answer."""
    away_after_s: Seconds = 60.0
    """What is not taken for so long is a fault of the centre."""
    retry_least_s: Seconds = 1.0
    retry_most_s: Seconds = 60.0
    """Between two attempts, doubling from the one to the other."""

    def __post_init__(self) -> None:
        self.where()
        said = f"output {self.name}: "
        if self.secret_env is not None and self.secret_file is not None:
            raise ValueError(f"{said}wants secret_env or secret_file, one of the two")
        has_secret = self.secret_env is not None or self.secret_file is not None
        if self.type == "webhook":
            if not has_secret:
                raise ValueError(f"{said}wants secret_env or secret_file, where the key of its signature is")
            if self.topic is not None or self.user is not None:
                raise ValueError(f"{said}topic and user are of type mqtt")
        elif not _is_topic(self.topic):
            raise ValueError(f"{said}wants a topic such as 'station/siren', without + and #")
        elif self.user is None and has_secret:
            raise ValueError(f"{said}wants user beside the pass-word")

    def where(self) -> SplitResult:
        """Return the address, taken apart. Raises ValueError, without repeating it: it may hold a secret."""
        wanted = SCHEMES[self.type]
        says = f"output {self.name}: address: wants {wanted[0]}://HOST"
        says += ", without user and pass-word" + ("" if self.type == "webhook" else " and without a path")
        try:
            parts = urlsplit(self.address)
            port = parts.port
        except ValueError:
            raise ValueError(says) from None
        clean = self.address.isascii() and self.address.isprintable() and " " not in self.address
        if parts.scheme not in wanted or not parts.hostname or port == 0 or "@" in parts.netloc or not clean:
            raise ValueError(says)
        if parts.fragment or (self.type == "mqtt" and (parts.path.strip("/") or parts.query)):
            raise ValueError(says)
        if parts.scheme != wanted[0] and not self.private:
            raise ValueError(f"output {self.name}: {parts.scheme}: wants private = true; elsewhere {wanted[0]}:")
        return parts

    def host_port(self) -> tuple[str, int]:
        parts = self.where()
        assert parts.hostname is not None  # looked at in `where`
        return parts.hostname, parts.port or PORTS[parts.scheme]

    @property
    def is_tls(self) -> bool:
        return self.where().scheme == SCHEMES[self.type][0]


class Output(Way, Protocol):
    """A link that says what is open and what is over: one message at a time, each acknowledged before the next."""

    channel: Channel

    async def tell(self, leave: Leave, told: Told) -> None:
        """One try. Returns once it is acknowledged. Raises NotTaken, behind which `up` waits, or NoLeave."""
        ...


def _is_topic(topic: str | None) -> bool:
    if not topic or len(topic) > TOPIC_MOST or not topic.isprintable() or topic.startswith(("/", "$")):
        return False
    return not topic.endswith("/") and "+" not in topic and "#" not in topic
