"""What a mail gets: who speaks, an end, or `try again`. Knows no socket; aiosmtpd asks it at every step.

A recipient is the secret of a device before the `@`; behind it anything may stand. Whoever has logged on with a
device's secret may write to anybody. To all others there is one answer, whatever was wrong.
"""

import asyncio
from asyncio import Future
from collections.abc import Sequence
from hmac import compare_digest
from typing import Final

import structlog
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from belfry.domain.device import Device, DeviceWire
from belfry.domain.reading import Disposition, Said
from belfry.ports import Clock
from belfry.ports.devices import HearsDevices
from belfry.protocols.hint import Hint
from belfry.protocols.readers import READERS
from belfry.receivers.smtp_settings import SmtpSettings

log = structlog.get_logger()

KEPT: Final = "250 2.0.0 OK"
UNKEPT: Final = "451 4.3.0 Could not be kept, try again"
UNKNOWN: Final = "550 5.1.1 No such recipient"
TOO_MANY: Final = "452 4.5.3 Too many recipients"
NO_AUTH: Final = "530 5.7.0 Authentication required"

DEVICES_MOST: Final = 8
"""Devices that one mail is for; cameras have three recipients at most."""
KEPT_WITHIN_S: Final = 30.0
"""A camera that waits longer for its answer has hung up; it sends again."""
THREAD_FROM_BYTES: Final = 262_144
"""A mail from here on is read beside the loop."""


class MailDesk:
    """aiosmtpd's handler for one receiver."""

    def __init__(self, settings: SmtpSettings, devices: HearsDevices, clock: Clock) -> None:
        self._settings, self._devices, self._clock = settings, devices, clock
        self.under_way: set[Future[str]] = set()
        self._is_failing = False
        self.heard = self.unkept = self.strangers = 0

    # -- who speaks

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object
    ) -> AuthResult:
        """The login is the device's address or id, the pass-word its secret."""
        device = self._by_login(login) if isinstance(login, LoginPassword) else None
        if device is None:
            self.strangers += 1
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=device.id)

    def _by_login(self, login: LoginPassword) -> Device | None:
        device = self._devices.book.by_secret(self._settings.name, login.password.decode("utf-8", "replace"))
        if device is None:
            return None
        named = [compare_digest(login.login, name.encode()) for name in (device.address, device.id)]
        return device if any(named) and device.wire is DeviceWire.MAIL else None

    async def handle_RCPT(  # noqa: N802  # as aiosmtpd asks
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._settings.auth_required and not session.authenticated:
            return NO_AUTH
        device = self._by_recipient(session, address)
        if device is None:
            self.strangers += 1
            self._devices.stranger(self._settings.name, DeviceWire.MAIL, None, self._clock())
            return UNKNOWN
        if len(envelope.rcpt_tos) >= DEVICES_MOST:
            return TOO_MANY
        if device.id not in envelope.rcpt_tos:
            envelope.rcpt_tos.append(device.id)  # the secret itself is not remembered
        return KEPT

    def _by_recipient(self, session: Session, address: str) -> Device | None:
        secret = address.strip("<>").rpartition("@")[0] or address
        device = self._devices.book.by_secret(self._settings.name, secret)
        if device is None and session.authenticated:
            device = self._devices.book.by_id(str(session.auth_data))
        return device if device is not None and device.enabled and device.wire is DeviceWire.MAIL else None

    async def handle_VRFY(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str
    ) -> str:
        return "252 2.5.0 Send it and see"

    # -- what it says

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Return the end of the mail, once it is kept; whoever hangs up meanwhile has it kept all the same."""
        content = envelope.original_content or b""
        named = [self._devices.book.by_id(one) for one in envelope.rcpt_tos]
        devices = [one for one in named if one is not None and one.enabled]
        if not devices:  # taken out of the book since
            return UNKNOWN
        kept = asyncio.ensure_future(self._hear(devices, content))
        self.under_way.add(kept)
        kept.add_done_callback(self.under_way.discard)
        return await asyncio.shield(kept)

    async def _hear(self, devices: Sequence[Device], content: bytes) -> str:
        now = self._clock()
        try:
            async with asyncio.timeout(KEPT_WITHIN_S):
                for device in devices:
                    said = await _said(content, Hint(points=device.points, now=now))
                    await asyncio.shield(self._devices.hear(device, said, now))
        except Exception as error:  # whatever it was, nothing good may be said; its text may hold a piece of the mail
            self.unkept += 1
            if not self._is_failing:  # said once, until something is kept again
                log.warning("a mail was not kept", receiver=self._settings.name, error=type(error).__name__)
            self._is_failing = True
            return UNKEPT
        self.heard += 1
        self._is_failing = False
        return KEPT

    async def handle_exception(self, error: Exception) -> str:
        log.error("a conversation about a mail failed", receiver=self._settings.name, error=type(error).__name__)
        return UNKEPT


async def _said(content: bytes, hint: Hint) -> Said:
    if len(content) < THREAD_FROM_BYTES:
        return read(content, hint)
    return await asyncio.to_thread(read, content, hint)


def read(content: bytes, hint: Hint) -> Said:
    """Have a mail read; a reader that fails is our fault, and its device is told no more than that."""
    try:
        return READERS[DeviceWire.MAIL](content, hint)
    except Exception as error:
        log.error("a reader failed", wire="smtp", error=type(error).__name__)
        return Said(disposition=Disposition.REJECT, reason="it could not be read")
