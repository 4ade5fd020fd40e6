"""An Atom or RSS list of public warnings, as a feed's host answers: links of that host alone, and bounded.

The first line is the address of the feed as the settings have it, the rest is the body.
"""

from collections.abc import Iterable
from typing import Final

from belfry.protocols.common.unreadable import Unreadable
from belfry.receivers.cap import LINK_MOST, LISTED_MOST, apart, links
from belfry.receivers.cap_settings import base
from belfry.receivers.fetching import Gone

FEED: Final = "https://met.example/alerts/atom"
ENTRIES: Final = (
    b'<entry><link href="/a"/></entry>',
    b"<item><link>https://met.example:443/b?c=d#e</link></item>",
    b'<entry><link rel="self" href="https://met.example@192.0.2.1/c"/><link href="//192.0.2.1/d"/></entry>',
    b'<entry><link href="file:///etc/passwd"/></entry><item><link>http://[::1/</link></item>',
    b'<entry><link href="\xc3\xa4 b&#10;Host: x"/></entry>',
)


def seeds() -> Iterable[bytes]:
    for entry in (b"", *ENTRIES, b"".join(ENTRIES)):
        yield b'<feed xmlns="http://www.w3.org/2005/Atom">' + entry + b"</feed>"
        yield b"<rss><channel>" + entry + b"</channel></rss>"


def one_input(data: bytes) -> None:
    try:
        found = links(FEED, data)
    except Unreadable:
        return
    assert len(found) <= LISTED_MOST
    assert len(found) == len(set(found))
    for link in found:
        assert base(link) == base(FEED)
        assert len(link) < LINK_MOST
        try:
            where, path = apart(link)
        except Gone:
            continue
        assert (where.host, where.port, where.tls) == ("met.example", 443, True)
        assert path.startswith("/"), "it would be asked for as something else"
        assert path.isascii()
        assert path.isprintable()
        assert " " not in path
