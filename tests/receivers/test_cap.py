"""Feeds of public warnings over real HTTP: only what is new is asked for, and what was not kept is asked again."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web

from belfry.centre.warnings import WarningBook, WarningDesk
from belfry.domain.warning import MessageType
from belfry.journal.memory import MemoryJournal
from belfry.ports import Unusable
from belfry.receivers.cap import FAILED_MOST, LINKS_MOST, CapReceiver, CapSettings
from tests.receivers.kit import NOW, House

SAMPLES: Final = Path(__file__).parents[1] / "samples" / "cap"
STORM: Final = (SAMPLES / "ok-storm.xml").read_bytes()
FIRE: Final = (SAMPLES / "ok-public-circle.xml").read_bytes().replace(b">Exercise<", b">Actual<")
SIGNED: Final = (SAMPLES / "signed-ok.xml").read_bytes()


class Authority:
    """A web site that publishes `pages`; each has the tag of how often it was changed."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[tuple[str, int]] = []
        self.port = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.Response:
        body = self.pages.get(request.path)
        if body is None:
            self.asked.append((request.path, 404))
            return web.Response(status=404)
        tag = f'"{hash(body)}"'
        status = 304 if request.headers.get("If-None-Match") == tag else 200
        self.asked.append((request.path, status))
        return web.Response(status=status, body=b"" if status == 304 else body, headers={"ETag": tag})


