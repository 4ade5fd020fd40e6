"""The keys of `[[receiver]] type = "smtp"`, each with its default; `docs/receivers/smtp.md` documents them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Bytes = Annotated[int, Meta(ge=1_024, le=1 << 28)]
Seconds = Annotated[float, Meta(gt=0, le=3_600)]


class Tls(StrEnum):
    """When a connection is encrypted."""

    STARTTLS = "starttls"
    """When the camera asks for it."""
    REQUIRED = "required"
    """It has to ask before it may say anything else."""
    IMPLICIT = "implicit"
    """From the first byte on (`SSL`, port 465)."""


class SmtpSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where cameras send their mails, and what they may use of the house."""

    type: str = "smtp"
    name: str = "mail"
    """Belongs to the devices that are registered at this receiver, so it should never change."""
    listen: str = "127.0.0.1:8525"
    """HOST:PORT; port 0 lets the system choose."""
    hostname: str = "belfry"
    """How it greets; the machine's own name is nobody's business."""
    tls_cert: Path | None = None
    """Certificate in PEM, with its chain; None: no encryption, where every secret can be read on the way."""
    tls_key: Path | None = None
    tls: Tls = Tls.STARTTLS
    """With a certificate: `starttls`, `required` or `implicit`."""
    auth_required: bool = False
    """Nobody is heard without his device's secret as pass-word; else a secret recipient is enough."""
    auth_in_clear: bool = False
    """A pass-word is taken without encryption. For cameras that cannot do better, in a network of their own."""

    mail_most_bytes: Bytes = 2 << 20
    """Of one mail; its pictures are dropped."""
    timeout_s: Seconds = 60.0
    """Of silence between two commands, and of a whole mail."""
    max_connections: Count = 500
    max_connections_per_source: Count = 50
    connections_per_source_per_s: Count = 20
    """In the long run, twice that at once; each one costs a millisecond before it has said anything."""

    def __post_init__(self) -> None:
        if self.tls_cert is None and (self.tls_key is not None or self.tls is not Tls.STARTTLS):
            raise ValueError("tls_cert: is wanted by tls_key and tls")
        if self.auth_required and self.tls_cert is None and not self.auth_in_clear:
            raise ValueError("auth_required: wants tls_cert, or auth_in_clear = true")
        if not self.hostname.isascii() or not self.hostname.isprintable() or " " in self.hostname:
            raise ValueError("hostname: is a name without spaces")
