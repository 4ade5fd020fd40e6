"""What a frame gets: its way to intake, a refusal, or silence. Shared by TCP and UDP; knows no socket.

The rules of DC-09's keys and clocks live here. An account that has a key, or that has once spoken encrypted, is never
heard in the clear again: its number is readable on the wire, so a forged disarm would pass otherwise.
"""

from asyncio import Future
from collections import OrderedDict
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from belfry.domain.codes import load
from belfry.domain.signal import AccountKey, Arrival, Poll, Receipt, Signal
from belfry.domain.site import Account, TimeWindow
from belfry.ports import Accounts, Chance, Clock, Intake, JournalError, TellsBacklog
from belfry.protocols.dc09 import (
    ANSWERS,
    HEARD_WITHOUT_CLOCK,
    PAYLOADS,
    POLLS,
    Error,
    Frame,
    Naks,
    Quirk,
    Unreadable,
    account_key,
    ack,
    decrypt,
    duh,
    encrypted_ack,
    identity,
    in_window,
    nak,
    other_accounts,
    to_signals,
)
from belfry.receivers.dc09_settings import Dc09Settings
from belfry.receivers.limits import Load, amount

QUIRKY_ACCOUNTS_MAX: Final = 10_000
"""Accounts whose quirks are remembered; beyond it the one met first is forgotten."""


BACKLOG_MOST: Final = 2_048
"""Kept signals without a decision, about a quarter of a second of triage; beyond it nobody has more than one under way
on a connection, or what others say would wait behind all that one source says."""


class Kept(Struct):
    """A frame on its way to the disk, and what is needed to acknowledge it once it is there."""

    future: "Future[Receipt]"
    frame: Frame
    key: bytes | None


class Came(Struct, frozen=True, gc=False):
    """How a frame came: over TCP or UDP, from which address, when."""

    path: str
    source: str
    at: datetime


class Tally:
    """What a receiver did since its start."""

    def __init__(self) -> None:
        self.frames = self.polls = 0
        self.refused = self.unreadable = self.late = self.unkept = self.dropped = 0


