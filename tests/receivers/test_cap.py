"""Feeds of public warnings over real HTTP: only what is new is asked for, and what was not kept is asked again."""

import asyncio
import gzip
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx
import pytest
from aiohttp import web

from belfry.centre.warnings import WarningBook, WarningDesk
from belfry.domain.warning import MessageType
from belfry.journal.memory import MemoryJournal
from belfry.ports import Unusable
from belfry.receivers.cap import FAILED_MOST, LINKS_MOST, CapReceiver, CapSettings
from belfry.receivers.cap_settings import MOST_BYTES
from tests.receivers.house import certificate
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


async def test_a_link_that_is_none_hides_no_other(authority: Authority) -> None:
    authority.pages |= {"/a": STORM, "/list": atom("http://[::1/", "/a")}
    async with heard(authority.url("/list")) as (receiver, _, journal):
        await receiver.look()
        assert journal.position == 1


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
        ({}, "urls"),
        ({"listen": "127.0.0.1:0"}, "secret_file"),
        ({"listen": "nowhere", "secret_file": Path("x")}, "nowhere"),
        ({"urls": ("http://x/y",), "tls_cert": Path("x")}, "listen"),
        ({"listen": "127.0.0.1:0", "secret_file": Path("x"), "tls_key": Path("x")}, "tls_cert"),
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


# -- pushed


SECRET: Final = "k5xw2zq7m4n3p6r8s9t2v4x6y8"


@asynccontextmanager
async def pushed_to(
    folder: Path, *urls: str, **more: object
) -> AsyncIterator[tuple[httpx.AsyncClient, CapReceiver, MemoryJournal]]:
    file = folder / "secret"
    file.write_text(f"{SECRET}\n")
    async with heard(*urls, listen="127.0.0.1:0", secret_file=file, **more) as (receiver, _, journal):
        host, port = receiver.listening
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}") as client:
            yield client, receiver, journal


async def test_a_pushed_warning_is_kept_before_it_is_answered_and_once(tmp_path: Path) -> None:
    async with pushed_to(tmp_path) as (client, receiver, journal):
        for n in (1, 2):
            answer = await client.request(("POST", "PUT")[n - 1], f"/d/{SECRET}", content=STORM)
            assert (answer.status_code, answer.content, journal.position) == (200, b"", 1)
        assert (receiver.describe()["feeds"], receiver.away_since()) == (0, None)


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        ("signed-tampered.xml", "its signature does not hold"),
        ("public/canada_signed.cap", "signed with an algorithm no longer trusted"),
        ("public/xee.cap", "a document type"),
        ("xsd-missing-sent.xml", "not valid under the schema of CAP 1.2"),
        ("sem-circle-negative.xml", "circle"),
    ],
)
async def test_a_pushed_message_that_is_rejected_is_told_the_rule(tmp_path: Path, sample: str, reason: str) -> None:
    async with pushed_to(tmp_path) as (client, receiver, journal):
        answer = await client.post(f"/d/{SECRET}", content=(SAMPLES / sample).read_bytes())
        assert (answer.status_code, journal.position) == (400, 0)
        assert answer.headers["content-type"] == "application/problem+json"
        assert reason in answer.json()["detail"]
        assert receiver.describe()["refused"] == "some"


async def test_what_is_ignored_or_refused_is_answered_well_and_not_kept(tmp_path: Path) -> None:
    exercise = STORM.replace(b">Actual<", b">Exercise<")
    event = b"<eventCode><valueName>x</valueName><value>demonstratin</value></eventCode><onset>"
    async with pushed_to(tmp_path) as (client, _, journal):
        for body in (exercise, STORM.replace(b"<onset>", event)):
            answer = await client.post(f"/d/{SECRET}", content=body)
            assert (answer.status_code, answer.content, journal.position) == (200, b"", 0), answer.text


async def test_what_could_not_be_kept_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with pushed_to(tmp_path) as (client, _, journal):
        with monkeypatch.context() as patched:
            patched.setattr(journal, "append", refusing)
            answer = await client.post(f"/d/{SECRET}", content=STORM)
            assert answer.status_code == 503
            assert "retry-after" in answer.headers
        assert (await client.post(f"/d/{SECRET}", content=STORM)).status_code == 200
        assert journal.position == 1


async def test_a_stranger_finds_out_nothing_and_pushes_nothing(tmp_path: Path) -> None:
    async with pushed_to(tmp_path) as (client, receiver, journal):
        for path in ("/", f"/{SECRET}", "/d/", f"/d/{SECRET}x", f"/d/{SECRET[:-1]}", "/d/%ff", f"/s/{SECRET}"):
            for method in ("POST", "GET", "OPTIONS"):
                answer = await client.request(method, path, content=STORM)
                assert answer.status_code == 404
                assert SECRET not in answer.text
        assert journal.position == 0
        assert receiver.describe()["strangers"] == "many"


async def test_a_push_is_a_whole_message_as_it_is(tmp_path: Path) -> None:
    async with pushed_to(tmp_path) as (client, _, journal):
        assert (await client.get(f"/d/{SECRET}")).status_code == 405
        packed = await client.post(f"/d/{SECRET}", content=gzip.compress(STORM), headers={"content-encoding": "gzip"})
        assert packed.status_code == 415
        assert (await client.post(f"/d/{SECRET}", content=bytes(MOST_BYTES + 1))).status_code == 413
        assert journal.position == 0


async def test_feeds_are_asked_beside_a_door_and_a_warning_that_comes_both_ways_is_one(
    tmp_path: Path, authority: Authority
) -> None:
    authority.pages["/cap"] = STORM
    async with pushed_to(tmp_path, authority.url("/cap")) as (client, receiver, journal):
        await receiver.look()
        assert (await client.post(f"/d/{SECRET}", content=STORM)).status_code == 200
        assert journal.position == 1


async def test_only_what_is_signed_counts_by_push_too(tmp_path: Path) -> None:
    wanted = {"certificates": (SAMPLES / "signed-cert.pem",), "require_signature": True}
    async with pushed_to(tmp_path, **wanted) as (client, _, journal):
        answer = await client.post(f"/d/{SECRET}", content=STORM)
        assert (answer.status_code, answer.json()["detail"], journal.position) == (400, "it is not signed", 0)


@pytest.mark.parametrize("written", ["", "short\n", f"{SECRET}!\n", None])
async def test_a_secret_that_is_none_stops_the_start(tmp_path: Path, written: str | None) -> None:
    file = tmp_path / "secret"
    if written is not None:
        file.write_text(written)
    settings = CapSettings(listen="127.0.0.1:0", secret_file=file)
    told = CapReceiver.examine(settings)
    assert told is not None
    assert told.startswith(f"secret_file = {file}")
    with pytest.raises(OSError, match="secret_file"):
        async with heard(listen="127.0.0.1:0", secret_file=file):
            pass


async def test_over_tls_it_is_pushed_unread(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    async with pushed_to(tmp_path, tls_cert=cert, tls_key=key) as (_, receiver, journal):
        host, port = receiver.listening
        context = ssl.create_default_context(cafile=cert)
        async with httpx.AsyncClient(base_url=f"https://{host}:{port}", verify=context) as client:
            assert (await client.post(f"/d/{SECRET}", content=STORM)).status_code == 200
        assert journal.position == 1
