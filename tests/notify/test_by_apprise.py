"""The notifier `apprise` against a real server on loopback: what it sends, what it never says, when not."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from belfry.domain.reach import Audience, Channel
from belfry.notify.by_apprise import AddressError, AppriseNotifier
from belfry.ports import Clock
from belfry.ports.outbox import Attached, NotSent, Push
from belfry.testing.notifier_suite import NOON, PUSH, NotifierSuite, leave
from tests.notify.phone import Phone, phone


def notifier(folder: Path, url: str, **more: str) -> AppriseNotifier:
    file = folder / "address"
    file.write_text(f"{url}\n", encoding="utf-8")
    settings = AppriseNotifier.Settings(name="anna", url_file=file, **more)  # type: ignore[arg-type]  # by word
    return AppriseNotifier(settings, lambda: NOON)


class Ringing:
    """The telephone as the suite knows a carrier."""

    def __init__(self, one: Phone) -> None:
        self._phone = one

    def arrived(self) -> Sequence[tuple[str, str]]:
        return self._phone.told

    def refuse_next(self) -> None:
        self._phone.answers.append(503)


class TestApprise(NotifierSuite):
    SECRET: ClassVar[str] = "secret-word"

    @asynccontextmanager
    async def carried(self, folder: Path, clock: Clock) -> AsyncIterator[tuple[AppriseNotifier, Ringing]]:
        async with phone() as anna:
            (folder / "address").write_text(anna.url.replace("json://", "json://user:secret-word@"), encoding="utf-8")
            way = AppriseNotifier(way_settings(folder), clock)
            yield way, Ringing(anna)
            await way.close()


async def test_a_file_goes_along(tmp_path: Path) -> None:
    async with phone() as anna:
        way = notifier(tmp_path, anna.url)
        sheet = Attached("response.csv", "text/csv", b"clock,p80\n")
        await way.send(leave(Channel.PUSH), Push("Report", "of the week", (sheet,)), audience=Audience.ROOM)
        (file,) = anna.bodies[0]["attachments"]
        assert (file["filename"], file["base64"]) == ("response.csv", "Y2xvY2sscDgwCg==")
        await way.close()


def way_settings(folder: Path) -> AppriseNotifier.Settings:
    return AppriseNotifier.Settings(name="anna", url_file=folder / "address")


async def test_a_refusal_is_told_without_an_address_and_logged_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with phone() as anna:
        anna.answers = [503]
        way = notifier(tmp_path, anna.url.replace("json://", "json://user:secret-word@"))
        with caplog.at_level(logging.DEBUG), pytest.raises(NotSent, match=r"^not_confirmed$"):
            await way.send(leave(Channel.PUSH), PUSH, audience=Audience.ROOM)
        assert "secret-word" not in caplog.text
        assert [record for record in caplog.records if record.name.startswith("apprise")] == []
        await way.close()


async def test_nobody_there_is_a_refusal(tmp_path: Path) -> None:
    async with phone() as anna:
        url = anna.url
    way = notifier(tmp_path, url)
    with pytest.raises(NotSent, match=r"^not_confirmed$"):
        await way.send(leave(Channel.PUSH), PUSH, audience=Audience.ROOM)
    await way.close()


@pytest.mark.parametrize("address", ["", "no address at all", "nonsense://secret-word@host"])
def test_an_address_that_cannot_be_used_is_refused_without_being_shown(tmp_path: Path, address: str) -> None:
    with pytest.raises(AddressError, match="notifier anna: ") as refused:
        notifier(tmp_path, address)
    assert "secret-word" not in str(refused.value)
    assert str(tmp_path / "address") in str(refused.value)


def test_an_address_may_be_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = AppriseNotifier.Settings(name="anna", url_env="BELFRY_TEST_PHONE")
    with pytest.raises(AddressError, match="the variable BELFRY_TEST_PHONE holds nothing"):
        AppriseNotifier(settings, lambda: NOON)
    monkeypatch.setenv("BELFRY_TEST_PHONE", "json://127.0.0.1:1/ring")
    assert AppriseNotifier(settings, lambda: NOON).channel is Channel.PUSH


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AddressError, match="address cannot be read: No such file"):
        AppriseNotifier(way_settings(tmp_path), lambda: NOON)


def test_the_address_never_stands_in_the_settings() -> None:
    with pytest.raises(ValueError, match="either url_env or url_file"):
        AppriseNotifier.Settings(name="anna")
    with pytest.raises(ValueError, match="either url_env or url_file"):
        AppriseNotifier.Settings(name="anna", url_env="A", url_file=Path("b"))
