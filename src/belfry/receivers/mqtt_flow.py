"""What came over one link and is not acknowledged yet: in its order, so many at once and no more.

A message is acknowledged once it is kept, and never before one that came earlier (MQTT 3.1.1, 4.6). One that could not
be kept is not acknowledged at all: the link is dropped, and the broker sends again what it has no answer for.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

import structlog

from belfry.ports import JournalError, KeysUnavailable, Refused
from belfry.receivers.mqtt_desk import Heard, MqttDesk
from belfry.receivers.mqtt_link import Incoming, Link

log = structlog.get_logger()

REMEMBERED: Final = 2_048
"""Messages that may be sent again, over links: more than any broker has on its way to one client."""


class Known:
    """What was heard of late, by packet number: a message that is sent again is not heard a second time.

    Only what the broker itself marks as sent again is ever taken for a repeat.
    """

    def __init__(self) -> None:
        self._by_mid: OrderedDict[int, tuple[int, int, Heard | None]] = OrderedDict()
        self._passed = 0
        """Messages so far."""

    def recall(self, message: Incoming) -> tuple[Heard | None] | None:
        """What came of a message when it came first; None: it never did, or could not be kept."""
        found = self._by_mid.get(message.mid) if message.again and message.mid else None
        if found is None or self._passed - found[0] > REMEMBERED or found[1] != _print(message):
            return None
        heard = found[2]
        if heard is not None and heard.done() and (heard.cancelled() or heard.exception() is not None):
            return None
        return (heard,)

    def pass_by(self, message: Incoming) -> None:
        """Of a message that may be heard again: what its number stood for is over."""
        self._passed += 1
        self._by_mid.pop(message.mid, None)

    def remember(self, message: Incoming, heard: Heard | None) -> None:
        self._passed += 1
        if not message.mid:
            return
        self._by_mid[message.mid] = (self._passed, _print(message), heard)
        self._by_mid.move_to_end(message.mid)
        if len(self._by_mid) > REMEMBERED:
            self._by_mid.popitem(last=False)


def _print(message: Incoming) -> int:
    return hash((message.topic, message.body, message.retain))


class Flow:
    """One for a link."""

    def __init__(self, name: str, desk: MqttDesk, known: Known, *, most: int, unkept: Callable[[], None]) -> None:
        self._name, self._desk, self._known, self._most, self._unkept = name, desk, known, most, unkept
        self._waiting: deque[tuple[int, Heard | None]] = deque()
        self._link: Link | None = None
        self._paused = self._ended = False
        self.messages = 0

    def begin(self, link: Link) -> None:
        self._link = link

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, message: Incoming) -> None:
        """Hear a message, and acknowledge what is kept by now."""
        if self._ended:
            return
        self.messages += 1
        if self._is_again(message):
            self._known.pass_by(message)
            self._answer(message.mid)
            return
        recalled = self._known.recall(message)
        heard = self._hear(message) if recalled is None else recalled[0]
        if recalled is None:
            self._known.remember(message, heard)
        self._waiting.append((message.mid, heard))
        if heard is not None and not heard.done():
            heard.add_done_callback(self._kept)
        self._flush()
        self._hold()

    def _answer(self, mid: int) -> None:
        """Acknowledge a message of which nothing has to be kept, behind what came before it."""
        if self._waiting:
            self._waiting.append((mid, None))
            self._hold()
        elif self._link is not None:
            self._link.acknowledge(mid)

    def _hold(self) -> None:
        if len(self._waiting) >= self._most and not self._paused and self._link is not None:
            self._paused = True
            self._link.pause()

    def waiting(self) -> list[Heard]:
        """What is still on its way to the disk."""
        return [heard for _, heard in self._waiting if heard is not None and not heard.done()]

    def end(self) -> None:
        """The link is gone: nobody is there to be answered."""
        self._ended = True
        for heard in self.waiting():
            heard.add_done_callback(_seen)
        self._waiting.clear()

    def _is_again(self, message: Incoming) -> bool:
        if message.retain or message.again:
            return False
        try:
            return self._desk.again(message.topic, message.body)
        except Exception as error:  # ours, and no reason to let go of the message
            log.error("a message could not be glanced at", receiver=self._name, error=type(error).__name__)
            return False

    def _hear(self, message: Incoming) -> Heard | None:
        try:
            return self._desk.hear(message.topic, message.body, retain=message.retain)
        except (
            Exception
        ) as error:  # ours; its text may hold a piece of the message, and it must not come again for ever
            log.error("a message could not be heard", receiver=self._name, error=type(error).__name__)
            return None

    def _kept(self, _: object) -> None:
        if not self._ended:
            self._flush()

    def _flush(self) -> None:
        """Acknowledge from the oldest on, as far as all is kept."""
        waiting, link = self._waiting, self._link
        while waiting and link is not None:
            mid, heard = waiting[0]
            if heard is not None:
                if not heard.done():
                    break
                if not self._is_kept(heard):
                    self.end()
                    self._unkept()
                    return
            waiting.popleft()
            link.acknowledge(mid)
        if self._paused and link is not None and len(waiting) <= self._most // 2:
            self._paused = False
            link.resume()

    def _is_kept(self, heard: Heard) -> bool:
        """Whether it is kept, or never can be: then to have it sent again would be for ever."""
        if heard.cancelled():
            return False
        error = heard.exception()
        if error is None:
            return True
        if isinstance(error, JournalError | KeysUnavailable) and not isinstance(error, Refused):
            return False
        log.error("a message could not be kept, ever", receiver=self._name, error=type(error).__name__)
        return True


def _seen(heard: Heard) -> None:
    if not heard.cancelled():
        heard.exception()
