"""What a receiver's line gets: its way to intake, an answer at once, or a request to send it again. Knows no socket.

An ACK has no number, so the receiver takes each one for the line that it sent last. Therefore an answer that comes too
late is none (`answer_within_s`): the line is kept, the receiver sends it again, and is answered for that at once.
Lines have no number either. The same line again is a repeat as long as its ACK may have been lost; once the receiver
has gone on behind the ACK it is a new one, or a button pressed twice would be one alarm.
"""

from asyncio import Future
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from belfry.domain.codes import load
from belfry.domain.signal import Arrival, Receipt
from belfry.ports import Accounts, Clock, Intake, JournalError
from belfry.protocols.surgard import Bad, Frames, Line, Lines, Quirk, What, account_key, identity, to_signals, unlisted
from belfry.receivers.limits import amount
from belfry.receivers.surgard_settings import Form, SurgardSettings

LINES_KEPT: Final = 10_000
"""Different lines whose acknowledgements are counted; beyond it the one counted first begins anew."""


class Kept(Struct):
    """A line on its way to the disk."""

    future: "Future[Receipt]"
    line: Line


class Tally:
    """What a receiver did since its start."""

    def __init__(self) -> None:
        self.lines = self.heartbeats = 0
        self.unreadable = self.unlisted = self.unkept = self.late = self.passed = 0


class Peer:
    """One connection: its memory of the stream, and of what it was asked to send again."""

    def __init__(self, form: Form, source: str) -> None:
        self.source = source
        self.stream: Lines | Frames = Lines() if form is Form.SURGARD else Frames()
        self.asked_again: bytes | None = None
        self.acknowledged: bytes | None = None
        """The line whose ACK was sent last, while nothing came behind it: the ACK may yet be lost."""
        self.bad_in_a_row = 0


class Desk:
    """Decides about the lines of one door."""

    def __init__(self, settings: SurgardSettings, intake: Intake, accounts: Accounts, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.tally = Tally()
        self._intake, self._accounts = intake, accounts
        self._meaning = load().meaning
        self._had: OrderedDict[bytes, int] = OrderedDict()
        """How often a line was acknowledged for certain."""

    def handle(self, event: Line | Bad, peer: Peer) -> Kept | bytes:
        """Return what a line gets: a way to the disk, or an answer at once (empty: silence)."""
        self._goes_on(peer)
        if isinstance(event, Bad):
            line = self._again(event, peer)
            if line is None:
                return event.nak
            return self._to_intake(line, peer)
        peer.asked_again, peer.bad_in_a_row = None, 0
        if event.what is What.HEARTBEAT:
            self.tally.heartbeats += 1
            return event.ack
        self.tally.lines += 1
        if event.what is What.PASSED:
            self.tally.passed += 1
            return event.ack
        return self._to_intake(event, peer)

    def _goes_on(self, peer: Peer) -> None:
        """Something came behind an ACK, so the ACK has arrived: the same line again is another one."""
        raw, peer.acknowledged = peer.acknowledged, None
        if raw is not None:
            self._had[raw] = self._had.get(raw, 0) + 1
            if len(self._had) > LINES_KEPT:
                self._had.popitem(last=False)

    def _again(self, bad: Bad, peer: Peer) -> Line | None:
        """A bad line is asked for again, once: were it refused for ever, the receiver would hold back all behind it."""
        self.tally.unreadable += 1
        peer.bad_in_a_row += 1
        if not bad.nak:
            return None
        if peer.asked_again != bad.raw or self.settings.form is Form.DC07:
            peer.asked_again = bad.raw
            return None
        peer.asked_again = None
        line = unlisted(bad.raw, Quirk.UNREADABLE)
        return line if line.receiver else None  # without a receiver's number it is somebody else's noise

    def _to_intake(self, line: Line, peer: Peer) -> Kept | bytes:
        self.tally.unlisted += line.what is What.UNLISTED
        now = self.clock()
        account = account_key(line, self.settings.name, prefixed=self.settings.prefix)
        signals = to_signals(line, account, received_at=now, meaning=self._meaning)
        arrival = Arrival(
            signals=signals,
            identity=identity(line, self.settings.name, self._had.get(line.raw, 0)),
            source=peer.source or None,
        )
        try:
            return Kept(self._intake.deliver(arrival), line)
        except JournalError:
            self.tally.unkept += 1
            return b""

    def sent(self, kept: Kept, peer: Peer) -> None:
        """The ACK of a line is on its way. Frames of DC-07 have a sequence of their own."""
        if self.settings.form is Form.SURGARD:
            peer.acknowledged = kept.line.raw

    def answer(self, kept: Kept) -> bytes:
        """Return the answer to a line; empty (silence) where it is not kept, or not yet."""
        future = kept.future
        if not future.done():
            self.tally.late += 1
            future.add_done_callback(_seen)
            return b""
        if future.cancelled() or future.exception() is not None:
            self.tally.unkept += 1
            return b""
        return kept.line.ack

    def describe(self) -> dict[str, object]:
        tally = self.tally
        return {
            "lines": tally.lines,
            "heartbeats": tally.heartbeats,
            "unreadable": amount(tally.unreadable),
            "unlisted": amount(tally.unlisted),
            "passed_over": amount(tally.passed),
            "not_kept": amount(tally.unkept),
            "late": amount(tally.late),
        }


class Watch:
    """When each receiver was last heard. Those that the settings name are missed one by one, else all as one."""

    def __init__(self, sources: Iterable[str], now: datetime) -> None:
        self._heard = dict.fromkeys(sources, now) or {"": now}
        self._each = "" not in self._heard

    def heard(self, source: str, now: datetime) -> None:
        key = source if self._each else ""
        if key in self._heard:
            self._heard[key] = now

    def away_since(self, now: datetime, patience: timedelta) -> datetime | None:
        """Since when the one that is away longest is away; None: nobody is for as long as `patience`."""
        longest = min(self._heard.values())
        return longest if now - longest >= patience else None


def _seen(future: "Future[Receipt]") -> None:
    """Nobody is left to answer; that it failed was still seen here."""
    if not future.cancelled():
        future.exception()
