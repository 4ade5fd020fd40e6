"""ANSI/SIA DC-09: alarm reporting over IP.

`session` cuts a stream into frames, `frame` reads one, `crypto` opens it, `payload` reads its events, `signals` makes
them ours, `reply` answers, `stamp` reads the time and `window` judges it; `build` is the panel's side, `describe` the
words for people, `others` wires that only look like it. All of it is pure: bytes and values in, bytes and values out,
the time and the dice are arguments.
"""

from belfry.protocols.dc09.build import build_frame
from belfry.protocols.dc09.crypto import decrypt, key_from_hex, key_from_text
from belfry.protocols.dc09.frame import Error, Frame, Quirk, Unreadable, crc16, parse
from belfry.protocols.dc09.payload import ANSWERS, PAYLOADS, POLLS, Event, read
from belfry.protocols.dc09.reply import Reply, ack, duh, encrypted_ack, nak
from belfry.protocols.dc09.session import Session
from belfry.protocols.dc09.signals import account_key, from_payload, identity, other_accounts, to_signals
from belfry.protocols.dc09.window import HEARD_WITHOUT_CLOCK, Naks, in_window

__all__ = [
    "ANSWERS",
    "HEARD_WITHOUT_CLOCK",
    "PAYLOADS",
    "POLLS",
    "Error",
    "Event",
    "Frame",
    "Naks",
    "Quirk",
    "Reply",
    "Session",
    "Unreadable",
    "account_key",
    "ack",
    "build_frame",
    "crc16",
    "decrypt",
    "duh",
    "encrypted_ack",
    "from_payload",
    "identity",
    "in_window",
    "key_from_hex",
    "key_from_text",
    "nak",
    "other_accounts",
    "parse",
    "read",
    "to_signals",
]
