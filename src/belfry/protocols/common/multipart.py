"""A splitter for multipart bodies, whole or endless: bytes in, in any pieces; parts out.

The boundary rules: a part ends where one stands. `Content-Length` only hastens, since cameras count wrongly, and since
the boundary that ends an alarm comes with the next message, which may be minutes away: a part whose length is reached,
or that the caller knows to be whole, is given at once. Pictures are counted and thrown away as they come in.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from belfry.protocols.common.unreadable import Unreadable

BOUNDARY_MOST: Final = 200
"""Characters of a boundary; RFC 2046 5.1.1 allows 70."""
BETWEEN_MOST_BYTES: Final = 65_536
"""Bytes without a boundary where one is due."""

TAIL_BYTES: Final = 256

_DECLARED: Final = re.compile(r'boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MultipartLimits:
    header_bytes: int = 8_192
    part_bytes: int = 1 << 20
    """Of a part that is kept."""
    dropped_bytes: int = 16 << 20
    """Of a part that is thrown away, a picture."""
    parts: int | None = 64
    """None: an endless stream."""


LIMITS: Final = MultipartLimits()
ENDLESS: Final = MultipartLimits(parts=None)


@dataclass(frozen=True, slots=True)
class Part:
    """One part. Of one that was thrown away the body is empty."""

    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False)
    kept: bool = True

    @property
    def media_type(self) -> str:
        return media_type(self.headers.get("content-type", ""))


def media_type(content_type: str) -> str:
    """Return `image/jpeg` of `image/jpeg; charset=x`, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def boundary_of(content_type: str) -> str | None:
    """Return the boundary that a Content-Type declares."""
    found = _DECLARED.search(content_type)
    return None if found is None else (found[1] or found[2])


def is_text(headers: Mapping[str, str]) -> bool:
    """Whether a part may be a message: everything but a picture, a sound or a film."""
    return not media_type(headers.get("content-type", "")).startswith(("image/", "audio/", "video/"))


def never_early(_body: bytes, _length_reached: bool) -> bool:
    return False


class _State(Enum):
    BETWEEN = auto()
    HEADERS = auto()
    BODY = auto()
    OVER = auto()


