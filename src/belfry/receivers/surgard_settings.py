"""The keys of `[[receiver]] type = "surgard"`, each with its default; `docs/receivers/surgard.md` documents them."""

from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=1, le=10_000)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Patience = Annotated[float, Meta(ge=0, le=86_400)]


class Form(StrEnum):
    """How the receiver prints."""

    SURGARD = "surgard"
    """Lines that end in 0x14."""
    DC07 = "dc07"
    """Frames from LF to CR, with check value and length."""


class SurgardSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the receivers of a station are, and how they speak."""

    type: str = "surgard"
    name: str = "receivers"
    """Belongs to the identity of an account, so it should never change."""
    form: Form = Form.SURGARD
    listen: str = "127.0.0.1:1025"
    """HOST:PORT where receivers call us; port 0 lets the system choose. Not used with `host`."""
    host: str | None = None
    """HOST:PORT of a receiver that wants to be called; else we wait for it."""
    allow: tuple[str, ...] = ()
    """Addresses of the receivers: nobody else is heard, and each of them is missed. Empty: whoever calls is heard."""
    prefix: bool = True
    """Numbers of receiver and line belong to the account: `011`. Else equal numbers of two lines are one account."""
    heartbeat: bool = True
    """A receiver that falls silent is a fault of the centre. False where the receiver sends no heartbeat."""
    away_after_s: Patience = 90.0
    """So long may a receiver be silent: three heartbeats of half a minute."""

    answer_within_s: Seconds = 3.0
    """What is kept later gets no answer: the receiver has turned to the next line, or will ask again, after four."""
    idle_timeout_s: Seconds = 300.0
    """A connection without a readable line for so long is closed."""
    retry_least_s: Seconds = 1.0
    retry_most_s: Seconds = 30.0
    """With `host`: between two attempts, doubling from the one to the other."""
    connect_timeout_s: Seconds = 10.0
    max_connections: Count = 64
    max_connections_per_source: Count = 8
    max_unreadable: Count = 20
    """Bad lines in a row, after which a connection is closed."""

    def __post_init__(self) -> None:
        for address in self.allow:
            try:
                ip_address(address)
            except ValueError:
                raise ValueError(f"allow: {address!r} is no IP address") from None
        if self.host is not None:
            if self.allow:
                raise ValueError("allow: says who may call; with host we call")
            self.called()

    def called(self) -> tuple[str, int]:
        """Return the host and port that we call. Raises ValueError."""
        return host_port(self.host or "", "host")


def host_port(text: str, name: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:1025` or `[::1]:1025`. Raises ValueError, naming the setting."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{name} = {text!r}: wants HOST:PORT")
    return host.strip("[]"), int(port)
