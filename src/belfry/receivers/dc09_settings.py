"""The keys of `[[receiver]] type = "dc09"`, each with its default; `docs/receivers/dc09.md` documents them."""

from typing import Annotated

from msgspec import Meta, Struct

from belfry.protocols.dc09 import key_from_hex, key_from_text

Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Seconds = Annotated[float, Meta(gt=0, le=604_800)]


class Key(Struct, frozen=True, forbid_unknown_fields=True):
    """An AES key with its form said: `{ hex = "00112233..." }` or `{ text = "sixteen letters." }`."""

    hex: str | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        if (self.hex is None) == (self.text is None):
            raise ValueError("keys: a key has either hex or text")
        try:
            self.value()
        except ValueError as error:
            raise ValueError(f"keys: {error}") from None

    def value(self) -> bytes:
        return key_from_hex(self.hex) if self.hex is not None else key_from_text(self.text or "")

    def __repr__(self) -> str:
        return "Key(...)"


class Dc09Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where panels knock, what they may use of the house, and the port's keys."""

    type: str = "dc09"
    name: str = "panels"
    """Belongs to the identity of an account, so it should never change."""
    listen: str = "127.0.0.1:12009"
    """HOST:PORT for TCP and UDP; port 0 lets the system choose."""
    keys: tuple[str | Key, ...] = ()
    """AES keys accepted on this port, in hexadecimal digits, or with their form said: see `Key`."""
    allow_unknown: bool = True
    """An account that the registry does not know is acknowledged and shown to an operator; else it gets DUH."""

    max_connections: Count = 12_000
    """TCP connections at once; each may need a file of the system's limit."""
    max_connections_per_source: Count = 6_000
    """Of one address: many panels may stand behind one, but nobody gets all."""
    idle_timeout_s: Seconds = 3_900.0
    """A connection without a readable frame for this long is closed. More than an hour: some panels poll hourly."""
    first_frame_timeout_s: Seconds = 300.0
    """A connection that never sent a readable frame is closed sooner."""
    unread_answers_timeout_s: Annotated[float, Meta(ge=0, le=3_600)] = 10.0
    """A panel that lets its answers pile up is closed after this long; nothing more is read from it meanwhile."""
    max_frames_queued: Count = 128
    """Frames of one connection on their way to the disk; beyond it nothing is read from it. Of UDP: of one source."""
    max_frames_queued_per_source: Count = 512
    """TCP frames of one address on their way to the disk; beyond it each of its connections has one at a time."""
    max_datagrams_queued: Count = 4_096
    """Frames of all UDP sources together on their way to the disk; beyond it datagrams are dropped: panels repeat."""
    max_unreadable: Count = 20
    """Faults (bad CRC, noise) in a row, after which a connection is closed."""
    datagrams_per_source_per_s: Count = 2_000
    """UDP datagrams of one address in the long run, twice that at once; the rest is dropped."""
    signals_per_source_per_s: Count = 250
    """The same of UDP frames that are no link tests: each of them costs the disk and a decision."""

    def __post_init__(self) -> None:
        self.port_keys()

    def port_keys(self) -> tuple[bytes, ...]:
        """Return the port's AES keys. Raises ValueError, without the key, where one is none."""
        try:
            return tuple(key_from_hex(key) if isinstance(key, str) else key.value() for key in self.keys)
        except ValueError as error:
            raise ValueError(f'keys: {error}; a text key is written {{ text = "..." }}') from None
