"""Any conversation at the door for mails: answers with a code, or a hang-up; nothing is heard without the secret.

The first byte says how the bytes are cut.
"""

import asyncio
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from belfry.domain.device import Device, DeviceWire
from belfry.receivers.limits import Shares
from belfry.receivers.smtp_desk import MailDesk
from belfry.receivers.smtp_settings import SmtpSettings
from belfry.receivers.smtp_wire import Conversation, Wire
from belfry.testing.devices import HeardDevices, MemoryBook
from fuzz.targets.device_http import CUTS, NOW, SECRET, Line

SAMPLES = Path(__file__).resolve().parents[2] / "tests" / "samples" / "smtp"
TURNS_EACH, TURNS_AFTER = 3, 60
_ANSWER = re.compile(rb"(?:[2345]\d\d[ -][^\r\n]*\r\n)*")


def seeds() -> Iterable[bytes]:
    opening = b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<" + SECRET.encode() + b"@x.example>\r\nDATA\r\n"
    for n, path in enumerate(sorted(SAMPLES.glob("*.eml"))):
        yield bytes([n + 3]) + opening + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n.\r\nQUIT\r\n"
    yield b"\x05EHLO c\r\nAUTH PLAIN AGQAazV4dzJ6cTdtNG4zcDZyOA==\r\nMAIL FROM:<>\r\nRCPT TO:<a>\r\nRSET\r\nHELP\r\n"
    yield b"\x05EHLO c\r\nAUTH LOGIN\r\nZA==\r\nx\r\nSTARTTLS\r\nVRFY a\r\nHELO\r\nMAIL FROM:<a@b> SIZE=9999999\r\n"
    yield b"\x05" + opening + b"a\n.\nb\r\n..\r\n.\r\nDATA\r\n" + b"x" * 300


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def close() -> None:
    if _loop.cache_info().currsize:
        _loop().close()
        _loop.cache_clear()


def one_input(data: bytes) -> None:
    _loop().run_until_complete(_conversation(data))


async def _conversation(data: bytes) -> None:
    settings = SmtpSettings(mail_most_bytes=8_192, auth_in_clear=True)
    device = Device(id="d", account_id="a", receiver="mail", wire=DeviceWire.MAIL, address="d")
    devices = HeardDevices(MemoryBook([device], secrets={"d": SECRET}))
    wire = Wire(settings, MailDesk(settings, devices, lambda: NOW), Shares(most=10, most_each=10), None)
    conversation, line = Conversation(wire), Line()
    conversation.connection_made(line)
    size = CUTS[data[0] % len(CUTS)] if data else 1
    for at in range(1, len(data), size):
        if line.closed:
            break
        conversation.data_received(data[at : at + size])
        for _ in range(TURNS_EACH):
            await asyncio.sleep(0)
    for _ in range(TURNS_AFTER):
        await asyncio.sleep(0)
    handler = conversation._handler_coroutine
    conversation.connection_lost(None)
    assert handler is not None
    await asyncio.wait([handler], timeout=5)
    assert handler.done(), "a conversation that never ends"
    assert handler.cancelled() or handler.exception() is None, handler.exception()
    assert wire.shares.total == 0, "a connection that is still counted"
    assert _ANSWER.fullmatch(line.said) is not None, bytes(line.said[-200:])
    known = SECRET.encode() in data.lower() or b"AUTH" in data.upper()
    assert known or not devices.heard, "heard without the secret"
    assert SECRET.encode() not in line.said.lower(), "an answer with a secret"
