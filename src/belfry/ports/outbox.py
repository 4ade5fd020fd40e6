"""The ways out to people: what a notifier is handed, what it promises, and how whoever wants to reach somebody asks.

Nothing leaves without a `Leave`, which the outbox asks for right before each sending and the notifier spends. Nothing
is sent that is not in the journal already as tried (`domain.notice_facts`).
"""

from typing import Final, Protocol, runtime_checkable

from msgspec import Struct

from belfry.domain.reach import Audience, Channel
from belfry.ports import Clock
from belfry.ports.leave import Leave
from belfry.ports.push import PushTarget

TITLE_MOST: Final = 120
BODY_MOST: Final = 500
"""Characters of a push: what a telephone shows without being unlocked."""
FILES_MOST_BYTES: Final = 10_000_000


class Attached(Struct, frozen=True):
    """A file that goes along, such as a report. Never with a push about an incident."""

    name: str
    media_type: str
    content: bytes


class Push(Struct, frozen=True):
    """What is sent. Of an incident: its kind and place as far as they may leave, never a note (SCOPE, reach)."""

    title: str
    body: str
    files: tuple[Attached, ...] = ()
    target: PushTarget | None = None
    """What a phone's service worker is told beside the words; other carriers pass it by."""


class NotSent(Exception):
    """It has not left, and why, in a word of ours. `final`: trying again cannot help. `again_s`: not before, as whoever
    carries it asks."""

    def __init__(self, reason: str, *, final: bool = False, again_s: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.final, self.again_s = reason, final, again_s


class MayHaveLeft(NotSent):
    """Nobody knows whether it has left: the carrier did not answer in time."""


class Notifier(Protocol):
    """A way out to one person or one group. Built by its entry point, group `belfry.notifiers`, with (settings, clock)
    where `settings` is the class `Settings` of the notifier, filled from its `[[notifier]]` table."""

    channel: Channel

    async def send(self, leave: Leave, push: Push, *, audience: Audience) -> None:
        """Hand it to whoever carries it, within SEND_WITHIN_S. Calls `leave.spend(audience, self.channel, now)` right
        before anything leaves, and lets NoLeave through. Makes no sound where `leave.quiet`. Raises NotSent; a text of
        the carrier, an address or a secret is in no message."""
        ...

    async def close(self) -> None: ...


class MakesNotifiers(Protocol):
    """What stands behind an entry point."""

    def __call__(self, settings: object, clock: Clock, /) -> Notifier: ...


SEND_WITHIN_S: Final = 20.0
"""Longest that one sending takes; behind that it may have left."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Somebody is to be reached about something that is no incident, such as a report that is due."""

    notice: str
    """A name that is given once: whoever asks twice under it has asked once. Letters, digits, `-` and `.`."""
    to: str
    """The name of a row of `[[on_call]]`."""
    why: str
    """Who composes it: the name under which a `Composes` was handed to the outbox."""
    training: bool = False


@runtime_checkable
class Composes(Protocol):
    """Makes what is sent for a notice, at the time at which it is sent."""

    async def __call__(self, notice: str, /) -> Push | None:
        """None: there is nothing to send any more, and it is dropped."""
        ...


class Outbox(Protocol):
    """What others are handed of `centre.outbox`."""

    async def want(self, wanted: Wanted) -> bool:
        """Ask for a notice; durable on return. False: it was asked for before. Raises LookupError where nobody of this
        name is on call, or JournalError."""
        ...