@pytest.fixture
async def authority() -> AsyncIterator[Authority]:
    made = Authority()
    app = web.Application()
    app.router.add_get("/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


@asynccontextmanager
async def heard(*urls: str, **more: object) -> AsyncIterator[tuple[CapReceiver, WarningDesk, MemoryJournal]]:
    """A receiver whose rounds the test makes."""
    journal = MemoryJournal()
    desk = WarningDesk(WarningBook(), journal, clock=lambda: NOW, chance=secrets.token_bytes)
    settings = CapSettings(urls=urls, **more)  # type: ignore[arg-type]  # as TOML gives them
    receiver = CapReceiver(settings, House(), None, lambda: NOW, secrets.token_bytes, warnings=desk)  # type: ignore[arg-type]  # no accounts
    receiver._poll = asyncio.Event().wait  # type: ignore[method-assign,assignment]
    await receiver.start()
    try:
        yield receiver, desk, journal
    finally:
        await receiver.stop()
        await journal.close()


async def test_a_feed_of_one_message_is_heard_and_asked_again_only_for_what_is_new(authority: Authority) -> None:
    authority.pages["/cap"] = STORM
    async with heard(authority.url("/cap")) as (receiver, desk, journal):
        await receiver.look()
        await receiver.look()
        assert [status for _, status in authority.asked] == [200, 304]
        (warning,) = desk.book.now(warning_time(desk))
        assert warning.type is MessageType.ALERT
        assert journal.position == 1
        authority.pages["/cap"] = FIRE
        await receiver.look()
        assert journal.position == 2
        assert receiver.describe()["warnings"] == 2


def warning_time(desk: WarningDesk) -> datetime:
    (warning,) = desk.book.state().warnings
    return warning.sent


async def test_a_list_is_followed_within_its_own_host_and_each_message_fetched_once(authority: Authority) -> None:
    authority.pages |= {"/a": STORM, "/list": atom("/a", "http://192.0.2.1/c", "file:///etc/passwd")}
    async with heard(authority.url("/list")) as (receiver, _, journal):
        await receiver.look()
        assert [path for path, _ in authority.asked] == ["/list", "/a"]
        authority.pages |= {"/b": FIRE, "/list": atom("/b", "/a")}
        await receiver.look()
        assert [path for path, _ in authority.asked] == ["/list", "/a", "/list", "/b"]
        assert journal.position == 2


def atom(*links: str) -> bytes:
    entries = "".join(f'<entry><link href="{link}"/></entry>' for link in links)
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()


async def test_a_link_that_leads_nowhere_keeps_no_other_warning_from_being_heard(authority: Authority) -> None:
    authority.pages |= {"/a": STORM, "/b": FIRE, "/list": atom("/gone", "/a", "/lost", "/b")}
    async with heard(authority.url("/list")) as (receiver, _, journal):
        await receiver.look()
        assert journal.position == 2
        assert receiver.away_since() is None
        await receiver.look()
        assert [path for path, status in authority.asked if status == 200] == ["/list", "/a", "/b", "/list"]
        authority.pages["/gone"] = STORM.replace(b"<identifier>", b"<identifier>late-")
        await receiver.look()
        assert journal.position == 3


async def test_a_list_of_which_nothing_can_be_fetched_is_a_feed_that_cannot_be_asked(authority: Authority) -> None:
    authority.pages |= {"/list": atom("/gone", "/lost")}
    async with heard(authority.url("/list")) as (receiver, _, journal):
        await receiver.look()
        assert journal.position == 0
        assert [feed.failing_since for feed in receiver._feeds] == [NOW]


async def test_links_that_fail_are_tried_last_and_not_all_of_them_in_one_round(authority: Authority) -> None:
    dead = [f"/gone/{n}" for n in range(2 * FAILED_MOST)]
    authority.pages |= {"/a": STORM, "/b": FIRE, "/list": atom(*dead, "/a", "/b")}
    async with heard(authority.url("/list")) as (receiver, _, journal):
        await receiver.look()
        assert [path for path, status in authority.asked if status == 404] == dead[:FAILED_MOST]
        await receiver.look()
        await receiver.look()
        assert journal.position == 2


async def test_what_is_too_much_for_one_round_comes_with_the_next(authority: Authority) -> None:
    links = [f"/{n}" for n in range(LINKS_MOST + 3)]
    authority.pages |= {link: STORM.replace(b"<identifier>", f"<identifier>m{link[1:]}-".encode()) for link in links}
    authority.pages["/list"] = atom(*links)
    async with heard(authority.url("/list")) as (receiver, _, journal):
        await receiver.look()
        assert journal.position == LINKS_MOST
        await receiver.look()
        assert journal.position == LINKS_MOST + 3
        await receiver.look()
        assert authority.asked[-1] == ("/list", 304)


async def test_an_rss_list_is_read_too(authority: Authority) -> None:
    link = authority.url("/a")
    authority.pages |= {"/a": STORM, "/rss": f"<rss><channel><item><link>{link}</link></item></channel></rss>".encode()}
    async with heard(authority.url("/rss")) as (receiver, _, journal):
        await receiver.look()
        assert journal.position == 1


async def test_what_could_not_be_kept_is_fetched_again(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.pages["/cap"] = STORM
    async with heard(authority.url("/cap")) as (receiver, _, journal):
        with monkeypatch.context() as patched:
            patched.setattr(journal, "append", refusing)
            await receiver.look()
        assert journal.position == 0
        await receiver.look()
        assert [status for _, status in authority.asked] == [200, 200]
        assert journal.position == 1


def refusing(*_: object) -> "asyncio.Future[object]":
    answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    answer.set_exception(Unusable("closed"))
    return answer


async def test_one_feed_that_is_gone_keeps_no_other_from_being_heard(authority: Authority) -> None:
    authority.pages |= {"/cap": STORM, "/bad": b"<alert>"}
    async with heard(authority.url("/gone"), authority.url("/bad"), authority.url("/cap")) as (receiver, _, journal):
        await receiver.look()
        assert journal.position == 1
        assert receiver.away_since() is None


async def test_unsigned_messages_do_not_count_where_a_signature_is_wanted(authority: Authority) -> None:
    authority.pages["/cap"] = STORM
    wanted = {"certificates": (SAMPLES / "signed-cert.pem",), "require_signature": True}
    async with heard(authority.url("/cap"), **wanted) as (receiver, _, journal):
        await receiver.look()
        assert (journal.position, receiver.describe()["refused"]) == (0, "some")


@pytest.mark.parametrize(
    ("settings", "wants"),
    [
        ({"urls": ("ftp://x/y",)}, "urls"),
        ({"urls": ("https://a:b@x/y",)}, "urls"),
        ({"urls": ("http://x/y",), "require_signature": True}, "certificates"),
    ],
)
def test_settings_that_cannot_work_are_named(settings: dict[str, object], wants: str) -> None:
    with pytest.raises(ValueError, match=wants):
        CapSettings(**settings)  # type: ignore[arg-type]  # as TOML gives them


async def test_a_file_that_is_no_certificate_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("no certificate")
    with pytest.raises(OSError, match=r"certificates: .*x\.pem"):
        async with heard("http://127.0.0.1:1/x", certificates=(tmp_path / "x.pem",)):
            pass
