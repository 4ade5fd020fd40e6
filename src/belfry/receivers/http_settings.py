"""The keys of `[[receiver]] type = "http"`, each with its default; `docs/receivers/http.md` documents them."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Bytes = Annotated[int, Meta(ge=1_024, le=1 << 30)]
Seconds = Annotated[float, Meta(gt=0, le=3_600)]


class HttpSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where devices knock over HTTP, and what they may use of the house."""

    type: str = "http"
    name: str = "webhooks"
    """Belongs to the devices that are registered at this receiver, so it should never change."""
    listen: str = "127.0.0.1:8441"
    """HOST:PORT, never the console's; port 0 lets the system choose."""
    tls_cert: Path | None = None
    """Certificate in PEM, with its chain; None: plain HTTP, where every secret can be read on the way."""
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    """With it a device must show a certificate that this authority signed."""
    signed_only: bool = False
    """Nobody is believed without a signature; else only those who have signed once since the start."""

    body_most_bytes: Bytes = 4 << 20
    """Of one message; cameras add pictures, which are dropped."""
    bodies_most_bytes: Bytes = 64 << 20
    """Of all messages that are being read; beyond it the answer is 503."""
    request_within_s: Seconds = 20.0
    """From a request's first byte to its last; whoever drips is cut off."""
    handshake_within_s: Seconds = 10.0
    """Of TLS."""
    rest_s: Seconds = 75.0
    """How long a connection may rest between two requests."""
    max_connections: Count = 2_000
    max_connections_per_source: Count = 100
    """Of one address; behind a proxy all devices have the same."""
    requests_per_source_per_s: Count = 100
    """In the long run, twice that at once; beyond it the answer is 429."""

    def __post_init__(self) -> None:
        if self.tls_client_ca is not None and self.tls_cert is None:
            raise ValueError("tls_client_ca: wants tls_cert beside it")
        if self.tls_key is not None and self.tls_cert is None:
            raise ValueError("tls_key: wants tls_cert beside it")
