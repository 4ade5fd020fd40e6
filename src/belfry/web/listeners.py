"""The streams that are open: how many there may be, and who listens.

Nobody takes all of them: past STREAMS_OF_ONE the oldest of one's own ends, past STREAMS_MOST who is new is refused.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from belfry.web.outlet import Stream

STREAMS_MOST: Final = 500
STREAMS_OF_ONE: Final = 8
"""Streams of one person, whose browser needs one for all its tabs."""


class Listeners:
    """`back` is told the name of whoever begins to listen, `lost` of whoever has no stream any more."""

    def __init__(self, *, lost: Callable[[str], None], back: Callable[[str], None]) -> None:
        self._lost, self._back = lost, back
        self._streams: dict[Stream, None] = {}
        """In the order in which they came."""

    def __len__(self) -> int:
        return len(self._streams)

    def __iter__(self) -> Iterator[Stream]:
        return iter(self._streams)

    @contextmanager
    def open(self, stream: Stream) -> Iterator[Stream]:
        """Keep a stream while its console listens, and tell who is there."""
        self._make_room(stream.name)
        self._streams[stream] = None
        self._back(stream.name)
        try:
            yield stream
        finally:
            self._streams.pop(stream, None)
            if all(other.name != stream.name for other in self._streams):
                self._lost(stream.name)

    def full(self, name: str) -> bool:
        """Whether there is no stream left for somebody, not even in the place of one of their own."""
        return len(self._streams) >= STREAMS_MOST and len(self._of(name)) < STREAMS_OF_ONE

    def end_session(self, secret: str) -> None:
        for stream in self._streams:
            if stream.secret == secret:
                stream.end()

    def _make_room(self, name: str) -> None:
        own = self._of(name)
        if len(own) >= STREAMS_OF_ONE:
            del self._streams[own[0]]
            own[0].end()

    def _of(self, name: str) -> list[Stream]:
        return [stream for stream in self._streams if stream.name == name]
