"""What is on test now: sessions and technicians' codes, folded from the journal by the walk, asked by triage.

The walk alone changes this, in the order of the journal, so that a decision and the end of its test are never told
apart otherwise after a restart than before it. Desk and deadlines append facts and wait until they are folded.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

from msgspec import Struct, structs

from belfry.centre.followed import Followed
from belfry.domain import panel_modes
from belfry.domain.codes import Codes
from belfry.domain.facts import (
    AboutCode,
    AboutTest,
    CodeImagined,
    CodeIssued,
    CodeUsed,
    CodeWithdrawn,
    Entry,
    Logged,
    OnTestBegan,
    OnTestEnded,
    Received,
)
from belfry.domain.on_test import Session, covers, fold, imagine, rest, still_in_alarm, take
from belfry.domain.signal import RESTORING, AccountKey, Method
from belfry.domain.site_map import SiteMaps
from belfry.domain.site_rules import other_owner
from belfry.ports import Sites

ENDED_MOST: Final = 1_000
ENDED_KEPT: Final = timedelta(hours=24)
"""Tests that are over and still listed with their report."""
CODES_MOST: Final = 10_000
MODES_MOST: Final = 16
"""Modes of one panel that are told apart: more than there are codes of one list for."""

ABOUT: Final = frozenset((*get_args(AboutTest), *get_args(AboutCode)))


class Mode(Struct):
    """A panel's own test mode, and whether its eight hours were told of."""

    since: datetime
    signal: Received
    told: bool = False


class Code(Struct):
    """A technician's code as it stands; `used` once, `session` while that lasts."""

    issued: CodeIssued
    head: int
    used: bool = False
    session: bytes = b""
    forced: bool = False


class OnTestState(Struct):
    """What a snapshot keeps of it."""

    sessions: list[Session] = []
    ended: list[Session] = []
    codes: list[Code] = []
    modes: list[tuple[AccountKey, dict[str, Mode]]] = []
    imagined: list[tuple[str, Session]] = []


