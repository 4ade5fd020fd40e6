"""`[travel]`: how the centre reckons travel times."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from msgspec import Meta

from belfry.domain.travel import How, Speeds

SHOWN: Final = 60


class TravelTable(Speeds, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[travel]`: a server of roads, and the presets for what it does not say."""

    osrm: str | None = None
    """Base address of a server with OSRM's table service."""
    valhalla: str | None = None
    """Base address of a server with Valhalla's matrix. One of both at most."""
    within_ms: Annotated[int, Meta(ge=10, le=10_000)] = 300
    """After so long a server is not waited for."""
    at_most: Annotated[int, Meta(ge=2, le=10_000)] = 100
    """Places in one request: what the server allows."""

    def __post_init__(self) -> None:
        if self.osrm is not None and self.valhalla is not None:
            raise ValueError("valhalla: wants to be alone: osrm is set too, and one server is asked")
        for name, address in (("osrm", self.osrm), ("valhalla", self.valhalla)):
            if address is not None and not _is_base(address):
                raise ValueError(f"{name} = {address[:SHOWN]!r}: wants http(s)://HOST[:PORT][/PATH]")

    @property
    def server(self) -> tuple[How, str | None]:
        """Which server is asked, and where."""
        if self.osrm is not None:
            return How.OSRM, self.osrm
        return (How.STRAIGHT, None) if self.valhalla is None else (How.VALHALLA, self.valhalla)


def _is_base(address: str) -> bool:
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and (parts.port is None or bool(parts.port))
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address and "@" not in parts.netloc
    return usable and plain and parts.scheme in {"http", "https"} and not parts.query and not parts.fragment
