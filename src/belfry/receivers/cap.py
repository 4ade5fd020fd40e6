"""Public warnings from the feeds of authorities: CAP 1.2, asked for again and again, and only for what is new (ETag).

A feed is one CAP message, or an Atom or RSS list of links to some. Links are followed within the host of their feed
alone. What could not be kept is fetched again; an unreachable feed is a fault of the centre after a while. Who would
rather push has a door of his own (`cap_door`), at the same receiver and by the same rules.
"""

import asyncio
import logging
import ssl
from asyncio import Task
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final
from urllib.parse import urljoin, urlsplit

import structlog

from belfry.domain.reading import Disposition, Said
from belfry.ports import Accounts, Chance, Clock, Intake
from belfry.ports.warnings import HearsWarnings
from belfry.protocols.cap import Trust, read
from belfry.protocols.common import xml
from belfry.protocols.common.unreadable import Unreadable
from belfry.receivers.camera_http import Address, address, client_context, fetched
from belfry.receivers.cap_door import CapDoor
from belfry.receivers.cap_settings import MOST_BYTES, CapSettings, base
from belfry.receivers.fetching import Gone
from belfry.receivers.http_listener import HttpListener
from belfry.receivers.limits import amount
from belfry.receivers.tls import unusable

__all__ = ["CapReceiver", "CapSettings"]

log = structlog.get_logger()
logging.getLogger("signxml").setLevel(logging.CRITICAL + 1)  # at debug level it tells a signed message word for word

LINKS_MOST: Final = 200
"""Messages fetched of one list in one round; the rest comes with the next ones."""
LINK_MOST: Final = 2_000
"""Characters of a link; a longer one is none."""
LISTED_MOST: Final = 2_000
"""Links of one list that are looked at."""
FAILED_MOST: Final = 5
"""Links that fail one after the other before a list is left for this round: each may take its whole time."""
KNOWN_MOST: Final = 5_000
AWAY_AFTER: Final = timedelta(minutes=30)


