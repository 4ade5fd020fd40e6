"""What the readers of MQTT share: one message as it was published, bare words, and what being retained means.

A reader finds its way from the end of the topic, so that any prefix will do. A retained message is state as it has
been: its readings are `sync`, and what only ever begins (a pulse) is none, since it is long over.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from belfry.domain.reading import Disposition, Observed, PointState, Quality, Reading, Said
from belfry.protocols.common import jsons
from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.hint import Hint

TOPIC_MOST: Final = 512
"""Characters of a topic; MQTT allows 65,535 bytes, no device of the book has half of this."""
WORD_MOST: Final = 32
"""Bytes of a body that may still be one bare word."""

OVER: Final = "retained: what only begins is long over"


class Published(Struct, frozen=True):
    """One message. `topic` by its levels, at least one."""

    topic: tuple[str, ...]
    body: bytes
    retain: bool

    def __repr__(self) -> str:
        return f"Published(of {len(self.body)} bytes)"

    def ends(self, *levels: str | None) -> bool:
        """Whether the topic ends so; None stands for any level."""
        end = self.topic[-len(levels) :]
        return len(end) == len(levels) and all(
            wanted in (None, level) for wanted, level in zip(levels, end, strict=True)
        )

    def above(self, levels: int) -> str | None:
        """The topic without its last levels; None where nothing is left."""
        return "/".join(self.topic[: len(self.topic) - levels]) or None


def published(body: bytes, hint: Hint) -> Published:
    """Return the message. Without a topic in the hint, `body` is a file for `belfry decode`: an object with `topic`,
    `retain`, and `payload` (JSON; a text is sent as it is) or `payload_text`. Raises Unreadable."""
    if hint.topic:
        return _message(hint.topic, body, retain=hint.retain)
    wrapped = jsons.parse_object(body)
    topic, text = wrapped.get("topic"), wrapped.get("payload_text", wrapped.get("payload"))
    if not isinstance(topic, str) or not topic:
        raise Unreadable("no topic: wants an object with topic and payload")
    inner = text.encode("utf-8", "replace") if isinstance(text, str) else msgspec.json.encode(text)
    return _message(topic, inner, retain=wrapped.get("retain") is True)


def _message(topic: str, body: bytes, *, retain: bool) -> Published:
    if len(topic) > TOPIC_MOST:
        raise Unreadable(f"a topic of more than {TOPIC_MOST} characters")
    return Published(tuple(topic.split("/")), body, retain)


def word(body: bytes) -> str | None:
    """Return the one word that a body is, bare or as JSON, in lower case; None: it is something else."""
    if len(body) > WORD_MOST:
        return None
    text = body.decode("ascii", "replace").strip().strip('"').lower()
    return text if text and text.replace("_", "").isalnum() and text.isascii() else None


def state_word(body: bytes) -> str | None:
    """The same, also out of `{"state": "offline"}`. Raises Unreadable where it is neither."""
    bare = word(body)
    if bare is not None:
        return bare
    stated = jsons.parse_object(body).get("state")
    return word(stated.encode("utf-8", "replace")) if isinstance(stated, str) else None


def offline(point: str, is_gone: bool) -> Reading:
    return Reading(observed=Observed.OFFLINE, point=point, state=active(is_gone))


def words(text: str) -> frozenset[str]:
    """A closed list, written as a text."""
    return frozenset(text.split())


def active(value: bool) -> PointState:
    return PointState.ACTIVE if value else PointState.INACTIVE


def settled(said: Said, message: Published) -> Said:
    """Mark what a retained message says as state that has been."""
    if not message.retain or not said.readings:
        return said
    left = tuple(_synced(reading) for reading in said.readings if reading.state is not PointState.PULSE)
    if not left and said.disposition is Disposition.ACCEPT:
        return replace(said, disposition=Disposition.IGNORE, readings=(), reason=OVER)
    return replace(said, readings=left)


def _synced(reading: Reading) -> Reading:
    return replace(reading, sync=True, quality=(*reading.quality, Quality.RETAINED))


def accepted(readings: Sequence[Reading], *, address: str | None, dropped: Sequence[str] = ()) -> Said:
    return Said(disposition=Disposition.ACCEPT, readings=tuple(readings), dropped=tuple(dropped), address=address)


def ignored(reason: str, *, address: str | None = None, dropped: Sequence[str] = (), heartbeat: bool = False) -> Said:
    return Said(
        disposition=Disposition.IGNORE, reason=reason, address=address, dropped=tuple(dropped), heartbeat=heartbeat
    )


def refused(reason: str, *, address: str | None = None) -> Said:
    return Said(disposition=Disposition.REFUSE, reason=reason, address=address)


def unlisted(*, address: str | None = None, dropped: Sequence[str] = ()) -> Said:
    return Said(disposition=Disposition.QUARANTINE, reason="unlisted type", address=address, dropped=tuple(dropped))


def addressed(said: Said, address: str | None) -> Said:
    """Give what was rejected the address of its topic, so that the fault is its device's."""
    return said if said.address is not None or address is None else replace(said, address=address)
