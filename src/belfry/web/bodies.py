"""Untrusted bodies become typed values here, in one step; an error names the field, the value and the limit."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from litestar import Request
from litestar.types.empty import Empty, EmptyType
from msgspec import UNSET

from belfry.web.asks import IN_WORDS
from belfry.web.problems import Problem, Refused, refused, refused_field, short

T = TypeVar("T")

BODY_MOST_BYTES: Final = 1_048_576
"""A centre's largest body by far is a batch of signals; a megabyte holds several thousand."""
BODY_WITHIN_S: Final = 15
"""Whoever needs longer for a megabyte holds a connection and sends nothing."""

WORDS_SHOWN: Final = 240
FIELD_SHOWN: Final = 120

JSON_TYPES: Final = frozenset({"application/json", ""})
_SECRET: Final = frozenset({"password", "code", "key", "keys", "word", "duress_word", "access_code"})

_AT: Final = " - at `"
_PATH: Final = re.compile(r"^(?:key` in `)?(?:key in )?\$(?P<path>.*)`$", re.DOTALL)
_NAMED: Final = re.compile(r"^Object (?P<why>contains unknown|missing required) field `(?P<field>.*)`$")
_PATTERN: Final = re.compile(r"^Expected str matching regex (?P<shown>.*)$", re.DOTALL)
_IN_WORDS: Final = {repr(pattern): words for pattern, words in IN_WORDS.items()}  # msgspec shows a pattern so
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")


class Body(Generic[T]):
    """A decoder of one type of body."""

    def __init__(self, kind: type[T]) -> None:
        self._decode = msgspec.json.Decoder(kind).decode

    def of(self, raw: bytes) -> T:
        """Return the value of a JSON text. Raises Refused."""
        try:
            return self._decode(raw)
        except msgspec.ValidationError as error:
            raise explained(str(error), raw) from None
        except UnicodeDecodeError as error:
            raise _unreadable(f"not UTF-8 at byte {error.start}") from None
        except msgspec.DecodeError as error:
            raise _unreadable(str(error)) from None
        except RecursionError:
            raise _unreadable("nested too deep") from None


class Asked(Request[Any, Any, Any]):
    """A request whose body is decoded straight into the type that its handler names `data`."""

    _body: bytes | EmptyType

    async def json(self) -> Any:
        if media_type(self) not in JSON_TYPES:
            raise refused(415, "The body has to be application/json")
        body: Body[Any] = self.route_handler.opt["body"]
        return body.of(await self.body())

    async def body(self) -> bytes:
        if self._body is Empty:
            self._body = await raw_body(self)
        return self._body


async def raw_body(
    request: Request[Any, Any, Any], *, most_bytes: int = BODY_MOST_BYTES, within_s: float | None = None
) -> bytes:
    """The body as it came, straight from the wire. Raises Refused where it is too large, too slow or cut off."""
    try:
        async with asyncio.timeout(BODY_WITHIN_S if within_s is None else within_s):
            return await _collected(request, most_bytes)
    except TimeoutError:
        raise refused(408, headers={"Connection": "close"}) from None


async def _collected(request: Request[Any, Any, Any], most_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        event = await request.receive()
        if event["type"] != "http.request":
            raise refused(400, "The body was cut off")
        chunks.append(event["body"])
        size += len(event["body"])
        if size > most_bytes:
            raise refused(413)
        more = event.get("more_body", False)
    return b"".join(chunks)


def media_type(request: Request[Any, Any, Any]) -> str:
    """The content type without its parameters; empty where there is none."""
    for name, value in request.scope["headers"]:
        if name == b"content-type":
            return value.partition(b";")[0].strip().lower().decode("latin-1")
    return ""


def takes(kind: type[Any]) -> dict[str, Any]:
    """The `opt` of a handler whose body is a `kind`."""
    return {"body": Body(kind)}


def explained(message: str, raw: bytes) -> Refused:
    """Turn msgspec's sentence into a refusal that names field, value and limit."""
    what, path = _parted(message)
    field = _cut(path.removeprefix("."), FIELD_SHOWN)
    if named := _NAMED.match(what):
        field = _cut(f"{field}.{named['field']}" if field else named["field"], FIELD_SHOWN)
        unknown = named["why"].startswith("contains")
        return refused_field(field, f"{field}: there is no such field" if unknown else f"{field}: is missing")
    steps = [match[1] or match[2] for match in _STEP.finditer(path)]
    what = what.replace("`", "")
    if pattern := _PATTERN.match(what):
        what = f"wants {_IN_WORDS.get(pattern['shown'], pattern['shown'])}"
    what = _cut(what, WORDS_SHOWN)
    hidden = any(step in _SECRET for step in steps)
    value = UNSET if hidden or not steps else _value(raw, steps)
    return refused_field(field, f"{field}: {what}" if field else what, value=value, limit=what)


def _parted(message: str) -> tuple[str, str]:
    """What is wrong, and the path to it. The path stands last, whatever the refused value says of itself."""
    what, at, tail = message.rpartition(_AT)
    found = _PATH.match(tail) if at else None
    return (what, found["path"]) if found else (message, "")


def _cut(text: str, most: int) -> str:
    """What was sent is repeated as far as a person reads it, and never as a whole megabyte."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _value(raw: bytes, steps: Sequence[str]) -> object:
    """The value that was refused, as it was sent; UNSET where it has parts or is hard to find."""
    try:
        value: object = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return UNSET
    for step in steps:
        match value:
            case dict() if step in value:
                value = value[step]
            case list() if step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            case _:
                return UNSET
    return UNSET if isinstance(value, (dict, list)) else value


def _unreadable(why: str) -> Refused:
    return Refused(Problem(status=400, type="belfry:json", title="The body is no JSON", detail=short(why)))