class Desk:
    """Decides about one receiver's frames."""

    def __init__(
        self, settings: Dc09Settings, intake: Intake, accounts: Accounts, clock: Clock, chance: Chance
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.tally = Tally()
        self.load = Load(settings.max_frames_queued_per_source)
        self._backlog = intake.backlog if isinstance(intake, TellsBacklog) else _none
        self._name = settings.name
        self._port_keys = settings.port_keys()
        self._intake, self._accounts, self._chance = intake, accounts, chance
        self._meaning = load().meaning
        self._naks = Naks()
        self._quirks: OrderedDict[AccountKey, frozenset[str]] = OrderedDict()

    def room(self, source: str) -> int:
        """Return how many frames more a source may have on their way to the disk; each connection may have one."""
        return 0 if self._backlog() > BACKLOG_MOST else self.load.room(source)

    # -- frames -------------------------------------------------------------------------------------------------------

    def handle(self, frame: Frame, came: Came) -> Kept | bytes | None:
        """Return what a readable frame gets: a way to the disk, an answer at once, or silence (None)."""
        self.tally.frames += 1
        account = account_key(frame.line, self._name)
        if frame.quirks:
            self.note(account, frame.quirks)
        known = self._accounts.by_key(account)
        if frame.encrypted:
            return self._encrypted(frame, came, account, known)
        if frame.token in ANSWERS:
            return None
        if (known is not None and known.keys) or self._intake.keyed(account):
            return self._refuse(frame)
        return self._heard(frame, came, account, known)

    def _encrypted(self, frame: Frame, came: Came, account: AccountKey, known: Account | None) -> Kept | bytes | None:
        now = came.at
        if frame.token in ANSWERS:
            return None
        own = known.keys if known is not None else ()
        opened = decrypt(frame, (*own, *self._port_keys))
        if isinstance(opened, Unreadable):
            if opened.error is Error.NO_KEY:
                return self._refuse(frame)
            self.tally.refused += 1
            return nak(now, binary=frame.binary)
        frame, key = opened
        if own and key not in own:
            frame = replace(frame, quirks=(*frame.quirks, Quirk.PORT_KEY))
        if frame.quirks:
            self.note(account, frame.quirks)
        window = TimeWindow.STANDARD if known is None else known.window
        late = not in_window(frame.timestamp, now, window)
        if late and not self._mercy(frame, now, window):
            self.tally.late += 1
            return nak(now, binary=frame.binary)
        return self._heard(frame, came, account, known, key=key, late=late)

    def _mercy(self, frame: Frame, now: datetime, window: TimeWindow) -> bool:
        """Whether a frame outside the window may still bring an alarm in: a dead clock must not keep a fire out."""
        if window is TimeWindow.STRICT or frame.token not in PAYLOADS:
            return False
        return self._naks.mercy(identity(frame, self._name), now)

    def _heard(
        self,
        frame: Frame,
        came: Came,
        account: AccountKey,
        known: Account | None,
        *,
        key: bytes | None = None,
        late: bool = False,
    ) -> Kept | bytes | None:
        """A frame that may speak: to intake with it, or a poll's answer at once."""
        now = came.at
        if known is None and not self.settings.allow_unknown:
            return self._refuse(frame)
        authenticated = key is not None and Quirk.PORT_KEY not in frame.quirks
        if frame.token in POLLS:
            self.tally.polls += 1
            self._intake.poll(Poll(account, came.path, authenticated, now, came.source or None))
            return ack(frame) if key is None else encrypted_ack(frame, key, now, self._chance)
        if frame.token not in PAYLOADS:
            return self._refuse(frame)
        if late:
            frame = replace(frame, quirks=(*frame.quirks, Quirk.CLOCK), timestamp=None)
        signals = to_signals(
            frame,
            account,
            path=came.path,
            received_at=now,
            meaning=self._meaning,
            authenticated=authenticated,
        )
        if signals[0].quirks or len(signals) > 1:
            self.note(account, {quirk for signal in signals for quirk in signal.quirks})
            others = other_accounts(frame, signals)
            if others and not all(self._may_speak_for(account, other, key) for other in others):
                return self._refuse(frame)
            if others:
                signals = tuple(self._vouched(signal, account, key) for signal in signals)
        if late:
            signals = tuple(signal for signal in signals if signal.state in HEARD_WITHOUT_CLOCK)
            if not signals:
                self.tally.late += 1
                return nak(now, binary=frame.binary)
        arrival = Arrival(
            signals=signals,
            identity=identity(frame, self._name),
            exact=None if key is None else b"%b\0%b" % (frame.echo, frame.content),
            source=came.source or None,
        )
        try:
            return Kept(self._intake.deliver(arrival), frame, key)
        except JournalError:
            self.tally.unkept += 1
            return None

    def _may_speak_for(self, header: AccountKey, other: str, key: bytes | None) -> bool:
        """Whether a frame may name another account than its header: never one that has a key the frame did not use."""
        account = replace(header, account=other)
        known = self._accounts.by_key(account)
        if known is not None and known.keys:
            return key is not None and key in known.keys
        return key in self._port_keys or not self._intake.keyed(account)

    def _vouched(self, signal: Signal, header: AccountKey, key: bytes | None) -> Signal:
        """A key proves its own account; of another named in the payload it proves only what shares it."""
        if signal.account == header.account or not signal.authenticated or signal.account is None:
            return signal
        known = self._accounts.by_key(replace(header, account=signal.account))
        return replace(signal, authenticated=known is not None and key in known.keys)

    def _refuse(self, frame: Frame) -> bytes:
        self.tally.refused += 1
        return duh(frame)

    # -- answers ------------------------------------------------------------------------------------------------------

    def answer(self, kept: Kept) -> bytes | None:
        """Return the acknowledgement of a frame whose future is done; None (silence) where it was not kept."""
        if kept.future.cancelled() or kept.future.exception() is not None:
            self.tally.unkept += 1
            return None
        if kept.key is None:
            return ack(kept.frame)
        return encrypted_ack(kept.frame, kept.key, self.clock(), self._chance)

    # -- quirks -------------------------------------------------------------------------------------------------------

    def note(self, account: AccountKey, quirks: "tuple[str, ...] | set[str]") -> None:
        """Remember how an account's panel differs from the standard."""
        before = self._quirks.get(account, frozenset())
        if not before.issuperset(quirks):
            self._quirks[account] = before | frozenset(str(quirk) for quirk in quirks)
            if len(self._quirks) > QUIRKY_ACCOUNTS_MAX:
                self._quirks.popitem(last=False)

    def quirks_of(self, account: AccountKey) -> tuple[str, ...]:
        return tuple(sorted(self._quirks.get(account, ())))

    def quirky(self) -> dict[AccountKey, tuple[str, ...]]:
        return {account: tuple(sorted(quirks)) for account, quirks in self._quirks.items()}

    def describe(self) -> dict[str, object]:
        tally = self.tally
        return {
            "frames": tally.frames,
            "polls": tally.polls,
            "refused": amount(tally.refused),
            "outside_time_window": amount(tally.late),
            "unreadable": amount(tally.unreadable),
            "not_kept": amount(tally.unkept),
            "dropped": amount(tally.dropped),
            "quirks": sorted({quirk for quirks in self._quirks.values() for quirk in quirks}),
        }


def _none() -> int:
    return 0
