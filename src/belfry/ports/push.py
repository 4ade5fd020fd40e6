"""The doors of web push: phones that people registered, and the way to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

PHONES_MOST: Final = 10
"""Of one person; the one that was registered first makes room."""


class PushPhone(Struct, frozen=True, kw_only=True):
    """A browser that somebody registered. `endpoint` is a secret: whoever has it and the keys can write to it."""

    id: str
    user: str
    endpoint: str
    p256dh: str
    auth: str
    label: str
    added_at: datetime


class NoSuchPhone(LookupError):
    """There is none, or it is another one's."""


class PushPhones(Protocol):
    """Phones in memory, each change durable on return."""

    def of(self, user: str) -> Sequence[PushPhone]:
        """Those of somebody whose account works, the oldest first."""
        ...

    async def add(
        self, user: str, endpoint: str, p256dh: str, auth: str, *, label: str, session: str | None
    ) -> PushPhone:
        """Keep one; the same endpoint again is the same phone, whoever it was of before. `session`: the secret of the
        one in which it is registered."""
        ...

    async def remove(self, phone_id: str, user: str | None = None) -> None:
        """Forget one; where a user is given, his alone. Raises NoSuchPhone."""
        ...

    async def end_session(self, session: str) -> None:
        """Forget what was registered in a session that was signed out."""
        ...


class PushTarget(Struct, frozen=True, kw_only=True):
    """What goes along with a push to a phone, for its service worker. Never a note."""

    why: str
    """alert, withdrawn, many, check or test."""
    alert: str | None = None
    incident: str | None = None
    number: int | None = None
    kind: str | None = None
    priority: int = 3
    quiet: bool = False
    again: bool = False
    """It may be a repeat: an attempt before it may have left."""
    notice: str = ""
    token: str = ""
    """Shown back once it is delivered (`POST /push/delivered`)."""


class PhoneUnfit(ValueError):
    """What a browser gave to register is not taken; `field` and what is wanted of it, never its value."""

    def __init__(self, field: str, wants: str) -> None:
        super().__init__(f"{field}: {wants}")
        self.field, self.wants = field, wants


class PushDesk(Protocol):
    """Web push, as whoever lets people register their phones needs it."""

    @property
    def public_key(self) -> str:
        """Our VAPID key: a point of P-256 in URL-safe base64."""
        ...

    @property
    def phones(self) -> PushPhones: ...

    def check(self, endpoint: str, p256dh: str, auth: str) -> None:
        """Raises PhoneUnfit."""
        ...

    async def test(self, phone: PushPhone, title: str, body: str) -> str | None:
        """Write to a phone now; returns why it was not taken, in a word."""
        ...
