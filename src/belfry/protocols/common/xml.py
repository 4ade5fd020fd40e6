"""XML from strangers, read by lxml into plain nodes: no DTD, no entities, no network; limits while it is being read.

A document type is refused where it begins, before anything that it declares is read: there is nothing to expand and
nothing to fetch. Namespaces are left out: devices of one make send four of them, or none.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from belfry.protocols.common.letters import as_utf_8
from belfry.protocols.common.unreadable import Unreadable

FEED_BYTES: Final = 16_384
"""So much is read between two looks at the limits."""

ILL_FORMED: Final = "no well-formed XML"
_BOM: Final = b"\xef\xbb\xbf"
_ENCODING: Final = re.compile(rb"""<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BARE_AMPERSAND: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)")


@dataclass(frozen=True, slots=True)
class XmlLimits:
    most_bytes: int = 1 << 20
    depth: int = 32
    elements: int = 20_000
    attributes: int = 20_000
    """Of all elements together."""


LIMITS: Final = XmlLimits()


@dataclass(frozen=True, slots=True)
class Node:
    """An element. `name` is its local name; `text` all of its own text, without its children's, trimmed."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    children: tuple["Node", ...] = ()

    def __repr__(self) -> str:
        return f"Node(of {len(self.children)})"

    def all(self, name: str) -> Iterator["Node"]:
        """Yield the children of a name."""
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> "Node | None":
        return next(self.all(name), None)

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it, in the document's order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def parse(body: bytes, limits: XmlLimits = LIMITS) -> Node:
    """Return the root of a document. Raises Unreadable, without a word of it."""
    if len(body) > limits.most_bytes:
        raise Unreadable(f"XML of more than {limits.most_bytes} bytes")
    builder = _Builder(limits)
    # Not `resolve_entities=False`: libxml2 would then give `&#38;` for the `&amp;` of an attribute. There is no
    # document type, so there is no entity but the five of XML itself.
    parser = etree.XMLParser(
        target=builder,
        resolve_entities="internal",  # type: ignore[arg-type]  # the types are those of an older lxml
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )
    try:
        for at in range(0, len(body), FEED_BYTES):
            parser.feed(body[at : at + FEED_BYTES])
        parser.close()
    except Unreadable:
        raise
    except (etree.LxmlError, ValueError, LookupError, AssertionError):
        raise Unreadable(ILL_FORMED) from None
    if builder.root is None:
        raise Unreadable(ILL_FORMED)
    return builder.root


def parse_leniently(body: bytes, limits: XmlLimits = LIMITS) -> tuple[Node, bool]:
    """The same, with one more try in which bare `&` are escaped, and what is no UTF-8 is replaced where the document
    claims to be; True where only that one succeeded.

    Names of channels and zones that somebody typed (`Dock & ramp`, or in other letters) are sent as they are by some
    firmware.
    """
    try:
        return parse(body, limits), False
    except Unreadable as error:
        if str(error) != ILL_FORMED:
            raise
        repaired = _BARE_AMPERSAND.sub(b"&amp;", as_utf_8(body) if _claims_utf_8(body) else body)
        if repaired == body:
            raise
        # The repair may make five bytes of one: what was within the limit is not refused for it.
        return parse(repaired, XmlLimits(len(repaired), limits.depth, limits.elements, limits.attributes)), True


def _claims_utf_8(body: bytes) -> bool:
    """Whether a document says that it is in UTF-8, or says nothing of it."""
    said = _ENCODING.match(body.removeprefix(_BOM))
    return said is None or said[1].lower() in (b"utf-8", b"utf8")


class _Builder:
    """What lxml tells as it reads (its parser's target)."""

    def __init__(self, limits: XmlLimits) -> None:
        self._limits = limits
        self._open: list[tuple[str, dict[str, str], list[str], list[Node]]] = []
        self._elements = self._attributes = 0
        self.root: Node | None = None

    def doctype(self, *_: object) -> None:
        raise Unreadable("XML with a document type")

    def comment(self, text: str | bytes) -> None:
        """A comment is nothing to us."""

    def start(self, tag: str | bytes, attrib: Mapping[str | bytes, str | bytes]) -> None:
        self._elements += 1
        self._attributes += len(attrib)
        if self._elements > self._limits.elements:
            raise Unreadable(f"XML of more than {self._limits.elements} elements")
        if self._attributes > self._limits.attributes:
            raise Unreadable(f"XML of more than {self._limits.attributes} attributes")
        if len(self._open) >= self._limits.depth:
            raise Unreadable(f"XML nested deeper than {self._limits.depth}")
        self._open.append((_local(tag), {_local(name): str(value) for name, value in attrib.items()}, [], []))

    def data(self, data: str | bytes) -> None:
        if self._open:
            self._open[-1][2].append(str(data))

    def end(self, tag: str | bytes) -> None:
        name, attributes, texts, children = self._open.pop()
        node = Node(name, attributes, "".join(texts).strip(), tuple(children))
        if self._open:
            self._open[-1][3].append(node)
        else:
            self.root = node

    def close(self) -> None:
        """What was built stands in `root`."""


def _local(tag: str | bytes) -> str:
    return str(tag).rpartition("}")[2]  # lxml's types allow bytes; its Python 3 gives text
