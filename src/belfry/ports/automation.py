"""The doors of automation output: signals handed to software that an agreement names (`domain.agreement`).

What passes here is made of agreed fields alone; there is no place in it for a sealed part.
"""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Final, Literal, Protocol
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from belfry.domain.agreement import Agreement
from belfry.domain.reach import Channel
from belfry.domain.signal import Wire
from belfry.ports.leave import Leave

CHANNEL: Final = Channel.WEBHOOK
"""What software is, for the rules about silent sites: by machine, without a sound."""


class Handed(Struct, frozen=True, kw_only=True):
    """One signal as it may leave. None: not known, or not agreed."""

    wire: Wire
    code: str
    previous: bool = False
    account: str | None = None
    prefix: str | None = None
    area: str | None = None
    zone: str | None = None
    kind: str | None = None
    received_at: datetime | None = None


Seconds = Annotated[float, Meta(gt=0, le=3_600)]


class LinkSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[automation]]`, as far as it is about the wire."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    """Belongs to how far it has come, so it should never change."""
    form: Literal["surgard", "dc07"] = "surgard"
    """Lines that end in 0x14, or frames from LF to CR."""
    address: str | None = None
    """HOST:PORT of the software, which we call; else `listen`."""
    listen: str | None = None
    """HOST:PORT where the software calls us."""
    allow: tuple[str, ...] = ()
    """With `listen`: IP addresses that may call. Empty: whoever does."""
    receiver: str = "01"
    line: str = "1"
    """The numbers that we print where an account's prefix is none of a receiver."""
    heartbeat_s: Annotated[float, Meta(ge=0, le=3_600)] = 30.0
    """So long after the last acknowledgement we say that we are here; 0: never."""
    answer_within_s: Seconds = 4.0
    """What is not acknowledged by then is said again, three times in all."""
    away_after_s: Seconds = 60.0
    """A connection that is missed for so long is a fault of the centre."""
    retry_least_s: Seconds = 1.0
    retry_most_s: Seconds = 30.0
    """Between two attempts, doubling from the one to the other."""
    connect_timeout_s: Seconds = 10.0

    def __post_init__(self) -> None:
        if (self.address is None) == (self.listen is None):
            raise ValueError(f"automation {self.name}: wants address (we call) or listen (they call), one of the two")
        self.where()
        for one in self.allow:
            try:
                ip_address(one)
            except ValueError:
                raise ValueError(f"allow: {one!r} is no IP address") from None
        if self.allow and self.address is not None:
            raise ValueError("allow: says who may call; with address we call")

    def where(self) -> tuple[str, int]:
        """Return host and port that we call, or listen at. Raises ValueError."""
        key, text = ("address", self.address) if self.address is not None else ("listen", self.listen)
        wants = f"{key} = {text!r}: wants HOST:PORT such as '192.0.2.30:1025'"
        try:
            parts = urlsplit(f"//{text}")
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(wants) from None
        if not host or port is None or parts.netloc != text or parts.username or (key == "address" and not port):
            raise ValueError(wants)
        return host, port


class NotTaken(Exception):
    """No acknowledgement came: it may have arrived, and is handed again."""


class CannotBeSaid(Exception):
    """The form has no line for it, now or ever."""


class Way(Protocol):
    """A link to somebody outside: one thing at a time, each acknowledged before the next."""

    name: str

    async def up(self) -> None:
        """Return once another try is worth it: the other side has acknowledged something on the present connection, or
        the pause behind what failed is over; at once where nothing keeps from it."""
        ...

    def down(self) -> None:
        """So many tries were not acknowledged: hang up, and begin anew after a while."""
        ...

    def rest(self, resting: bool) -> None:
        """No agreement holds: say nothing at all, not even that we are here; or one holds again."""
        ...

    def away_since(self) -> datetime | None:
        """Since when nothing is acknowledged, where that is a fault by now; None: it is not, or we rest."""
        ...

    def why(self) -> str | None:
        """Why the last try failed, in a word of ours (`ports.output.Why`); None: it did not, or nobody knows."""
        ...


class Automation(Way, Protocol):
    """A link to software that is handed signals."""

    async def hand(self, leave: Leave, handed: Handed) -> None:
        """One try. Returns once it is acknowledged. Raises NotTaken, CannotBeSaid, or NoLeave."""
        ...


class Positions(Protocol):
    """How far each link has come in the journal, by its name; outlives the process."""

    async def load(self) -> Mapping[str, int]: ...

    async def save(self, positions: Mapping[str, int]) -> None: ...


class KnownAgreements(Protocol):
    """Agreements as memory knows them; asked before each try."""

    def get(self, agreement_id: str) -> Agreement | None: ...
