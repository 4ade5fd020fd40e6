"""The keys of `[[receiver]] type = "cap"`, each with its default; `docs/receivers/cap.md` documents them."""

from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from belfry.receivers.camera_http import PORTS, address
from belfry.receivers.fetching import Gone, Seconds
from belfry.receivers.http_settings import Count, HttpSettings
from belfry.receivers.limits import host_port

MOST_BYTES: Final = 4 << 20
"""Of one message, and of one list of messages."""
SECRET_LEAST: Final = 20
"""Signs of the secret of those who push: more than anybody tries out at a door that counts."""


class CapSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which feeds are asked, and where warnings may be pushed to us."""

    type: str = "cap"
    name: str = "warnings"
    urls: Annotated[tuple[str, ...], Meta(max_length=50)] = ()
    """Addresses of feeds."""
    every_s: Annotated[float, Meta(ge=30, le=86_400)] = 300.0
    certificates: tuple[Path, ...] = ()
    """PEM files of those whose signatures are trusted."""
    require_signature: bool = False
    """Only messages that one of `certificates` signed count."""
    tls_ca: Path | None = None
    answer_within_s: Seconds = 20.0

    listen: str | None = None
    """HOST:PORT where warnings are pushed to; None: nobody pushes."""
    secret_file: Path | None = None
    """A file with the secret of those who push in its first line."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    requests_per_source_per_s: Count = 20
    """Pushed, in the long run, twice that at once; beyond it the answer is 429."""

    def __post_init__(self) -> None:
        if self.require_signature and not self.certificates:
            raise ValueError("require_signature = true: wants certificates, of those whose signatures are trusted")
        if not self.urls and self.listen is None:
            raise ValueError("urls: wants the address of a feed, or listen beside it")
        if (self.listen is None) != (self.secret_file is None):
            raise ValueError("listen: wants secret_file beside it, and the other way round")
        if self.listen is None and (self.tls_cert is not None or self.tls_key is not None):
            raise ValueError("tls_cert, tls_key: want listen beside them")
        if self.listen is not None:
            host_port(self.listen)
            self.door()
        for url in self.urls:
            try:
                address(base(url))
            except Gone:
                raise ValueError(f"urls = {url[:60]!r}: wants an address such as 'https://example.org/cap'") from None

    def door(self) -> HttpSettings:
        """The listener's: as that of the devices, for a few who push. `listen` is not None."""
        assert self.listen is not None
        return HttpSettings(
            type=self.type,
            name=self.name,
            listen=self.listen,
            tls_cert=self.tls_cert,
            tls_key=self.tls_key,
            body_most_bytes=MOST_BYTES,
            max_connections=100,
            max_connections_per_source=20,
            requests_per_source_per_s=self.requests_per_source_per_s,
        )

    def secret(self) -> str:
        """The secret of those who push. Raises OSError naming the setting."""
        try:
            assert self.secret_file is not None
            with self.secret_file.open("r", encoding="utf-8") as file:
                secret = file.readline(1_000).strip()
        except (OSError, ValueError) as error:
            raise OSError(f"secret_file = {self.secret_file} cannot be read") from error
        if len(secret) < SECRET_LEAST or not (secret.isascii() and secret.isalnum()):
            raise OSError(f"secret_file = {self.secret_file}: wants at least {SECRET_LEAST} letters and digits in it")
        return secret


def base(url: str) -> str:
    """Scheme, host and port of an address, and nothing where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return "none://"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}:{port}" if parts.hostname and parts.username is None else "none://"