class _Feed:
    """One address: what it said last, and since when it says nothing."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.tag = self.changed = ""
        self.failing_since: datetime | None = None
        self.failed: frozenset[str] = frozenset()
        """Links of its list that could not be fetched; they are tried after the others."""


class CapReceiver:
    """A door that opens outwards (`ports.Receiver`)."""

    Settings: ClassVar[type[CapSettings]] = CapSettings
    takes_warnings: ClassVar[bool] = True

    def __init__(
        self,
        settings: CapSettings,
        intake: Intake,
        accounts: Accounts,
        clock: Clock,
        chance: Chance,
        *,
        warnings: HearsWarnings,
    ) -> None:
        self.name = settings.name
        self._settings, self._warnings, self._clock = settings, warnings, clock
        self._feeds = [_Feed(url) for url in settings.urls]
        self._known: dict[str, None] = {}
        """Links whose message was read already."""
        self._trust = Trust()
        self._context: ssl.SSLContext | None = None
        self._polling: Task[None] | None = None
        self._heard = self._refused = 0
        self._door: CapDoor | None = None
        self._listener: HttpListener | None = None
        if settings.listen is not None:
            self._door = CapDoor(settings.door(), self._take)
            self._listener = HttpListener(settings.door(), self._door)

    @staticmethod
    def examine(settings: CapSettings) -> str | None:
        """Return why it could not start with these settings, without listening (`belfry check`)."""
        try:
            _trust(settings)
            if settings.listen is not None:
                settings.secret()
        except OSError as error:
            return str(error)
        return unusable(settings.tls_cert, settings.tls_key)

    @property
    def listening(self) -> tuple[str, int]:
        """Where warnings are pushed to, as bound; nowhere, where it only asks."""
        bound = None if self._listener is None else self._listener.bound
        return ("nowhere", 0) if bound is None else bound

    async def start(self) -> None:
        """Begin to ask, and to listen. Raises OSError naming setting and file where a certificate or the secret cannot
        be read, or with the address that cannot be listened at."""
        settings = self._settings
        self._context = await asyncio.to_thread(client_context, settings.tls_ca, verify=True, names=True)
        self._trust = await asyncio.to_thread(_trust, settings)
        if self._door is not None and self._listener is not None:
            self._door.know(await asyncio.to_thread(settings.secret))
            await self._listener.start()
        self._polling = asyncio.create_task(self._poll(), name=f"{self.name}: feeds of warnings")

    async def stop(self) -> None:
        if self._listener is not None:
            await self._listener.stop()
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
            self._polling = None

    def describe(self) -> Mapping[str, object]:
        told: dict[str, object] = {
            "name": self.name,
            "type": "cap",
            "listen": "{}:{}".format(*self.listening) if self.listening[1] else self._settings.listen or "nowhere",
            "feeds": len(self._feeds),
            "warnings": self._heard,
            "refused": amount(self._refused),
        }
        if self._door is not None and self._listener is not None:
            told["tls"] = self._settings.tls_cert is not None
            told["strangers"] = amount(self._door.strangers)
            told["turned_away"] = amount(self._door.turned_away + self._listener.turned_away)
        return told

    def away_since(self) -> datetime | None:
        """Since when none of its feeds could be asked; None: one could, or it is not for long yet."""
        failing = [feed.failing_since for feed in self._feeds]
        since = max((one for one in failing if one is not None), default=None)
        if since is None or None in failing or self._clock() - since < AWAY_AFTER:
            return None
        return since

    # -- rounds

    async def _poll(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._settings.every_s)

    async def look(self) -> None:
        """Ask every feed once. Raises nothing that a feed, the network or a failing store raises."""
        for feed in self._feeds:
            try:
                await self._ask(feed)
                feed.failing_since = None
            except Exception as error:  # a feed of strangers; the others are asked all the same
                feed.failing_since = feed.failing_since or self._clock()
                feed.tag = feed.changed = ""
                log.warning("a feed of warnings could not be read", receiver=self.name, why=_why(error))

    async def _ask(self, feed: _Feed) -> None:
        asks = {"If-None-Match": feed.tag, "If-Modified-Since": feed.changed}
        where, path = apart(feed.url)
        assert self._context is not None
        stream, body = await fetched(
            where,
            path,
            context=self._context,
            within_s=self._settings.answer_within_s,
            most_bytes=MOST_BYTES,
            headers={name: value for name, value in asks.items() if value},
        )
        if stream.status == 304:
            return
        if stream.status != 200:
            raise Gone(f"it answers {stream.status}")
        if _is_message(body):
            await self._take(body)
        elif not await self._follow_all(feed, links(feed.url, body)):
            feed.tag = feed.changed = ""  # the list is read again, for what is left of it
            return
        feed.tag, feed.changed = _one_line(stream.header("etag")), _one_line(stream.header("last-modified"))

    async def _follow_all(self, feed: _Feed, links: Sequence[str]) -> bool:
        """Return whether all of a list was read. A message that cannot be had keeps no other back. Raises what the last
        one raised where none could be had."""
        new = sorted((link for link in links if link not in self._known), key=feed.failed.__contains__)
        failed: list[str] = []
        in_a_row = 0
        why: Exception | None = None
        for link in new[:LINKS_MOST]:
            try:
                await self._follow(link)
                in_a_row = 0
            except Exception as error:  # one message of strangers; the others are fetched all the same
                why = error
                failed.append(link)
                in_a_row += 1
                if in_a_row == FAILED_MOST:
                    break
        feed.failed = feed.failed.intersection(new).difference(self._known).union(failed)
        if why is not None:
            if self._known.keys().isdisjoint(links):
                raise why
            log.warning("messages of a list were left out", receiver=self.name, why=_why(why))
        return why is None and len(new) <= LINKS_MOST

    async def _follow(self, link: str) -> None:
        where, path = apart(link)
        assert self._context is not None
        stream, body = await fetched(
            where, path, context=self._context, within_s=self._settings.answer_within_s, most_bytes=MOST_BYTES
        )
        if stream.status != 200:
            raise Gone(f"a message of it answers {stream.status}")
        await self._take(body)
        self._known[link] = None
        while len(self._known) > KNOWN_MOST:
            del self._known[next(iter(self._known))]

    async def _take(self, body: bytes) -> Said:
        """Keep the warning of a message, where it is one; return what it was. Raises what the journal raises."""
        heard = await asyncio.to_thread(read, body, trust=self._trust, now=self._clock())
        if heard.warning is not None:
            await self._warnings.warn(self.name, heard.warning)
            self._heard += 1
        elif heard.said.disposition in (Disposition.REJECT, Disposition.REFUSE):
            self._refused += 1
            log.warning("a public warning was not taken", receiver=self.name, why=heard.said.reason)
        return heard.said


# -- feeds


def _trust(settings: CapSettings) -> Trust:
    pems = []
    for path in settings.certificates:
        try:
            pems.append(path.read_bytes())
            Trust.of(pems[-1])
        except (OSError, ValueError) as error:
            raise OSError(f"certificates: {path} is no certificate in PEM") from error
    return Trust.of(*pems, required=settings.require_signature)


def _why(error: Exception) -> str:
    """In words of ours; those of others may hold an address."""
    return str(error) if isinstance(error, Gone | Unreadable) else type(error).__name__


def _is_message(body: bytes) -> bool:
    return xml.parse(body, xml.XmlLimits(most_bytes=MOST_BYTES)).name == "alert"


def links(url: str, body: bytes) -> Sequence[str]:
    """The messages of an Atom or RSS list, the newest first, as it has them; of its own host alone."""
    root = xml.parse(body, xml.XmlLimits(most_bytes=MOST_BYTES))
    found: dict[str, None] = {}
    for node in root.walk():
        if node.name not in ("entry", "item"):
            continue
        for link in node.all("link"):
            target = _joined(url, link.attributes.get("href") or link.text)
            if base(target) == base(url) and len(target) < LINK_MOST:
                found[target] = None
                break
    return list(found)[:LISTED_MOST]


def _joined(url: str, link: str) -> str:
    """A link as an address; empty where it is none, so that it hides no other."""
    try:
        return urljoin(url, link)
    except ValueError:
        return ""


def apart(url: str) -> tuple[Address, str]:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or not path.isprintable() or " " in path:
        raise Gone("an address has signs that none has")
    return address(base(url)), path


def _one_line(header: str) -> str:
    return header if header.isascii() and header.isprintable() and len(header) < 500 else ""