class OnTest(Followed):
    """Remembers what is on test, by account; of what is over the last day."""

    def __init__(self, sites: Sites, codes: Codes) -> None:
        super().__init__()
        self._sites, self._codes, self._maps = sites, codes, SiteMaps()
        self._modal = panel_modes.words(codes)
        self._by_id: dict[str, Session] = {}
        self._by_account: dict[str, list[Session]] = {}
        self._ended: OrderedDict[str, Session] = OrderedDict()
        self.codes: OrderedDict[str, Code] = OrderedDict()
        self.modes: dict[AccountKey, dict[str, Mode]] = {}
        self.imagined: dict[str, Session] = {}
        """By code: what a technician is shown who was forced to put a site on test. It mutes nothing."""
        self._listeners: list[Callable[[], None]] = []

    # -- asking

    def get(self, test: str) -> Session | None:
        """A test, also one that ended within the day."""
        return self._by_id.get(test) or self._ended.get(test)

    def running(self) -> Iterable[Session]:
        return self._by_id.values()

    def ended(self) -> Iterable[Session]:
        """Newest first."""
        return reversed(self._ended.values())

    def of_account(self, account_id: str) -> Sequence[Session]:
        return self._by_account.get(account_id, ())

    def covering(self, signal: Received, position: int) -> Session | None:
        """The test that mutes a signal; None where an operator is to see it."""
        if not self._by_account:
            return None
        signal = self._whose(signal)
        here = None if signal.account_id is None else self._by_account.get(signal.account_id)
        if not here:
            return None
        parts = self._sites.parts(here[0].account_id)
        return next((one for one in here if covers(one, signal, position, parts)), None)

    def _whose(self, signal: Received) -> Received:
        """The signal as its owner's: a test of a mall quiets no shop whose area is another customer's, and one of the
        shop quiets its area on the mall's panel."""
        if signal.account_id is None:
            return signal
        site = self._maps.of(signal.account_id, self._sites.parts(signal.account_id))
        owner = None if site is None else other_owner(site, signal)
        if owner is None or self._sites.by_id(owner) is None:
            return signal
        return structs.replace(signal, account_id=owner)

    def somebody(self, account_id: str | None) -> bool:
        """Whether an account is on test at all, whatever of it."""
        return account_id is not None and account_id in self._by_account

    def mode_since(self, key: AccountKey | None, signal: Received) -> datetime | None:
        """Since when the panel is in the test mode that a signal begins again."""
        if key is None or not self.modes:  # asked of every signal
            return None
        modes = self.modes.get(key)
        if not modes:
            return None
        mode = modes.get(panel_modes.begins(signal, self._codes) or "")
        return None if mode is None else mode.since

    # -- folding, by the walk alone

    def receive(self, position: int, signal: Received) -> None:
        """A signal came: restores count for a test whatever becomes of them, and panels begin and end modes."""
        if self._by_account and signal.state in RESTORING and signal.account_id is not None:
            for session in self._by_account.get(self._whose(signal).account_id or "", ()):
                if position > session.began:
                    rest(session, position, signal)
        if signal.code in self._modal and (key := signal.account_key) is not None:
            self._mode(key, signal)
        for session in self.imagined.values():
            if covers(session, self._whose(signal), position, self._sites.parts(session.account_id)):
                take(session, position, signal, in_alarm=False, name=self.name(signal))

    def _mode(self, key: AccountKey, signal: Received) -> None:
        begun = panel_modes.begins(signal, self._codes)
        if begun is not None:
            mode = self.modes.get(key, {}).get(begun)
            if signal.method is Method.SYSTEM:
                if mode is not None:
                    mode.told = True
            elif mode is None and signal.account_id is not None:
                modes = self.modes.setdefault(key, {})
                if len(modes) < MODES_MOST:
                    modes[begun] = Mode(signal.received_at, signal)
            return
        modes = self.modes.get(key, {})
        if modes:
            for ended in panel_modes.ends(signal, self._codes):
                modes.pop(ended, None)
            if not modes:
                del self.modes[key]

    def mute(self, fact: Logged, signal: Received) -> datetime | None:
        """Triage muted a signal. Returns when its test had ended, where that was before: then somebody has to see it,
        if it put a point in alarm."""
        assert fact.test is not None
        session = self._by_id.get(fact.test)
        if session is not None:
            take(session, fact.signal, signal, in_alarm=fact.in_alarm, name=self.name(signal))
            self._tick_beside(session, fact.signal, signal)
            return None
        over = self._ended.get(fact.test)
        if not fact.in_alarm or over is None:
            return None
        over.left += 1
        return over.ended_at

    def _tick_beside(self, muted_by: Session, position: int, signal: Received) -> None:
        """Other tests of the site that cover the same signal show it too: two people may each run one."""
        for other in self._by_account[muted_by.account_id]:
            if other is not muted_by and covers(
                other, self._whose(signal), position, self._sites.parts(other.account_id)
            ):
                take(other, position, signal, in_alarm=False, name=self.name(signal))

    def name(self, signal: Received) -> str | None:
        """What the code list calls it."""
        if signal.wire is None or signal.code is None:
            return None
        return self._codes.meaning(signal.wire, signal.code).name or None

    def fold(self, position: int, entry: Entry) -> Mapping[str, Mapping[int, Received]]:
        """Fold an entry about tests or codes; returns the signals that an end leaves in alarm, by test and position."""
        left: dict[str, Mapping[int, Received]] = {}
        for fact in entry.facts:
            if isinstance(fact, AboutTest):
                left[fact.test] = self._fold_test(fact, position, entry.at)
            elif isinstance(fact, AboutCode):
                self._fold_code(fact, position, entry.at)
        for listener in self._listeners:
            listener()
        return left

    def _fold_test(self, fact: AboutTest, position: int, at: datetime) -> Mapping[int, Received]:
        known = self._by_id.get(fact.test)
        if known is None and (type(fact) is not OnTestBegan or fact.test in self._ended):
            return {}
        session = fold(known, fact, position, at)
        assert session is not None
        if known is None:
            self._by_id[session.id] = session
            self._by_account.setdefault(session.account_id, []).append(session)
        if type(fact) is not OnTestEnded:
            return {}
        return self._end(session)

    def _end(self, session: Session) -> Mapping[int, Received]:
        left = still_in_alarm(session, self._codes)
        session.left = len(left)
        session.alarms, session.restores = {}, {}
        del self._by_id[session.id]
        here = self._by_account[session.account_id]
        here.remove(session)
        if not here:
            del self._by_account[session.account_id]
        self._ended[session.id] = session
        self.forget(session.newest_at)
        return left

    def _fold_code(self, fact: AboutCode, position: int, at: datetime) -> None:
        match fact:
            case CodeIssued():
                self.codes[fact.code] = Code(fact, position)
                if len(self.codes) > CODES_MOST:
                    self._drop(next(iter(self.codes)))
            case CodeUsed():
                code = self.codes.get(fact.code)
                if code is not None:
                    code.used, code.session, code.forced, code.head = True, fact.session, fact.forced, position
            case CodeImagined():
                if fact.code in self.codes:
                    self.imagined[fact.code] = imagine(self.imagined.get(fact.code), fact, position, at)
            case CodeWithdrawn():
                self._drop(fact.code)

    def forget(self, now: datetime) -> None:
        """Let go of what ended long ago, and of codes that are over."""
        while self._ended:
            first = next(iter(self._ended.values()))
            if now - (first.ended_at or now) <= ENDED_KEPT and len(self._ended) <= ENDED_MOST:
                break
            del self._ended[first.id]
        for code in [code for code, one in self.codes.items() if one.issued.until < now]:
            self._drop(code)

    def _drop(self, code: str) -> None:
        self.codes.pop(code, None)
        self.imagined.pop(code, None)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener()` after each change of what is on test."""
        self._listeners.append(listener)

    # -- snapshot

    def state(self) -> OnTestState:
        return OnTestState(
            list(self._by_id.values()),
            list(self._ended.values()),
            list(self.codes.values()),
            list(self.modes.items()),
            list(self.imagined.items()),
        )

    def restore(self, state: OnTestState) -> None:
        """Begin from a snapshot; only on a new one."""
        for session in state.sessions:
            self._by_id[session.id] = session
            self._by_account.setdefault(session.account_id, []).append(session)
        self._ended.update((session.id, session) for session in state.ended)
        self.codes.update((code.issued.code, code) for code in state.codes)
        self.modes.update(state.modes)
        self.imagined.update(state.imagined)
