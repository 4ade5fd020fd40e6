"""How far it is with reaching somebody, folded from its facts; when it is tried next, and when it is not any more.

    asked -> tried -> sent -> delivered    and again, where a reminder is due
               |  \\-> failed -> tried -> ... -> given up
    asked, tried or failed -> dropped  what it is about is answered, over, silent, or an exercise

A notice that was tried and has neither outcome may have left: the centre was killed, or the carrier did not answer. It
is tried again, since a telephone that rings twice is better than one that never does; until it is sent it says that it
may be a repeat. So does what was due in the life of a centre that a restore has lost (`centre.notices`).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct, structs

from belfry.domain.alerting import is_over
from belfry.domain.clocks import ACT, ARRIVE, TAKE, TOLD
from belfry.domain.escalation import is_missed, mark
from belfry.domain.incident import Incident, State
from belfry.domain.notice_facts import (
    AboutNotice,
    NoticeAsked,
    NoticeDelivered,
    NoticeDropped,
    NoticeFailed,
    NoticeSent,
    NoticeTried,
)
from belfry.domain.presets import Rules, span

TRAINING: Final = "training"
"""The flag of an incident of an exercise, and why nothing leaves about it."""
NOBODY: Final = "nobody"
"""Nobody is on call."""
FOLDED: Final = "folded"
"""So many were due at once that one told of all."""
MAY_HAVE_LEFT: Final = "may_have_left"
SILENT_SITE: Final = "silent_site"
ALERT: Final = "alert"
"""Somebody on duty is told of an incident (`domain.alerting`)."""
WITHDRAWN: Final = "withdrawn"
"""What he was told is taken back on his phones."""
CHECK: Final = "check"
"""Whoever works alone is asked whether all is well, on his own phones and nobody else's."""
REPORT: Final = "report"
"""What is sent once: one that may have left is not sent again."""
UNKNOWN: Final = "unknown_recipient"
"""The settings know nobody of this name any more."""

_ANSWERED: Final = {TAKE: "taken", ACT: "acted", TOLD: "told", ARRIVE: "arrived"}


class Stage(StrEnum):
    ASKED = "asked"
    TRIED = "tried"
    SENT = "sent"
    DELIVERED = "delivered"
    """The phone has it."""
    FAILED = "failed"
    """It is tried again."""
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class Notice(Struct, frozen=True, gc=False, kw_only=True):
    """One notice to one recipient as it is after position `head`. `at`: when its stage began."""

    asked: NoticeAsked
    asked_at: datetime
    head: int
    stage: Stage
    at: datetime
    attempts: int = 0
    failures: int = 0
    """Since it was last sent."""
    sends: int = 0
    reason: str | None = None
    again_at: datetime | None = None
    delivered_at: datetime | None = None
    doubt: bool = False
    """An attempt may have left, and none is known to have: whatever is sent says that it may be a repeat."""

    @property
    def id(self) -> str:
        return self.asked.notice

    @property
    def over(self) -> bool:
        """Nothing can come of it any more."""
        return self.stage in (Stage.GIVEN_UP, Stage.DROPPED)


def begun(fact: NoticeAsked, position: int, at: datetime) -> Notice:
    return Notice(asked=fact, asked_at=at, head=position, stage=Stage.ASKED, at=at)


def fold(notice: Notice, fact: AboutNotice, position: int, at: datetime) -> Notice:
    """The notice after a fact; one that it knows already changes nothing. The entry that asks may drop it too."""
    known = position < notice.head or (position == notice.head and notice.stage is not Stage.ASKED)
    if known or notice.over:
        return notice
    match fact:
        case NoticeTried():
            return structs.replace(
                notice, head=position, stage=Stage.TRIED, at=at, attempts=fact.attempt, again_at=None
            )
        case NoticeSent():
            return structs.replace(
                notice,
                head=position,
                stage=Stage.SENT if notice.delivered_at is None else Stage.DELIVERED,
                at=at,
                sends=notice.sends + 1,
                failures=0,
                reason=None,
                doubt=False,
            )
        case NoticeFailed():
            stage = Stage.GIVEN_UP if fact.again_at is None else Stage.FAILED
            failures = notice.failures + 1
            return structs.replace(
                notice,
                head=position,
                stage=stage,
                at=at,
                failures=failures,
                reason=fact.reason,
                again_at=fact.again_at,
                doubt=notice.doubt or fact.reason == MAY_HAVE_LEFT,
            )
        case NoticeDropped():
            return structs.replace(notice, head=position, stage=Stage.DROPPED, at=at, reason=fact.reason, again_at=None)
        case NoticeDelivered():
            if notice.stage is not Stage.SENT:  # it came before its carrier said so, or is tried again meanwhile
                return structs.replace(notice, head=position, delivered_at=notice.delivered_at or at)
            delivered_at = notice.delivered_at or at
            return structs.replace(notice, head=position, stage=Stage.DELIVERED, at=at, delivered_at=delivered_at)
        case NoticeAsked():
            return notice


def next_try(notice: Notice, rules: Rules) -> datetime | None:
    """When it is to be tried next; None: not by itself. Only what is about an incident is reminded of."""
    match notice.stage:
        case Stage.ASKED:
            return notice.asked_at
        case Stage.FAILED:
            return notice.again_at
        case Stage.SENT if _is_reminded(notice.asked) and notice.sends <= rules.reminders:
            return notice.at + span(rules.reminder_s)
        case _:
            return None


def _is_reminded(asked: NoticeAsked) -> bool:
    """An alert has rounds of its own (`domain.chains`)."""
    return asked.incident is not None and asked.alert is None


def again_at(notice: Notice, now: datetime, rules: Rules) -> datetime | None:
    """When one that has just failed is tried again: later each time, and None at last."""
    failures = notice.failures + 1
    if failures >= rules.notice_tries:
        return None
    waits_s = min(rules.notice_again_s * 2 ** min(failures - 1, 30), rules.notice_again_most_s)
    return now + timedelta(seconds=waits_s)


def is_personal(asked: NoticeAsked) -> bool:
    """Whether it is for one person on duty, by the name of his account, rather than for a row of the rota."""
    return asked.alert is not None or asked.why == CHECK


def why_not(asked: NoticeAsked, incident: Incident | None, rules: Rules) -> str | None:
    """Why nobody is to be reached any more; None: it is as urgent as when it was asked."""
    if asked.training or (incident is not None and TRAINING in incident.flags):
        return TRAINING
    if asked.incident is None or asked.why == WITHDRAWN:
        return None
    if asked.alert is not None and incident is not None:
        return _why_no_alert(asked, incident)
    if incident is None or incident.state is State.CLOSED:
        return "closed"
    if incident.merged_into is not None:
        return "merged"
    if asked.why not in _ANSWERED:
        return None
    if not is_missed(incident, asked.why, rules) or mark(asked.why, asked.level) not in incident.escalated:
        return _ANSWERED[asked.why]
    return None


def _why_no_alert(asked: NoticeAsked, incident: Incident) -> str | None:
    """An alert is for one person: what he answered ends the telling of him alone."""
    alert = next((one for one in incident.alerts if one.alert == asked.alert), None)
    if alert is None:
        return "closed"
    answer = alert.answers.get(asked.to)
    return is_over(alert, incident) if answer is None else str(answer)
