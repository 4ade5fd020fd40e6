"""From bytes to one plain tree for each message: XML of any namespace or none, JSON, or either of them in multipart.

Pictures are dropped before anything looks at them; of them there remains the word `picture`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from belfry.protocols.common import jsons, multipart
from belfry.protocols.common.letters import as_utf_8
from belfry.protocols.common.unreadable import Unreadable
from belfry.protocols.common.xml import Node, parse_leniently

Tree = dict[str, object]

PICTURE: Final = "picture"
ROOT: Final = "eventnotificationalert"
_CLOSED: Final = re.compile(rb"</(?:[\w.-]{1,32}:)?EventNotificationAlert\s{0,8}>\Z")

MIME_HEADS: Final = (b"content-type:", b"mime-version:")
MIME_HEAD_MOST: Final = 8_192


@dataclass(frozen=True, slots=True)
class Message:
    """One message, or None where it could not be read."""

    tree: Tree | None = field(repr=False)
    recovered: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Messages:
    all: tuple[Message, ...]
    picture: bool


def messages(body: bytes, content_type: str = "") -> Messages:
    """Return the messages of a body, in order. Raises Unreadable where there is none."""
    body, content_type = _without_mime_head(body, content_type)
    if not multipart.media_type(content_type).startswith("multipart/") and not body.lstrip().startswith(b"--"):
        return Messages((_one(body),), picture=False)
    parts = multipart.split(body, content_type)
    texts = [part for part in parts if part.kept and part.body.strip()]
    read = tuple(_one(part.body) for part in texts if _is_message(part.body))
    if not read:
        raise Unreadable("multipart without a message")
    return Messages(read, picture=len(read) < len(parts))


def is_whole(body: bytes, length_reached: bool) -> bool:
    """Whether a part of the stream is complete before its boundary came (`multipart.Splitter`)."""
    end = body.rstrip()
    if _CLOSED.search(end):
        return True
    if not length_reached or not end.endswith((b"}", b"]")):
        return False
    try:
        jsons.parse(body)
    except Unreadable:
        return False
    return True


def _one(body: bytes) -> Message:
    try:
        tree, recovered = _tree(body)
    except Unreadable as error:
        return Message(None, reason=str(error))
    return Message(tree, recovered)


def _tree(body: bytes) -> tuple[Tree, bool]:
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise Unreadable("an empty message")
    if start.startswith(b"{"):
        return _json(start)
    root, recovered = parse_leniently(body.lstrip(b" \t\r\n"))
    found = _object(root)
    if not isinstance(found, dict):
        raise Unreadable("XML without a message")
    return _unwrapped(found), recovered


def _json(body: bytes) -> tuple[Tree, bool]:
    """The object, with one more try where a name of it is in letters of its own; True where only that one succeeded."""
    try:
        return _unwrapped(jsons.parse_object(body)), False
    except Unreadable:
        repaired = as_utf_8(body)
        if repaired == body:
            raise
        return _unwrapped(jsons.parse_object(repaired)), True


def _unwrapped(tree: Tree) -> Tree:
    """JSON may have the name of XML's root round it."""
    if len(tree) == 1:
        ((name, inner),) = tree.items()
        if name.lower() == ROOT and isinstance(inner, dict):
            return inner
    return tree


def _object(node: Node) -> object:
    """An element as JSON would have it: an object, a list where a name is repeated, or its text.

    The recursion is as deep as the limit of XML.
    """
    if not node.children:
        return node.text
    tree: Tree = {}
    for name, value in ((child.name, _object(child)) for child in node.children):
        if name not in tree:
            tree[name] = value
        else:
            before = tree[name]
            tree[name] = [*before, value] if isinstance(before, list) else [before, value]
    return tree


def _is_message(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{")


def _without_mime_head(body: bytes, content_type: str) -> tuple[bytes, str]:
    """A body that was saved with its MIME header (`.eml`) brings its own type."""
    if not body[:32].lower().startswith(MIME_HEADS):
        return body, content_type
    for blank in (b"\r\n\r\n", b"\n\n"):
        head, found, rest = body.partition(blank)
        if found and len(head) <= MIME_HEAD_MOST:
            return rest, _declared(head) or content_type
    return body, content_type


def _declared(head: bytes) -> str:
    lines: Iterator[str] = iter(head.decode("latin-1").splitlines())
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-type":
            return value.strip()
    return ""