class Splitter:
    """Feed it bytes; it gives each part once. Raises Unreadable beyond a limit, and is of no use afterwards."""

    def __init__(
        self,
        boundary: str,
        limits: MultipartLimits = LIMITS,
        *,
        keep: Callable[[Mapping[str, str]], bool] = is_text,
        whole: Callable[[bytes, bool], bool] = never_early,
    ) -> None:
        """`whole(body, length_reached)` says that a part is complete before its boundary came. With True it is asked
        once, about the body up to the declared length; with False at every piece, about the last TAIL_BYTES."""
        # `boundary=--x` is meant as the delimiter itself by some firmware, and as RFC 2046 has it by others.
        core = re.escape(boundary.lstrip("-").encode("utf-8", "replace"))
        if not core or len(boundary) > BOUNDARY_MOST:
            raise Unreadable("multipart without a boundary")
        core = rb"-{2,6}" + core  # every count has its end, so that no run of signs is searched again and again
        self._delimiter = re.compile(core + rb"(?:(--)|[ \t]{0,8}\r?\n)")
        # No line break before the boundary: some firmware puts it right behind the last tag.
        self._end = re.compile(rb"(?:\r?\n|(?<=[>}]))" + core + rb"(?:--|[ \t]{0,8}\r?\n)")
        self._cut = re.compile(rb"\r?\n" + core + rb"-?\r?\Z")
        self._reach = len(boundary) + 24
        """Bytes that may hold the beginning of a delimiter."""
        self._limits, self._keep, self._whole = limits, keep, whole
        self._state = _State.BETWEEN
        self._buffer = bytearray()
        self._skipped = self._parts = self._thrown = self._looked = 0
        self._headers: Mapping[str, str] = {}
        self._kept = True
        self._length: int | None = None

    @property
    def over(self) -> bool:
        """The last boundary was there; what follows is nothing."""
        return self._state is _State.OVER

    def feed(self, data: bytes) -> list[Part]:
        """Return the parts that are whole by now."""
        self._buffer += data
        found: list[Part] = []
        while self._step(found):
            pass
        return found

    def close(self) -> list[Part]:
        """The other side is done: return the part that was begun, as far as it came."""
        if self._state is not _State.BODY:
            return []
        self._state = _State.OVER
        return [self._part(self._cut.sub(b"", bytes(self._buffer)))]

    def _step(self, found: list[Part]) -> bool:
        match self._state:
            case _State.BETWEEN:
                return self._between()
            case _State.HEADERS:
                return self._head()
            case _State.BODY:
                return self._body(found)
            case _State.OVER:
                self._buffer.clear()
                return False

    def _between(self) -> bool:
        delimiter = self._delimiter.search(self._buffer)
        if delimiter is None:
            self._skip(max(0, len(self._buffer) - self._reach))
            if self._skipped > BETWEEN_MOST_BYTES:
                raise Unreadable("multipart without its boundary")
            return False
        self._skip(delimiter.start())
        if self._skipped > BETWEEN_MOST_BYTES:
            raise Unreadable("multipart without its boundary")
        self._skipped = 0
        if delimiter[1] is not None:
            self._state = _State.OVER
            return True
        del self._buffer[: delimiter.end() - delimiter.start()]
        self._parts += 1
        if self._limits.parts is not None and self._parts > self._limits.parts:
            raise Unreadable(f"multipart of more than {self._limits.parts} parts")
        self._state = _State.HEADERS
        return True

    def _skip(self, count: int) -> None:
        del self._buffer[:count]
        self._skipped += count

    def _head(self) -> bool:
        end, after = _blank_line(self._buffer)
        # While the blank line is not whole, its four signs may be at the end of the buffer.
        if (end if end >= 0 else len(self._buffer) - 3) > self._limits.header_bytes:
            raise Unreadable(f"multipart headers of more than {self._limits.header_bytes} bytes")
        if end < 0:
            return False
        self._headers = _headers(bytes(self._buffer[:end]))
        del self._buffer[:after]
        length = self._headers.get("content-length", "")
        self._length = int(length) if length.isascii() and length.isdigit() and len(length) < 12 else None
        self._kept = self._keep(self._headers)
        self._thrown = self._looked = 0
        self._state = _State.BODY
        return True

    def _body(self, found: list[Part]) -> bool:
        # Right behind the headers: an empty part.
        end = None if self._thrown else self._delimiter.match(self._buffer)
        end = end or self._end.search(self._buffer, max(0, self._looked))
        if end is not None:
            self._check(end.start())
            found.append(self._part(bytes(self._buffer[: end.start()])))
            del self._buffer[: end.start()]
            self._state = _State.BETWEEN
            return True
        self._looked = len(self._buffer) - self._reach
        self._check(len(self._buffer) - self._reach)
        if self._kept:
            return self._early(found)
        gone = max(0, len(self._buffer) - self._reach)
        del self._buffer[:gone]
        self._thrown += gone
        self._looked = 0
        return False

    def _early(self, found: list[Part]) -> bool:
        """Give a part whose boundary has not come yet, where it is surely whole."""
        length = self._length
        if length is not None and 0 < length <= len(self._buffer):
            self._length = None  # asked once: a wrong length waits for its boundary
            body = bytes(self._buffer[:length])
            if self._whole(body, True):
                return self._give(body, found)
        body = bytes(self._buffer[-TAIL_BYTES:])
        if self._whole(body, False):
            return self._give(bytes(self._buffer), found)
        return False

    def _give(self, body: bytes, found: list[Part]) -> bool:
        found.append(self._part(body.rstrip(b"\r\n")))  # of a line break one half may have come
        del self._buffer[: len(body)]
        self._state = _State.BETWEEN
        return True

    def _check(self, size: int) -> None:
        most = self._limits.part_bytes if self._kept else self._limits.dropped_bytes
        if self._thrown + size > most:
            raise Unreadable(f"multipart with a part of more than {most} bytes")

    def _part(self, body: bytes) -> Part:
        return Part(self._headers, body if self._kept else b"", self._kept)


def split(body: bytes, content_type: str = "", limits: MultipartLimits = LIMITS) -> list[Part]:
    """Return the parts of a whole body. Its last part may lack its end. Raises Unreadable.

    Without a declared boundary its first line is taken for one.
    """
    declared = boundary_of(content_type)
    if declared is None:
        first = body.lstrip(b"\r\n").partition(b"\n")[0].strip()
        if not first.startswith(b"--") or len(first) > BOUNDARY_MOST:
            raise Unreadable("multipart without a boundary")
        declared = first[2:].decode("latin-1")
    splitter = Splitter(declared, limits)
    return [*splitter.feed(body), *splitter.close()]


def _blank_line(buffer: bytearray) -> tuple[int, int]:
    """Where the headers end and the body begins; (-1, -1) where neither is there yet."""
    for line in (b"\r\n", b"\n"):  # no headers at all
        if buffer.startswith(line):
            return 0, len(line)
    ends = [(at, at + len(sign)) for sign in (b"\r\n\r\n", b"\n\n") if (at := buffer.find(sign)) >= 0]
    return min(ends, default=(-1, -1))


def _headers(block: bytes) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in block.decode("latin-1").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.strip())
    return found
