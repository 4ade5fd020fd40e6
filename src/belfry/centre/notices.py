"""What the outbox has to do and has done, folded from the journal by the walk.

A level of an escalation becomes notices once: they are named after the position of its `Escalated`, so neither a crash
nor a second look asks twice. What came of them is kept as long as the board knows their incident; of older ones
`recalled` reads it from the journal.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

from msgspec import Struct, structs

from belfry.domain.escalation import LEVELS
from belfry.domain.facts import Entry, Escalated, Fact, Restored, notice_subject
from belfry.domain.notice_facts import AboutNotice, NoticeAsked
from belfry.domain.notices import Notice, Stage, begun, fold
from belfry.ports import Journal, Stored

ABOUT_NOTICES: Final = frozenset(get_args(AboutNotice))
_FACTS: Final = get_args(AboutNotice)

RECIPIENTS_MOST: Final = 64
"""Whom one level reaches at the most; the journal takes so many entries at once four times over."""
ALERT_NOTICES_MOST: Final = 10_000
OTHER_WAYS_MOST: Final = 5
"""Other ways to one person (`[[person]]`)."""
CAUGHT_UP: Final = timedelta(hours=1)
"""So long after a restore a centre is put to work, and asks for what is due."""
_OPENED: Final = re.compile(r"i(\d+)")
"""The position at which an incident was opened, in its name."""
_OF_KIND: Final = re.compile(r"\.r\d+$")
"""An alert since the kind reaches people, and not since their unit was sent."""
OVER_MOST: Final = 10_000
"""Notices that are over and about no incident, or about one that the board has forgotten, kept for the lists."""


class Reached(Struct, frozen=True, gc=False):
    """A level that an incident reached, by the position of its `Escalated`."""

    position: int
    incident: str
    clock: str
    level: str


class LostLife(Struct, frozen=True):
    """A restore, at `at`: what was done since the backup, which held `position`, is not known any more."""

    position: int
    at: datetime

    def may_have_asked(self, asked: NoticeAsked, now: datetime, alert_since: datetime | None) -> bool:
        """Whether what is asked for only now may have been asked for, and sent, in the life that is lost. Never what is
        about an incident, or a sending of a unit, that is newer. `alert_since`: when its alert told somebody first."""
        if now > self.at + CAUGHT_UP:
            return False
        if asked.incident is None:
            return True
        opened = _OPENED.match(asked.incident)
        if opened is None or int(opened[1]) > self.position:
            return False
        of_kind = asked.alert is None or _OF_KIND.search(asked.alert) is not None
        return of_kind or (alert_since is not None and alert_since <= self.at)


class NoticeState(Struct):
    """What a snapshot keeps."""

    notices: list[Notice] = []
    reached: list[Reached] = []
    lost: LostLife | None = None


class NoticeBook:
    """Written by folding alone."""

    def __init__(self) -> None:
        self._notices: dict[str, Notice] = {}
        self._live: dict[str, None] = {}
        """Those that something may still come of."""
        self._concerned: dict[str, int] = {}
        """How many of those are about an incident."""
        self._of: dict[int, list[str]] = {}
        """By the position of their escalation."""
        self._of_alert: dict[str, list[str]] = {}
        self.reached: dict[int, Reached] = {}
        """Levels that nobody has been asked about yet."""
        self._lost: LostLife | None = None
        self.news: Callable[[Notice | None], None] = lambda _: None
        """Told of each change, with the notice where it is one."""

    # -- reading

    def get(self, notice: str) -> Notice | None:
        return self._notices.get(notice)

    def live(self) -> Sequence[Notice]:
        """Those that may still be tried, in the order in which they were asked for."""
        return [self._notices[key] for key in self._live]

    def is_concerned(self, incident: str) -> bool:
        """Whether something may still come of a notice about an incident."""
        return incident in self._concerned

    def newest(self, most: int) -> Sequence[Notice]:
        """The newest, newest first."""
        found: list[Notice] = []
        for notice in reversed(self._notices.values()):
            if len(found) == most:
                break
            found.append(notice)
        return found

    def of(self, position: int) -> Sequence[Notice]:
        """What an escalation led to, in the order of its recipients."""
        return [self._notices[key] for key in self._of.get(position, ())]

    def of_alert(self, alert: str) -> Sequence[Notice]:
        """Whoever was to be told of an alert, in the order of asking."""
        return [self._notices[key] for key in self._of_alert.get(alert, ())]

    def __len__(self) -> int:
        return len(self._notices)

    # -- folding

    def escalated(self, position: int, fact: Escalated) -> None:
        if fact.level in LEVELS and position not in self._of:
            self.reached[position] = Reached(position, fact.incident, fact.clock, fact.level)
            self.news(None)

    def restored(self, fact: Restored, at: datetime) -> None:
        """The centre goes on from a backup: whatever was due then may have left since."""
        self._lost = LostLife(fact.position, at)
        for key in self._live:
            self._notices[key] = structs.replace(self._notices[key], doubt=True)

    def fold(self, position: int, entry: Entry) -> None:
        """Take one entry; what it says about anything else is passed by."""
        for fact in entry.facts:
            if isinstance(fact, _FACTS):
                self._fold(position, fact, entry)

    def _fold(self, position: int, fact: AboutNotice, entry: Entry) -> None:
        known = self._notices.get(fact.notice)
        if known is None:
            if isinstance(fact, NoticeAsked):
                self._begin(structs.replace(begun(fact, position, entry.at), doubt=self._is_doubtful(fact, entry.at)))
            return
        after = fold(known, fact, position, entry.at)
        if after is known:
            return
        self._notices[after.id] = after
        if after.over:
            self._end(after)
        self.news(after)

    def _is_doubtful(self, asked: NoticeAsked, now: datetime) -> bool:
        if self._lost is None:
            return False
        first = next(iter(self.of_alert(asked.alert or "")), None)
        return self._lost.may_have_asked(asked, now, None if first is None else first.asked_at)

    def _begin(self, notice: Notice) -> None:
        self._notices[notice.id] = notice
        self._live[notice.id] = None
        if notice.asked.incident is not None:
            self._concerned[notice.asked.incident] = self._concerned.get(notice.asked.incident, 0) + 1
        escalation = escalation_of(notice.id)
        if escalation is not None:
            self._of.setdefault(escalation, []).append(notice.id)
            self.reached.pop(escalation, None)
        if notice.asked.alert is not None:
            self._of_alert.setdefault(notice.asked.alert, []).append(notice.id)
        self.news(notice)

    # -- letting go

    def answered(self, notice: Notice) -> None:
        """What was sent is answered: nobody is reminded any more."""
        self._end(notice)

    def _end(self, notice: Notice) -> None:
        if notice.id not in self._live:
            return
        del self._live[notice.id]
        incident = notice.asked.incident
        if incident is None:
            return
        self._concerned[incident] -= 1
        if not self._concerned[incident]:
            del self._concerned[incident]

    def forget(self, is_known: Callable[[str], bool]) -> None:
        """Let go of the oldest that are over and whose incident is not known any more, above OVER_MOST all of them."""
        spare = max(0, len(self._notices) - OVER_MOST)
        for key in [key for key in self._notices if key not in self._live]:
            incident = self._notices[key].asked.incident
            if spare > 0 or (incident is not None and not is_known(incident)):
                self._drop(key)
                spare -= 1

    def _drop(self, key: str) -> None:
        alert = self._notices.pop(key).asked.alert
        if alert is not None and not self._left(alert, key):
            del self._of_alert[alert]
        escalation = escalation_of(key)
        if escalation is not None:
            self._of.pop(escalation, None)

    def _left(self, alert: str, key: str) -> bool:
        others = self._of_alert[alert]
        others.remove(key)
        return bool(others)

    # -- snapshot

    def state(self) -> NoticeState:
        return NoticeState(list(self._notices.values()), list(self.reached.values()), self._lost)

    def restore(self, state: NoticeState) -> None:
        """Begin from a snapshot; only on a new book. Whether a sent one was answered is asked anew."""
        for notice in state.notices:
            self._begin(notice)
            if notice.over:
                self._end(notice)
        self.reached = {one.position: one for one in state.reached}
        self._lost = state.lost


def notice_of(escalation: int, number: int) -> str:
    """The name of the nth notice of an escalation."""
    return f"{escalation}-{number}"


def escalation_of(notice: str) -> int | None:
    """The position of the `Escalated` that a notice comes from; None: from none."""
    position, dash, number = notice.partition("-")
    return int(position) if dash and position.isdecimal() and number.isdecimal() else None


def other_way(notice: str, number: int) -> str:
    """The name of the notice by the nth other way to the same person."""
    return f"{notice}.f{number}"


def names_of(notice: str) -> Iterator[str]:
    """Every notice that may have followed one of an alert."""
    yield f"{notice}.w"
    for number in range(OTHER_WAYS_MOST):
        yield other_way(notice, number)


def is_lost(notices: Iterable[Notice]) -> bool:
    """Whether an escalation reached nobody, and nothing more is tried."""
    several = list(notices)
    return any(one.stage is Stage.GIVEN_UP for one in several) and all(one.over and not one.sends for one in several)


async def recalled(journal: Journal, escalation: int, most: int) -> Sequence[Notice]:
    """What an escalation led to, read from the journal."""
    found: list[Notice] = []
    for number in range(most):
        notice: Notice | None = None
        for stored in await journal.read(notice_subject(notice_of(escalation, number))):
            if isinstance(stored, Stored):
                notice = _folded(notice, stored)
        if notice is None:
            break
        found.append(notice)
    return found


def _folded(notice: Notice | None, stored: Stored) -> Notice | None:
    facts: tuple[Fact, ...] = stored.entry.facts
    for fact in facts:
        if isinstance(fact, _FACTS):
            if notice is not None:
                notice = fold(notice, fact, stored.position, stored.entry.at)
            elif isinstance(fact, NoticeAsked):
                notice = begun(fact, stored.position, stored.entry.at)
    return notice
