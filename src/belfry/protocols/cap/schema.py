"""The schema of CAP 1.2 (OASIS Open 2010, unchanged), and what it says of a document."""

import re
from functools import cache
from importlib.resources import files
from typing import Final

from lxml import etree

from belfry.protocols.common.unreadable import Unreadable

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
MOST_BYTES: Final = 1 << 20
_ELEMENT: Final = re.compile(r"Element '(?:\{[^}]*\})?(\w+)'")


def parse(body: bytes) -> etree._Element:
    """Return the root of a document that was looked over before (`common.xml.parse`). Raises Unreadable."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError):
        raise Unreadable("no well-formed XML") from None


def check(root: etree._Element) -> None:
    """Raises Unreadable with the name of the element, where it is one of CAP's own."""
    schema = _schema()
    if schema.validate(root):
        return
    first = next(iter(schema.error_log), None)  # type: ignore[call-overload]  # it is a list, and the types do not say so
    named = None if first is None else _ELEMENT.match(str(first.message))
    where = f" at {named[1]}" if named is not None and named[1] in _names() else ""
    raise Unreadable(f"not valid under the schema of CAP 1.2{where}")


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(_text()))


@cache
def _names() -> frozenset[str]:
    """Every element that CAP has: a path of others is not repeated."""
    named = etree.fromstring(_text()).iter("{http://www.w3.org/2001/XMLSchema}element")
    return frozenset(str(one.get("name")) for one in named)


def _text() -> bytes:
    return files(__package__).joinpath("cap12.xsd").read_bytes()
