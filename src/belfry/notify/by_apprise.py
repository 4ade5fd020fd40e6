"""The notifier `apprise`: telephones, chats, SMS gateways and e-mail, by one of the library's addresses.

Such an address holds passwords and telephone numbers. It is read from the environment or from a file of its own, and is
in no message and no log; the library's own log, which repeats addresses, is silenced.
"""

import asyncio
import logging
import os
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Literal

from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyType
from apprise.attachment.memory import AttachMemory
from apprise.result import AppriseResultStatus
from msgspec import Struct

from belfry.domain.reach import Audience, Channel
from belfry.ports import Clock
from belfry.ports.leave import Leave
from belfry.ports.outbox import SEND_WITHIN_S, MayHaveLeft, NotSent, Push

THREADS: Final = 8
"""Sendings at once. They have threads of their own: a carrier that hangs must not keep the stores from theirs."""
FILE_MOST_BYTES: Final = 65_536


class AddressError(ValueError):
    """The address cannot be had or used. Says where it was looked for, never what it is."""


class AppriseNotifier:
    """One address, or several of them in one secret, separated by commas."""

    class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        """What `[[notifier]]` with `type = "apprise"` may say beside the common keys."""

        name: str = "apprise"
        channel: Literal["push", "sms", "call", "webhook", "siren"] = "push"
        """What it is, for the rules about silent sites."""
        url_env: str | None = None
        """Environment variable that holds the address."""
        url_file: Path | None = None
        """File that holds nothing else."""

        def __post_init__(self) -> None:
            if (self.url_env is None) == (self.url_file is None):
                raise ValueError("wants either url_env or url_file, where the address is; it never stands here")

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Raises AddressError."""
        _silence()
        self.channel, self._clock = Channel(settings.channel), clock
        self._apprise = Apprise(asset=AppriseAsset(app_id="Belfry", app_desc="Belfry", async_mode=False))
        address = _address(settings, os.environ)
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            usable = self._apprise.add(address)  # imports every service that the library knows, some of them old
        if not usable:
            raise AddressError(
                f"notifier {settings.name}: what {_where(settings)} holds is no address that can be used"
            )
        for server in self._apprise:
            server.request_rate_per_sec = 0  # the outbox knows how much a telephone bears, and a leave lasts seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="apprise")

    async def send(self, leave: Leave, push: Push, *, audience: Audience) -> None:
        if leave.quiet:
            raise NotSent("cannot_be_quiet", final=True)
        leave.spend(audience, self.channel, self._clock())
        loop = asyncio.get_running_loop()
        status = await loop.run_in_executor(self._threads, self._notify, push)
        if status is AppriseResultStatus.TIMEOUT:
            raise MayHaveLeft("timeout")
        if status is not AppriseResultStatus.SUCCESS:
            raise NotSent("not_confirmed")

    def _notify(self, push: Push) -> AppriseResultStatus:
        result = self._apprise.notify(
            title=push.title,
            body=push.body or push.title,
            notify_type=NotifyType.WARNING,
            attach=_attached(push),
            timeout=SEND_WITHIN_S,
        )
        return result.status

    async def close(self) -> None:
        """What is under way is left to its end, which nobody waits for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _attached(push: Push) -> AppriseAttachment | None:
    if not push.files:
        return None
    attached = AppriseAttachment()
    for file in push.files:
        content = AttachMemory(content=file.content, name=file.name, mimetype=file.media_type)  # type: ignore[no-untyped-call]  # theirs
        attached.add(content)
    return attached


def _address(settings: AppriseNotifier.Settings, environment: Mapping[str, str]) -> str:
    if settings.url_env is not None:
        found = environment.get(settings.url_env, "")
    else:
        assert settings.url_file is not None
        try:
            with settings.url_file.open(encoding="utf-8") as file:
                found = file.read(FILE_MOST_BYTES)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "is no text"
            raise AddressError(f"notifier {settings.name}: {_where(settings)} cannot be read: {reason}") from None
    if not found.strip():
        raise AddressError(f"notifier {settings.name}: {_where(settings)} holds nothing")
    return found.strip()


def _where(settings: AppriseNotifier.Settings) -> str:
    return f"the variable {settings.url_env}" if settings.url_env is not None else f"the file {settings.url_file}"


def _silence() -> None:
    """The library logs addresses, and what carriers answer."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
