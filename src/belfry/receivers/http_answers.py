"""What doors over HTTP have in common: whole bodies within limits, and answers that tell nothing of what was sent."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from msgspec import Struct

RETRY_AFTER_S: Final = 10

Headers = tuple[tuple[bytes, bytes], ...]


class Answer(Struct, frozen=True):
    """A status, and where it is no good one, what was wrong in words of ours: a field, a limit, never content."""

    status: int
    detail: str = ""
    field: str = ""
    headers: Headers = ()

    def body(self) -> bytes:
        if self.status < 400:
            return b""
        title = HTTPStatus(self.status).phrase
        problem: dict[str, object] = {"type": "about:blank", "title": title, "status": self.status}
        if self.detail:
            problem["detail"] = self.detail
        if self.field:
            problem["field"] = self.field
        return msgspec.json.encode(problem)


_AGAIN: Final[Headers] = ((b"retry-after", str(RETRY_AFTER_S).encode()),)
KEPT: Final = Answer(200)
UNKNOWN: Final = Answer(404)
UNKEPT: Final = Answer(503, "the message could not be kept; send it again", headers=_AGAIN)
BUSY: Final = Answer(503, "too many messages at once; send it again", headers=_AGAIN)
TOO_OFTEN: Final = Answer(429, "too many requests from this address", headers=_AGAIN)
GONE: Final = Answer(0)
"""Hung up before the end: nobody is there to be answered."""


class Bodies:
    """The bodies that are being read: each at most so long, and all of them together."""

    def __init__(self, most_bytes: int, most_together: int) -> None:
        self._most, self._most_together = most_bytes, most_together
        self._held_bytes = 0
        self.turned_away = 0

    async def read(self, receive: Any, headers: Mapping[str, str]) -> bytes | Answer:
        """Return the whole body, or why there is none."""
        most = self._most
        too_much = Answer(413, f"a message has at most {most} bytes", "body")
        said = headers.get("content-length", "")
        if said.isdigit() and (len(said) > 12 or int(said) > most):
            return too_much
        pieces: list[bytes] = []
        size = 0
        try:
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return GONE
                piece = message.get("body", b"")
                size += len(piece)
                self._held_bytes += len(piece)
                pieces.append(piece)
                if size > most:
                    return too_much
                if self._held_bytes > self._most_together:
                    self.turned_away += 1
                    return BUSY
                if not message.get("more_body", False):
                    return b"".join(pieces)
        finally:
            self._held_bytes -= size


def headers_of(scope: Any) -> dict[str, str]:
    """The first value of each header, names in lower case."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return found


async def send_answer(send: Any, answer: Answer) -> None:
    body = answer.body()
    headers = [(b"content-length", str(len(body)).encode()), *answer.headers]
    if body:
        headers.append((b"content-type", b"application/problem+json"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
