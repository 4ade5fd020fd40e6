"""The envelope of DC-07, `LF CRC 0LLL "id" seq [Rrcvr] [Lline] [data] CR`, from which DC-09's was derived.

Stream, check value, length and answers are DC-09's own code. What differs is the header: it names no account, the
payload does; frames that name one in the header as DC-09 does are read too.
"""

import re
from typing import Final

from belfry.protocols.dc09 import ANSWERS, PAYLOADS, POLLS, Error, Frame, Session, Unreadable
from belfry.protocols.dc09.frame import split
from belfry.protocols.dc09.reply import envelope
from belfry.protocols.surgard.line import OWN_ACCOUNT, Bad, Line, Quirk, What

_BODY: Final = re.compile(
    rb'"([^"*\r\n][^"\r\n]{0,31})"(\d{4}(?:R([0-9A-Fa-f]{0,6}))?(?:L([0-9A-Fa-f]{0,6}))?)\[(.*)', re.DOTALL
)
_HEAD_BYTES: Final = 8
_BINARY_HEAD_BYTES: Final = 6
_ACCOUNT: Final = re.compile(rb"#([0-9A-Fa-f]{1,16})(?:\||$)")


class Frames:
    """One connection's memory, as `lines.Lines`."""

    def __init__(self) -> None:
        self._session = Session()

    @property
    def noise(self) -> int:
        return self._session.noise

    def feed(self, data: bytes) -> list[Line | Bad]:
        """Return what has come to its end, in order."""
        said: list[Line | Bad] = []
        for event in self._session.feed(data):
            if isinstance(event, Frame):
                if event.token not in ANSWERS:
                    said.append(_with_account(event))
            elif (read := read_frame(event)) is not None:
                said.append(read)
        return said


def read_frame(fault: Unreadable) -> Line | Bad | None:
    """Return the frame of DC-07 that is none of DC-09; None: an answer, which nobody answers."""
    silent = Bad(raw=fault.raw, reason=fault.error, nak=b"")
    if fault.error is not Error.GRAMMAR:
        return silent
    whole = fault.raw.rstrip(b"\0")[1:-1]
    body = whole[_BINARY_HEAD_BYTES if fault.binary else _HEAD_BYTES :]
    match = _BODY.fullmatch(body)
    parts = None if match is None else split(match[5])
    if match is None or parts is None:
        return silent
    token, echo, receiver, line, _ = match.groups()
    if token.decode("latin-1") in ANSWERS:
        return None
    named = _ACCOUNT.match(parts.data)
    account = OWN_ACCOUNT if named is None else named[1].decode().upper()
    head = (receiver or b"").decode(), (line or b"").decode()
    return _line(token, echo, head, account=account, data=parts.data, raw=body, binary=bool(fault.binary))


def _with_account(frame: Frame) -> Line | Bad:
    token = frame.token.encode("latin-1")
    head = frame.receiver or "", frame.prefix
    if frame.encrypted:  # a computer beside its receiver has no keys
        nak = envelope(b'"NAK"%b[]' % frame.echo, binary=frame.binary)
        return Bad(raw=frame.body, reason="encrypted", nak=nak)
    return _line(
        token, frame.echo, head, account=frame.account.upper(), data=frame.data, raw=frame.body, binary=frame.binary
    )


def _line(
    token: bytes, echo: bytes, head: tuple[str, str], *, account: str, data: bytes, raw: bytes, binary: bool
) -> Line:
    name = token.decode("latin-1")
    wire = PAYLOADS.get(name)
    what = What.HEARTBEAT if name in POLLS else What.UNLISTED if wire is None else What.EVENTS
    return Line(
        what=what,
        raw=raw,
        receiver=head[0].upper(),
        line=head[1].upper(),
        account=account,
        wire=wire or PAYLOADS["SIA-DCS"],
        data=data,
        quirks=(Quirk.FORMAT,) if what is What.UNLISTED else (),
        ack=envelope(b'"ACK"%b[]' % echo, binary=binary),
        nak=envelope(b'"NAK"%b[]' % echo, binary=binary),
    )
